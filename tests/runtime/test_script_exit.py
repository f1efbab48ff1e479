"""A script that calls ``sys.exit()`` fails its revision, whatever status it gives."""

from __future__ import annotations

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.runtime import ScriptExited
from tests.project import Project


@pytest.mark.parametrize("status", ["", "0", "3"])
def test_it_is_an_error_and_nothing_is_applied(project: Project, status: str) -> None:
    project.configure()
    project.revision("a1", upgrade=f"op.execute('CREATE TABLE t (id INTEGER)')\nraise SystemExit({status})")
    config = Config.find(project.root)
    with pytest.raises(ScriptExited) as caught:
        command.upgrade(config, "head")
    assert caught.value.code == "MO467"
    lines = (project.root / "migrations/versions/a1.py").read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "SystemExit" in text)
    assert f"a1.py:{line})" in caught.value.notes[-1]
    assert command.current(config) == ()
    assert project.run("upgrade", "head", check=False).returncode == 1
