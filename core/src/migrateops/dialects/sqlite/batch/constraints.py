"""The constraints of a table, by the names that they go by, and told from each other by what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from migrateops import errors
from migrateops.dialects.sqlite.batch.definition import (
    Column,
    ColumnConstraint,
    TableConstraint,
    TableDefinition,
)
from migrateops.dialects.sqlite.batch.naming import conventional_name
from migrateops.dialects.sqlite.batch.tokens import folded, inside, mentions, same

_KINDS: Mapping[str, tuple[str, ...]] = {
    "primary": ("primary key",),
    "unique": ("unique",),
    "check": ("check",),
    "foreignkey": ("foreign key", "references"),
}


class Named(NamedTuple):
    """A constraint of a table.

    Attributes:
        name: The name that it goes by; None for none.
        kind: What it is.
        column: The column that it stands in; None where it stands behind the columns.
        constraint: The constraint.
    """

    name: str | None
    kind: str
    column: Column | None
    constraint: ColumnConstraint | TableConstraint


def all_constraints(
    definition: TableDefinition, table_name: str, convention: Mapping[str, Any] | None
) -> list[Named]:
    """Return every constraint; those without a name go by what the naming convention calls them."""
    found = [
        Named(each.name, each.kind, column, each)
        for column in definition.columns
        for each in column.constraints
        if each.name is not None or each.kind in ("primary key", "unique", "check", "references")
    ]
    found += [Named(each.name, each.kind, None, each) for each in definition.constraints]
    if convention is None:
        return found
    return [
        each
        if each.name is not None
        else each._replace(name=conventional_name(table_name, each.column, each.constraint, convention))
        for each in found
    ]


def find(constraints: Sequence[Named], name: str | None, type_: str | None, table_name: str) -> Named | None:
    """Return the constraint of a name, or None.

    Args:
        constraints: Those of the table.
        name: The name.
        type_: What `drop_constraint` is told of its kind.
        table_name: The table, for messages.

    Raises:
        AmbiguousConstraint: Several go by that name.
    """
    kinds = _KINDS.get(type_ or "", ())
    wanted = [each for each in constraints if not kinds or each.kind in kinds]
    called = [each for each in wanted if name and each.name and same(each.name, name)]
    if len(called) > 1:
        raise errors.batch.AmbiguousConstraint(table_name, str(name), len(called))
    if called:
        return called[0]
    # A table has one primary key: it needs no name.
    return next((each for each in wanted if kinds == ("primary key",) and each.name is None), None)


def is_called(constraint: ColumnConstraint | TableConstraint, name: str | None) -> bool:
    """Say whether a constraint has a name in the database, and this one."""
    return name is not None and constraint.name is not None and same(constraint.name, name)


def is_lone_check(constraint: TableConstraint, column: Column, table: TableDefinition) -> bool:
    """Say whether a constraint is a CHECK without a name that is on one column alone."""
    if constraint.kind != "check" or constraint.name is not None:
        return False
    written = list(inside(constraint.pieces))
    return [each for each in table.columns if mentions(written, each.name)] == [column]


def shown(kind: str, name: str | None) -> str:
    """Return what messages call a constraint."""
    return f"{kind} constraint {name!r}" if name is not None else f"a {kind} constraint without a name"


def meaning(constraint: ColumnConstraint | TableConstraint) -> tuple[str, ...]:
    """Return a form in which constraints agree that differ in blanks, quotes, case or name."""
    pieces = constraint.pieces
    if pieces and pieces[0].word == "CONSTRAINT":
        pieces = pieces[2:]
    return tuple(folded(piece.name) if piece.kind in ("word", "quoted") else piece.text for piece in pieces)
