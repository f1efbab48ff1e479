"""Run without an ``env.py``: the url and the models come from the project's file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.mask import shown
from migrateops.runtime import reading

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection

    from migrateops.runtime.environment import EnvironmentContext

_CALLABLES = ("include_name", "include_object", "process_revision_directives", "render_item")

# Longest wait for a driver's threads, in seconds, and how often they are looked for meanwhile.
_LAST_WORDS, _LOOKS = 1.0, 100


def run(environment: EnvironmentContext) -> None:
    """Do what a usual ``env.py`` does: connect, configure, run the migrations.

    Raises:
        NoDatabase: There is no url.
        DatabaseNotChosen: There are several, for ``-n`` to choose from.
        MissingDriver: The url's driver is not installed.
        CannotConnect: The server does not answer.
        RunningLoop: The url is an asyncio one, and this code runs in an event loop already.
    """
    config = environment.config
    given = config.attributes.get("connection")
    options = project_options(config)
    if given is not None:
        environment.configure(connection=given, **options)
        _migrate(environment)
        return
    url = _url(config)
    if environment.is_offline_mode():
        environment.configure(url=url, **options)
        _migrate(environment)
        return
    with connected(url, config.settings.engine) as run_on:
        run_on(lambda connection: _online(environment, connection, options))


def _online(environment: EnvironmentContext, connection: Connection, options: dict[str, Any]) -> None:
    environment.configure(connection=connection, **options)
    _migrate(environment)


def _migrate(environment: EnvironmentContext) -> None:
    with environment.begin_transaction():
        environment.run_migrations()


def _url(config: Any) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    text = config.database_url()
    if text is None and config.settings.databases:
        raise errors.runtime.DatabaseNotChosen(tuple(config.settings.databases))
    if text is None:
        raise errors.runtime.NoDatabase
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        from migrateops.runtime.wrong_url import no_url

        # Their message may repeat the text, and the text may hold a password.
        raise no_url("the configured url") from None


def project_options(config: Any) -> dict[str, Any]:
    """Return the options of ``configure()`` that the project's file names by ``module:name``."""
    settings = config.settings
    options: dict[str, Any] = {}
    for name in _CALLABLES:
        if getattr(settings, name, None):
            options[name] = config.load_callable(getattr(settings, name))
    for name in ("compare_type", "compare_server_default"):
        value = getattr(settings, name)
        options[name] = config.load_callable(value) if isinstance(value, str) else value
    if settings.on_version_apply:
        options["on_version_apply"] = [config.load_callable(name) for name in settings.on_version_apply]
    return options


@contextmanager
def connected(url: URL, engine_options: Any = None) -> Iterator[Callable[[Callable[[Connection], Any]], Any]]:
    """Yield a function that calls another with a connection, in an event loop of its own if need be.

    The engine keeps no connection, and is disposed of at the end.

    Raises:
        MissingDriver: The url's driver is not installed, or does not take the url.
    """
    from sqlalchemy import create_engine, pool

    options = {"poolclass": pool.NullPool, **(engine_options or {})}
    with _usable(url):
        is_async = url.get_dialect().is_async
    if is_async:
        _refuse_running_loop(shown(url))
        yield lambda use: _in_loop(url, options, use)
        return
    reading.watch_url(url)
    with _usable(url):
        engine = create_engine(url, **options)

    def run_on(use: Callable[[Connection], Any]) -> Any:
        with _connecting(url):
            connection = engine.connect()
        with connection:
            return use(connection)

    try:
        yield run_on
    finally:
        engine.dispose()


def _refuse_running_loop(url: str) -> None:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise errors.runtime.RunningLoop(url)


def _in_loop(url: URL, options: Any, use: Callable[[Connection], Any]) -> Any:
    import asyncio
    import threading

    from sqlalchemy.ext.asyncio import create_async_engine

    async def work() -> Any:
        with _usable(url):
            engine = create_async_engine(url, **options)
        running = set(threading.enumerate())
        try:
            with _connecting(url):
                connection = await engine.connect()
            try:
                return await connection.run_sync(use)
            finally:
                await connection.close()
        except errors.runtime.CannotConnect:
            # Those that look up names are the loop's own, and would never end by themselves.
            await asyncio.get_running_loop().shutdown_default_executor()
            # A thread of the driver's that has still something to say would find the loop closed.
            for _ in range(_LOOKS):
                if running.issuperset(threading.enumerate()):
                    break
                await asyncio.sleep(_LAST_WORDS / _LOOKS)
            raise
        finally:
            await engine.dispose()

    return asyncio.run(work())


@contextmanager
def _usable(url: URL) -> Iterator[None]:
    """Turn what SQLAlchemy, or an import, says of a url that cannot be used into one coded error."""
    from sqlalchemy.exc import ArgumentError

    try:
        yield
    except (ArgumentError, ImportError, ValueError) as exc:
        from migrateops.runtime.wrong_url import unusable

        raise unusable(url, exc) from exc


@contextmanager
def _connecting(url: URL) -> Iterator[None]:
    """Turn whatever a driver raises while it connects into one coded error."""
    try:
        yield
    except MigrateOpsError:
        raise
    except Exception as exc:
        origin = getattr(exc, "orig", None) or exc
        lines = [line.strip() for line in str(origin).splitlines() if line.strip()]
        problem = lines[0] if lines else type(origin).__name__
        raise errors.runtime.CannotConnect(shown(url), problem, url.host is not None) from exc
