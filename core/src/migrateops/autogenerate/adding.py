"""What adds one column, constraint or index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
)

from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.items import AnyRecord, columns_of
from migrateops.autogenerate.schema_items import target_of_key
from migrateops.operations import ops
from migrateops.operations.schema_objects import detached
from migrateops.snapshot.difference import What
from migrateops.snapshot.names import Unsaid
from migrateops.snapshot.records import ForeignKeyRecord, KeyRecord, TableRecord

_REFERRING = ("onupdate", "ondelete", "deferrable", "initially", "match")


def alone(column: Column[Any], *, numbered: bool = False) -> Column[Any]:
    """Return a copy of a column without what is on it: a key that changes is dropped and added by itself.

    Args:
        column: The column.
        numbered: Leave ``primary_key`` on it, as that is what has the server number it.
    """
    copy: Column[Any] = detached(column, alone=False)
    copy.primary_key = numbered and column.primary_key
    return copy


def adding(item: Any, table: Table) -> Any:
    """Return the operation that adds a constraint or an index to a table."""
    if isinstance(item, Index):
        return ops.CreateIndexOp.from_index(item)
    if isinstance(item, CheckConstraint) and isinstance(item.parent, Column):
        # One that was written on a column does not know of the table.
        name = item.name if isinstance(item.name, str) else None
        return ops.CreateCheckConstraintOp(name, table.name, item.sqltext, schema=table.schema)
    return ops.AddConstraintOp.from_constraint(item)


def goes_with_column(item: Any, context: AutogenContext) -> bool:
    """Say whether a constraint is written with its column.

    One without a name is, as nobody could drop it by name; the server drops it with the column.
    """
    if not isinstance(item, ForeignKeyConstraint | UniqueConstraint) or len(item.columns) != 1:
        return False
    if isinstance(item, ForeignKeyConstraint) and not context.adds_constraints:
        return True
    return not isinstance(item.name, str) and item.deferrable is None and not item.dialect_kwargs


def comes_later(record: AnyRecord, table: TableRecord, come: Sequence[tuple[What, AnyRecord]]) -> bool:
    """Say whether a constraint on one new column is added after the columns, where the server does that.

    A foreign key that refers to a new key of its own table; and a unique constraint where the server
    would number the names that it chooses, as which is whose then depends on which comes first.

    Args:
        record: The constraint.
        table: The table as the models have it.
        come: All that is new on it.
    """
    if isinstance(record, KeyRecord):
        return isinstance(record.name, Unsaid) and any(map(_is_numbered, table.unique))
    if not isinstance(record, ForeignKeyRecord):
        return False
    if (record.referred_schema, record.referred_table) != (table.schema, table.name):
        return False
    keys = (What.UNIQUE, What.PRIMARY_KEY, What.INDEX)
    on = set(record.referred_columns)
    return any(kind in keys and on <= set(columns_of(one)) for kind, one in come)


def _is_numbered(key: KeyRecord) -> bool:
    name = key.name
    return isinstance(name, Unsaid) and name[-1].isdigit() and not name.endswith(key.columns[-1])


def put_on(column: Column[Any], item: Any) -> None:
    """Have a column say a constraint that is on it alone."""
    if isinstance(item, UniqueConstraint):
        column.unique = True
        return
    given = {name: getattr(item, name) for name in _REFERRING}
    name = item.name if isinstance(item.name, str) else None
    column.append_foreign_key(ForeignKey(target_of_key(item.elements[0]), name=name, **given))
