"""``snapshot``."""

from __future__ import annotations

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, say, say_json, shown


@click.command()
@click.option("--models", is_flag=True, help="Of the models, as the database would have them.")
@click.option("-o", "--output", metavar="FILE", help="Write it to this file, which is replaced.")
@click.option("--fingerprint", is_flag=True, help="Print only its fingerprint.")
@click.option("--json", "as_json", is_flag=True, help="Print an object, also with -o.")
@click.pass_obj
def snapshot(
    invocation: Invocation, models: bool, output: str | None, fingerprint: bool, as_json: bool
) -> None:
    """The same schema gives the same text, and the same fingerprint. What is written with -o, `diff` reads.
    Nothing is written to the database.
    """
    from migrateops.commands.snapshot import snapshot as command

    with document_alone(True):
        found = command(invocation.config, models, output)
    if as_json:
        say_json(found)
    elif fingerprint:
        say(found.fingerprint)
    elif output is None:
        say_json(found)
    elif not invocation.quiet:
        say(f"wrote {shown(output)}")
