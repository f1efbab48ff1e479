"""``plugins``: what is installed, who offers which operation, and what is wrong."""

from __future__ import annotations

import inspect
import io
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from migrateops import operations  # noqa: F401  registers the built-in ones
from migrateops.errors.base import MigrateOpsError, closest
from migrateops.operations.registry import Directive, Layer, Namespace
from migrateops.operations.stub import plain
from migrateops.plugins.discovery import OPERATIONS, discover, normalise
from migrateops.plugins.doctor import (
    Finding,
    ListedPlugin,
    ShownPlugin,
    diagnose,
    list_plugins,
    show_plugin,
)
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from migrateops.runtime.environment import EnvironmentContext
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config


@dataclass(frozen=True)
class Offer:
    """One class that is offered under the name of an operation.

    Attributes:
        layer: ``environment`` (``env.py``), ``project``, ``plugin`` or ``core``.
        operation: Module and name of the class.
        signature: How it is called.
        distribution: The distribution and its version, for a plugin.
        file: Where the class is defined, if that is known.
        dialects: The dialects that it is implemented for; ``default`` is all of them.
    """

    layer: str
    operation: str
    signature: str
    distribution: str | None
    file: str | None
    dialects: tuple[str, ...]


@dataclass(frozen=True)
class ShownOperation:
    """Who offers an operation; the first one is what scripts get.

    Attributes:
        name: The name on ``op``.
        offers: The nearest first.
        faults: Why the answer may be incomplete: ``env.py`` or a plugin that cannot be loaded.
    """

    name: str
    offers: tuple[Offer, ...]
    faults: tuple[MigrateOpsError, ...]


def plugins_of(config: Config | None) -> Plugins:
    """Return the plugins of a project; with the default policy for None."""
    if config is None:
        return Plugins(PluginPolicy.from_settings())
    # What is installed is looked for on the path without the project's own directories.
    path = tuple(config.prepend_sys_path())
    return Plugins(PluginPolicy.from_settings(config.settings.plugins), partial(discover, path))


def listing(config: Config | None) -> list[ListedPlugin]:
    """Return every installed distribution with plugins, sorted; imports none."""
    return list_plugins(plugins_of(config))


def show(config: Config | None, name: str) -> ShownPlugin | ShownOperation:
    """Return all about one distribution, or about one operation.

    For an operation, ``env.py`` is executed without a database and with nothing to run, as it may
    register operations of its own.

    Args:
        config: The project; None outside of one.
        name: A distribution, in any spelling, or the name of an operation.

    Raises:
        UnknownPlugin: It is neither, and most like a distribution.
        UnknownOperation: It is neither; who would offer it, if that is known.
    """
    found = plugins_of(config)
    if normalise(name) in found.discovery.distributions:
        return show_plugin(found, name)
    faults: list[MigrateOpsError] = []
    environment = _environment(config, found)
    if environment is not None:
        faults += _load(environment)
    namespace = Namespace(found, environment.registrations if environment is not None else None)
    offers: list[Offer] = []
    try:
        for layer, directives in namespace.candidates("op", name):
            offers += [_offer(namespace, found, layer, one) for one in directives]
    except MigrateOpsError as fault:
        faults.append(fault)
    if not offers and not faults:
        if "-" in name or closest(normalise(name), found.discovery.distributions):
            return show_plugin(found, name)
        raise found.unknown(name)
    return ShownOperation(name, tuple(offers), tuple(faults))


def doctor(config: Config | None) -> list[Finding]:
    """Import every plugin that may take part, each on its own, and return what is wrong."""
    found = plugins_of(config)
    return diagnose(found, _environment(config, found))


def _environment(config: Config | None, plugins: Plugins) -> EnvironmentContext | None:
    """Return an environment in which there is nothing to do; None where there are no scripts."""
    if config is None:
        return None
    try:
        script = ScriptDirectory.from_config(config)
    except MigrateOpsError:
        return None
    return EnvironmentContext(
        config, script, fn=lambda rows, context: [], as_sql=True, plugins=plugins, output_buffer=io.StringIO()
    )


def _load(environment: EnvironmentContext) -> list[MigrateOpsError]:
    """Execute ``env.py`` for what it registers; return what stopped it."""
    from migrateops.errors.commands import EnvironmentFailed

    path = environment.script.env_py_location
    if not Path(path).is_file():
        return []
    try:
        with environment:
            environment.script.run_env(environment.registrations)
    except MigrateOpsError as fault:
        return [fault]
    except Exception as error:
        trace, line = error.__traceback__, 1
        while trace is not None:
            line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == path else line
            trace = trace.tb_next
        failed = EnvironmentFailed(path, line, f"{type(error).__name__}: {error}")
        failed.__cause__ = error
        return [failed]
    return []


def _offer(namespace: Namespace, plugins: Plugins, layer: Layer, directive: Directive) -> Offer:
    signature = inspect.signature(directive.function)
    shown = signature.replace(parameters=list(signature.parameters.values())[1:])
    op_cls = directive.op_cls
    distribution = None
    if layer is Layer.PLUGIN:
        adverts = plugins.discovery.offers[OPERATIONS].get(directive.name, ())
        modules = (f"{one.distribution} {one.version}" for one in adverts if one.module == op_cls.__module__)
        distribution = next(modules, None)
    try:
        file = inspect.getsourcefile(op_cls)
    except TypeError:
        # A class of env.py: its module is no longer there.
        file = getattr(inspect.unwrap(directive.function).__code__, "co_filename", None)
    return Offer(
        layer.name.lower(),
        f"{op_cls.__module__}.{op_cls.__qualname__}",
        f"op.{directive.name}{plain(shown)}",
        distribution,
        file,
        namespace.implemented_for(op_cls),
    )
