"""Runs that start at once: one migrates, the others wait and find nothing left to do."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from migrateops import command
from migrateops.config import Config
from migrateops.dialects.sqlite.lock import FileLock, lock
from migrateops.errors.runtime import LockNotAcquired, LockRequired
from migrateops.runtime.migration import MigrationContext
from tests.project import Project

SLOW = "op.get_bind()\nimport time\ntime.sleep(0.3)\nop.create_table('t', sa.Column('id', sa.Integer))"


def _upgrade(project: Project) -> command.RunReport:
    return command.upgrade(Config.find(project.root), "head")


def _start_together(project: Project, runs: int) -> list[int]:
    """Upgrade in threads that start at once; return how many steps each took."""
    together = threading.Barrier(runs)

    def one(_: int) -> int:
        together.wait()
        return len(_upgrade(project).steps)

    with ThreadPoolExecutor(runs) as pool:
        return sorted(pool.map(one, range(runs)))


def test_of_four_runs_on_one_file_one_migrates(project: Project) -> None:
    project.configure()
    project.revision("a1", upgrade=SLOW)
    project.revision("b2", upgrade="op.execute('INSERT INTO t VALUES (1)')")
    assert _start_together(project, 4) == [0, 0, 0, 2]


def test_of_four_runs_on_one_server_one_migrates(project: Project, postgresql_url: str) -> None:
    project.configure(url=postgresql_url)
    project.revision("a1", upgrade=SLOW)
    project.revision("b2", upgrade="op.execute('INSERT INTO t VALUES (1)')")
    assert _start_together(project, 4) == [0, 0, 0, 2]
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM t")) == 1
    engine.dispose()


def test_who_waits_too_long_changes_nothing(project: Project) -> None:
    project.configure(lock_timeout=0)
    project.revision("a1", upgrade=SLOW)
    file = Path(project.url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)):
        held = FileLock(f"{file.resolve()}.migrateops-lock")
        assert held.try_acquire()
    with pytest.raises(LockNotAcquired) as caught:
        _upgrade(project)
    assert caught.value.code == "MO461"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    held.release()
    assert len(_upgrade(project).steps) == 1


def test_a_lock_that_is_required_and_cannot_be_had(project: Project) -> None:
    project.configure(lock="required", url="sqlite://")
    project.revision("a1", upgrade=SLOW)
    with pytest.raises(LockRequired) as caught:
        _upgrade(project)
    assert caught.value.code == "MO462"


def test_a_lock_that_is_switched_off(project: Project) -> None:
    project.configure(lock="off")
    project.revision("a1", upgrade="pass")
    _upgrade(project)
    assert not list(project.root.rglob("*.migrateops-lock"))


def test_nothing_pending_takes_no_lock(project: Project) -> None:
    project.configure()
    project.revision("a1", upgrade="pass")
    _upgrade(project)
    [file] = project.root.rglob("*.migrateops-lock")
    file.unlink()
    assert _upgrade(project).steps == ()
    assert not file.exists()


def test_one_database_under_two_names_has_one_lock(tmp_path: Path) -> None:
    (tmp_path / "a.db").touch()
    (tmp_path / "b.db").symlink_to(tmp_path / "a.db")
    one, other = (lock(create_engine(f"sqlite:///{tmp_path}/{name}.db"), "key") for name in "ab")
    assert one is not None
    assert other is not None
    assert one.try_acquire()
    assert not other.try_acquire()
    one.release()
    assert other.try_acquire()
    other.release()


def test_a_waiter_sees_the_rows_that_were_written_meanwhile(project: Project) -> None:
    """The rows are read again under the lock, in a new transaction."""
    project.configure()
    project.revision("a1", upgrade=SLOW)
    engine = create_engine(project.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, plugins=())
        assert context.get_current_heads() == ()
        assert not connection.in_transaction()
        _upgrade(project)
        assert context.get_current_heads() == ("a1",)
    engine.dispose()
