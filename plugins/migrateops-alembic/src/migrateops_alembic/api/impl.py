"""``alembic.ddl``: classes that extensions and projects inherit from to say something of a dialect.

What such a class says is passed on by ``configure()``: whether DDL is transactional, the version
table, the comparison of types and defaults, and how types are written.  A method for a statement that
it overrides is called in place of the dialect's pack, which the inherited method leads to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    JSON,
    ClauseElement,
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

if TYPE_CHECKING:
    from migrateops.runtime.migration import MigrationContext

_impls: dict[str, type[DefaultImpl]] = {}
_BUILT_IN = __name__
_CORRECTED = (UniqueConstraint, Index, ForeignKeyConstraint)
_SENT_OTHERWISE = ("mysql", "postgresql")
"""Dialects whose packs send some operations in other words than Alembic."""


def _sending() -> Any:
    # Most runs call none of the methods, and some runs send nothing.
    from migrateops_alembic.api import impl_operations

    return impl_operations


class ImplMeta(type):
    """The type of those classes."""


class DefaultImpl(metaclass=ImplMeta):
    """What Alembic asks of a dialect; a subclass with ``__dialect__`` counts for that dialect.

    Args:
        dialect: SQLAlchemy's dialect object.
        connection: The connection; None offline.
        as_sql: Whether statements go to a stream.
        transactional_ddl: Whether a rollback takes DDL with it; None is what the class says.
        output_buffer: The stream.
        context_opts: The options of ``configure()``.

    Attributes:
        transactional_ddl: Whether a rollback takes DDL with it.
        command_terminator: What ends a statement; of no effect.
        type_synonyms: Sets of names of types that are the same to a comparison.
        memo: Whatever an extension keeps in it.
        context: The context that it belongs to.
        sent: Operations that its methods have sent on.
        given: The object that a method was given, its operation, and what that was invoked on.
    """

    __dialect__: ClassVar[str] = "default"
    transactional_ddl: bool = False
    command_terminator: str = ";"
    type_synonyms: tuple[set[str], ...] = ({"NUMERIC", "DECIMAL"},)
    type_arg_extract: Sequence[str] = ()
    identity_attrs_ignore: tuple[str, ...] = ("order", "on_null")

    def __init__(
        self,
        dialect: Any = None,
        connection: Any = None,
        as_sql: bool = False,
        transactional_ddl: bool | None = None,
        output_buffer: Any = None,
        context_opts: Mapping[str, Any] | None = None,
    ) -> None:
        self.dialect = dialect
        self.connection = connection
        self.as_sql = as_sql
        self.output_buffer = output_buffer
        self.context_opts = dict(context_opts or {})
        self.memo: dict[Any, Any] = {}
        self.context: Any = None
        self.sent: list[Any] = []
        self.given: tuple[Any, Any, Any] | None = None
        if transactional_ddl is not None:
            self.transactional_ddl = transactional_ddl

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__dialect__" in vars(cls) and cls.__module__ != _BUILT_IN:
            _impls[cls.__dialect__] = cls

    @classmethod
    def get_by_dialect(cls, dialect: Any) -> type[DefaultImpl]:
        """Return the class that counts for a dialect."""
        return _impls.get(dialect.name) or _built_in(dialect.name)

    @property
    def bind(self) -> Any:
        """The connection, or what stands for it offline."""
        return self.connection if self.context is None else self.context.bind

    # -- statements ---------------------------------------------------------------------------
    def start_migrations(self) -> None:
        """Do something before the first step of a run; nothing here."""

    def emit_begin(self) -> None:
        """Write what begins a transaction; offline."""
        self._emit(self.context.pack.begin_text())

    def emit_commit(self) -> None:
        """Write what commits a transaction; offline."""
        self._emit(self.context.pack.commit_text())

    def _emit(self, text: str | None) -> None:
        if text is not None:
            self.context.statements.write(text)

    def execute(self, sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
        """Run or write one statement."""
        self._exec(sql, execution_options)

    def _exec(
        self,
        construct: Any,
        execution_options: Mapping[str, Any] | None = None,
        multiparams: Sequence[Mapping[str, Any]] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        from migrateops.ddl.statements import Execute

        given = list(multiparams) if multiparams else params
        if given:
            construct = Execute(construct, given)
        return self.context.run_statement(construct, execution_options=execution_options)

    def static_output(self, text: str) -> None:
        """Write *text* into the stream; nothing online."""
        self.context.static_output(text)

    def add_column(
        self, table_name: str, column: Column[Any], *, schema: str | None = None, **kw: Any
    ) -> None:
        """Add a column, with what belongs to it."""
        _sending().add_column(self, table_name, column, schema, kw)

    def alter_column(self, table_name: str, column_name: str, **kw: Any) -> None:
        """Change a column; *kw* are the words of ``op.alter_column()``, but ``name`` for a new name."""
        _sending().alter_column(self, table_name, column_name, kw)

    def drop_column(
        self, table_name: str, column: Column[Any], *, schema: str | None = None, **kw: Any
    ) -> None:
        """Drop a column."""
        _sending().drop_column(self, table_name, column, schema, kw)

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Add a constraint to its table."""
        _sending().on_object(self, "add_constraint", const)

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        """Drop a constraint of its table."""
        _sending().on_object(self, "drop_constraint", const)

    def rename_table(self, old_table_name: str, new_table_name: Any, schema: str | None = None) -> None:
        """Rename a table."""
        _sending().rename_table(self, old_table_name, new_table_name, schema)

    def create_table(self, table: Table, **kw: Any) -> None:
        """Create a table, with its indexes and comments."""
        _sending().on_object(self, "create_table", table)

    def drop_table(self, table: Table, **kw: Any) -> None:
        """Drop a table."""
        _sending().on_object(self, "drop_table", table)

    def create_index(self, index: Index, **kw: Any) -> None:
        """Create an index."""
        _sending().on_object(self, "create_index", index)

    def drop_index(self, index: Index, **kw: Any) -> None:
        """Drop an index."""
        _sending().on_object(self, "drop_index", index)

    def create_table_comment(self, table: Table) -> None:
        """Comment on a table."""
        _sending().on_object(self, "create_table_comment", table)

    def drop_table_comment(self, table: Table) -> None:
        """Drop the comment on a table."""
        _sending().on_object(self, "drop_table_comment", table)

    def create_column_comment(self, column: Column[Any]) -> None:
        """Comment on a column."""
        from sqlalchemy.schema import SetColumnComment

        self._exec(SetColumnComment(column))

    def bulk_insert(self, table: Any, rows: Any, multiinsert: bool = True) -> None:
        """Insert rows."""
        _sending().bulk_insert(self, table, rows, multiinsert)

    # -- tables built anew ----------------------------------------------------------------------
    def requires_recreate_in_batch(self, batch_op: Any) -> bool:
        """Return whether a batch needs a new table; ``batch_op.batch`` has its changes as calls."""
        return False

    def prep_table_for_batch(self, batch_impl: Any, table: Table) -> None:
        """Do something before ``batch_impl.new_table`` is made beside *table*; nothing here."""

    def cast_for_batch_migrate(
        self, existing: Column[Any], existing_transfer: dict[str, Any], new_type: Any
    ) -> None:
        """Have values of a column converted where its new type is of another kind."""
        from sqlalchemy import cast

        if existing.type._type_affinity is not new_type._type_affinity:
            existing_transfer["expr"] = cast(existing_transfer["expr"], new_type)

    # -- what is said of the dialect ------------------------------------------------------------
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

    def correct_for_autogen_constraints(
        self, conn_unique_constraints: Any, conn_indexes: Any, metadata_unique_constraints: Any, *more: Any
    ) -> None:
        """Take out of the sets what is not compared; the fourth one is ``metadata_indexes``."""

    def correct_for_autogen_foreignkeys(self, conn_fks: Any, metadata_fks: Any) -> None:
        """Take out of the sets what is not compared."""

    def render_type(self, type_obj: Any, autogen_context: Any) -> Any:
        """Return the source of a type; False leaves it to what is usual."""
        return False


