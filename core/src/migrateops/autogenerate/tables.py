"""Tables of both sides, and the operations that make the one like the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import copy
from typing import Any

from sqlalchemy import (
    Column,
    Constraint,
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

from migrateops import errors
from migrateops.autogenerate.adding import adding
from migrateops.autogenerate.changes import CONVENTION, TableChanges
from migrateops.autogenerate.comparators import comparators
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.coverage import SEQUENCE
from migrateops.autogenerate.definitions import Definitions
from migrateops.autogenerate.differing import Differing
from migrateops.autogenerate.items import Items, counterparts
from migrateops.autogenerate.schema_items import target_of_key
from migrateops.autogenerate.taken_names import TakenNames
from migrateops.autogenerate.values import sql_text
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation
from migrateops.snapshot.kind import Key, Kind
from migrateops.snapshot.names import own_schema
from migrateops.snapshot.records import TableRecord
from migrateops.snapshot.tables import TablesKind


class ComparedTables(TablesKind, Kind[TableRecord]):
    """The tables of one comparison.

    Attributes:
        apart: Foreign keys that are made after all tables, as ``(table, table referred to)``;
            of tables that refer to each other, in a circle.  So are those that say it themselves, and
            have a name by which they can be dropped.
        added_apart: The operations that make them, after their tables were created.
        removed_apart: The operations that drop them, before their tables are dropped.
        taken: The names that what is new gets; None until that is known.
        given_up: The operations that drop what has such a name, before anything gets it.
        dropped_first: What is dropped before tables are made and changed.
    """

    def __init__(self, context: AutogenContext) -> None:
        super().__init__(context.pack, context.includes_table)
        self.context = context
        self.definitions = Definitions(context, self.name, self.texts(context.dialect))
        self.differing = Differing(context, self)
        self.apart: Collection[tuple[Key, Key]] = ()
        self.dropped_first: set[Key] = set()
        self.added_apart: list[MigrateOperation] = []
        self.removed_apart: list[MigrateOperation] = []
        self.taken: TakenNames | None = None
        self.given_up: list[MigrateOperation] = []

    # -- what a table needs ---------------------------------------------------------------------
    def depends_on(self, record: TableRecord) -> Iterator[Key]:
        key = self.key(record)
        table = self.definitions.models.get(key)
        if table is None:
            table = self.definitions.database(key)
        for reference in table.foreign_key_constraints:
            yield self.referred(reference)
        yield from self._above(record)
        for column in table.columns:
            for sequence in _sequences(column):
                yield Key(SEQUENCE, own_schema(sequence.schema, self.context.dialect), str(sequence.name))

    def _above(self, record: TableRecord) -> Iterator[Key]:
        for schema, name in self.context.pack.parents(record):
            key = self.definitions.key(schema, name)
            yield key
            # One that does not change is not among those that are put into order.
            between = self.differing.wanted.get(key)
            if between is not None:
                yield from self._above(between)

    def referred(self, reference: ForeignKeyConstraint) -> Key:
        """Return the table that a foreign key refers to."""
        *schema, name, _ = target_of_key(reference.elements[0]).split(".")
        return self.definitions.key(".".join(schema) or None, name)

    # -- differences ----------------------------------------------------------------------------
    def diff(self, old: TableRecord | None, new: TableRecord | None) -> list[MigrateOperation]:
        if old is None:
            assert new is not None
            key = self.key(new)
            return [*self._create(key), *self._asked(key, None, self.definitions.models[key])]
        if new is None:
            key = self.key(old)
            return [*self._asked(key, self.definitions.database(key), None), self._drop(key)]
        changes = self._changes(self.key(new))
        return [changes] if changes is not None and changes.ops else []

    def differs(self, old: TableRecord, new: TableRecord) -> bool:
        """Say whether there are differences between a table and its model, or somebody may find some."""
        key = self.key(new)
        # What a server makes by itself may differ where columns have new names, and no record does.
        return self.asks_of_all or key in self.differing.found or key in self.definitions.names.columns

    @property
    def asks_of_all(self) -> bool:
        """Whether functions of the project are asked about each table."""
        dialect = self.context.dialect.name
        return comparators.has("table", dialect) or comparators.has("column", dialect)

    def require_compiled(self, key: Key) -> None:
        """Refuse a table of the models that says what the dialect has no words for.

        Raises:
            ModelNotCompiled: It does.
        """
        failure = self.failures.get(key)
        if failure is not None:
            column, error = failure
            problem = str(error).partition("\n")[0]
            raise errors.autogenerate.ModelNotCompiled(
                key.name, column, self.context.dialect.name, problem
            ) from error

    def _wanted(self, item: Any, type_: str, *, reflected: bool) -> bool:
        return self.context.run_object_filters(item, item.name, type_, reflected, None)

    # -- whole tables ---------------------------------------------------------------------------
    def _create(self, key: Key) -> list[MigrateOperation]:
        table = self.definitions.models[key]
        made: list[MigrateOperation] = [self._creation(key, table, self.added_apart)]
        left_out = self.context.left_out(None, table)
        made += [
            ops.CreateIndexOp.from_index(index)
            for index in sorted(table.indexes, key=_name)
            if id(index) not in left_out and self._wanted(index, "index", reflected=False)
        ]
        return made

    def _drop(self, key: Key) -> MigrateOperation:
        table = self.definitions.database(key)
        made: list[MigrateOperation] = []
        creation = self._creation(key, table, made)
        # The indexes go with the table; taken back, those that the project knows come with it.
        parents = {"schema_name": key.schema, "table_name": key.name}
        indexes = [
            index
            for index in sorted(table.indexes, key=_name)
            if self.context.run_name_filters(index.name, "index", parents)
            and self._wanted(index, "index", reflected=True)
        ]
        given_up: list[Any] = [item for item in (*creation.columns, *indexes) if self._is_taken(item, table)]
        self.given_up += [adding(item, table).reverse() for item in given_up]
        left_out = set(map(id, given_up))
        creation.columns = [item for item in creation.columns if id(item) not in left_out]
        creation.columns += [self._loose(index) for index in indexes if id(index) not in left_out]
        self.removed_apart += [op.reverse() for op in reversed(made)]
        return creation.reverse()

    def _creation(self, key: Key, table: Table, made_apart: list[MigrateOperation]) -> ops.CreateTableOp:
        creation = ops.CreateTableOp.from_table(table)
        apart = [
            reference
            for reference in sorted(table.foreign_key_constraints, key=_name)
            if (key, self.referred(reference)) in self.apart
            or self._needs_index(key, reference)
            or (reference.use_alter and reference.name and self.context.adds_constraints)
        ]
        if apart:
            left_out = set(map(id, apart))
            creation.columns = [item for item in creation.columns if id(item) not in left_out]
            made_apart += [ops.CreateForeignKeyOp.from_constraint(reference) for reference in apart]
        if self.context.adds_constraints:
            creation.columns = [_at_once(item) for item in creation.columns]
        return creation

    def _is_taken(self, item: Any, table: Table) -> bool:
        """Say whether the name of what goes with a table is that of something new."""
        if self.taken is None or not isinstance(item, Constraint | Index):
            return False
        return self.taken.have(item, table.schema, str(table.name))

    def _needs_index(self, key: Key, reference: ForeignKeyConstraint) -> bool:
        """Say whether a foreign key refers to its own table by what an index alone makes unique.

        CREATE TABLE cannot have it, as the index is made after the table.
        """
        if not self.context.adds_constraints or self.referred(reference) != key:
            return False
        table = reference.table
        names = [target_of_key(element).rpartition(".")[2] for element in reference.elements]
        keys = [one for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
        if any([column.name for column in one.columns] == names for one in keys):
            return False
        return any(
            index.unique and [column.name for column in index.columns] == names for index in table.indexes
        )

    def _loose(self, index: Index) -> Index:
        """Return an index that is in no table yet."""
        expressions: Sequence[Any] = index.expressions
        items = [
            item.name if isinstance(item, Column) else text(sql_text(item, self.context, bracketed=True))
            for item in expressions
        ]
        options: dict[str, Any] = dict(index.dialect_kwargs)
        return Index(index.name, *items, unique=index.unique, **options)

    # -- a table that both sides have -----------------------------------------------------------
    def _changes(self, key: Key) -> ops.ModifyTableOps | None:
        model, database = self.definitions.models[key], self.definitions.database(key)
        if not self.context.run_object_filters(model, model.name, "table", False, database):
            return None
        differing = self.differing
        old, new, own = differing.present[key], differing.wanted[key], differing.given[key]
        texts, renamed = self.texts(self.context.dialect), self.definitions.names.columns.get(key, {})
        given = [*counterparts(new.checks, own.checks), *counterparts(new.others, own.others)]
        here, there = Items(database, texts), Items(model, texts, given)
        changes = TableChanges(self.context, (old, here), (new, there), renamed)
        made = ops.ModifyTableOps(model.name, schema=model.schema)

        def of_core() -> None:
            made.ops += changes.operations(differing.found.get(key, ()))
            if changes.nameless:
                made.naming_convention = dict(CONVENTION)

        where = (key.schema, key.name, database, model)
        comparators.call("table", self.context, made, *where, core=of_core)
        return made

    def _asked(self, key: Key, database: Table | None, model: Table | None) -> list[MigrateOperation]:
        """Return what functions of the project add to a table that one side does not have."""
        if not comparators.has("table", self.context.dialect.name):
            return []
        made = ops.ModifyTableOps(key.name, schema=key.schema)
        comparators.call("table", self.context, made, key.schema, key.name, database, model)
        return [made] if made.ops else []

    # -- what refers to a table that changes ----------------------------------------------------
    def released_first(self, made: Sequence[MigrateOperation], gone: Iterable[Key]) -> list[MigrateOperation]:
        """Take foreign keys out of changes that go, where what they refer to goes; return them.

        The same of tables that are dropped: these keys are dropped before, as those of a circle.  Where
        keys are not dropped from tables that are there, the tables are.  So is what has a name that
        something new gets.
        """
        changed = [op for op in made if isinstance(op, ops.ModifyTableOps)]
        loses = [(self._changed(op), op) for op in changed if _loses_a_key(op)]
        gone = list(gone)
        named_after = {key for key in gone if self.taken is not None and self.taken.has(key)}
        gone = [key for key in gone if key.kind == self.name]
        released = {key for key, _ in loses} | {key for key in gone if self._gives_up_a_key(key)}
        released |= named_after
        if not released:
            return []
        needs = [(key, other) for key in gone for other in self._referred(key)]
        if self.context.adds_constraints:
            self.apart = {*self.apart, *(need for need in needs if need[1] in released)}
            parts = [(key, other) for key in gone for other in self._above(self.definitions.records[key])]
            self.dropped_first = named_after | _reaching(parts, named_after)
        else:
            self.dropped_first = named_after | _reaching(needs, released)
        released |= self.dropped_first
        first: list[MigrateOperation] = []
        for op in changed:
            # What goes by the same changes goes behind them.
            own = {key for key, other in loses if other is op}
            own -= {key for key, other in loses if other is not op}
            moved = [
                inner
                for inner in op.ops
                if isinstance(inner, ops.DropConstraintOp)
                and isinstance(inner.origin, ops.CreateForeignKeyOp)
                and self._referent(inner.origin) in released - own
            ]
            if moved:
                first.append(_taken_out(op, moved))
        return first

    def _gives_up_a_key(self, key: Key) -> bool:
        """Say whether a table that goes loses before what a foreign key may refer to."""
        table = self.definitions.database(key)
        return any(
            self._is_taken(item, table)
            for item in (*table.constraints, *table.indexes)
            if isinstance(item, PrimaryKeyConstraint | UniqueConstraint) or getattr(item, "unique", False)
        )

    def given_up_first(self, made: Sequence[MigrateOperation], come: Iterable[Key]) -> list[MigrateOperation]:
        """Take what drops constraints and indexes out of changes where something elsewhere gets the name."""
        self.taken = TakenNames(self.context, made, come)
        changed = [op for op in made if isinstance(op, ops.ModifyTableOps)]
        return [_taken_out(op, moved) for op in changed if (moved := self.taken.given_up(op))]

    def referring_last(self, made: Sequence[MigrateOperation]) -> list[MigrateOperation]:
        """Take foreign keys out of changes that come, where what they refer to changes later; return them."""
        changed = [op for op in made if isinstance(op, ops.ModifyTableOps)]
        places = {self._changed(op): at for at, op in enumerate(changed)}
        last: list[MigrateOperation] = []
        for at, op in enumerate(changed):
            moved = [
                inner
                for inner in op.ops
                if isinstance(inner, ops.CreateForeignKeyOp) and places.get(self._referent(inner), at) > at
            ]
            if moved:
                last.append(_taken_out(op, moved))
        return last

    def _referred(self, key: Key) -> Iterator[Key]:
        for reference in self.definitions.database(key).foreign_key_constraints:
            yield self.referred(reference)

    def _changed(self, op: ops.ModifyTableOps) -> Key:
        return self.definitions.key(op.schema, op.table_name)

    def _referent(self, op: ops.CreateForeignKeyOp) -> Key:
        return self.definitions.key(op.kw.get("referent_schema"), op.referent_table)


def _at_once(item: Any) -> Any:
    """Return an item of a new table, a foreign key as one that is made with it."""
    if isinstance(item, ForeignKeyConstraint) and item.use_alter:
        item = copy(item)
        item.use_alter = False
    return item


def _reaching(needs: Sequence[tuple[Key, Key]], goals: Collection[Key]) -> set[Key]:
    """Return what needs one of the goals, also by way of others."""
    found: set[Key] = set()
    while more := {one for one, other in needs if other in goals or other in found} - found:
        found |= more
    return found


def _taken_out(op: ops.ModifyTableOps, moved: Sequence[MigrateOperation]) -> ops.ModifyTableOps:
    """Take operations out of the changes of a table, and return them as changes of their own."""
    op.ops = [inner for inner in op.ops if inner not in moved]
    apart = ops.ModifyTableOps(op.table_name, list(moved), schema=op.schema)
    apart.naming_convention = op.naming_convention
    return apart


def _loses_a_key(op: ops.ModifyTableOps) -> bool:
    """Say whether changes take away, or change, what a foreign key of another table may refer to."""
    return any(
        isinstance(inner, ops.DropColumnOp)
        # Some servers let no column change that is referred to.
        or (isinstance(inner, ops.AlterColumnOp) and inner.modify_type is not None)
        or (isinstance(inner, ops.DropConstraintOp) and inner.constraint_type in ("primary", "unique"))
        or (isinstance(inner, ops.DropIndexOp) and inner.origin is not None and inner.origin.unique)
        for inner in op.ops
    )


def _name(item: Any) -> tuple[str, list[str]]:
    return str(item.name or ""), [column.name for column in item.columns]


def _sequences(column: Column[Any]) -> Iterable[SequenceObject]:
    if isinstance(column.default, SequenceObject):
        yield column.default
    default = column.server_default
    if isinstance(default, DefaultClause) and isinstance(default.arg, next_value):
        yield default.arg.sequence
