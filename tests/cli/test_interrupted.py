"""Where a run has stopped that somebody has interrupted, and that it says so."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import migrateops
from migrateops.dialects.sqlite.lock import FileLock
from tests.project import Project

TEMPLATES = Path(migrateops.__file__).parent / "templates"


@pytest.fixture(autouse=True)
def usual_handlers() -> Iterator[None]:
    """A background job of a shell ignores the one signal."""
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    end = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, end)


def said(project: Project, status: int = 130) -> str:
    """Return what an upgrade that is interrupted says of it."""
    result = project.run("upgrade", check=False)
    assert result.returncode == status
    [line] = [line for line in result.stderr.splitlines() if line]
    return line


def test_an_interrupt_has_a_status(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object, **kw: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("migrateops.commands.read.heads", interrupted)
    for options in ((), ("-q",)):
        result = project.run(*options, "heads", check=False)
        assert result.returncode == 130
        assert result.stderr.strip() == "interrupted"


def test_an_interrupted_run_says_where_it_has_stopped(project: Project) -> None:
    project.revision("aa1")
    project.revision("bb2", upgrade="raise KeyboardInterrupt")
    line = said(project)
    assert line.startswith("interrupted: upgrade of revision 'bb2' (")
    assert line.endswith("; nothing of it is applied, the database is at aa1")


@pytest.mark.parametrize("env", [True, False], ids=["env.py", "no env.py"])
def test_an_interrupted_event_loop_says_where_it_has_stopped(project: Project, env: bool) -> None:
    project.configure(url=project.url.replace("sqlite:", "sqlite+aiosqlite:"))
    if env:
        project.env((TEMPLATES / "async" / "env.py").read_text())
    project.revision("aa1")
    stopped = "os.kill(os.getpid(), signal.SIGINT)\nop.execute('CREATE TABLE t (x)')"
    project.revision("bb2", imports="import os, signal", upgrade=stopped)
    line = said(project)
    assert line.startswith("interrupted: upgrade of revision 'bb2' (")
    assert line.endswith("; nothing of it is applied, the database is at aa1")
    assert project.run("current").stdout == "aa1, aa1\n"


@pytest.mark.parametrize("scope", ["per_revision", "per_run"])
def test_an_end_that_is_asked_for_is_one(project: Project, scope: str) -> None:
    """As supervisors do it: of services, of containers."""
    project.configure(transaction=scope)
    project.revision("aa1")
    project.run("upgrade")
    project.revision("bb2", imports="import signal", upgrade="signal.raise_signal(signal.SIGTERM)")
    assert said(project, 143).endswith("nothing of it is applied, the database is at aa1")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_whoever_waits_for_another_run_has_done_nothing(project: Project) -> None:
    project.configure(run_hooks=True)
    project.revision("aa1")
    held = FileLock(f"{(project.root / 'app.db').resolve()}.migrateops-lock")
    assert held.try_acquire()
    timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    timer.start()
    assert said(project) == "interrupted: waiting for another run to end; nothing is applied"
    held.release()


def test_whoever_waits_at_the_second_database_has_done_nothing_there(project: Project) -> None:
    project.env(
        """
        from sqlalchemy import create_engine
        from migrateops import context

        for name in ("one", "two"):
            with create_engine(f"sqlite:///{name}.db").connect() as connection:
                context.configure(connection=connection, lock_timeout=0.5)
                with context.begin_transaction():
                    context.run_migrations()
        """
    )
    project.revision("aa1", upgrade='op.create_table("t", sa.Column("x", sa.Integer))')
    held = FileLock(f"{(project.root / 'two.db').resolve()}.migrateops-lock")
    assert held.try_acquire()
    result = project.run("upgrade", check=False)
    assert "for 0.5 seconds; nothing is applied to this database" in result.stderr
    with sqlite3.connect(project.root / "one.db") as one:
        assert one.execute("SELECT count(*) FROM t").fetchone() == (0,)
    held.release()


@pytest.mark.parametrize("scope", ["per_revision", "per_run"])
def test_whether_it_was_committed_is_not_known(project: Project, scope: str) -> None:
    project.configure(transaction=scope)
    project.revision(
        "aa1",
        imports="import signal\nfrom sqlalchemy import event",
        upgrade="""
        connection = op.get_bind()
        event.listen(connection, "commit", lambda _: signal.raise_signal(signal.SIGINT))
        """,
    )
    assert said(project).endswith("; whether it is applied, the version table says")


@pytest.mark.parametrize("words", [["upgrade"], ["--no-color", "upgrade"]])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_run_goes_on_when_nobody_reads_of_it_any_more(
    project: Project, words: list[str], stream: str
) -> None:
    project.revision(
        "aa1", upgrade='op.execute("CREATE TABLE a (x INTEGER)"); op.get_context().notes.append("a")'
    )
    project.revision("bb2", upgrade='op.execute("CREATE TABLE b (x INTEGER)")')
    reading, writing = os.pipe()
    os.close(reading)
    streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: writing}
    done = subprocess.run(
        [sys.executable, "-m", "migrateops", *words], cwd=project.root, check=False, **streams
    )
    os.close(writing)
    assert (done.returncode, done.stderr or b"") == (0, b"note: a\n" if stream == "stdout" else b"")
    assert project.run("current").stdout.startswith("bb2 (head)")
