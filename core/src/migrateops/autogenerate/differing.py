"""In what the tables differ that both sides have."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import UniqueConstraint

from migrateops import errors
from migrateops.autogenerate.context import AutogenContext, asked_of
from migrateops.autogenerate.dependants import held_up, left_behind, retyped
from migrateops.autogenerate.items import Items
from migrateops.snapshot.difference import Difference, What, differences
from migrateops.snapshot.kind import Key
from migrateops.snapshot.records import KeyRecord, TableRecord
from migrateops.snapshot.settling import in_stored_words, only_texts_differ

if TYPE_CHECKING:
    from migrateops.autogenerate.tables import ComparedTables

_FILTERED = (
    ("columns", "column"),
    ("unique", "unique_constraint"),
    ("foreign_keys", "foreign_key_constraint"),
    ("checks", "check_constraint"),
    ("indexes", "index"),
)


class Differing:
    """Find what differs, as the options of the comparison have it.

    Args:
        context: What is compared.
        tables: The tables of both sides.

    Attributes:
        found: The differences of each table that has some.
        wanted: The records of the models, in the words of the server where it was asked.
        given: The same in their own words.
    """

    def __init__(self, context: AutogenContext, tables: ComparedTables) -> None:
        self.context = context
        self.tables = tables
        self.found: dict[Key, list[Difference]] = {}
        self.wanted: dict[Key, TableRecord] = {}
        self.given: dict[Key, TableRecord] = {}
        self.present: dict[Key, TableRecord] = {}
        self._types = context.opts.get("compare_type", True)
        self._defaults = context.opts.get("compare_server_default", True)

    @property
    def asks_of_columns(self) -> bool:
        """Whether somebody is to be asked about each column."""
        return callable(self._types) or callable(self._defaults)

    def compare(self, pairs: Mapping[Key, tuple[TableRecord, TableRecord]]) -> None:
        """Compare the records ``(database, models)`` of tables."""
        unsettled: list[Key] = []
        filters = self.context.opts.get("include_name") is not None
        for key, (given, new) in pairs.items():
            old = self._filtered(key, given) if filters else given
            self.present[key], self.wanted[key], self.given[key] = old, new, new
            if old == new:
                continue
            found = differences(old, new)
            if found:
                self.found[key] = found
                if only_texts_differ(found):
                    unsettled.append(key)
        if unsettled:
            self._settle(unsettled)
        for key, listed in list(self.found.items()):
            options = {str(one.name) for one in listed if one.what == What.OPTION}
            if options:
                self._with_all_options(key, options)
        if self.asks_of_columns:
            self._ask(list(pairs))
        if not self._types or not self._defaults:
            for key in list(self.found):
                self._keep(key, [one for one in self.found[key] if not self._is_off(one)])
        sides = (self.present, self.wanted)
        # Where a table is built anew for each change, types need not fit in between.
        if self.found and self.context.migration_context.target.capabilities.alter_column:
            for key, one in list(retyped(self.found, *sides, self.context.pack.rewrites)):
                self.found.setdefault(key, []).append(one)
        if self.found and self.context.adds_constraints:
            for key, one in list(held_up(self.found, *sides)):
                self.found.setdefault(key, []).append(one)
            for key, one in list(left_behind(self.found, *sides, self._parents, self._goes)):
                self.found.setdefault(key, []).append(one)

    def _parents(self, record: TableRecord) -> list[Key]:
        return [self.tables.definitions.key(*one) for one in self.context.pack.parents(record)]

    def _goes(self, key: Key, name: str) -> bool:
        model, database = self.tables.definitions.models[key], self.tables.definitions.database(key)
        filters = self.context.run_object_filters
        column = next(one for one in database.columns if one.name == name)
        return filters(model, model.name, "table", False, database) and filters(
            column, name, "column", True, None
        )

    def _keep(self, key: Key, found: list[Difference]) -> None:
        if found:
            self.found[key] = found
        else:
            self.found.pop(key, None)

    def _filtered(self, key: Key, record: TableRecord) -> TableRecord:
        """Return a record of the database without what ``include_name`` leaves out."""
        parents = {"schema_name": record.schema, "table_name": record.name}
        changed: dict[str, Any] = {}
        for field, type_ in _FILTERED:
            items = getattr(record, field)
            kept = tuple(item for item in items if self.context.run_name_filters(item.name, type_, parents))
            if field == "unique" and self.context.pack.unique_keys_are_indexes:
                kept = tuple(item for item in items if self._includes(key, item, item in kept, parents))
            if len(kept) != len(items):
                changed[field] = kept
        return dataclasses.replace(record, **changed) if changed else record

    def _includes(self, key: Key, record: KeyRecord, as_constraint: bool, parents: Mapping[str, Any]) -> bool:
        """Ask ``include_name`` about a unique key as an index, too.

        The server does not tell how it was made: it is a constraint where the models have it as one.
        """
        as_index = self.context.run_name_filters(record.name, "index", parents)
        if as_index or not as_constraint:
            return as_index
        model = Items(self.tables.definitions.models[key], self.tables.texts(self.context.dialect))
        return isinstance(model.find(What.UNIQUE, record), UniqueConstraint)

    # -- the server's words -----------------------------------------------------------------------
    def _settle(self, keys: Sequence[Key]) -> None:
        connection = self.context.connection
        assert connection is not None
        models = [self.tables.definitions.models[key] for key in keys]
        stored = self.context.pack.as_stored(connection, models)
        for key in keys:
            record = stored.get((key.schema, key.name))
            if record is not None:
                self.wanted[key] = in_stored_words(self.wanted[key], record)
                self._keep(key, differences(self.present[key], self.wanted[key]))

    def _with_all_options(self, key: Key, differing: Collection[str]) -> None:
        """Compare options once more, with those that come of what the models say."""
        assert self.context.connection is not None
        new = self.wanted[key]
        options = self.context.pack.options_said(self.context.connection, new, differing)
        if options != new.options:
            self.wanted[key] = dataclasses.replace(new, options=options)
            self._keep(key, differences(self.present[key], self.wanted[key]))

    # -- what the project says ----------------------------------------------------------------------
    def _is_off(self, one: Difference) -> bool:
        if one.what != What.COLUMN:
            return False
        if one.attribute in ("type", "collation"):
            return not self._types
        return one.attribute == "default" and not self._defaults

    def _ask(self, keys: Sequence[Key]) -> None:
        """Let the project's functions say of each column whether type and default differ."""
        self.tables.definitions.load(keys)
        for key in keys:
            found = self.found.get(key, [])
            for name, attribute, answer in self._answers(key):
                have = [one for one in found if (one.name, one.attribute) == (name, attribute)]
                if answer is False:
                    found = [one for one in found if one not in have]
                elif answer is True and not have:
                    old, new = self._values(key, name, attribute)
                    found = [*found, Difference(What.COLUMN, name, attribute, old, new)]
            self._keep(key, found)

    def _values(self, key: Key, name: str, attribute: str) -> Iterator[Any]:
        for record in (self.present[key], self.wanted[key]):
            yield next(getattr(one, attribute) for one in record.columns if one.name == name)

    def _answers(self, key: Key) -> Iterator[tuple[str, str, bool | None]]:
        model, database = self.tables.definitions.models[key], self.tables.definitions.database(key)
        present = {str(column.name): column for column in database.columns}
        records = {column.name: column for column in self.present[key].columns}
        for column in model.columns:
            name = str(column.name)
            if name not in records or column.system:
                continue
            here = present[name]
            if callable(self._types):
                arguments: tuple[Any, ...] = (here, column, here.type, column.type)
                yield name, "type", self._asked("compare_type", self._types, key, name, arguments)
            if callable(self._defaults) and (here.server_default or column.server_default) is not None:
                old = getattr(getattr(here.server_default, "arg", None), "text", None)
                new = self.tables.texts(self.context.dialect).ddl.get_column_default_string(column)
                arguments = (here, column, old, column.server_default, new)
                answer = self._asked("compare_server_default", self._defaults, key, name, arguments)
                yield name, "default", answer

    def _asked(
        self, option: str, function: Callable[..., Any], key: Key, column: str, arguments: tuple[Any, ...]
    ) -> bool | None:
        where = f"{key.name}.{column}"
        answer = asked_of(option, where, function, self.context.migration_context, *arguments)
        if answer is not None and not isinstance(answer, bool):
            raise errors.autogenerate.WrongHookAnswer(
                f"{option} of {where}", repr(answer), "True, False or None"
            )
        return answer
