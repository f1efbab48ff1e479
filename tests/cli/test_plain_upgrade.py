"""That an upgrade without click in it ends as one that is parsed by click."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import Project

RUN = """
from migrateops import context
from sqlalchemy import create_engine
with create_engine(context.config.database_url()).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import click\nraise click.Abort", id="a question that is answered with no"),
        pytest.param("import click\nraise click.ClickException('say -x tenant=')", id="an error of click's"),
        pytest.param("import click\nraise click.exceptions.Exit(4)", id="an exit of click's"),
        pytest.param("input()", id="nobody to answer"),
        pytest.param("raise KeyboardInterrupt", id="an interrupt"),
        pytest.param("import sys\nsys.exit(5)", id="an exit"),
        pytest.param("1 / 0", id="an error"),
        pytest.param("pass", id="no run"),
        pytest.param(RUN, id="a run"),
    ],
)
def test_an_upgrade_ends_as_one_with_an_option_more(project: Project, source: str) -> None:
    project.revision("aa1")
    project.env(source)
    plain = project.cli("upgrade", check=False, input="")
    (project.root / "app.db").unlink(missing_ok=True)
    full = project.cli("--no-color", "upgrade", check=False, input="")
    # click ends a line where it is interrupted.
    assert (plain.returncode, plain.stdout) == (full.returncode, full.stdout)
    assert plain.stderr.strip() == full.stderr.strip()


@pytest.mark.parametrize("options", [(), ("--no-color",)], ids=["plain", "full"])
def test_a_run_that_env_py_does_not_come_to_has_failed(project: Project, options: tuple[str, ...]) -> None:
    """Its print() goes to whoever reads, and nobody does any more."""
    project.revision("aa1")
    project.env(f"print('who reads this?', flush=True)\n{RUN}")
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "migrateops", *options, "upgrade"]
    done = subprocess.run(command, cwd=project.root, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr.startswith("error[MO270]: ")
    assert "BrokenPipeError" in done.stderr


@pytest.mark.parametrize("options", [(), ("--no-color",), ("--json",)], ids=["plain", "full", "json"])
def test_a_run_goes_on_when_nobody_reads_its_notes(project: Project, options: tuple[str, ...]) -> None:
    project.revision("aa1")
    project.write("migrateops.ini", "[migrateops]\n")
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "migrateops", "upgrade", *options]
    done = subprocess.run(command, cwd=project.root, stdout=subprocess.PIPE, stderr=writer, text=True)
    os.close(writer)
    assert done.returncode == 0
    assert "aa1" in done.stdout
    assert project.run("current").stdout.startswith("aa1")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
@pytest.mark.parametrize("options", ["", " --no-color", " --json"])
def test_a_run_needs_nothing_to_write_to(project: Project, options: str, closed: str) -> None:
    """As some supervisors start a process."""
    project.revision("aa1")
    project.write("migrateops.ini", "[migrateops]\n")
    command = f"{sys.executable} -m migrateops upgrade{options} {closed}"
    done = subprocess.run(command, shell=True, cwd=project.root, capture_output=True, text=True)
    assert done.returncode == 0
    assert "is not read" not in done.stdout
    assert project.run("current").stdout.startswith("aa1")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
@pytest.mark.parametrize("options", ["", " --no-color"])
def test_a_run_goes_on_where_the_disk_is_full_that_it_tells_of_itself_on(
    project: Project, options: str
) -> None:
    project.revision("aa1")
    project.revision("bb2", "aa1")
    command = f"{sys.executable} -m migrateops upgrade{options}"
    for _ in ("two steps", "nothing to do"):
        done = subprocess.run(
            f"{command} > /dev/full", shell=True, cwd=project.root, capture_output=True, text=True
        )
        assert done.returncode == 0
        assert done.stderr == (
            "note: stdout cannot be written (No space left on device); the run goes on without\n"
        )
    assert project.run("current").stdout.startswith("bb2")
    downgrade = f"{command.replace('upgrade', 'downgrade')} base > /dev/full 2>&1"
    both = subprocess.run(downgrade, shell=True, cwd=project.root)
    assert both.returncode == 0
    assert project.run("current").stdout == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a disk that is always full")
def test_a_result_that_cannot_be_written_is_an_error(project: Project) -> None:
    project.revision("aa1")
    for verb in ("heads", "--no-color heads", "upgrade --sql", "upgrade --json"):
        command = f"{sys.executable} -m migrateops {verb} > /dev/full"
        done = subprocess.run(command, shell=True, cwd=project.root, capture_output=True, text=True)
        assert done.returncode == 1, verb
        assert "No space left on device" in done.stderr


def test_a_shell_that_asks_what_may_come_next_starts_no_run(project: Project) -> None:
    project.revision("aa1")
    asked = {"_MIGRATEOPS_COMPLETE": "bash_complete", "COMP_WORDS": "migrateops up", "COMP_CWORD": "1"}
    done = project.cli("upgrade", env=asked)
    assert done.stdout == "plain,upgrade\n"
    assert not (project.root / "app.db").exists()
