"""The operations that make a table that is there like its model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Column, ForeignKeyConstraint, Index
from sqlalchemy.sql.elements import conv

from migrateops.autogenerate.adding import adding, alone, comes_later, goes_with_column, put_on
from migrateops.autogenerate.column_changes import ColumnChanges, ComputedNoLonger
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.items import AnyRecord, Items, columns_of, is_of_type, mentions, type_word
from migrateops.autogenerate.key_indexes import KeyIndexes
from migrateops.autogenerate.numbering import NUMBERS, numbering, numbers, without_numbering
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation
from migrateops.snapshot.difference import CONSTRAINTS, Difference, What
from migrateops.snapshot.names import Unsaid
from migrateops.snapshot.records import CheckRecord, ForeignKeyRecord, TableRecord

CONVENTION = {
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s",
}
"""What constraints without a name are called while a table is built anew."""

_PREFIXES = {
    What.PRIMARY_KEY: "pk",
    What.UNIQUE: "uq",
    What.FOREIGN_KEY: "fk",
    What.CHECK: "ck",
    What.OTHER: "ex",
}
_DROPPED_FIRST = (
    What.FOREIGN_KEY,
    What.INDEX,
    What.CHECK,
    What.OTHER,
    What.UNIQUE,
    What.PRIMARY_KEY,
)


class TableChanges:
    """Turn the differences of one table into operations.

    Args:
        context: What is compared.
        present: The record of the database, and the constraints and indexes of its table.
        wanted: Those of the models.
        renamed: The columns that have a new name by now, by their old one.

    Attributes:
        nameless: Constraints without a name are to be dropped: a batch has to name them.
    """

    def __init__(
        self,
        context: AutogenContext,
        present: tuple[TableRecord, Items],
        wanted: tuple[TableRecord, Items],
        renamed: Mapping[str, str],
    ) -> None:
        self.context = context
        self.old, self._here = present
        self.new, self._there = wanted
        self.model, self.database = self._there.table, self._here.table
        self._left_out = context.left_out(self.database, self.model)
        self._renamed = renamed
        self.nameless = False
        self._made: dict[int, Any] = {}
        self._names: set[str] = set()
        self._gone: list[tuple[What, AnyRecord]] = []
        self._come: list[tuple[What, AnyRecord]] = []
        self._columns: dict[str, Column[Any]] = {str(column.name): column for column in self.model.columns}
        self._present: dict[str, Column[Any]] = {str(column.name): column for column in self.database.columns}

    def operations(self, found: Sequence[Difference]) -> list[MigrateOperation]:
        """Return the operations, in the order in which they run.

        What goes away comes first, then columns are added and altered, then what is new on them is
        added, and columns are dropped last.
        """
        options = self._options(found)
        collation = dict(self.new.options).get("collate") if options else None
        columns = ColumnChanges(self.context, self.old, self._present, self._columns, collation)
        restates = self.context.pack.restates_columns
        altered = columns.operations([one for one in found if not (restates and one.attribute == NUMBERS)])
        whole = [one for one in found if one.what == What.COLUMN and one.attribute is None]
        added = [str(one.name) for one in whole if one.old is None and self._adds(str(one.name))]
        removed = [str(one.name) for one in whole if one.new is None and self._removes(str(one.name))]
        self._compute_again(columns, found)
        altered = [op for op in altered if op.column_name not in columns.anew]
        left_out = [str(one.name) for one in whole if one.old is None and one.name not in added]
        for one in found:
            if one.what == What.OPTION and options:
                continue
            if not any(one.new is not None and mentions(one.new, name) for name in left_out):
                self._note(one)
        self._check_again([op.column_name for op in altered if op.modify_type is not None])
        for name in columns.anew:
            self._put_again(name)
        for op in altered:
            if isinstance(op, ComputedNoLonger):
                op.back = list(self._computed_again(op.column_name))
        # Of a column that another is computed of, the server changes no type.
        altered.sort(key=lambda op: not isinstance(op, ComputedNoLonger))
        lost = {name: self._alone(name, self._present, self.old) for name in (*columns.anew, *removed)}
        self._name_the_others(lost)
        gone = [record for _, record in self._gone]
        key_indexes = KeyIndexes(
            self.context, self.old, self.new, self.model, self.database, gone, self._renamed
        )
        loses = self._numbering(self.old, self.new, self._gone, self._present) if restates else []
        gets = self._numbering(self.new, self.old, self._come, self._columns) if restates else []
        without_numbering(altered, loses)
        needed_first = list(key_indexes.needed_first())
        dropped = list(self._drops(lost, key_indexes))
        new_columns, new_items = self._additions([*columns.anew, *added], altered, key_indexes)
        # What is computed of other columns goes before they do or change, and comes after.
        first = [name for name in lost if name in columns.anew or self._present[name].computed is not None]
        first.sort(key=lambda name: self._present[name].computed is None)
        plain = [op for op in new_columns if op.column.computed is None]
        return [
            *needed_first,
            *numbers(loses, self._present, self.model, on=False),
            *dropped,
            # Columns that are added before it get what the table had, those after it what it has.
            *options,
            # No table is ever without a column.
            *(op for op in plain if op.column.name not in lost),
            # A column has to be gone before the one that takes its place.
            *(self._adding_column(lost[name]).reverse() for name in first),
            *(op for op in plain if op.column.name in lost),
            *altered,
            *(op for op in new_columns if op.column.computed is not None),
            *new_items,
            *numbers(gets, self._columns, self.model, on=True),
            *self._comment(found),
            *(self._adding_column(lost[name]).reverse() for name in removed if name not in first),
            *key_indexes.needed_no_more(),
        ]

    def _options(self, found: Sequence[Difference]) -> list[MigrateOperation]:
        """Return what changes options of the table; nothing where they stay as they are."""
        names = [str(one.name) for one in found if one.what == What.OPTION]
        op = self.context.pack.alters_options(self.model, self.old, self.new, names) if names else None
        return [] if op is None else [op]

    def _numbering(
        self,
        one: TableRecord,
        other: TableRecord,
        noted: Sequence[tuple[What, AnyRecord]],
        columns: Mapping[str, Column[Any]],
    ) -> list[str]:
        """Return the columns of one side that number themselves, and do not on the other or for a while."""
        key_changes = any(kind == What.PRIMARY_KEY for kind, _ in noted)
        names = numbering(one, other, key_changes=key_changes, columns=columns)
        both = self._present.keys() & self._columns.keys()
        return [
            name
            for name in names
            if name not in both or self._filter(self._columns[name], "column", False, self._present[name])
        ]

    def _compute_again(self, columns: ColumnChanges, found: Sequence[Difference]) -> None:
        """Have columns made anew that are computed of others whose type changes: the server refuses that."""
        if not self.context.migration_context.target.capabilities.alter_column:
            return
        retyped = [str(one.name) for one in found if one.what == What.COLUMN and one.attribute == "type"]
        kept = [column for column in self.new.columns if column.computed and column.name in self._present]
        for column in kept:
            assert column.computed is not None
            known = CheckRecord(None, column.computed.expression)
            if column.name not in columns.anew and any(mentions(known, name) for name in retyped):
                columns.anew.append(column.name)

    def _computed_again(self, name: str) -> Iterator[MigrateOperation]:
        """Yield what makes a column a computed one, with what is on it before and after."""
        kept = [
            adding(self._item_here(kind, item), self.model)
            for kind, item in self._on(self.old, name)
            if (kind, item) not in self._gone
        ]
        yield from (op.reverse() for op in reversed(kept))
        yield self._adding_column(alone(self._columns[name])).reverse()
        yield self._adding_column(alone(self._present[name]))
        yield from kept

    # -- what takes part --------------------------------------------------------------------------
    def _adds(self, name: str) -> bool:
        return self._filter(self._columns[name], "column", False, None)

    def _removes(self, name: str) -> bool:
        return self._filter(self._present[name], "column", True, None)

    def _filter(self, item: Any, type_: str, reflected: bool, compare_to: Any) -> bool:
        if id(item) in self._left_out or id(compare_to) in self._left_out:
            return False
        return self.context.run_object_filters(item, item.name, type_, reflected, compare_to)

    def _note(self, one: Difference) -> None:
        """Note a constraint or an index that goes or comes, unless a filter leaves it out."""
        if one.what == What.OPTION:
            self.context.not_done(self.model, f"option {one.name} is {one.old}, and is to be {one.new}")
        elif one.what == What.ORDER:
            self.context.reordered.append(self.model.fullname)
            self.context.coverage.append(
                f"table {self.model.fullname}: columns are in the order {', '.join(one.old)}"
            )
        elif one.what not in _DROPPED_FIRST:
            return
        elif one.attribute == "comment":
            self.context.not_done(self.model, f"comment of {one.what} {_called(one)}")
        else:
            here = None if one.old is None else self._item_here(one.what, one.old)
            there = None if one.new is None else self._there.find(one.what, one.new)
            shown, other = (here, None) if one.new is None else (there, here)
            if shown is None and one.new is not None:
                self.context.not_done(self.model, f"{one.what} {_called(one)} cannot be written")
            elif shown is None or self._filter(shown, type_word(shown), one.new is None, other):
                if one.old is not None:
                    self._gone.append((one.what, one.old))
                if one.new is not None:
                    self._come.append((one.what, one.new))

    def _item_here(self, kind: What, record: AnyRecord) -> Any:
        """Return the object of a record of the database, with all that the record says."""
        if id(record) not in self._made:
            found = self._here.find(kind, record)
            # A CHECK that knows no columns is false, too.
            self._made[id(record)] = self._here.made(kind, record) if found is None else found
        return self._made[id(record)]

    def _put_again(self, column: str) -> None:
        """Take away what is on a column that is made anew, and put it on the new one."""
        for record, noted in ((self.old, self._gone), (self.new, self._come)):
            noted += [one for one in self._on(record, column) if one not in noted]

    def _check_again(self, retyped: Sequence[str]) -> None:
        """Take away the CHECK of a type that stays the same: the new type brings it once more."""
        for record in self.new.checks if retyped else ():
            item = self._there.find(What.CHECK, record)
            if item is None or not any(is_of_type(item, self._columns[name]) for name in retyped):
                continue
            alike = [one for one in self.old.checks if one.expression == record.expression]
            if alike and (What.CHECK, record) not in self._come and (What.CHECK, alike[0]) not in self._gone:
                self._gone.append((What.CHECK, alike[0]))
                self._come.append((What.CHECK, record))

    def _on(self, record: TableRecord, column: str) -> list[tuple[What, AnyRecord]]:
        """Return the constraints and indexes that are on a column, or speak of it."""
        listed = [(kind, item) for kind, items in CONSTRAINTS for item in items(record)]
        if record.primary_key is not None:
            listed.append((What.PRIMARY_KEY, record.primary_key))
        return [(kind, item) for kind, item in listed if mentions(item, column)]

    # -- what goes away -----------------------------------------------------------------------------
    def _drops(
        self, columns: Mapping[str, Column[Any]], key_indexes: KeyIndexes
    ) -> Iterator[MigrateOperation]:
        """Yield what drops constraints and indexes; one that goes with a column is put on it."""
        keys: list[ForeignKeyRecord] = []
        for kind, record in sorted(self._gone, key=lambda one: _DROPPED_FIRST.index(one[0])):
            item = self._item_here(kind, record)
            if item is None:
                # All that is known of it is its name.
                yield ops.DropConstraintOp(record.name, self.model.name, schema=self.model.schema)
                continue
            if self._goes_along(record, item, columns):
                (on,) = columns_of(record)
                put_on(columns[on], item)
                continue
            added = adding(item, self.model)
            if record.name is None and kind != What.PRIMARY_KEY:
                added.constraint_name = self._conventional(kind, record)
            yield added.reverse()
            if isinstance(record, ForeignKeyRecord):
                keys.append(record)
        yield from key_indexes.of_dropped(keys)

    def _name_the_others(self, lost: Mapping[str, Column[Any]]) -> None:
        """Have constraints without a name get that of the models where a batch would give them another."""
        self.nameless = any(
            record.name is None and kind != What.PRIMARY_KEY and not self._goes_along(record, item, lost)
            for kind, record in self._gone
            if (item := self._item_here(kind, record)) is not None
        )
        if not self.nameless:
            return
        for kind, of in CONSTRAINTS:
            # A batch names keys alone.
            listed = of(self.new) if kind in (What.UNIQUE, What.FOREIGN_KEY) else ()
            coming = [one for one in listed if one.name is not None and (kind, one) not in self._come]
            for old in of(self.old):
                new = next((one for one in coming if replace(one, name=None) == old), None)
                if new is None or new.name == self._conventional(kind, old) or (kind, old) in self._gone:
                    continue
                if self.context.pack.kept_name(self._there.find(kind, new), self.context.dialect) is None:
                    self._note(Difference(kind, new.name, "name", old, new))

    def _goes_along(self, record: AnyRecord, item: Any, columns: Mapping[str, Column[Any]]) -> bool:
        """Say whether a constraint need not be dropped before its column, which is one of these."""
        on = list(columns_of(record))
        if len(on) != 1 or on[0] not in columns or isinstance(item.name, str):
            return False
        # In a batch, what a foreign key refers to may go first.
        in_batch = isinstance(item, ForeignKeyConstraint) and not self.context.adds_constraints
        return not in_batch and goes_with_column(item, self.context)

    def _conventional(self, kind: What, record: AnyRecord) -> str:
        if kind == What.CHECK:
            return conv(f"ck_{self.old.name}")
        return conv("_".join((_PREFIXES[kind], self.old.name, *columns_of(record))))

    # -- what is new --------------------------------------------------------------------------------
    def _additions(
        self, names: Sequence[str], altered: Sequence[ops.AlterColumnOp], key_indexes: KeyIndexes
    ) -> tuple[list[ops.AddColumnOp], list[MigrateOperation]]:
        """Return what adds columns, and what adds constraints and indexes."""
        copies = {name: self._alone(name, self._columns, self.new) for name in names}
        retyped = {op.column_name for op in altered if op.modify_type is not None}
        later: list[MigrateOperation] = []
        keys: dict[ForeignKeyRecord, MigrateOperation] = {}
        for kind, record in sorted(self._come, key=lambda one: -_DROPPED_FIRST.index(one[0])):
            item = self._there.find(kind, record)
            if any(is_of_type(item, self._columns[name]) for name in (*names, *retyped)):
                # The CHECK of a type comes with it.
                continue
            if any(item in self._columns[name].constraints for name in names):
                # A CHECK that was written on a column goes where the column goes.
                continue
            on = list(columns_of(record))
            along = len(on) == 1 and on[0] in copies and goes_with_column(item, self.context)
            if along and not (self.context.adds_constraints and comes_later(record, self.new, self._come)):
                put_on(copies[on[0]], item)
                continue
            added = adding(item, self.model)
            if not self.context.has_comments:
                added.kw = {key: value for key, value in added.kw.items() if key != "comment"}
            if not isinstance(item, Index) and added.constraint_name is None:
                added.constraint_name = self._new_name(kind, record)
            if not isinstance(item, Index):
                kept = self.context.pack.kept_name(item, self.context.dialect)
                added.kept_name = conv(kept) if kept is not None else None
            if isinstance(record, ForeignKeyRecord):
                keys[replace(record, name=added.constraint_name)] = added
            else:
                later.append(added)
        later += [*key_indexes.of_added(keys), *keys.values()]
        return [self._adding_column(copy) for copy in copies.values()], later

    def _alone(self, name: str, columns: Mapping[str, Column[Any]], record: TableRecord) -> Column[Any]:
        numbered = any(one.name == name and one.autoincrement for one in record.columns)
        return alone(columns[name], numbered=numbered and self.context.pack.numbers_added)

    def _adding_column(self, column: Column[Any]) -> ops.AddColumnOp:
        inline = bool(column.foreign_keys) and not self.context.adds_constraints
        op = ops.AddColumnOp(
            self.model.name,
            column,
            schema=self.model.schema,
            # Only inside ADD COLUMN, where the server adds no constraint to a table.
            inline_references=True if inline else None,
        )
        if getattr(column.type, "create_constraint", False):
            # Where the CHECK of the type does not go with the column, dropping has to know of it.
            op.dropped = op.reverse()
            op.dropped.kw = {"existing_type": column.type}
        return op

    def _new_name(self, kind: What, record: AnyRecord) -> str | None:
        """Return the name of a constraint that the models leave without one, so that it can be dropped."""
        gone = {id(item) for _, item in self._gone}
        taken = {item.name for _, of in CONSTRAINTS for item in of(self.old) if id(item) not in gone}
        # What the server would call it is a guess, and may be the name of another.
        if record.name is not None and not (isinstance(record.name, Unsaid) and record.name in taken):
            return conv(record.name)
        taken |= {item.name for _, of in CONSTRAINTS for item in of(self.new)} | self._names
        columns = () if kind == What.PRIMARY_KEY else columns_of(record)
        name = record.name or "_".join((_PREFIXES[kind], self.new.name, *columns))
        number, found = 1, name
        while found in taken:
            number += 1
            found = f"{name}_{number}"
        self._names.add(found)
        return conv(found)

    def _comment(self, found: Sequence[Difference]) -> Iterator[MigrateOperation]:
        for one in found:
            if one.what != What.COMMENT:
                continue
            where: dict[str, Any] = {"existing_comment": one.old, "schema": self.model.schema}
            if one.new is None:
                yield ops.DropTableCommentOp(self.model.name, **where)
            else:
                yield ops.CreateTableCommentOp(self.model.name, one.new, **where)


def _called(one: Difference) -> str:
    return "without a name" if one.name is None else str(one.name)
