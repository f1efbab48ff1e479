"""Read the version rows with the driver alone: the standard library and the driver, no SQLAlchemy."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_DRIVERS = {
    "postgresql": ("psycopg", "psycopg2"),
    "postgresql+psycopg": ("psycopg",),
    "postgresql+psycopg_async": ("psycopg",),
    "postgresql+psycopg2": ("psycopg2",),
}
# What libpq knows and cannot change which rows are seen; any other option is a doubt.
_OPTIONS = frozenset(
    {
        "application_name",
        "channel_binding",
        "connect_timeout",
        "gssencmode",
        "host",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "krbsrvname",
        "options",
        "passfile",
        "port",
        "require_auth",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslpassword",
        "sslrootcert",
        "target_session_attrs",
        "tcp_user_timeout",
    }
)
_UNDEFINED_TABLE = "42P01"


def heads(url: str, version_table: str, schema: str | None, timeout: float = 5.0) -> tuple[str, ...] | None:
    """Return the rows of the version table, none when there is surely no such table.

    One statement is sent, in a transaction that only reads and leaves no setting behind.

    Args:
        url: A database url, with its password.
        version_table: Name of the table, unquoted.
        schema: Schema of the table, unquoted; None for the first in the search path that has one.
        timeout: Seconds to wait for a connection, and for the answer.

    Returns:
        The revisions; None on any doubt, in which case nothing is known.
    """
    wanted = parameters(url)
    if wanted is None:
        return None
    names, arguments = wanted
    driver = _import_first(names)
    if driver is None:
        return None
    arguments.setdefault("connect_timeout", str(max(2, round(timeout))))
    table = f"{_quoted(schema)}.{_quoted(version_table)}" if schema else _quoted(version_table)
    statement = (
        f"BEGIN READ ONLY; SET LOCAL statement_timeout = {max(1, round(timeout * 1000))}; "
        f"SELECT version_num FROM {table}"
    )
    try:
        connection = driver.connect(**arguments)
        try:
            return _rows(connection, statement)
        finally:
            connection.close()
    except driver.Error as error:
        state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
        return () if state == _UNDEFINED_TABLE else None
    except (OSError, TypeError, ValueError):
        return None


def parameters(url: str) -> tuple[tuple[str, ...], dict[str, str]] | None:
    """Return the drivers to try and libpq's parameters, or None where the url has anything unusual."""
    try:
        parts = urlsplit(url)
        port = parts.port
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return None
    drivers = _DRIVERS.get(parts.scheme)
    if drivers is None or not url.startswith(f"{parts.scheme}://"):
        return None
    # A password with one of these unescaped ends elsewhere than where SQLAlchemy lets it end.
    if "#" in url or url.count("@") != ("@" in parts.netloc):
        return None
    options = dict(query)
    if len(options) != len(query) or not _OPTIONS.issuperset(options) or "," in options.get("host", ""):
        return None
    login, _, _ = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    host, database = parts.hostname, parts.path.removeprefix("/")
    if "%" in f"{host or ''}{database}" or (host and "host" in options) or (port and "port" in options):
        return None
    named = {
        "user": unquote(user),
        "password": unquote(password),
        "host": host,
        "port": str(port) if port is not None else None,
        "dbname": database,
    }
    return drivers, {**{name: value for name, value in named.items() if value}, **options}


def _import_first(names: tuple[str, ...]) -> Any:
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


def _rows(connection: Any, statement: str) -> tuple[str, ...] | None:
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
        # One driver stands at the first of the three results, the other at the last.
        while cursor.description is None:
            if not cursor.nextset():
                return None
        found = tuple(row[0] for row in cursor.fetchall())
    return found if all(isinstance(value, str) for value in found) else None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
