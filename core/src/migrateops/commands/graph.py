"""``graph``: the history, ready to be drawn."""

from __future__ import annotations

from collections.abc import Collection
from importlib.util import decode_source
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from migrateops.commands.read import history
from migrateops.drawing.page import ScriptText
from migrateops.drawing.picture import Picture, applied, picture_of
from migrateops.revisions.header import scan
from migrateops.script.replacing import put, refusal

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.errors.base import MigrateOpsError


class Drawing(NamedTuple):
    """The history as a picture.

    Attributes:
        picture: What is drawn; `migrateops.drawing` makes text, Mermaid, SVG and a page from it.
        unknown: Rows of the version table that no script has.
        unreadable: An error for each file of which not even the header can be read.
    """

    picture: Picture
    unknown: tuple[str, ...] = ()
    unreadable: tuple[MigrateOpsError, ...] = ()


def graph(config: Config, rev_range: str | None = None, *, current: Collection[str] | None = None) -> Drawing:
    """Return the history as a picture.

    Args:
        config: The project.
        rev_range: As for `history`.
        current: The rows of the version table, to be marked with all that they stand for; None
            marks nothing, and asks the database only for ``current`` in the range.

    Raises:
        MigrateOpsError: As for `history`.
    """
    found = history(config, rev_range, current=current)
    if current is None:
        return Drawing(picture_of(found.revisions), (), found.unreadable)
    everything = found.revisions if rev_range is None else history(config).revisions
    unknown = set(current).difference(info.revision for info in everything)
    picture = picture_of(found.revisions, current, applied(everything, current))
    return Drawing(picture, tuple(sorted(unknown)), found.unreadable)


def script_texts(picture: Picture) -> dict[str, ScriptText]:
    """Return what the files of a picture's revisions have, for its page; no file is executed."""
    return {
        node.info.revision: _script_text(Path(node.info.path))
        for node in picture.nodes
        if node.info.path is not None
    }


def write_drawing(path: str, text: str) -> None:
    """Write a drawing to a file; what was there before is replaced at once, or not at all.

    Raises:
        FileRefused: It cannot be written.
    """
    target = Path(path)
    if not target.exists() or target.is_file():
        put(target, text.encode())
        return
    # A pipe or a device cannot be replaced, and is meant to be written to.
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise refusal(path, error) from error


def _script_text(path: Path) -> ScriptText:
    here = Path.cwd()
    shown = (path.relative_to(here) if path.is_relative_to(here) else path).as_posix()
    if path.suffix != ".py":
        return ScriptText(shown)
    data = path.read_bytes()
    try:
        source = decode_source(data)
    except (SyntaxError, UnicodeDecodeError):
        return ScriptText(shown, "", data.decode("utf-8", "backslashreplace"))
    header = scan(source)
    return ScriptText(shown, "" if header is None else header.docstring, source)
