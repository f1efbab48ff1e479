"""Building a table anew on a connection: the rows are copied, and those that do not fit are found.

The rows of a large table are read once; what else reads all of them is only done where it can find
something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.dialects.sqlite import driver
from migrateops.dialects.sqlite.batch import catalog
from migrateops.dialects.sqlite.batch.cause import cause
from migrateops.dialects.sqlite.batch.definition import rowid_column
from migrateops.dialects.sqlite.batch.rebuild import Rebuild, Verbatim
from migrateops.dialects.sqlite.batch.tokens import folded, same
from migrateops.dialects.sqlite.error_kind import refused
from migrateops.dialects.sqlite.statements import quoted, unquoted

# From how many rows on a copy is made in pieces, and how many rows a piece has.
_MANY_ROWS, _PIECE = 200_000, 50_000

Copying = Callable[[str, int, int], object]


def build_anew(rebuild: Rebuild, connection: Connection, send: Any, copying: Copying | None = None) -> None:
    """Build the table anew on a connection, in a transaction or savepoint of the caller.

    Args:
        rebuild: How.
        connection: The migrating connection; foreign keys are not enforced on it where rows would be lost.
        send: What sends a statement so that everybody who looks on sees it.
        copying: Told of the table, the rows that are copied, and all of them, where there are many.

    Raises:
        RowsDoNotFit: Rows have values that the new columns do not take.
        RowsLost: A constraint of the new table left out rows.
        RebuildRefused: The database refuses the new table.
        BrokenByRebuild: A view or a trigger would not work with it.
    """
    before = catalog.entries(connection, rebuild.schema)
    gone = [column.name for column in rebuild.old.columns if rebuild.new.column(column.name) is None]
    faults = catalog.broken(connection, rebuild.schema, before, gone)
    temporary = _temporary_triggers(rebuild, connection)
    _require_row_numbers(rebuild, connection)
    aside = _free_name(rebuild, before)
    legacy = _legacy(connection)
    try:
        for statement in rebuild.beginning(aside):
            _send(rebuild, send, statement)
    finally:
        if driver.usable(connection):
            driver.send(connection, f"PRAGMA legacy_alter_table = {legacy}")
    pieces = 0
    try:
        for piece in _pieces(rebuild, connection, aside, copying):
            _send(rebuild, send, rebuild.copy(aside) + piece)
            pieces += 1
    except errors.batch.RebuildRefused:
        _explain_nulls(rebuild, connection, rebuild.name(aside))
        raise
    _check_types(rebuild, connection, aside)
    if pieces > 1 or rebuild.may_leave_out_rows():
        rows, copied = (_count(connection, rebuild.name(table)) for table in (aside, rebuild.table))
        if copied != rows:
            raise errors.batch.RowsLost(rebuild.table, rows, copied)
    for statement in rebuild.ending(aside):
        _send(rebuild, send, statement)
    # Those on this table went with it, and it alone.
    left = _temporary_triggers(rebuild, connection)
    for name, text in temporary.items():
        if name not in left:
            _send(rebuild, send, catalog.in_schema(text, "temp."))
    found = catalog.entries(connection, rebuild.schema)
    after = catalog.broken(connection, rebuild.schema, found, gone)
    for (kind, name), reason in after.items():
        if (kind, name) not in faults:
            raise errors.batch.BrokenByRebuild(rebuild.table, kind, name, reason)


def _pieces(rebuild: Rebuild, connection: Connection, aside: str, copying: Copying | None) -> Iterator[str]:
    """Yield what splits the rows of a large table, and tell how far they have come.

    Where nobody wants to know, all rows are copied by one statement.
    """
    number = rebuild.row_number()
    old, new = rebuild.name(aside), rebuild.name(rebuild.table)
    total = _count(connection, old) if copying is not None and number is not None else 0
    if copying is None or total < _MANY_ROWS:
        yield ""
        return
    kept = None if rebuild.may_leave_out_rows() else rebuild.kept_number()
    done, behind = 0, ""
    while done < total:
        copying(rebuild.table, done, total)
        # By number of rows, as their numbers may have gaps.
        yield f"{behind} ORDER BY {number} LIMIT {_PIECE}"
        done += _PIECE
        if kept is not None:
            last = driver.send(connection, f"SELECT max({kept}) FROM {new}")
        else:
            skipped = f"SELECT {number} FROM {old}{behind} ORDER BY {number}"
            last = driver.send(connection, f"{skipped} LIMIT 1 OFFSET {_PIECE - 1}")
        behind = f" WHERE {number} > {last[0][0]}" if last else ""
    copying(rebuild.table, total, total)


def _send(rebuild: Rebuild, send: Any, statement: str) -> None:
    try:
        send(Verbatim(statement))
    except DBAPIError as error:
        if not refused(error):
            raise
        head = " ".join(statement.split(None, 3)[:2])
        reason = str(error.orig)
        edited = rebuild.edited
        asked = cause(reason, unquoted(rebuild.new.name), edited.made, edited.retyped)
        raise errors.batch.RebuildRefused(rebuild.table, asked or head, reason) from error


def _count(connection: Connection, table: str) -> int:
    ((count,),) = driver.send(connection, f"SELECT count(*) FROM {table}")
    return int(count)


def _legacy(connection: Connection) -> str:
    rows = driver.send(connection, "PRAGMA legacy_alter_table")
    return "ON" if rows and rows[0][0] else "OFF"


def _free_name(rebuild: Rebuild, present: Sequence[catalog.Entry]) -> str:
    taken = {folded(entry.name) for entry in present}
    name, number = f"_migrateops_old_{rebuild.table}", 1
    while folded(name) in taken:
        number += 1
        name = f"_migrateops_old_{rebuild.table}_{number}"
    return name


def _temporary_triggers(rebuild: Rebuild, connection: Connection) -> dict[str, str]:
    """Return the texts of triggers in the temporary schema: they may be on tables of other schemas."""
    if rebuild.schema is not None and same(rebuild.schema, "temp"):
        return {}
    found = catalog.entries(connection, "temp")
    return {entry.name: entry.sql for entry in found if entry.type == "trigger"}


def _require_row_numbers(rebuild: Rebuild, connection: Connection) -> None:
    """Make sure that a column that becomes the number of the row has one: for NULL, any would be taken."""
    key, old = rowid_column(rebuild.new), rowid_column(rebuild.old)
    if key is None or (old is not None and same(old.name, key.name)):
        return
    if any(same(key.name, name) for name in rebuild.edited.carried):
        table = rebuild.name(rebuild.table)
        nulls = f"SELECT count(*) FROM {table} WHERE {quoted(key.name)} IS NULL"
        ((count,),) = driver.send(connection, nulls)
        if count:
            why = "it is to be the primary key, and they have NULL"
            raise errors.batch.RowsDoNotFit(rebuild.table, key.name, count, why)


def _explain_nulls(rebuild: Rebuild, connection: Connection, table: str) -> None:
    """Raise what is wrong with the rows, if it is that a column that may not be NULL would be.

    Looked for only when the rows were refused: the search reads the whole table.
    """
    carried = rebuild.edited.carried
    for name in rebuild.edited.filled:
        if any(same(name, other) for other in carried):
            nulls = f"SELECT count(*) FROM {table} WHERE {quoted(name)} IS NULL"
            ((count,),) = driver.send(connection, nulls)
            if count:
                raise errors.batch.RowsDoNotFit(
                    rebuild.table, name, count, "it is to be NOT NULL, and they have NULL"
                )
    for column in rebuild.new.columns:
        is_new = not any(same(column.name, other) for other in carried)
        needs_value = column.has("not null") and not (column.has("default") or column.has("generated"))
        if is_new and needs_value and column is not rowid_column(rebuild.new):
            count = _count(connection, table)
            why = "it is new, NOT NULL, and has no default"
            raise errors.batch.RowsDoNotFit(rebuild.table, column.name, count, why, is_new=True)


def _check_types(rebuild: Rebuild, connection: Connection, aside: str) -> None:
    """Look for values that the type of their column did not turn into its own kind.

    Where the old type asked the same of values as the new one does, they are what they were.
    """
    unfit: dict[str, str] = {}
    for name in rebuild.edited.retyped:
        column = rebuild.new.column(name)
        if column is not None and not column.has("generated"):
            condition = _unfit(column.name, column.type_name)
            if condition is not None:
                unfit[column.name] = condition
    if not unfit:
        return
    place = f"{quoted(rebuild.schema)}." if rebuild.schema else ""
    for row in driver.send(connection, f"PRAGMA {place}table_info({quoted(aside)})"):
        for name, condition in list(unfit.items()):
            if same(name, row[1]) and _unfit(name, row[2]) == condition:
                del unfit[name]
    if not unfit:
        return
    table = rebuild.name(rebuild.table)
    # One look at the rows for all columns, and in most cases the only one.
    anywhere = " OR ".join(unfit.values())
    if not driver.send(connection, f"SELECT 1 FROM {table} WHERE {anywhere} LIMIT 1"):
        return
    for name, condition in unfit.items():
        counted = f"SELECT count(*), min(quote({quoted(name)})) FROM {table} WHERE {condition}"
        ((count, example),) = driver.send(connection, counted)
        if count:
            column = rebuild.new.column(name)
            wanted = column.type_name if column is not None else ""
            raise errors.batch.RowsDoNotFit(rebuild.table, name, count, f"it is to be {wanted}", example)


def _unfit(column: str, type_name: str) -> str | None:
    """Return the condition of values that a column of this declared type should not have; None for any.

    https://www.sqlite.org/datatype3.html#determination_of_column_affinity; dates and times are text, or
    numbers, in whatever way the application writes them.
    """
    upper, name = type_name.upper(), quoted(column)
    if "INT" in upper or "BOOL" in upper:
        return f"(typeof({name}) <> 'integer' AND {name} IS NOT NULL)"
    if any(word in upper for word in ("CHAR", "CLOB", "TEXT", "BLOB", "JSON", "DATE", "TIME")):
        return None
    if any(word in upper for word in ("REAL", "FLOA", "DOUB")):
        return f"(typeof({name}) <> 'real' AND {name} IS NOT NULL)"
    if any(word in upper for word in ("DEC", "NUM")):
        # Numbers come before text, and text before blobs.
        return f"{name} >= ''"
    return None
