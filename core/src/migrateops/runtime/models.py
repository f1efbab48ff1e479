"""The models that a project's configuration names."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from migrateops import errors

if TYPE_CHECKING:
    from sqlalchemy import MetaData


def models_of(config: Any) -> MetaData | list[MetaData] | None:
    """Return what the configuration names as ``models``, imported; None if it names none.

    Raises:
        BadModels: It names something else than a MetaData.
        ConfigurationError: It cannot be imported.
    """
    settings = getattr(config, "settings", None)
    names: tuple[str, ...] = getattr(settings, "models", ())
    found = [load_models(config, name) for name in names]
    return found[0] if len(found) == 1 else found or None


def load_models(config: Any, name: str) -> MetaData:
    """Return the MetaData that ``module:attribute`` names.

    Raises:
        BadModels: It is something else.
    """
    from sqlalchemy import MetaData

    found = config.load_callable(name)
    if isinstance(found, MetaData):
        return found
    given = (
        "a module"
        if isinstance(found, ModuleType)
        else f"{type(found).__module__}.{type(found).__qualname__}"
    )
    raise errors.runtime.BadModels(name, given, isinstance(getattr(found, "metadata", None), MetaData))
