"""Options of a table: STRICT, WITHOUT ROWID, AUTOINCREMENT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from migrateops import errors
from migrateops.dialects.sqlite.batch.definition import (
    ColumnConstraint,
    TableConstraint,
    TableDefinition,
    rowid_column,
)
from migrateops.dialects.sqlite.batch.parsing import column as parsed_column
from migrateops.dialects.sqlite.statements import quoted

_PREFIX = "sqlite_"
_KNOWN = "sqlite_autoincrement, sqlite_strict or sqlite_with_rowid"


def with_option(
    definition: TableDefinition,
    table: str,
    option: str,
    value: Any,
    passed_over: Callable[[str], None] | None = None,
) -> TableDefinition:
    """Return the table with an option set; one of another database, or of SQLAlchemy's own, says nothing.

    Args:
        definition: The table.
        table: What it is called, for the error.
        option: As in ``Table(..., sqlite_strict=True)``.
        value: True or False.
        passed_over: Is told where there is no key that can count on, where scripts may ask for that.

    Raises:
        BatchArgument: There is no such option, or no key that can count on.
    """
    if not option.startswith(_PREFIX):
        return definition
    words = set(definition.options)
    match option.removeprefix(_PREFIX):
        case "strict":
            words = words | {"STRICT"} if value else words - {"STRICT"}
        case "with_rowid":
            words = words - {"WITHOUT ROWID"} if value else words | {"WITHOUT ROWID"}
        case "autoincrement":
            return _counting(definition, table, bool(value), passed_over)
        case _:
            raise errors.batch.BatchArgument(table, "table_kwargs", repr(option), _KNOWN)
    if words == definition.options:
        return definition
    written = ", ".join(sorted(words, reverse=True))
    return definition._replace(closing=f") {written}".rstrip())


def _counting(
    definition: TableDefinition, table: str, wanted: bool, passed_over: Callable[[str], None] | None
) -> TableDefinition:
    """Have the key count on, or not: a word of its constraint, which then stands at the column."""
    key = rowid_column(definition)
    constraints: list[ColumnConstraint | TableConstraint] = []
    constraints += [] if key is None else key.of("primary key")
    constraints += [each for each in definition.constraints if each.kind == "primary key"]
    words = [piece.word for each in constraints for piece in each.pieces]
    if wanted is ("AUTOINCREMENT" in words):
        return definition
    if key is None:
        given = "sqlite_autoincrement=True where no INTEGER column is the primary key"
        error = errors.batch.BatchArgument(table, "table_kwargs", given, "for such a key")
        if passed_over is None:
            raise error
        passed_over(error.message())
        return definition
    name = next((f"CONSTRAINT {quoted(each.name)} " for each in constraints if each.name is not None), "")
    written = parsed_column(f"x {name}PRIMARY KEY{' AUTOINCREMENT' if wanted else ''}").constraints
    plain = key.without("primary key")
    changed = plain._replace(constraints=(*written, *plain.constraints))
    kept = (each for each in definition.constraints if each.kind != "primary key")
    columns = (changed if each is key else each for each in definition.columns)
    return definition.with_columns(columns).with_constraints(kept)
