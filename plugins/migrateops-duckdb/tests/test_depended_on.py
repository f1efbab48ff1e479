"""Tables that something depends on are changed all the same, and what depends on them stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from migrateops.errors.batch import ColumnStillUsed, RebuildRefused
from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import Operations, ops
from migrateops_duckdb.errors import SeveralConstraints

State = Callable[[], dict[str, Any]]

START = """
    CREATE TABLE house (id INTEGER PRIMARY KEY, k INTEGER UNIQUE, twice INTEGER GENERATED ALWAYS AS (k * 2));
    CREATE TABLE room (id INTEGER PRIMARY KEY, house INTEGER REFERENCES house (k), b INTEGER CHECK (b > 0));
    CREATE INDEX by_b ON room (b);
    COMMENT ON TABLE room IS 'a room';
    COMMENT ON COLUMN house.twice IS 'of k';
    CREATE TABLE chair (room INTEGER REFERENCES room (id), up INTEGER);
    INSERT INTO house VALUES (1, 10), (2, 20);
    INSERT INTO room VALUES (1, 10, 5), (2, 20, 6);
    INSERT INTO chair VALUES (2, 0);
    CREATE TABLE tree (id INTEGER PRIMARY KEY, up INTEGER REFERENCES tree (id), name VARCHAR);
    INSERT INTO tree VALUES (3, NULL, 'root');
    INSERT INTO tree VALUES (1, 3, 'branch');
    INSERT INTO tree VALUES (2, 1, 'leaf');
