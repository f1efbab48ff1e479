"""A project of Alembic's runs as it is: its configuration, its scripts, its version table."""

from __future__ import annotations

import sys
from typing import Any

import pytest

TABLE = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'
VERSION_TABLE = (
    "CREATE TABLE alembic_version ( version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num) )"
)


def test_the_daily_work(project: Any) -> None:
    project.revision("aa1", TABLE, 'op.drop_table("t")')
    project.revision("bb2", 'op.add_column("t", sa.Column("n", sa.String(5)))', 'op.drop_column("t", "n")')
    assert project.run("heads").out.startswith("bb2 (head)")
    assert project.run("history").out.splitlines() == ["aa1 -> bb2 (head), bb2", "<base> -> aa1, aa1"]
    assert project.run("current").out == ""
    assert "aa1 -> bb2" in project.run("upgrade", "head").out
    assert project.rows("SELECT * FROM alembic_version") == [("bb2",)]
    assert project.tables() == {"alembic_version", "t"}
    assert project.run("current").out.startswith("bb2 (head)")
    project.run("downgrade", "-1")
    assert project.run("current").out.startswith("aa1")
    project.run("stamp", "bb2")
    assert project.rows("SELECT * FROM alembic_version") == [("bb2",)]
    project.run("stamp", "aa1")
    project.run("downgrade", "base")
    assert project.rows("SELECT * FROM alembic_version") == []
    assert project.tables() == {"alembic_version"}


def test_a_new_revision_is_written_from_the_template_of_the_project(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.run("revision", "-m", "second", "--rev-id", "bb2")
    (written,) = (project.root / "migrations" / "versions").glob("bb2_second.py")
    text = written.read_text()
    assert "from alembic import op" in text
    assert "down_revision: Union[str, Sequence[str], None] = 'aa1'" in text
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("bb2",)]


def test_the_version_table_is_what_alembic_makes(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.run("upgrade", "head")
    ((sql,),) = project.rows("SELECT sql FROM sqlite_master WHERE name = 'alembic_version'")
    assert " ".join(sql.split()) == VERSION_TABLE


def test_offline_sql_is_written_as_alembic_does(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.revision("bb2", 'op.execute("INSERT INTO t VALUES (1)")')
    statements = [
        " ".join(part.split())
        for part in "".join(
            line for line in project.run("upgrade", "head", "--sql").out.splitlines(True) if line[:2] != "--"
        ).split(";")
        if part.strip()
    ]
    assert statements == [
        VERSION_TABLE,
        "CREATE TABLE t ( id INTEGER NOT NULL, PRIMARY KEY (id) )",
        "INSERT INTO alembic_version (version_num) VALUES ('aa1') RETURNING version_num",
        "INSERT INTO t VALUES (1)",
        "UPDATE alembic_version SET version_num='bb2' WHERE alembic_version.version_num = 'aa1'",
    ]


def test_a_run_is_one_transaction(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.revision("bb2", 'op.execute("SELECT nothing FROM nowhere")')
    failed = project.run("upgrade", "head", status=1)
    assert "bb2_.py:10" in failed.err
    assert "nothing of it is applied" in failed.err
    assert project.tables() == set()


def test_pyproject(project: Any) -> None:
    (project.root / "alembic.ini").unlink()
    project.write(
        "pyproject.toml",
        """
        [tool.alembic]
        script_location = "%(here)s/migrations"
        version_locations = ["%(here)s/migrations/versions", "%(here)s/more"]
        prepend_sys_path = ["."]
        file_template = "%%(rev)s-%%(slug)s"

        [[tool.alembic.post_write_hooks]]
        name = "touch"
        type = "exec"
        executable = "true"
        """,
    )
    project.write(
        "migrations/env.py",
        """
        from sqlalchemy import create_engine, pool
        from alembic import context

        with create_engine("sqlite:///app.db", poolclass=pool.NullPool).connect() as connection:
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
        """,
    )
    (project.root / "more").mkdir()
    project.revision("aa1", TABLE)
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]
    project.run("revision", "-m", "x y", "--rev-id", "bb2", "--head", "aa1")
    assert (project.root / "migrations" / "versions" / "bb2-x_y.py").is_file()


def test_both_files(project: Any) -> None:
    project.write("pyproject.toml", '[tool.alembic]\nscript_location = "migrations"\n')
    project.write("alembic.ini", "[alembic]\nsqlalchemy.url = sqlite:///app.db\n\n[loggers]\nkeys = root\n")
    project.write(
        "migrations/env.py",
        """
        from sqlalchemy import engine_from_config, pool
        from alembic import context

        config = context.config
        section = config.get_section("alembic")
        engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
        with engine.connect() as connection:
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
        """,
    )
    project.revision("aa1", TABLE)
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]


@pytest.mark.parametrize(
    "lines",
    [
        "version_locations = migrations/versions, migrations/more",
        "version_locations = migrations/versions migrations/more",
        "version_path_separator = :\nversion_locations = migrations/versions:migrations/more",
        "path_separator = newline\nversion_locations = migrations/versions\n    migrations/more",
    ],
)
def test_version_locations(project: Any, lines: str) -> None:
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("prepend_sys_path = .", f"prepend_sys_path = .\n{lines}"))
    project.revision("aa1", TABLE)
    path = project.revision("bb2", "pass")
    (project.root / "migrations" / "more").mkdir()
    path.rename(project.root / "migrations" / "more" / path.name)
    assert project.run("heads").out.startswith("bb2")


