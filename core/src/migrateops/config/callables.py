"""Import what ``module:name`` names."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterable
from typing import Any

from migrateops import errors
from migrateops.config.values import CALLABLE

_added: set[str] = set()


def prepend(paths: Iterable[str]) -> list[str]:
    """Put directories in front of ``sys.path``, once each; return the path as it would be without."""
    missing = [path for path in paths if path not in sys.path]
    sys.path[:0] = missing
    _added.update(missing)
    return [path for path in sys.path if path not in _added]


def load(spec: str) -> Any:
    """Return the object that ``module:name`` or ``module:name.attribute`` names.

    Raises:
        CallableNameWrong: *spec* has another form.
        CallableModuleMissing: There is no such module.
        CallableModuleFailed: The module raised an error when it was imported.
        CallableAttributeMissing: The module has no such attribute.
    """
    if not re.fullmatch(CALLABLE, spec):
        raise errors.config.CallableNameWrong(spec)
    module, _, path = spec.partition(":")
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{module}.".startswith(f"{error.name}."):
            raise errors.config.CallableModuleMissing(spec, error.name) from None
        raise errors.config.CallableModuleFailed(spec, module, f"{type(error).__name__}: {error}") from error
    except Exception as error:
        raise errors.config.CallableModuleFailed(spec, module, f"{type(error).__name__}: {error}") from error
    owner = module
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            raise errors.config.CallableAttributeMissing(spec, owner, name, tuple(dir(found))) from None
        owner = f"{owner}.{name}"
    return found
