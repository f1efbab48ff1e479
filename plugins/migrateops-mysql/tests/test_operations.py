"""Every operation is invoked, looked up, reversed, and has left nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from migrateops.errors.operations import WrongType
from migrateops.operations import Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_mysql.errors import AmbiguousConstraint, NoSuchConstraint

State = Callable[[], dict[str, str]]

pytestmark = pytest.mark.usefixtures("tables")

CASES: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "create_table": (
        lambda: ops.CreateTableOp(
            "made",
            [
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column(
                    "parent", sa.Integer, sa.ForeignKey("parent.id", name="of_whom", ondelete="CASCADE")
                ),
                sa.Column("twice", sa.Integer, sa.Computed("parent * 2", persisted=True), index=True),
                sa.Column("noted", sa.String(9), server_default="50%", comment="it's 100% noted"),
                sa.Column("flag", sa.Boolean(name="yes", create_constraint=True)),
                sa.Column("even", sa.Integer, sa.CheckConstraint("even MOD 2 = 0", name="is_even")),
                sa.Column("kind", sa.Enum("a", "b%"), server_default="b%"),
                sa.Column("at", sa.TIMESTAMP, server_default=sa.func.now(), nullable=False),
                sa.CheckConstraint("parent > 0", name="positive"),
                sa.UniqueConstraint("noted", name="once"),
                sa.Index("part", "noted", mysql_length=3),
            ],
            kw={"comment": "made for a test", "mysql_row_format": "DYNAMIC", "mysql_engine": "InnoDB"},
        ),
        [
            "`id` int(11) NOT NULL AUTO_INCREMENT",
            "`twice` int(11) GENERATED ALWAYS AS (`parent` * 2) STORED",
            "`noted` varchar(9) DEFAULT '50%' COMMENT 'it''s 100% noted'",
            "`kind` enum('a','b%') DEFAULT 'b%'",
            "UNIQUE KEY `once` (`noted`)",
            "KEY `ix_made_twice` (`twice`)",
            "KEY `part` (`noted`(3))",
            "CONSTRAINT `of_whom` FOREIGN KEY (`parent`) REFERENCES `parent` (`id`) ON DELETE CASCADE",
            "CONSTRAINT `yes` CHECK (`flag` in (0,1))",
            "CONSTRAINT `is_even` CHECK (`even` MOD 2 = 0)",
            "CONSTRAINT `positive` CHECK (`parent` > 0)",
            (
                ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci ROW_FORMAT=DYNAMIC"
                " COMMENT='made for a test'"
            ),
        ],
    ),
    "rename_table": (lambda: ops.RenameTableOp("item", "Thing %"), ["CREATE TABLE `Thing %` ("]),
    "comment": (
        lambda: ops.CreateTableCommentOp("item", "new 5%", existing_comment="old"),
        [") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci COMMENT='new 5%'"],
    ),
    "drop_comment": (
        lambda: ops.DropTableCommentOp("item", existing_comment="old"),
        [") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci"],
    ),
    "add_column": (
        lambda: ops.AddColumnOp(
            "item",
            sa.Column(
                "half", sa.Integer, sa.CheckConstraint("half > 1", name="more"), unique=True, comment="who's"
            ),
            if_not_exists=True,
        ),
        [
            "`half` int(11) DEFAULT NULL COMMENT 'who''s'",
            "UNIQUE KEY `half` (`half`)",
            "CONSTRAINT `more` CHECK (`half` > 1)",
        ],
    ),
    "index of some characters": (
        lambda: ops.CreateIndexOp("ix", "item", ["body", "n"], kw={"mysql_length": {"body": 7}}, unique=True),
        ["UNIQUE KEY `ix` (`body`(7),`n`)"],
    ),
    "index of some characters, the other way round": (
        lambda: ops.CreateIndexOp(
            "ix:%`",
            "item",
            [sa.column("body %`:x").desc(), sa.column("n").desc()],
            kw={"mysql_length": {"body %`:x": 7}},
        ),
        ["KEY `ix:%``` (`body %``:x`(7) DESC,`n` DESC)"],
    ),
    "index of another kind": (
        lambda: ops.CreateIndexOp("ix", "item", ["n"], kw={"mysql_using": "btree"}, if_not_exists=True),
        ["KEY `ix` (`n`) USING BTREE"],
    ),
    "full-text index": (
        lambda: ops.CreateIndexOp("ix %", "item", ["body"], kw={"mysql_prefix": "FULLTEXT"}),
        ["FULLTEXT KEY `ix %` (`body`)"],
    ),
    "spatial index": (
        lambda: ops.CreateIndexOp("ix", "item", ["place"], kw={"mysql_prefix": "SPATIAL"}),
        ["SPATIAL KEY `ix` (`place`)"],
    ),
    "index of text": (
        lambda: ops.CreateIndexOp("ix", "item", [sa.text("body(3)"), sa.text("n DESC")]),
        ["KEY `ix` (`body`(3),`n` DESC)"],
    ),
    "primary key": (lambda: ops.CreatePrimaryKeyOp("pk", "item", ["id"]), ["PRIMARY KEY (`id`)"]),
    "unique": (
        lambda: ops.CreateUniqueConstraintOp("uq", "item", ["n", "Name"]),
        ["UNIQUE KEY `uq` (`n`,`Name`)"],
    ),
    "foreign key": (
        lambda: ops.CreateForeignKeyOp(
            "fk", "item", "parent", ["parent"], ["id"], kw={"ondelete": "SET NULL", "onupdate": "CASCADE"}
        ),
        [
            (
                "CONSTRAINT `fk` FOREIGN KEY (`parent`) REFERENCES `parent` (`id`)"
                " ON DELETE SET NULL ON UPDATE CASCADE"
            )
        ],
    ),
    "check": (
        lambda: ops.CreateCheckConstraintOp("ck", "item", sa.column("Name") != "5%"),
        ["CONSTRAINT `ck` CHECK (`Name` <> '5%')"],
    ),
}


def lines(state: dict[str, str]) -> list[str]:
    return [line.strip().rstrip(",") for text in state.values() for line in text.splitlines()]


@pytest.mark.parametrize("driver", ["mysql+pymysql", "mariadb+pymysql"])
@pytest.mark.parametrize("name", CASES)
def test_there_and_back(name: str, driver: str, engine: sa.Engine, state: State) -> None:
    made, expected = CASES[name]
    before = state()
    operation = made()
    back = operation.reverse()
    other = sa.create_engine(engine.url.set(drivername=driver), poolclass=sa.NullPool)
    with other.connect() as connection:
        operations = Operations(MigrationContext.configure(connection))
        operations.invoke(operation)
        found = lines(state())
        assert [line for line in expected if line not in found] == [], found
        operations.invoke(back)
        assert state() == before
        operations.invoke(made().reverse().reverse())
        assert set(expected) <= set(lines(state()))


def test_a_column_and_all_of_it_is_one_statement(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: sent.append(args[2]))
    column: sa.Column[int] = sa.Column(
        "owner", sa.Integer, sa.ForeignKey("parent.id", name="fk_owner"), unique=True, index=True
    )
    operations.add_column("item", column, inline_references=True)
    assert len(sent) == 1
    assert "CONSTRAINT `fk_owner` FOREIGN KEY (`owner`) REFERENCES `parent` (`id`)" in lines(state())
    # A key that the foreign key needs goes with it, or not at all.
    before = state()
    with pytest.raises(DBAPIError):
        operations.add_column("item", sa.Column("w", sa.Integer, sa.ForeignKey("absent.id")))
    assert state() == before


def test_a_column_goes_with_the_foreign_keys_that_came_with_it(operations: Operations, state: State) -> None:
    before = state()
    for name in ("fk_owner", None):
        column: sa.Column[int] = sa.Column("owner", sa.Integer, sa.ForeignKey("parent.id", name=name))
        operation = ops.AddColumnOp("item", column)
        operations.invoke(operation)
        assert state() != before
        operations.invoke(operation.reverse())
        assert state() == before


def test_numbers_as_options_of_a_table(operations: Operations, state: State) -> None:
    operations.create_table(
        "made", sa.Column("id", sa.Integer, primary_key=True), mysql_auto_increment=50, mysql_checksum=True
    )
    assert "AUTO_INCREMENT=50" in state()["made"]
    assert "CHECKSUM=1" in state()["made"]


def test_the_key_that_a_foreign_key_makes_stays(operations: Operations, state: State) -> None:
    operation = ops.CreateForeignKeyOp("fk", "item", "parent", ["n"], ["id"])
    operations.invoke(operation)
    operations.invoke(operation.reverse())
    assert "KEY `fk` (`n`)" in lines(state())


def test_if_exists(operations: Operations, state: State) -> None:
    before = state()
    operations.drop_table("no", if_exists=True)
    operations.drop_index("no", "item", if_exists=True)
    operations.drop_column("item", "no", if_exists=True)
    for kind in (None, "check", "foreignkey", "unique", "primary"):
        operations.drop_constraint("no", "item", type_=kind, if_exists=True)
    operations.add_column("item", sa.Column("n", sa.Text), if_not_exists=True)
    operations.create_index("of_parent", "item", ["n"], if_not_exists=True)
    assert state() == before


@pytest.mark.parametrize("unique", [True, False])
def test_a_column_that_is_there_gets_nothing_new(unique: bool, operations: Operations, state: State) -> None:
    states = []
    for _ in range(2):
        column: sa.Column[Any] = sa.Column(
            "of %`:x",
            sa.Integer,
            sa.ForeignKey("parent.id", name="fk %`:x"),
            sa.CheckConstraint("`of %``\\:x` > 0", name="ck %`:x"),
            unique=unique,
            index=not unique,
        )
        operations.add_column("item", column, if_not_exists=True)
        states.append(state())
    assert states[0] == states[1]
    found = lines(states[0])
    assert "CONSTRAINT `fk %``:x` FOREIGN KEY (`of %``:x`) REFERENCES `parent` (`id`)" in found
    assert "CONSTRAINT `ck %``:x` CHECK (`of %``:x` > 0)" in found
    assert ("UNIQUE KEY `of %``:x` (`of %``:x`)" in found) == unique


def test_a_table_keeps_its_schema(operations: Operations, connection: sa.Connection) -> None:
    database = connection.exec_driver_sql("SELECT DATABASE()").scalar_one()
    connection.exec_driver_sql("USE information_schema")
    operations.rename_table("item", "thing", schema=database)
    operations.create_index("ix", "thing", ["n"], schema=database)
    operations.drop_index("ix", "thing", schema=database)
    operations.create_unique_constraint("uq", "thing", ["n"], schema=database)
    operations.drop_constraint("uq", "thing", schema=database)
    operations.create_table_comment("thing", "new", schema=database)
    assert sorted(sa.inspect(connection).get_table_names(database)) == ["parent", "thing"]
    comment = "SELECT TABLE_COMMENT FROM TABLES WHERE TABLE_SCHEMA = :database AND TABLE_NAME = 'thing'"
    assert connection.execute(sa.text(comment), {"database": database}).scalar_one() == "new"


@pytest.mark.parametrize("recreate", ["auto", "never"])
def test_a_batch_alters_the_table(recreate: Any, operations: Operations, state: State) -> None:
    before = state()
    with operations.batch_alter_table("item", recreate=recreate) as batch:
        batch.add_column(sa.Column("made", sa.Integer, comment="5%"), if_not_exists=True)
        batch.create_foreign_key("fk", "parent", ["parent"], ["id"], ondelete="CASCADE")
        batch.create_unique_constraint("uq", ["made"])
        batch.create_check_constraint("ck", "made > 0")
        batch.create_index("ix", ["body"], mysql_length=5)
        batch.create_primary_key("pk", ["id"])
        batch.alter_column("made", type_=sa.BigInteger(), new_column_name="new")
        batch.execute("INSERT INTO parent (id) VALUES (1)")
    found = lines(state())
    assert "`new` bigint(20) DEFAULT NULL COMMENT '5%'" in found
    assert {"UNIQUE KEY `uq` (`new`)", "KEY `ix` (`body`(5))", "PRIMARY KEY (`id`)"} <= set(found)
    with operations.batch_alter_table("item", recreate=recreate) as batch:
        batch.drop_constraint("fk", "foreignkey")
        batch.drop_constraint("uq")
        batch.drop_constraint("ck")
        batch.drop_constraint("pk", "primary")
        batch.drop_index("ix", if_exists=True)
        batch.drop_column("new", if_exists=True)
    assert state() == before


# -- constraints of a kind that is not given ----------------------------------------------------
def test_the_kind_is_looked_up(operations: Operations, state: State) -> None:
    before = state()
    operations.create_primary_key("pk", "item", ["id"])
    operations.create_unique_constraint("uq", "item", ["n"])
    operations.create_check_constraint("ck", "item", "n > 0")
    operations.create_foreign_key("fk", "item", "parent", ["parent"], ["id"])
    for name in ("fk", "ck", "uq", "PRIMARY"):
        operations.drop_constraint(name, "item")
    assert state() == before


def test_a_check_of_a_column(operations: Operations, connection: sa.Connection, state: State) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE c (a int DEFAULT 5 COMMENT '5%%' CHECK (a > 0), b int CHECK (b > 0))"
    )
    operations.drop_constraint("a", "c")
    assert "`a` int(11) DEFAULT 5 COMMENT '5%'" in lines(state())
    operations.drop_constraint("b", "c", type_="check")
    assert "CHECK" not in state()["c"]


def test_one_name_for_two(operations: Operations, connection: sa.Connection) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE c (a int, UNIQUE KEY x (a), CONSTRAINT x FOREIGN KEY (a) REFERENCES parent (id))"
    )
    with pytest.raises(AmbiguousConstraint) as caught:
        operations.drop_constraint("x", "c")
    assert (caught.value.code, set(caught.value.kinds)) == ("MY304", {"foreignkey", "unique"})
    operations.drop_constraint("x", "c", type_="foreignkey")
    operations.drop_constraint("x", "c", type_="unique")


def test_none_of_that_name(operations: Operations, connection: sa.Connection) -> None:
    with pytest.raises(NoSuchConstraint) as caught:
        operations.drop_constraint("of_parent", "item")
    assert caught.value.code == "MY303"
    with pytest.raises(WrongType):
        operations.drop_constraint("of_parent", "item", type_="exclude")


def test_a_name_of_the_convention(connection: sa.Connection, state: State) -> None:
    models = sa.MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})
    op = Operations(MigrationContext.configure(connection, opts={"target_metadata": models}))
    before = state()
    operation = ops.CreateUniqueConstraintOp(None, "item", ["n"])
    op.invoke(operation)
    assert "UNIQUE KEY `uq_item_n` (`n`)" in lines(state())
    op.invoke(operation.reverse())
    assert state() == before


def test_rows(operations: Operations, connection: sa.Connection) -> None:
    table = operations.create_table(
        "t",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("data", sa.JSON),
        sa.Column("s", sa.String(9)),
    )
    operations.bulk_insert(table, [{"data": {"a": "100%"}, "s": "a\\b'c"}, {"data": sa.null(), "s": None}])
    operations.bulk_insert(table, [{"s": sa.func.upper("x%")}], multiinsert=False)
    operations.execute(sa.text("UPDATE t SET s = :new WHERE id = 2").bindparams(new="5%"))
    assert connection.execute(sa.select(table).order_by(table.c.id)).all() == [
        (1, {"a": "100%"}, "a\\b'c"),
        (2, None, "5%"),
        (3, None, "X%"),
    ]
