"""Tables of both sides, and the operations that make the one like the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import DefaultClause
from sqlalchemy.schema import Sequence as SequenceObject
from sqlalchemy.sql.functions import next_value

from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.definitions import Definitions
from migrateops.autogenerate.schema_items import target_of_key
from migrateops.autogenerate.values import sql_text
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.schema_objects import detached, from_type
from migrateops.snapshot.kind import Key, Kind
from migrateops.snapshot.names import own_schema
from migrateops.snapshot.records import TableRecord
from migrateops.snapshot.tables import TablesKind

SEQUENCE = "sequence"
"""The kind of objects that SQLAlchemy's ``Sequence`` stands for; a plugin reads and compares it."""

_REFERRING = ("onupdate", "ondelete", "deferrable", "initially", "match")
_TYPES: tuple[tuple[type[Any], str], ...] = (
    (ForeignKeyConstraint, "foreign_key_constraint"),
    (UniqueConstraint, "unique_constraint"),
    (CheckConstraint, "check_constraint"),
    (Index, "index"),
)


class ComparedTables(TablesKind, Kind[TableRecord]):
    """The tables of one comparison.

    Attributes:
        apart: Foreign keys that are made after all tables, as ``(table, table referred to)``;
            of tables that refer to each other, in a circle.
        added_apart: The operations that make them, after their tables were created.
    """

    def __init__(self, context: AutogenContext) -> None:
        super().__init__(context.pack, context.includes_table)
        self.context = context
        self.definitions = Definitions(context, self.name)
        self.apart: Collection[tuple[Key, Key]] = ()
        self.added_apart: list[MigrateOperation] = []
        self.removed_apart: list[MigrateOperation] = []

    # -- what a table needs ---------------------------------------------------------------------
    def depends_on(self, record: TableRecord) -> Iterator[Key]:
        key = self.key(record)
        table = self.definitions.models.get(key)
        if table is None:
            table = self.definitions.database(key)
        for reference in table.foreign_key_constraints:
            yield self.referred(reference)
        for column in table.columns:
            for sequence in _sequences(column):
                yield Key(SEQUENCE, own_schema(sequence.schema, self.context.dialect), str(sequence.name))

    def referred(self, reference: ForeignKeyConstraint) -> Key:
        """Return the table that a foreign key refers to."""
        *schema, name, _ = target_of_key(reference.elements[0]).split(".")
        return self.definitions.key(".".join(schema) or None, name)

    # -- differences ----------------------------------------------------------------------------
    def diff(self, old: TableRecord | None, new: TableRecord | None) -> list[MigrateOperation]:
        if old is None:
            assert new is not None
            return self._create(self.key(new))
        if new is None:
            return [self._drop(self.key(old))]
        changes = self._changes(old, new)
        if not changes:
            return []
        table = self.definitions.models[self.key(new)]
        return [ops.ModifyTableOps(table.name, changes, schema=table.schema)]

    def differs(self, old: TableRecord, new: TableRecord) -> bool:
        """Say whether one has a column that the other has not."""
        added, removed = self._columns(old, new)
        return bool(added or removed)

    def _columns(self, old: TableRecord, new: TableRecord) -> tuple[list[str], list[str]]:
        had = [
            column.name
            for column in old.columns
            if self.context.run_name_filters(
                column.name, "column", {"schema_name": old.schema, "table_name": old.name}
            )
        ]
        has = [column.name for column in new.columns]
        here, there = set(had), set(has)
        return [name for name in has if name not in here], [name for name in had if name not in there]

    def _wanted(self, item: Any, type_: str, *, reflected: bool) -> bool:
        return self.context.run_object_filters(item, item.name, type_, reflected, None)

    # -- whole tables ---------------------------------------------------------------------------
    def _create(self, key: Key) -> list[MigrateOperation]:
        table = self.definitions.models[key]
        made: list[MigrateOperation] = [self._creation(key, table, self.added_apart)]
        made += [
            ops.CreateIndexOp.from_index(index)
            for index in sorted(table.indexes, key=_name)
            if self._wanted(index, "index", reflected=False)
        ]
        return made

    def _drop(self, key: Key) -> MigrateOperation:
        table = self.definitions.database(key)
        made: list[MigrateOperation] = []
        creation = self._creation(key, table, made)
        # The indexes go with the table; taken back, they come with it.
        indexes = [self._loose(index) for index in sorted(table.indexes, key=_name)]
        creation.columns = [*creation.columns, *indexes]
        self.removed_apart += [op.reverse() for op in reversed(made)]
        return creation.reverse()

    def _creation(self, key: Key, table: Table, made_apart: list[MigrateOperation]) -> ops.CreateTableOp:
        creation = ops.CreateTableOp.from_table(table)
        apart = [
            reference
            for reference in sorted(table.foreign_key_constraints, key=_name)
            if (key, self.referred(reference)) in self.apart
        ]
        if apart:
            left_out = set(map(id, apart))
            creation.columns = [item for item in creation.columns if id(item) not in left_out]
            made_apart += [ops.CreateForeignKeyOp.from_constraint(reference) for reference in apart]
        return creation

    def _loose(self, index: Index) -> Index:
        """Return an index that is in no table yet."""
        expressions: Sequence[Any] = index.expressions
        items = [
            item.name if isinstance(item, Column) else text(sql_text(item, self.context, bracketed=True))
            for item in expressions
        ]
        options: dict[str, Any] = dict(index.dialect_kwargs)
        return Index(index.name, *items, unique=index.unique, **options)

    # -- columns of a table that both sides have --------------------------------------------------
    def _changes(self, old: TableRecord, new: TableRecord) -> list[MigrateOperation]:
        added, removed = self._columns(old, new)
        if not added and not removed:
            return []
        model, database = self.definitions.models[self.key(new)], self.definitions.database(self.key(old))
        if not self.context.run_object_filters(model, model.name, "table", False, database):
            return []
        by_name = {str(column.name): column for column in model.columns}
        made = self._additions(model, [by_name[name] for name in added], database, reflected=False)
        mentioned = {getattr(op, name, None) for op in made for name in ("index_name", "constraint_name")}
        taken = [database.columns[name] for name in removed]
        lost = self._additions(database, taken, model, reflected=True, but=mentioned)
        return [*made, *(op.reverse() for op in reversed(lost))]

    def _additions(
        self,
        table: Table,
        columns: Sequence[Column[Any]],
        present: Table,
        *,
        reflected: bool,
        but: Collection[str | None] = (),
    ) -> list[MigrateOperation]:
        """Return what adds columns of *table* to *present*, with the constraints and indexes on them."""
        columns = [column for column in columns if self._wanted(column, "column", reflected=reflected)]
        names = {column.name for column in columns}
        copies = {column.name: detached(column, alone=False) for column in columns}
        items: list[Constraint | Index] = [*present.constraints, *present.indexes]
        there = {item.name: item for item in items if item.name}
        earlier: list[MigrateOperation] = []
        later: list[MigrateOperation] = []
        for item in _on(table, names):
            if item.name in but or not self._wanted(item, _type_of(item), reflected=reflected):
                continue
            if self._belongs_to_column(item):
                _put_on(copies[next(iter(item.columns)).name], item)
                continue
            replaced = there.get(item.name)
            if replaced is not None:
                earlier.append(_adding(replaced).reverse())
            later.append(_adding(item))
        additions = [
            ops.AddColumnOp(
                present.name,
                copy,
                schema=table.schema if not reflected else present.schema,
                # Only inside ADD COLUMN, where the server adds no constraint to a table.
                inline_references=True if copy.foreign_keys and not self.context.adds_constraints else None,
            )
            for copy in copies.values()
        ]
        return [*earlier, *additions, *later]

    def _belongs_to_column(self, item: Any) -> bool:
        """Say whether a constraint is written with its column.

        One without a name is, as nobody could drop it by name; the server drops it with the column.
        """
        if not isinstance(item, ForeignKeyConstraint | UniqueConstraint) or len(item.columns) != 1:
            return False
        if isinstance(item, ForeignKeyConstraint) and not self.context.adds_constraints:
            return True
        return not isinstance(item.name, str)


