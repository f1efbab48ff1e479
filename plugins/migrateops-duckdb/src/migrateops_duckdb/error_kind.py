"""What an exception of the driver is about, by its class."""

from __future__ import annotations

from migrateops.dialects import ErrorKind, of_driver


@of_driver
def error_kind(exception: BaseException) -> ErrorKind | None:
    """Return what *exception* is about, or None.

    Args:
        exception: As the driver raised it, or wrapped by SQLAlchemy.
    """
    names = {cls.__name__ for cls in type(exception).__mro__}
    text = str(exception)
    if "ConstraintException" in names or "constraint violation" in text:
        return "constraint"
    if "PermissionException" in names or "attached in read-only mode" in text:
        return "denied"
    if "No space left on device" in text or "max_temp_directory_size" in text:
        return "full"
    # Another process has the file, or another connection has changed the same table.
    if ("IOException" in names and "lock on file" in text) or (
        "TransactionException" in names and "conflict" in text.lower()
    ):
        return "locked"
    if "NotImplementedException" in names or "DependencyException" in names or "not yet supported" in text:
        return "unsupported"
    if "ConnectionException" in names or "FatalException" in names:
        return "lost"
    return None
