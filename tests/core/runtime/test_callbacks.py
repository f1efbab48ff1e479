"""What ``on_version_apply`` callbacks are told."""

from __future__ import annotations

from typing import Any

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.runtime import RevisionFailed
from tests.core.runtime.env_files import online, run, two
from tests.distributions import Site
from tests.project import Project
from tests.runtime.sqlite_environments import heads, rows

TELLS = "on_version_apply=[lambda **given: seen.setdefault('told', []).append(given)]"


def told(project: Project, verb: str, given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run(project, verb, given).attributes.get("told", [])
    return found


def test_callbacks_are_told_of_each_step(project: Project) -> None:
    two(project)
    project.revision("dd4", ["bb2", "cc3"])
    project.env(online(TELLS))
    up = told(project, "upgrade", "head")
    assert [
        (one["step"].source_revision_ids, one["step"].destination_revision_ids, sorted(one["heads"]))
        for one in up
    ] == [
        ((), ("aa1",), ["aa1"]),
        (("aa1",), ("cc3",), ["cc3"]),
        (("aa1",), ("bb2",), ["bb2", "cc3"]),
        (("bb2", "cc3"), ("dd4",), ["dd4"]),
    ]
    step = up[3]["step"]
    assert (step.is_upgrade, step.is_migration, step.is_stamp) == (True, True, False)
    assert (step.up_revision_id, step.up_revision_ids, step.down_revision_ids) == (
        "dd4",
        ("dd4",),
        ("bb2", "cc3"),
    )
    assert step.up_revision.revision == "dd4"
    assert [one.revision for one in step.up_revisions] == ["dd4"]
    assert [one.revision for one in step.down_revisions] == ["bb2", "cc3"]
    assert [one.revision for one in step.source_revisions] == ["bb2", "cc3"]
    assert [one.revision for one in step.destination_revisions] == ["dd4"]
    assert "dd4" in step.revision_map
    assert up[0]["run_args"] == {}
    assert up[0]["ctx"].connection is not None


def test_callbacks_are_told_of_what_a_script_depends_on(project: Project) -> None:
    project.revision("aa1")
    project.revision("bb2", None)
    project.revision("cc3", "aa1", depends_on="bb2")
    project.env(online(TELLS))
    up = told(project, "upgrade", "cc3")[-1]["step"]
    assert (up.down_revision_ids, up.source_revision_ids) == (("aa1", "bb2"), ("aa1", "bb2"))
    [down] = told(project, "downgrade", "aa1")
    step = down["step"]
    assert (step.down_revision_ids, step.destination_revision_ids) == (("aa1", "bb2"), ("aa1", "bb2"))
    assert [one.revision for one in step.down_revisions] == ["aa1", "bb2"]
    assert down["heads"] == {"aa1", "bb2"}


def test_callbacks_are_told_of_each_row_that_a_stamp_takes_off(project: Project) -> None:
    two(project)
    project.env(online(TELLS))
    told(project, "upgrade", "heads")
    first, second = told(project, "stamp", "base")
    assert [one["step"].source_revision_ids for one in (first, second)] == [("bb2",), ("cc3",)]
    assert (first["heads"], second["heads"]) == ({"cc3"}, set())


def test_callbacks_are_told_of_a_downgrade(project: Project) -> None:
    two(project)
    project.revision("dd4", ["bb2", "cc3"])
    project.env(online(TELLS))
    run(project, "upgrade", "head")
    [down] = told(project, "downgrade", "-1")
    step = down["step"]
    assert (step.is_upgrade, step.up_revision_id) == (False, "dd4")
    assert (step.source_revision_ids, step.destination_revision_ids) == (("dd4",), ("bb2", "cc3"))
    assert (step.up_revision_ids, step.down_revision_ids) == (("dd4",), ("bb2", "cc3"))
    assert sorted(down["heads"]) == ["bb2", "cc3"]


def test_callbacks_are_told_of_a_stamp(project: Project) -> None:
    two(project)
    project.env(online(TELLS))
    [one] = told(project, "stamp", "bb2")
    step = one["step"]
    assert (step.is_stamp, step.is_migration, step.is_upgrade) == (True, False, True)
    assert (step.destination_revision_ids, one["heads"]) == (("bb2",), {"bb2"})
    [back] = told(project, "stamp", "base")
    assert (back["step"].source_revision_ids, back["step"].destination_revision_ids) == (("bb2",), ())
    assert (back["step"].up_revision_id, back["heads"]) == ("bb2", set())


def test_what_a_callback_writes_is_in_the_transaction_of_the_step(project: Project, fake_dist: Site) -> None:
    two(project)
    source = (
        "def note(*, ctx, step, heads, run_args):\n    ctx.execute('INSERT INTO t VALUES (1)')\n"
        "    if step.up_revision_id == 'bb2':\n        raise ValueError\n"
    )
    fake_dist("audit", modules={"shop_audit.py": source})
    project.configure(on_version_apply=["shop_audit:note"])
    with pytest.raises(RevisionFailed) as caught:
        command.upgrade(Config.find(project.root), "bb2")
    assert caught.value.revision == "bb2"
    file = project.root / "app.db"
    assert (heads(file), rows(file, "SELECT count(*) FROM t")) == (["aa1"], [(1,)])
