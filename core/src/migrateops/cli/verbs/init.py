"""``init``."""

from __future__ import annotations

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import say
from migrateops.commands.init import init as command
from migrateops.config import Config


@click.command()
@click.argument("directory", default="migrations")
@click.option(
    "-t",
    "--template",
    metavar="NAME",
    default="plain",
    show_default=True,
    help="What to begin with: a name from `list_templates`, or a directory.",
)
@click.option("--template-directory", metavar="DIRECTORY", help="Look for templates there, too.")
@click.option("--pyproject", is_flag=True, help="Configure in pyproject.toml.")
@click.option("--ini", is_flag=True, help="Configure in migrateops.ini.")
@click.option("--package", is_flag=True, help="Put an __init__.py into the directories.")
@click.pass_obj
def init(
    invocation: Invocation,
    directory: str,
    template: str,
    template_directory: str | None,
    pyproject: bool,
    ini: bool,
    package: bool,
) -> None:
    """The scripts go to DIRECTORY (`migrations` if left out), the configuration to migrateops.toml,
    or to the file that -c names. A configuration that is there is left as it is.
    """
    named = invocation.file
    chosen = [("-c", named)] if named is not None else []
    chosen += [("--pyproject", "pyproject.toml")] if pyproject else []
    chosen += [("--ini", "migrateops.ini")] if ini else []
    if not chosen and template in ("pyproject", "pyproject_async"):
        chosen = [(f"-t {template}", "pyproject.toml")]
    elif len(chosen) > 1 or (ini and template in ("pyproject", "pyproject_async")):
        raise click.UsageError("Say once where to configure: -c, --pyproject, --ini or a template.")
    file = chosen[0][1] if chosen else None
    # A file that -c names need not exist yet.
    config = Config(named) if named is not None else invocation.config
    made = command(
        config, directory, template, package, config_file=file, template_directory=template_directory
    )
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
        say(f"      (or target_metadata in {made.directory}/env.py, in the place of models)")
    if made.driver is not None:
        say(f"      pip install {made.driver}, or the asyncio driver that your url names")
    say('      migrateops revision --autogenerate -m "first tables"\n      migrateops upgrade head')
