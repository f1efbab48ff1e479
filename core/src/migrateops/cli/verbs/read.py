"""``heads``, ``history`` and ``show`` with all their options; ``cli.fast`` answers the usual ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from migrateops.cli.completion import revisions as known
from migrateops.cli.fast import print_listing
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, note
from migrateops.cli.relative import Relative
from migrateops.commands import read
from migrateops.revisions.expressions import names_current

if TYPE_CHECKING:
    from migrateops.config import Config

_VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Several lines for each revision.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print a list of objects.")


@click.command()
@_VERBOSE
@click.option("--resolve-dependencies", is_flag=True, help="Leave out what another revision depends on.")
@click.option(
    "--check",
    is_flag=True,
    help="End with status 4 if there is more than one: `head` is none of them then.",
)
@_JSON
@click.pass_obj
def heads(
    invocation: Invocation, verbose: bool, resolve_dependencies: bool, check: bool, as_json: bool
) -> int:
    """Reads the scripts, and no database. A project that runs `upgrade heads`, as its branches depend on
    each other, takes --check with --resolve-dependencies.
    """
    found = read.heads(invocation.config, resolve_dependencies=resolve_dependencies, strict=check)
    print_listing(invocation.config, "heads", found, verbose=verbose, as_json=as_json)
    if not check or len(found.revisions) < 2:
        return 0
    if not invocation.quiet:
        note(f"note: there are {len(found.revisions)} heads{_advice(found)}")
    return 4


def _advice(heads: read.Listing) -> str:
    if sum(info.is_effective_head for info in heads.revisions) == 1:
        return (
            ", one of which needs all the others: run 'migrateops upgrade heads' and check with"
            " --resolve-dependencies, or join them with 'migrateops merge heads'"
        )
    return (
        ": put one branch behind another with 'migrateops rebase', or join them with 'migrateops merge heads'"
    )


@click.command()
@click.option(
    "-r", "--rev-range", metavar="FROM:TO", shell_complete=known, help="Only these, both ends included."
)
@_VERBOSE
@click.option("-i", "--indicate-current", is_flag=True, help="Mark what the database is at.")
@_JSON
@click.pass_obj
def history(
    invocation: Invocation, rev_range: str | None, verbose: bool, indicate_current: bool, as_json: bool
) -> None:
    """Reads the scripts, and the database only for `current` in a range and for -i. Either end of a range may
    be left out: `-3:` begins three steps before the head, `current:` with what the database is at.
    """
    in_range = names_current(rev_range or "")
    with document_alone(as_json):
        rows = _rows(invocation.config, only_known=in_range) if indicate_current else None
        found = read.history(invocation.config, rev_range, current=rows)
    config = invocation.config
    print_listing(config, "history", found, verbose=verbose, as_json=as_json, current=rows)


@click.command(cls=Relative)
@click.argument("revision", shell_complete=known)
@_JSON
@click.pass_obj
def show(invocation: Invocation, revision: str, as_json: bool) -> None:
    """REVISION is an id or the start of one, `head`, `heads`, `label@head` or `current`."""
    with document_alone(as_json):
        found = read.show(invocation.config, revision)
    print_listing(invocation.config, "show", found, verbose=True, as_json=as_json)


def _rows(config: Config, *, only_known: bool) -> tuple[str, ...]:
    from migrateops.commands.current import current

    rows = current(config, only_known=only_known)
    for row in rows:
        if not row.known:
            note(f"note: the database {row.database!r} is at {row.revision!r}, which no script has")
    return tuple(row.revision for row in rows)
