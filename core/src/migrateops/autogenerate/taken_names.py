"""Names of what goes that something new gets in the same script, on another table or by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Constraint, Index

from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.items import type_word
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation
from migrateops.snapshot.kind import Key
from migrateops.snapshot.names import own_schema
from migrateops.snapshot.tables import TablesKind


class TakenNames:
    """The names of new objects, constraints and indexes, of the kinds whose names are unique in a schema.

    Args:
        context: What is compared.
        made: The operations that make and change tables.
        come: The keys of new objects, tables among them.
    """

    def __init__(
        self, context: AutogenContext, made: Iterable[MigrateOperation], come: Iterable[Key]
    ) -> None:
        self._kinds = context.pack.names_of_schema
        self._dialect = context.dialect
        self._holders: dict[tuple[str | None, str], set[Key]] = {}
        for key in come:
            self._hold(key.kind, key.name, key)
        for op in ops.OpContainer(list(made)).flat():
            for kind, name in _new(op):
                where: Any = op
                self._hold(kind, name, self._table(where.schema, where.table_name))

    def has(self, key: Key) -> bool:
        """Say whether something new has the name of an object."""
        return self._has(key.kind, key.name, key)

    def have(self, item: Constraint | Index, schema: str | None, table: str) -> bool:
        """Say whether something new has the name of a constraint or an index, and is not on its table."""
        return self._has(type_word(item), item.name, self._table(schema, table))

    def given_up(self, op: ops.ModifyTableOps) -> list[MigrateOperation]:
        """Return what among the changes of a table drops that whose name something elsewhere gets."""
        return [
            inner
            for inner in op.ops
            if isinstance(inner, ops.DropConstraintOp | ops.DropIndexOp) and inner.origin is not None
            for kind, name in _new(inner.origin)
            if self._has(kind, name, self._table(op.schema, op.table_name))
        ]

    def _hold(self, kind: str, name: str, holder: Key) -> None:
        if kind in self._kinds:
            self._holders.setdefault((holder.schema, name), set()).add(holder)

    def _has(self, kind: str, name: Any, holder: Key) -> bool:
        if kind not in self._kinds or not isinstance(name, str):
            return False
        return bool(self._holders.get((holder.schema, name), set()) - {holder})

    def _table(self, schema: str | None, name: str) -> Key:
        return Key(TablesKind.name, own_schema(schema, self._dialect), name)


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
