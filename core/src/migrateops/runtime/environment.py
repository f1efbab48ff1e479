"""EnvironmentContext: what ``env.py`` talks to, through ``migrateops.context``."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any

from migrateops import current, errors
from migrateops.errors.base import CONNECTING, MigrateOpsError
from migrateops.errors.mask import shown
from migrateops.operations.registry import Registrations
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from migrateops.revisions.expressions import as_ids, resolve
from migrateops.runtime import reading
from migrateops.runtime.binding import dialect_of
from migrateops.runtime.migration import MigrationContext, starting_rows
from migrateops.runtime.options import LENIENT

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import ExceptionContext

    from migrateops.operations.base import Operations


class EnvironmentContext:
    """Carry configuration, scripts and the command's wishes to ``env.py``.

    ``with EnvironmentContext(config, script, fn=...): script.run_env()`` is what a command does.

    Args:
        config: The configuration.
        script: The script directory.
        **kw: What the command asks for: ``fn``, ``as_sql``, ``starting_rev``, ``destination_rev``,
            ``tag`` and others; they are options of every ``configure()`` in the block.  ``fn`` is a
            function of the version rows and the context that returns the steps to take.

    Attributes:
        context: The latest context that ``configure()`` made, or None.
        contexts: All of them, in order; several with several databases.
        registrations: What files executed for this environment alone have registered.
        context_class: What ``configure()`` makes.
        stand_ins: Pool entries that a command that only reads has connected to something empty, as
            the database is not there yet.
    """

    context_class: type[MigrationContext] = MigrationContext

    def __init__(self, config: Any, script: Any, **kw: Any) -> None:
        self.config = config
        self.script = script
        if "dont_mutate" in kw:
            # Alembic's name for a run that only looks.
            kw["read_only"] = kw.pop("dont_mutate")
        self.context_opts = kw
        self.context: MigrationContext | None = None
        self.contexts: list[MigrationContext] = []
        self.registrations = Registrations()
        self.stand_ins: list[Any] = []
        self._checked_out: set[int] = set()
        self._lost: list[str] = []
        self._entered: ExitStack | None = None

    @cached_property
    def plugins(self) -> Plugins:
        """The plugins that take part here."""
        given = self.context_opts.get("plugins")
        if isinstance(given, Plugins):
            return given
        settings = getattr(self.config, "settings", None)
        return Plugins(PluginPolicy.from_settings(getattr(settings, "plugins", None)))

    def __enter__(self) -> EnvironmentContext:
        _watch_pools()
        reading.watch()
        if self.context_opts.get("read_only"):
            with suppress(MigrateOpsError):
                # What is wrong with the url is said where it is used.
                reading.watch_url(getattr(getattr(self.config, "settings", None), "url", None) or "")
        with ExitStack() as entered:
            project = getattr(self.config, "entered", None)
            if project is not None:
                entered.enter_context(project())
            frame = entered.enter_context(current.entered(environment=self))
            self._entered = entered.pop_all()
        frame.registrations = self.registrations
        return self

    def __exit__(self, *exc_info: Any) -> None:
        assert self._entered is not None
        self._entered.__exit__(*exc_info)
        self._entered = None
        reading.forget(self.stand_ins)
        for context in self.contexts:
            if exc_info and exc_info[0] is not None:
                context.transactions.forget()
            elif how := context.transactions.how_lost():
                self._lost.append(how)

    # -- what the command said ----------------------------------------------------------------
    def is_offline_mode(self) -> bool:
        """Say whether the command only writes SQL."""
        return bool(self.context_opts.get("as_sql", False))

    def requires_connection(self) -> bool:
        """Say whether the command needs a database."""
        return not self.is_offline_mode()

    def is_transactional_ddl(self) -> bool:
        """Say whether a rollback takes DDL with it on this database."""
        return self.get_context().is_transactional_ddl

    def get_head_revision(self) -> str | None:
        """Return the one head of the scripts."""
        found: str | None = self.script.get_current_head()
        return found

    def get_head_revisions(self) -> tuple[str, ...]:
        """Return the heads of the scripts."""
        return tuple(self.script.get_heads())

    def get_starting_revision_argument(self) -> str | tuple[str, ...] | None:
        """Return the id that the run starts from: the command's, else the database's; None is the base."""
        if self.context is not None:
            return _one_or_all(_start_of(self.context))
        if "starting_rev" not in self.context_opts:
            raise errors.runtime.NotConfigured("get_starting_revision_argument()")
        return _one_or_all(starting_rows(self.script, self.context_opts["starting_rev"]))

    def get_revision_argument(self) -> str | tuple[str, ...] | None:
        """Return the id that the command goes to, several for ``heads``; None is the base.

        What counts from the database is returned as given, until ``configure()`` has named one.

        Raises:
            RevisionError: What the command was given stands for nothing.
        """
        texts = as_ids(self.context_opts.get("destination_rev"))
        rows = _start_of(self.context) if self.context is not None else None
        try:
            found = [one for text in texts for one in resolve(self.script.graph, text, rows)]
        except errors.revisions.CurrentNotKnown:
            return _one_or_all(texts)
        return _one_or_all(tuple(one.revision for one in found if one is not None))

    def get_tag_argument(self) -> str | None:
        """Return the text given with ``--tag``, or to ``configure()``."""
        opts = self.context_opts if self.context is None else self.context.opts
        return opts.get("tag")

    def get_x_argument(self, as_dictionary: bool = False) -> list[str] | dict[str, str]:
        """Return what was given with ``-x``.

        Args:
            as_dictionary: Split each at its first ``=``; the value is empty where there is none.
        """
        given: list[str] = list(getattr(getattr(self.config, "cmd_opts", None), "x", None) or ())
        if not as_dictionary:
            return given
        return {key: value for key, _, value in (one.partition("=") for one in given)}

    # -- configuring --------------------------------------------------------------------------
    def configure(
        self,
        connection: Connection | None = None,
        url: str | Any | None = None,
        dialect_name: str | None = None,
        dialect_opts: Mapping[str, Any] | None = None,
        transactional_ddl: bool | None = None,
        transaction_per_migration: bool | None = None,
        output_buffer: IO[Any] | None = None,
        starting_rev: str | None = None,
        tag: str | None = None,
        template_args: Mapping[str, Any] | None = None,
        target_metadata: Any = None,
        literal_binds: bool = False,
        **kw: Any,
    ) -> None:
        """Say which database, or which dialect, the next ``run_migrations()`` is for.

        May be called again, for another database.

        Args:
            connection: A live connection; it wins over url and dialect_name.
            url: A database url, from which only the dialect is taken.
            dialect_name: SQLAlchemy's name of a dialect.
            dialect_opts: Arguments of the dialect's constructor.
            transactional_ddl: Overrides what the dialect's pack says.
            transaction_per_migration: True: a transaction for each revision; False: one for the run.
            output_buffer: Stream for the SQL of an offline run, of text or of bytes.
            starting_rev: Revision that an offline run starts from, over what the command says.
            tag: Free text, for ``get_tag_argument()``.
            template_args: Further variables for the template of new revisions.
            target_metadata: The models: a MetaData, or a list of them; those that the project's
                configuration names when omitted.
            literal_binds: Offline, write the values of all statements in place.
            **kw: The other options: ``version_table``, ``output_encoding``, ``on_version_apply``,
                ``compare_type``, ``include_object`` and so on, and those that the dialect's pack declares.

        Raises:
            UnknownOption: An option that nobody knows.
            NotAConnection: *connection* is no connection.
        """
        opts: dict[str, Any] = {**self._defaults(), **self.context_opts}
        opts.pop("plugins", None)
        given = {
            "transactional_ddl": transactional_ddl,
            "transaction_per_migration": transaction_per_migration,
            "output_buffer": output_buffer,
            "starting_rev": starting_rev,
            "tag": tag,
            "target_metadata": target_metadata,
            **kw,
        }
        shape = getattr(self.config, "shape", None)
        if shape is not None:
            given = shape.options(given, _dialect_name(connection, url, dialect_name), connection)
        opts.update({name: value for name, value in given.items() if value is not None})
        if opts.get("target_metadata") is None:
            from migrateops.runtime.models import models_of

            opts["target_metadata"] = models_of(self.config)
        opts["template_args"] = {**opts.get("template_args", {}), **(template_args or {})}
        opts["literal_binds"] = literal_binds
        if opts.get("output_buffer") in (None, sys.stdout):
            # While SQL is written, what else is printed is led elsewhere.
            opts["output_buffer"] = getattr(self.config, "output_buffer", None)
        self.context = self.context_class.configure(
            connection=connection,
            url=url,
            dialect_name=dialect_name,
            environment_context=self,
            dialect_opts=dialect_opts,
            opts=opts,
        )
        self.contexts.append(self.context)

    def _defaults(self) -> dict[str, Any]:
        """Return the options that the project's file sets."""
        settings = getattr(self.config, "settings", None)
        if settings is None:
            return {}
        names = ("version_table", "version_table_schema", "version_table_pk", "transaction")
        more = ("lock", "lock_timeout", "generic_dialects", "preflight", "include_schemas", "render_as_batch")
        found = {name: getattr(settings, name) for name in (*names, *more)}
        return found | dict.fromkeys(LENIENT, True) if settings.lenient else found

    def get_context(self) -> MigrationContext:
        """Return the context that ``configure()`` made last.

        Raises:
            NotConfigured: There is none yet.
        """
        if self.context is None:
            raise errors.runtime.NotConfigured("get_context()")
        return self.context

    def get_bind(self) -> Any:
        """Return the connection; offline, an object that writes what it is told to execute."""
        return self.get_context().bind

    def get_impl(self) -> Any:
        """Return a thin view of the dialect under the names that Alembic's ``impl`` has."""
        return self.get_context().impl

    # -- running ------------------------------------------------------------------------------
    def begin_transaction(self) -> AbstractContextManager[None]:
        """Hold one transaction for the block, where the run has one transaction; else nothing."""
        return self.get_context().begin_transaction()

    def run_migrations(self, **kw: Any) -> None:
        """Run the steps that the command asks for; *kw* go to ``upgrade()`` and ``downgrade()``."""
        if self.context is None:
            raise errors.runtime.NotConfigured("run_migrations()")
        self.context.run_migrations(**kw)

    def execute(self, sql: Any, execution_options: Mapping[str, Any] | None = None) -> None:
        """Run a statement, or write it."""
        self.get_context().execute(sql, execution_options=execution_options)

    def static_output(self, text: str) -> None:
        """Write *text* into the stream as it is; nothing online."""
        self.get_context().static_output(text)

    def operations(self) -> Operations:
        """Return an ``Operations`` on the context that ``configure()`` made last."""
        from migrateops.operations.base import Operations

        return Operations(self.get_context())

    # -- connections --------------------------------------------------------------------------
    def made(self, connection: Connection | None) -> bool:
        """Say whether *connection* was opened while this environment was active."""
        if connection is None:
            return False
        return id(connection.connection.dbapi_connection) in self._checked_out

    def check_committed(self) -> None:
        """Make sure that what ran in a transaction of ``env.py``'s own was committed.

        Called behind the environment's block, at whose end it is looked after.

        Raises:
            RunNotCommitted: It was rolled back, or never committed.
        """
        if self._lost:
            raise errors.runtime.RunNotCommitted(self._lost[0])


