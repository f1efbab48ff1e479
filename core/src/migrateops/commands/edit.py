"""``edit``: open the scripts of revisions in an editor."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrateops import errors

if TYPE_CHECKING:
    from migrateops.config import Config

_VARIABLES = ("EDITOR", "VISUAL")
_ON_WINDOWS = os.name == "nt"
_USUAL = ("notepad",) if _ON_WINDOWS else ("sensible-editor", "editor", "nano", "vim", "vi")


def edit(config: Config, rev: str) -> tuple[str, ...]:
    """Open the scripts that an identifier stands for in one editor, wait for it, and return their paths.

    Args:
        config: The configuration.
        rev: An id, the start of one, ``head``, ``heads``, ``label@head`` or ``current``, which asks the
            database.

    Raises:
        NothingToShow: It stands for none, as ``current`` does before the first upgrade.
        MigrateOpsError: It names no revision.
        EditorMissing: There is no editor.
        EditorFailed: It could not be started, or did not end well.
    """
    from migrateops.commands.read import show
    from migrateops.revisions.expressions import names_current

    rows = None
    if names_current(rev):
        from migrateops.commands.current import current

        rows = tuple(row.revision for row in current(config))
    paths = tuple(str(info.path) for info in show(config, rev, current=rows).revisions)
    if not paths:
        raise errors.history.NothingToShow(rev)
    open_in_editor(paths)
    return paths


def open_in_editor(paths: Iterable[str]) -> None:
    """Open files in the editor that EDITOR or VISUAL names, or in a usual one, and wait until it is closed.

    Raises:
        EditorMissing: There is no editor.
        EditorFailed: It could not be started, or did not end well.
    """
    paths = tuple(paths)
    if not paths:
        return
    command = _editor()
    try:
        status = subprocess.run([*command, *paths], check=False).returncode
    except OSError as error:
        raise errors.commands.EditorFailed(command[0], f"cannot be started: {error.strerror}") from error
    if status:
        raise errors.commands.EditorFailed(command[0], f"ended with status {status}")


def _editor() -> list[str]:
    """Return the command line of the editor, without the files."""
    for variable in _VARIABLES:
        named = os.environ.get(variable, "").strip()
        if named:
            return _named(variable, named)
    found = next(filter(None, map(shutil.which, _USUAL)), None)
    if found is None:
        raise errors.commands.EditorMissing(_USUAL, "")
    return [found]


def _named(variable: str, named: str) -> list[str]:
    # A path may hold spaces; else there are options behind the program: "code --wait".
    whole = shutil.which(named)
    if whole is not None:
        return [whole]
    try:
        program, *options = shlex.split(named, posix=not _ON_WINDOWS)
    except ValueError:
        raise errors.commands.EditorMissing((named,), variable) from None
    found = shutil.which(program)
    if found is None:
        raise errors.commands.EditorMissing((program,), variable)
    return [found, *options]
