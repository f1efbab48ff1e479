"""``quickstart``."""

from __future__ import annotations

import click

from migrateops.cli.output import say


@click.command()
@click.argument("directory", default="shop")
def quickstart(directory: str) -> None:
    """The project is made in DIRECTORY (`shop` if left out), runs on a file there, and is left for you.
    Every command is shown with what it prints.
    """
    from migrateops.commands.quickstart import Told
    from migrateops.commands.quickstart import quickstart as command

    for number, scene in enumerate(command(directory)):
        if isinstance(scene, Told):
            say(scene.text if number == 0 else f"\n{scene.text}")
        else:
            say(f"\n$ {scene.command}\n{scene.output}".rstrip())
