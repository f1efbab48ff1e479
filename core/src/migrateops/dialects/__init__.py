"""Dialect packs: the contract, the default of standard SQL, and the one embedded in core."""

from __future__ import annotations

import importlib.util
from importlib import import_module

from migrateops.dialects.base import ANSI, Dialect, ErrorKind, Lock
from migrateops.dialects.transaction import Transaction

__all__ = ["ANSI", "Dialect", "ErrorKind", "Lock", "Transaction", "embedded"]


def embedded(name: str) -> type[Dialect] | None:
    """Return the pack in the subpackage of that name, or None.

    Args:
        name: SQLAlchemy's name of the dialect.
    """
    if not name.isidentifier() or importlib.util.find_spec(f"{__name__}.{name}") is None:
        return None
    pack: type[Dialect] | None = getattr(import_module(f"{__name__}.{name}"), "pack", None)
    return pack
