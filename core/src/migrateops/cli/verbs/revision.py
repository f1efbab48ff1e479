"""``revision``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from migrateops.cli.completion import revisions as known
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import asking, document_alone, note, say, say_json, shown

if TYPE_CHECKING:
    from migrateops.autogenerate.renames import PossibleRename
    from migrateops.commands.revision import NewRevision


@click.command()
@click.option("-m", "--message", metavar="TEXT", help="The first line of the script, and of its file name.")
@click.option("--autogenerate", is_flag=True, help="Write what the models have and the database has not.")
@click.option("--sql", is_flag=True, help="Run env.py offline, where revision_environment runs it.")
@click.option(
    "--head",
    multiple=True,
    metavar="REVISION",
    shell_complete=known,
    help="What it follows: several to merge, `base` to begin a branch.",
)
@click.option("--splice", is_flag=True, help="Let it follow a revision that is followed already.")
@click.option("--branch-label", multiple=True, metavar="LABEL", help="A label of the branch it begins.")
@click.option("--version-path", metavar="DIRECTORY", help="Where, if there are several places.")
@click.option("--rev-id", metavar="ID", help="Its id; a random one if left out.")
@click.option(
    "--depends-on",
    multiple=True,
    metavar="REVISION",
    shell_complete=known,
    help="What must be applied before it.",
)
@click.option("--edit", is_flag=True, help="Open it in the editor that EDITOR or VISUAL names.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")
@click.pass_obj
def revision(
    invocation: Invocation,
    message: str | None,
    autogenerate: bool,
    sql: bool,
    head: tuple[str, ...],
    splice: bool,
    branch_label: tuple[str, ...],
    version_path: str | None,
    rev_id: str | None,
    depends_on: tuple[str, ...],
    edit: bool,
    as_json: bool,
) -> None:
    """The script is empty, or with --autogenerate has the difference between models and database;
    read it before you run it.
    """
    from migrateops.commands.revision import revision as command

    with document_alone(as_json):
        written = command(
            invocation.config,
            message,
            autogenerate=autogenerate,
            sql=sql,
            head=(head[0] if len(head) == 1 else head) or "head",
            splice=splice,
            branch_label=branch_label or None,
            version_path=version_path,
            rev_id=rev_id,
            depends_on=depends_on or None,
            ask=_ask if asking() and not as_json else None,
        )
    _say(invocation, written, autogenerate=autogenerate, as_json=as_json)
    if edit:
        from migrateops.commands.edit import open_in_editor

        open_in_editor(one.path for one in written)


def _ask(question: PossibleRename) -> bool:
    note(f"{question.reason}:")
    return click.confirm(f"  was {question} renamed?", default=False, err=True)


def _say(
    invocation: Invocation, written: Sequence[NewRevision], *, autogenerate: bool, as_json: bool
) -> None:
    from migrateops.cli.changes import say_notes

    if as_json:
        say_json(written)
        return
    for one in written:
        if invocation.quiet:
            say(shown(one.path))
            continue
        say(f"wrote {shown(one.path)}")
        for line in one.operations:
            say(f"  {line}")
        if autogenerate and not one.operations:
            say("  (no difference)")
        say_notes(one.notes, one.uncompared)
    if not written and not invocation.quiet:
        say("no difference, nothing written")
