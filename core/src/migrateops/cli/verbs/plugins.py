"""``plugins list``, ``plugins show`` and ``plugins doctor``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import click

from migrateops.cli.document import plain
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import note, say, say_json, table
from migrateops.errors.base import MigrateOpsError

if TYPE_CHECKING:
    from migrateops.commands.plugins import ShownOperation
    from migrateops.config import Config
    from migrateops.plugins.doctor import ShownPlugin

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def plugins() -> None:
    """Plugins are installed distributions; nothing has to be registered anywhere else. These commands work
    with everything broken, also outside of a project.
    """


@plugins.command("list")
@_JSON
@click.pass_obj
def list_(invocation: Invocation, as_json: bool) -> None:
    """Show every installed distribution with plugins, and whether it takes part. Imports none of them."""
    from migrateops.commands.plugins import listing

    found = listing(_config(invocation))
    if as_json:
        say_json(found)
        return
    rows = [
        [
            one.distribution,
            one.version,
            "enabled" if one.state == "enabled" else f"off ({one.state})",
            ", ".join([*one.operations, *(f"dialect {name}" for name in one.dialects)]),
            f"{len(one.faults)} (see plugins doctor)" if one.faults else "",
        ]
        for one in found
    ]
    if rows:
        table(invocation, ["distribution", "version", "state", "offers", "faults"], rows)
    else:
        say("no plugins are installed")


@plugins.command()
@click.argument("name")
@_JSON
@click.pass_obj
def show(invocation: Invocation, name: str, as_json: bool) -> int:
    """Show all about a distribution, or who offers an operation: the first is the one that scripts get, as
    what a project registers itself shadows a plugin. For that, env.py is executed, without a database and
    with nothing to run.
    """
    from migrateops.commands.plugins import ShownOperation
    from migrateops.commands.plugins import show as command

    # What env.py prints is no part of the answer.
    with redirect_stdout(sys.stderr):
        found = command(_config(invocation), name)
    if isinstance(found, ShownOperation):
        as_data = {"name": found.name, "offers": found.offers}
        lines, faults = _operation(found), found.faults
    else:
        entry_points = [_entry_point(one) for one in found.adverts]
        as_data = {**_plain(found.listed), "requires": found.requires, "entry_points": entry_points}
        lines, faults = _distribution(found), found.listed.faults
    if as_json:
        say_json({**as_data, "faults": faults})
    else:
        for line in lines:
            say(line)
        for fault in faults:
            say(f"  fault[{fault.code}]: {fault.message()}")
    return 1 if isinstance(found, ShownOperation) and not found.offers else 0


@plugins.command()
@_JSON
@click.pass_obj
def doctor(invocation: Invocation, as_json: bool) -> int:
    """Import every plugin that may take part, each on its own, and show what is wrong; status 1 if there is
    an error.
    """
    from migrateops.commands.plugins import doctor as command

    found = command(_config(invocation))
    if as_json:
        # The error itself is there by its code, message and hint.
        say_json([{name: value for name, value in plain(one).items() if name != "error"} for one in found])
    else:
        for one in found:
            say(f"{one.level}{f'[{one.code}]' if one.code else ''}: {one.message}")
            if one.hint:
                say(f"  hint: {one.hint}")
        if not found and not invocation.quiet:
            say("nothing is wrong")
    return 1 if any(one.level == "error" for one in found) else 0


def _config(invocation: Invocation) -> Config | None:
    """Return the project; None, with a note, if its configuration is what is broken."""
    try:
        _ = invocation.config.settings
    except MigrateOpsError as error:
        note(f"note: as for no project: {error.message()}")
        return None
    return invocation.config


def _plain(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__ if name != "faults"}


def _entry_point(one: Any) -> dict[str, Any]:
    advert = one.advert
    return {
        "group": advert.group,
        "name": advert.name,
        "value": advert.value,
        "state": one.state,
        "rivals": one.rivals,
    }


def _operation(found: ShownOperation) -> Iterator[str]:
    for number, offer in enumerate(found.offers):
        if number == 0:
            yield offer.signature
        source = f"{offer.layer} {offer.distribution}" if offer.distribution else offer.layer
        what = "used" if number == 0 else "shadowed"
        yield f"  {what}: {offer.operation} ({source})"
        if offer.dialects:
            yield f"    dialects: {', '.join(offer.dialects)}"
        if offer.file is not None:
            yield f"    file: {offer.file}"


def _distribution(found: ShownPlugin) -> Iterator[str]:
    one = found.listed
    yield f"{one.distribution} {one.version}, {'enabled' if one.state == 'enabled' else f'off ({one.state})'}"
    yield f"  place: {one.place}"
    if found.requires:
        yield f"  requires: {', '.join(found.requires)}"
    for shown in found.adverts:
        rivals = f" (also {', '.join(shown.rivals)})" if shown.rivals else ""
        state = "" if shown.state == "offered" else f": {shown.state}"
        yield f"  {shown.advert.entry_point}{state}{rivals}"
