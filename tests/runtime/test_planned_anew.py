"""A block around the run that leads to other rows of the version table than were planned for."""

from __future__ import annotations

from typing import Any

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.plugins import hookimpl
from tests.project import Project
from tests.runtime.programs import upgrading
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
    hooks = Counting()
    with upgrading(project, hooks) as (connection, environment):
        environment.configure(connection=connection)
        with environment.begin_transaction():
            connection.exec_driver_sql("UPDATE migrateops_version SET version_num = 'bb2'")
            if scope != "per_run":
                connection.commit()
            environment.run_migrations()
    assert hooks.steps == ([0] if told else [])
    assert heads(project.root / "app.db") == ["bb2"]
