"""``upgrade``, ``downgrade`` and ``stamp``."""

from __future__ import annotations

import click

from migrateops.cli.completion import revisions as known
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, refuse_sql_and_json
from migrateops.cli.relative import Relative
from migrateops.cli.running import run, say_done

_SQL = click.option("--sql", is_flag=True, help="Write the SQL on stdout, and touch no database.")
_TAG = click.option("--tag", metavar="TEXT", help="Free text for env.py.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")


@click.command(cls=Relative)
@click.argument("revision", default="head", shell_complete=known)
@_SQL
@_TAG
@_JSON
@click.pass_obj
def upgrade(invocation: Invocation, revision: str, sql: bool, tag: str | None, as_json: bool) -> int:
    """REVISION is an identifier: `head` (the default), `heads`, `+1`, an id or the start of one,
    `label@head`. With --sql it may be a range, `from:to`.
    """
    from migrateops.commands.upgrade import upgrade as command

    return run(invocation, command, revision, sql=sql, tag=tag, as_json=as_json)


@click.command(cls=Relative)
@click.argument("revision", shell_complete=known)
@_SQL
@_TAG
@_JSON
@click.pass_obj
def downgrade(invocation: Invocation, revision: str, sql: bool, tag: str | None, as_json: bool) -> int:
    """REVISION is an identifier: `-1`, `base`, an id or the start of one, `label@base`.
    With --sql it must be a range, `from:to`.
    """
    from migrateops.commands.downgrade import downgrade as command

    return run(invocation, command, revision, sql=sql, tag=tag, as_json=as_json)


@click.command(cls=Relative)
@click.argument("revisions", nargs=-1, required=True, metavar="REVISION...", shell_complete=known)
@_SQL
@_TAG
@click.option("--purge", is_flag=True, help="Delete all rows first, also those that no script has.")
@_JSON
@click.pass_obj
def stamp(
    invocation: Invocation,
    revisions: tuple[str, ...],
    sql: bool,
    tag: str | None,
    purge: bool,
    as_json: bool,
) -> int:
    """Nothing is checked about the schema. Each REVISION is an identifier, such as `head` or `base`;
    with --sql it may be a range, `from:to`.
    """
    from migrateops.commands.stamp import stamp as command

    refuse_sql_and_json(sql, as_json)
    config = invocation.config
    with document_alone(sql or as_json):
        done = command(config, revisions, sql=sql, tag=tag, purge=purge)
    return say_done(invocation, done, sql=sql, as_json=as_json, steps=True)
