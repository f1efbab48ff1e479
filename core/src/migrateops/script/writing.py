"""Writing a new script: every check first, then the file at once."""

from __future__ import annotations

import ast
import codecs
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.util import decode_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.revisions.expressions import as_ids, resolve, resolve_one
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.header import Header, scan
from migrateops.revisions.revision import Revision, is_new_name
from migrateops.script.naming import creation_date, file_name
from migrateops.script.replacing import put, refusal
from migrateops.script.template import comma, for_docstring, import_lines, render

if TYPE_CHECKING:
    from migrateops.script.directory import ScriptDirectory

# The width of the version table's column.
_LONGEST_ID = 64


@dataclass(frozen=True, slots=True)
class NewScript:
    """A script that can be written.

    Attributes:
        revision: Its id.
        message: Its first line.
        down_revision: What it follows.
        branch_labels: Labels to write on it.
        depends_on: Whole ids, or labels.
        date: Of its creation.
        path: Its file.
    """

    revision: str
    message: str
    down_revision: str | tuple[str, ...] | None
    branch_labels: tuple[str, ...]
    depends_on: tuple[str, ...]
    date: datetime
    path: str

    @classmethod
    def planned(
        cls,
        directory: ScriptDirectory,
        revid: str,
        message: str | None,
        *,
        head: str | Iterable[str],
        splice: bool,
        branch_labels: tuple[str, ...],
        version_path: str | os.PathLike[str] | None,
        file_template: str,
        depends_on: tuple[str, ...],
    ) -> NewScript:
        """Check what is asked for against the directory; nothing is written.

        Raises:
            MigrateOpsError: It cannot be done; see :meth:`ScriptDirectory.generate_revision`.
        """
        graph = directory.graph
        _check_names(graph, revid, branch_labels)
        parents = _parents(graph, head, splice)
        date = creation_date(directory.timezone)
        longest = directory.truncate_slug_length
        shape = getattr(directory.config, "shape", None)
        cut: str = "" if shape is None else shape.cut_in_slugs
        name = file_name(file_template, revid, message, longest, date, cut=cut)
        path = Path(_place(directory, parents, version_path), name)
        if Path(name).name != name and not _is_searched(directory, path.parent):
            raise errors.scripts.FileTemplateHasDirectory(file_template)
        if path.exists():
            raise errors.scripts.ScriptExists(str(path))
        ids = tuple(parent.revision for parent in parents)
        return cls(
            revision=revid,
            message=message if message and message.strip() else "empty message",
            down_revision=ids if len(ids) > 1 else ids[0] if ids else None,
            branch_labels=branch_labels,
            depends_on=tuple(
                given if given in graph.labels else _id_of(graph, given) for given in depends_on
            ),
            date=date,
            path=str(path),
        )

    def write(self, directory: ScriptDirectory, more: Mapping[str, Any]) -> None:
        """Render the template and put the file in place.

        Args:
            directory: Whose ``script.py.mako``.
            more: Further variables of the template.

        Raises:
            TemplateLosesHeader: The result would not be this revision.
            TemplateMissing: There is no template.
            TemplateFailed: The template raised an exception, or what it makes is not Python.
            NotEncodable: The encoding lacks a character of the result.
            FileRefused: The operating system does not let the file be written.
        """
        template = str(Path(directory.dir, "script.py.mako"))
        variables = {**self.variables(), "config": directory.config, **more}
        text = render(template, variables)
        written = scan(text)
        if written is not None:
            self._check(written, variables["requires_plugins"] or {}, template)
        else:
            _check_syntax(text, template)
        put(Path(self.path), _encoded(text, directory.output_encoding, self.path), parents=True)
        if not len(directory.graph):
            _make(directory.version_locations)

    def variables(self) -> dict[str, Any]:
        """Return what a template may use."""
        depends_on = self.depends_on
        return {
            "message": for_docstring(self.message),
            "up_revision": self.revision,
            "down_revision": self.down_revision,
            "branch_labels": self.branch_labels or None,
            "depends_on": depends_on[0] if len(depends_on) == 1 else depends_on or None,
            "create_date": self.date,
            "comma": comma,
            "requires_plugins": {},
            "import_lines": import_lines,
            "imports": "",
            "upgrades": "",
            "downgrades": "",
        }

    def _check(self, written: Header, requires: Mapping[str, Any], template: str) -> None:
        asked = Header(self.revision, self.down_revision, self.branch_labels, self.depends_on, requires)
        for variable in ("revision", "down_revision", "branch_labels", "depends_on", "requires_plugins"):
            wanted, got = getattr(asked, variable), getattr(written, variable)
            if wanted != got:
                raise errors.scripts.TemplateLosesHeader(template, variable, repr(wanted), repr(got))