class SQLiteImpl(DefaultImpl):
    """Stands for Alembic's class for SQLite."""

    __dialect__ = "sqlite"

    def requires_recreate_in_batch(self, batch_op: Any) -> bool:
        """Return whether there is more to do than to add columns and indexes.

        A column whose default is an expression, or that is computed and stored, is not added either.
        """
        for name, args, _ in batch_op.batch:
            if name == "add_column":
                default = args[1].server_default
                computed = args[1].computed
                if isinstance(getattr(default, "arg", None), ClauseElement):
                    return True
                if computed is not None and computed.persisted:
                    return True
            elif name not in ("create_index", "drop_index"):
                return True
        return False

    def cast_for_batch_migrate(
        self, existing: Column[Any], existing_transfer: dict[str, Any], new_type: Any
    ) -> None:
        """Have values of a column converted where its new type is of another kind, but for JSON."""
        if not isinstance(new_type, JSON):
            super().cast_for_batch_migrate(existing, existing_transfer, new_type)


class PostgresqlImpl(DefaultImpl):
    """Stands for Alembic's class for PostgreSQL."""

    __dialect__ = "postgresql"
    transactional_ddl = True

    def prep_table_for_batch(self, batch_impl: Any, table: Table) -> None:
        """Drop the constraints of *table* whose names the new one is to have."""
        for constraint in table.constraints:
            if constraint.name is not None and constraint.name in batch_impl.named_constraints:
                self.drop_constraint(constraint)


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
    batch_separator = "GO"


