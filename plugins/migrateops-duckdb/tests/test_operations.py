"""Every operation is invoked, looked up in the catalog, reversed, and has left nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from migrateops.errors.operations import IncompleteOperation, UnsupportedOperation
from migrateops.operations import Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_duckdb.errors import UnknownOption

State = Callable[[], dict[str, Any]]

MADE = (
    "CREATE TABLE made(id INTEGER DEFAULT(nextval('made_id_seq')), parent INTEGER,"
    " twice INTEGER GENERATED ALWAYS AS((parent * 2)), noted VARCHAR, PRIMARY KEY(id),"
    " CHECK((parent > 0)), UNIQUE(noted), FOREIGN KEY (parent) REFERENCES parent(id));"
)
SETUP = """
    CREATE TABLE parent (id integer PRIMARY KEY, code varchar);
    CREATE TABLE item (id integer, n integer, "Name" varchar NOT NULL DEFAULT 'x', parent integer);
    COMMENT ON TABLE item IS 'old';
    CREATE UNIQUE INDEX by_n ON item (n, ("n" + abs(n)));
    INSERT INTO item (id, n) VALUES (1, 5);
"""


@pytest.fixture(autouse=True)
def tables(connection: sa.Connection) -> None:
    connection.exec_driver_sql(SETUP)


def sql(state: dict[str, Any], name: str) -> str:
    found: str = next(text for _, table, text, _ in state["tables"] if table == name)
    return found


def comment(state: dict[str, Any], name: str) -> Any:
    return next(text for _, table, _, text in state["tables"] if table == name)


def index(state: dict[str, Any], name: str) -> Any:
    return next((text for _, _, found, _, text in state["indexes"] if found == name), None)


CASES: dict[str, tuple[Callable[[], Any], Callable[[dict[str, Any]], Any], Any]] = {
    "create_table": (
        lambda: ops.CreateTableOp(
            "made",
            [
                sa.Column("id", sa.Integer, primary_key=True),
                sa.Column("parent", sa.Integer, sa.ForeignKey("parent.id")),
                sa.Column("twice", sa.Integer, sa.Computed("parent * 2")),
                sa.Column("noted", sa.Text, comment="it's 100% noted", index=True),
                sa.CheckConstraint("parent > 0", name="positive"),
                sa.UniqueConstraint("noted"),
            ],
            comment="made for a test",
        ),
        lambda s: (
            sql(s, "made"),
            comment(s, "made"),
            s["comments"],
            s["sequences"],
            index(s, "ix_made_noted"),
        ),
        (
            MADE,
            "made for a test",
            [("made", "noted", "it's 100% noted")],
            [("made_id_seq",)],
            "CREATE INDEX ix_made_noted ON made(noted);",
        ),
    ),
    "rename_table": (
        lambda: ops.RenameTableOp("item", "Thing"),
        lambda s: ([table for _, table, *_ in s["tables"]], index(s, "by_n")),
        (["Thing", "parent"], "CREATE UNIQUE INDEX by_n ON Thing(n, ((n + abs(n))));"),
    ),
    "comment": (
        lambda: ops.CreateTableCommentOp("item", "new", existing_comment="old"),
        lambda s: comment(s, "item"),
        "new",
    ),
    "drop_comment": (
        lambda: ops.DropTableCommentOp("item", existing_comment="old"),
        lambda s: comment(s, "item"),
        None,
    ),
    "add_column": (
        lambda: ops.AddColumnOp(
            "item",
            sa.Column("owner", sa.String(30), server_default="me", nullable=False, comment="who"),
            if_not_exists=True,
        ),
        lambda s: (sql(s, "item").count("\"owner\" VARCHAR DEFAULT('me') NOT NULL"), s["comments"]),
        (1, [("item", "owner", "who")]),
    ),
    "type": (
        lambda: ops.AlterColumnOp(
            "item", "id", modify_type=sa.BigInteger(), existing_type=sa.Integer(), modify_comment="big"
        ),
        lambda s: (sql(s, "item").count("id BIGINT"), s["comments"]),
        (1, [("item", "id", "big")]),
    ),
    "rename, default and nullability": (
        lambda: ops.AlterColumnOp(
            "item",
            "Name",
            modify_name="title",
            modify_nullable=True,
            existing_nullable=False,
            modify_server_default=sa.text("'y' || 'z'"),
            existing_server_default="x",
        ),
        lambda s: sql(s, "item").count("title VARCHAR DEFAULT(('y' || 'z')),"),
        1,
    ),
    "rename of an indexed column": (
        lambda: ops.AlterColumnOp("item", "n", modify_name="abs"),
        lambda s: index(s, "by_n"),
        "CREATE UNIQUE INDEX by_n ON item(abs, ((abs + abs(abs))));",
    ),
    "type of an indexed column": (
        lambda: ops.AlterColumnOp("item", "n", modify_type=sa.BigInteger(), existing_type=sa.Integer()),
        lambda s: (sql(s, "item").count("n BIGINT"), index(s, "by_n")),
        (1, "CREATE UNIQUE INDEX by_n ON item(n, ((n + abs(n))));"),
    ),
    "index": (
        lambda: ops.CreateIndexOp(
            "ix", "item", ["n", sa.text('lower("Name")')], unique=True, if_not_exists=True
        ),
        lambda s: index(s, "ix"),
        'CREATE UNIQUE INDEX ix ON item(n, (lower("Name")));',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_there_and_back(name: str, operations: Operations, state: State, connection: sa.Connection) -> None:
    made, look, expected = CASES[name]
    before = state()
    operation = made()
    back = operation.reverse()
    operations.invoke(operation)
    assert look(state()) == expected
    operations.invoke(back)
    assert state() == before
    operations.invoke(made().reverse().reverse())
    assert look(state()) == expected
    assert connection.exec_driver_sql("SELECT count(*) FROM parent").scalar_one() == 0


# What is about the index, too.
_OUTSIDE = ("rename_table", "rename of an indexed column", "type of an indexed column")


@pytest.mark.parametrize("name", [name for name in CASES if name not in _OUTSIDE])
def test_there_and_back_in_transactions(
    name: str, engine: sa.Engine, operations: Operations, state: State
) -> None:
    made, look, expected = CASES[name]
    operations.drop_index("by_n")
    before = state()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction": "per_run"})
        with context.begin_transaction():
            Operations(context).invoke(made())
            assert state() == before
        assert look(state()) == expected
        with context.begin_transaction():
            Operations(context).invoke(made().reverse())
    assert state() == before


@pytest.mark.parametrize(
    "op",
    [
        ops.DropColumnOp("item", "id"),
        ops.DropColumnOp("item", "n"),
        ops.AlterColumnOp("item", "n", modify_type=sa.BigInteger()),
        ops.AlterColumnOp("item", "parent", modify_name="p"),
        ops.AddColumnOp("item", sa.Column("x", sa.Integer, nullable=False, server_default="1")),
        ops.RenameTableOp("item", "thing"),
    ],
)
def test_an_index_in_the_way(op: Any, engine: sa.Engine, operations: Operations, state: State) -> None:
    before = state()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction": "per_run"})
        with pytest.raises(UnsupportedOperation) as caught, context.begin_transaction():
            Operations(context).invoke(op)
        assert "by_n" in caught.value.message()
        assert state() == before
        with context.autocommit_block():
            Operations(context).invoke(op)
    assert state() != before
    gone = isinstance(op, ops.DropColumnOp) and op.column_name == "n"
    assert (index(state(), "by_n") is None) is gone


def test_a_failure_outside_of_a_transaction_keeps_the_indexes(operations: Operations, state: State) -> None:
    before = state()
    operations.execute("INSERT INTO item (id) VALUES (2)")
    with pytest.raises(DBAPIError):
        operations.alter_column("item", "n", nullable=False)
    assert state() == before


def test_rows_that_do_not_fit_into_an_index_any_more(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    connection.exec_driver_sql("CREATE TABLE t (lower varchar, b integer)")
    connection.exec_driver_sql("INSERT INTO t VALUES ('1', 1), ('01', 2)")
    for statement in ("UNIQUE INDEX a_ix ON t (lower)", "INDEX b_ix ON t (b)", "INDEX c_ix ON t ((abs(b)))"):
        connection.exec_driver_sql(f"CREATE {statement}")
    with pytest.raises(DBAPIError):
        operations.alter_column("t", "lower", type_=sa.Integer())
    assert (index(state(), "a_ix"), bool(index(state(), "b_ix"))) == (None, True)
    operations.drop_column("t", "lower")
    assert index(state(), "c_ix") == "CREATE INDEX c_ix ON t((abs(b)));"


def test_if_exists(operations: Operations, state: State) -> None:
    before = state()
    operations.drop_table("no", if_exists=True)
    operations.drop_index("no", if_exists=True)
    operations.drop_column("item", "no", if_exists=True)
    operations.add_column("item", sa.Column("n", sa.Text), if_not_exists=True)
    operations.create_table("item", sa.Column("x", sa.Integer), if_not_exists=True)
    assert state() == before


def test_a_primary_key(operations: Operations, connection: sa.Connection, state: State) -> None:
    connection.exec_driver_sql("CREATE TABLE t (a integer, b integer)")
    operations.create_primary_key("pk", "t", ["a", "b"])
    assert sql(state(), "t").endswith("PRIMARY KEY(a, b));")
    with pytest.raises(UnsupportedOperation):
        operations.invoke(ops.CreatePrimaryKeyOp("pk", "t", ["a", "b"]).reverse())


def test_an_enum(operations: Operations, connection: sa.Connection, state: State) -> None:
    mood = sa.Enum("so so", "it's 100%", name="Mood")
    for name in ("a", "b"):
        operations.add_column("item", sa.Column(name, mood, server_default="so so"))
    operations.alter_column("item", "Name", type_=sa.Enum("x", name="other"))
    assert state()["types"] == [("Mood",), ("other",)]
    connection.exec_driver_sql("UPDATE item SET a = 'it''s 100%'")


def test_using(operations: Operations, connection: sa.Connection) -> None:
    operations.alter_column("item", "id", type_=sa.Text(), duckdb_using="'no. ' || id")
    assert connection.exec_driver_sql("SELECT id FROM item").scalar_one() == "no. 1"


def test_a_schema(operations: Operations, connection: sa.Connection, state: State) -> None:
    connection.exec_driver_sql('CREATE SCHEMA "My s"')
    where: Any = {"schema": "My s"}
    operations.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), comment="c", **where)
    operations.create_index("ix", "t", ["a"], **where)
    operations.rename_table("t", "u", **where)
    operations.alter_column("u", "a", new_column_name="z", nullable=False, comment="x", **where)
    operations.drop_column("u", "b", **where)
    assert [row for row in state()["indexes"] if row[2] == "ix"] == [
        ("My s", "u", "ix", False, 'CREATE INDEX ix ON "My s".u(z);')
    ]
    operations.drop_index("ix", "u", **where)
    operations.drop_table("u", **where)
    assert [row for row in state()["tables"] if row[0] == "My s"] == []


def test_rows(operations: Operations, connection: sa.Connection) -> None:
    table = operations.create_table(
        "t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("data", sa.LargeBinary)
    )
    operations.bulk_insert(table, [{"id": 1, "data": b"\x00'%"}, {"id": 2, "data": None}])
    operations.execute("UPDATE t SET id = :new WHERE id = 2", parameters={"new": 3})
    assert connection.execute(sa.select(table).order_by(table.c.id)).all() == [(1, b"\x00'%"), (3, None)]


REFUSED: list[tuple[Callable[[Any], Any], type[Exception]]] = [
    (lambda op: op.create_unique_constraint("uq", "item", ["n"]), UnsupportedOperation),
    (lambda op: op.create_check_constraint("ck", "item", "n > 0"), UnsupportedOperation),
    (lambda op: op.create_foreign_key("fk", "item", "parent", ["parent"], ["id"]), UnsupportedOperation),
    (lambda op: op.drop_constraint("item_pk", "item"), UnsupportedOperation),
    (lambda op: op.add_column("item", sa.Column("x", sa.Integer, unique=True)), UnsupportedOperation),
    (
        lambda op: op.add_column(
            "item", sa.Column("x", sa.Integer, sa.ForeignKey("parent.id")), inline_references=True
        ),
        UnsupportedOperation,
    ),
    (
        lambda op: op.add_column("item", sa.Column("x", sa.Integer, sa.CheckConstraint("x > 0"))),
        UnsupportedOperation,
    ),
    (lambda op: op.add_column("item", sa.Column("x", sa.Integer, sa.Computed("n"))), UnsupportedOperation),
    (
        lambda op: op.add_column(
            "item", sa.Column("x", sa.Integer, primary_key=True), inline_primary_key=True
        ),
        UnsupportedOperation,
    ),
    (lambda op: op.add_column("item", sa.Column("x", sa.Integer, sa.Identity())), UnsupportedOperation),
    (lambda op: op.create_table("t", sa.Column("x", sa.Integer, sa.Identity())), UnsupportedOperation),
    (
        lambda op: op.create_table("t", sa.Column("x", sa.Integer, sa.Computed("1", persisted=True))),
        UnsupportedOperation,
    ),
    (
        lambda op: op.create_table(
            "t", sa.Column("x", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE"))
        ),
        UnsupportedOperation,
    ),
    (
        lambda op: op.create_table(
            "t",
            sa.Column("x", sa.Integer),
            sa.ForeignKeyConstraint(["x"], ["parent.id"], deferrable=True),
        ),
        UnsupportedOperation,
    ),
    (lambda op: op.alter_column("item", "n", server_default=sa.Identity()), UnsupportedOperation),
    (lambda op: op.alter_column("item", "n", nullable=False, duckdb_using="1"), IncompleteOperation),
    (lambda op: op.alter_column("item", "n", type_=sa.Text(), duckdb_usin="1"), UnknownOption),
    (lambda op: op.drop_column("item", "n", duckdb_x=1), UnknownOption),
    (lambda op: op.create_index("ix", "item", ["n"], duckdb_where="n > 0"), UnknownOption),
]


@pytest.mark.parametrize(("call", "error"), REFUSED)
def test_refused_before_anything_is_sent(
    call: Callable[[Any], Any], error: type[Exception], operations: Operations, state: State
) -> None:
    before = state()
    with pytest.raises(error) as caught:
        call(operations)
    assert type(caught.value) is error
    assert state() == before


def test_if_not_exists_of_a_table_that_is_there_whatever_it_would_refer_to(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    connection.exec_driver_sql("CREATE TABLE t (a INTEGER, b INTEGER)")
    connection.exec_driver_sql("INSERT INTO t VALUES (5, 6)")
    before = state()
    column = sa.Column("a", sa.Integer, sa.ForeignKey("nowhere.id"), sa.ForeignKey("nor_here.id"))
    for columns in (
        [column],
        [sa.Column("b", sa.Integer), sa.ForeignKeyConstraint(["b"], ["nowhere.id"], name="fk")],
    ):
        made = operations.create_table("t", *columns, if_not_exists=True)
        assert made.name == "t"
        with pytest.raises(UnsupportedOperation, match="a foreign key to a table that is not there"):
            operations.create_table("u", *columns, if_not_exists=True)
        with pytest.raises(UnsupportedOperation, match="a foreign key to a table that is not there"):
            operations.create_table("t", *columns)
    assert len(column.foreign_keys) == 2
    assert state() == before
    assert connection.exec_driver_sql("FROM t").all() == [(5, 6)]
