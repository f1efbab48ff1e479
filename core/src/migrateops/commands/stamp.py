"""``stamp``: set the version table, and run nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.commands.report import RunReport
from migrateops.commands.running import take_steps
from migrateops.commands.scripts import refuse_unreadable, start_of
from migrateops.revisions.walk import stamp_steps
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config


def stamp(
    config: Config,
    revision: str | Iterable[str],
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
) -> RunReport:
    """Make the version table say that the database is at *revision*.

    Nothing is checked about the schema.

    Args:
        config: The configuration.
        revision: An identifier, or several; with *sql* one may be a range ``from:to``.
        sql: Write the SQL, and touch no database.
        tag: Free text for ``env.py``.
        purge: Delete all rows first, also those of revisions that no longer exist.

    Raises:
        PurgeOffline: *purge* with *sql*.
        ScriptError: A script cannot be read at all.
        MigrateOpsError: Whatever stops the run.
    """
    if purge and sql:
        raise errors.runtime.PurgeOffline
    wanted = [revision] if isinstance(revision, str) else list(revision)
    start = None
    script = ScriptDirectory.from_config(config)
    refuse_unreadable(script)
    if sql and len(wanted) == 1:
        start, wanted[0] = start_of(script, wanted[0], sql)

    def steps(rows: tuple[str, ...], context: Any) -> Any:
        return stamp_steps(script.graph, () if purge else rows, wanted)

    return take_steps(
        config,
        steps,
        script=script,
        as_sql=sql,
        tag=tag,
        purge=purge,
        starting_rev=start,
        destination_rev=wanted,
    )
