"""CREATE TABLE by SQLAlchemy's compiler, which is asked once for all columns that are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, DefaultClause, PrimaryKeyConstraint, TextClause
from sqlalchemy.schema import CreateColumn, CreateTable

from migrateops.ddl.lone import COMPILED
from migrateops.ddl.statements import name_text
from migrateops.ddl.type_memos import alike, remember_type
from migrateops.operations.schema_objects import given_options

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect

_MANY = 1000
SQLALCHEMYS_INDENT = "\t"


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
            self.names: dict[str, str] = {}
            self.has_usual_keys: bool | None = None
            self.end: str | None = None
            self.indent = SQLALCHEMYS_INDENT

        def table_text(self, statement: Any, indent: str = SQLALCHEMYS_INDENT) -> str:
            """Return CREATE TABLE, as ``statement.compile()`` does.

            Args:
                statement: A CreateTable.
                indent: What to begin lines with, where nothing about the table is new.
            """
            # What a compiler notes of the one statement that it is made for.
            self.__dict__.pop("sql_compiler", None)
            self.statement, self.indent = statement, indent
            return str(self.process(statement))

        def visit_create_table(self, create: CreateTable, **kw: Any) -> str:
            return self._remembered(create) or str(super().visit_create_table(create, **kw))

        def _remembered(self, create: CreateTable) -> str | None:
            """Return CREATE TABLE; None where something about it has not been written before."""
            table = create.element
            columns = [*table.columns]
            # SQLAlchemy has no public name for TEMPORARY and the like.
            if table._prefixes or not columns:
                return None
            lines = []
            for column in columns:
                line = self.remembered_column(column)
                if line is None:
                    return None
                lines.append(line)
            included = create.include_foreign_key_constraints
            constraints = self.create_table_constraints(table, _include_foreign_key_constraints=included)
            if constraints:
                lines.append(constraints)
            exists = "IF NOT EXISTS " if create.if_not_exists else ""
            name = self._name(table.name) if table.schema is None else self.preparer.format_table(table)
            inside = f", \n{self.indent}".join(lines)
            return (
                f"\nCREATE TABLE {exists}{name} (\n{self.indent}{inside}\n)"
                f"{self.post_create_table(table)}\n\n"
            )

        def remembered_column(self, column: Column[Any]) -> str | None:
            """Return ``process(CreateColumn(column))``; None if it has not been written before."""
            behind = self.behind_names.get(_all_but_name(column) or ())
            if behind is None or hasattr(CreateColumn, COMPILED):
                return None
            return f"{self._name(column.name)}{behind}"

        def _name(self, name: str) -> str:
            if getattr(name, "quote", None) is not None:
                return str(self.preparer.quote(name))
            known = self.names.get(name)
            if known is None:
                if len(self.names) >= _MANY:
                    self.names.clear()
                self.names[name] = known = name_text(self.preparer, str(name))
            return known

        def get_column_specification(self, column: Column[Any], **kw: Any) -> str:
            key = _all_but_name(column) if _is_plain(column) else None
            if key is None:
                return str(super().get_column_specification(column, **kw))
            behind = self.behind_names.get(key)
            name = self._name(column.name)
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
            usual = f"PRIMARY KEY ({self._name(column.name)})"
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
    """Return all that is read of a column besides its name; None where that is more than values.

    What no column has that ``_is_plain()`` is part of it, and so found nowhere.
    """
    type_ = alike(column.type)
    if type_ is None or column.constraints or hasattr(type_.__class__, COMPILED):
        return None
    if column.autoincrement is True:
        # Whether the type allows that is for SQLAlchemy to say.
        return None
    own, table = column.__dict__, column.table
    if "dialect_options" in own and given_options(column):
        return None
    if "dialect_options" in table.__dict__ and given_options(table):
        return None
    default: Any = column.server_default
    if default is not None:
        if type(default) is not DefaultClause:
            return None
        default = default.arg
        if type(default) is TextClause and not default._bindparams:
            default = (default.text,)
        elif type(default) is not str:
            return None
    key: Any = None
    if column.primary_key:
        if len(table.primary_key) != 1:
            return None
        # With the type and the defaults, all that says whether the server counts.
        key = (column.autoincrement, not column.foreign_keys)
    return (
        type_,
        default,
        column.nullable,
        key,
        column.__class__,
        column.default,
        column.computed,
        column.identity,
        column.comment,
        column.system,
    )


def _is_plain(column: Column[Any]) -> bool:
    """Say whether what is written of a column is not more than what ``_all_but_name()`` can tell apart."""
    return (
        type(column) is Column
        and column.default is None
        and column.computed is None
        and column.identity is None
        and column.comment is None
        and not column.system
    )


def _only_key(table: Table) -> Column[Any] | None:
    """Return the column of a primary key that has nothing else to say, and is the only constraint."""
    key = table.primary_key
    if len(table.constraints) != 1 or type(key) is not PrimaryKeyConstraint:
        return None
    columns: list[Column[Any]] = [*key]
    if (
        len(columns) != 1
        or key.name is not None
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
