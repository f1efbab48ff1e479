"""With `--json`, stdout has one document, whatever scripts and `env.py` print."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from migrateops.config import Config
from tests.project import Project


@pytest.fixture
def talkative(project: Project) -> Project:
    """A project whose `env.py` and scripts print."""
    template = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text(encoding="utf-8")
    project.build(config={"revision_environment": True}, files={"migrations/script.py.mako": template})
    project.env("""
        import sqlalchemy as sa
        from migrateops import context

        print("from env.py")
        with sa.create_engine("sqlite:///app.db", poolclass=sa.NullPool).connect() as connection:
            context.configure(connection=connection, target_metadata=sa.MetaData())
            with context.begin_transaction():
                context.run_migrations()
    """)
    project.revision("aa1", None, upgrade="print('from the script')", downgrade="print('from the script')")
    project.revision("bb2", "aa1", upgrade="print('from the script')")
    project.run("upgrade", "aa1")
    return project


@pytest.mark.parametrize(
    "words",
    [
        ["current"],
        ["downgrade", "base"],
        ["ensure_version"],
        ["graph", "-i"],
        ["history", "-i"],
        ["history", "-r", "current:"],
        ["merge", "heads"],
        ["revision", "-m", "more"],
        ["show", "current"],
        ["stamp", "bb2"],
        ["status"],
        ["upgrade"],
    ],
    ids=" ".join,
)
def test_what_is_printed_by_others_goes_to_stderr(talkative: Project, words: list[str]) -> None:
    if words[0] == "merge":
        talkative.revision("cc3", "aa1")
    result = talkative.run(*words, "--json")
    json.loads(result.stdout)
    assert "from env.py" in result.stderr


def test_check(talkative: Project) -> None:
    talkative.run("upgrade")
    found = json.loads(talkative.run("check", "--json").stdout)
    assert found["operations"] == []


def test_an_error_after_that_is_still_one_document(talkative: Project) -> None:
    talkative.revision("bb2", "aa1", upgrade="print('before it')\nraise LookupError('no')")
    result = talkative.run("upgrade", "--json", check=False)
    assert json.loads(result.stdout)["error"]["code"] == "MO440"
    assert "before it" in result.stderr


def test_without_it_scripts_may_print_where_they_like(talkative: Project) -> None:
    assert "from the script" in talkative.run("upgrade").stdout
