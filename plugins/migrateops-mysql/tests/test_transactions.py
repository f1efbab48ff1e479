"""What a step leaves behind on a server that commits at each DDL statement, and that the step says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from migrateops.dialects.transaction import asked_level
from migrateops.errors.database import NoLongerAtomic
from migrateops_mysql.dialect import MySQLDialect
from migrateops_mysql.statement_text import effect

PACK = MySQLDialect()
Rows = Callable[[], list[int]]


@pytest.fixture(autouse=True)
def table(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x int)")


@pytest.fixture
def rows(engine: sa.Engine) -> Rows:
    def read() -> list[int]:
        with engine.connect() as connection:
            return list(connection.exec_driver_sql("SELECT x FROM t ORDER BY x").scalars())

    return read


@pytest.fixture(params=[None, "AUTOCOMMIT"])
def made(request: pytest.FixtureRequest, mariadb_url: str) -> sa.Engine:
    """Engines of each kind."""
    options = {"isolation_level": request.param} if request.param else {}
    return sa.create_engine(mariadb_url, poolclass=sa.NullPool, **options)


def insert(connection: sa.Connection, *values: int) -> None:
    for value in values:
        connection.exec_driver_sql(f"INSERT INTO t VALUES ({value})")


def test_rows_alone_are_undone(made: sa.Engine, rows: Rows) -> None:
    with made.connect() as connection:
        step = PACK.begin(connection)
        insert(connection, 1, 2)
        step.rollback()
        assert step.remains() == "nothing of it is applied"
        assert not connection.in_transaction()
        step.rollback()
        step = PACK.begin(connection)
        insert(connection, 3)
        assert rows() == []
        step.commit()
        assert not connection.in_transaction()
    assert (rows(), step.atomic, step.notes) == ([3], True, [])


def test_ddl_takes_what_was_before_it(made: sa.Engine, rows: Rows) -> None:
    with made.connect() as connection:
        step = PACK.begin(connection)
        insert(connection, 1)
        connection.exec_driver_sql("ALTER TABLE t ADD COLUMN y int")
        connection.exec_driver_sql("INSERT INTO t VALUES (2, 2)")
        step.rollback()
    assert rows() == [1]
    assert not step.atomic
    assert step.remains() == (
        "the server has committed 2 of its statements:"
        " 'INSERT INTO t VALUES (1)', 'ALTER TABLE t ADD COLUMN y int'"
    )


def test_ddl_that_fails_may_have_committed(made: sa.Engine, rows: Rows) -> None:
    with made.connect() as connection:
        step = PACK.begin(connection)
        insert(connection, 1)
        with pytest.raises(DBAPIError):
            connection.exec_driver_sql("ALTER TABLE absent ADD COLUMN y int")
        step.rollback()
    assert step.remains() == "1 may be applied"
    assert rows() == [1]


def test_a_script_that_rolls_back_and_commits_by_text(made: sa.Engine, rows: Rows) -> None:
    with made.connect() as connection:
        step = PACK.begin(connection)
        insert(connection, 1)
        connection.exec_driver_sql("ROLLBACK")
        insert(connection, 2)
        connection.exec_driver_sql("COMMIT")
        insert(connection, 3)
        step.rollback()
        assert str(step.remains()).startswith("the server has committed 2 of its statements")
        step = PACK.begin(connection)
        insert(connection, 4)
        step.commit()
    assert rows() == [2, 4]


def test_many_statements_are_not_all_listed(made: sa.Engine) -> None:
    with made.connect() as connection:
        step = PACK.begin(connection)
        for number in range(5):
            connection.exec_driver_sql(f"ALTER TABLE t ADD COLUMN c{number} int")
        step.rollback()
    assert str(step.remains()).endswith(" and 2 more")


def test_a_commit_of_sqlalchemys_is_noticed(made: sa.Engine) -> None:
    with made.connect() as connection:
        step = PACK.begin(connection)
        insert(connection, 1)
        connection.commit()
        with pytest.raises(NoLongerAtomic):
            step.check()
        with pytest.raises(NoLongerAtomic):
            step.commit()
        step.rollback()
        assert not connection.in_transaction()


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_what_a_commit_of_sqlalchemys_keeps_is_said(made: sa.Engine, rows: Rows, end: str) -> None:
    with made.connect() as connection:
        step = PACK.begin(connection)
        insert(connection, 1)
        getattr(connection, end)()
        insert(connection, 2)
        step.rollback()
    kept, automatic = rows(), asked_level(connection) == "AUTOCOMMIT"
    # In autocommit nobody begins another transaction.
    assert kept == [1] * (end == "commit") + [2] * automatic
    said = [f"'INSERT INTO t VALUES ({value})'" for value in kept]
    assert step.remains() == (
        f"the server has committed {len(kept)} of its statements: {', '.join(said)}"
        if kept
        else "nothing of it is applied"
    )


def test_savepoints_are_of_no_concern(made: sa.Engine, rows: Rows) -> None:
    with made.connect() as connection:
        step = PACK.begin(connection)
        insert(connection, 1)
        connection.exec_driver_sql("SAVEPOINT mine")
        insert(connection, 2)
        connection.exec_driver_sql("ROLLBACK TO mine")
        insert(connection, 3)
        step.commit()
    assert (rows(), step.atomic) == ([1, 3], True)


def test_join(made: sa.Engine, engine: sa.Engine, rows: Rows) -> None:
    with engine.connect() as connection, connection.begin() as callers:
        step = PACK.join(connection)
        insert(connection, 1)
        step.rollback()
        assert (step.remains(), step.atomic, step.owned) == (None, True, False)
        assert callers.is_active
        step = PACK.join(connection)
        connection.exec_driver_sql("CREATE TABLE u (x int)")
        step.commit()
        assert (step.atomic, len(step.notes)) == (False, 1)
        assert rows() == [1]
        callers.rollback()
    assert rows() == [1]


def test_join_where_each_statement_is_committed(mariadb_url: str, rows: Rows) -> None:
    made = sa.create_engine(mariadb_url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with made.connect() as connection, connection.begin():
        step = PACK.join(connection)
        insert(connection, 1)
        step.rollback()
    assert rows() == [1]
    assert step.remains() == "the server has committed 1 of its statements: 'INSERT INTO t VALUES (1)'"


def test_a_lost_connection(engine: sa.Engine, rows: Rows) -> None:
    with engine.connect() as connection, engine.connect() as other:
        step = PACK.begin(connection)
        insert(connection, 1)
        process = connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar_one()
        other.exec_driver_sql(f"KILL {process}")
        with pytest.raises(DBAPIError) as caught:
            insert(connection, 2)
        assert PACK.error_kind(caught.value) == "lost"
        step.rollback()
        step = PACK.begin(connection)
        insert(connection, 3)
        step.commit()
    assert rows() == [3]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("CREATE TABLE x (y int)", "commits"),
        ("/* why */ -- so\n# and so\n alter table x add y int", "commits"),
        ("CREATE TEMPORARY TABLE x (y int)", None),
        ("DROP TEMPORARY TABLE x", None),
        ("/*!40101 ALTER TABLE x ADD y int */", "commits"),
        ("/*M!100100 DROP TABLE x */", "commits"),
        ("TRUNCATE x", "commits"),
        ("LOCK TABLES x WRITE", "commits"),
        ("BEGIN", "commits"),
        ("START TRANSACTION", "commits"),
        ("BEGIN NOT ATOMIC SELECT 1; END", None),
        ("SET autocommit = 1", "commits"),
        ("SET autocommit = 0", "reads"),
        ("SET @x = 1", "reads"),
        ("ROLLBACK", "rolls back"),
        ("ROLLBACK TO SAVEPOINT x", "reads"),
        ("ROLLBACK WORK TO x", "reads"),
        ("SELECT 1", "reads"),
        ("INSERT INTO x VALUES (1)", None),
        ("UPDATE x SET y = 1", None),
        ("CALL p()", None),
        ("", None),
    ],
)
def test_what_a_statement_does(statement: str, expected: str | None) -> None:
    assert effect(statement) == expected
