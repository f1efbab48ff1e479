"""A batch that is cut short in the middle of the copy: the table is as it was, and so is all else."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from migrateops.dialects.sqlite import transactions
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.dialects.sqlite.batch.conftest import everything, script

# The CHECK is asked for each row that is copied.
TABLES = """
CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, CHECK (seen(id)));
CREATE INDEX ix_t ON t (a);
CREATE TABLE child (t_id REFERENCES t (id) ON DELETE CASCADE);
WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000)
INSERT INTO t SELECT x, printf('%080d', x) FROM n;
INSERT INTO child SELECT id FROM t;
"""
KILLED = """
import os, signal, sys
import sqlalchemy as sa
from migrateops.dialects.sqlite import transactions
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext

def seen(number):
    if number == 2000:
        os.kill(os.getpid(), signal.SIGKILL)
    return True

engine = sa.create_engine("sqlite:///" + sys.argv[1])
with engine.connect() as connection:
    driver = connection.connection.driver_connection
    driver.create_function("seen", 1, seen)
    driver.executescript("PRAGMA cache_size = 2; PRAGMA foreign_keys = ON")  # pages go to the file early
    context = MigrationContext.configure(connection, plugins=())
    step = transactions.begin(connection, rebuilds=True) if sys.argv[2] == "revision" else None
    with Operations(context).batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False, server_default="x")
"""


@contextmanager
def opened(path: Path) -> Iterator[sa.Connection]:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.create_function("seen", 1, lambda number: True)
        yield connection
    engine.dispose()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with opened(path) as connection:
        script(connection, TABLES)
    return path


@pytest.mark.parametrize("journal", ["delete", "wal"])
@pytest.mark.parametrize("place", ["revision", "alone"])
def test_the_process_is_killed(path: Path, place: str, journal: str) -> None:
    with opened(path) as connection:
        connection.exec_driver_sql(f"PRAGMA journal_mode = {journal}")
        before = everything(connection)
    died = subprocess.run([sys.executable, "-c", KILLED, str(path), place], check=False)
    assert died.returncode == -signal.SIGKILL
    with opened(path) as connection:
        assert everything(connection) == before
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def change(connection: sa.Connection, place: str) -> None:
    context = MigrationContext.configure(connection, plugins=())
    step = transactions.begin(connection, rebuilds=True) if place == "revision" else None
    try:
        with Operations(context).batch_alter_table("t") as batch:
            batch.alter_column("a", nullable=False, server_default="x")
        if step is not None:
            step.commit()
    except BaseException:
        if step is not None:
            step.rollback()
        raise


@pytest.mark.parametrize("moment", ["before_cursor_execute", "after_cursor_execute"])
@pytest.mark.parametrize("place", ["revision", "alone"])
def test_a_person_interrupts_it(path: Path, place: str, moment: str) -> None:
    with opened(path) as connection:
        script(connection, "PRAGMA foreign_keys = ON")
        before = everything(connection)
        connection.rollback()

        @event.listens_for(connection, moment)
        def interrupt(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("INSERT"):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            change(connection, place)
    with opened(path) as connection:
        assert everything(connection) == before
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


@pytest.mark.parametrize("cause", ["full", "interrupted"])
@pytest.mark.parametrize("place", ["revision", "alone"])
def test_the_database_gives_up(path: Path, place: str, cause: str) -> None:
    """SQLite takes the whole transaction back by itself in some of these cases, savepoints and all."""
    with opened(path) as connection:
        driver: Any = connection.connection.driver_connection
        script(connection, "PRAGMA foreign_keys = ON; PRAGMA cache_size = 2")
        before = everything(connection)
        connection.rollback()
        if cause == "full":
            (pages,) = driver.execute("PRAGMA page_count").fetchone()
            script(connection, f"PRAGMA max_page_count = {pages + 20}")
        else:

            def seen(number: int) -> bool:
                if number == 2000:
                    driver.interrupt()
                return True

            driver.create_function("seen", 1, seen)
        with pytest.raises(OperationalError, match=cause):
            change(connection, place)
        driver.create_function("seen", 1, lambda number: True)
        assert everything(connection) == before
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
