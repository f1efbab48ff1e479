# pathlib and urllib are not worth their import.
# ruff: noqa: PTH113
"""Read the version rows with the driver alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from os.path import isfile

_SCHEMES = ("sqlite://", "sqlite+pysqlite://")


def heads(url: str, version_table: str, schema: str | None, timeout: float = 0.0) -> tuple[str, ...] | None:
    """Return the version rows, or None on any doubt; creates nothing that stays.

    Args:
        url: The database url, ``sqlite:///relative`` or ``sqlite:////absolute``.
        version_table: Name of the table, unquoted.
        schema: Its schema; with one the answer is None.
        timeout: Longest wait for a writer, in seconds; what is asked next waits as long as it is to.
    """
    scheme, found, path = url.partition("//")
    # What follows two slashes, and not three, would be a server.
    if f"{scheme}{found}" not in _SCHEMES or path[:1] != "/" or schema is not None:
        return None
    path = path[1:]
    if not path or "?" in path or ":memory:" in path or path.startswith("file:") or not isfile(path):
        return None
    # The driver alone would create a file that is not there.  Not "ro": whoever may not write leaves the
    # files beside a database in WAL mode behind, and another user may not be able to open it with them.
    uri = f"file:{path.replace('%', '%25').replace('#', '%23')}?mode=rw"
    table = version_table.replace('"', '""')
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=timeout)) as connection:
            return tuple(row[0] for row in connection.execute(f'SELECT version_num FROM "{table}"'))
    except sqlite3.Error:
        return None
