"""A process that was forked is what ``python -m`` would have been."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import LIBRARIES, forks, run_module

PROGRAM = """
import atexit
import json
import os
import sys

import beside

print(json.dumps(sys.argv), sys.path[:3], os.getcwd(), os.environ.get("GIVEN"), __name__, sys.stdin.read())
print(sorted(name for name in sys.modules if name.startswith(("migrateops", "tests"))), sys.stdout.isatty())
print("to the other", file=sys.stderr)
atexit.register(print, "at the end")
if sys.argv[1] == "raise":
    raise ValueError("of the program")
if sys.argv[1] == "signal":
    os.kill(os.getpid(), int(sys.argv[2]))
if sys.argv[1] == "exit":
    sys.exit(*map(eval, sys.argv[2:]))
"""


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'more'}{os.pathsep}{tmp_path / 'and more'}")
    (tmp_path / "more").mkdir()
    (tmp_path / "more/beside.py").touch()
    (tmp_path / "program.py").write_text(PROGRAM)
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("",),
        ("exit",),
        ("exit", "None"),
        ("exit", "3"),
        ("exit", "'a word'"),
        ("raise", "über"),
        ("signal", str(int(signal.SIGKILL))),
        ("signal", str(int(signal.SIGINT))),
    ],
)
def test_it_is_like_a_new_one(directory: Path, words: tuple[str, ...]) -> None:
    new = subprocess.run(
        [sys.executable, "-m", "program", *words],
        cwd=directory,
        env={**os.environ, "GIVEN": "ä"},
        input="some\ntext",
        capture_output=True,
        text=True,
        check=False,
    )
    forked = run_module("program", *words, cwd=directory, environment={"GIVEN": "ä"}, input="some\ntext")
    assert (forked.returncode, forked.stdout) == (new.returncode, new.stdout)
    # What started the program is in a traceback as well.
    assert forked.stderr.splitlines()[-1:] == new.stderr.splitlines()[-1:]
    if "raise" not in words and str(int(signal.SIGINT)) not in words:
        assert forked.stderr == new.stderr


def test_both_outputs_may_be_one(directory: Path) -> None:
    done = run_module("program", "", cwd=directory, merged=True)
    assert "to the other" in done.stdout
    assert done.stderr == ""


def test_one_does_not_change_the_next(directory: Path) -> None:
    (directory / "more/beside.py").write_text("import os\nos.environ['GIVEN'] = 'left'\nos.chdir('/')\n")
    first = run_module("program", "", cwd=directory).stdout
    assert " / left " in first
    assert run_module("program", "", cwd=directory).stdout == first
    (directory / "more/beside.py").write_text("")
    assert f" {directory} None " in run_module("program", "", cwd=directory).stdout


def test_it_is_killed_when_its_time_is_over(directory: Path) -> None:
    (directory / "more/beside.py").write_text("import time\ntime.sleep(60)\n")
    assert run_module("program", "", cwd=directory, timeout=0.2).returncode == -signal.SIGKILL


def test_what_python_reads_when_it_starts_is_heeded(directory: Path) -> None:
    (directory / "program.py").write_text("import sys\nprint(sys.flags.optimize, sys.stdout.encoding)")
    variables = {"PYTHONOPTIMIZE": "2", "PYTHONIOENCODING": "ascii"}
    assert run_module("program", cwd=directory, environment=variables).stdout == "2 ascii\n"


def test_libraries_are_there_and_nothing_of_ours(directory: Path) -> None:
    (directory / "program.py").write_text("import sys\nprint(*sys.modules)")
    forks(sys.executable, LIBRARIES)
    there = run_module("program", cwd=directory).stdout.split()
    assert {"sqlalchemy", "click"} <= {*there}
    assert not [
        name for name in there if name.partition(".")[0].startswith(("migrateops", "alembic", "tests"))
    ]