"""


@pytest.fixture(autouse=True)
def start(connection: sa.Connection) -> None:
    raw: Any = connection.connection.driver_connection
    raw.execute(START)


def sql(state: dict[str, Any], table: str) -> str:
    [found] = [text for _, name, text, _ in state["tables"] if name == table]
    return str(found)


def rows(connection: sa.Connection, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(f'FROM "{table}" ORDER BY 1')]


def holds(connection: sa.Connection, *statements: str) -> None:
    """Make sure that constraints refuse these."""
    for statement in statements:
        with pytest.raises(DBAPIError, match="onstraint"):
            connection.exec_driver_sql(statement)


def test_a_type_changes_under_a_unique_constraint(operations: Operations, connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE t (a INTEGER UNIQUE, b INTEGER)")
    connection.exec_driver_sql("INSERT INTO t VALUES (1, 2)")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", type_=sa.Text())
    assert rows(connection, "t") == [("1", 2)]
    holds(connection, "INSERT INTO t VALUES ('1', 3)")


def test_a_table_that_others_refer_to(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    before = state()
    with operations.batch_alter_table("house") as batch:
        batch.create_check_constraint("ck", "k > 0")
        batch.alter_column("id", type_=sa.BigInteger())
    after = state()
    assert sql(after, "house") == (
        "CREATE TABLE house(id BIGINT PRIMARY KEY, k INTEGER UNIQUE,"
        " twice INTEGER GENERATED ALWAYS AS((k * 2)), CHECK((k > 0)));"
    )
    assert [sql(after, name) for name in ("room", "chair")] == [
        sql(before, name) for name in ("room", "chair")
    ]
    assert (after["indexes"], after["comments"]) == (before["indexes"], before["comments"])
    assert rows(connection, "room") == [(1, 10, 5), (2, 20, 6)]
    assert rows(connection, "chair") == [(2, 0)]
    holds(
        connection,
        "DELETE FROM house WHERE id = 2",
        "INSERT INTO room VALUES (3, 30, 1)",
        "INSERT INTO chair VALUES (3, 0)",
        "DELETE FROM room WHERE id = 2",
        "INSERT INTO house VALUES (3, -1)",
    )


def test_a_column_that_is_referred_to_is_renamed(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    with operations.batch_alter_table("house") as batch:
        batch.alter_column("k", new_column_name="order")
    assert rows(connection, "house") == [(1, 10, 20), (2, 20, 40)]
    assert 'twice INTEGER GENERATED ALWAYS AS(("order" * 2))' in sql(state(), "house")
    assert ("house", "twice", "of k") in state()["comments"]
    holds(connection, "INSERT INTO room VALUES (3, 30, 1)")


def test_one_that_others_need_does_not_go(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    before = state()
    with pytest.raises(DBAPIError), operations.batch_alter_table("house") as batch:
        batch.drop_constraint("house_k_key", type_="unique")
    with pytest.raises(ColumnStillUsed), operations.batch_alter_table("house") as batch:
        batch.drop_column("k")
    assert state() == before
    assert rows(connection, "room") == [(1, 10, 5), (2, 20, 6)]


def test_a_table_that_refers_to_itself(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    with operations.batch_alter_table("tree") as batch:
        batch.create_check_constraint("ck", "id > 0")
    assert rows(connection, "tree") == [(1, 3, "branch"), (2, 1, "leaf"), (3, None, "root")]
    holds(connection, "INSERT INTO tree VALUES (4, 7, 'x')", "INSERT INTO tree VALUES (0, 1, 'x')")
    with operations.batch_alter_table("tree") as batch:
        batch.drop_constraint("tree_up_id_fkey", type_="foreignkey")
    connection.exec_driver_sql("INSERT INTO tree VALUES (4, 7, 'x')")
    before = state()
    with pytest.raises(RebuildRefused), operations.batch_alter_table("tree") as batch:
        batch.create_foreign_key("fk", "tree", ["up"], ["id"])
    assert state() == before
    connection.exec_driver_sql("DELETE FROM tree WHERE id = 4")
    with operations.batch_alter_table("tree") as batch:
        batch.create_foreign_key("fk", "tree", ["up"], ["id"])
    holds(connection, "INSERT INTO tree VALUES (4, 7, 'x')")


def test_tables_that_foreign_keys_join_are_renamed(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    before = state()
    for old, new in (("room", "Big room"), ("house", "home"), ("tree", "bush")):
        operations.rename_table(old, new)
    after = state()
    assert sql(after, "chair") == (
        "CREATE TABLE chair(room INTEGER, up INTEGER, FOREIGN KEY (room) REFERENCES Big room(id));"
    )
    assert sql(after, "Big room") == (
        'CREATE TABLE "Big room"(id INTEGER PRIMARY KEY, house INTEGER, b INTEGER,'
        " FOREIGN KEY (house) REFERENCES home(k), CHECK((b > 0)));"
    )
    assert [one[2] for one in after["indexes"]] == ["by_b"]
    assert len(after["comments"]) == len(before["comments"])
    assert rows(connection, "Big room") == [(1, 10, 5), (2, 20, 6)]
    assert rows(connection, "chair") == [(2, 0)]
    assert rows(connection, "home") == [(1, 10, 20), (2, 20, 40)]
    assert rows(connection, "bush") == [(1, 3, "branch"), (2, 1, "leaf"), (3, None, "root")]
    holds(
        connection,
        "DELETE FROM home WHERE id = 2",
        'INSERT INTO "Big room" VALUES (3, 30, 1)',
        "INSERT INTO chair VALUES (3, 0)",
        "INSERT INTO bush VALUES (4, 7, 'x')",
    )
    # What was renamed is changed like any other.
    with operations.batch_alter_table("home") as batch:
        batch.alter_column("k", new_column_name="Kind")
    for new, old in (("Big room", "room"), ("home", "house"), ("bush", "tree")):
        operations.rename_table(new, old)
    assert "FOREIGN KEY (house) REFERENCES house(Kind)" in sql(state(), "room")


def test_no_tables_refer_to_each_other_in_a_circle(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    before = state()
    with pytest.raises(UnsupportedOperation) as caught:
        operations.create_table("x", sa.Column("id", sa.Integer, sa.ForeignKey("y.id"), primary_key=True))
    assert "circle" in (caught.value.hint() or "")
    with pytest.raises(UnsupportedOperation) as caught, operations.batch_alter_table("house") as batch:
        batch.create_foreign_key("fk", "chair", ["k"], ["up"])
    assert "circle" in caught.value.message()
    assert state() == before


def test_temporary_tables_refer_to_each_other(operations: Operations, connection: sa.Connection) -> None:
    key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
    operations.create_table("passing", key, prefixes=["TEMPORARY"])
    refers = sa.Column("id", sa.Integer, sa.ForeignKey("passing.id"))
    operations.create_table("by", refers, prefixes=["TEMPORARY"])
    holds(connection, 'INSERT INTO "by" VALUES (1)')


def test_a_table_of_another_database_is_no_matter_of_order(
    operations: Operations, connection: sa.Connection
) -> None:
    connection.exec_driver_sql("ATTACH ':memory:' AS other")
    connection.exec_driver_sql("CREATE TABLE other.far (id INTEGER PRIMARY KEY)")
    with pytest.raises(DBAPIError, match="cross-database"):
        operations.create_table("near", sa.Column("id", sa.Integer, sa.ForeignKey("other.main.far.id")))


def test_generated_columns_come_change_and_go(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    with operations.batch_alter_table("house") as batch:
        batch.add_column(
            sa.Column("more", sa.BigInteger, sa.Computed("k + 1", persisted=False), comment="next")
        )
        batch.alter_column("twice", new_column_name="double", type_=sa.BigInteger(), comment="2 k")
    assert rows(connection, "house") == [(1, 10, 20, 11), (2, 20, 40, 21)]
    assert [one for one in state()["comments"] if one[0] == "house"] == [
        ("house", "double", "2 k"),
        ("house", "more", "next"),
    ]
    with pytest.raises(UnsupportedOperation), operations.batch_alter_table("house") as batch:
        batch.add_column(sa.Column("kept", sa.BigInteger, sa.Computed("k + 1", persisted=True)))
    with pytest.raises(UnsupportedOperation), operations.batch_alter_table("house") as batch:
        batch.alter_column("more", nullable=False)
    with operations.batch_alter_table("house") as batch:
        batch.drop_column("double")
        batch.drop_column("more")
        batch.alter_column("id", type_=sa.BigInteger())
    assert sql(state(), "house") == "CREATE TABLE house(id BIGINT PRIMARY KEY, k INTEGER UNIQUE);"


def test_what_is_on_a_new_column_comes_with_it(
    operations: Operations, connection: sa.Connection, state: State
) -> None:
    with operations.batch_alter_table("room") as batch:
        batch.add_column(sa.Column("c", sa.Integer, unique=True, index=True))
        batch.add_column(
            sa.Column("d", sa.Enum("x", "y", name="of_d", native_enum=False, create_constraint=True))
        )
    assert {"by_b", "ix_room_c"} == {name for _, _, name, *_ in state()["indexes"]}
    connection.exec_driver_sql("INSERT INTO room VALUES (3, 10, 1, 7, 'x')")
    holds(
        connection,
        "INSERT INTO room VALUES (4, 10, 1, 7, 'x')",
        "INSERT INTO room VALUES (5, 10, 1, 8, 'z')",
    )


def test_a_check_follows_a_new_name(operations: Operations, connection: sa.Connection, state: State) -> None:
    connection.exec_driver_sql("CREATE TABLE t (a VARCHAR, \"and\" INT, CHECK (length(a) > 1 AND a <> 'a'))")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", new_column_name="B c")
        batch.alter_column("and", new_column_name="length")
        batch.create_unique_constraint("uq", ["B c"])
    assert sql(state(), "t") == (
        'CREATE TABLE t("B c" VARCHAR, length INTEGER,'
        ' CHECK(((length("B c") > 1) AND ("B c" != \'a\'))), UNIQUE("B c"));'
    )


def test_several_that_go_by_one_name(operations: Operations, connection: sa.Connection, state: State) -> None:
    connection.exec_driver_sql("CREATE TABLE twins (a INTEGER CHECK (a > 0) CHECK (a < 9) CHECK (a <> 5))")
    with pytest.raises(SeveralConstraints), operations.batch_alter_table("twins") as batch:
        batch.drop_constraint("twins_a_check", type_="check")
    with operations.batch_alter_table("twins") as batch:
        batch.invoke(ops.CreateCheckConstraintOp("ck", "twins", "a < 9").reverse())
    assert sql(state(), "twins") == "CREATE TABLE twins(a INTEGER, CHECK((a > 0)), CHECK((a != 5)));"
    with operations.batch_alter_table("twins") as batch:
        batch.drop_constraint("CHECK (a<>5)", type_="check")
    assert sql(state(), "twins") == "CREATE TABLE twins(a INTEGER, CHECK((a > 0)));"


@pytest.mark.parametrize(
    "name", ["order", "Mixed Case", "quo'te", 'qu"ote', "UPPER", "a-b", "per%cent", "ünï"]
)
def test_the_engine_quotes_no_table_that_is_referred_to(
    operations: Operations, connection: sa.Connection, name: str
) -> None:
    quoted = '"' + name.replace('"', '""') + '"'
    raw: Any = connection.connection.driver_connection
    raw.execute(
        f"CREATE TABLE {quoted} ({quoted} INTEGER PRIMARY KEY, up INTEGER REFERENCES {quoted} ({quoted}));"
        f"CREATE TABLE other (a INTEGER REFERENCES {quoted} ({quoted}));"
        f"INSERT INTO {quoted} VALUES (1, NULL); INSERT INTO other VALUES (1)"
    )
    with operations.batch_alter_table("other") as batch:
        batch.create_check_constraint("ck", "a < 9")
    with operations.batch_alter_table(name) as batch:
        batch.create_unique_constraint("uq", ["up"])
        batch.add_column(sa.Column("new", sa.Integer, nullable=False, server_default="5"))
    assert raw.execute(f"FROM {quoted}").fetchall() == [(1, None, 5)]
    holds(connection, "INSERT INTO other VALUES (2)")
    with pytest.raises(Exception, match="onstraint"):
        raw.execute(f"INSERT INTO {quoted} VALUES (2, 7, 5)")
