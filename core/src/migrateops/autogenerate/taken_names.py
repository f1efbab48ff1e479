"""Names of what goes that something new on another table gets in the same script."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Constraint, Index

from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.items import type_word
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation
from migrateops.snapshot.names import own_schema


class TakenNames:
    """The names of new constraints and indexes, of the kinds whose names are unique in a schema.

    Args:
        context: What is compared.
        made: The operations that make and change tables.
    """

    def __init__(self, context: AutogenContext, made: Iterable[MigrateOperation]) -> None:
        self._kinds = context.pack.names_of_schema
        self._dialect = context.dialect
        self._tables: dict[tuple[str | None, str], set[str]] = {}
        for op in ops.OpContainer(list(made)).flat():
            for kind, name in _new(op):
                if kind in self._kinds:
                    where: Any = op
                    place = own_schema(where.schema, self._dialect), name
                    self._tables.setdefault(place, set()).add(where.table_name)

    def have(self, item: Constraint | Index, schema: str | None, table: str) -> bool:
        """Say whether something new on another table has the name of a constraint or an index."""
        return self._have(type_word(item), item.name, schema, table)

    def given_up(self, op: ops.ModifyTableOps) -> list[MigrateOperation]:
        """Return what among the changes of a table drops that whose name something on another gets."""
        return [
            inner
            for inner in op.ops
            if isinstance(inner, ops.DropConstraintOp | ops.DropIndexOp) and inner.origin is not None
            for kind, name in _new(inner.origin)
            if self._have(kind, name, op.schema, op.table_name)
        ]

    def _have(self, kind: str, name: Any, schema: str | None, table: str) -> bool:
        if kind not in self._kinds or not isinstance(name, str):
            return False
        return bool(self._tables.get((own_schema(schema, self._dialect), name), set()) - {table})


def _new(op: MigrateOperation) -> Iterator[tuple[str, str]]:
    """Yield kind and name of the constraints and indexes that an operation makes."""
    if isinstance(op, ops.CreateIndexOp):
        if op.index_name is not None:
            yield "index", op.index_name
    elif isinstance(op, ops.AddConstraintOp):
        if isinstance(op.constraint_name, str):
            # The usual word for a kind is the last.
            kinds = {cls: kind for kind, cls in ops.AddConstraintOp.add_constraint_ops.items()}
            # A class of the project's may be derived from one of those.
            yield from [(kinds[cls], op.constraint_name) for cls in type(op).__mro__ if cls in kinds][:1]
    elif isinstance(op, ops.CreateTableOp):
        for item in op.columns:
            if isinstance(item, Constraint) and isinstance(item.name, str):
                yield type_word(item), item.name
