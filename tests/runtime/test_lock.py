"""Runs that start at once: one migrates, the others wait and find nothing left to do."""

from __future__ import annotations

import asyncio
import errno
import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from migrateops import command
from migrateops.config import Config
from migrateops.dialects.sqlite.lock import FileLock, lock
from migrateops.errors.lock import LockUnavailable
from migrateops.errors.runtime import LockNotAcquired, LockRequired, RevisionFailed
from migrateops.runtime.migration import MigrationContext
from tests.project import Project
from tests.servers import as_text, needed

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


def test_who_waits_says_so(project: Project) -> None:
    project.configure(lock_timeout=0)
    project.revision("a1")
    file = Path(project.url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)):
        held = FileLock(f"{file.resolve()}.migrateops-lock")
        assert held.try_acquire()
    result = project.run("upgrade", "head", check=False)
    assert (result.returncode, "MO461" in result.stderr) == (1, True)
    assert result.stdout == "waiting for another run to end\n"
    held.release()
    assert "waiting" not in project.run("upgrade", "head").stdout


@pytest.mark.parametrize("scope", ["per_run", "per_revision"])
@pytest.mark.parametrize(
    ("words", "code"),
    [(["upgrade", "nix"], "MO201"), (["downgrade", "base"], "MO243"), (["upgrade", "b2"], "MO523")],
    ids=["no such revision", "no downgrade()", "a plugin is missing"],
)
def test_what_cannot_start_is_refused_without_waiting(
    project: Project, scope: str, words: list[str], code: str
) -> None:
    project.configure(transaction=scope)
    project.revision("a1")
    script = project.root / "migrations/versions/a1.py"
    script.write_text(script.read_text().partition("def downgrade")[0])
    project.run("upgrade")
    project.revision("b2", requires_plugins={"migrateops-nowhere": ""})
    project.configure(transaction=scope, lock_timeout=0)
    held = FileLock(f"{(project.root / 'app.db').resolve()}.migrateops-lock")
    assert held.try_acquire()
    result = project.run(*words, check=False)
    held.release()
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error[{code}]: ")


def test_a_lock_that_is_required_and_cannot_be_had(project: Project) -> None:
    project.configure(lock="required", url="sqlite://")
    project.revision("a1", upgrade=SLOW)
    with pytest.raises(LockRequired) as caught:
        _upgrade(project)
    assert (caught.value.code, caught.value.__cause__) == ("MO462", None)


def test_a_lock_that_is_switched_off(project: Project) -> None:
    project.configure(lock="off")
    project.revision("a1", upgrade="pass")
    _upgrade(project)
    assert not list(project.root.rglob("*.migrateops-lock"))


def test_nothing_pending_takes_no_lock(project: Project) -> None:
    project.configure()
    project.revision("a1", upgrade="pass")
    _upgrade(project)
    project.configure(lock_timeout=0)
    held = FileLock(f"{(project.root / 'app.db').resolve()}.migrateops-lock")
    assert held.try_acquire()
    assert _upgrade(project).steps == ()
    held.release()


@pytest.mark.parametrize("body", ["pass", "raise RuntimeError"])
def test_a_run_leaves_no_lock_file(project: Project, body: str) -> None:
    project.configure()
    project.revision("a1", upgrade=body)
    # Of a run that was killed, one may be left.
    left = project.root / "app.db.migrateops-lock"
    left.touch()
    with suppress(RevisionFailed):
        _upgrade(project)
    assert [path.name for path in project.root.iterdir() if "lock" in path.name] == []


