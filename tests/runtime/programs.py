"""Programs that run a project's scripts by the objects that commands use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from migrateops.config import Config
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from migrateops.revisions.walk import upgrade_path
from migrateops.runtime.environment import EnvironmentContext
from migrateops.runtime.migration import MigrationContext
from migrateops.script.directory import ScriptDirectory
from tests.project import Project


@contextmanager
def upgrading(project: Project, hooks: object) -> Iterator[tuple[sa.Connection, EnvironmentContext]]:
    """Yield a connection, and an environment that goes to the head and tells one object of its hooks."""
    config = Config.find(project.root)
    script = ScriptDirectory.from_config(config)
    engine = sa.create_engine(project.url)
    plugins = Plugins(PluginPolicy(autoload=False), extra=[hooks])

    def steps(rows: tuple[str, ...], context: MigrationContext) -> Any:
        return upgrade_path(script.graph, rows, "head")

    try:
        with (
            engine.connect() as connection,
            EnvironmentContext(config, script, fn=steps, plugins=plugins) as environment,
        ):
            yield connection, environment
    finally:
        engine.dispose()