def _name(item: Any) -> tuple[str, list[str]]:
    return str(item.name or ""), [column.name for column in item.columns]


def _type_of(item: Constraint | Index) -> str:
    return next(word for cls, word in _TYPES if isinstance(item, cls))


def _adding(item: Constraint | Index) -> MigrateOperation:
    if isinstance(item, Index):
        return ops.CreateIndexOp.from_index(item)
    return ops.AddConstraintOp.from_constraint(item)


def _on(table: Table, names: Collection[str]) -> Iterator[Any]:
    """Yield the constraints and indexes of a table that are on any of the columns."""
    for constraint in sorted(table.constraints, key=_name):
        if isinstance(constraint, PrimaryKeyConstraint) or from_type(constraint):
            continue
        if not isinstance(constraint, ForeignKeyConstraint | UniqueConstraint | CheckConstraint):
            continue
        on = [column for column in constraint.columns if column.name in names]
        # A CHECK that was written on a column goes where the column goes.
        if on and not any(constraint in column.constraints for column in on):
            yield constraint
    for index in sorted(table.indexes, key=_name):
        if any(column.name in names for column in index.columns):
            yield index


def _put_on(column: Column[Any], item: Constraint) -> None:
    if isinstance(item, UniqueConstraint):
        column.unique = True
        return
    assert isinstance(item, ForeignKeyConstraint)
    given = {name: getattr(item, name) for name in _REFERRING}
    name = item.name if isinstance(item.name, str) else None
    column.append_foreign_key(ForeignKey(target_of_key(item.elements[0]), name=name, **given))


def _sequences(column: Column[Any]) -> Iterable[SequenceObject]:
    if isinstance(column.default, SequenceObject):
        yield column.default
    default = column.server_default
    if isinstance(default, DefaultClause) and isinstance(default.arg, next_value):
        yield default.arg.sequence
