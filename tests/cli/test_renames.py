"""What is asked on a terminal when something may have got another name."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops.config import Config
from tests.project import Project

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("person", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column({}))
"""


@pytest.fixture
def renamed(project: Project) -> Project:
    """A project whose database has ``email`` where the models have ``address``, with a row."""
    project.configure(models="models:metadata", prepend_sys_path=["."])
    with _engine(project).begin() as connection:
        connection.execute(
            sa.text("CREATE TABLE person (id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(20))")
        )
        connection.execute(sa.text("INSERT INTO person VALUES (1, 'a@b')"))
    template = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text()
    project.write("migrations/script.py.mako", template)
    project.write("models.py", MODELS.format('"address", sa.String(20)'))
    return project


def _engine(project: Project) -> sa.Engine:
    return sa.create_engine(project.url, poolclass=sa.NullPool)


def answered(project: Project, answer: bytes, *words: str) -> tuple[int, str]:
    """Run a command on a terminal, answer its question, and return its status and what is shown."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "migrateops", *words],
        cwd=project.root,
        env={**os.environ, "TERM": "dumb", "COLUMNS": "120"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with closing(os.fdopen(ours, "r+b", buffering=0)) as terminal:
        while True:
            try:
                part = terminal.read(65536)
            except OSError:
                break
            if not part:
                break
            shown += part
            if b"[y/N]" in shown and answer:
                terminal.write(answer)
                answer = b""
    return process.wait(60), shown.decode()


def _script(project: Project) -> str:
    [path] = Path(project.root, "migrations", "versions").glob("*.py")
    return path.read_text()


AUTOGENERATE = ("revision", "--autogenerate", "-m", "x", "--rev-id", "aa1")


def test_yes_writes_the_rename_and_rows_are_kept(renamed: Project) -> None:
    status, shown = answered(renamed, b"y\n", *AUTOGENERATE)
    assert status == 0, shown
    assert "was column 'email' of table 'person' to 'address' renamed?" in shown
    assert "# Renamed, as answered: the same type, in the same place." in _script(renamed)
    renamed.run("upgrade")
    with _engine(renamed).connect() as connection:
        assert connection.execute(sa.text("SELECT address FROM person")).all() == [("a@b",)]
    renamed.run("downgrade", "base")
    with _engine(renamed).connect() as connection:
        assert connection.execute(sa.text("SELECT email FROM person")).all() == [("a@b",)]


def test_no_writes_none(renamed: Project) -> None:
    status, shown = answered(renamed, b"\n", *AUTOGENERATE)
    assert status == 0, shown
    script = _script(renamed)
    assert "add_column" in script
    assert "ename" not in script.partition("def upgrade")[2]


def test_without_an_answer_nothing_is_written(renamed: Project) -> None:
    status, shown = answered(renamed, b"\x04", *AUTOGENERATE)
    assert status == 130, shown
    assert list(Path(renamed.root, "migrations", "versions").glob("*.py")) == []


def test_in_a_pipe_nobody_is_asked(renamed: Project) -> None:
    found = renamed.cli(*AUTOGENERATE)
    assert "note: perhaps column 'email' of table 'person' to 'address' is a rename" in found.stderr
    script = _script(renamed)
    assert "# Perhaps column 'email'" in script
    assert 'info={"renamed_from": "email"}' in script
    assert "new_column_name" not in script.partition("def upgrade")[2]


def test_json_is_not_mixed_with_questions(renamed: Project) -> None:
    status, shown = answered(renamed, b"", *AUTOGENERATE, "--json")
    assert status == 0, shown
    assert "[y/N]" not in shown


def test_check_shows_what_is_hinted_and_notes_what_is_likely(renamed: Project) -> None:
    likely = renamed.cli("check", check=False)
    assert likely.returncode == 4
    assert "note: perhaps column 'email'" in likely.stderr
    renamed.write("models.py", MODELS.format('"address", sa.String(20), info={"renamed_from": "email"}'))
    hinted = renamed.cli("check", check=False)
    assert hinted.returncode == 4
    assert [line for line in hinted.stdout.splitlines() if "email" in line and "address" in line]
    assert "    + " not in hinted.stdout
    assert "    - " not in hinted.stdout
    assert "perhaps" not in hinted.stderr


def test_a_wrong_hint_is_an_error_and_nothing_is_written(renamed: Project) -> None:
    renamed.write("models.py", MODELS.format('"address", sa.String(20), info={"renamed_from": "address"}'))
    found = renamed.cli(*AUTOGENERATE, check=False)
    assert found.returncode == 1
    assert "error[MO343]: renamed_from='address' of column 'person.address'" in found.stderr
    assert list(Path(renamed.root, "migrations", "versions").glob("*.py")) == []
