"""What a naming convention calls a constraint that has no name in the database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy import Column as SchemaColumn
from sqlalchemy.exc import InvalidRequestError

from migrateops.dialects.sqlite.batch.definition import (
    Column,
    ColumnConstraint,
    TableConstraint,
    TableDefinition,
)
from migrateops.dialects.sqlite.batch.tokens import split

Constrained = TypeVar("Constrained", ColumnConstraint, TableConstraint)

_NAMED = ("primary key", "unique", "references", "foreign key")


def with_names(
    definition: TableDefinition, table_name: str, convention: Mapping[str, Any], quote: Callable[[str], str]
) -> TableDefinition:
    """Return the definition with the names of the convention on keys that have none."""

    def named(column: Column | None, constraint: Constrained) -> Constrained:
        if constraint.name is not None or constraint.kind not in _NAMED:
            return constraint
        name = conventional_name(table_name, column, constraint, convention)
        if name is None:
            return constraint
        written = constraint.text.lstrip()
        blanks = constraint.text[: len(constraint.text) - len(written)] or " "
        return constraint._replace(name=name, text=f"{blanks}CONSTRAINT {quote(name)} {written}")

    columns = [
        column._replace(constraints=tuple(named(column, each) for each in column.constraints))
        for column in definition.columns
    ]
    constraints = [named(None, each) for each in definition.constraints]
    return definition.with_columns(columns).with_constraints(constraints)


def conventional_name(
    table_name: str,
    column: Column | None,
    constraint: ColumnConstraint | TableConstraint,
    convention: Mapping[str, Any],
) -> str | None:
    """Return the name, or None where the convention has none for it.

    Args:
        table_name: Of the table that it is on, unquoted.
        column: The column that it stands in; None where it stands behind the columns.
        constraint: The constraint.
        convention: As for ``MetaData(naming_convention=...)``.
    """
    columns = constraint.columns if isinstance(constraint, TableConstraint) else ()
    if column is not None:
        columns = (column.name,)
    made = _made(constraint, columns)
    if made is None:
        return None
    metadata = MetaData(naming_convention=dict(convention))
    try:
        table = Table(table_name, metadata, *(SchemaColumn(name, Integer) for name in columns))
        table.append_constraint(made)
    except (InvalidRequestError, KeyError):
        # The convention asks for something that it does not have, such as a name.
        return None
    return str(made.name) if isinstance(made.name, str) else None


def _made(constraint: ColumnConstraint | TableConstraint, columns: tuple[str, ...]) -> Constraint | None:
    match constraint.kind:
        case "primary key":
            return PrimaryKeyConstraint(*columns)
        case "unique":
            return UniqueConstraint(*columns)
        case "check":
            return CheckConstraint("1")
        case "references" | "foreign key":
            table, names = referred(constraint)
            # Without a list of columns, the primary key is meant; any name will do.
            return ForeignKeyConstraint(
                columns, [f"{table}.{name}" for name in names or columns], link_to_name=True
            )
    return None


def referred(constraint: ColumnConstraint | TableConstraint) -> tuple[str, tuple[str, ...]]:
    """Return the table that a foreign key refers to, and the columns there; none for its primary key."""
    pieces = constraint.pieces
    at = next(at for at, piece in enumerate(pieces) if piece.word == "REFERENCES")
    table = pieces[at + 1].name
    if len(pieces) <= at + 2 or pieces[at + 2].text != "(":
        return table, ()
    end = next(end for end in range(at + 2, len(pieces)) if pieces[end].text == ")")
    return table, tuple(part[0].name for part in split(pieces[at + 3 : end]))
