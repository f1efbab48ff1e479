"""What comparing and rendering need to know: both sides, the filters, the options."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import MetaData, Table, inspect

from migrateops import errors
from migrateops.autogenerate.comparators import Comparators, comparators
from migrateops.dialects.base import ANSI
from migrateops.dialects.base import Dialect as Pack
from migrateops.errors.base import MigrateOpsError
from migrateops.operations.declare import MigrateOperation
from migrateops.snapshot.names import own_schema

if TYPE_CHECKING:
    from sqlalchemy import Connection, Inspector
    from sqlalchemy.engine import Dialect


class AutogenContext:
    """Carry one comparison of models with a database, or one rendering of operations.

    Args:
        migration_context: The ``MigrationContext``; None to render for no database in particular.
        metadata: The models; those of ``context.configure(target_metadata=...)`` when omitted.
        opts: Options that replace those of the context.
        autogenerate: Compare; False only renders, which needs neither models nor a connection.

    Attributes:
        imports: The import lines that the rendered code needs.
        rendered: The classes of the operations and values that were rendered.
        type_sources: The source of types that were rendered, by class and state.
        coverage: What was not compared, for people; filled by the comparison.
        uncompared: How many objects there are that were not compared, by kind; filled by the comparison.
        notes: What was compared, and is to be looked at, for people; filled by the comparison.
        reordered: Tables with columns in another order than that of the models, by key.

    Raises:
        NoModels: *autogenerate*, and there are no models.
        NothingToRead: *autogenerate*, and there is no connection.
        TableInTwoModels: Several MetaData objects hold a table of one name.
    """

    def __init__(
        self,
        migration_context: Any,
        metadata: MetaData | Sequence[MetaData] | None = None,
        opts: Mapping[str, Any] | None = None,
        autogenerate: bool = True,
    ) -> None:
        self.migration_context = migration_context
        self.opts: dict[str, Any] = {**getattr(migration_context, "opts", {}), **(opts or {})}
        self.metadata: MetaData | Sequence[MetaData] | None = (
            metadata if metadata is not None else self.opts.get("target_metadata")
        )
        self.imports: set[str] = set()
        self.rendered: set[type[Any]] = set()
        self.type_sources: dict[tuple[Any, ...], str] = {}
        self.coverage: list[str] = []
        self.uncompared: Counter[str] = Counter()
        self.notes: list[str] = []
        self.reordered: list[str] = []
        self._chosen: dict[tuple[str | None, str, str | None, str | None], bool] = {}
        # With the objects, so that no other one gets their id.
        self._included: dict[tuple[str, int, int, bool], tuple[bool, Any, Any]] = {}
        if autogenerate:
            if self.metadata is None:
                raise errors.autogenerate.NoModels
            if migration_context is None or migration_context.as_sql:
                raise errors.autogenerate.NothingToRead
            plugins = migration_context.plugins
            if plugins is not None:
                # A plugin that is left out would leave its objects out, without a word.
                plugins.start(needed=plugins.enabled)

    # -- both sides -----------------------------------------------------------------------------
    @property
    def connection(self) -> Connection | None:
        """The connection to the database; None when there is none."""
        found: Connection | None = getattr(self.migration_context, "connection", None)
        return found

    @cached_property
    def dialect(self) -> Dialect:
        """SQLAlchemy's dialect object; the one of standard SQL without a context."""
        if self.migration_context is not None:
            found: Dialect = self.migration_context.dialect
            return found
        from sqlalchemy.engine.default import DefaultDialect

        return DefaultDialect()

    @property
    def pack(self) -> Pack:
        """The pack of the dialect; that of standard SQL without a context."""
        found: Pack = ANSI() if self.migration_context is None else self.migration_context.pack
        return found

    @cached_property
    def inspector(self) -> Inspector:
        """SQLAlchemy's inspector of the connection."""
        if self.connection is None:
            raise errors.autogenerate.NothingToRead
        return inspect(self.connection)

    @property
    def metadatas(self) -> Sequence[MetaData]:
        """The MetaData objects of the models."""
        if self.metadata is None:
            raise errors.autogenerate.NoModels
        return (self.metadata,) if isinstance(self.metadata, MetaData) else self.metadata

    @cached_property
    def table_key_to_table(self) -> dict[str, Table]:
        """The tables of the models, by key: their name, after their schema and a dot if they have one."""
        found: dict[str, Table] = {}
        for metadata in self.metadatas:
            for key, table in metadata.tables.items():
                if key in found:
                    raise errors.autogenerate.TableInTwoModels(key)
                found[key] = table
        return found

    @property
    def sorted_tables(self) -> list[Table]:
        """The tables of the models; one that refers to another comes after it."""
        return [table for metadata in self.metadatas for table in metadata.sorted_tables]

    @property
    def adds_constraints(self) -> bool:
        """Whether the server adds constraints to tables that are there already."""
        return self.migration_context is None or bool(
            self.migration_context.target.capabilities.alter_constraints
        )

    @property
    def has_comments(self) -> bool:
        """Whether the server keeps comments."""
        return self.migration_context is None or bool(self.migration_context.target.capabilities.comments)

    def can_do(self, op: MigrateOperation) -> bool:
        """Say whether the server can do an operation, in a batch or by itself."""
        context = self.migration_context
        if not context.target.capabilities.alter_column:
            # It alters nothing in place: tables are built anew, with whatever is wanted.
            return True
        chain = context.namespace.chain(type(op), context.target.keys)
        implementation = next((one for one in chain if one.lowering), None)
        if implementation is None:
            # Only trying would tell.
            return True
        try:
            list(implementation.function(op, context.target) or ())
        except errors.operations.UnsupportedOperation:
            return False
        return True

    def not_done(self, table: Table, what: str) -> None:
        """Note a difference of a table that no operation of core makes."""
        self.notes.append(f"table {table.fullname}: {what}; no operation changes that")

    @property
    def comparators(self) -> Comparators:
        """The functions that compare, where others are registered."""
        return comparators

    # -- filters --------------------------------------------------------------------------------
    def run_name_filters(self, name: str | None, type_: str, parent_names: Mapping[str, str | None]) -> bool:
        """Ask ``include_name`` about an object of the database; True when there is none.

        Args:
            name: The name, unquoted; None for the default schema.
            type_: ``"schema"``, ``"table"``, ``"column"``, ... or the name of a plugin's kind.
            parent_names: ``schema_name`` and ``table_name``, as far as they apply.
        """
        include = self.opts.get("include_name")
        if include is None:
            return True
        parents = dict(parent_names)
        if type_ != "schema" and "schema_name" in parents:
            table = name if type_ == "table" else parents.get("table_name")
            if table:
                schema = parents["schema_name"]
                parents["schema_qualified_table_name"] = f"{schema}.{table}" if schema else table
        asked = (name, type_, parents.get("schema_name"), parents.get("table_name"))
        if asked not in self._chosen:
            unnamed = "the default schema" if type_ == "schema" else type_
            where = unnamed if name is None else f"{type_} {name!r}"
            self._chosen[asked] = bool(asked_of("include_name", where, include, name, type_, parents))
        return self._chosen[asked]

    def run_object_filters(
        self, object_: Any, name: str | None, type_: str, reflected: bool, compare_to: Any
    ) -> bool:
        """Ask ``include_object`` about an object, once; True when there is none.

        Args:
            object_: A SQLAlchemy object; a record for an object of a plugin's kind.
            name: Its name, unquoted.
            type_: ``"table"``, ``"column"``, ``"index"``, ... or the name of a plugin's kind.
            reflected: It is of the database, and the models have no such object.
            compare_to: The object of the other side, or None.
        """
        include = self.opts.get("include_object")
        if include is None:
            return True
        asked = (type_, id(object_), id(compare_to), reflected)
        if asked not in self._included:
            where = f"{type_} {name!r}"
            table = getattr(object_, "table", None)
            if isinstance(table, Table):
                where = f"{where} of table {table.name!r}"
            arguments = (object_, name, type_, reflected, compare_to)
            answer = bool(asked_of("include_object", where, include, *arguments))
            self._included[asked] = answer, object_, compare_to
        return self._included[asked][0]

    run_filters = run_object_filters

    @property
    def asks_of_each(self) -> bool:
        """Whether ``include_object`` is asked about what does not differ, too."""
        return bool(self.opts.get("asks_of_each")) and self.opts.get("include_object") is not None

    def left_out(self, database: Table | None, model: Table | None) -> Collection[int]:
        """Return the ``id()`` of constraints and indexes of two tables that ``leaves_out`` answers.

        Args:
            database: The table as it is; None for one that comes.
            model: The table as it is to be; None for one that goes.
        """
        asked = self.opts.get("leaves_out")
        if asked is None:
            return ()
        table = database if model is None else model
        where = f"table {getattr(table, 'name', None)!r}"
        return set(map(id, asked_of("leaves_out", where, asked, database, model)))

    def includes_table(self, schema: str | None, name: str) -> bool:
        """Say whether a table of the database takes part: not excluded by name, and not our own."""
        context = self.migration_context
        ours = own_schema(context.version_table_schema, self.dialect)
        if schema == ours and name == context.version_table:
            return False
        return self.run_name_filters(name, "table", {"schema_name": schema})

    @cached_property
    def schema_names(self) -> Sequence[str]:
        """The schemas that there are in the database."""
        if self.connection is None:
            raise errors.autogenerate.NothingToRead
        return list(self.pack.schema_names(self.connection))

    @cached_property
    def compared_schemas(self) -> tuple[str | None, ...]:
        """The schemas of which every object is compared; None is the default one."""
        listed: dict[str | None, None] = {None: None}
        if self.opts.get("include_schemas"):
            found = [own_schema(name, self.dialect) for name in self.schema_names]
            listed |= dict.fromkeys(name for name in found if name != "information_schema")
        return tuple(name for name in listed if self.run_name_filters(name, "schema", {}))

    def read_schemas(self, named: Iterable[str | None]) -> tuple[str | None, ...]:
        """Return the schemas that are read: the compared ones, and those of *named* that exist.

        Args:
            named: The schemas of the models' objects, of whatever kind.
        """
        others = set(named).difference(self.compared_schemas)
        default = [None] if None in others else []
        there = set(self.schema_names) if others.difference(default) else set()
        return (*self.compared_schemas, *default, *sorted(name for name in others if name in there and name))

    # -- hooks ----------------------------------------------------------------------------------
    def has_hook(self, name: str) -> bool:
        """Say whether a plugin implements a hook."""
        plugins = getattr(self.migration_context, "plugins", None)
        return plugins is not None and bool(plugins.hooks.has(name))

    def call_hook(self, name: str, **arguments: Any) -> list[Any]:
        """Call a hook of plugins, with this run as ``ctx``, and return the answers."""
        if not self.has_hook(name):
            return []
        found: list[Any] = self.migration_context.plugins.hooks.call(
            name, ctx=self.migration_context, **arguments
        )
        return found

    # -- what is rendered -----------------------------------------------------------------------
    @cached_property
    def sa(self) -> str:
        """What is written before SQLAlchemy's names."""
        return self.opts.get("sqlalchemy_module_prefix", "sa.") or ""

    @cached_property
    def op(self) -> str:
        """What is written before directives."""
        return self.opts.get("operations_module_prefix", "op.") or ""

    @cached_property
    def values_are_hooked(self) -> bool:
        """Whether the project or a plugin may say how values are written."""
        return self.opts.get("render_item") is not None or self.has_hook("migrateops_render_value")

    def uses(self, op: MigrateOperation) -> None:
        """Note that an operation was rendered."""
        self.rendered.add(type(op))


def asked_of(option: str, where: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """Return what a function of the project answers.

    Args:
        option: What the function was given as.
        where: What it is asked about.
        function: The function.
        arguments: Its arguments.

    Raises:
        ComparingFailed: It raised an error that is not one of ours.
    """
    try:
        return function(*arguments)
    except MigrateOpsError:
        raise
    except Exception as exc:
        raise errors.autogenerate.ComparingFailed(option, where, f"{type(exc).__name__}: {exc}") from exc
