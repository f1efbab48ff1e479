"""AUTO_INCREMENT, which no column may have without a key: it goes before a key does, and comes after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Table

from migrateops.operations import ops
from migrateops.snapshot.records import TableRecord

NUMBERS = "autoincrement"
"""The attribute of a column's record, and the option of ``alter_column``."""

NUMBERED_BY = "migrateops.numbered_by"
"""Under this name ``info`` of a reflected column has the default that numbers it, and that nobody gave."""


def numbering(
    one: TableRecord, other: TableRecord, *, key_changes: bool, columns: Mapping[str, Column[Any]]
) -> list[str]:
    """Return the columns that number themselves in one record of a table, and may not all the time.

    Args:
        one: The record.
        other: The record of the other side.
        key_changes: The primary key of the one goes, or comes.
        columns: The columns to look among, by name.
    """
    as_well = {column.name for column in other.columns if column.autoincrement}
    return [
        column.name
        for column in one.columns
        if column.autoincrement and column.name in columns and (key_changes or column.name not in as_well)
    ]


def numbers(
    names: Iterable[str], columns: Mapping[str, Column[Any]], model: Table, *, on: bool
) -> Iterator[ops.AlterColumnOp]:
    """Yield what gives AUTO_INCREMENT to columns, or takes it away.

    Args:
        names: Their names.
        columns: The columns as they are by then, by name.
        model: The table of the models.
        on: Whether it is given.
    """
    for name in names:
        yield ops.AlterColumnOp(
            model.name,
            name,
            existing_type=columns[name].type,
            existing_nullable=False,
            existing_server_default=None,
            existing_comment=columns[name].comment,
            schema=model.schema,
            kw={NUMBERS: on, f"existing_{NUMBERS}": not on},
        )


def without_numbering(altered: Iterable[ops.AlterColumnOp], names: Collection[str]) -> None:
    """Have operations on columns that have lost AUTO_INCREMENT in front of them not say that they have it."""
    for op in altered:
        if op.column_name in names:
            op.kw = {key: value for key, value in op.kw.items() if key != f"existing_{NUMBERS}"}
