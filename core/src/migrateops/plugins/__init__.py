"""Plugins: what installed distributions add, who may take part, and the hooks they are called by.

A plugin imports ``hookimpl``, ``HookContext`` and ``Finding`` from here.  Nothing is imported
before it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrateops.plugins.discovery import Advert, Discovery, Distribution, discover
    from migrateops.plugins.doctor import Finding, diagnose, list_plugins, show_plugin
    from migrateops.plugins.hooks import HookRunner
    from migrateops.plugins.hookspecs import API_VERSION, HookContext, hookimpl
    from migrateops.plugins.manager import Plugins
    from migrateops.plugins.policy import PluginPolicy
    from migrateops.plugins.preflight import Pending, Preflight, preflight

_MODULES = {
    "API_VERSION": "hookspecs",
    "Advert": "discovery",
    "Discovery": "discovery",
    "Distribution": "discovery",
    "Finding": "doctor",
    "HookContext": "hookspecs",
    "HookRunner": "hooks",
    "Pending": "preflight",
    "PluginPolicy": "policy",
    "Plugins": "manager",
    "Preflight": "preflight",
    "diagnose": "doctor",
    "discover": "discovery",
    "hookimpl": "hookspecs",
    "list_plugins": "doctor",
    "preflight": "preflight",
    "show_plugin": "doctor",
}

__all__ = [
    "API_VERSION",
    "Advert",
    "Discovery",
    "Distribution",
    "Finding",
    "HookContext",
    "HookRunner",
    "Pending",
    "PluginPolicy",
    "Plugins",
    "Preflight",
    "diagnose",
    "discover",
    "hookimpl",
    "list_plugins",
    "preflight",
    "show_plugin",
]


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
