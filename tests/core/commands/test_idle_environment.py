"""An ``env.py`` that runs no migrations: no command takes its silence for an answer."""

from __future__ import annotations

import pytest

from tests.project import Project

IDLE = {
    "empty": "",
    "configured only": """
        import sqlalchemy as sa
        from migrateops import context

        if context.is_offline_mode():
            context.configure(dialect_name="sqlite")
        else:
            with sa.create_engine("sqlite:///app.db", poolclass=sa.NullPool).connect() as connection:
                context.configure(connection=connection, transaction_per_migration=False)
                with context.begin_transaction():
                    pass
    """,
}


@pytest.mark.parametrize("env", IDLE.values(), ids=IDLE)
@pytest.mark.parametrize(
    "words",
    [
        ["upgrade"],
        ["upgrade", "--sql"],
        ["downgrade", "-1"],
        ["stamp", "head"],
        ["current"],
        ["current", "-c"],
        ["ensure_version"],
        ["status"],
    ],
    ids=" ".join,
)
def test_nothing_was_run(project: Project, env: str, words: list[str]) -> None:
    project.revision("aa1")
    project.run("upgrade")
    project.revision("bb2")
    project.env(env)
    result = project.run(*words, check=False)
    assert result.returncode == 1
    assert "error[MO474]: " in result.stderr
    assert "nothing to do" not in result.stdout


def test_new_scripts_need_no_database(project: Project) -> None:
    project.configure(revision_environment=True)
    project.run("init", "-t", "plain", "more")
    project.write(
        "migrations/script.py.mako", (project.root / "more" / "script.py.mako").read_text(encoding="utf-8")
    )
    project.env("")
    assert project.run("revision", "-m", "first").returncode == 0
