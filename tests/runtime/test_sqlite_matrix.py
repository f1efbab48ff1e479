"""However env.py connects: a run that succeeds is committed, a revision that fails leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.runtime import RevisionFailed
from tests.project import Project
from tests.runtime.sqlite_environments import KINDS, OWNERS, env_py, heads, rows, tables

FIRST = """
op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))
"""
SECOND = """
op.create_table("second", sa.Column("id", sa.Integer, primary_key=True))
op.execute("INSERT INTO second VALUES (1)")
op.execute("INSERT INTO first VALUES (1)")
"""
FAILING = SECOND + 'op.execute("INSERT INTO nowhere VALUES (1)")\n'


def prepare(project: Project, kind: str, owner: str, second: str) -> Path:
    project.build(env=env_py(project.url, kind, owner))
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=second)
    return project.root / "app.db"


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("kind", KINDS)
def test_success_is_committed(project: Project, kind: str, owner: str) -> None:
    file = prepare(project, kind, owner, SECOND)
    report = command.upgrade(Config.find(project.root), "head")
    assert [step.revision for step in report.steps] == ["aa1", "bb2"]
    assert tables(file) == {"first", "second", "migrateops_version"}
    assert heads(file) == ["bb2"]
    assert rows(file, "SELECT id FROM second") == [(1,)]
    again = command.upgrade(Config.find(project.root), "head")
    assert (again.steps, again.heads) == ((), ("bb2",))


@pytest.mark.parametrize("owner", OWNERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_failing_statement_leaves_nothing_of_its_revision(project: Project, kind: str, owner: str) -> None:
    file = prepare(project, kind, owner, FAILING)
    with pytest.raises(RevisionFailed) as caught:
        command.upgrade(Config.find(project.root), "head")
    assert (caught.value.revision, caught.value.direction) == ("bb2", "upgrade")
    if owner == "engine.begin()" and kind != "autocommit=True":
        # The block of env.py rolls all of it back; where the driver leaves nothing to roll back, each
        # revision is committed by itself.
        assert tables(file) == set()
    else:
        assert tables(file) == {"first", "migrateops_version"}
        assert heads(file) == ["aa1"]
        assert rows(file, "SELECT id FROM first") == []

    # The script is mended, and the same command goes on from there.
    project.revision("bb2", "aa1", upgrade=SECOND)
    assert command.upgrade(Config.find(project.root), "head").heads == ("bb2",)
    assert heads(file) == ["bb2"]
    assert rows(file, "SELECT count(*) FROM first") == [(1,)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_failing_downgrade_leaves_the_revision_applied(project: Project, kind: str) -> None:
    file = prepare(project, kind, "we begin", SECOND)
    project.revision(
        "bb2", "aa1", upgrade=SECOND, downgrade='op.drop_table("second")\nop.drop_table("nowhere")'
    )
    command.upgrade(Config.find(project.root), "head")
    with pytest.raises(RevisionFailed) as caught:
        command.downgrade(Config.find(project.root), "aa1")
    assert caught.value.direction == "downgrade"
    assert heads(file) == ["bb2"]
    assert rows(file, "SELECT id FROM second") == [(1,)]
