"""Read the version rows with the driver alone: the standard library and PyMySQL, no SQLAlchemy."""

from __future__ import annotations

from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# Without a driver's name SQLAlchemy takes another driver, which this is not.
_SCHEMES = frozenset({"mysql+pymysql", "mariadb+pymysql"})
# What cannot change which rows are seen; any other option is a doubt.
_OPTIONS = frozenset({"charset", "unix_socket", "connect_timeout", "read_timeout", "write_timeout"})
_NO_SUCH_TABLE = 1146


def heads(url: str, version_table: str, schema: str | None, timeout: float = 5.0) -> tuple[str, ...] | None:
    """Return the rows of the version table, none when there is surely no such table.

    Args:
        url: A database url, with its password.
        version_table: Name of the table, unquoted.
        schema: Database that the table is in, unquoted; None for that of the url.
        timeout: Seconds to wait for a connection, and for the answer.

    Returns:
        The revisions; None on any doubt, in which case nothing is known.
    """
    arguments = parameters(url)
    if arguments is None or not (schema or arguments.get("database")):
        return None
    try:
        driver: Any = import_module("pymysql")
    except ImportError:
        return None
    wait = max(1, round(timeout))
    table = f"{_quoted(schema)}.{_quoted(version_table)}" if schema else _quoted(version_table)
    try:
        connection = driver.connect(
            **{"connect_timeout": wait, **arguments, "read_timeout": wait, "autocommit": True}
        )
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT version_num FROM {table}")
                found = tuple(row[0] for row in cursor.fetchall())
        finally:
            connection.close()
    except driver.Error as error:
        return () if error.args and error.args[0] == _NO_SUCH_TABLE else None
    except (OSError, RuntimeError, TypeError, ValueError, LookupError):
        return None
    return found if all(isinstance(value, str) for value in found) else None


def parameters(url: str) -> dict[str, Any] | None:
    """Return the driver's arguments, or None where the url has anything unusual."""
    try:
        parts = urlsplit(url)
        port = parts.port
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or not url.startswith(f"{parts.scheme}://"):
        return None
    # A password with one of these unescaped ends elsewhere than where SQLAlchemy lets it end.
    if "#" in url or url.count("@") != ("@" in parts.netloc):
        return None
    options: dict[str, Any] = dict(query)
    if len(options) != len(query) or not _OPTIONS.issuperset(options):
        return None
    for name in options:
        if name.endswith("_timeout"):
            if not options[name].isdecimal():
                return None
            options[name] = int(options[name])
    login, _, _ = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    host, database = parts.hostname, parts.path.removeprefix("/")
    if "%" in f"{host or ''}{database}":
        return None
    named = {
        "user": unquote(user),
        "password": unquote(password),
        "host": host,
        "port": port,
        "database": database,
    }
    return {**{name: value for name, value in named.items() if value}, **options}


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
