"""``coverage``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, say, say_json

if TYPE_CHECKING:
    from migrateops.commands.coverage import Coverage, UncomparedKind

_SHOWN = 5


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects, with all names.")
@click.pass_obj
def coverage(invocation: Invocation, as_json: bool) -> None:
    """By kind of object: what is compared and how much of it there is, what is there and is not compared,
    and the plugin that would compare it. Writes nothing.
    """
    from migrateops.commands.coverage import coverage as command

    with document_alone(as_json):
        found = command(invocation.config)
    if as_json:
        say_json(found)
        return
    for one in found:
        for line in _lines(one):
            say(line)


def _lines(found: Coverage) -> Iterator[str]:
    yield f"database {found.database}"
    yield "compared:"
    for kind in found.compared:
        yield f"  {kind.kind} ({kind.objects})"
        yield from (f"    but not {phrase}" for phrase in kind.left_out)
    if found.not_compared:
        yield "not compared:"
    for other in found.not_compared:
        yield f"  {other.kind} ({len(other.objects)}): {_names(other)}"
        yield f"    {_advice(other)}"
    if found.part_of:
        yield "not dropped by itself:"
    for one in found.part_of:
        name = one.name if one.schema is None else f"{one.schema}.{one.name}"
        yield f"  {one.kind} {name}: belongs to {one.part_of}"


def _names(kind: UncomparedKind) -> str:
    names = [one.name if one.schema is None else f"{one.schema}.{one.name}" for one in kind.objects]
    more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _advice(kind: UncomparedKind) -> str:
    return "no plugin is known for it" if kind.plugin is None else f"{kind.plugin} compares it"
