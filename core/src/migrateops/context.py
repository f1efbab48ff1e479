"""The environment that is active, as a module: what ``env.py`` imports."""

from __future__ import annotations

from typing import Any

from migrateops import current, errors


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    frame = current.frame()
    environment = frame.environment if frame is not None else None
    if environment is None:
        raise errors.operations.NoEnvironment(f"context.{name}")
    return getattr(environment, name)


def __dir__() -> list[str]:
    from migrateops.runtime.environment import EnvironmentContext

    return sorted(name for name in dir(EnvironmentContext) if not name.startswith("_"))
