"""Plugins over made-up distributions on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from migrateops.plugins.discovery import Discovery, discover, forget
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from tests.distributions import Site

OPERATION = """
from migrateops.operations.declare import MigrateOperation, operation

@operation
class {cls}(MigrateOperation):
    name: str
"""

HOOKS = """
from migrateops.plugins import hookimpl

calls = []

class Plugin:
{attributes}
    @hookimpl
    def migrateops_before_run(self, ctx, plan):
        calls.append("{module}")
        return "{module}"

plugin = Plugin()
"""


def hooks(module: str, *attributes: str) -> dict[str, str]:
    """Return the module of a hook object that answers ``before_run`` with the module's name."""
    lines = "".join(f"    {line}\n" for line in attributes)
    return {f"{module}.py": HOOKS.format(module=module, attributes=lines)}


class Installed(Site):
    """A site, and the plugins of an environment over it."""

    def discovery(self) -> Discovery:
        forget()
        return discover([str(self.path)])

    def plugins(
        self,
        *,
        autoload: bool = True,
        enable: Sequence[str] = (),
        deny: Sequence[str] = (),
        require: Sequence[str] = (),
        prefer: Mapping[str, str] | None = None,
        environ: Mapping[str, str] | None = None,
        extra: Sequence[object] = (),
    ) -> Plugins:
        class Settings:
            pass

        settings: Any = Settings()
        settings.autoload, settings.enable, settings.deny = autoload, enable, deny
        settings.require, settings.prefer = require, prefer or {}
        return Plugins(PluginPolicy.from_settings(settings, environ or {}), self.discovery(), extra)

    def operation(self, dist: str, name: str, cls: str = "ViewOp", version: str = "1.0", **more: Any) -> None:
        """Install a distribution that offers one operation, from a module named as it is."""
        module = dist.replace("-", "_")
        self(
            dist,
            version,
            modules={f"{module}.py": OPERATION.format(cls=cls)},
            entry_points={"migrateops.operations": {name: f"{module}:{cls}"}},
            **more,
        )

    def hooked(self, dist: str, *attributes: str, version: str = "1.0", **more: Any) -> None:
        """Install a distribution with a hook object."""
        module = dist.replace("-", "_")
        self(
            dist,
            version,
            modules=hooks(module, *attributes),
            entry_points={"migrateops.plugins": {module: f"{module}:plugin"}},
            **more,
        )


@pytest.fixture
def site(fake_dist: Site) -> Installed:
    """A directory of made-up distributions, importable in this test alone."""
    # The packages are forgotten by the fixture that owns the directory.
    return Installed(fake_dist.path, fake_dist.packages, fake_dist.set_aside)


@pytest.fixture
def elsewhere(tmp_path: Path, site: Installed, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Installed]:
    """Make a further directory on the path, after the first."""

    def make(name: str) -> Installed:
        path = tmp_path / name
        path.mkdir()
        monkeypatch.syspath_prepend(str(path))
        return Installed(path, site.packages, site.set_aside)

    return make


@pytest.fixture(autouse=True)
def only_core_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what modules of real plugins have registered, whichever tests imported them before."""
    import migrateops.ddl.lower  # noqa: F401  the last of core to register
    from migrateops.operations import registry

    fresh = registry.Registrations()
    for (form, name), directives in registry.process.directives.items():
        core = {maker: one for maker, one in directives.items() if registry.is_core(maker.module)}
        if core:
            fresh.directives[form, name] = core
    for key, implementations in registry.process.implementations.items():
        fresh.implementations[key] = {
            maker: one for maker, one in implementations.items() if registry.is_core(maker.module)
        }
    monkeypatch.setattr(registry, "process", fresh)
