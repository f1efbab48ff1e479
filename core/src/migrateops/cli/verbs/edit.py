"""``edit``."""

from __future__ import annotations

import click

from migrateops.cli.completion import revisions as known
from migrateops.cli.invocation import Invocation
from migrateops.cli.relative import Relative


@click.command(cls=Relative)
@click.argument("revision", shell_complete=known)
@click.pass_obj
def edit(invocation: Invocation, revision: str) -> None:
    """REVISION is an id or the start of one, `head`, `heads`, `label@head` or `current`. The editor is what
    EDITOR or VISUAL names, or else a usual one; several files are opened at once.
    """
    from migrateops.commands.edit import edit as command

    command(invocation.config, revision)
