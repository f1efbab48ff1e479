"""Tables made by hand are read as they were written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    TableRecord,
)
from migrateops_mysql.dialect import MySQLDialect
from migrateops_mysql.snapshot import reader
from migrateops_mysql.snapshot.catalog import ColumnRow, Found, PartRow, TableRow

PACK = MySQLDialect()


def read(connection: sa.Connection, *schemas: str | None) -> dict[str, TableRecord]:
    return {record.name: record for record in PACK.read_snapshot(connection, schemas or (None,))}


def made(connection: sa.Connection, *statements: str) -> dict[str, TableRecord]:
    for statement in statements:
        connection.exec_driver_sql(statement)
    return read(connection)


@pytest.fixture
def other(connection: sa.Connection) -> Iterator[str]:
    """Another database on the server."""
    name = f"{connection.exec_driver_sql('SELECT DATABASE()').scalar_one()}_other"
    connection.exec_driver_sql(f"CREATE DATABASE `{name}`")
    yield name
    connection.rollback()
    connection.exec_driver_sql("SET foreign_key_checks = 0")
    connection.exec_driver_sql(f"DROP DATABASE `{name}`")


EVERYTHING = """
CREATE TABLE `Every, thing` (
    `Id` INT(5) UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    a VARCHAR(20) CHARACTER SET latin1 NOT NULL DEFAULT 'it''s',
    b DECIMAL(10,0) DEFAULT 1.50 CHECK (b <> 3),
    c BOOLEAN DEFAULT TRUE,
    d JSON DEFAULT '{}',
    e DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
    f ENUM('x', 'it''s', 'A,b') COLLATE utf8mb4_bin,
    g INT AS (b + 1),
    h INT AS (b + 1) PERSISTENT,
    i INT INVISIBLE COMMENT 'An i',
    j INT DEFAULT (1 + 2),
    k INT(7) ZEROFILL,
    l TEXT,
    m INT,
    n UUID DEFAULT UUID(),
    o LONGTEXT CHECK (json_valid(o)),
    CONSTRAINT fk_m FOREIGN KEY (m) REFERENCES other (id) ON DELETE CASCADE ON UPDATE RESTRICT,
    FOREIGN KEY (i, j) REFERENCES other (x, y) ON UPDATE NO ACTION,
    CONSTRAINT uq_e UNIQUE (a, b),
    UNIQUE KEY ix_u (l(10)),
    KEY ix_1 (b DESC, l(5)),
    KEY m_too (m, b),
    FULLTEXT KEY ix_words (l),
    CONSTRAINT ck_a CHECK (a <> 'x' OR b > 0),
    CHECK (b < 9)
) ENGINE=InnoDB ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 COMMENT='It''s all'
"""


def test_everything_at_once(connection: sa.Connection) -> None:
    found = made(
        connection,
        "CREATE TABLE other (id INT PRIMARY KEY, x INT, y INT, KEY (x, y))",
        EVERYTHING,
    )
    column = ColumnRecord
    assert found["Every, thing"] == TableRecord(
        None,
        "Every, thing",
        (
            column("Id", "int unsigned", False, autoincrement=True),
            column("a", "varchar(20)", False, "'it''s'", collation="latin1_swedish_ci"),
            column("b", "decimal(10)", True, "2"),
            column("c", "tinyint(1)", True, "1"),
            column("d", "json", True, "'{}'"),
            column("e", "datetime(3)", True, "current_timestamp(3) on update current_timestamp(3)"),
            column("f", "enum('x','it''s','A,b')", True, collation="utf8mb4_bin"),
            column("g", "int", True, computed=ComputedRecord("b + 1", False)),
            column("h", "int", True, computed=ComputedRecord("b + 1", True)),
            column("i", "int", True, comment="An i"),
            column("j", "int", True, "1 + 2"),
            column("k", "int(7) unsigned zerofill", True),
            column("l", "text", True),
            column("m", "int", True),
            column("n", "uuid", True, "uuid ( )"),
            column("o", "longtext", True),
        ),
        KeyRecord(None, ("Id",)),
        (KeyRecord("uq_e", ("a", "b")),),
        (
            ForeignKeyRecord("Every, thing_ibfk_1", ("i", "j"), None, "other", ("x", "y")),
            ForeignKeyRecord("fk_m", ("m",), None, "other", ("id",), None, "cascade"),
        ),
        (
            CheckRecord("CONSTRAINT_1", "b < 9"),
            CheckRecord("b", "b <> 3"),
            CheckRecord("ck_a", "a <> 'x' or b > 0"),
            CheckRecord("o", "json_valid ( o )"),
        ),
        (
            IndexRecord(
                "ix_1",
                (
                    IndexPartRecord("b", options=(("order", "desc"),)),
                    IndexPartRecord("l", options=(("length", "5"),)),
                ),
            ),
            IndexRecord("ix_u", (IndexPartRecord("l", options=(("length", "10"),)),), True),
            IndexRecord("ix_words", (IndexPartRecord("l"),), options=(("prefix", "fulltext"),)),
            IndexRecord("m_too", (IndexPartRecord("m"), IndexPartRecord("b"))),
        ),
        (),
        "It's all",
        (
            ("charset", "utf8mb4"),
            ("collate", "utf8mb4_general_ci"),
            ("engine", "innodb"),
            ("key_block_size", "8"),
            ("row_format", "compressed"),
        ),
    )


def test_the_index_of_a_foreign_key_belongs_to_it(connection: sa.Connection) -> None:
    found = made(
        connection,
        "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT, c INT,"
        " FOREIGN KEY (a) REFERENCES t (id), CONSTRAINT fk FOREIGN KEY (b) REFERENCES t (id),"
        " CONSTRAINT other FOREIGN KEY (c) REFERENCES t (id), KEY ix_c (c))",
        "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES t (id)",
    )
    rows = connection.exec_driver_sql("SHOW INDEX FROM t").all()
    assert sorted({row[2] for row in rows}) == ["PRIMARY", "a", "fk", "ix_c"]
    assert [index.name for index in found["t"].indexes] == ["ix_c"]


def test_what_is_no_plain_table(connection: sa.Connection) -> None:
    found = made(
        connection,
        "CREATE TABLE t (a INT)",
        "CREATE VIEW v AS SELECT * FROM t",
        "CREATE SEQUENCE s",
        "CREATE TABLE divided (a INT) PARTITION BY RANGE (a) (PARTITION p VALUES LESS THAN (5))",
        "CREATE TABLE versioned (a INT) WITH SYSTEM VERSIONING",
        "CREATE TABLE old (a INT) ENGINE=MyISAM CHARACTER SET latin1",
    )
    assert sorted(found) == ["divided", "old", "t", "versioned"]
    usual = {
        "charset": "utf8mb4",
        "collate": "utf8mb4_general_ci",
        "engine": "innodb",
        "row_format": "dynamic",
    }
    assert dict(found["divided"].options) == usual
    assert dict(found["versioned"].options) == {**usual, "system_versioned": "true"}
    assert dict(found["old"].options) == {
        "charset": "latin1",
        "collate": "latin1_swedish_ci",
        "engine": "myisam",
        "row_format": "fixed",
    }


PERIODS = """
CREATE TABLE `ti``me` (
    a DATE,
    b DATE,
    `fr``om` DATETIME(3),
    till DATETIME(3) NOT NULL,
    CONSTRAINT ck CHECK (`fr``om` < till),
    CHECK (a > '2000-01-01'),
    PERIOD FOR `val``id` (`fr``om`, till)
)
"""


def test_a_period_is_no_check(connection: sa.Connection) -> None:
    found = made(
        connection,
        PERIODS,
        "CREATE TABLE alike (a DATE NOT NULL, b DATE NOT NULL, CONSTRAINT app CHECK (a < b))",
        "CREATE TABLE t (a DATE, b DATE, PERIOD FOR app (a, b))",
    )
    assert [check.expression for check in found["ti`me"].checks] == ["a > '2000-01-01'", "`fr``om` < till"]
    assert [check.name for check in found["alike"].checks] == ["app"]
    assert found["t"].checks == ()


def test_several_schemas(connection: sa.Connection, other: str) -> None:
    own = connection.exec_driver_sql("SELECT DATABASE()").scalar_one()
    for statement in (
        f"CREATE TABLE `{other}`.t (id INT PRIMARY KEY)",
        f"CREATE TABLE t (id INT, FOREIGN KEY (id) REFERENCES `{other}`.t (id))",
        "CREATE TABLE T (id INT)",
    ):
        connection.exec_driver_sql(statement)
    records = list(PACK.read_snapshot(connection, [own, other, None]))
    found = {(record.schema, record.name): record for record in records}
    assert len(records) == len(found) == 3
    (key,) = found[None, "t"].foreign_keys
    assert (key.referred_schema, key.referred_table, key.referred_columns) == (other, "t", ("id",))
    (back,) = PACK.read_snapshot(connection, [other])
    assert back.schema == other


def test_only_the_tables_wanted(connection: sa.Connection) -> None:
    made(
        connection,
        "CREATE TABLE T (a INT PRIMARY KEY)",
        "CREATE TABLE u (b INT, FOREIGN KEY (b) REFERENCES T (a), c INT, KEY ix (c), CHECK (c > 0))",
        "CREATE TABLE U (b INT)",
    )
    (found,) = PACK.read_snapshot(connection, [None], names=["u", "v"])
    assert [key.referred_table for key in found.foreign_keys] == ["T"]
    assert [index.name for index in found.indexes] == ["ix"]
    assert [check.expression for check in found.checks] == ["c > 0"]
    assert list(PACK.read_snapshot(connection, [None], names=[])) == []


@pytest.mark.parametrize("count", [2, 50])
def test_five_statements_for_any_number_of_tables(connection: sa.Connection, other: str, count: int) -> None:
    for number in range(count):
        connection.exec_driver_sql(
            f"CREATE TABLE t{number} (a INT PRIMARY KEY, b INT UNIQUE REFERENCES t0 (a), c INT CHECK (c > 0))"
        )
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *call: sent.append(call[2]))
    assert len(read(connection, None, other)) == count
    assert len(sent) == 5


def test_what_is_not_read(connection: sa.Connection) -> None:
    made(
        connection,
        "CREATE TABLE t (id INT, hidden INT INVISIBLE)",
        "CREATE TABLE divided (a INT) PARTITION BY HASH (a) PARTITIONS 2",
        "CREATE VIEW v AS SELECT * FROM t",
        "CREATE SEQUENCE s",
        "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "CREATE PROCEDURE p() SELECT 1",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET NEW.id = 1",
        "CREATE TABLE valid (a DATE, b DATE, PERIOD FOR app (a, b), CHECK (a > '2000-01-01'))",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DISABLE DO SELECT 1",
    )
    assert list(PACK.unread(connection, [None])) == [
        ("event", None, "e"),
        ("function", None, "f"),
        ("invisible column", None, "t.hidden"),
        ("partitions", None, "divided"),
        ("procedure", None, "p"),
        ("sequence", None, "s"),
        ("trigger", None, "g"),
        ("view", None, "v"),
        ("period", None, "valid.app"),
    ]


def test_the_words_of_mysql() -> None:
    """MySQL 8 says defaults without quotes, and has backslashes before the quotes in its expressions."""

    def column(name: str, type_: str, default: str | None = None, extra: str = "", of: str = "") -> ColumnRow:
        return ColumnRow(name, type_, "YES", default, None, extra, of, "")

    which = ("s", "t")
    rows = Found(
        [TableRow("s", "t", "InnoDB", "Dynamic", "utf8mb4_0900_ai_ci", "", "", "BASE TABLE", 0)],
        {
            which: [
                column("a", "int", "5"),
                column("b", "varchar(9)", "it's \\ NULL"),
                column("c", "datetime", "CURRENT_TIMESTAMP", "DEFAULT_GENERATED on update CURRENT_TIMESTAMP"),
                column("d", "varchar(9)", "concat(_utf8mb4\\'a\\',_utf8mb4\\'b\\')", "DEFAULT_GENERATED"),
                column("e", "bit(3)", "b'101'"),
                column("f", "json"),
                column("g", "int", None, "VIRTUAL GENERATED", "(`a` + 1)"),
                column("h", "timestamp", "CURRENT_TIMESTAMP"),
            ]
        },
        {
            which: [
                PartRow("ix", 1, "BTREE", None, None, "A", "lower(`b`)"),
                PartRow("ix", 1, "BTREE", "a", None, "D", None),
            ]
        },
        {},
        {},
        {which: [("c1", "(`b` <> _utf8mb4\\'it\\'\\'s\\')")]},
    )
    (record,) = reader.records(rows, "s", mariadb=False)
    assert [one.default for one in record.columns] == [
        "5",
        "'it''s \\\\ NULL'",
        "current_timestamp() on update current_timestamp()",
        "concat ( 'a' , 'b' )",
        "b'101'",
        None,
        None,
        "current_timestamp()",
    ]
    assert record.columns[5].type == "json"
    assert record.columns[6].computed == ComputedRecord("a + 1", False)
    assert [check.expression for check in record.checks] == ["b <> 'it''s'"]
    assert record.indexes[0].parts == (
        IndexPartRecord("lower ( b )", True),
        IndexPartRecord("a", options=(("order", "desc"),)),
    )
