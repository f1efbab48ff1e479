"""Schema migrations for SQLAlchemy, built on operations that plugins can add to.

The names below are imported when they are first asked for; importing this package imports nothing.
"""

__version__ = "0.1.0"

# The cheap spelling of typing.TYPE_CHECKING, which type checkers know too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrateops import context as context
    from migrateops import op as op
    from migrateops.config import Config as Config
    from migrateops.errors.base import MigrateOpsError as MigrateOpsError
    from migrateops.operations import BatchOperations as BatchOperations
    from migrateops.operations import MigrateOperation as MigrateOperation
    from migrateops.operations import Operations as Operations
    from migrateops.runtime.environment import EnvironmentContext as EnvironmentContext
    from migrateops.runtime.migration import MigrationContext as MigrationContext
    from migrateops.script.directory import ScriptDirectory as ScriptDirectory

_HOMES = {
    "BatchOperations": "migrateops.operations",
    "Config": "migrateops.config",
    "EnvironmentContext": "migrateops.runtime.environment",
    "MigrateOperation": "migrateops.operations",
    "MigrateOpsError": "migrateops.errors.base",
    "MigrationContext": "migrateops.runtime.migration",
    "Operations": "migrateops.operations",
    "ScriptDirectory": "migrateops.script.directory",
}
_MODULES = ("context", "op")


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_HOMES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES, *_MODULES})
