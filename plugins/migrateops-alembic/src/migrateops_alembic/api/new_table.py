"""The table that a batch makes beside the old one, and how it takes its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    select,
)
from sqlalchemy.types import NULLTYPE, SchemaType, to_instance

from migrateops import errors
from migrateops.operations.schema_objects import from_type, given_options
from migrateops_alembic.api.column_order import ColumnOrder

_WIDTH = 50
"""Longest name of the table that is made beside the old one."""


class ApplyBatchImpl:
    """A new table, as the old one with changes.

    Attributes:
        table: The old one.
        new_table: The new one, while it is put in place.
        temp_table_name: What it is called until then.
        columns: Its columns by the names that they had; under new names from where those are given.
        column_transfers: By the same names, ``expr`` for what a column is filled with.
        named_constraints: Its constraints with names.
        unnamed_constraints: The others.
        indexes: The old one's indexes that stay.
        new_indexes: Others.
    """

    def __init__(
        self,
        impl: Any,
        table: Table,
        table_args: Sequence[Any],
        table_kwargs: Mapping[str, Any],
        reflected: bool,
        partial_reordering: Sequence[Sequence[str]] = (),
    ) -> None:
        self.impl = impl
        self.table = table
        self.table_args = table_args
        self.table_kwargs = dict(table_kwargs)
        self.reflected = reflected
        self.partial_reordering = partial_reordering
        self.temp_table_name = f"_alembic_tmp_{table.name}"[:_WIDTH]
        self.new_table: Table | None = None
        self.columns: dict[str, Column[Any]] = {}
        self.column_transfers: dict[str, dict[str, Any]] = {}
        for column in table.c:
            self.columns[column.name] = column._copy()
            self.column_transfers[column.name] = {"expr": column}
        self.named_constraints: dict[str, Constraint] = {}
        self.unnamed_constraints: list[Constraint] = []
        for constraint in table.constraints:
            if from_type(constraint) or not constraint_columns(constraint, table):
                if not from_type(constraint) and not isinstance(constraint, PrimaryKeyConstraint):
                    self._keep(constraint)
                continue
            self._keep(constraint)
        # What is given in place of the database's table says nothing of indexes.
        self.indexes: dict[str, Index] = {str(index.name): index for index in table.indexes if reflected}
        self.new_indexes: dict[str, Index] = {}
        self._order = ColumnOrder(self.columns)

    def _keep(self, constraint: Constraint) -> None:
        if isinstance(constraint.name, str):
            self.named_constraints[constraint.name] = constraint
        else:
            self.unnamed_constraints.append(constraint)

    # -- changes ------------------------------------------------------------------------------
    def alter_column(
        self,
        table_name: str,
        column_name: str,
        nullable: bool | None = None,
        server_default: Any = False,
        name: str | None = None,
        type_: Any = None,
        autoincrement: bool | None = None,
        comment: Any = False,
        **kw: Any,
    ) -> None:
        """Change a column, which stands where it stood, also if a place is asked for."""
        column = self.columns[column_name]
        if name is not None and name != column_name:
            # By its key, constraints find it.
            column.name = name
        if type_ is not None:
            type_ = to_instance(type_)
            self.impl.cast_for_batch_migrate(column, self.column_transfers[column_name], type_)
            if isinstance(column.type, SchemaType):
                _without_constraints_of_type(column)
            column.type = type_
            if isinstance(type_, SchemaType):
                type_._set_parent_with_dispatch(column)
        if nullable is not None:
            column.nullable = nullable
        if server_default is not False:
            column.server_default = None
            column.computed = column.identity = None
            if server_default is not None:
                made: Column[Any] = Column("x", column.type, server_default=server_default)
                column.server_default = made.server_default
                column.computed, column.identity = made.computed, made.identity
        if autoincrement is not None:
            column.autoincrement = autoincrement
        if comment is not False:
            column.comment = comment

    def add_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        """Add a column, which nothing is copied into."""
        self.columns[column.name] = column._copy()
        self.column_transfers[column.name] = {}
        self._order.add(column.name, insert_before, insert_after)

    def drop_column(self, table_name: str, column: Any, **kw: Any) -> None:
        """Drop a column, with the constraints on it."""
        name = column if isinstance(column, str) else column.name
        del self.columns[name]
        del self.column_transfers[name]
        self._order.drop(name)

    def add_constraint(self, const: Constraint) -> None:
        """Add a constraint; a primary key takes the place of the one that is there."""
        if isinstance(const, PrimaryKeyConstraint):
            for name, other in list(self.named_constraints.items()):
                if isinstance(other, PrimaryKeyConstraint):
                    del self.named_constraints[name]
            self.unnamed_constraints = [
                other for other in self.unnamed_constraints if not isinstance(other, PrimaryKeyConstraint)
            ]
            for column in self.columns.values():
                column.primary_key = False
        if isinstance(const.name, str):
            self.named_constraints.pop(const.name, None)
        self._keep(const)

    def drop_constraint(self, const: Constraint) -> None:
        """Drop a constraint.

        Raises:
            ValueError: There is none of the name.
        """
        if not isinstance(const.name, str):
            raise ValueError("a constraint is dropped by its name")
        if const.name not in self.named_constraints:
            if from_type(const):
                return
            raise ValueError(f"there is no constraint {const.name!r}")
        gone = self.named_constraints.pop(const.name)
        if isinstance(gone, PrimaryKeyConstraint):
            for column in gone.columns:
                if column.name in self.columns:
                    self.columns[column.name].primary_key = False

    def create_index(self, idx: Index, **kw: Any) -> None:
        """Add an index."""
        self.new_indexes[str(idx.name)] = idx

    def drop_index(self, idx: Index, **kw: Any) -> None:
        """Drop an index.

        Raises:
            ValueError: There is none of the name.
        """
        if self.indexes.pop(str(idx.name), None) is None and self.reflected and not kw.get("if_exists"):
            raise ValueError(f"there is no index {str(idx.name)!r}")

    def create_table_comment(self, table: Table) -> None:
        """Comment on the table."""
        self.table_kwargs["comment"] = table.comment

    def drop_table_comment(self, table: Table) -> None:
        """Drop the comment on the table."""
        self.table_kwargs["comment"] = None

    def rename_table(self, *args: Any, **kw: Any) -> None:
        """Refuse it.

        Raises:
            UnsupportedOperation: Always.
        """
        what = "a new name for a table that is being built anew"
        raise errors.operations.UnsupportedOperation(
            "rename_table", "a batch", what, "rename it behind the batch"
        )

    # -- the new table ------------------------------------------------------------------------
    def create(self, op_impl: Any) -> None:
        """Make the new table, fill it, and put it in place of the old one.

        Args:
            op_impl: What sends the statements: the ``impl`` of the dialect.
        """
        self.new_table = new = self._made()
        op_impl.prep_table_for_batch(self, self.table)
        op_impl.create_table(new)
        filled = {name: one["expr"] for name, one in self.column_transfers.items() if "expr" in one}
        if filled:
            chosen = select(*(_labelled(expr, self.table.c[name]) for name, expr in filled.items()))
            columns = [new.c[self.columns[name].key] for name in filled]
            op_impl._exec(new.insert().inline().from_select(columns, chosen.select_from(self.table)))
        op_impl.drop_table(self.table)
        op_impl.rename_table(self.temp_table_name, self.table.name, schema=self.table.schema)
        new.name = self.table.name
        for index in self._indexes(new):
            op_impl.create_index(index)

    def _made(self) -> Table:
        metadata = MetaData()
        options = {**_options(self.table), **self.table_kwargs}
        columns = [self.columns[name] for name in self._order.names(self.partial_reordering)]
        given = (*columns, *self.table_args)
        new = Table(self.temp_table_name, metadata, *given, schema=self.table.schema, **options)
        for constraint in (*self.named_constraints.values(), *self.unnamed_constraints):
            if isinstance(constraint, ForeignKeyConstraint):
                self._refer(new, constraint, metadata)
                continue
            names = constraint_columns(constraint, self.table)
            if any(name not in self.columns for name in names):
                continue
            if isinstance(constraint, PrimaryKeyConstraint):
                found = [new.c[self.columns[name].key] for name in names]
                name = constraint.name if isinstance(constraint.name, str) else None
                new.append_constraint(PrimaryKeyConstraint(*found, name=name))
            else:
                copied = constraint._copy(target_table=new)
                new.append_constraint(copied)
        return new

    def _refer(self, new: Table, constraint: ForeignKeyConstraint, metadata: MetaData) -> None:
        names = [element.parent.name for element in constraint.elements]
        if any(name not in self.columns for name in names):
            return
        specs = [element._get_colspec() for element in constraint.elements]
        place, _, _ = specs[0].rpartition(".")
        own = f"{self.table.schema}.{self.table.name}" if self.table.schema else self.table.name
        if place == own:
            # It is called so once it is in place.
            key = new.key
            specs = [f"{key}.{spec.rpartition('.')[2]}" for spec in specs]
        elif place not in metadata.tables:
            schema, _, name = place.rpartition(".")
            referred: list[Any] = [Column(spec.rpartition(".")[2], NULLTYPE) for spec in specs]
            Table(name, metadata, *referred, schema=schema or None)
        else:
            for spec in specs:
                name = spec.rpartition(".")[2]
                if name not in metadata.tables[place].c:
                    metadata.tables[place].append_column(Column(name, NULLTYPE))
        new.append_constraint(
            ForeignKeyConstraint(
                [self.columns[name].key for name in names],
                specs,
                name=constraint.name,
                onupdate=constraint.onupdate,
                ondelete=constraint.ondelete,
                deferrable=constraint.deferrable,
                initially=constraint.initially,
                match=constraint.match,
            )
        )

    def _indexes(self, new: Table) -> list[Index]:
        # Those that columns bring along are created with the table.
        made: list[Index] = []
        for index in (*self.indexes.values(), *self.new_indexes.values()):
            parts = [_in_table(part, new, self.columns) for part in index.expressions]
            options = given_options(index)
            made.append(Index(index.name, *parts, unique=index.unique, _table=new, **options))
        return made


def constraint_columns(constraint: Constraint, table: Table) -> list[str]:
    """Return the names of the columns that a constraint is on."""
    if isinstance(constraint, ForeignKeyConstraint):
        return [element.parent.name for element in constraint.elements]
    return [column.name for column in getattr(constraint, "columns", ())]


def _without_constraints_of_type(column: Column[Any]) -> None:
    column.constraints = {one for one in column.constraints if not from_type(one)}


def _labelled(expression: Any, column: Column[Any]) -> Any:
    return expression if expression is column else expression.label(column.name)


def _options(table: Table) -> dict[str, Any]:
    return {
        **given_options(table),
        "comment": table.comment,
        "info": table.info,
        "prefixes": list(table._prefixes),
    }


def _in_table(part: Any, new: Table, columns: Mapping[str, Column[Any]]) -> Any:
    if isinstance(part, Column):
        known = columns.get(part.name)
        return new.c[known.key] if known is not None else new.c[part.key]
    return part
