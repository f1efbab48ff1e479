"""What a person sees on a terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.project import Project

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")


def on_terminal(project: Project, *words: str, status: int = 0, **variables: str) -> str:
    """Run a command on a terminal, check how it ends, and return what is shown."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "migrateops", *words],
        cwd=project.root,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
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
