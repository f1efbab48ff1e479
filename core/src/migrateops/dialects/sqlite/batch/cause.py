"""Which change of a batch it is that the database refuses, read from its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from migrateops.dialects.sqlite.batch.definition import TableConstraint
from migrateops.dialects.sqlite.batch.tokens import folded, inside, joined, mentions, tokens

_UNIQUE, _CHECK = "UNIQUE constraint failed: ", "CHECK constraint failed: "
_NO_COLUMN = "no such column: "


def cause(
    reason: str, table: str, made: Sequence[tuple[str, TableConstraint]], retyped: Mapping[str, str]
) -> str | None:
    """Return the operation that asked for what is refused; None where the words do not say.

    Args:
        reason: What the database says.
        table: The table, unquoted.
        made: New constraints, each behind the operation that asked for it.
        retyped: The operations that gave columns another type, by the columns' names.
    """
    for operation, constraint in made:
        if _is_about(reason, table, constraint):
            return operation
    for column, operation in retyped.items():
        if f" column {table}.{column}" in reason or f" for {table}.{column}:" in reason:
            return operation
    return None


def _is_about(reason: str, table: str, constraint: TableConstraint) -> bool:
    if reason.startswith(_UNIQUE):
        columns = ", ".join(f"{table}.{name}" for name in constraint.columns)
        return folded(reason.removeprefix(_UNIQUE)) == folded(columns)
    if reason.startswith(_CHECK):
        what = reason.removeprefix(_CHECK)
        condition = joined(inside(tokens(constraint.text))).strip()[1:-1].strip()
        return constraint.kind == "check" and what in (constraint.name, condition)
    if reason == "datatype mismatch":
        return constraint.kind == "primary key"
    if reason.startswith(_NO_COLUMN):
        return constraint.kind == "check" and mentions(constraint.pieces, reason.removeprefix(_NO_COLUMN))
    return False
