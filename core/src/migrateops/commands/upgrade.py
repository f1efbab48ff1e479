"""``upgrade``: run the scripts up to a revision."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from migrateops.commands.probe import at_heads
from migrateops.commands.report import RunReport
from migrateops.errors.runtime import RangeOnline
from migrateops.errors.scripts import NoRevisionHeader, VersionLocationMissing
from migrateops.revisions.expressions import split_range
from migrateops.revisions.starts import check_upwards, starts_of
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
    refuse_unreadable(script)
    start, revision = start_of(script, revision, sql)
    if not sql:
        heads = at_heads(config, script, revision)
        if heads is not None:
            return RunReport(heads=heads)
    # Imports SQLAlchemy, which a run with nothing to do does not need.
    from migrateops.commands.running import take_steps

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[Step]:
        if context.as_sql:
            check_upwards(script.graph, rows, revision)
        return upgrade_path(script.graph, rows, revision)

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


def refuse_unreadable(script: ScriptDirectory, new_location: str | None = None) -> None:
    """Raise the fault of a script of which not even the header can be read, or of a missing location.

    It may be the newest one: without it ``head`` would stand for another revision, and nobody
    would notice.  A file that says nothing of a revision is no script.

    Args:
        script: The scripts.
        new_location: A location that is about to be made.

    Raises:
        BrokenGraph: Revisions were left out because they do not fit together.
        ScriptError: There is one.
    """
    script.check_graph()
    made = None if new_location is None else os.path.realpath(new_location)
    # Where there is none yet, no scripts can be missing: the first one makes them all.
    none_yet = made is not None and not any(map(os.path.isdir, script.version_locations))
    for fault in script.faults:
        expected = isinstance(fault, VersionLocationMissing) and (
            none_yet or os.path.realpath(fault.path) == made
        )
        if not expected and not isinstance(fault, NoRevisionHeader):
            raise fault


def start_of(script: ScriptDirectory, revision: str, sql: bool) -> tuple[tuple[str, ...] | None, str]:
    """Split ``from:to`` into the rows to start from and the target; without a range there are no rows.

    Commas are between several rows.

    Raises:
        RangeOnline: A range without *sql*.
        RevisionError: The start stands for nothing.
    """
    if ":" not in revision:
        return None, revision
    if not sql:
        raise RangeOnline(revision)
    start, end = split_range(revision) or ("", "")
    return starts_of(script.graph, start or "base"), end or "heads"
