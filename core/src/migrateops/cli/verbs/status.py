"""``status``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING

import click

from migrateops.cli.failure import coded_error
from migrateops.cli.fast import revision_line
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import document_alone, note, say, say_json, shown

if TYPE_CHECKING:
    from migrateops.commands.status import AppliedRevision, DatabaseStatus, PluginStatus, Status

_SHOWN = 5
_WIDTH = 12


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print an object.")
@click.pass_obj
def status(invocation: Invocation, as_json: bool) -> int:
    """Files, database, pending scripts, heads and plugins. Writes nothing, and creates nothing. What cannot
    be read or reached is said, and the rest shown; then the status is 1.
    """
    from migrateops.commands.status import status as command

    with document_alone(as_json):
        found = command(invocation.config)
    coded = [(error, coded_error(error)) for error in found.database_faults]
    reached = [fault for _, fault in coded if fault is not None]
    # A mistake of this program is said as any other, and hides nothing of the answer.
    mistakes = [error for error, fault in coded if fault is None]
    if as_json and not mistakes:
        values = {field.name: getattr(found, field.name) for field in fields(found)}
        say_json({**values, "database_faults": reached})
    elif not as_json:
        for line in _screen(found, ["MO000" if fault is None else fault.code for _, fault in coded]):
            say(line)
        for one in (*found.faults, *reached):
            note(one.report())
    for error in mistakes:
        raise error
    return 1 if found.faults or reached else 0


def _screen(found: Status, codes: list[str]) -> Iterator[str]:
    yield _row("project", shown(found.config_file) if found.config_file else "(no configuration file)")
    yield _row("scripts", f"{shown(found.script_location)} ({_count(found)})")
    yield from _rows("heads", [revision_line(head) for head in found.heads])
    if len(found.heads) > 1:
        yield _row("", f"{len(found.heads)} heads: join them with `migrateops merge heads`, or `rebase` one")
    for database in found.databases:
        yield from _database(database)
    for code in codes:
        yield _row("database", f"cannot be asked ({code})")
    yield from _rows("plugins", [_plugin(one) for one in found.plugins] or ["(none)"])


def _count(found: Status) -> str:
    if found.revisions is None:
        return "cannot be read"
    return "1 revision" if found.revisions == 1 else f"{found.revisions} revisions"


def _database(database: DatabaseStatus) -> Iterator[str]:
    version = ".".join(map(str, database.server_version or ()))
    schema = f"{database.version_table_schema}." if database.version_table_schema else ""
    missing = "" if database.has_version_table else " (not there)"
    yield _row("database", database.url)
    yield _row("server", f"{database.dialect} {version}".rstrip() + f", driver {database.driver}")
    yield _row("versions", f"{schema}{database.version_table}{missing}")
    yield from _rows("current", [_applied(row) for row in database.current] or ["<base>"])
    if database.pending is None:
        yield _row("pending", "cannot be said")
        return
    lines = [revision_line(one) for one in database.pending[:_SHOWN]]
    more = len(database.pending) - _SHOWN
    if more > 0:
        lines.append(f"and {more} more")
    yield from _rows("pending", [f"{len(database.pending)}" if lines else "nothing", *lines])


def _applied(row: AppliedRevision) -> str:
    text = row.revision if row.known is not False else f"{row.revision} (no script)"
    return f"{text}, {row.message}" if row.message else text


def _plugin(one: PluginStatus) -> str:
    off = "" if one.state == "enabled" else f" (off: {one.state})"
    faults = f" ({one.faults} wrong, see plugins doctor)" if one.faults else ""
    return f"{one.distribution} {one.version}{off}{faults}"


def _rows(title: str, values: list[str]) -> Iterator[str]:
    for number, value in enumerate(values):
        yield _row("" if number else title, value)


def _row(title: str, value: str) -> str:
    return f"{f'{title}:' if title else '':{_WIDTH}}{value}"
