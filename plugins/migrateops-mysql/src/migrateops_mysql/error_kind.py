"""What an exception of the driver is about, by the server's number."""

from __future__ import annotations

from migrateops.dialects import ErrorKind, of_driver

_NUMBERS: dict[ErrorKind, frozenset[int]] = {
    # Of a row or of metadata, after waiting; by a deadlock; with NOWAIT.
    "locked": frozenset({1205, 1213, 3058, 3572}),
    # Not there, gone away, lost, shut down, killed, idle for too long.
    "lost": frozenset({1053, 1079, 1152, 1158, 1159, 1160, 1161, 1927, 2002, 2003, 2006, 2013, 2055, 4031}),
    # A feature that is off, or not in this version; an ALTER that this engine cannot do; generated columns.
    "unsupported": frozenset({1178, 1235, 1286, 1289, 1295, 1845, 1846, 1907, 1910, 3106, 3107}),
    # Duplicates, NULL in NOT NULL, no default, foreign keys, CHECK (of MySQL, of MariaDB).
    "constraint": frozenset(
        {1022, 1048, 1062, 1138, 1169, 1216, 1217, 1364, 1451, 1452, 1557, 1586, 1761, 1762, 3819, 4025}
    ),
    # To a database, a table, a column, a routine, for want of a privilege; a server that is read-only.
    "denied": frozenset({1044, 1142, 1143, 1227, 1290, 1370, 1410, 1836}),
    # The disk; the table.
    "full": frozenset({1021, 1114}),
}
_KINDS: dict[int, ErrorKind] = {number: kind for kind, numbers in _NUMBERS.items() for number in numbers}


@of_driver
def error_kind(exception: BaseException) -> ErrorKind | None:
    """Return what *exception* is about, or None.

    Args:
        exception: As the driver raised it, or wrapped by SQLAlchemy.
    """
    # An OSError has a number of the operating system there.
    if isinstance(exception, OSError) or not exception.args:
        return None
    number = exception.args[0]
    if not isinstance(number, int):
        number = getattr(exception, "errno", None)
    return _KINDS.get(number) if isinstance(number, int) else None
