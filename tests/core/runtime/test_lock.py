"""One run at a time: who waits, who need not, and who cannot be locked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from migrateops.dialects.sqlite.lock import FileLock
from migrateops.errors.runtime import LockNotAcquired, LockRequired
from tests.project import Project
from tests.runtime.sqlite_environments import env_py, heads, tables

CREATE = 'op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))'


@pytest.fixture
def file(project: Project) -> Path:
    project.configure(lock_timeout=0)
    project.revision("aa1", upgrade=CREATE)
    return project.root / "app.db"


@pytest.fixture
def somebody_else(file: Path) -> Iterator[FileLock]:
    lock = FileLock(f"{file}.migrateops-lock")
    assert lock.try_acquire()
    yield lock
    lock.release()


def upgrade(project: Project) -> tuple[str, ...]:
    return command.upgrade(Config.find(project.root), "head").heads


@pytest.mark.parametrize("owner", ["no env.py", "we begin", "env.py selected first"])
@pytest.mark.parametrize("scope", ["per_revision", "per_run", "none"])
def test_a_run_waits_for_the_other_and_touches_nothing(
    project: Project, file: Path, somebody_else: FileLock, owner: str, scope: str
) -> None:
    project.configure(transaction=scope)
    if owner != "no env.py":
        project.env(env_py(project.url, owner=owner))
    with pytest.raises(LockNotAcquired) as caught:
        upgrade(project)
    assert caught.value.seconds == 0
    assert tables(file) == set()
    somebody_else.release()
    assert upgrade(project) == ("aa1",)
    assert heads(file) == ["aa1"]


def test_with_nothing_pending_nobody_waits(project: Project, file: Path) -> None:
    upgrade(project)
    other = FileLock(f"{file}.migrateops-lock")
    assert other.try_acquire()
    assert upgrade(project) == ("aa1",)
    other.release()


def test_it_is_given_back_also_after_a_failure(project: Project, file: Path) -> None:
    project.revision("bb2", upgrade='op.drop_table("nowhere")')
    with pytest.raises(Exception, match="nowhere"):
        upgrade(project)
    lock = FileLock(f"{file}.migrateops-lock")
    assert lock.try_acquire()
    lock.release()


def test_off_asks_for_none(project: Project, file: Path, somebody_else: FileLock) -> None:
    project.configure(lock="off")
    assert upgrade(project) == ("aa1",)


def test_in_the_callers_transaction_there_is_none(project: Project, file: Path) -> None:
    project.env(env_py(project.url, owner="engine.begin()"))
    project.configure(lock="required")
    with pytest.raises(LockRequired) as caught:
        upgrade(project)
    assert caught.value.dialect == "sqlite"
    assert tables(file) == set()
    project.configure(lock="auto")
    assert upgrade(project) == ("aa1",)


def test_a_database_in_memory_has_none(project: Project, file: Path) -> None:
    engine = sa.create_engine("sqlite://")
    project.configure(lock="required")
    with engine.connect() as connection:
        config = Config.find(project.root)
        config.attributes["connection"] = connection
        with pytest.raises(LockRequired):
            command.upgrade(config, "head")
    engine.dispose()
