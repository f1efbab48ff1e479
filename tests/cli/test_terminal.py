"""What a person sees on a terminal."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import Any

import pytest

from tests.project import Project

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")


def on_terminal(
    project: Project, *words: str, status: int = 0, stop_at: str | None = None, **variables: str
) -> str:
    """Run a command on a terminal, check how it ends, and return what is shown.

    Args:
        stop_at: Press Ctrl-C, once, when this is shown.
    """
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "migrateops", *words],
        cwd=project.root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        # A shell has its background jobs ignore it, and that is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
        if stop_at is not None and stop_at.encode() in shown:
            process.send_signal(signal.SIGINT)
            stop_at = None
    os.close(ours)
    assert process.wait(60) == status, shown
    return shown.decode()


def test_a_line_moves_while_steps_run(project: Project) -> None:
    project.revision("aa1", message="a [bold]title[/bold]", upgrade="print('from the script')")
    project.revision("bb2", message="second")
    shown = on_terminal(project, "upgrade")
    assert "1 of 2: upgrade <base> -> aa1, a [bold]title[/bold]" in shown
    assert "2 of 2: upgrade aa1 -> bb2, second" in shown
    assert "from the script" in shown
    lines = [line.rpartition("\r")[2].rpartition("\x1b[2K")[2] for line in shown.split("\r\n")]
    assert [line for line in lines if line.startswith("upgrade ")] == [
        "upgrade <base> -> aa1, a [bold]title[/bold]",
        "upgrade aa1 -> bb2, second",
    ]


LONG = 220_000


@pytest.fixture
def long_copy(project: Project) -> Project:
    """A project with a revision that copies a table of LONG rows, and takes its time."""
    numbers = f"WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {LONG})"
    project.revision(
        "aa1",
        upgrade=f"""
        op.execute("CREATE TABLE long (id INTEGER PRIMARY KEY, a INTEGER)")
        op.execute("{numbers} INSERT INTO long SELECT x, x FROM n")
        """,
    )
    project.revision(
        "bb2",
        "aa1",
        upgrade="""
        with op.batch_alter_table("long") as batch:
            # Of the row, as SQLite works out once what is the same for all.
            batch.create_check_constraint("slow", "length(hex(zeroblob(4000 + a % 2))) >= 8000")
        """,
    )
    return project


def query(project: Project, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(project.root / "app.db")) as database:
        return database.execute(sql).fetchall()


def test_a_long_copy_shows_its_rows_and_the_time_that_is_left(long_copy: Project) -> None:
    shown = on_terminal(long_copy, "upgrade")
    seen = re.findall(r"2 of 2: upgrade aa1 -> bb2, bb2; long: ([\d,]+) of 220,000 rows, \d+ s left", shown)
    assert set(seen) & {"50,000", "100,000", "150,000", "200,000"}
    assert query(long_copy, "SELECT count(*), max(a) FROM long") == [(LONG, LONG)]


def test_a_long_copy_that_is_interrupted_leaves_the_table_as_it_was(long_copy: Project) -> None:
    shown = on_terminal(long_copy, "upgrade", status=130, stop_at="of 220,000 rows")
    assert "upgrade <base> -> aa1" in shown
    assert query(long_copy, "SELECT count(*), max(a) FROM long") == [(LONG, LONG)]
    listed = "SELECT name FROM sqlite_master WHERE sql LIKE '%slow%' OR name LIKE '%old_long%'"
    assert query(long_copy, listed) == []
    assert query(long_copy, "SELECT version_num FROM migrateops_version") == [("aa1",)]


def test_a_failed_step_is_not_shown_as_done(project: Project) -> None:
    project.revision("aa1", upgrade="raise LookupError('no')")
    shown = on_terminal(project, "upgrade", status=1)
    assert "error[MO440]: " in shown
    assert "1 of 1: upgrade <base> -> aa1" in shown
    assert "\nupgrade <base> -> aa1" not in shown.replace("\r\x1b[2K", "\n").replace("\n\n", "\n")


def test_a_table_is_drawn(project: Project) -> None:
    project.revision("aa1")
    shown = on_terminal(project, "plugins", "list")
    assert "distribution" in shown or "no plugins" in shown


@pytest.mark.parametrize(("words", "variable"), [(["--no-color"], ""), ([], "1")])
def test_no_colours_where_none_are_wanted(project: Project, words: list[str], variable: str) -> None:
    project.revision("aa1")
    coloured = "\x1b[3"
    assert coloured in on_terminal(project, "upgrade", "--url", "sqlite:///one.db")
    assert coloured not in on_terminal(
        project, *words, "upgrade", "--url", "sqlite:///two.db", NO_COLOR=variable
    )


def test_a_message_that_the_terminal_cannot_show_stops_no_run(project: Project) -> None:
    project.revision("aa1", message="caf\xe9")
    project.revision("bb2", message="second")
    shown = on_terminal(project, "upgrade", PYTHONIOENCODING="ascii")
    assert "upgrade <base> -> aa1, caf\\xe9" in shown
    assert project.run("current").stdout == "bb2 (head), second\n"
