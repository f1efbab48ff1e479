"""``downgrade``: take scripts back down to a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrateops.commands.report import RunReport
from migrateops.commands.running import Progress, take_steps
from migrateops.commands.upgrade import start_of
from migrateops.errors.runtime import StartNeeded
from migrateops.revisions.walk import downgrade_path
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config


def downgrade(
    config: Config,
    revision: str,
    sql: bool = False,
    tag: str | None = None,
    progress: Progress | None = None,
) -> RunReport:
    """Run ``downgrade()`` of every script between the database and *revision*.

    Args:
        config: The configuration.
        revision: An identifier; with *sql* a range ``from:to``.
        sql: Write the SQL, and touch no database.
        tag: Free text for ``env.py``.
        progress: Called before each step.

    Raises:
        StartNeeded: *sql* without a range: nothing says where to start from.
        MigrateOpsError: Whatever stops the run; what was committed before it stays.
    """
    script = ScriptDirectory.from_config(config)
    start, revision = start_of(script, revision, sql)
    if sql and start is None:
        raise StartNeeded(revision)
    return take_steps(
        config,
        lambda rows, context: downgrade_path(script.graph, rows, revision),
        script=script,
        progress=progress,
        as_sql=sql,
        tag=tag,
        starting_rev=start,
        destination_rev=revision,
    )
