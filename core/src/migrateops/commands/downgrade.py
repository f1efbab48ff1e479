"""``downgrade``: take scripts back down to a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrateops import errors
from migrateops.commands.report import RunReport
from migrateops.commands.running import Progress, take_steps
from migrateops.commands.scripts import refuse_unreadable, start_of
from migrateops.revisions.expressions import names_head
from migrateops.revisions.walk import downgrade_path
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.revisions.walk import Step
    from migrateops.runtime.migration import MigrationContext


def downgrade(
    config: Config,
    revision: str,
    sql: bool = False,
    tag: str | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """Run ``downgrade()`` of every script between the database and *revision*.

    Scripts that cannot be read, or do not fit together, are no obstacle unless the database is at
    one of them, or *revision* is one or counts from a head.

    Args:
        config: The configuration.
        revision: An identifier; with *sql* a range ``from:to``.
        sql: Write the SQL, and touch no database.
        tag: Free text for ``env.py``.
        progress: Called before each step.

    Raises:
        RangeNotDownwards: A range that does not go down.
        StartNeeded: *sql* without a range: nothing says where to start from.
        BrokenGraph: Revisions do not fit together, and this needs them.
        ScriptError: The database is at a script that cannot be read at all.
        MigrateOpsError: Whatever stops the run; what was committed before it stays.
    """
    script = ScriptDirectory.from_config(config)
    if not names_head(revision):
        script.leave_out_broken()
    start, revision = start_of(script, revision, sql)
    if sql and start is None:
        raise errors.runtime.StartNeeded(revision)

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[Step]:
        if not all(row in script.graph for row in rows):
            # Else a script that cannot be read is above the way down, and does no harm.
            refuse_unreadable(script)
        try:
            return downgrade_path(script.graph, rows, revision, order=script.run_order)
        except errors.revisions.RevisionNotFound:
            script.check_graph()
            raise
        except errors.revisions.NotApplied as error:
            if context.as_sql:
                # No database is at anything.
                raise errors.offline.RangeNotDownwards(rows, error.revision) from None
            raise

    return take_steps(
        config,
        steps,
        script=script,
        progress=progress,
        as_sql=sql,
        tag=tag,
        starting_rev=start,
        destination_rev=revision,
    )
