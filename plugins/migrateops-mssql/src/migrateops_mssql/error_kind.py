"""What an exception of the driver is about, by the server's number."""

from __future__ import annotations

import re

from migrateops.dialects import ErrorKind, of_driver

_NUMBERS: dict[ErrorKind, frozenset[int]] = {
    # Deadlock, lock timeout, a snapshot that another has changed, memory-optimised conflicts.
    "locked": frozenset({1204, 1205, 1222, 3960, 41301, 41302, 41305, 41325}),
    # Network, killed session, shutdown, database unavailable or moved (Azure).
    "lost": frozenset({64, 233, 596, 6005, 10053, 10054, 10060, 10928, 10929, 40143, 40197, 40501, 40613}),
    # Not in this edition, version, or kind of table.
    "unsupported": frozenset({40508, 40510, 40512, 40514, 40517, 10794, 12317, 33514}),
    # NULL in NOT NULL, CHECK and foreign key, unique index, unique constraint, parent key needed.
    "constraint": frozenset({515, 547, 2601, 2627, 1505, 8111}),
    # On an object, a column, in a database, of the server, to the database; one that is read-only.
    "denied": frozenset({229, 230, 262, 297, 300, 916, 3906, 15247}),
    # A filegroup, a file, the log; the size that the edition or the service allows.
    "full": frozenset({1101, 1105, 1827, 9002, 40544}),
}
_KINDS: dict[int, ErrorKind] = {number: kind for kind, numbers in _NUMBERS.items() for number in numbers}
# The number stands in brackets behind the words of an ODBC driver.
_ODBC_NUMBER = re.compile(r"\((-?\d+)\) \(SQL\w+\)")


@of_driver
def error_kind(exception: BaseException) -> ErrorKind | None:
    """Return what *exception* is about, or None.

    Args:
        exception: As the driver raised it, or wrapped by SQLAlchemy.
    """
    if isinstance(exception, OSError) or not exception.args:
        return None
    first = exception.args[0]
    if isinstance(first, int):
        return _KINDS.get(first)
    for number in map(int, _ODBC_NUMBER.findall(str(exception))):
        if number in _KINDS:
            return _KINDS[number]
    # SQLSTATE of an ODBC driver: 08 is of connections.
    return "lost" if isinstance(first, str) and re.fullmatch(r"08\w{3}", first) else None
