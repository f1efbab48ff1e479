"""Which distribution a module belongs to: told by what the distributions advertise, nothing is imported."""

from __future__ import annotations

import importlib.util
import sys

from migrateops.plugins.discovery import Discovery


class Ownership:
    """Answers which distribution with entry points a module belongs to.

    A distribution owns the outermost regular package of each advertised module: the top-level
    package, or the first one inside a namespace package.  Where two distributions share that
    package, each owns the advertised modules and the packages around them.
    """

    def __init__(self, discovery: Discovery) -> None:
        roots = {advert: _root(advert.module) for advert in discovery.adverts}
        claims: dict[str, set[str]] = {}
        for advert, root in roots.items():
            claims.setdefault(root, set()).add(advert.distribution)
        shared = {root for root, distributions in claims.items() if len(distributions) > 1}
        for advert, root in roots.items():
            if root in shared:
                parent = advert.module.rpartition(".")[0]
                for prefix in {advert.module, parent if len(parent) > len(root) else advert.module}:
                    claims.setdefault(prefix, set()).add(advert.distribution)
        self._owners = {prefix: one for prefix, (one, *more) in _sorted(claims) if not more}

    def of(self, module: str) -> str | None:
        """Return the distribution's normalised name, or None for a module of nobody here."""
        prefix = module
        while prefix:
            owner = self._owners.get(prefix)
            if owner is not None:
                return owner
            prefix = prefix.rpartition(".")[0]
        return None


def _sorted(claims: dict[str, set[str]]) -> list[tuple[str, list[str]]]:
    return [(prefix, sorted(distributions)) for prefix, distributions in claims.items()]


def _root(module: str) -> str:
    end = module.find(".")
    while end != -1 and _is_namespace(module[:end]):
        end = module.find(".", end + 1)
    return module if end == -1 else module[:end]


def _is_namespace(package: str) -> bool:
    loaded = sys.modules.get(package)
    if loaded is not None:
        return hasattr(loaded, "__path__") and getattr(loaded, "__file__", None) is None
    try:
        # Imports the packages around it, which are namespace packages: they have no code.
        spec = importlib.util.find_spec(package)
    except Exception:
        return False
    return spec is not None and spec.origin is None and spec.submodule_search_locations is not None
