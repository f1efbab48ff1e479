"""AUTO_INCREMENT while the primary key changes: a server that has it lets no such column be without a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table

from migrateops.autogenerate.context import AutogenContext
from migrateops.operations import ops
from migrateops.snapshot.difference import Difference, What
from migrateops.snapshot.records import TableRecord

NUMBERS = "autoincrement"
"""The attribute of a column's record, and the option of ``alter_column``."""


def renumbers(found: Sequence[Difference], context: AutogenContext) -> bool:
    """Say whether differences change the primary key where AUTO_INCREMENT goes and comes with it."""
    return context.pack.restates_columns and any(one.what == What.PRIMARY_KEY for one in found)


def numbering(
    record: TableRecord, columns: Mapping[str, Column[Any]], model: Table, *, numbers: bool
) -> Iterator[ops.AlterColumnOp]:
    """Yield what takes AUTO_INCREMENT from a column, or gives it to one.

    Args:
        record: The record of the table that has such a column.
        columns: The columns of that table, by name.
        model: The table of the models.
        numbers: Whether it is to be AUTO_INCREMENT.
    """
    for column in record.columns:
        if column.autoincrement:
            yield ops.AlterColumnOp(
                model.name,
                column.name,
                existing_type=columns[column.name].type,
                existing_nullable=False,
                existing_server_default=None,
                existing_comment=column.comment,
                schema=model.schema,
                kw={NUMBERS: numbers, f"existing_{NUMBERS}": not numbers},
            )
