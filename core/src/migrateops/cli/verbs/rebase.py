"""``rebase``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrateops.cli.completion import revisions as known
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import say, say_json, shown

if TYPE_CHECKING:
    from migrateops.commands.rebase import Rebase


@click.command()
@click.argument("revision", required=False, shell_complete=known)
@click.option(
    "--onto", metavar="HEAD", shell_complete=known, help="Put it behind this head; else the only other one."
)
@click.option("--no-database", is_flag=True, help="Ask no database: what moves is applied nowhere.")
@click.option("--dry-run", is_flag=True, help="Write nothing, and show what would change.")
@click.option("--json", "as_json", is_flag=True, help="Print an object.")
@click.pass_obj
def rebase(
    invocation: Invocation,
    revision: str | None,
    onto: str | None,
    no_database: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """REVISION is on the branch that moves. Without it, and with two heads, that is the branch that the
    database has not applied. Only what the oldest revision of the branch follows is rewritten, in its
    file. What the database has applied does not move.
    """
    from migrateops.commands.rebase import rebase as command

    done = command(invocation.config, revision, onto, no_database=no_database, dry_run=dry_run)
    if as_json:
        say_json(done)
    else:
        _print(invocation, done)


def _why_nothing(heads: tuple[str, ...]) -> str:
    if len(heads) > 1:
        return f"of the heads {', '.join(heads)} one depends on the others; name the branch that is to move"
    return f"{heads[0] if heads else 'no revision'} has no other head to stand behind"


def _print(invocation: Invocation, done: Rebase) -> None:
    if not done.moved:
        if not invocation.quiet:
            say(f"nothing to do: {_why_nothing(done.heads)}")
        return
    if not invocation.quiet:
        would = "would move" if done.dry_run else "moved"
        say(f"{would} {', '.join(done.moved)} behind {done.onto}")
    for one in done.rewritten:
        old, new = ", ".join(one.old) or "<base>", ", ".join(one.new)
        path = shown(one.path)
        say(path if invocation.quiet else f"  {path}: {old} -> {new}")
        if done.dry_run and not invocation.quiet:
            say(one.diff.replace(one.path, path))
    if not invocation.quiet:
        heads = "head" if len(done.heads) == 1 else "heads"
        say(f"{heads}: {', '.join(done.heads)}")
