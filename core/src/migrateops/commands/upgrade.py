"""``upgrade``: run the scripts up to a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrateops.commands.probe import at_heads
from migrateops.commands.report import RunReport
from migrateops.errors.runtime import RangeOnline
from migrateops.errors.scripts import NoRevisionHeader
from migrateops.revisions.expressions import resolve, split_range
from migrateops.revisions.walk import upgrade_path
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.commands.running import Progress
    from migrateops.config import Config


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
        ScriptError: A script cannot be read at all.
        MigrateOpsError: Whatever stops the run; what was committed before it stays.
    """
    script = ScriptDirectory.from_config(config)
    refuse_unreadable(script)
    start, revision = start_of(script, revision, sql)
    if not sql:
        heads = at_heads(config, script, revision)
        if heads is not None:
            return RunReport(heads=heads)
    # Imports SQLAlchemy, which a run with nothing to do does not need.
    from migrateops.commands.running import take_steps

    return take_steps(
        config,
        lambda rows, context: upgrade_path(script.graph, rows, revision),
        script=script,
        progress=progress,
        as_sql=sql,
        tag=tag,
        starting_rev=start,
        destination_rev=revision,
    )


def refuse_unreadable(script: ScriptDirectory) -> None:
    """Raise the fault of a script of which not even the header can be read.

    It may be the newest one: without it ``head`` would stand for another revision, and nobody
    would notice.  A file that says nothing of a revision is no script.

    Raises:
        ScriptError: There is one.
    """
    for fault in script.faults:
        if not isinstance(fault, NoRevisionHeader):
            raise fault


def start_of(script: ScriptDirectory, revision: str, sql: bool) -> tuple[tuple[str, ...] | None, str]:
    """Split ``from:to`` into the rows to start from and the target; without a range there are no rows.

    Raises:
        RangeOnline: A range without *sql*.
        RevisionError: The start stands for nothing.
    """
    if ":" not in revision:
        return None, revision
    if not sql:
        raise RangeOnline(revision)
    start, end = split_range(revision) or ("", "")
    rows = (one.revision for one in resolve(script.graph, start or "base") if one is not None)
    return tuple(rows), end or "heads"
