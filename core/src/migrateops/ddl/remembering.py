"""CREATE TABLE by SQLAlchemy's compiler, which is asked once for all columns that are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, DefaultClause, PrimaryKeyConstraint, TextClause
from sqlalchemy.schema import CreateColumn, CreateTable

from migrateops.ddl.lone import COMPILED
from migrateops.ddl.type_memos import alike, remember_type
from migrateops.operations.schema_objects import given_options

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect

_MANY = 1000


def remembering_compiler(dialect: SQLAlchemyDialect) -> Any:
    """Return a compiler for any number of CREATE TABLE, which writes what SQLAlchemy's own writes.

    None where the dialect's compiler is not SQLAlchemy's: what another one reads of a column is not known.
    """
    base: Any = dialect.ddl_compiler
    if not base.__module__.startswith("sqlalchemy."):
        return None

    class RememberingCompiler(base):  # type: ignore[misc]
        def __init__(self, *args: Any, **kw: Any) -> None:
            super().__init__(*args, **kw)
            self.behind_names: dict[tuple[Any, ...], str] = {}
            self.has_usual_keys: bool | None = None
            self.end: str | None = None

        def table_text(self, statement: Any) -> str:
            """Return CREATE TABLE, as ``statement.compile()`` does."""
            # What a compiler notes of the one statement that it is made for.
            self.__dict__.pop("sql_compiler", None)
            self.statement = statement
            return str(self.process(statement))

        def visit_create_table(self, create: CreateTable, **kw: Any) -> str:
            return self._remembered(create) or str(super().visit_create_table(create, **kw))

        def _remembered(self, create: CreateTable) -> str | None:
            """Return CREATE TABLE; None where something about it has not been written before."""
            table = create.element
            # SQLAlchemy has no public name for TEMPORARY and the like.
            if table._prefixes or not table.columns or hasattr(CreateColumn, COMPILED):
                return None
            lines, format_column = [], self.preparer.format_column
            for column in table.columns:
                behind = self.behind_names.get(_all_but_name(column) or ())
                if behind is None:
                    return None
                lines.append(f"{format_column(column)}{behind}")
            included = create.include_foreign_key_constraints
            lines.append(self.create_table_constraints(table, _include_foreign_key_constraints=included))
            if not lines[-1]:
                lines.pop()
            exists = "IF NOT EXISTS " if create.if_not_exists else ""
            start = f"\nCREATE TABLE {exists}{self.preparer.format_table(table)} (\n\t"
            return start + ", \n\t".join(lines) + f"\n){self.post_create_table(table)}\n\n"

        def get_column_specification(self, column: Column[Any], **kw: Any) -> str:
            key = _all_but_name(column)
            if key is None:
                return str(super().get_column_specification(column, **kw))
            behind = self.behind_names.get(key)
            name = self.preparer.format_column(column)
            if behind is not None:
                return f"{name}{behind}"
            remember_type(column.type, dialect)
            written = str(super().get_column_specification(column, **kw))
            if written.startswith(f"{name} "):
                if len(self.behind_names) >= _MANY:
                    self.behind_names.clear()
                self.behind_names[key] = written[len(name) :]
            return written

        def create_table_constraints(self, table: Table, **kw: Any) -> str:
            column = _only_key(table)
            if column is None or self.has_usual_keys is False:
                return str(super().create_table_constraints(table, **kw))
            usual = f"PRIMARY KEY ({self.preparer.format_column(column)})"
            if self.has_usual_keys is None:
                self.has_usual_keys = super().create_table_constraints(table, **kw) == usual
                return self.create_table_constraints(table, **kw)
            return usual

        def post_create_table(self, table: Table) -> str:
            if table.comment is not None or given_options(table):
                return str(super().post_create_table(table))
            if self.end is None:
                self.end = str(super().post_create_table(table))
            return self.end

    return RememberingCompiler(dialect, None)


def _all_but_name(column: Column[Any]) -> tuple[Any, ...] | None:
    """Return all that is read of a column besides its name; None where that is more than plain values."""
    table = column.table
    type_ = alike(column.type)
    default: Any = column.server_default
    if (
        type_ is None
        or type(column) is not Column
        or column.default is not None
        or column.computed is not None
        or column.identity is not None
        or column.comment is not None
        or column.system
        # Whether the type allows that is for SQLAlchemy to say.
        or column.autoincrement is True
        or column.constraints
        or hasattr(type(column.type), COMPILED)
        or ("dialect_options" in vars(column) and given_options(column))
        or ("dialect_options" in vars(table) and given_options(table))
    ):
        return None
    if default is not None:
        if type(default) is not DefaultClause:
            return None
        default = default.arg
        if type(default) is TextClause and not default._bindparams:
            default = (default.text,)
        elif type(default) is not str:
            return None
    if not column.primary_key:
        return (type_, default, column.nullable)
    if len(table.primary_key.columns) != 1:
        return None
    return (type_, default, column.nullable, column.autoincrement, column is table.autoincrement_column)


def _only_key(table: Table) -> Column[Any] | None:
    """Return the column of a primary key that has nothing else to say, and is the only constraint."""
    key = table.primary_key
    columns = key.columns
    if (
        len(columns) != 1
        or len(table.constraints) != 1
        or key.name is not None
        or type(key) is not PrimaryKeyConstraint
        or key.deferrable is not None
        or key.initially is not None
        or hasattr(PrimaryKeyConstraint, COMPILED)
        or given_options(key)
        or given_options(table)
        or given_options(columns[0])
        or columns[0].autoincrement is True
    ):
        return None
    return columns[0]
