"""Programs that use Alembic's own functions, after ``install()``; each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from textwrap import dedent
from typing import Any

TABLE = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'


def program(project: Any, source: str, *, installed: bool = True) -> str:
    """Run a program in the directory of the project and return what it prints."""
    text = dedent(source)
    if installed:
        text = f"import migrateops_alembic\nmigrateops_alembic.install()\n{text}"
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", text],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_commands_print_as_alembic_does(project: Any) -> None:
    project.revision("aa1", TABLE, 'op.drop_table("t")')
    project.revision("bb2", "pass")
    out = program(
        project,
        """
        from alembic import command
        from alembic.config import Config

        config = Config("alembic.ini")
        command.upgrade(config, "aa1")
        command.current(config)
        command.upgrade(config, "head")
        command.history(config)
        command.history(config, indicate_current=True)
        command.heads(config)
        command.heads(config, verbose=True)
        command.downgrade(config, "base")
        command.current(config)
        command.stamp(config, "head")
        command.current(config)
        command.upgrade(config, "base:aa1", sql=True)
        """,
    )
    lines = out.splitlines()
    assert lines[:6] == [
        "aa1",
        "aa1 -> bb2 (head), bb2",
        "<base> -> aa1, aa1",
        "aa1 -> bb2 (head) (current), bb2",
        "<base> -> aa1, aa1",
        "bb2 (head)",
    ]
    assert lines[6:9] == [
        "Rev: bb2 (head)",
        "Parent: aa1",
        f"Path: {project.root}/migrations/versions/bb2_.py",
    ]
    assert "CREATE TABLE t (" in lines
    assert project.rows("SELECT * FROM alembic_version") == [("bb2",)]


def test_a_configuration_without_a_file(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.write(
        "migrations/env.py",
        """
        from alembic import context

        connection = context.config.attributes["connection"]
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
        """,
    )
    out = program(
        project,
        """
        import io
        import sqlalchemy as sa
        from alembic import command
        from alembic.config import Config
        from alembic.migration import MigrationContext
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option("script_location", "migrations")
        config.set_main_option("sqlalchemy.url", "sqlite:///p%%40ss.db")
        assert config.get_main_option("sqlalchemy.url") == "sqlite:///p%40ss.db"
        assert config.config_ini_section == "alembic"
        assert config.get_section("alembic")["sqlalchemy.url"] == "sqlite:///p%40ss.db"
        with sa.create_engine("sqlite:///app.db", poolclass=sa.NullPool).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            print(MigrationContext.configure(connection).get_current_revision())
        print(ScriptDirectory.from_config(config).get_current_head())
        made = command.revision(config, "second", rev_id="bb2")
        print(made.revision, made.down_revision)
        config.stdout = io.StringIO()
        command.heads(config)
        assert config.stdout.getvalue() == "bb2 (head)\\n"
        """,
    )
    assert out.splitlines() == ["aa1", "aa1", "bb2 aa1"]
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]


def test_errors_are_caught_by_the_names_of_alembic(project: Any) -> None:
    project.revision("aa1", 'op.execute("SELECT nothing FROM nowhere")')
    out = program(
        project,
        """
        import sqlalchemy as sa
        from alembic import command, util
        from alembic.config import Config
        from alembic.script import ScriptDirectory
        from alembic.script.revision import ResolutionError
        from alembic.util import CommandError
        from alembic.util.exc import CommandError as Same

        assert CommandError is Same is util.CommandError
        config = Config("alembic.ini")
        try:
            command.upgrade(config, "zz9")
        except CommandError as error:
            print("CommandError", "zz9" in str(error))
        try:
            ScriptDirectory.from_config(config).get_revision("zz9")
        except ResolutionError:
            print("ResolutionError")
        try:
            command.upgrade(config, "head")
        except sa.exc.OperationalError as error:
            print("OperationalError")
        try:
            raise CommandError("a text of their own")
        except CommandError as error:
            print(error)

        class Own(CommandError):
            pass

        try:
            raise Own("and a class")
        except CommandError as error:
            print(error)
        """,
    )
    assert out.splitlines() == [
        "CommandError True",
        "ResolutionError",
        "OperationalError",
        "a text of their own",
        "and a class",
    ]


def test_the_real_one_is_never_replaced(project: Any) -> None:
    project.write("alembic.py", "VERSION = 'real'\n")
    out = program(
        project,
        """
        import alembic
        import migrateops_alembic

        try:
            migrateops_alembic.install()
        except RuntimeError as error:
            print(error.code, "alembic.py" in str(error))
        print(alembic.VERSION)
        """,
        installed=False,
    )
    assert out.splitlines() == ["AL103 True", "real"]


def test_an_installed_one_loses_inside_a_run(project: Any) -> None:
    project.write("alembic/__init__.py", "raise SystemExit('the real one was imported')\n")
    project.revision("aa1", TABLE)
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]


def test_threads(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.write(
        "migrations/env.py",
        """
        from alembic import context

        context.configure(connection=context.config.attributes["connection"])
        with context.begin_transaction():
            context.run_migrations()
        """,
    )
    program(
        project,
        """
        from concurrent.futures import ThreadPoolExecutor
        import sqlalchemy as sa
        from migrateops.command import upgrade
        from migrateops.config import Config

        def migrate(number):
            engine = sa.create_engine(f"sqlite:///{number}.db", poolclass=sa.NullPool)
            with engine.connect() as connection:
                config = Config("alembic.ini", attributes={"connection": connection})
                upgrade(config, "head")
                return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(migrate, range(8))) == ["aa1"] * 8
        """,
        installed=False,
    )


def test_main(project: Any) -> None:
    project.revision("aa1", TABLE)
    program(
        project,
        """
        import alembic.config

        alembic.config.main(argv=["--raiseerr", "upgrade", "head"])
        try:
            alembic.config.main(["upgrade", "zz9"])
        except SystemExit as end:
            assert end.code
        """,
    )
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]


def test_steps_are_logged_as_ini_files_ask_for(project: Any) -> None:
    project.revision("aa1", "pass", "pass")
    logged = program(
        project,
        """
        import logging, sys
        from alembic import command
        from alembic.config import Config

        logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(name)s: %(message)s")
        env = open("migrations/env.py").read().replace("fileConfig(config.config_file_name)", "pass")
        open("migrations/env.py", "w").write(env)
        command.upgrade(Config("alembic.ini"), "head")
        command.downgrade(Config("alembic.ini"), "base")
        """,
    )
    assert logged.splitlines() == [
        "alembic.runtime.migration: Running upgrade  -> aa1, aa1",
        "alembic.runtime.migration: Running downgrade aa1 -> , aa1",
    ]
