"""Read the version rows with the driver alone: the standard library and the driver, no SQLAlchemy."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

_SCHEMES = ("duckdb", "duckdb+duckdb_sqlalchemy")


def heads(url: str, version_table: str, schema: str | None, timeout: float = 5.0) -> tuple[str, ...] | None:
    """Return the rows of the version table, none when there is surely no such table.

    The file is opened for reading only, which fails where somebody else writes.

    Args:
        url: A database url, ``duckdb:///relative`` or ``duckdb:////absolute``.
        version_table: Name of the table, unquoted.
        schema: Schema of the table, unquoted; None for the default one.
        timeout: Of no account: the driver does not wait.

    Returns:
        The revisions; None on any doubt, in which case nothing is known.
    """
    parts = urlsplit(url)
    path = parts.path.removeprefix("/")
    if parts.scheme not in _SCHEMES or parts.netloc or parts.query or any(mark in path for mark in ":%?#"):
        return None
    if not path or "#" in url or not Path(path).is_file():
        return None
    try:
        import duckdb
    except ImportError:
        return None
    table = _quoted(version_table) if schema is None else f"{_quoted(schema)}.{_quoted(version_table)}"
    try:
        with duckdb.connect(path, read_only=True) as connection:
            found = tuple(row[0] for row in connection.execute(f"SELECT version_num FROM {table}").fetchall())
    except duckdb.CatalogException as error:
        return () if "does not exist" in str(error) else None
    except duckdb.Error:
        return None
    return found if all(isinstance(value, str) for value in found) else None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
