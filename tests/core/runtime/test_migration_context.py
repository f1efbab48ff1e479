"""A ``MigrationContext`` used alone, in any program."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from migrateops.config import Config
from migrateops.errors.runtime import (
    LiteralBindsOnline,
    MissingDriver,
    MultipleHeadsInDatabase,
    NoDatabase,
    NotAConnection,
    UnknownOption,
)
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from migrateops.script.directory import ScriptDirectory
from tests.project import Project
from tests.runtime.sqlite_environments import heads, rows, tables


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


def test_operations_in_a_block_are_committed_when_it_ends(file: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, plugins=())
        with context.begin_transaction():
            Operations(context).create_table("t", sa.Column("id", sa.Integer))
            assert tables(file) == set()
        assert tables(file) == {"t"}
    engine.dispose()
    # No lock was asked for: nobody migrates here.
    assert [path.name for path in file.parent.iterdir()] == ["test.db"]


@pytest.mark.parametrize("opts", [{"transaction_per_migration": True}, {"transactional_ddl": False}], ids=str)
def test_the_block_is_a_transaction_whatever_the_options(file: Path, opts: dict[str, bool]) -> None:
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER)")
        connection.commit()
        context = MigrationContext.configure(connection, opts=opts, plugins=())
        with context.begin_transaction():
            context.execute("INSERT INTO t VALUES (1)")
            assert rows(file, "SELECT id FROM t") == []
    engine.dispose()
    assert rows(file, "SELECT id FROM t") == [(1,)]


def test_keys_are_enforced_in_the_block(file: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.commit()
        context = MigrationContext.configure(connection, plugins=())
        with context.begin_transaction():
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_a_transaction_begun_after_configure_is_the_programs(file: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (id INTEGER)")
        connection.commit()
        context = MigrationContext.configure(connection, plugins=())
        connection.begin()
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        with context.begin_transaction():
            context.execute("INSERT INTO t VALUES (2)")
        assert connection.in_transaction()
        connection.rollback()
    engine.dispose()
    assert rows(file, "SELECT id FROM t") == []


def test_stamp_tells_callbacks_without_an_environment(file: Path, project: Project) -> None:
    project.revision("aa1")
    script = ScriptDirectory.from_config(Config.find(project.root))
    told: list[Any] = []
    opts = {"on_version_apply": lambda **given: told.append(given)}
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        MigrationContext.configure(connection, opts=opts, plugins=()).stamp(script, "head")
    engine.dispose()
    assert [(given["step"].up_revision.revision, given["heads"]) for given in told] == [("aa1", {"aa1"})]
    assert heads(file) == ["aa1"]


def test_an_error_in_the_block_takes_all_of_it_back(file: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, plugins=())
        with pytest.raises(OperationalError), context.begin_transaction():  # noqa: PT012
            Operations(context).create_table("t", sa.Column("id", sa.Integer))
            context.execute("INSERT INTO nowhere VALUES (1)")
    engine.dispose()
    assert tables(file) == set()


def test_in_the_callers_transaction_the_block_commits_nothing(file: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        transaction = connection.begin()
        context = MigrationContext.configure(connection, plugins=())
        with context.begin_transaction():
            Operations(context).create_table("t", sa.Column("id", sa.Integer))
        transaction.rollback()
    engine.dispose()
    assert tables(file) == set()


def test_a_block_offline_is_written(file: Path) -> None:
    stream = io.StringIO()
    context = MigrationContext.configure(dialect_name="sqlite", opts={"output_buffer": stream}, plugins=())
    with context.begin_transaction():
        Operations(context).execute("SELECT 1")
    assert stream.getvalue().split() == ["BEGIN", "IMMEDIATE;", "SELECT", "1;", "COMMIT;"]
    assert context.as_sql
    assert context.get_current_heads() == ()


def test_what_the_version_table_says() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "mine"}, plugins=())
        assert (context.get_current_heads(), context.get_current_revision()) == ((), None)
        connection.exec_driver_sql("CREATE TABLE mine (version_num VARCHAR(64))")
        connection.exec_driver_sql("INSERT INTO mine VALUES ('aa1')")
        assert context.get_current_revision() == "aa1"
        connection.exec_driver_sql("INSERT INTO mine VALUES ('bb2')")
        with pytest.raises(MultipleHeadsInDatabase) as caught:
            context.get_current_revision()
        assert {*caught.value.heads} == {"aa1", "bb2"}
    engine.dispose()


def test_asking_leaves_no_transaction_open() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        MigrationContext.configure(connection, plugins=()).get_current_heads()
        assert not connection.in_transaction()
    engine.dispose()


@pytest.mark.parametrize(
    "named",
    [
        {"url": "postgresql://u:p@h/d"},
        {"url": sa.make_url("postgresql+asyncpg://")},
        {"dialect_name": "postgresql"},
        {"dialect_name": "postgresql+psycopg"},
        {"dialect": sa.make_url("postgresql://").get_dialect()()},
        # The url counts before the name.
        {"url": "postgresql://", "dialect_name": "sqlite"},
    ],
    ids=["url", "url object", "name", "name with driver", "dialect", "url and name"],
)
def test_what_names_a_dialect(named: dict[str, Any]) -> None:
    context = MigrationContext.configure(**named)
    assert (context.dialect.name, context.as_sql, context.connection) == ("postgresql", True, None)
    assert type(context.pack).name == "postgresql"


def test_a_dialect_that_there_is_not() -> None:
    with pytest.raises(MissingDriver) as caught:
        MigrationContext.configure(url="nothing+nodriver://u:secret@h/d?sslpassword=secret")
    assert "secret" not in caught.value.report()


@pytest.mark.parametrize("wrong", ["sqlite://", sa.create_engine("sqlite://")], ids=["a url", "an engine"])
def test_what_is_no_connection_is_refused(wrong: Any) -> None:
    with pytest.raises(NotAConnection) as caught:
        MigrationContext.configure(wrong)
    assert caught.value.given.rpartition(".")[2] == type(wrong).__name__


def test_what_does_not_go_together_is_refused() -> None:
    with pytest.raises(NoDatabase):
        MigrationContext.configure()
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        with pytest.raises(UnknownOption) as caught:
            MigrationContext.configure(connection, opts={"compare_typ": True}, plugins=())
        assert (caught.value.name, caught.value.guess) == ("compare_typ", "compare_type")
        with pytest.raises(LiteralBindsOnline):
            MigrationContext.configure(connection, opts={"literal_binds": True}, plugins=())
    engine.dispose()