def test_a_lock_file_that_is_removed_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has opened the file of an earlier run, and locks that, holds nothing."""
    first, second, third = (FileLock(str(tmp_path / "lock")) for _ in range(3))
    assert first.try_acquire()
    flock = fcntl.flock

    def late(descriptor: int, operation: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        first.release()
        assert second.try_acquire()
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    assert not third.try_acquire()
    second.release()
    assert third.try_acquire()
    third.release()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_file_that_somebody_has_removed_by_hand(tmp_path: Path) -> None:
    """The file of the run that comes next is left to that."""
    first, second, third = (FileLock(str(tmp_path / "lock")) for _ in range(3))
    assert first.try_acquire()
    (tmp_path / "lock").unlink()
    assert second.try_acquire()
    first.release()
    assert not third.try_acquire()
    second.release()
    assert third.try_acquire()
    third.release()
    assert list(tmp_path.iterdir()) == []


def test_many_who_take_the_lock_and_give_it_back(tmp_path: Path) -> None:
    inside: list[int] = []

    def work(number: int) -> int:
        lock, taken = FileLock(str(tmp_path / "lock")), 0
        while taken < 100:
            if lock.try_acquire():
                inside.append(number)
                os.sched_yield()
                assert inside == [number]
                inside.pop()
                lock.release()
                taken += 1
        return taken

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 400


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


@pytest.fixture
def one_connection(postgresql_url: str) -> Iterator[str]:
    """The url of a role that may have one connection at a time."""
    role = f"migrateops_{uuid4().hex}"
    server = needed("postgresql")
    server.run(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
    engine = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"GRANT ALL ON SCHEMA public TO {role}"))
    try:
        yield as_text(make_url(postgresql_url).set(username=role, password="s3cret"))
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))
        engine.dispose()
        server.run(f"DROP ROLE {role}")


def _unlocked(report: command.RunReport) -> list[str]:
    return [note for note in report.notes if note.startswith("no migration lock: ")]


@pytest.mark.parametrize(("transaction", "unlocked"), [("per_revision", 1), ("per_run", 0)])
def test_without_a_second_connection_the_run_says_that_it_is_unlocked(
    project: Project, one_connection: str, transaction: str, unlocked: int
) -> None:
    """A run that is one transaction has the lock of that, and needs none."""
    project.configure(url=one_connection, transaction=transaction)
    project.revision("a1", upgrade="op.create_table('t', sa.Column('id', sa.Integer))")
    report = _upgrade(project)
    assert [step.revision for step in report.steps] == ["a1"]
    assert len(_unlocked(report)) == unlocked
    assert len(report.notes) == unlocked


def test_a_lock_that_is_required_needs_its_second_connection(
    project: Project, one_connection: str, postgresql_url: str
) -> None:
    project.configure(url=one_connection, lock="required")
    project.revision("a1", upgrade="op.create_table('t', sa.Column('id', sa.Integer))")
    with pytest.raises(LockRequired) as caught:
        _upgrade(project)
    assert isinstance(caught.value.__cause__, LockUnavailable)
    # Not by the role, whose one connection the server may not have ended yet.
    engine = create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT to_regclass('t')")).scalar() is None
    engine.dispose()


@pytest.mark.parametrize(("begun", "lock"), [(True, "auto"), (True, "off"), (False, "auto")])
def test_in_the_callers_transaction_a_run_says_that_it_is_unlocked(
    project: Project, begun: bool, lock: str
) -> None:
    project.configure(lock=lock)
    project.revision("a1")
    engine = create_engine(project.url)
    config = Config.find(project.root)
    with engine.connect() as connection:
        outer = connection.begin() if begun else None
        config.attributes["connection"] = connection
        report = command.upgrade(config, "head")
        if outer is not None:
            outer.commit()
    engine.dispose()
    assert len(_unlocked(report)) == (begun and lock == "auto")


@pytest.mark.parametrize("transaction", ["per_revision", "per_run"])
@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///file:x?mode=memory&cache=shared&uri=true"])
def test_in_memory_there_is_nothing_to_say(project: Project, transaction: str, url: str) -> None:
    project.configure(url=url, transaction=transaction)
    project.revision("a1")
    report = _upgrade(project)
    assert (len(report.steps), report.notes) == (1, ())


def test_a_lock_file_that_cannot_be_made(project: Project) -> None:
    project.configure()
    project.revision("a1")
    Path(f"{project.url.removeprefix('sqlite:///')}.migrateops-lock").mkdir()
    report = _upgrade(project)
    assert (len(report.steps), len(_unlocked(report))) == (1, 1)


@pytest.mark.parametrize(("number", "held"), [(errno.EWOULDBLOCK, True), (errno.ENOLCK, False)])
def test_a_file_system_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, held: bool
) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(fcntl, "flock", flock)
    one = FileLock(str(tmp_path / "lock"))
    if held:
        assert not one.try_acquire()
    else:
        with pytest.raises(LockUnavailable) as caught:
            one.try_acquire()
        assert caught.value.code == "MO465"
    assert not one.held()


def test_a_database_named_by_a_uri_is_not_locked(project: Project) -> None:
    project.configure(url=f"sqlite:///file:{project.root}/app.db?uri=true")
    project.revision("a1")
    assert len(_unlocked(_upgrade(project))) == 1


def test_two_tasks_of_one_event_loop(project: Project) -> None:
    """Who waits lets the other go on; a pause of the thread would stop both until the time is over."""
    project.configure(lock_timeout=5)
    project.revision("a1", upgrade="op.create_table('t', sa.Column('id', sa.Integer))")
    project.revision("b2", upgrade="op.execute('INSERT INTO t VALUES (1)')")
    # Taken before the tasks start, and given back by the loop that they must leave running.
    held = FileLock(f"{Path(project.url.removeprefix('sqlite:///')).resolve()}.migrateops-lock")
    assert held.try_acquire()

    def migrate(connection: Connection) -> int:
        config = Config.find(project.root)
        config.attributes["connection"] = connection
        return len(command.upgrade(config, "head").steps)

    async def one() -> int:
        engine = create_async_engine(project.url.replace("sqlite:", "sqlite+aiosqlite:"))
        async with engine.connect() as connection:
            steps = await connection.run_sync(migrate)
        await engine.dispose()
        return steps

    async def both() -> list[int]:
        asyncio.get_running_loop().call_later(0.2, held.release)
        return sorted(await asyncio.gather(one(), one()))

    assert asyncio.run(both()) == [0, 2]
