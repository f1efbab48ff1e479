"""Look, with the driver alone, whether an upgrade has anything to do.

The most common deploy has not.  Where a project has no ``env.py``, its url is known without
executing anything, and the version rows can be read before SQLAlchemy is imported.  On any doubt
the answer is "not known", and the run goes on as usual.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.script.directory import ScriptDirectory

_TO_THE_END = ("head", "heads")


def at_heads(config: Config, script: ScriptDirectory, revision: str) -> tuple[str, ...] | None:
    """Return the heads if the database is known to be at them already, else None.

    Args:
        config: The configuration.
        script: The script directory.
        revision: Where the upgrade goes to.
    """
    settings = config.settings
    if (
        revision not in _TO_THE_END
        or settings.run_hooks
        or settings.plugins.require
        or settings.engine
        or settings.url_call
        or config.attributes
        or Path(script.env_py_location).is_file()
    ):
        return None
    url = config.database_url()
    heads = script.get_heads(consider_depends_on=True)
    # One that another depends on is a head too, so that `head` stands for neither.
    ambiguous = revision == "head" and len(script.get_heads()) > 1
    if url is None or not heads or ambiguous:
        return None
    probe = _probe(config, url.partition(":")[0].partition("+")[0])
    if probe is None:
        return None
    rows = probe.heads(url, settings.version_table, settings.version_table_schema)
    return tuple(heads) if rows is not None and set(rows) == set(heads) else None


def _probe(config: Config, dialect: str) -> Any:
    """Return the probe module of a dialect: the embedded one, or an installed pack's."""
    name = f"migrateops.dialects.{dialect}"
    if dialect.isidentifier() and importlib.util.find_spec(name) is not None:
        return importlib.import_module(f"{name}.probe")
    from migrateops.errors.base import MigrateOpsError
    from migrateops.plugins.manager import Plugins
    from migrateops.plugins.policy import PluginPolicy

    try:
        return Plugins(PluginPolicy.from_settings(config.settings.plugins)).probe(dialect)
    except MigrateOpsError:
        # What is wrong with the plugin is said by the run itself, which needs it more.
        return None