_watching = threading.Lock()
_pools_watched = False


def _watch_pools() -> None:
    """Note, from now on, which environment each connection is opened in.

    Whether an open transaction is somebody's or was begun by the way cannot be told from the
    connection alone; who opened the connection can.
    """
    global _pools_watched
    with _watching:
        if not _pools_watched:
            from sqlalchemy import Engine, event
            from sqlalchemy.pool import Pool

            event.listen(Pool, "checkout", _on_checkout)
            event.listen(Engine, "handle_error", _on_error)
            _pools_watched = True


def _on_checkout(dbapi_connection: Any, record: Any, proxy: Any) -> None:
    frame = current.frame()
    environment = frame.environment if frame is not None else None
    if environment is not None:
        environment._checked_out.add(id(dbapi_connection))


def _on_error(error: ExceptionContext) -> None:
    """Have the error of a connection that ``env.py`` cannot make say where it was to lead."""
    frame = current.frame()
    if frame is None or frame.environment is None:
        return
    if error.connection is None and error.engine is not None and error.sqlalchemy_exception is not None:
        error.sqlalchemy_exception.add_note(f"{CONNECTING}{shown(error.engine.url)}")


def _start_of(context: MigrationContext) -> tuple[str, ...]:
    """Return the rows before the first step of the run, also when it is over."""
    start = context.taken.start
    return context.get_current_heads() if start is None else start


def _dialect_name(connection: Connection | None, url: Any, given: str | None) -> str | None:
    from sqlalchemy import make_url

    if connection is not None:
        return str(connection.dialect.name)
    if url is None and given is None:
        return None
    # Its package may bring what the shape is to find, and may give it another name than the url.
    found: Any = dialect_of(make_url(url if url is not None else f"{given}://"))
    return str(found.name)


def _one_or_all(ids: tuple[str, ...]) -> str | tuple[str, ...] | None:
    return ids if len(ids) > 1 else next(iter(ids), None)


def all_notes(contexts: Sequence[MigrationContext]) -> list[str]:
    """Return what users should be told of a run, each sentence once."""
    return list(dict.fromkeys(note for context in contexts for note in context.notes))
