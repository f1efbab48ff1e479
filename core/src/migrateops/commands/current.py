"""``current``: what revisions the database is at."""

from __future__ import annotations

from copy import copy
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.commands.running import visit_databases
from migrateops.errors.mask import shown
from migrateops.revisions.expressions import known_rows
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.revisions.graph import RevisionGraph


@dataclass(frozen=True, slots=True)
class CurrentRevision:
    """One row of the version table.

    Attributes:
        database: The url, without its password.
        revision: The id; None stands for nothing applied, where there are several databases.
        known: Whether the scripts have it.
        is_head: No revision follows it.
        message: The first line of its script's docstring.
        path: Its file, or None.
        branch_labels: All labels of the branch that it is on, sorted.
    """

    database: str
    revision: str
    known: bool
    is_head: bool
    message: str
    path: str | None
    branch_labels: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the attributes by name: an object of the list that ``--json`` prints."""
        return {**asdict(self), "revision": self.revision or None}


@dataclass(frozen=True, slots=True)
class CurrentDatabase:
    """What one database is at.

    Attributes:
        url: Without its password.
        rows: The rows of its version table, sorted.
        implied: In a project of another shape, the newest revisions of other branches, which have no
            row, as a revision that has one depends on them.
        script: The scripts, where ``env.py`` has said for this database that they are.
    """

    url: str
    rows: tuple[CurrentRevision, ...]
    implied: tuple[CurrentRevision, ...]
    script: ScriptDirectory = field(repr=False, compare=False)

    @property
    def revisions(self) -> tuple[str, ...]:
        """The ids of the rows."""
        return tuple(row.revision for row in self.rows)

    def entries(self) -> tuple[CurrentRevision, ...]:
        """Return what there is to show, or one with an empty id that stands for the base."""
        return self.shown or (CurrentRevision(self.url, "", True, False, "", None, ()),)

    @property
    def shown(self) -> tuple[CurrentRevision, ...]:
        """The rows and what they imply, sorted."""
        return tuple(sorted((*self.rows, *self.implied), key=lambda each: each.revision))


def current(
    config: Config, check_heads: bool = False, *, only_known: bool = False
) -> tuple[CurrentRevision, ...]:
    """Return the rows of the version table, of all databases if there are several; writes nothing.

    Args:
        config: The configuration.
        check_heads: Raise unless each database is at all heads.
        only_known: Raise if one is at a revision that the scripts do not have.

    Raises:
        DatabaseNotAtHead: One is not, and *check_heads* is set.
        UnknownVersionRow: There is such a revision, and *only_known* is set.
        NoConnection: ``env.py`` has configured no connection.
        NothingRun: ``env.py`` has run no migrations.
        MigrateOpsError: The database cannot be reached.
    """
    script = ScriptDirectory.from_config(config)
    if not check_heads:
        # Scripts that do not fit together are no obstacle, unless the database is at one of them.
        script.leave_out_broken()
    found = databases(config, script, only_known=only_known)
    for database in found if check_heads else ():
        heads = database.script.get_heads(consider_depends_on=True)
        if set(database.revisions) != set(heads):
            raise errors.runtime.DatabaseNotAtHead(database.revisions, tuple(heads))
    return tuple(row for database in found for row in database.rows)


def databases(
    config: Config, script: ScriptDirectory | None = None, *, only_known: bool = False
) -> tuple[CurrentDatabase, ...]:
    """Return what each database is at, also where nothing is applied; writes nothing.

    Args:
        config: The configuration.
        script: The scripts; when omitted, those that do not fit together are left out.
        only_known: Raise if a database is at a revision that the scripts do not have.

    Raises:
        MigrateOpsError: As ``current()``.
    """
    if script is None:
        script = ScriptDirectory.from_config(config)
        script.leave_out_broken()
    found: list[CurrentDatabase] = []

    def look(rows: tuple[str, ...], context: Any) -> list[Any]:
        if context.connection is None:
            raise errors.runtime.NoConnection("current")
        if not all(row in script.graph for row in rows):
            script.check_graph()
        if only_known:
            known_rows(script.graph, rows)
        graph, url = script.graph, shown(context.connection.engine.url)
        known = [row for row in rows if row in graph]
        implied = graph.newest(known).difference(rows) if config.shape is not None else ()
        own, others = (tuple(_row(graph, url, each) for each in sorted(ids)) for ids in (rows, implied))
        # Of each: env.py may turn to other scripts with the next database.
        found.append(CurrentDatabase(url, own, others, copy(script)))
        return []

    visit_databases(config, script, look, read_only=True)
    return tuple(found)


def _row(graph: RevisionGraph, url: str, row: str) -> CurrentRevision:
    if row not in graph:
        return CurrentRevision(url, row, False, False, "", None, ())
    revision = graph[row]
    labels = tuple(sorted(graph.labels_of(row)))
    return CurrentRevision(url, row, True, graph.is_head(row), revision.doc, revision.path, labels)
