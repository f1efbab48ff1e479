"""What an exception of the driver is about, by the number behind ORA-."""

from __future__ import annotations

import re
from typing import Any

from migrateops.dialects import ErrorKind, of_driver

_NUMBERS: dict[ErrorKind, frozenset[int]] = {
    # Busy with NOWAIT or after waiting, deadlock, a library lock, distributed lock.
    "locked": frozenset({51, 54, 60, 2049, 4020, 4021, 30006}),
    # Killed, not logged on, starting or going down, end of file on the channel, no listener, timeouts.
    "lost": frozenset(
        {28, 1012, 1033, 1034, 1041, 1089, 1090, 1092, 2396, 3113, 3114, 3135, 3136}
        | {12152, 12153, 12154, 12170, 12514, 12528, 12537, 12541, 12547, 12570, 12571, 25408}
    ),
    # Not enabled, not implemented, not of this type of column, of an edition.
    "unsupported": frozenset({439, 3001, 22858, 22859, 30673}),
    # Unique, NULL in NOT NULL, CHECK, foreign keys; the same when a constraint is added to rows.
    "constraint": frozenset({1, 1400, 1407, 1452, 2290, 2291, 2292, 2293, 2296, 2298, 2299, 2437}),
    # Privileges: of the system, on a tablespace, on an object; a tablespace or a database that is read-only.
    "denied": frozenset({1031, 1647, 1950, 16000, 41900}),
    # A quota; an extent of a table, an index, a LOB, a partition, of undo; the archive of the log.
    "full": frozenset(
        {257, 1536, 1650, 1651, 1652, 1653, 1654, 1655, 1658, 1659, 1683, 1688, 1691, 1692, 30036}
    ),
}
_KINDS: dict[int, ErrorKind] = {number: kind for kind, numbers in _NUMBERS.items() for number in numbers}
_NUMBER = re.compile(r"\bORA-(\d{5})\b")
# The driver's own: not connected, and connection closed.
_DRIVER_LOST = re.compile(r"\bDP[YI]-(?:1001|1010|1080|4011|6005)\b")


@of_driver
def error_kind(exception: BaseException) -> ErrorKind | None:
    """Return what *exception* is about, or None.

    Args:
        exception: As the driver raised it, or wrapped by SQLAlchemy.
    """
    if isinstance(exception, OSError) or not exception.args:
        return None
    # The first argument is an object with the code, and says it in words.
    said: Any = exception.args[0]
    found = _NUMBER.search(str(said))
    if found is not None:
        return _KINDS.get(int(found[1]))
    return "lost" if _DRIVER_LOST.search(str(said)) else None
