# pathlib is not worth its import on the way to `current`.
# ruff: noqa: PTH113
"""Read what the database is at with the driver alone.

The most common deploy has nothing to do.  Where a project has no ``env.py``, its url is known
without executing anything, and the version rows can be read before SQLAlchemy is imported.  On any
doubt the answer is "not known", and the command goes on as usual.
"""

from __future__ import annotations

import importlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrateops.commands.read import RevisionInfo
    from migrateops.config import Config
    from migrateops.script.directory import ScriptDirectory

_TO_THE_END = ("head", "heads")


def at_heads(config: Config, script: ScriptDirectory, revision: str) -> tuple[str, ...] | None:
    """Return the heads if the database is known to be at them already, else None.

    Args:
        config: The configuration.
        script: The script directory.
        revision: Where the upgrade goes to.

    Raises:
        BrokenGraph: The scripts do not fit together.
    """
    if revision not in _TO_THE_END or config.settings.run_hooks:
        return None
    # The rows first: before there are any, reading all headers would be in vain.
    rows = _rows(config, script)
    if not rows or not _are_read(script):
        return None
    heads = script.get_heads(consider_depends_on=True)
    # One that another depends on is a head too, so that `head` stands for neither.
    ambiguous = revision == "head" and len(script.get_heads()) > 1
    return tuple(heads) if set(rows) == set(heads) and not ambiguous else None


def current(config: Config) -> tuple[RevisionInfo, ...] | None:
    """Return what the database is at, sorted, if that is known and the scripts have all of it, else None.

    Raises:
        BrokenGraph: The scripts do not fit together.
    """
    from migrateops.commands.read import info_of
    from migrateops.script.directory import ScriptDirectory

    script = ScriptDirectory.from_config(config)
    rows = _rows(config, script)
    if rows is None:
        return None
    graph = script.graph
    if not _are_read(script) or not all(row in graph for row in rows):
        return None
    # A project of another shape is shown also what has no row, as a revision with one depends on it.
    shown = rows if config.shape is None else {*rows, *graph.newest(rows)}
    return tuple(info_of(graph, graph[row]) for row in sorted(shown))


def _are_read(script: ScriptDirectory) -> bool:
    """Return whether every file is known that may be a script."""
    from migrateops.errors.scripts import NoRevisionHeader

    return all(isinstance(fault, NoRevisionHeader) for fault in script.faults)


def _rows(config: Config, script: ScriptDirectory) -> tuple[str, ...] | None:
    """Return the rows of the version table, or None where a run could see others."""
    settings = config.settings
    if (
        settings.plugins.require
        or settings.engine
        or settings.url_call
        or config.attributes
        or os.path.isfile(script.env_py_location)
    ):
        return None
    url = config.database_url()
    probe = None if url is None else _probe(config, url.partition(":")[0].partition("+")[0])
    if probe is None:
        return None
    rows: tuple[str, ...] | None = probe.heads(url, settings.version_table, settings.version_table_schema)
    return rows


def _probe(config: Config, dialect: str) -> Any:
    """Return the probe module of a dialect: the embedded one, or an installed pack's."""
    if dialect.isidentifier():
        # A module there that is no package has no probe either, whatever a url names.
        with suppress(ModuleNotFoundError):
            return importlib.import_module(f"migrateops.dialects.{dialect}.probe")
    from migrateops.errors.base import MigrateOpsError
    from migrateops.plugins.manager import Plugins
    from migrateops.plugins.policy import PluginPolicy

    try:
        return Plugins(PluginPolicy.from_settings(config.settings.plugins)).probe(dialect)
    except MigrateOpsError:
        # What is wrong with the plugin is said by the run itself, which needs it more.
        return None