def _make(locations: Iterable[str]) -> None:
    """Make the locations that are not there: with the first script, they are not taken for misspelt."""
    for location in locations:
        try:
            Path(location).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refusal(location, error) from error


def _check_syntax(text: str, template: str) -> None:
    """Make sure that a script without a literal header can be executed for it."""
    try:
        ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise errors.scripts.TemplateFailed(
            template, None, type(error).__name__, f"what it makes: {error}"
        ) from error


def _id_of(graph: RevisionGraph, given: str) -> str:
    found = resolve_one(graph, given)
    if found is None:
        raise errors.revisions.RevisionNotFound(given)
    return found.revision


def _check_names(graph: RevisionGraph, revid: str, labels: tuple[str, ...]) -> None:
    for name in (revid, *labels):
        if not is_new_name(name):
            raise errors.revisions.IllegalName(name)
    if len(revid) > _LONGEST_ID:
        raise errors.scripts.RevisionIdTooLong(revid, _LONGEST_ID)
    if revid in graph:
        raise errors.revisions.RevisionTaken(revid, graph[revid].path)
    if revid in graph.labels:
        raise errors.revisions.DuplicateLabel(revid, (graph.labels[revid],))
    for label in labels:
        if label in graph.labels or label in graph or label == revid:
            raise errors.revisions.DuplicateLabel(label, (graph.labels.get(label, label),))


def _parents(graph: RevisionGraph, head: str | Iterable[str], splice: bool) -> list[Revision]:
    found = [revision for text in as_ids(head) for revision in resolve(graph, text)]
    parents = list(dict.fromkeys(revision.revision for revision in found if revision is not None))
    for name in parents:
        if not splice and not graph.is_head(name):
            raise errors.scripts.NotAHead(name, graph.heads)
    return [graph[name] for name in parents]


def _place(
    directory: ScriptDirectory, parents: list[Revision], version_path: str | os.PathLike[str] | None
) -> Path:
    known = directory.version_locations
    if version_path is not None:
        path = Path(version_path)
    elif len(known) == 1:
        path = Path(known[0])
    else:
        beside = next((parent.path for parent in parents if parent.path is not None), None)
        if beside is None:
            raise errors.scripts.VersionPathNeeded(known)
        path = _location_of(directory, Path(beside).parent)
    if not _is_searched(directory, path):
        raise errors.scripts.VersionPathUnknown(str(path), known)
    return path


def _location_of(directory: ScriptDirectory, path: Path) -> Path:
    """Return the version location that *path* is in: `file_template` may add directories of its own."""
    places = {Path(place).resolve(): Path(place) for place in directory.version_locations}
    resolved = path.resolve()
    inner = (places[one] for one in (resolved, *resolved.parents) if one in places)
    return next(inner, path)


def _is_searched(directory: ScriptDirectory, path: Path) -> bool:
    """Say whether a script in the directory *path* would be found."""
    places = [Path(place).resolve() for place in directory.version_locations]
    wanted = path.resolve()
    inside = directory.recursive_version_locations and any(place in wanted.parents for place in places)
    return inside or wanted in places


def _encoded(text: str, encoding: str, path: str) -> bytes:
    """Return the bytes of a file that Python reads as *text*.

    Raises:
        NotEncodable: There are none.
    """
    try:
        if codecs.lookup(encoding).name not in ("utf-8", "utf-8-sig"):
            # Mako takes a line of this kind in the template for itself, and Python needs one.
            text = f"# -*- coding: {encoding} -*-\n{text}"
        content = text.encode(encoding)
        if decode_source(content) == text:
            return content
        problem = "Python would read another text"
    except UnicodeEncodeError as error:
        problem = f"it has no {error.object[error.start]!a}"
    except (LookupError, SyntaxError, UnicodeDecodeError, ValueError) as error:
        problem = f"{type(error).__name__}: {error}"
    raise errors.scripts.NotEncodable(path, encoding, problem)
