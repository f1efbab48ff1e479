"""``merge``."""

from __future__ import annotations

import click

from migrateops.cli.completion import revisions as known
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, note, say, say_json, shown


@click.command()
@click.argument("revisions", nargs=-1, required=True, metavar="REVISION...", shell_complete=known)
@click.option("-m", "--message", metavar="TEXT", help="The first line of the script.")
@click.option("--branch-label", multiple=True, metavar="LABEL", help="A label of the branch it begins.")
@click.option("--rev-id", metavar="ID", help="Its id; a random one if left out.")
@click.option("--splice", is_flag=True, help="Let it follow revisions that are followed already.")
@click.option("--json", "as_json", is_flag=True, help="Print an object.")
@click.pass_obj
def merge(
    invocation: Invocation,
    revisions: tuple[str, ...],
    message: str | None,
    branch_label: tuple[str, ...],
    rev_id: str | None,
    splice: bool,
    as_json: bool,
) -> None:
    """Each REVISION is an identifier; `heads` stands for all heads. The script does nothing but follow them:
    once it is applied, the version table has one row in place of theirs.
    """
    from migrateops.commands.merge import merge as command

    with document_alone(as_json):
        written = command(
            invocation.config,
            revisions,
            message,
            branch_label=branch_label or None,
            rev_id=rev_id,
            splice=splice,
        )
    if as_json:
        say_json(written)
    else:
        path = shown(written.path)
        say(path if invocation.quiet else f"wrote {path}")
        for text in written.notes if not invocation.quiet else ():
            note(f"note: {text}")
