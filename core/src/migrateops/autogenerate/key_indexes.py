"""Indexes that a server makes by itself for foreign keys, and that stay when these go.

They are in no record, as nobody has asked for them; a script says them, so that nothing is left over
when it is taken back, and no foreign key is ever without one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping

from sqlalchemy import Table

from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.items import AnyRecord
from migrateops.dialects import Dialect
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation
from migrateops.snapshot.records import ForeignKeyRecord, IndexRecord, TableRecord

Columns = tuple[str, ...]


class KeyIndexes:
    """Write the indexes of the foreign keys of one table.

    Args:
        context: What is compared.
        old: The record of the database.
        new: The record of the models.
        model: The table of the models.
        database: The table of the database.
        gone: The constraints and indexes that are dropped.
        renamed: The columns that have a new name by now, by their old one.
    """

    def __init__(
        self,
        context: AutogenContext,
        old: TableRecord,
        new: TableRecord,
        model: Table,
        database: Table,
        gone: Collection[AnyRecord],
        renamed: Mapping[str, str],
    ) -> None:
        self._context, self._pack = context, context.pack
        self._if_exists = context.migration_context.target.capabilities.index_if_exists
        self._old, self._new, self._gone = old, new, gone
        self._model, self._renamed = model, renamed
        self._taken = {str(index.name) for index in database.indexes}
        self._taken |= {str(one.name) for one in new.indexes} | {str(one.name) for one in new.unique}
        self._present = list(self._of_the_server(database))
        self._wanted = {_columns(index) for index in self._made_for(new.foreign_keys, new)}
        self._made: list[IndexRecord] = []
        self._dropped: list[IndexRecord] = []

    def needed_first(self) -> Iterator[MigrateOperation]:
        """Yield what makes indexes for keys that stay, in front of all: what served them goes."""
        key = self._old.primary_key
        between = dataclasses.replace(
            self._old,
            primary_key=None if key in self._gone else key,
            unique=tuple(one for one in self._old.unique if one not in self._gone),
            indexes=tuple(one for one in self._old.indexes if one not in self._gone),
        )
        staying = [key for key in self._new.foreign_keys if _has(self._old, key)]
        there = [
            _columns(index)
            for index in self._present
            if not self._goes(index) and not self._has_old_name(index)
        ]
        for index in self._made_for(staying, between):
            if not _serves(there, _columns(index)):
                named = self._with_free_name(index)
                self._made.append(named)
                yield self._creation(named)

    def of_dropped(self, keys: Iterable[ForeignKeyRecord]) -> Iterator[MigrateOperation]:
        """Yield what drops the indexes of keys, behind them.

        Args:
            keys: Those that are dropped by themselves, and not with their column.
        """
        columns = {key.columns for key in keys}
        made = [_columns(index) for index in self._made]
        for index in self._present:
            if _columns(index) in columns and self._goes(index):
                self._dropped.append(index)
                yield from self._drop(index, surely=not _serves(made, _columns(index)))

    def of_added(self, keys: Iterable[ForeignKeyRecord]) -> Iterator[MigrateOperation]:
        """Yield what makes the indexes of new keys, in front of all of these."""
        there = {_columns(index) for index in (*self._made, *self._present) if index not in self._dropped}
        for index in self._made_for(keys, self._new):
            if _columns(index) in self._wanted and _columns(index) not in there:
                yield self._creation(index)

    def needed_no_more(self) -> Iterator[MigrateOperation]:
        """Yield what drops indexes of keys that stay, behind all: something else serves them.

        The server may have dropped its own by then; on the way back they are needed again.
        """
        for index in self._made:
            if _columns(index) not in self._wanted:
                yield self._creation(index).reverse()
        for index in self._present:
            if index in self._dropped or self._is_kept(index):
                continue
            if any(key.columns == _columns(index) for key in self._new.foreign_keys):
                yield from self._drop(index, surely=False)

    def _of_the_server(self, database: Table) -> Iterator[IndexRecord]:
        """Yield the indexes that the server has made for keys that are there."""
        recorded = {one.name for one in self._old.indexes} | {one.name for one in self._old.unique}
        parents = {"schema_name": self._old.schema, "table_name": self._old.name}
        there: dict[Columns, str] = {}
        for index in database.indexes:
            # One that a filter leaves out is in no record either.
            if index.name not in recorded and self._context.run_name_filters(index.name, "index", parents):
                there[tuple([str(column.name) for column in index.columns])] = str(index.name)
        for made in indexes_of_keys(self._old, self._pack):
            # It has the name of the key, or of the first column, and keeps an old one of these.
            name = there.pop(_columns(made), None)
            if name is not None:
                yield dataclasses.replace(made, name=name)

    def _is_kept(self, index: IndexRecord) -> bool:
        """Say whether an index that is there is as the server would make it for the models."""
        if _columns(index) not in self._wanted or self._has_old_name(index):
            return False
        gone = [one.name for one in self._gone if isinstance(one, ForeignKeyRecord)]
        # One that is called like a key of another name was made for that.
        return index.name not in gone or any(key.name == index.name for key in self._new.foreign_keys)

    def _has_old_name(self, index: IndexRecord) -> bool:
        """Say whether an index that is needed is called like its first column was."""
        columns = _columns(index)
        return columns in self._wanted and self._renamed.get(str(index.name)) == columns[0]

    def _goes(self, index: IndexRecord) -> bool:
        """Say whether an index that is there goes with its key."""
        gone = {one.columns for one in self._gone if isinstance(one, ForeignKeyRecord)}
        return _columns(index) in gone and not self._is_kept(index)

    def _made_for(self, keys: Iterable[ForeignKeyRecord], table: TableRecord) -> list[IndexRecord]:
        """Return the indexes that keys of a table need: one that begins a longer one has that."""
        found: dict[Columns, IndexRecord] = {}
        for key in keys:
            index = self._pack.key_index(key, table)
            if index is not None:
                found.setdefault(_columns(index), index)
        return [
            index
            for columns, index in found.items()
            if not _serves([other for other in found if other != columns], columns)
        ]

    def _with_free_name(self, index: IndexRecord) -> IndexRecord:
        first, number, name = _columns(index)[0], 1, str(index.name)
        while name in self._taken:
            number += 1
            name = f"{first}_{number}"
        return dataclasses.replace(index, name=name)

    def _drop(self, index: IndexRecord, *, surely: bool) -> Iterator[MigrateOperation]:
        """Yield what drops an index; where the server may have done so, and nothing asks it, nothing."""
        creation = self._creation(index)
        creation.if_not_exists = None if surely else True
        if surely or self._if_exists:
            yield creation.reverse()

    def _creation(self, index: IndexRecord) -> ops.CreateIndexOp:
        columns = list(_columns(index))
        return ops.CreateIndexOp(index.name, self._model.name, columns, schema=self._model.schema)


def indexes_of_keys(record: TableRecord, pack: Dialect) -> Iterator[IndexRecord]:
    """Yield the index that the server makes for each foreign key of a table that has no other index.

    Args:
        record: The table.
        pack: The pack of its dialect.
    """
    bare = dataclasses.replace(record, primary_key=None, unique=(), indexes=())
    for key in record.foreign_keys:
        index = pack.key_index(key, bare)
        if index is not None:
            yield index


def _columns(index: IndexRecord) -> Columns:
    return tuple([part.text for part in index.parts])


def _serves(indexes: Iterable[Columns], columns: Columns) -> bool:
    """Say whether one of some indexes begins with columns."""
    return any(one[: len(columns)] == columns for one in indexes)


def _has(table: TableRecord, key: ForeignKeyRecord) -> bool:
    return any(other.columns == key.columns for other in table.foreign_keys)