# As Alembic wrote it into new projects for years.
COMMENTED = "version_path_separator = os  # Use os.pathsep. Default configuration used for new projects."


def test_a_separator_that_separates_nothing(project: Any) -> None:
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("prepend_sys_path = .", f"prepend_sys_path = .\n{COMMENTED}"))
    project.revision("aa1", TABLE)
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]


def test_a_separator_that_is_none(project: Any) -> None:
    lines = f"prepend_sys_path = .\n{COMMENTED}\nversion_locations = migrations/versions"
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("prepend_sys_path = .", lines))
    assert "path_separator" in project.run("heads", status=1).err


def test_a_named_section_and_a_named_file(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (project.root / "alembic.ini").read_text()
    project.write(
        "alembic.ini", text + "\n[other]\nscript_location = migrations\nsqlalchemy.url = sqlite:///other.db\n"
    )
    project.revision("aa1", TABLE)
    project.run("-n", "other", "upgrade", "head")
    assert (project.root / "other.db").is_file()
    assert not (project.root / "app.db").exists()
    (project.root / "alembic.ini").rename(project.root / "settings.ini")
    project.run("-c", "settings.ini", "upgrade", "head")
    assert project.tables() == {"alembic_version", "t"}
    monkeypatch.setenv("ALEMBIC_CONFIG", "settings.ini")
    assert project.run("current").out.startswith("aa1 (head)")


def test_keys_of_the_project_and_dollar_signs_are_left_alone(project: Any) -> None:
    text = (project.root / "alembic.ini").read_text()
    project.write(
        "alembic.ini", text.replace("prepend_sys_path = .", "prepend_sys_path = .\nown_key = ${not}%%")
    )
    project.revision("aa1", 'assert op.get_context().config.get_main_option("own_key") == "${not}%"')
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]


def test_nothing_of_the_alias_stays_behind(project: Any) -> None:
    finders = list(sys.meta_path)
    project.revision("aa1", TABLE)
    project.run("upgrade", "head")
    assert [name for name in sys.modules if name.partition(".")[0] == "alembic"] == []
    assert sys.meta_path == finders


def test_our_own_file_comes_first(project: Any) -> None:
    project.write("migrateops.toml", 'script_location = "own"\nurl = "sqlite:///own.db"\n')
    (project.root / "own" / "versions").mkdir(parents=True)
    project.revision("aa1", TABLE)
    assert project.run("heads").out == ""


def test_without_plugins_there_is_no_project(project: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATEOPS_PLUGINS", "none")
    project.revision("aa1", TABLE)
    assert "'alembic'" in project.run("current", status=1).err


@pytest.mark.parametrize("option", [("--deny", "migrateops-alembic"), ("--plugins", "none")])
def test_the_command_line_can_turn_the_reading_of_projects_off(project: Any, option: tuple[str, str]) -> None:
    project.revision("aa1", TABLE)
    assert project.run("current").out == ""
    assert "'alembic'" in project.run(*option, "current", status=1).err
    assert "alembic.ini" in project.run(*option, "-c", "alembic.ini", "current", status=1).err


def test_a_header_that_is_not_literal(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.revision(
        "bb2", "pass", imports="from alembic import context", header='down_revision = str("aa1")'
    )
    assert project.run("heads").out.startswith("bb2 (head)")
    assert project.run("history").out.splitlines()[0].startswith("aa1 -> bb2 (head)")
    assert project.run("branches").out == ""


def test_what_only_a_configuration_of_alembic_has(project: Any) -> None:
    project.revision(
        "aa1",
        """
        config = context.config
        assert config.file_config.get("alembic", "sqlalchemy.url") == "sqlite:///app.db"
        assert config.file_config.get("alembic", "script_location").endswith("/migrations")
        assert config.get_alembic_option("sqlalchemy.url") == "sqlite:///app.db"
        assert config.get_prepend_sys_paths_list() == ["."]
        assert not hasattr(config, "no_such_thing")
        assert config.config_ini_section == "alembic"
        """,
        imports="from alembic import context",
    )
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]