class OracleImpl(DefaultImpl):
    """Stands for Alembic's class for Oracle Database."""

    __dialect__ = "oracle"
    batch_separator = "/"


def _built_in(dialect: str) -> type[DefaultImpl]:
    known = (SQLiteImpl, PostgresqlImpl, MySQLImpl, MariaDBImpl, MSSQLImpl, OracleImpl)
    return next((cls for cls in known if cls.__dialect__ == dialect), DefaultImpl)


def impl_for(context: MigrationContext) -> DefaultImpl:
    """Return what a context of a project of Alembic's has as ``impl``."""
    dialect = context.dialect
    transactional = context.is_transactional_ddl
    given = (dialect, context.connection, context.as_sql, transactional, context.opts.get("output_buffer"))
    impl = DefaultImpl.get_by_dialect(dialect)(*given, context.opts)
    impl.context = context
    for key in context.pack.keys(dialect.name):
        if key in _SENT_OTHERWISE:
            from migrateops_alembic.api import sent_as_there

            sent_as_there.register(key)
    if dialect.name in _impls:
        family = next((cls.__dialect__ for cls in (PostgresqlImpl, MySQLImpl) if isinstance(impl, cls)), "")
        _sending().registered(impl, DefaultImpl, family=family)
        if context.as_sql:
            transactions: Any = context.transactions
            transactions.begin, transactions.commit = impl.emit_begin, impl.emit_commit
    return impl


def start(context: Any) -> None:
    """Have the class of the project's or of an extension do what it does before the first step."""
    impl = context.impl if context.dialect.name in _impls else None
    if impl is not None and _says(type(impl), "start_migrations"):
        impl.start_migrations()


def told_by(dialect: str | None, given: dict[str, Any]) -> dict[str, Any]:
    """Return the options that a class of the project's or of an extension adds to those of ``configure()``.

    Args:
        dialect: SQLAlchemy's name of the dialect.
        given: The options; what they say themselves counts.
    """
    cls = _impls.get(dialect or "")
    found: dict[str, Any] = {"impl_of": impl_for}
    if cls is None or dialect is None:
        return found
    impl = cls()
    found["generic_dialects"] = (dialect,)
    if given.get("transactional_ddl") is None:
        found["transactional_ddl"] = cls.transactional_ddl
    if _says(cls, "version_table_impl"):
        found["version_table_of"] = impl.version_table_impl
    if _says(cls, "compare_type") and not callable(given.get("compare_type")):
        found["compare_type"] = lambda context, inspected, model, *types: impl.compare_type(inspected, model)
    if _says(cls, "compare_server_default") and given.get("compare_server_default") is True:
        found["compare_server_default"] = _comparing(impl)
    if _says(cls, "correct_for_autogen_constraints") or _says(cls, "correct_for_autogen_foreignkeys"):
        found["leaves_out"] = _leaving_out(impl)
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


def _leaving_out(impl: DefaultImpl) -> Callable[..., Any]:
    def leaves_out(database: Table | None, model: Table | None) -> list[Any]:
        tables = (database, model)
        uniques, indexes, keys = ([_items(table, cls) for table in tables] for cls in _CORRECTED)
        given = [uniques[0], indexes[0], uniques[1], indexes[1]]
        before = set().union(*given, *keys)
        impl.correct_for_autogen_constraints(*given)
        if database is not None and model is not None:
            impl.correct_for_autogen_foreignkeys(*keys)
        return list(before.difference(*given, *keys))

    return leaves_out


def _items(table: Table | None, cls: type[Any]) -> set[Any]:
    found = () if table is None else (*table.constraints, *table.indexes)
    return {item for item in found if isinstance(item, cls)}


def _rendering(impl: DefaultImpl, first: Any) -> Callable[..., Any]:
    def render(kind: str, item: Any, context: Any) -> Any:
        found = first(kind, item, context) if callable(first) else False
        return impl.render_type(item, context) if found is False and kind == "type" else found

    return render
