"""Migrations from inside an application: its connection, its transaction, its threads, its event loop."""

from __future__ import annotations

import asyncio
import gc
import io
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

import migrateops
from migrateops import command
from migrateops.config import Config
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.runtime import ForeignTransaction, NotAConnection, RevisionFailed, RunningLoop
from migrateops.revisions.walk import Step, upgrade_path
from migrateops.runtime.environment import EnvironmentContext
from migrateops.runtime.migration import MigrationContext
from migrateops.script.directory import ScriptDirectory
from tests.project import Project

FIRST = 'op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))'
SECOND = 'op.create_table("second", sa.Column("id", sa.Integer))'
ALL = {"first", "second", "migrateops_version"}


@pytest.fixture
def app(project: Project) -> Project:
    """A project without ``env.py`` and without a url: everything comes from the application."""
    project.configure(url=None)
    project.revision("aa1", None, upgrade=FIRST, downgrade='op.drop_table("first")')
    project.revision("bb2", upgrade=SECOND, downgrade='op.drop_table("second")')
    return project


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, sqlite_url: str) -> Iterator[sa.Engine]:
    url = sqlite_url if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    engine = sa.create_engine(url)
    yield engine
    engine.dispose()


def config_with(project: Project, connection: Any) -> Config:
    return Config(toml_file=project.root / "migrateops.toml", attributes={"connection": connection})


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names())


# -- a connection of the application's ----------------------------------------------------------


