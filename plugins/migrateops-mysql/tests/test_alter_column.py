"""An alteration changes what it says, and nothing else: compared in the server's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import DBAPIError

from migrateops.errors.operations import (
    CannotBeWritten,
    DefaultWithoutSQL,
    IncompleteOperation,
    UnsupportedOperation,
    WrongType,
)
from migrateops.errors.operations import UnknownOption as UnknownParameter
from migrateops.operations import Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_mysql.errors import KeyNeedsNull, NoSuchColumn, UnknownOption, UnreadableTable

State = Callable[[], dict[str, str]]

COLUMNS = {
    "id": "`id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'the key, 100%'",
    "a": (
        "`a` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s, (50%) \\\\ x'"
        " COMMENT 'c''o :x \"q\" %'"
    ),
    "z": "`z` int(5) unsigned zerofill NOT NULL DEFAULT 00007 COMMENT 'z'",
    "ts": (
        "`ts` timestamp(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3)"
        " COMMENT 'when'"
    ),
    "dt": "`dt` datetime DEFAULT NULL ON UPDATE current_timestamp() COMMENT 'later'",
    "e": "`e` enum('a','b''c','50%') DEFAULT 'b''c' COMMENT 'e'",
    "g": "`g` int(11) GENERATED ALWAYS AS (`z` MOD 5) STORED COMMENT 'made'",
    "v": "`v` int(11) GENERATED ALWAYS AS (`z` + 1) VIRTUAL INVISIBLE COMMENT 'made when read'",
    "ck": "`ck` int(11) DEFAULT 4 COMMENT 'checked' CHECK (`ck` > 0 and `ck` MOD 2 = 0)",
    "ex": "`ex` int(11) DEFAULT (1 + 2) COMMENT 'made'",
    "u": "`u` varchar(40) DEFAULT uuid() COMMENT 'made'",
    "js": "`js` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT '{}' COMMENT 'j'"
    " CHECK (json_valid(`js`))",
    "inv": "`inv` int(11) INVISIBLE DEFAULT 3 COMMENT 'hidden'",
    "comp": "`comp` varchar(100) /*M!100301 COMPRESSED*/ CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'x'",
    "b": "`b` bit(3) DEFAULT b'101' COMMENT 'bits'",
}
TABLE = (
    "CREATE TABLE `t` (\n  "
    + ",\n  ".join(COLUMNS.values())
    + ",\n  PRIMARY KEY (`id`),\n  KEY `k` (`a`(5)),\n  CONSTRAINT `named` CHECK (`z` > 0)\n)"
    + " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='all of it'"
)


@pytest.fixture(autouse=True)
def table(connection: sa.Connection) -> None:
    connection.exec_driver_sql(TABLE.replace("%", "%%"))


def lines(text: str) -> list[str]:
    return [line.strip().rstrip(",") for line in text.splitlines()]


def difference(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = lines(before), lines(after)
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_the_server_keeps_the_table_as_it_is_written_here(state: State) -> None:
    assert state()["t"] == TABLE


# Each with what the column is before, and what is another text afterwards.
CHANGES: list[tuple[str, dict[str, Any], str, str]] = [
    ("a", {"nullable": True}, "NOT NULL DEFAULT", "DEFAULT"),
    ("a", {"comment": "it's 5%"}, "'c''o :x \"q\" %'", "'it''s 5%'"),
    ("a", {"comment": None}, " COMMENT 'c''o :x \"q\" %'", ""),
    ("a", {"server_default": "50% \\ off"}, "'it''s, (50%) \\\\ x'", "'50% \\\\ off'"),
    ("a", {"server_default": None}, " DEFAULT 'it''s, (50%) \\\\ x'", ""),
    ("a", {"type_": sa.String(30)}, "varchar(20)", "varchar(30)"),
    ("a", {"type_": mysql.VARCHAR(20, collation="latin1_general_cs")}, "latin1_bin", "latin1_general_cs"),
    ("a", {"new_column_name": "A new % name"}, "`a`", "`A new % name`"),
    ("z", {"nullable": True}, "NOT NULL DEFAULT", "DEFAULT"),
    ("z", {"server_default": sa.text("8")}, "00007", "00008"),
    ("z", {"comment": "y"}, "'z'", "'y'"),
    (
        "z",
        {"type_": mysql.BIGINT(unsigned=True)},
        "int(5) unsigned zerofill NOT NULL DEFAULT 00007",
        "bigint(20) unsigned NOT NULL DEFAULT 7",
    ),
    ("ts", {"comment": "then"}, "'when'", "'then'"),
    ("ts", {"nullable": True}, "NOT NULL", "NULL"),
    (
        "ts",
        {"server_default": sa.text("'2001-02-03'")},
        "DEFAULT current_timestamp(3)",
        "DEFAULT '2001-02-03 00:00:00.000'",
    ),
    ("dt", {"comment": None}, " COMMENT 'later'", ""),
    ("dt", {"server_default": sa.func.now()}, "DEFAULT NULL", "DEFAULT current_timestamp()"),
    ("e", {"nullable": False}, "DEFAULT", "NOT NULL DEFAULT"),
    ("e", {"type_": sa.Enum("a", "b'c", "60%")}, "'50%'", "'60%'"),
    ("e", {"server_default": "50%"}, "DEFAULT 'b''c'", "DEFAULT '50%'"),
    ("g", {"comment": "other"}, "'made'", "'other'"),
    ("g", {"server_default": sa.Computed("z * 2", persisted=True)}, "(`z` MOD 5)", "(`z` * 2)"),
    ("g", {"server_default": None}, " GENERATED ALWAYS AS (`z` MOD 5) STORED", " DEFAULT NULL"),
    ("v", {"comment": "other"}, "'made when read'", "'other'"),
    ("ck", {"nullable": False}, "DEFAULT 4", "NOT NULL DEFAULT 4"),
    ("ck", {"type_": sa.BigInteger()}, "int(11)", "bigint(20)"),
    ("ck", {"server_default": None}, "DEFAULT 4", "DEFAULT NULL"),
    ("ex", {"comment": "m"}, "'made'", "'m'"),
    ("ex", {"server_default": sa.text("3 * 4")}, "(1 + 2)", "(3 * 4)"),
    ("u", {"type_": sa.String(50)}, "varchar(40)", "varchar(50)"),
    ("js", {"comment": None}, " COMMENT 'j'", ""),
    (
        "js",
        {"type_": sa.Text()},
        (
            "longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT '{}' COMMENT 'j'"
            " CHECK (json_valid(`js`))"
        ),
        "text DEFAULT '{}' COMMENT 'j'",
    ),
    ("inv", {"comment": "seen"}, "'hidden'", "'seen'"),
    ("inv", {"type_": sa.SmallInteger()}, "int(11)", "smallint(6)"),
    ("comp", {"type_": sa.String(200)}, "varchar(100)", "varchar(200)"),
    ("comp", {"nullable": False}, "DEFAULT 'x'", "NOT NULL DEFAULT 'x'"),
    ("b", {"comment": None}, " COMMENT 'bits'", ""),
    ("b", {"server_default": sa.text("b'11'")}, "b'101'", "b'11'"),
    ("id", {"comment": None}, " COMMENT 'the key, 100%'", ""),
    ("id", {"type_": mysql.BIGINT(unsigned=True)}, "int(10)", "bigint(20)"),
    ("id", {"autoincrement": False}, " AUTO_INCREMENT", ""),
]


@pytest.mark.parametrize("name", ["mysql", "mariadb"])
def test_what_is_asked_changes_and_nothing_else(
    name: str, engine: sa.Engine, connection: sa.Connection, state: State
) -> None:
    """All of them in turn, each on a table that is made anew."""
    made = sa.create_engine(engine.url.set(drivername=f"{name}+pymysql"), poolclass=sa.NullPool)
    with made.connect() as other:
        op = Operations(MigrationContext.configure(other))
        for column, change, old, new in CHANGES:
            connection.exec_driver_sql("DROP TABLE t")
            connection.exec_driver_sql(TABLE.replace("%", "%%"))
            op.alter_column("t", column, **change)
            gone, come = difference(TABLE, state()["t"])
            # A key follows its column's new name.
            gone, come = ([one for one in found if not one.startswith("KEY")] for found in (gone, come))
            assert gone == [COLUMNS[column]], (column, change)
            assert come == [COLUMNS[column].replace(old, new)], (column, change)


def test_a_date_and_time_with_more_digits(operations: Operations, state: State) -> None:
    operations.alter_column(
        "t",
        "dt",
        type_=mysql.DATETIME(fsp=3),
        server_default=sa.text("NOW(3) ON UPDATE NOW(3)"),
    )
    _, come = difference(TABLE, state()["t"])
    assert come == [
        "`dt` datetime(3) DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3) COMMENT 'later'"
    ]


def test_all_at_once_is_one_statement(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: sent.append(args[2]))
    operations.alter_column(
        "t",
        "ck",
        new_column_name="c2",
        type_=sa.SmallInteger(),
        nullable=False,
        server_default="6",
        comment="new",
    )
    assert [one.split()[0] for one in sent] == ["SET", "ALTER"]
    _, come = difference(TABLE, state()["t"])
    assert come == ["`c2` smallint(6) NOT NULL DEFAULT 6 COMMENT 'new' CHECK (`c2` > 0 and `c2` MOD 2 = 0)"]


def test_nothing_to_change_sends_nothing(operations: Operations, connection: sa.Connection) -> None:
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: sent.append(args[2]))
    operations.alter_column("t", "dt", existing_type=sa.DateTime())
    assert sent == []


def test_on_update_goes_where_it_was_known_and_is_not_said_again(
    operations: Operations, state: State
) -> None:
    op = ops.AlterColumnOp(
        "t",
        "dt",
        modify_server_default=sa.text("CURRENT_TIMESTAMP"),
        existing_server_default=sa.text("NULL ON UPDATE CURRENT_TIMESTAMP"),
    )
    operations.invoke(op)
    _, come = difference(TABLE, state()["t"])
    assert come == ["`dt` datetime DEFAULT current_timestamp() COMMENT 'later'"]
    operations.invoke(op.reverse())
    assert state()["t"] == TABLE


REVERSIBLE = [
    ops.AlterColumnOp("t", "a", modify_name="b2"),
    ops.AlterColumnOp("t", "a", modify_nullable=True, existing_nullable=False),
    ops.AlterColumnOp(
        "t", "a", modify_comment="x", existing_comment='c\'o :x "q" %', modify_name="with a % sign"
    ),
    ops.AlterColumnOp(
        "t",
        "a",
        modify_server_default=None,
        existing_server_default="it's, (50%) \\ x",
        existing_nullable=False,
    ),
    ops.AlterColumnOp("t", "a", modify_type=sa.String(33), existing_type=sa.String(20)),
    ops.AlterColumnOp(
        "t", "e", modify_type=sa.String(9), existing_type=sa.Enum("a", "b'c", "50%"), modify_name="E"
    ),
    ops.AlterColumnOp(
        "t", "id", kw={"autoincrement": False, "existing_autoincrement": True}, modify_comment=False
    ),
    ops.AlterColumnOp(
        "t",
        "g",
        modify_server_default=None,
        existing_server_default=sa.Computed("z % 5", persisted=True),
    ),
]


@pytest.mark.parametrize("number", range(len(REVERSIBLE)))
def test_there_and_back(number: int, operations: Operations, state: State) -> None:
    op = REVERSIBLE[number]
    back = op.reverse()
    operations.invoke(op)
    assert state()["t"] != TABLE
    operations.invoke(back)
    assert state()["t"] == TABLE


def test_a_place_behind_another_column(operations: Operations, state: State) -> None:
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("b", comment="moved", insert_after="id")
        batch.add_column(sa.Column("new", sa.Integer), insert_after="b")
    names = [line.split("`")[1] for line in lines(state()["t"]) if line.startswith("`")]
    assert names[:4] == ["id", "b", "new", "a"]


def test_a_boolean_becomes_another_with_its_check(operations: Operations, state: State) -> None:
    flag = sa.Boolean(name="yes", create_constraint=True)
    operations.add_column("t", sa.Column("flag", flag))
    assert "CONSTRAINT `yes` CHECK (`flag` in (0,1))" in lines(state()["t"])
    operations.alter_column("t", "flag", type_=sa.Integer(), existing_type=flag)
    assert "CONSTRAINT `yes`" not in state()["t"]
    operations.alter_column("t", "flag", type_=flag, new_column_name="f2")
    assert "CONSTRAINT `yes` CHECK (`f2` in (0,1))" in lines(state()["t"])


@pytest.mark.parametrize("mode", ["ANSI_QUOTES", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"])
def test_other_ways_to_quote(mode: str, engine: sa.Engine, state: State) -> None:
    # SQLAlchemy asks for the mode when it connects first.
    arguments = {"init_command": f"SET SESSION sql_mode = '{mode}'"}
    made = sa.create_engine(engine.url, poolclass=sa.NullPool, connect_args=arguments)
    with made.connect() as connection:
        op = Operations(MigrationContext.configure(connection))
        op.alter_column("t", "a", nullable=True)
        op.alter_column("t", "ck", new_column_name="c2", type_=sa.BigInteger())
    _, come = difference(TABLE, state()["t"])
    assert come == [
        COLUMNS["a"].replace("NOT NULL ", ""),
        COLUMNS["ck"].replace("`ck`", "`c2`").replace("int(11)", "bigint(20)"),
    ]


@pytest.mark.parametrize(
    "variable",
    [
        "sql_mode = 'NO_FIELD_OPTIONS'",
        "sql_mode = 'ORACLE'",
        "sql_mode = 'MYSQL40'",
        "sql_quote_show_create = 0",
    ],
)
def test_sessions_in_which_the_server_says_less(variable: str, engine: sa.Engine, state: State) -> None:
    arguments = {"init_command": f"SET SESSION {variable}"}
    made = sa.create_engine(engine.url, poolclass=sa.NullPool, connect_args=arguments)
    with made.connect() as connection:
        op = Operations(MigrationContext.configure(connection))
        for column in ("a", "ts", "id"):
            op.alter_column("t", column, comment="new")
    gone, come = difference(TABLE, state()["t"])
    assert [line.partition(" COMMENT")[0] for line in gone] == [
        line.partition(" COMMENT")[0] for line in come
    ]
    assert all(line.endswith("COMMENT 'new'") for line in come)
    assert len(come) == 3


def test_odd_names(operations: Operations, connection: sa.Connection, state: State) -> None:
    table, column = "odd `t` 100%", "odd `c`, 100% (x)"
    operations.create_table(
        table,
        sa.Column(column, sa.Integer, nullable=False, comment="x"),
        sa.Column("CHECK", sa.Integer, server_default="1"),
    )
    operations.create_check_constraint("a %", table, sa.column("CHECK") > 0)
    operations.alter_column(table, column, nullable=True)
    operations.alter_column(table, "check", nullable=False)
    operations.alter_column(table, column, new_column_name="DEFAULT", type_=sa.BigInteger())
    operations.drop_constraint("a %", table)
    connection.exec_driver_sql("ALTER TABLE `odd ``t`` 100%%` ADD `5%%` char(9) CHECK (`5%%` <> '`5%%`')")
    operations.alter_column(table, "5%", new_column_name="6%`", type_=sa.CHAR(8))
    assert "`6%``` char(8) DEFAULT NULL CHECK (`6%``` <> '`5%`')" in lines(state()[table])
    assert lines(state()[table])[1:3] == [
        "`DEFAULT` bigint(20) DEFAULT NULL COMMENT 'x'",
        "`CHECK` int(11) NOT NULL DEFAULT 1",
    ]


def test_a_table_of_another_schema(operations: Operations, connection: sa.Connection, state: State) -> None:
    database = connection.exec_driver_sql("SELECT DATABASE()").scalar_one()
    connection.exec_driver_sql("USE information_schema")
    operations.alter_column("t", "a", nullable=True, schema=database)
    operations.alter_column("t", "z", server_default="9", schema=database)
    operations.alter_column("t", "b", new_column_name="bits", schema=database)
    connection.exec_driver_sql(f"USE {database}")
    assert len(difference(TABLE, state()["t"])[1]) == 3


# -- what is refused ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("column", "change", "error", "code"),
    [
        ("no", {"nullable": True}, NoSuchColumn, "MY302"),
        ("no", {"server_default": "x"}, NoSuchColumn, "MY302"),
        ("a", {"server_default": sa.Identity()}, UnsupportedOperation, "MO313"),
        ("v", {"server_default": None}, UnsupportedOperation, "MO313"),
        ("a", {"server_default": sa.Computed("z")}, UnsupportedOperation, "MO313"),
        ("a", {"server_default": sa.FetchedValue()}, DefaultWithoutSQL, "MO318"),
        ("id", {"nullable": True}, UnsupportedOperation, "MO313"),
        ("g", {"nullable": False}, UnsupportedOperation, "MO313"),
        (
            "inv",
            {"type_": sa.Text(), "existing_type": sa.Boolean(create_constraint=True)},
            IncompleteOperation,
            "MO315",
        ),
        ("a", {"type_": "varchar(20)"}, WrongType, "MO322"),
        ("a", {"server_default": [1]}, CannotBeWritten, "MO323"),
        ("a", {"comment": 1}, WrongType, "MO322"),
        ("a", {"nullable": True, "mysq_comment": "x"}, UnknownParameter, "MO319"),
        (5, {"nullable": True}, WrongType, "MO322"),
        (None, {"nullable": True}, WrongType, "MO322"),
        ("a", {"nullable": True, "mysql_using": "x"}, UnknownOption, "MY301"),
        ("a", {"nullable": True, "autoincremet": True}, UnknownParameter, "MO319"),
    ],
)
def test_refused(
    operations: Operations, state: State, column: Any, change: dict[str, Any], error: Any, code: str
) -> None:
    with pytest.raises(error) as caught:
        operations.alter_column("t", column, **change)
    assert caught.value.code == code
    assert state()["t"] == TABLE


def test_a_table_that_is_no_text(operations: Operations, connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE b (a varbinary(4) DEFAULT x'00ff', b int)")
    with pytest.raises(UnreadableTable) as caught:
        operations.alter_column("b", "b", nullable=False)
    assert caught.value.code == "MY305"
    connection.rollback()
    # What needs no definition goes on.
    operations.alter_column("b", "b", new_column_name="c")
    operations.execute("ALTER TABLE b ALTER COLUMN a DROP DEFAULT")
    operations.alter_column("b", "c", nullable=False)


def test_a_place_before_another_column(operations: Operations, state: State) -> None:
    with pytest.raises(UnsupportedOperation), operations.batch_alter_table("t") as batch:
        batch.alter_column("b", comment="x", insert_before="a")
    with pytest.raises(UnsupportedOperation), operations.batch_alter_table("t") as batch:
        batch.add_column(sa.Column("x", sa.Integer), insert_before="a")
    assert state()["t"] == TABLE


@pytest.mark.parametrize(
    ("key", "table", "nullable"),
    [
        ("ON DELETE SET NULL", "child", False),
        ("ON UPDATE SET NULL", "child", False),
        ("ON UPDATE CASCADE", "child", False),
        ("ON UPDATE CASCADE", "parent", True),
    ],
)
def test_a_foreign_key_that_may_write_null(
    operations: Operations, connection: sa.Connection, state: State, key: str, table: str, nullable: bool
) -> None:
    """The server's 1830 and 1833 name no operation, and the latter is said of much else."""
    null = "NULL" if table == "child" else "NOT NULL"
    connection.exec_driver_sql(f"CREATE TABLE parent (a int {null}, UNIQUE (a))")
    connection.exec_driver_sql(
        f"CREATE TABLE child (a int {null}, CONSTRAINT `the key` FOREIGN KEY (a) REFERENCES parent (a) {key})"
    )
    before = state()
    with pytest.raises(KeyNeedsNull) as caught:
        operations.alter_column(table, "a", nullable=nullable)
    assert (caught.value.code, caught.value.key) == ("MY306", "the key")
    assert state() == before
    for other in (None, nullable):
        with pytest.raises(DBAPIError, match=r"183[23]"):
            operations.alter_column(table, "a", type_=sa.Text(), nullable=other)
