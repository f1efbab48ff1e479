"""The operations that alter columns of a table."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Column, Enum, String
from sqlalchemy.types import NullType

from migrateops.autogenerate.comparators import comparators
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.conversions import converted, told
from migrateops.autogenerate.defaults import apart
from migrateops.autogenerate.numbering import NUMBERED_BY, NUMBERS
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation
from migrateops.snapshot.difference import Difference, What
from migrateops.snapshot.records import ColumnRecord, TableRecord

_DEFAULTS = frozenset({"default", "computed", "identity"})


class ComputedNoLonger(ops.AlterColumnOp):
    """Make a computed column an ordinary one, on a server that cannot do the opposite.

    Attributes:
        back: What drops the column and adds it computed, with all that is on it.
    """

    back: Sequence[MigrateOperation] = ()

    def reverse(self) -> Any:
        return ops.ModifyTableOps(self.table_name, list(self.back), schema=self.schema)


class ColumnChanges:
    """Turn the differences of columns that both sides have into operations.

    Args:
        context: What is compared.
        old: The record of the table in the database.
        present: The columns of the database, by name.
        wanted: The columns of the models, by name.
        collation: The collation that the table gets; None where it stays.

    Attributes:
        anew: Names of columns that have to be dropped and added again, as the server cannot change
            how they are computed.
    """

    def __init__(
        self,
        context: AutogenContext,
        old: TableRecord,
        present: Mapping[str, Column[Any]],
        wanted: Mapping[str, Column[Any]],
        collation: str | None = None,
    ) -> None:
        self.context = context
        self.anew: list[str] = []
        self._records: dict[str, ColumnRecord] = {column.name: column for column in old.columns}
        self._present, self._wanted = present, wanted
        self._schema = old.schema
        self._collation = dict(old.options).get("collate")
        self._new_collation = collation or self._collation

    def operations(self, found: Sequence[Difference]) -> list[ops.AlterColumnOp]:
        """Return an operation for each column that differs, in the order of the differences."""
        by_name: dict[str, list[Difference]] = {}
        for one in found:
            if one.what == What.COLUMN and one.attribute is not None:
                by_name.setdefault(str(one.name), []).append(one)
        if comparators.has("column", self.context.dialect.name):
            by_name |= {name: [] for name in self._wanted if name in self._present and name not in by_name}
        made = [self._altered(name, listed) for name, listed in by_name.items()]
        return [op for op in made if op is not None and op.has_changes()]

    def _altered(self, name: str, found: Sequence[Difference]) -> ops.AlterColumnOp | None:
        wanted, present = self._wanted[name], self._present[name]
        if not self.context.run_object_filters(wanted, name, "column", False, present):
            return None
        op = self.unchanged(name)
        where = (self._schema, wanted.table.name, name, present, wanted)
        comparators.call("column", self.context, op, *where, core=lambda: self._change(op, name, found))
        if any(one.attribute == "computed" for one in found):
            if not self.context.can_do(op):
                self.anew.append(name)
                return None
            if not self.context.can_do(op.reverse()):
                # Dropping and adding the column on the way there would lose its values.
                values = {f.name: getattr(op, f.name) for f in dataclasses.fields(op)}
                return told(ComputedNoLonger(**values), self.context)
        return converted(op, self.context)

    def _change(self, op: ops.AlterColumnOp, name: str, found: Sequence[Difference]) -> None:
        wanted = self._wanted[name]
        for one in found:
            if one.attribute == "type":
                op.modify_type = op.modify_type or wanted.type
            elif one.attribute == "collation":
                # What is not said stays as it is.
                op.modify_type = self._collated(wanted.type, one.new or self._new_collation)
                op.existing_type = self._collated(op.existing_type, one.old or self._collation)
            elif one.attribute == "nullable":
                op.modify_nullable = one.new
            elif one.attribute in _DEFAULTS:
                op.modify_server_default = apart(wanted.server_default)
                op.existing_server_default = self._existing_default(name)
            elif one.attribute == "comment":
                op.modify_comment = one.new
            elif self._loses_numbers(op, one):
                # With a type that does not number itself, it would be a default that nobody gave.
                op.existing_server_default = apart(self._present[name].info[NUMBERED_BY])
                if op.modify_server_default is False:
                    op.modify_server_default = None
            else:
                self.context.not_done(
                    wanted.table, f"{one.attribute} of column {name} is {one.old}, and is to be {one.new}"
                )

    def unchanged(self, name: str) -> ops.AlterColumnOp:
        """Return the operation that says what a column is, and changes nothing."""
        wanted, present, record = self._wanted[name], self._present[name], self._records[name]
        default = self._existing_default(name)
        restated = self.context.pack.restates_columns
        return ops.AlterColumnOp(
            wanted.table.name,
            name,
            existing_type=None if isinstance(present.type, NullType) else present.type,
            existing_nullable=record.nullable,
            existing_server_default=False if default is None and not restated else default,
            existing_comment=record.comment,
            schema=wanted.table.schema,
            kw={"existing_autoincrement": True} if restated and record.autoincrement else {},
        )

    def _collated(self, type_: Any, said: str | None) -> Any:
        """Return a type that says its collation, or that of the table where it has none of its own."""
        if said is None or not isinstance(type_, String):
            return type_
        made: Any = copy.copy(self._plain(type_))
        made.collation = said
        return made

    def _plain(self, type_: String) -> String:
        """Return the type whose source says a collation: that of an enum of any dialect does not."""
        if type(type_) is not Enum:
            return type_
        own = type_.dialect_impl(self.context.dialect)
        if type(own) is not Enum:
            return cast("String", own)
        return type_ if type_.create_constraint else String(type_.length)

    def _loses_numbers(self, op: ops.AlterColumnOp, one: Difference) -> bool:
        """Say whether a column that a default numbers gets a type, and is to number itself no more."""
        if one.attribute != NUMBERS or not one.old or op.modify_type is None:
            return False
        return NUMBERED_BY in self._present[str(one.name)].info

    def _existing_default(self, name: str) -> Any:
        # What numbers the rows is not a default that somebody gave.
        return None if self._records[name].autoincrement else apart(self._present[name].server_default)
