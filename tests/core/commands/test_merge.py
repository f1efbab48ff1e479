"""`merge` joins revisions that have nothing to do with each other yet."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from migrateops import command
from migrateops.commands.merge import joined
from migrateops.config import Config
from migrateops.errors.base import MigrateOpsError
from migrateops.revisions.graph import RevisionGraph
from migrateops.revisions.revision import Revision
from tests.core.revisions.test_growth import name, work
from tests.project import Project


@pytest.fixture
def config(project: Project) -> Config:
    """A project with a base and three branches, one of them longer."""
    template = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text(encoding="utf-8")
    project.write("migrations/script.py.mako", template)
    project.revision("aa1", None)
    project.revision("bb2", "aa1", branch_labels=("shop",))
    project.revision("cc3", "aa1")
    project.revision("dd4", "aa1")
    project.revision("ee5", "dd4")
    project.configure(script_location=str(project.root / "migrations"))
    return Config(project.root / "migrateops.toml")


def heads(config: Config) -> dict[str, tuple[str, ...]]:
    return {one.revision: one.down_revisions for one in command.heads(config).revisions}


def files(project: Project) -> set[str]:
    return {path.name for path in (project.root / "migrations" / "versions").glob("*.py")}


def test_all_heads(config: Config) -> None:
    made = command.merge(config, "heads", rev_id="ff6")
    assert made.message == "merge bb2, cc3, ee5"
    assert heads(config) == {"ff6": ("bb2", "cc3", "ee5")}


def test_some_heads_by_any_identifier(config: Config) -> None:
    command.merge(config, ["shop@head", "ee5"], "together", "joined", "ff6")
    assert heads(config) == {"cc3": ("aa1",), "ff6": ("bb2", "ee5")}
    [shown] = command.show(config, "joined@head").revisions
    assert (shown.message, shown.branch_labels) == ("together", ("joined", "shop"))


def test_a_head_that_another_one_depends_on_is_joined_too(project: Project, config: Config) -> None:
    project.revision("cc3", "aa1", depends_on="bb2")
    command.merge(config, "heads", rev_id="ff6")
    assert heads(config) == {"ff6": ("bb2", "cc3", "ee5")}


@pytest.mark.parametrize(
    ("revisions", "splice", "code"),
    [
        ([], False, "MO140"),
        (["bb2"], False, "MO140"),
        (["bb2", "shop@head"], False, "MO140"),
        (["bb2", "base"], False, "MO140"),
        (["dd4", "ee5"], False, "MO141"),
        (["ee5", "bb2", "aa1"], True, "MO141"),
        (["dd4", "bb2"], False, "MO249"),
        (["bb2", "nix"], False, "MO201"),
    ],
)
def test_what_cannot_be_joined_writes_nothing(
    project: Project, config: Config, revisions: list[str], splice: bool, code: str
) -> None:
    before = files(project)
    with pytest.raises(MigrateOpsError) as caught:
        command.merge(config, revisions, splice=splice)
    assert caught.value.code == code
    assert files(project) == before


def test_many_heads_are_looked_at_together() -> None:
    counts = []
    for size in (50, 100):
        branches = [Revision(name(number), name(0)) for number in range(1, size)]
        graph = RevisionGraph([Revision(name(0)), *branches])
        assert len(joined(graph, ["heads"])) == size - 1
        counts.append(work(partial(joined, graph, ["heads"])))
    assert counts[1] < 2.25 * counts[0]


def test_splice(config: Config) -> None:
    command.merge(config, ["dd4", "bb2"], rev_id="ff6", splice=True)
    assert heads(config) == {"cc3": ("aa1",), "ee5": ("dd4",), "ff6": ("dd4", "bb2")}


def test_nobody_takes_a_merge_out_for_being_empty(project: Project, config: Config) -> None:
    project.configure(revision_environment=True)
    template = project.root / "migrations" / "script.py.mako"
    template.write_text(template.read_text(encoding="utf-8") + "\n# ${added}\n", encoding="utf-8")
    project.env("""
        import sqlalchemy as sa
        from migrateops import context

        def drop_empty(context, revision, directives):
            if directives[0].upgrade_ops.is_empty():
                directives[:] = []

        with sa.create_engine("sqlite://").connect() as connection:
            context.configure(
                connection=connection,
                process_revision_directives=drop_empty,
                template_args={"added": "from env.py"},
            )
            context.run_migrations()
    """)
    made = command.merge(config, "heads", rev_id="ff6")
    # env.py has run: what it adds for the template is there.
    assert "from env.py" in Path(made.path).read_text(encoding="utf-8")
    assert command.revision(config, "empty", head="ff6") == ()
