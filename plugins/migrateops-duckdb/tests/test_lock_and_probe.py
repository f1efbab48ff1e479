"""One holder at a time; what the driver alone reads; what connecting leaves behind."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from migrateops.errors.lock import LockUnavailable
from migrateops_duckdb import probe
from migrateops_duckdb.dialect import DuckDBDialect
from migrateops_duckdb.error_kind import error_kind

TABLE = 'My "versions" 100%'
PACK = DuckDBDialect()


def test_one_holder(engine: sa.Engine, url: str, tmp_path: Path) -> None:
    same = sa.create_engine(url.replace(str(tmp_path), f"{tmp_path}/../{tmp_path.name}"))
    first, second = PACK.lock(engine, "v"), PACK.lock(same, "v")
    other = PACK.lock(sa.create_engine(f"{url}2"), "v")
    assert first is not None
    assert second is not None
    assert other is not None
    assert not first.held()
    assert first.try_acquire()
    assert first.try_acquire()
    assert not second.try_acquire()
    assert other.try_acquire()
    assert (first.held(), second.held()) == (True, False)
    second.release()
    first.release()
    assert second.try_acquire()
    first.release()
    assert second.held()
    second.release()
    other.release()


def test_where_there_is_none() -> None:
    assert PACK.lock(sa.create_engine("duckdb:///:memory:"), "v") is None
    with pytest.raises(LockUnavailable):
        PACK.lock(sa.create_engine("duckdb:///md:cloud"), "v")


def test_connecting_to_read_creates_nothing(tmp_path: Path) -> None:
    for name, becomes in (("no.duckdb", ":memory:"), (__file__, __file__)):
        options: dict[str, Any] = {"database": str(tmp_path / name)}
        PACK.before_reading([], options)
        assert options["database"] == becomes
    options = {"database": ":memory:"}
    PACK.before_reading([], options)
    assert options == {"database": ":memory:"}


@pytest.fixture
def written(url: str, engine: sa.Engine) -> str:
    with engine.begin() as connection:
        made = sa.Table(TABLE, sa.MetaData(), sa.Column("version_num", sa.String(64)))
        made.create(connection)
        connection.execute(made.insert(), [{"version_num": "a1"}, {"version_num": "b2"}])
    return url


def test_rows(written: str) -> None:
    assert probe.heads(written, TABLE, None) == ("a1", "b2")
    assert probe.heads(written, TABLE, "main") == ("a1", "b2")
    assert probe.heads(written, "absent", None) == ()
    assert probe.heads(written, TABLE, "absent") == ()
    assert probe.heads(written + "x", TABLE, None) is None
    assert probe.heads(f"{written}?threads=1", TABLE, None) is None


def test_doubt(written: str, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE other (version_num int)")
        connection.exec_driver_sql("INSERT INTO other VALUES (1)")
        connection.exec_driver_sql("CREATE TABLE wrong (x int)")
        # The file is open for writing, in this process.
        assert probe.heads(written, TABLE, None) is None
    assert probe.heads(written, "other", None) is None
    assert probe.heads(written, "wrong", None) is None
    for url in (
        "duckdb://",
        "duckdb:///",
        "duckdb:///:memory:",
        "duckdb:///md:x",
        "sqlite:///x",
        "not a url",
    ):
        assert probe.heads(url, TABLE, None) is None


def test_another_process_that_writes(written: str) -> None:
    path = written.removeprefix("duckdb:///")
    code = f"import duckdb, sys; c = duckdb.connect({path!r}); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdin is not None
        assert writer.stdout.readline() == "open\n"
        assert probe.heads(written, TABLE, None) is None
        with pytest.raises(DBAPIError) as caught:
            sa.create_engine(written).connect()
        assert error_kind(caught.value) == "locked"
        writer.stdin.close()
    assert probe.heads(written, TABLE, None) == ("a1", "b2")


def test_it_imports_no_sqlalchemy(written: str) -> None:
    [entry] = entry_points(group="migrateops.probes", name="duckdb")
    code = (
        f"import sys, {entry.value} as probe; print(probe.heads({written!r}, {TABLE!r}, None));"
        "print(sorted(name for name in sys.modules if name in ('sqlalchemy', 'migrateops', 'duckdb')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["('a1', 'b2')", "['duckdb']"]


KINDS = {
    "INSERT INTO t VALUES (1), (1)": "constraint",
    "INSERT INTO t VALUES (NULL)": "constraint",
    "ALTER TABLE t ADD COLUMN y int NOT NULL": "unsupported",
    "ALTER TABLE t ADD CONSTRAINT c CHECK (x > 0)": "unsupported",
    "SELECT * FROM absent": None,
    "SELECT 1 / 'a'": None,
}


@pytest.mark.parametrize("statement", KINDS)
def test_error_kinds(statement: str, connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE t (x int PRIMARY KEY)")
    with pytest.raises(DBAPIError) as caught:
        connection.exec_driver_sql(statement)
    assert PACK.error_kind(caught.value) == KINDS[statement]


def test_a_database_that_may_only_be_read(written: str) -> None:
    engine = sa.create_engine(written, connect_args={"read_only": True})
    with engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.exec_driver_sql("CREATE TABLE u (x int)")
    engine.dispose()
    assert PACK.error_kind(caught.value) == "denied"


def test_a_disk_that_is_full(connection: sa.Connection, tmp_path: Path) -> None:
    # One alone gets by with the memory, or runs out of that.
    connection.exec_driver_sql("SET threads = 4")
    connection.exec_driver_sql("SET memory_limit = '30MB'")
    connection.exec_driver_sql(f"SET temp_directory = '{tmp_path}'")
    connection.exec_driver_sql("SET max_temp_directory_size = '1MB'")
    with pytest.raises(DBAPIError) as caught:
        connection.exec_driver_sql(
            "CREATE TABLE big AS SELECT repeat('a', 1000) || range x FROM range(500000) ORDER BY x"
        )
    assert PACK.error_kind(caught.value) == "full"


def test_two_that_change_one_table(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x int)")
    with engine.connect() as first, engine.connect() as second:
        first.exec_driver_sql("ALTER TABLE t ADD COLUMN y int")
        with pytest.raises(DBAPIError) as caught:
            second.exec_driver_sql("ALTER TABLE t ADD COLUMN z int")
    assert error_kind(caught.value) == "locked"
    assert error_kind(ValueError("no")) is None
