"""The database is at a revision that no script has: every command that needs it says where it may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.commands.check import check
from migrateops.config import Config
from migrateops.errors.revisions import RevisionNotFound, UnknownVersionRow
from tests.core.script.checkout import Checkout
from tests.project import Project

COMMANDS: dict[str, Callable[[Config], Any]] = {
    "upgrade": command.upgrade,
    "downgrade": lambda config: command.downgrade(config, "base"),
    "stamp": lambda config: command.stamp(config, "head"),
    "revision --autogenerate": lambda config: command.revision(config, autogenerate=True),
    "check": check,
    "show current": lambda config: command.show(config, "current"),
    "history -r current:": lambda config: command.history(config, "current:"),
    "rebase": lambda config: command.rebase(config, "cc12"),
}
ENV = """
    import sqlalchemy as sa
    from migrateops import context
    engine = sa.create_engine(context.config.database_url())
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=sa.MetaData())
        with context.begin_transaction():
            context.run_migrations()
"""


@pytest.fixture(params=["without env.py", "with env.py"])
def lost(project: Project, request: pytest.FixtureRequest) -> Project:
    """A checkout of which the branch ``feature`` has bb12, and the database is at it."""
    project.write("models.py", "import sqlalchemy as sa\nmetadata = sa.MetaData()\n")
    project.configure(models="models:metadata", prepend_sys_path=".")
    if request.param == "with env.py":
        project.env(ENV)
    project.write(".gitignore", "*.db\n__pycache__\n")
    checkout = Checkout(project.root)
    project.revision("aa12")
    checkout.commit("base")
    checkout.git("checkout", "-q", "-b", "feature")
    project.revision("bb12")
    checkout.commit("feature")
    command.upgrade(Config.find(project.root))
    checkout.git("checkout", "-q", "main")
    project.revision("cc12", "aa12")
    project.revision("dd12", "aa12")
    return project


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_said(lost: Project, name: str) -> None:
    if name in ("upgrade", "stamp"):
        (lost.root / "migrations" / "versions" / "dd12.py").unlink()
    with pytest.raises(UnknownVersionRow) as caught:
        COMMANDS[name](Config.find(lost.root))
    error = caught.value
    assert (error.revision, error.database) == ("bb12", lost.url)
    assert error.searched == (str(lost.root / "migrations" / "versions"),)
    assert error.found is not None
    assert (error.found.branches, error.found.path) == (("feature",), "migrations/versions/bb12.py")


def test_the_password_is_not_said(project: Project, postgresql_url: str) -> None:
    url = sa.make_url(postgresql_url).set(password="hush")
    project.configure(url=url.render_as_string(hide_password=False))
    project.revision("aa12")
    command.upgrade(Config.find(project.root))
    (project.root / "migrations" / "versions" / "aa12.py").rename(project.root / "aa12.py")
    project.revision("bb12", None)
    with pytest.raises(UnknownVersionRow) as caught:
        command.upgrade(Config.find(project.root))
    assert str(url.database) in str(caught.value.database)
    assert "hush" not in caught.value.report()


@pytest.mark.parametrize("run", [command.upgrade, command.stamp, command.show, command.rebase])
def test_an_id_of_another_branch(lost: Project, run: Callable[[Config, str], Any]) -> None:
    command.stamp(Config.find(lost.root), "base", purge=True)
    with pytest.raises(RevisionNotFound) as caught:
        run(Config.find(lost.root), "bb12")
    assert caught.value.found is not None
    assert caught.value.found.branches == ("feature",)


def test_the_hint_helps(lost: Project) -> None:
    Checkout(lost.root).git("merge", "-q", "feature")
    assert [row.known for row in command.current(Config.find(lost.root))] == [True]
    (lost.root / "migrations" / "versions" / "dd12.py").unlink()
    assert command.rebase(Config.find(lost.root)).moved == ("cc12",)
    assert command.upgrade(Config.find(lost.root)).heads == ("cc12",)
