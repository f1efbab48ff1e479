"""The probe and the full run agree on what ``head`` stands for."""

from __future__ import annotations

import pytest

from migrateops import command
from migrateops.commands.probe import at_heads
from migrateops.config import Config
from migrateops.errors.revisions import MultipleHeads
from migrateops.script.directory import ScriptDirectory
from tests.project import Project


@pytest.mark.parametrize("dialect", ["base", "transaction", "nothing"])
def test_a_url_that_no_dialect_has(project: Project, dialect: str) -> None:
    project.revision("aa1")
    project.configure(url=f"{dialect}://")
    config = Config.find(project.root)
    assert at_heads(config, ScriptDirectory.from_config(config), "heads") is None


def test_a_head_that_another_depends_on(project: Project) -> None:
    project.revision("aa1")
    project.revision("bb2", None, depends_on="aa1")
    config = Config.find(project.root)
    assert command.upgrade(config, "heads").heads == ("bb2",)
    script = ScriptDirectory.from_config(config)
    assert at_heads(config, script, "heads") == ("bb2",)
    assert at_heads(config, script, "head") is None
    with pytest.raises(MultipleHeads):
        command.upgrade(config, "head")
