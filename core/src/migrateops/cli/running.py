"""Run scripts up or down, and print what is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from migrateops.cli.ending import status_of
from migrateops.cli.output import document_alone, note, progress, refuse_sql_and_json, report, say_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrateops.cli.invocation import Invocation
    from migrateops.commands.report import RunReport
    from migrateops.config import Config
    from migrateops.script.directory import ScriptDirectory


def run(
    invocation: Invocation,
    command: Callable[..., RunReport],
    revision: str,
    *,
    sql: bool = False,
    tag: str | None = None,
    as_json: bool = False,
) -> int:
    """Run scripts up or down, tell of each step, and return the exit status.

    Args:
        invocation: The options of the program.
        command: ``upgrade()`` or ``downgrade()`` of ``migrateops.commands``.
        revision: Where to.
        sql: Write the SQL on stdout, and touch no database.
        tag: Free text for ``env.py``.
        as_json: Print what was done as JSON.

    Raises:
        click.UsageError: Both *sql* and *as_json*.
        MigrateOpsError: Whatever stops the run.
    """
    refuse_sql_and_json(sql, as_json)
    # It notes what stdout is.
    config = invocation.config
    with document_alone(sql or as_json), progress(invocation, sql=sql or as_json) as told:
        done = command(config, revision, sql=sql, tag=tag, progress=told)
    return say_done(invocation, done, sql=sql, as_json=as_json)


def upgrade(invocation: Invocation, revision: str, script: ScriptDirectory | None) -> int:
    """Run an upgrade of which it is not known that there is nothing to do; what stops it is printed.

    Args:
        invocation: The options of the program.
        revision: Where to.
        script: The scripts, where they could be found.

    Returns:
        The exit status.
    """
    from migrateops.commands.upgrade import run_upgrade
    from migrateops.script.directory import ScriptDirectory

    def command(config: Config, revision: str, **opts: Any) -> RunReport:
        return run_upgrade(config, script or ScriptDirectory.from_config(config), revision, **opts)

    return status_of(lambda: run(invocation, command, revision))


def say_done(
    invocation: Invocation, done: RunReport, *, sql: bool, as_json: bool, steps: bool = False
) -> int:
    """Print what a run has to say when it is over, and return the exit status.

    Args:
        invocation: The options of the program.
        done: What the run reports.
        sql: It wrote SQL on stdout, where nothing else may be.
        as_json: Print it as JSON.
        steps: Nothing has told of the steps yet.
    """
    if not as_json:
        return report(invocation, done, sql=sql, steps=steps)
    say_json(done)
    for error in done.hook_errors:
        note(error.report())
    return 3 if done.hook_errors else 0
