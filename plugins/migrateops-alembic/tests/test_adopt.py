"""``migrateops adopt``: what it finds, what it compares, and that it changes nothing."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

peers = import_module("plugins.migrateops-alembic.tests.peer")

TABLE = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'


def files(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path): path.read_bytes() for path in found}


def test_both_tools_make_the_same(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.revision(
        "bb2", 'with op.batch_alter_table("t") as b:\n    b.add_column(sa.Column("x", sa.Integer))'
    )
    before = files(project.root)
    out = project.run("adopt", "--peer", str(peers.python())).out.splitlines()
    assert out == [
        "2 scripts, heads: bb2",
        "all names of Alembic's that the scripts and env.py use are covered",
        "2 tables are the same with both tools",
    ]
    assert files(project.root) == before


def test_an_index_with_a_condition_is_the_same(project: Any) -> None:
    project.revision(
        "aa1",
        """
        op.create_table("t", sa.Column("a", sa.Integer))
        op.create_index("ix", "t", ["a"], sqlite_where=sa.text("a > 0"))
        """,
    )
    out = project.run("adopt", "--peer", str(peers.python())).out
    assert "the same with both tools" in out


def test_a_difference_ends_with_status_4(project: Any) -> None:
    project.revision(
        "aa1",
        f'{TABLE}\nif "migrateops" in sys.modules:\n    op.execute("CREATE TABLE more (id)")',
        imports="import sys",
    )
    out = project.run("adopt", "--peer", str(peers.python()), status=4).out
    assert "differs: table 'more': only migrateops makes it" in out


def test_names_that_are_not_covered(project: Any) -> None:
    project.revision("aa1", "pass", imports="from alembic.util import _private\nimport alembic.testing")
    project.revision("bb2", "alembic.util.nothing()", imports="import alembic.util")
    (project.root / "migrations" / "versions" / "cc3.py").write_text("def (:\n")
    before = files(project.root)
    out = project.run("adopt", status=4).out
    assert "aa1_.py:4: alembic.util._private" in out
    assert "aa1_.py:5: alembic.testing" in out
    assert "bb2_.py:10: alembic.util.nothing" in out
    assert "cc3.py" in out
    assert files(project.root) == before


def test_an_env_py_that_connects_elsewhere_is_left_alone(project: Any) -> None:
    env = (project.root / "migrations" / "env.py").read_text()
    own = env.replace(
        "connectable = engine_from_config(",
        'from sqlalchemy import create_engine\n    connectable = create_engine("sqlite:///own.db") or (',
    )
    project.write(
        "migrations/env.py",
        own.replace("config.get_section(config.config_ini_section, {}), ", "0 and dict(").replace(
            "poolclass=pool.NullPool\n", "poolclass=pool.NullPool)\n"
        ),
    )
    project.revision("aa1", TABLE)
    assert "AL105" in project.run("adopt", status=1).err
    assert not (project.root / "own.db").exists() or not (project.root / "own.db").stat().st_size
    assert "1 scripts" in project.run("adopt", "--scan-only").out


def test_a_project_of_ours(project: Any) -> None:
    project.write("migrateops.toml", 'script_location = "migrations"\n')
    assert "AL104" in project.run("adopt", status=1).err
    assert "AL104" in project.run("convert", status=1).err


def test_a_database_with_tables_is_refused(project: Any, tmp_path: Path) -> None:
    project.revision("aa1", TABLE)
    project.run("upgrade", "head")
    said = project.run("adopt", "--database", f"sqlite:///{tmp_path / 'app.db'}", status=1).err
    assert "AL111" in said
    assert "alembic_version, t" in said


def test_a_directory_of_scripts_that_is_called_alembic_is_no_alembic(project: Any) -> None:
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("/migrations", "/alembic"))
    project.revision("aa1", TABLE)
    (project.root / "migrations").rename(project.root / "alembic")
    out = project.run("adopt").out
    assert "Alembic is not installed here" in out


def test_an_asynchronous_project_is_tried_on_an_asynchronous_database(project: Any) -> None:
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("sqlite:///", "sqlite+aiosqlite:///"))
    project.write(
        "migrations/env.py",
        """
        import asyncio
        from alembic import context
        from sqlalchemy.ext.asyncio import create_async_engine

        def run(connection):
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()

        async def main():
            engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"))
            async with engine.connect() as connection:
                await connection.run_sync(run)
            await engine.dispose()

        asyncio.run(main())
        """,
    )
    project.revision("aa1", TABLE)
    assert "1 scripts run on sqlite+aiosqlite" in project.run("adopt").out
