"""``rebase``: which branch moves, what the database has a say in, and that all files are written or none."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.commands.rebase import Rebase, rebase
from migrateops.config import Config
from migrateops.errors.revisions import (
    AmbiguousRevision,
    MultipleHeads,
    RevisionNotFound,
    UnknownVersionRow,
)
from migrateops.errors.scripts import ScriptSyntaxError
from migrateops.errors.teams import (
    AlreadyApplied,
    AppliedNotKnown,
    BranchNotChosen,
    HeaderNotRewritable,
    OntoItself,
    OntoNotAHead,
    OntoNotChosen,
    RebaseCircle,
)
from tests.project import Project

VERSIONS = Path("migrations", "versions")


def config(project: Project) -> Config:
    return Config.find(project.root)


def run(project: Project, revision: str | None = None, onto: str | None = None, **more: bool) -> Rebase:
    return rebase(config(project), revision, onto, **more)


def downs(project: Project) -> dict[str, tuple[str, ...]]:
    """Return what each revision follows, as the files say it now."""
    return {info.revision: info.down_revisions for info in command.history(config(project)).revisions}


def texts(project: Project) -> dict[str, bytes]:
    """Return all files among the scripts."""
    return {path.name: path.read_bytes() for path in (project.root / VERSIONS).iterdir() if path.is_file()}


@pytest.fixture
def forked(project: Project) -> Project:
    """aaa1, and two branches from it: bbb1, bbb2 and ccc1, ccc2."""
    project.revision("aaa1")
    project.revision("bbb1")
    project.revision("bbb2")
    project.revision("ccc1", "aaa1")
    project.revision("ccc2")
    return project


def test_the_branch_that_the_database_has_not_applied_moves(forked: Project) -> None:
    command.upgrade(config(forked), "bbb2")
    before = texts(forked)
    done = run(forked)
    assert (done.moved, done.onto, done.heads) == (("ccc1", "ccc2"), "bbb2", ("ccc2",))
    [script] = done.rewritten
    assert (script.revision, script.old, script.new) == ("ccc1", ("aaa1",), ("bbb2",))
    assert script.path == str(forked.root / VERSIONS / "ccc1.py")
    assert downs(forked)["ccc1"] == ("bbb2",)
    after = texts(forked)
    assert after.pop("ccc1.py") == before.pop("ccc1.py").replace(b"'aaa1'", b"'bbb2'")
    assert after == before
    command.upgrade(config(forked))
    assert [row.revision for row in command.current(config(forked))] == ["ccc2"]


@pytest.mark.parametrize("database", ["postgresql_url", "mariadb_url"])
def test_on_servers(forked: Project, request: pytest.FixtureRequest, database: str) -> None:
    forked.configure(url=request.getfixturevalue(database), generic_dialects=["mysql", "mariadb"])
    command.upgrade(config(forked), "ccc1")
    assert run(forked).moved == ("bbb1", "bbb2")
    assert downs(forked)["bbb1"] == ("ccc2",)


def test_named(forked: Project) -> None:
    command.upgrade(config(forked), "aaa1")
    assert run(forked, "bbb1").moved == ("bbb1", "bbb2")
    assert downs(forked)["bbb1"] == ("ccc2",)
    assert command.upgrade(config(forked)).heads == ("bbb2",)


def test_named_by_where_it_goes(forked: Project) -> None:
    assert run(forked, onto="bbb2").moved == ("ccc1", "ccc2")


@pytest.mark.parametrize(
    ("at", "reason"), [("aaa1", "neither applied"), ("heads", "both applied"), ("base", "neither applied")]
)
def test_the_database_cannot_tell(forked: Project, at: str, reason: str) -> None:
    if at != "base":
        command.upgrade(config(forked), at)
    with pytest.raises(BranchNotChosen) as caught:
        run(forked)
    assert (set(caught.value.heads), caught.value.reason) == ({"bbb2", "ccc2"}, reason)


def test_without_a_database(forked: Project) -> None:
    forked.configure(url=None)
    with pytest.raises(AppliedNotKnown):
        run(forked)
    with pytest.raises(AppliedNotKnown):
        run(forked, "bbb2")
    with pytest.raises(BranchNotChosen) as caught:
        run(forked, no_database=True)
    assert caught.value.reason == "no database"
    assert run(forked, "bbb2", no_database=True).heads == ("bbb2",)


def test_a_database_that_does_not_answer(forked: Project) -> None:
    forked.configure(url="postgresql+psycopg://postgres@127.0.0.1:1/test")
    with pytest.raises(AppliedNotKnown):
        run(forked, "bbb2")
    forked.env(
        "import sqlalchemy as sa\nsa.create_engine('postgresql+psycopg://postgres@127.0.0.1:1/test').connect()\n"
    )
    with pytest.raises(AppliedNotKnown):
        run(forked, "bbb2")


def test_what_is_applied_does_not_move(forked: Project) -> None:
    command.upgrade(config(forked), "bbb1")
    before = texts(forked)
    with pytest.raises(AlreadyApplied) as caught:
        run(forked, "bbb2")
    assert (caught.value.revisions, caught.value.back_to) == (("bbb1",), "aaa1")
    assert texts(forked) == before
    # What the hint says helps.
    command.downgrade(config(forked), "aaa1")
    assert run(forked, "bbb2").heads == ("bbb2",)


def test_an_applied_merge_is_found_through_what_it_needs(forked: Project) -> None:
    forked.revision("ddd1", None, depends_on="bbb2")
    command.upgrade(config(forked), "ddd1")
    with pytest.raises(AlreadyApplied):
        run(forked, "bbb2", "ccc2")


def test_a_database_at_a_revision_without_a_script(forked: Project) -> None:
    command.upgrade(config(forked), "aaa1")
    engine = sa.create_engine(forked.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE migrateops_version SET version_num = 'gone'")
    engine.dispose()
    with pytest.raises(UnknownVersionRow) as caught:
        run(forked, "bbb2")
    assert caught.value.searched == (str(forked.root / VERSIONS),)
    assert run(forked, "bbb2", no_database=True).heads == ("bbb2",)


def test_three_heads(forked: Project) -> None:
    forked.revision("ddd1", "aaa1")
    with pytest.raises(BranchNotChosen) as chosen:
        run(forked)
    assert (len(chosen.value.heads), chosen.value.reason) == (3, "several")
    with pytest.raises(OntoNotChosen) as onto:
        run(forked, "ddd1")
    assert (onto.value.head, set(onto.value.others)) == ("ddd1", {"bbb2", "ccc2"})
    with pytest.raises(BranchNotChosen):
        run(forked, onto="ddd1")
    assert set(run(forked, "ddd1", "ccc2").heads) == {"bbb2", "ddd1"}
    assert run(forked, "bbb2").heads == ("bbb2",)
    assert len(downs(forked)) == 6


def test_branches_on_purpose_are_not_moved_unasked(project: Project) -> None:
    project.revision("aaa1")
    project.revision("bbb1", branch_labels=("shop",))
    project.revision("ccc1", "aaa1")
    command.upgrade(config(project), "ccc1")
    with pytest.raises(BranchNotChosen) as caught:
        run(project)
    assert caught.value.reason == "deliberate"
    done = run(project, "shop")
    assert (done.moved, done.heads) == (("bbb1",), ("bbb1",))


def test_bases_of_their_own_are_not_moved_unasked(project: Project) -> None:
    project.revision("aaa1")
    project.revision("bbb1", None)
    with pytest.raises(BranchNotChosen) as caught:
        run(project)
    assert caught.value.reason == "deliberate"
    [script] = run(project, "bbb1").rewritten
    assert (script.old, script.new) == ((), ("aaa1",))


def test_nothing_to_do(project: Project) -> None:
    assert run(project) == Rebase((), None, (), (), False)
    project.revision("aaa1")
    project.revision("bbb1")
    before = texts(project)
    assert run(project) == Rebase((), None, (), ("bbb1",), False)
    assert run(project, "aaa1").moved == ()
    # A head that another one depends on is there on purpose.
    project.revision("ccc1", "aaa1", depends_on="bbb1")
    assert run(project).heads == ("bbb1", "ccc1")
    # Where it is asked for, it is done.
    assert run(project, "ccc1", dry_run=True).heads == ("ccc1",)
    assert texts(project).items() >= before.items()


@pytest.mark.parametrize(
    ("revision", "onto", "error"),
    [
        ("bbb2", "aaa1", OntoNotAHead),
        ("bbb2", "ccc1", OntoNotAHead),
        (None, "aaa1", OntoNotAHead),
        ("bbb1", "bbb2", OntoItself),
        ("aaa1", None, MultipleHeads),
        ("head", None, MultipleHeads),
        ("base", None, RevisionNotFound),
        ("nowhere", None, RevisionNotFound),
        ("bbb2", "nowhere", RevisionNotFound),
    ],
)
def test_names_that_do_not_fit(
    forked: Project, revision: str | None, onto: str | None, error: type[Exception]
) -> None:
    before = texts(forked)
    with pytest.raises(error):
        run(forked, revision, onto)
    assert texts(forked) == before


def test_an_abbreviation(forked: Project) -> None:
    forked.revision("ccc12345", "ccc2")
    assert run(forked, "ccc123", no_database=True).heads == ("ccc12345",)
    forked.revision("ccc12399", "ccc2")
    with pytest.raises(AmbiguousRevision):
        run(forked, "ccc123")


def test_a_dependency_in_the_way(forked: Project) -> None:
    forked.revision("ccc3", "ccc2", depends_on="bbb1")
    with pytest.raises(RebaseCircle) as caught:
        run(forked, "bbb2", "ccc3")
    assert caught.value.chain == ("ccc3", "bbb1")
    assert run(forked, "ccc3", "bbb2").heads == ("ccc3",)


def test_a_dry_run(forked: Project) -> None:
    before = texts(forked)
    done = run(forked, "bbb2", dry_run=True)
    assert (done.dry_run, done.moved, done.heads) == (True, ("bbb1", "bbb2"), ("bbb2",))
    lines = done.rewritten[0].diff.splitlines()
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-down_revision = 'aaa1'",
        "+down_revision = 'ccc2'",
    ]
    assert texts(forked) == before


def test_all_files_or_none(forked: Project) -> None:
    forked.revision("bbb0", "aaa1")
    forked.revision("bbb3", ("bbb2", "bbb0"))
    path = forked.root / VERSIONS / "bbb0.py"
    path.write_text(path.read_text().replace("'aaa1'", "'aaa' + '1'"))
    before = texts(forked)
    with pytest.raises(HeaderNotRewritable) as caught:
        run(forked, "bbb3")
    assert caught.value.path == str(path)
    assert texts(forked) == before
    path.write_text(path.read_text().replace("'aaa' + '1'", "'aaa1'"))
    assert {one.revision for one in run(forked, "bbb3").rewritten} == {"bbb0", "bbb1"}
    assert downs(forked)["bbb0"] == downs(forked)["bbb1"] == ("ccc2",)


def test_a_script_that_cannot_be_read_may_be_a_head(forked: Project) -> None:
    forked.write("migrations/versions/ddd1.py", "revision = 'ddd1'\ndown_revision = ('aaa1'\n")
    with pytest.raises(ScriptSyntaxError):
        run(forked, "bbb2")


def test_several_version_locations(project: Project) -> None:
    project.configure(version_locations=["migrations/versions", "shop"])
    project.revision("aaa1")
    project.revision("bbb1")
    project.revision("ccc1", "aaa1", directory="shop")
    [script] = run(project, "ccc1").rewritten
    assert script.path == str(project.root / "shop" / "ccc1.py")
    assert downs(project)["ccc1"] == ("bbb1",)
