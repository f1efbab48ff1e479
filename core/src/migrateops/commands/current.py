"""``current``: what revisions the database is at."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from migrateops.commands.running import run_environment
from migrateops.errors.runtime import DatabaseNotAtHead, NoConnection
from migrateops.revisions.expressions import known_rows
from migrateops.runtime.without_env import shown
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.revisions.graph import RevisionGraph


@dataclass(frozen=True, slots=True)
class CurrentRevision:
    """One row of the version table.

    Attributes:
        database: The url, without its password.
        revision: The id.
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
        return asdict(self)


def current(
    config: Config, check_heads: bool = False, *, only_known: bool = False
) -> tuple[CurrentRevision, ...]:
    """Return the rows of the version table; writes nothing.

    Args:
        config: The configuration.
        check_heads: Raise unless the database is at all heads.
        only_known: Raise if it is at a revision that the scripts do not have.

    Raises:
        DatabaseNotAtHead: It is not, and *check_heads* is set.
        UnknownVersionRow: There is such a revision, and *only_known* is set.
        NoConnection: ``env.py`` has configured no connection.
        MigrateOpsError: The database cannot be reached.
    """
    script = ScriptDirectory.from_config(config)
    if not check_heads:
        # Scripts that do not fit together are no obstacle, unless the database is at one of them.
        script.leave_out_broken()
    found: list[CurrentRevision] = []

    def look(rows: tuple[str, ...], context: Any) -> list[Any]:
        if context.connection is None:
            raise NoConnection("current")
        if not all(row in script.graph for row in rows):
            script.check_graph()
        if only_known:
            known_rows(script.graph, rows)
        url = shown(context.connection.engine.url)
        found.extend(_row(script.graph, url, row) for row in sorted(rows))
        return []

    run_environment(config, script, look, read_only=True)
    heads = script.get_heads(consider_depends_on=True) if check_heads else []
    if check_heads and {row.revision for row in found} != set(heads):
        raise DatabaseNotAtHead(tuple(row.revision for row in found), tuple(heads))
    return tuple(found)


def _row(graph: RevisionGraph, url: str, row: str) -> CurrentRevision:
    if row not in graph:
        return CurrentRevision(url, row, False, False, "", None, ())
    revision = graph[row]
    labels = tuple(sorted(graph.labels_of(row)))
    return CurrentRevision(url, row, True, graph.is_head(row), revision.doc, revision.path, labels)
