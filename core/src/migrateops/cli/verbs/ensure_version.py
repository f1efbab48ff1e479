"""``ensure_version``."""

from __future__ import annotations

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, refuse_sql_and_json, say, say_json


@click.command("ensure_version")
@click.option("--sql", is_flag=True, help="Write the SQL on stdout, and touch no database.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects, one for each database.")
@click.pass_obj
def ensure_version(invocation: Invocation, sql: bool, as_json: bool) -> None:
    """Rows that it has are left as they are. For a user that may not create tables: have another one run it,
    once.
    """
    from migrateops.commands.ensure_version import ensure_version as command

    refuse_sql_and_json(sql, as_json)
    config = invocation.config
    with document_alone(sql or as_json):
        found = command(config, sql=sql)
    if as_json:
        say_json(found)
    elif not sql and not invocation.quiet:
        for table in found:
            schema = f"{table.version_table_schema}." if table.version_table_schema else ""
            what = "created" if table.created else "is there already:"
            where = f"{table.database}: " if len(found) > 1 else ""
            say(f"{where}{what} {schema}{table.version_table}")
