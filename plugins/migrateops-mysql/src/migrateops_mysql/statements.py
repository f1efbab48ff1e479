"""The statements that standard SQL has no elements for, and the pieces that they are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Constraint, literal_column
from sqlalchemy.engine import Dialect as SQLAlchemyDialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import String

from migrateops.ddl.statements import AlterTable, RenameTable, table_text


class AlterTableBy(AlterTable):
    """``ALTER TABLE .. <clause>, <clause>``: all of it happens, or nothing.

    Args:
        table_name: Name of the table, unquoted.
        clauses: What follows the name, as text of a statement of the target's dialect.
        schema: Schema of the table, unquoted.
    """

    def __init__(self, table_name: str, clauses: Sequence[str], schema: str | None = None) -> None:
        super().__init__(table_name, schema)
        self.clauses = clauses


class RenameTableInPlace(RenameTable):
    """``ALTER TABLE s.a RENAME TO s.b``: a new name without a schema is one of the default schema."""


@compiles(AlterTableBy)
def _alter_table(element: AlterTableBy, compiler: Any, **kw: Any) -> str:
    table = table_text(compiler, element.table_name, element.schema)
    return f"ALTER TABLE {table} {', '.join(element.clauses)}"


@compiles(RenameTableInPlace)
def _rename_table(element: RenameTableInPlace, compiler: Any, **kw: Any) -> str:
    old = table_text(compiler, element.table_name, element.schema)
    return f"ALTER TABLE {old} RENAME TO {table_text(compiler, element.new_name, element.schema)}"


class Writer:
    """Write names, values and definitions as text of a statement of one dialect.

    Some drivers want percent signs doubled in a statement; everything here has been seen to.
    """

    def __init__(self, dialect: SQLAlchemyDialect) -> None:
        self.dialect = dialect
        # The compiler of DDL, for elements that are written inside of another statement.
        self.compiler: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]

    def name(self, name: str) -> str:
        """Return a name, quoted where it needs that."""
        return str(self.dialect.identifier_preparer.quote(name))

    def raw(self, text: str) -> str:
        """Return SQL that is in its final form, such as the server's own."""
        return str(literal_column(text).compile(dialect=self.dialect))

    def string(self, value: str) -> str:
        """Return a string as a literal."""
        return str(self.compiler.sql_compiler.render_literal_value(value, String()))

    @property
    def backslashes(self) -> bool:
        """Whether a backslash in a string says something about the next character, in this session."""
        return "\\\\" in self.string("\\")

    def type(self, column: Column[Any]) -> str:
        """Return the type of a column."""
        return str(self.dialect.type_compiler_instance.process(column.type, type_expression=column))

    def constraint(self, constraint: Constraint) -> str:
        """Return a constraint as it stands in a CREATE TABLE."""
        return str(self.compiler.process(constraint))
