"""Commands that only read leave every file as it is, and bring no database or table into being."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.project import Project

READING = [
    ["branches", "-v"],
    ["check"],
    ["completion", "fish"],
    ["coverage"],
    ["current"],
    ["current", "-v", "--check-heads"],
    ["diff"],
    ["diff", "models", "database"],
    ["graph", "-i"],
    ["heads"],
    ["heads", "-v", "--resolve-dependencies"],
    ["history"],
    ["history", "-i"],
    ["history", "-r", "current:"],
    ["plugins", "list"],
    ["plugins", "show", "create_table"],
    ["plugins", "doctor"],
    ["show", "head"],
    ["show", "current"],
    ["snapshot"],
    ["snapshot", "--models", "--fingerprint"],
    ["status"],
    ["upgrade", "--sql"],
    ["ensure_version", "--sql"],
    ["stamp", "head", "--sql"],
]
ENV = """
    import sqlalchemy as sa
    from migrateops import context

    if context.is_offline_mode():
        context.configure(url=context.config.get_main_option("url"), target_metadata=sa.MetaData())
        context.run_migrations()
    else:
        # A pool that keeps connections, as applications have them.
        engine = sa.create_engine(context.config.get_main_option("url"))
        with engine.connect() as connection:
            context.configure(connection=connection, target_metadata=sa.MetaData())
            with context.begin_transaction():
                context.run_migrations()
"""


def files(project: Project) -> dict[str, tuple[int, bytes]]:
    """Return time and content of every file, by path; compiled Python apart, which is no one's work."""
    return {
        str(path.relative_to(project.root)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(project.root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture
def plain(project: Project) -> Project:
    """A project without an `env.py`, with one revision, and models that are empty."""
    project.build(
        config={"models": "models_of_reading:metadata", "prepend_sys_path": ["."]},
        files={"models_of_reading.py": "import sqlalchemy\n\nmetadata = sqlalchemy.MetaData()\n"},
    )
    project.revision("aa1")
    return project


@pytest.fixture(params=["without env.py", "with env.py"])
def one(request: pytest.FixtureRequest, plain: Project) -> Project:
    if request.param == "with env.py":
        plain.env(ENV)
    return plain


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_database_that_is_not_there_is_not_made(one: Project, words: list[str]) -> None:
    before = files(one)
    result = one.run(*words, check=False)
    assert "MO000" not in result.stderr
    assert files(one) == before
    assert not (one.root / "app.db").exists()


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_database_without_a_version_table_gets_none(one: Project, words: list[str]) -> None:
    engine = sa.create_engine(one.url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (x INTEGER)"))
    before = files(one)
    one.run(*words, check=False)
    assert files(one) == before


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_a_database_at_the_head_is_left_alone(one: Project, words: list[str]) -> None:
    one.run("upgrade")
    before = files(one)
    result = one.run(*words)
    assert result.returncode == 0
    assert files(one) == before


def test_postgresql_gets_no_table(plain: Project, postgresql_url: str) -> None:
    plain.configure(url=postgresql_url)
    for words in READING:
        plain.run(*words, check=False)
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    assert sa.inspect(engine).get_table_names() == []


def test_a_file_in_a_uri_is_not_made_either(plain: Project) -> None:
    plain.configure(url=f"sqlite:///file:{plain.root}/a%20b.db?uri=true")
    assert plain.run("current").stdout == ""
    assert not list(plain.root.glob("*.db"))


def test_an_engine_of_the_application_sees_the_real_database_afterwards(plain: Project) -> None:
    """The empty database that stood in for the missing file must not stay in the engine's pool."""
    plain.write("engine.py", f"import sqlalchemy as sa\n\nengine = sa.create_engine({plain.url!r})\n")
    plain.env("""
        from migrateops import context
        from engine import engine

        with engine.connect() as connection:
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
    """)
    plain.write(
        "application.py",
        """
        from migrateops import command
        from migrateops.config import Config

        config = Config("migrateops.toml")
        print(command.current(config))
        command.upgrade(config)
        print([row.revision for row in command.current(config)])
        """,
    )
    import subprocess
    import sys

    result = subprocess.run(
        [sys.executable, "application.py"], cwd=plain.root, capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines() == ["()", "['aa1']"]
    assert Path(plain.root, "app.db").stat().st_size > 0
    assert plain.run("current").stdout == "aa1 (head), aa1\n"


def test_an_asynchronous_driver_makes_no_file_either(plain: Project) -> None:
    plain.configure(url=f"sqlite+aiosqlite:///{plain.root}/app.db")
    for words in (["current"], ["status"], ["history", "-i"]):
        assert plain.run(*words).returncode == 0
    assert not (plain.root / "app.db").exists()
