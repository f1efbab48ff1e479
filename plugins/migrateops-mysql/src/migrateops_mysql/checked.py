"""What core does around a lowering, for implementations that ask the server before they make statements."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from migrateops.errors.base import MigrateOpsError
from migrateops.operations import MigrateOperation, Target
from migrateops.operations.checking import in_our_words, refuse_misspelt_dialects, require_types
from migrateops.operations.invocation import refuse_unknown_options


@contextmanager
def checked(op: MigrateOperation, target: Target) -> Iterator[None]:
    """Check the arguments of an operation, and say which one it is that SQLAlchemy cannot write.

    Args:
        op: The operation.
        target: The server.

    Raises:
        UnknownOption: It has an option that there is not.
        WrongType: A name is no string, or a type is none of SQLAlchemy's.
        CannotBeWritten: SQLAlchemy has no SQL for a part of it.
    """
    refuse_unknown_options(op, target)
    require_types(op)
    refuse_misspelt_dialects(op, target.keys)
    try:
        yield
    except MigrateOpsError:
        raise
    except Exception as error:
        own = in_our_words(error, op, target.name)
        if own is None:
            raise
        raise own from error
