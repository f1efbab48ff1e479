"""``alembic.ddl``: classes that extensions and projects inherit from to say something of a dialect.

What such a class says is passed on by ``configure()``: whether DDL is transactional, the version
table, the comparison of types and defaults, and how types are written.  Statements are written by
the dialect's pack, or by standard SQL where there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from sqlalchemy import Column, MetaData, PrimaryKeyConstraint, String, Table

_of_dialect: dict[str, type[DefaultImpl]] = {}


class ImplMeta(type):
    """The type of those classes."""


class DefaultImpl(metaclass=ImplMeta):
    """What Alembic asks of a dialect; a subclass with ``__dialect__`` counts for that dialect.

    Attributes:
        transactional_ddl: Whether a rollback takes DDL with it.
        command_terminator: What ends a statement; of no effect.
    """

    __dialect__: ClassVar[str] = "default"
    transactional_ddl: bool = False
    command_terminator: str = ";"

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__dialect__" in vars(cls) and cls.__module__ != __name__:
            _of_dialect[cls.__dialect__] = cls

    def version_table_impl(
        self,
        *,
        version_table: str,
        version_table_schema: str | None,
        version_table_pk: bool,
        **kw: Any,
    ) -> Table:
        """Return the version table as it is to be created."""
        column = Column("version_num", String(32), nullable=False)
        table = Table(version_table, MetaData(), column, schema=version_table_schema)
        if version_table_pk:
            table.append_constraint(PrimaryKeyConstraint("version_num", name=f"{version_table}_pkc"))
        return table

    def compare_type(self, inspector_column: Column[Any], metadata_column: Column[Any]) -> Any:
        """Return whether the types differ; None leaves it to the comparison that is usual."""
        return None

    def compare_server_default(
        self,
        inspector_column: Column[Any],
        metadata_column: Column[Any],
        rendered_metadata_default: Any,
        rendered_inspector_default: Any,
    ) -> Any:
        """Return whether the defaults differ; None leaves it to the comparison that is usual."""
        return None

    def render_type(self, type_obj: Any, autogen_context: Any) -> Any:
        """Return the source of a type; False leaves it to what is usual."""
        return False


class SQLiteImpl(DefaultImpl):
    """Stands for Alembic's class for SQLite."""

    __dialect__ = "sqlite"


class PostgresqlImpl(DefaultImpl):
    """Stands for Alembic's class for PostgreSQL."""

    __dialect__ = "postgresql"
    transactional_ddl = True


class MySQLImpl(DefaultImpl):
    """Stands for Alembic's class for MySQL."""

    __dialect__ = "mysql"


class MariaDBImpl(MySQLImpl):
    """Stands for Alembic's class for MariaDB."""

    __dialect__ = "mariadb"


class MSSQLImpl(DefaultImpl):
    """Stands for Alembic's class for SQL Server."""

    __dialect__ = "mssql"
    transactional_ddl = True


class OracleImpl(DefaultImpl):
    """Stands for Alembic's class for Oracle Database."""

    __dialect__ = "oracle"


def told_by(dialect: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """Return the options that a class of the project's or of an extension adds to those of ``configure()``.

    Args:
        dialect: SQLAlchemy's name of the dialect.
        given: The options; what they say themselves counts.
    """
    cls = _of_dialect.get(dialect or "")
    if cls is None or dialect is None:
        return {}
    impl = cls()
    found: dict[str, Any] = {"generic_dialects": (dialect,)}
    if given.get("transactional_ddl") is None:
        found["transactional_ddl"] = cls.transactional_ddl
    if _says(cls, "version_table_impl"):
        found["version_table_of"] = impl.version_table_impl
    if _says(cls, "compare_type") and not callable(given.get("compare_type")):
        found["compare_type"] = lambda context, inspected, model, *types: impl.compare_type(inspected, model)
    if _says(cls, "compare_server_default") and given.get("compare_server_default") is True:
        found["compare_server_default"] = _comparing(impl)
    if _says(cls, "render_type"):
        found["render_item"] = _rendering(impl, given.get("render_item"))
    return found


def _says(cls: type[DefaultImpl], name: str) -> bool:
    return getattr(cls, name) is not getattr(DefaultImpl, name)


def _comparing(impl: DefaultImpl) -> Callable[..., Any]:
    def compare(
        context: Any, inspected: Any, model: Any, inspected_default: Any, default: Any, rendered: Any
    ) -> Any:
        return impl.compare_server_default(inspected, model, rendered, inspected_default)

    return compare


def _rendering(impl: DefaultImpl, first: Any) -> Callable[..., Any]:
    def render(kind: str, item: Any, context: Any) -> Any:
        found = first(kind, item, context) if callable(first) else False
        return impl.render_type(item, context) if found is False and kind == "type" else found

    return render
