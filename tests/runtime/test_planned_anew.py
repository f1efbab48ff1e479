"""A block around the run that leads to other rows of the version table than were planned for."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from migrateops.plugins import hookimpl
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from migrateops.revisions.walk import upgrade_path
from migrateops.runtime.environment import EnvironmentContext
from migrateops.runtime.migration import MigrationContext
from migrateops.script.directory import ScriptDirectory
from tests.project import Project
from tests.runtime.sqlite_environments import heads


class Counting:
    """Hooks that note how many steps each run has."""

    def __init__(self) -> None:
        self.steps: list[int] = []

    @hookimpl
    def migrateops_before_run(self, plan: tuple[Any, ...]) -> None:
        self.steps.append(len(plan))


@pytest.mark.parametrize("scope", ["per_revision", "per_run", "none"])
@pytest.mark.parametrize("told", [True, False])
def test_hooks_are_called_where_nothing_is_to_be_done(project: Project, scope: str, told: bool) -> None:
    project.build(config={"transaction": scope, "run_hooks": told})
    project.revision("aa1", None)
    command.upgrade(Config.find(project.root), "head")
    project.revision("bb2")
    config = Config.find(project.root)
    script = ScriptDirectory.from_config(config)
    engine = sa.create_engine(project.url)
    hooks = Counting()
    plugins = Plugins(PluginPolicy(autoload=False), extra=[hooks])

    def steps(rows: tuple[str, ...], context: MigrationContext) -> Any:
        return upgrade_path(script.graph, rows, "head")

    with (
        engine.connect() as connection,
        EnvironmentContext(config, script, fn=steps, plugins=plugins) as environment,
    ):
        environment.configure(connection=connection)
        with environment.begin_transaction():
            connection.exec_driver_sql("UPDATE migrateops_version SET version_num = 'bb2'")
            if scope != "per_run":
                connection.commit()
            environment.run_migrations()
    engine.dispose()
    assert hooks.steps == ([0] if told else [])
    assert heads(project.root / "app.db") == ["bb2"]
