"""``list_templates``."""

from __future__ import annotations

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import say_json, table


@click.command("list_templates")
@click.option("--template-directory", metavar="DIRECTORY", help="Look for templates there, too.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.pass_obj
def list_templates(invocation: Invocation, template_directory: str | None, as_json: bool) -> None:
    """`init -t NAME` takes one of them. Our own come first; `template_directory` of the configuration adds
    those of a team.
    """
    from migrateops.commands.list_templates import list_templates as command

    found = command(invocation.config, template_directory)
    if as_json:
        say_json(found)
    else:
        table(invocation, ("template", "about"), [(one.name, one.summary) for one in found])
