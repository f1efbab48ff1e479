"""``upgrade``: run the scripts up to a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrateops.commands.probe import at_heads
from migrateops.commands.report import RunReport
from migrateops.commands.scripts import refuse_unreadable, start_of
from migrateops.revisions.walk import upgrade_path
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.commands.running import Progress
    from migrateops.config import Config
    from migrateops.revisions.walk import Step
    from migrateops.runtime.migration import MigrationContext


def upgrade(
    config: Config,
    revision: str = "head",
    sql: bool = False,
    tag: str | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """Run ``upgrade()`` of every script between the database and *revision*.

    Args:
        config: The configuration.
        revision: An identifier; with *sql* also a range ``from:to``.
        sql: Write the SQL, and touch no database.
        tag: Free text for ``env.py``.
        progress: Called before each step.

    Raises:
        RangeOnline: A range without *sql*.
        RangeNotUpwards: A range that does not go up.
        ScriptError: A script cannot be read at all.
        MigrateOpsError: Whatever stops the run; what was committed before it stays.
    """
    script = ScriptDirectory.from_config(config)
    heads = None if sql else at_heads(config, script, revision)
    if heads is not None:
        return RunReport(heads=heads)
    return run_upgrade(config, script, revision, sql=sql, tag=tag, progress=progress)


def run_upgrade(
    config: Config,
    script: ScriptDirectory,
    revision: str,
    *,
    sql: bool = False,
    tag: str | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """Do what ``upgrade()`` does where it is not known already that there is nothing to do."""
    refuse_unreadable(script)
    start, revision = start_of(script, revision, sql)
    # Imports SQLAlchemy, which a run with nothing to do does not need.
    from migrateops.commands.running import take_steps

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[Step]:
        # What env.py has said of where the scripts are counts.
        refuse_unreadable(script)
        if context.as_sql:
            from migrateops.revisions.starts import check_upwards

            check_upwards(script.graph, rows, revision)
        return upgrade_path(script.graph, rows, revision, order=script.run_order)

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
