"""Indexes that a server makes by itself for foreign keys, and that stay when these go.

They are in no record, as nobody has asked for them; a script says them, so that nothing is left over
when it is taken back, and no foreign key is ever without one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator

from sqlalchemy import Table

from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.items import AnyRecord
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation
from migrateops.snapshot.records import ForeignKeyRecord, IndexRecord, TableRecord


class KeyIndexes:
    """Write the indexes of the foreign keys of one table.

    Args:
        context: What is compared.
        old: The record of the database.
        new: The record of the models.
        model: The table of the models.
        database: The table of the database.
    """

    def __init__(
        self, context: AutogenContext, old: TableRecord, new: TableRecord, model: Table, database: Table
    ) -> None:
        self._pack = context.pack
        self._if_exists = context.migration_context.target.capabilities.index_if_exists
        self._old, self._new = old, new
        self._model = model
        self._made: list[ForeignKeyRecord] = []
        self._present = {str(index.name) for index in database.indexes}

    def added(self, key: ForeignKeyRecord) -> Iterator[MigrateOperation]:
        """Yield what adds the index of a key, in front of the key."""
        if not _has(self._old, key):
            index = self._pack.key_index(key, self._new)
            if index is not None:
                yield self._creation(index)

    def dropped(self, key: ForeignKeyRecord) -> Iterator[MigrateOperation]:
        """Yield what drops the index of a key, behind the key."""
        if not _has(self._new, key):
            index = self._pack.key_index(key, self._old)
            if index is not None:
                for name in (index.name, key.columns[0]):
                    if name in self._present:
                        yield self._creation(dataclasses.replace(index, name=name)).reverse()
                        break

    def needed_first(self, gone: Collection[AnyRecord]) -> Iterator[MigrateOperation]:
        """Yield what makes indexes for keys that stay, in front of all: what served them goes.

        Args:
            gone: The constraints and indexes that are dropped.
        """
        key = self._old.primary_key
        between = dataclasses.replace(
            self._old,
            primary_key=None if key in gone else key,
            unique=tuple(one for one in self._old.unique if one not in gone),
            indexes=tuple(one for one in self._old.indexes if one not in gone),
        )
        for reference in self._staying():
            index = self._pack.key_index(reference, between)
            if index is not None and self._pack.key_index(reference, self._old) is None:
                self._made.append(reference)
                yield self._creation(index)

    def needed_no_more(self) -> Iterator[MigrateOperation]:
        """Yield what drops indexes of keys that stay, behind all: something else serves them.

        The server may have dropped its own by then; on the way back they are needed again.
        """
        for reference in self._staying():
            if self._pack.key_index(reference, self._new) is not None:
                continue
            between = dataclasses.replace(self._new, primary_key=None, unique=(), indexes=())
            index = self._pack.key_index(reference, between)
            if index is None:
                continue
            if reference in self._made:
                yield self._creation(index).reverse()
            elif self._if_exists and self._pack.key_index(reference, self._old) is not None:
                creation = self._creation(index)
                creation.if_not_exists = True
                yield creation.reverse()

    def _staying(self) -> Iterator[ForeignKeyRecord]:
        return (key for key in self._old.foreign_keys if _has(self._new, key))

    def _creation(self, index: IndexRecord) -> ops.CreateIndexOp:
        columns = [part.text for part in index.parts]
        return ops.CreateIndexOp(index.name, self._model.name, columns, schema=self._model.schema)


def _has(table: TableRecord, key: ForeignKeyRecord) -> bool:
    return any(other.columns == key.columns for other in table.foreign_keys)