def test_a_connection_is_used_and_left_as_it_was(app: Project, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        report = command.upgrade(config_with(app, connection), "head")
        assert (report.heads, [step.revision for step in report.steps]) == (("bb2",), ["aa1", "bb2"])
        assert not connection.in_transaction()
        assert not connection.closed
    assert tables(engine) == ALL


@pytest.mark.parametrize("keep", [True, False])
def test_in_the_callers_transaction_the_caller_decides(app: Project, engine: sa.Engine, keep: bool) -> None:
    with engine.connect() as connection:
        transaction = connection.begin()
        command.upgrade(config_with(app, connection), "head")
        command.downgrade(config_with(app, connection), "aa1")
        assert [one.revision for one in command.current(config_with(app, connection))] == ["aa1"]
        assert transaction.is_active
        if keep:
            transaction.commit()
        else:
            transaction.rollback()
    assert tables(engine) == ({"first", "migrateops_version"} if keep else set())


def test_what_the_caller_did_in_its_transaction_goes_with_it(app: Project, engine: sa.Engine) -> None:
    app.revision("cc3", "bb2", upgrade='op.execute("INSERT INTO nowhere VALUES (1)")')
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE own (x INTEGER)"))
    with pytest.raises(RevisionFailed), engine.begin() as connection:  # noqa: PT012
        connection.execute(sa.text("INSERT INTO own VALUES (1)"))
        command.upgrade(config_with(app, connection), "head")
    assert tables(engine) == {"own"}
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM own")) == 0


def test_a_block_outside_the_transaction_is_refused_in_the_callers(app: Project, engine: sa.Engine) -> None:
    app.revision("cc3", "bb2", upgrade="with op.get_context().autocommit_block():\n    pass")
    with pytest.raises(ForeignTransaction), engine.begin() as connection:
        command.upgrade(config_with(app, connection), "head")
    assert tables(engine) == set()


def test_one_configuration_serves_many_times(app: Project, engine: sa.Engine) -> None:
    config = config_with(app, None)
    seen = []
    for verb, revision in (
        ("upgrade", "head"),
        ("downgrade", "base"),
        ("upgrade", "+1"),
        ("upgrade", "head"),
    ):
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            seen.append(getattr(command, verb)(config, revision).heads)
    assert seen == [("bb2",), (), ("aa1",), ("bb2",)]


def test_scripts_that_were_added_meanwhile_are_seen(app: Project, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        config = config_with(app, connection)
        command.upgrade(config, "head")
        app.revision("cc3", "bb2")
        assert command.upgrade(config, "head").heads == ("cc3",)


def test_offline_the_connection_is_left_alone(app: Project, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        config = config_with(app, connection)
        config.output_buffer = io.StringIO()
        command.upgrade(config, "head", sql=True)
        assert not connection.in_transaction()
    assert "CREATE TABLE second" in config.output_buffer.getvalue()
    assert tables(engine) == set()


def test_what_is_no_connection_is_refused(app: Project, engine: sa.Engine) -> None:
    with pytest.raises(NotAConnection) as caught:
        command.upgrade(config_with(app, engine), "head")
    assert caught.value.given.endswith(".Engine")


def test_a_configuration_without_a_file(
    app: Project, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(app.root.parent)
    config = Config()
    config.set_main_option("script_location", str(app.root / "migrations"))
    config.set_main_option("sqlalchemy.url", engine.url.render_as_string(hide_password=False))
    assert command.upgrade(config).heads == ("bb2",)
    assert tables(engine) == ALL


@pytest.mark.parametrize("template", ["generic", "async"])
def test_the_templates_use_it_too(
    app: Project, engine: sa.Engine, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MIGRATEOPS_URL", raising=False)
    app.env(
        (Path(migrateops.__file__).parent / "templates" / template / "env.py").read_text(encoding="utf-8")
    )
    with engine.connect() as connection:
        assert command.upgrade(config_with(app, connection)).heads == ("bb2",)
    assert tables(engine) == ALL


# -- the classes below the commands -------------------------------------------------------------


def test_an_environment_with_steps_of_the_applications_own(app: Project, engine: sa.Engine) -> None:
    app.write(
        "migrations/versions/cc3.py",
        "from migrateops import op\nrevision, down_revision = 'cc3', 'bb2'\n"
        "def upgrade(tenant):\n    op.execute(f'CREATE TABLE of_{tenant} (x INTEGER)')\n"
        "def downgrade(tenant):\n    op.execute(f'DROP TABLE of_{tenant}')\n",
    )
    app.write(
        "migrations/versions/bb2.py",
        "revision, down_revision = 'bb2', 'aa1'\ndef upgrade(**given): pass\n",
    )
    app.write(
        "migrations/versions/aa1.py", "revision, down_revision = 'aa1', None\ndef upgrade(**given): pass\n"
    )
    config = config_with(app, None)
    script = ScriptDirectory.from_config(config)
    told: list[Any] = []

    def steps(rows: tuple[str, ...], context: MigrationContext) -> list[Step]:
        return upgrade_path(script.graph, rows, "head")

    with (
        engine.connect() as connection,
        EnvironmentContext(config, script, fn=steps, tag="release 7") as environment,
    ):
        assert environment.get_tag_argument() == "release 7"
        environment.configure(connection=connection, on_version_apply=lambda **given: told.append(given))
        environment.run_migrations(tenant="acme")
        assert environment.get_context().get_current_revision() == "cc3"
    assert tables(engine) == {"of_acme", "migrateops_version"}
    assert [given["run_args"] for given in told] == [{"tenant": "acme"}] * 3


def test_looking_only(app: Project, engine: sa.Engine) -> None:
    config = config_with(app, None)
    script = ScriptDirectory.from_config(config)
    seen: list[bool] = []

    def look(rows: tuple[str, ...], context: MigrationContext) -> list[Step]:
        seen.append(set(rows) == set(script.get_heads()))
        return upgrade_path(script.graph, rows, "head")

    for _ in range(2):
        with (
            engine.connect() as connection,
            EnvironmentContext(config, script, fn=look, dont_mutate=True) as env,
        ):
            env.configure(connection=connection)
            env.run_migrations()
        assert tables(engine) in (set(), ALL)
        with engine.connect() as connection:
            command.upgrade(config_with(app, connection))
    assert seen == [False, True]


# -- threads and event loops --------------------------------------------------------------------


@pytest.mark.parametrize("env", [True, False], ids=["env.py", "no env.py"])
def test_eight_threads_and_eight_databases(app: Project, tmp_path: Path, env: bool) -> None:
    if env:
        app.env(
            "from migrateops import context\n"
            "context.configure(connection=context.config.attributes['connection'])\n"
            "with context.begin_transaction():\n    context.run_migrations()\n"
        )
    together = Barrier(8)

    def work(number: int) -> set[str]:
        engine = sa.create_engine(f"sqlite:///{tmp_path / f'{number}.db'}")
        with engine.connect() as connection:
            together.wait()
            for verb, revision in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "bb2")):
                getattr(command, verb)(config_with(app, connection), revision)
        found = tables(engine)
        engine.dispose()
        return found

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [ALL] * 8


def test_eight_threads_and_eight_schemas(app: Project, postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url, pool_size=16)
    names = [f"tenant_{number}" for number in range(8)]
    with engine.begin() as connection:
        for name in names:
            connection.execute(sa.schema.CreateSchema(name))

    def work(name: str) -> set[str]:
        with engine.connect() as connection:
            connection.execute(sa.text(f"SET search_path TO {name}"))
            connection.commit()
            command.upgrade(config_with(app, connection), "head")
            connection.execute(sa.text("SET search_path TO DEFAULT"))
            connection.commit()
        return set(sa.inspect(engine).get_table_names(schema=name))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, names)) == [ALL] * 8
    assert tables(engine) == set()
    engine.dispose()


@pytest.fixture(params=["aiosqlite", "asyncpg"])
def async_urls(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    if request.param == "aiosqlite":
        return [f"sqlite+aiosqlite:///{tmp_path / name}.db" for name in ("one", "two")]
    url = request.getfixturevalue("postgresql_url").replace("+psycopg", "+asyncpg")
    return [url]


async def migrated(app: Project, url: str, *, commit: bool | None = None) -> set[str]:
    """Upgrade through an asynchronous engine; *commit* ends a transaction of the caller's."""
    engine = create_async_engine(url)

    async def run(connection: AsyncConnection) -> None:
        await connection.run_sync(lambda sync: command.upgrade(config_with(app, sync), "head"))

    async with engine.connect() as connection:
        if commit is None:
            await run(connection)
        else:
            transaction = await connection.begin()
            await run(connection)
            await (transaction.commit() if commit else transaction.rollback())
    async with engine.connect() as connection:
        found = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    await engine.dispose()
    return set(found)


def test_in_an_event_loop(app: Project, async_urls: list[str]) -> None:
    async def work() -> list[set[str]]:
        return await asyncio.gather(*(migrated(app, url) for url in async_urls * 3))

    # Of the tasks for one database, one migrates.
    assert asyncio.run(work()) == [ALL for _ in async_urls * 3]


@pytest.mark.parametrize("commit", [True, False])
def test_in_an_event_loop_the_caller_decides(app: Project, async_urls: list[str], commit: bool) -> None:
    assert asyncio.run(migrated(app, async_urls[0], commit=commit)) == (ALL if commit else set())


def test_an_asynchronous_connection_itself_is_refused(app: Project, tmp_path: Path) -> None:
    async def work() -> None:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")
        try:
            async with engine.connect() as connection:
                command.upgrade(config_with(app, connection), "head")
        finally:
            await engine.dispose()

    with pytest.raises(NotAConnection) as caught:
        asyncio.run(work())
    assert caught.value.given.endswith(".AsyncConnection")
    assert "run_sync" in (caught.value.hint() or "")


def test_an_asynchronous_url_in_an_event_loop_is_refused(app: Project, tmp_path: Path) -> None:
    app.configure(url=f"sqlite+aiosqlite:///{tmp_path / 'test.db'}")

    async def work() -> None:
        command.upgrade(Config(toml_file=app.root / "migrateops.toml"), "head")

    with pytest.raises(RunningLoop):
        asyncio.run(work())


# -- a library neither prints nor exits ---------------------------------------------------------


def test_commands_print_nothing_and_return_what_there_is_to_say(
    app: Project, sqlite_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    app.configure(url=sqlite_url)
    config = Config(toml_file=app.root / "migrateops.toml")
    command.upgrade(config)
    assert [one.revision for one in command.current(config)] == ["bb2"]
    command.heads(config)
    command.history(config)
    command.stamp(config, "aa1")
    assert capfd.readouterr() == ("", "")


def test_a_failure_is_an_exception(app: Project, sqlite_url: str) -> None:
    app.configure(url=sqlite_url)
    config = Config(toml_file=app.root / "migrateops.toml")
    with pytest.raises(MigrateOpsError):
        command.upgrade(config, "nowhere")
    app.revision("cc3", "bb2", upgrade="raise SystemExit(0)")
    with pytest.raises(MigrateOpsError):
        command.upgrade(config)


def test_modules_of_scripts_do_not_stay(app: Project, sqlite_url: str) -> None:
    app.configure(url=sqlite_url)
    before = {name for name in sys.modules if name.startswith("migrateops_revision")}
    command.upgrade(Config(toml_file=app.root / "migrateops.toml"))
    gc.collect()
    assert {name for name in sys.modules if name.startswith("migrateops_revision")} <= before
