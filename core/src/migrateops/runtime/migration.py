"""MigrationContext: one database, or one SQL stream, and what migrations need to run on it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import migrateops.ddl.lower  # noqa: F401  the built-in operations' default implementations
from migrateops import errors
from migrateops.dialects.hindrances import naming_hindrances
from migrateops.operations.base import Observer
from migrateops.operations.registry import Namespace, Registrations
from migrateops.operations.target import Target
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from migrateops.revisions.expressions import as_ids, resolve
from migrateops.runtime.binding import dialect_of, naming_convention, pack_for, writing_dialect
from migrateops.runtime.options import check_options
from migrateops.runtime.statements import Offline, Online
from migrateops.runtime.step import RevisionStep, Taken
from migrateops.runtime.transactions import OnlineTransactions, Scope
from migrateops.runtime.version_table import VersionTable

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect

    from migrateops.dialects.base import Lock
    from migrateops.runtime.environment import EnvironmentContext
    from migrateops.runtime.offline import OfflineTransactions

DEFAULT_VERSION_TABLE = "migrateops_version"


class RunStatement(Protocol):
    """Run one statement, or write it."""

    def __call__(self, statement: Any, *, execution_options: Mapping[str, Any] | None = None) -> Any: ...


class PutOff(Protocol):
    """Changes that are made a little later, so that more can be made with them."""

    def settle(self) -> None:
        """Make them, and take yourself out of the context."""
        ...


class MigrationContext:
    """Carry a connection (or a stream), its dialect's pack, its plugins and its options.

    Make one with ``configure()``.  ``Operations(MigrationContext.configure(connection))`` is all
    that a program needs to run operations.

    Attributes:
        connection: The connection; None offline.
        dialect: SQLAlchemy's dialect object.
        pack: The dialect's pack.
        opts: What ``configure()`` was given.
        environment_context: The environment that the context belongs to, or None.
        plugins: What plugins offer here.
        namespace: The operations as this context sees them.
        as_sql: Whether statements go to a stream.
        observer: Who is told of each operation, or None.
        lock: The lock, while one is held around the one transaction of the run.
        notes: What users should be told of the run, one sentence each.
        taken: The steps of the run, and which of them are committed.
        planned: The steps that the one transaction of the run was begun for, or None.
        found_nothing: Whether the block of the one transaction began none, as there was nothing to do, or
            nothing that can be done, from where the database was.
        may_put_off: Whether a pack may put off the changes of a batch: in the functions of a revision.
        put_off: What has been put off; None if nothing has.
        was_run: Whether ``run_migrations()`` was called.
        run_statement: Runs a statement, or writes it; a string is taken as ``text()``.
    """

    def __init__(
        self,
        dialect: SQLAlchemyDialect,
        connection: Connection | None,
        opts: Mapping[str, Any],
        environment_context: EnvironmentContext | None = None,
        *,
        plugins: Plugins | None = None,
    ) -> None:
        self.opts: dict[str, Any] = dict(opts)
        self.environment_context = environment_context
        self.connection = connection
        self.observer: Observer | None = None
        self.lock: Lock | None = None
        self.notes: list[str] = []
        self.taken = Taken()
        self.planned: tuple[RevisionStep, ...] | None = None
        self.found_nothing = False
        self.may_put_off = False
        self.put_off: PutOff | None = None
        self._not_settled: Exception | None = None
        self._script: str | None = None
        self._blamed: tuple[BaseException, tuple[int, ...]] | None = None
        self.was_run = False
        self.plugins = plugins or _plugins_of(environment_context)
        self.pack = pack_for(dialect.name, self.plugins, self.opts.get("generic_dialects", ()))
        self.notes += check_options(self.opts, self.pack, environment_context)
        self.as_sql = bool(self.opts.get("as_sql", False)) or connection is None
        self.dialect = writing_dialect(dialect, self.opts) if self.as_sql else dialect
        if self.as_sql:
            self.pack.before_writing(self.dialect)
        registrations = environment_context.registrations if environment_context else Registrations()
        self.namespace = Namespace(self.plugins, registrations)
        scope = _scope(self.opts)
        self.version_table_schema: str | None = self.opts.get("version_table_schema")
        self.version_table: str = self.opts.get("version_table") or DEFAULT_VERSION_TABLE
        self.statements: Online | Offline
        self.transactions: OnlineTransactions | OfflineTransactions
        if connection is None or self.as_sql:
            from migrateops.runtime.offline import OfflineTransactions
            from migrateops.runtime.stream import SqlStream

            self.statements = Offline(
                self.dialect,
                SqlStream(self.opts.get("output_buffer"), self.opts.get("output_encoding")),
                self.pack,
                self.pack.separator(self.opts),
                literal_binds=bool(self.opts.get("literal_binds", False)),
                none_for_result=bool(self.opts.get("none_for_result", False)),
            )
            self.transactions = OfflineTransactions(
                self.statements,
                self.pack,
                scope,
                transactional_ddl=bool(self.opts.get("transactional_sql", self.is_transactional_ddl)),
                taken=self.taken,
            )
        else:
            if self.opts.get("literal_binds"):
                raise errors.runtime.LiteralBindsOnline
            self.statements = Online(connection)
            self.transactions = OnlineTransactions(
                connection,
                self.pack,
                scope,
                transactional_ddl=self.is_transactional_ddl,
                taken=self.taken,
                made_here=self._made_here if environment_context is not None else None,
                read_rows=lambda connection: self.versions.heads(connection),
                before_statement=self.settle,
            )
        self.run_statement: RunStatement = self.statements.send
        primary_key = bool(self.opts.get("version_table_pk", True))
        table = self.pack.version_table(
            self.version_table, self.version_table_schema, primary_key=primary_key
        )
        if "version_num" not in table.c:
            raise errors.offline.NoVersionColumn(type(self.pack).__qualname__, self.version_table)
        # A project of another shape has its own way to write the rows.
        versions: type[VersionTable] = self.opts.get("versions", VersionTable)
        self.versions = versions(table, send=self.run_statement, has_table=self.pack.has_table)
        if "impl_of" in self.opts:
            # It may register implementations, which are to be there before the first operation.
            _ = self.impl

    @classmethod
    def configure(
        cls,
        connection: Connection | None = None,
        url: str | Any | None = None,
        dialect_name: str | None = None,
        dialect: SQLAlchemyDialect | None = None,
        environment_context: EnvironmentContext | None = None,
        dialect_opts: Mapping[str, Any] | None = None,
        opts: Mapping[str, Any] | None = None,
        plugins: Sequence[object] | Plugins | None = None,
    ) -> MigrationContext:
        """Make a context.

        Args:
            connection: A live connection; it wins over what follows.
            url: A database url, from which only the dialect is taken.
            dialect_name: SQLAlchemy's name of a dialect, ``name`` or ``name+driver``.
            dialect: SQLAlchemy's dialect object.
            environment_context: The environment that the context belongs to.
            dialect_opts: Arguments of the dialect's constructor.
            opts: The options of ``context.configure()``.
            plugins: Hook objects to use in place of the installed plugins; ``()`` for none; when
                omitted, installed plugins take part by the default policy.

        Raises:
            NotAConnection: *connection* is something else, such as an engine.
            NoDatabase: Nothing says which dialect it is for.
            UnknownDialect: No pack for the dialect is installed.
        """
        from sqlalchemy import Connection, make_url

        given = dict(opts or {})
        if connection is not None:
            if not isinstance(connection, Connection):
                raise errors.runtime.NotAConnection(
                    f"{type(connection).__module__}.{type(connection).__qualname__}"
                )
            dialect = connection.dialect
        elif url is not None or dialect_name is not None:
            target = make_url(url) if url is not None else make_url(f"{dialect_name}://")
            dialect = dialect_of(target)(**(dialect_opts or {}))
        elif dialect is None:
            raise errors.runtime.NoDatabase
        if dialect_opts:
            given["dialect_opts"] = dict(dialect_opts)
        if plugins is not None and not isinstance(plugins, Plugins):
            policy = PluginPolicy(autoload=False) if plugins else PluginPolicy.none()
            plugins = Plugins(policy, extra=plugins)
        return cls(dialect, connection, given, environment_context, plugins=plugins)

    # -- what it is --------------------------------------------------------------------------
    @property
    def bind(self) -> Any:
        """The connection; offline, an object that writes what it is told to execute."""
        # Whoever asks may go on to the driver's own connection, which tells nobody of its statements.
        self.settle()
        return self.statements.bind

    @property
    def server_version(self) -> tuple[int, ...] | None:
        """The server's version as numbers; None offline."""
        return self.pack.server_version(self.connection) if self.connection is not None else None

    @cached_property
    def target(self) -> Target:
        """What lowerings are told of this database."""
        return Target(
            dialect=self.dialect,
            keys=self.pack.keys(self.dialect.name),
            server_version=self.server_version,
            capabilities=self.pack.capabilities(self.server_version),
            naming_convention=naming_convention(self.opts.get("target_metadata")),
            as_sql=self.as_sql,
            options={name: self.opts[name] for name in self.pack.configure_options if name in self.opts},
            passed_over=self.notes.append if self.opts.get("passes_over") else None,
        )

    @cached_property
    def impl(self) -> Any:
        """A thin view under the names that Alembic's ``impl`` has."""
        if "impl_of" in self.opts:
            return self.opts["impl_of"](self)
        from migrateops.runtime.impl import ImplView

        return ImplView(self)

    @property
    def is_transactional_ddl(self) -> bool:
        """Whether a rollback takes DDL with it; ``configure(transactional_ddl=...)`` overrides."""
        override = self.opts.get("transactional_ddl")
        if override is not None:
            return bool(override)
        return self.pack.capabilities(self.server_version).transactional_ddl

    @property
    def purge(self) -> bool:
        """Whether the version table is still to be emptied, as ``stamp --purge`` asks."""
        return bool(self.opts.get("purge", False))

    @property
    def dialect_name(self) -> str:
        """SQLAlchemy's name of the dialect."""
        return str(self.dialect.name)

    @property
    def metadata(self) -> MetaData | Sequence[MetaData] | None:
        """The models."""
        found: MetaData | Sequence[MetaData] | None = self.opts.get("target_metadata")
        return found

    @property
    def settings(self) -> Mapping[str, Any]:
        """The project's settings for plugins, by distribution."""
        config = self.config
        settings = getattr(config, "settings", None)
        found: Mapping[str, Any] = getattr(settings, "options", {})
        return found

    @property
    def config(self) -> Any:
        """The configuration of the environment, or None."""
        return self.environment_context.config if self.environment_context is not None else None

    @property
    def shape(self) -> Any:
        """What the configuration was read by, where the project is of another shape; else None."""
        return getattr(self.config, "shape", None)

    @property
    def script(self) -> Any:
        """The script directory of the environment, or None."""
        return self.environment_context.script if self.environment_context is not None else None

    def _made_here(self) -> bool:
        return self.environment_context is not None and self.environment_context.made(self.connection)

    # -- statements ---------------------------------------------------------------------------
    def execute(self, sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
        """Run a statement, or write it; a string is taken as ``text()``."""
        self.run_statement(sql, execution_options=execution_options)

    def settle(self) -> None:
        """Make the changes that a pack has put off."""
        if self.put_off is not None:
            try:
                self.put_off.settle()
            except Exception as error:
                self._not_settled = self._not_settled or error
                raise

    @contextmanager
    def putting_off(self, script: str | None = None) -> Iterator[None]:
        """Let packs put off changes within the block: to the next statement, and to its end at the latest.

        What is put off when the block ends with an error is not done.  A block that went on although
        something that it had put off failed ends with that error.

        Args:
            script: The file that the block executes.
        """
        self.may_put_off = not self.as_sql
        self._script = script
        try:
            yield
            self.settle()
            if self._not_settled is not None:
                raise self._not_settled
        finally:
            self.may_put_off = False
            self.put_off = self._not_settled = self._script = None

    def line(self) -> int | None:
        """Return the line of the revision's script that is being executed; None outside of one."""
        frame = sys._getframe(1) if self._script is not None else None
        while frame is not None and frame.f_code.co_filename != self._script:
            frame = frame.f_back
        return frame.f_lineno if frame is not None else None

    def blame(self, error: BaseException, lines: tuple[int, ...]) -> None:
        """Have an error come from where a script asked for what has failed, not from where it is by now.

        Args:
            error: What is raised.
            lines: Of the script; several where it may have been any of them.
        """
        self._blamed = (error, lines)

    def blamed(self, error: BaseException) -> tuple[int, ...]:
        """Return the lines that were blamed for an error; none where it says itself where it is from."""
        return self._blamed[1] if self._blamed is not None and self._blamed[0] is error else ()

    def static_output(self, text: str) -> None:
        """Write *text* into the stream as it is; nothing online."""
        if isinstance(self.statements, Offline):
            self.statements.static_output(text)

    def comment(self, text: str) -> None:
        """Write *text* into the stream as a comment of one line; nothing online."""
        if isinstance(self.statements, Offline):
            self.statements.output.comment(text)

    # -- transactions -------------------------------------------------------------------------
    @contextmanager
    def begin_transaction(self) -> Iterator[None]:
        """Hold one transaction for the block, where the run has one transaction; else nothing.

        With the default, one transaction a revision, ``run_migrations()`` holds them itself, and where
        there is nothing to do, nothing is begun.  A context that no command is behind runs no
        revisions: there, the block is the transaction, whatever the options.

        Raises:
            LockRequired: The run has one transaction, and the lock cannot be had.
            LockNotAcquired: Somebody else held it for too long.
        """
        from migrateops.runtime.run import planned, readies_table, try_look

        standalone = self.opts.get("fn") is None
        if self.as_sql and self.opts.get("read_only"):
            yield
            return
        if standalone or self.as_sql:
            with self.transactions.run(always=standalone):
                yield
            return
        if self.transactions.scope != "per_run" or self.opts.get("read_only"):
            # Where each revision has its own transaction, run_migrations() sees to everything.
            yield
            return
        steps = try_look(self)
        if steps is None or not (steps or readies_table(self)):
            # Nor does a command that cannot start wait for anybody before it says so.
            self.found_nothing = True
            try:
                yield
            finally:
                self.found_nothing = False
            return
        look_again = try_look if self.pack.rebuilds_matter else None
        try:
            with planned(self, steps, look_again, whole=True) as (self.lock, self.planned):
                yield
        finally:
            self.lock = self.planned = None

    def autocommit_block(self) -> AbstractContextManager[None]:
        """Commit what was done, and commit each statement of the block by itself.

        For statements that refuse to run in a transaction.  The step is no longer atomic.

        Raises:
            ForeignTransaction: The caller owns the transaction.
        """
        self.settle()
        return self.transactions.autocommit()

    # -- heads --------------------------------------------------------------------------------
    def get_current_heads(self) -> tuple[str, ...]:
        """Return the rows of the version table; offline, the revision that the run starts from.

        Raises:
            NullVersionRow: There is a row without a revision, and the table is not to be emptied.
            VersionTableRefused: The database does not let it be read.
        """
        if self.as_sql:
            return starting_rows(self.script, self.opts.get("starting_rev"))
        if self.opts.get("starting_rev") is not None:
            raise errors.offline.StartOnline(self.opts["starting_rev"])
        with self.reading() as connection:
            found = self.versions.read(connection)
        self.taken.table_is_there = found is not None
        rows = found or ()
        known = tuple(row for row in rows if row is not None)
        if len(known) < len(rows) and not self.purge:
            raise errors.runtime.NullVersionRow(self.version_table)
        return known

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Yield the connection for questions of our own, and leave no transaction behind them.

        A transaction that a question began would look like the caller's afterwards, and would go
        on seeing the rows of that moment.

        Raises:
            DatabaseLocked: Somebody else holds the database, longer than the driver waits.
        """
        assert self.connection is not None
        before = self.connection.in_transaction()
        try:
            with naming_hindrances(self.pack, self.connection, "the version table was not read"):
                yield self.connection
        finally:
            if not before and self.connection.in_transaction():
                self.connection.rollback()

    def get_current_revision(self) -> str | None:
        """Return the one row of the version table, or None.

        Raises:
            MultipleHeadsInDatabase: There are several.
        """
        heads = self.get_current_heads()
        if len(heads) > 1:
            raise errors.runtime.MultipleHeadsInDatabase(heads)
        return heads[0] if heads else None

    # -- running ------------------------------------------------------------------------------
    def run_migrations(self, **kw: Any) -> None:
        """Run the steps that the command asks for; *kw* go to ``upgrade()`` and ``downgrade()``.

        Plugins are loaded and checked, and pending scripts read, before the first statement.
        """
        from migrateops.runtime.run import run

        self.was_run = True
        run(self, kw)

    def stamp(self, script_directory: Any, revision: str | Iterable[str]) -> None:
        """Set the version table to *revision* without running anything."""
        from migrateops.revisions.walk import stamp_steps
        from migrateops.runtime.run import apply, prepare

        graph = script_directory.graph
        rows = self.get_current_heads()
        self.taken.see(rows)
        apply(self, prepare(self, stamp_steps(graph, rows, revision)), graph=graph)


def starting_rows(script: Any, given: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the ids that an offline run starts from; none is the base.

    Args:
        script: The script directory; without one, what is given are whole ids.
        given: Identifiers.

    Raises:
        RevisionError: One of them stands for nothing.
    """
    texts = as_ids(given)
    if script is None:
        return tuple(text for text in texts if text != "base")
    found = (one.revision for text in texts for one in resolve(script.graph, text) if one is not None)
    return tuple(dict.fromkeys(found))


def _plugins_of(environment: EnvironmentContext | None) -> Plugins:
    if environment is not None:
        return environment.plugins
    return Plugins(PluginPolicy.from_settings())


def _scope(opts: Mapping[str, Any]) -> Scope:
    each = opts.get("transaction_per_migration")
    if each is not None:
        return "per_revision" if each else "per_run"
    scope: Scope = opts.get("transaction") or ("per_revision" if opts.get("fn") else "per_run")
    return scope
