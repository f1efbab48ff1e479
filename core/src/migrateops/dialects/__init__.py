"""Dialect packs: the contract, the default of standard SQL, and the one embedded in core.

The names are imported when they are asked for: a probe in a subpackage must not import SQLAlchemy.
"""

from __future__ import annotations

import importlib.util
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrateops.dialects.base import ANSI, Dialect, ErrorKind, Lock
    from migrateops.dialects.driver_errors import of_driver
    from migrateops.dialects.refused_defaults import first_refused
    from migrateops.dialects.session_lock import SessionLock
    from migrateops.dialects.transaction import NOTHING_APPLIED, Transaction
    from migrateops.dialects.transaction_lock import TransactionLock

__all__ = [
    "ANSI",
    "NOTHING_APPLIED",
    "Dialect",
    "ErrorKind",
    "Lock",
    "SessionLock",
    "Transaction",
    "TransactionLock",
    "embedded",
    "first_refused",
    "of_driver",
]

_HOMES = {
    "ANSI": "base",
    "Dialect": "base",
    "ErrorKind": "base",
    "Lock": "base",
    "NOTHING_APPLIED": "transaction",
    "SessionLock": "session_lock",
    "Transaction": "transaction",
    "TransactionLock": "transaction_lock",
    "first_refused": "refused_defaults",
    "of_driver": "driver_errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def embedded(name: str) -> type[Dialect] | None:
    """Return the pack in the subpackage of that name, or None.

    Args:
        name: SQLAlchemy's name of the dialect.
    """
    if not name.isidentifier() or importlib.util.find_spec(f"{__name__}.{name}") is None:
        return None
    pack: type[Dialect] | None = getattr(import_module(f"{__name__}.{name}"), "pack", None)
    return pack
