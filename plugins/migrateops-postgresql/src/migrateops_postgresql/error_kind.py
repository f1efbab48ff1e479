"""What an exception of the driver is about, by the server's SQLSTATE."""

from __future__ import annotations

from typing import Any

from migrateops.dialects import ErrorKind, of_driver

_STATES: dict[str, ErrorKind] = {
    "55P03": "locked",  # lock_not_available: lock_timeout, NOWAIT
    "40P01": "locked",  # deadlock_detected
    "25P03": "lost",  # idle_in_transaction_session_timeout
    "57P01": "lost",  # admin_shutdown
    "57P02": "lost",  # crash_shutdown
    "57P03": "lost",  # cannot_connect_now
    "57P04": "lost",  # database_dropped
    "57P05": "lost",  # idle_session_timeout
    "42501": "denied",  # insufficient_privilege
    "53100": "full",  # disk_full
    "0A000": "unsupported",  # feature_not_supported
}
_CLASSES: dict[str, ErrorKind] = {"08": "lost", "23": "constraint"}


@of_driver
def error_kind(exception: BaseException) -> ErrorKind | None:
    """Return what *exception* is about, or None.

    Args:
        exception: As the driver raised it, or wrapped by SQLAlchemy.
    """
    state = _sqlstate(exception)
    if state is not None:
        return _STATES.get(state) or _CLASSES.get(state[:2])
    # Without a state it did not come from the server: the connection failed.
    names = {cls.__name__ for cls in type(exception).__mro__}
    return "lost" if "OperationalError" in names and "Error" in names else None


def _sqlstate(exception: Any) -> str | None:
    for name in ("sqlstate", "pgcode"):
        state = getattr(exception, name, None)
        if isinstance(state, str):
            return state
    return None
