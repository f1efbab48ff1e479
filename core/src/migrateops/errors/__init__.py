"""One class per fact, with a code and its values; the modules are the families.

What raises an error names it by its family, ``errors.runtime.LockLost``: a family is imported when the first
of its errors is made, and most runs make none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrateops.errors import autogenerate as autogenerate
    from migrateops.errors import base as base
    from migrateops.errors import batch as batch
    from migrateops.errors import commands as commands
    from migrateops.errors import config as config
    from migrateops.errors import database as database
    from migrateops.errors import history as history
    from migrateops.errors import lock as lock
    from migrateops.errors import offline as offline
    from migrateops.errors import operations as operations
    from migrateops.errors import plugins as plugins
    from migrateops.errors import revisions as revisions
    from migrateops.errors import runtime as runtime
    from migrateops.errors import scripts as scripts
    from migrateops.errors import teams as teams
    from migrateops.errors import write_hooks as write_hooks


def __getattr__(name: str) -> Any:
    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
