"""The server is asked for its words by temporary tables, of which nothing is left."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.pool import NullPool

from migrateops.snapshot.records import TableRecord
from migrateops_mysql.definition import CreateTable
from migrateops_mysql.dialect import MySQLDialect
from migrateops_mysql.snapshot import reader, shown

PACK = MySQLDialect()


def models() -> sa.Table:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, sa.CheckConstraint("a >= 1 AND a <= 5"), sa.ForeignKey("t.id")),
        sa.Column("b", sa.JSON, server_default=sa.text("'{}'")),
        sa.Column("c", mysql.VARCHAR(5, charset="latin1"), comment="), ("),
        sa.Column("d", sa.Integer, sa.Computed("a + (1)")),
        sa.Column("e", sa.DateTime, server_default="2020-01-01"),
        sa.Column("f", sa.Text),
        sa.CheckConstraint("a BETWEEN 1 AND 5", name="ck"),
        sa.Index("uq", "a", unique=True),
        sa.Index("words", "f", mysql_prefix="FULLTEXT"),
        comment="It is ) all (",
    )
    sa.Index("ix_1", table.c.a.desc(), table.c.c)
    sa.Index("ix_2", table.c.a, table.c.f, mysql_length={"f": 7})
    return table


def words(connection: sa.Connection, *tables: sa.Table) -> dict[Any, TableRecord]:
    return dict(PACK.as_stored(connection, tables))


@pytest.mark.parametrize("mode", ["", "ANSI_QUOTES", "NO_BACKSLASH_ESCAPES"])
def test_the_words_of_the_server(engine: sa.Engine, mode: str) -> None:
    made = sa.create_engine(
        engine.url, poolclass=NullPool, connect_args={"init_command": f"SET sql_mode = '{mode}'"}
    )
    with made.connect() as connection:
        table = models()
        (record,) = words(connection, table).values()
        assert not connection.in_transaction()
    made.dispose()
    columns = {column.name: column for column in record.columns}
    assert columns["b"].type == "json"
    assert (columns["c"].type, columns["c"].collation) == ("varchar(5)", "latin1_swedish_ci")
    assert columns["d"].computed is not None
    assert columns["d"].computed.expression == "a + 1"
    assert columns["e"].default == "'2020-01-01 00:00:00'"
    assert {check.name: check.expression for check in record.checks} == {
        "a": "a >= 1 and a <= 5",
        "ck": "a between 1 and 5",
    }
    assert [[(part.text, part.options) for part in index.parts] for index in record.indexes] == [
        [("a", (("order", "desc"),)), ("c", ())],
        [("a", ()), ("f", (("length", "7"),))],
    ]
    assert [key.name for key in record.unique] == ["uq"]


def test_the_transaction_goes_on(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE mine (a INT)")
    connection.exec_driver_sql("INSERT INTO mine VALUES (1)")
    assert len(words(connection, models())) == 1
    connection.rollback()
    assert connection.exec_driver_sql("SELECT count(*) FROM mine").scalar() == 0
    assert list(connection.exec_driver_sql("SHOW TABLES").scalars()) == ["mine"]


def test_one_that_cannot_be_made_is_left_out(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    bad = sa.Table("bad", metadata, sa.Column("a", sa.Integer, sa.CheckConstraint("nothing(a) > 0")))
    worse = sa.Table("worse", metadata, sa.Column("a", sa.types.NullType()))
    good = sa.Table("good", metadata, sa.Column("a", sa.Integer))
    assert list(words(connection, bad, worse, good)) == [(None, "good")]


SHOWN = """CREATE TABLE `t` (
  `a` int DEFAULT '5',
  `b` varchar(9) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT (concat(_utf8mb4'a',_utf8mb4'b')),
  `c` int GENERATED ALWAYS AS ((`a` + 1)) STORED,
  `d` datetime DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  UNIQUE KEY `uq` (`a`),
  KEY `ix` ((lower(`b`)) DESC,`a`),
  CONSTRAINT `ck` CHECK ((`b` <> _utf8mb4'x'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci"""


def test_the_words_of_mysql() -> None:
    (record,) = reader.records(shown.rows(CreateTable.read(SHOWN), "", "t"), None, mariadb=False)
    assert [one.default for one in record.columns] == [
        "5",
        "concat ( 'a' , 'b' )",
        None,
        "current_timestamp() on update current_timestamp()",
    ]
    assert record.columns[1].collation == "latin1_bin"
    computed = record.columns[2].computed
    assert computed is not None
    assert (computed.expression, computed.persisted) == ("a + 1", True)
    assert [check.expression for check in record.checks] == ["b <> 'x'"]
    (index,) = record.indexes
    assert [(part.text, part.expression, part.options) for part in index.parts] == [
        ("lower ( b )", True, (("order", "desc"),)),
        ("a", False, ()),
    ]
