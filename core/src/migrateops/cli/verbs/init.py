"""``init``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import say
from migrateops.commands.init import init as command
from migrateops.commands.init import templates

if TYPE_CHECKING:
    from migrateops.commands.init import ConfigFile


@click.command()
@click.argument("directory", default="migrations")
@click.option(
    "-t",
    "--template",
    type=click.Choice(templates()),
    default="plain",
    show_default=True,
    help="generic and async have an env.py to edit; plain has none.",
)
@click.option("--pyproject", "config_file", flag_value="pyproject.toml", help="Configure in pyproject.toml.")
@click.option("--ini", "config_file", flag_value="migrateops.ini", help="Configure in migrateops.ini.")
@click.option("--package", is_flag=True, help="Put an __init__.py into the directories.")
@click.pass_obj
def init(
    invocation: Invocation, directory: str, template: str, config_file: ConfigFile | None, package: bool
) -> None:
    """The scripts go to DIRECTORY (`migrations` if left out), the configuration to migrateops.toml.
    A configuration that is there is left as it is.
    """
    made = command(directory, template, config_file=config_file or "migrateops.toml", package=package)
    if invocation.quiet:
        return
    for name in made.files:
        say(f"wrote {made.directory}/{name}")
    if made.config_written:
        say(f"wrote {made.config_file}")
        say(f"\nNext: set url and models in {made.config_file}")
    else:
        say(f"\n{made.config_file} is there already and was left as it is.")
        say(f'Next: see that it has script_location = "{made.directory}", url and models')
    if made.has_env:
        say(f"      set target_metadata in {made.directory}/env.py")
    say('      migrateops revision --autogenerate -m "first tables"\n      migrateops upgrade head')
