from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from migrateops.errors.base import MigrateOpsError
from migrateops.errors.batch import (
    AlreadyThere,
    AmbiguousConstraint,
    BatchArgument,
    BrokenByRebuild,
    ColumnNotFound,
    ColumnStillUsed,
    ConstraintNotFound,
    ImpossibleOrder,
    RebuildRefused,
    RowsDoNotFit,
    TableNotFound,
    TableUnreadable,
)
from migrateops.errors.database import RebuildWouldCascade
from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import BatchOperations, Operations
from tests.core.dialects.sqlite.batch.conftest import everything, objects, rows, script


def columns(connection: sa.Connection, table: str = "item") -> dict[str, tuple[str, int, str | None]]:
    """Return type, NOT NULL and default of each column, in order."""
    found = connection.exec_driver_sql(f"PRAGMA table_xinfo({table})")
    return {row[1]: (row[2], row[3], row[4]) for row in found}


def test_all_that_is_not_changed_stays(operations: Operations, connection: sa.Connection) -> None:
    before, data = everything(connection)
    with operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", type_=sa.Integer())
    after, data_after = everything(connection)
    assert after.pop("item") == before.pop("item").replace("amount TEXT", "amount INTEGER")
    assert after == before
    assert data_after["item"] == [(1, "one", 10, 20, 1, 1), (2, "two", None, None, 1, 0)]
    assert data_after["sqlite_sequence"] == data["sqlite_sequence"] == [("item", 100)]
    assert {name: data_after[name] for name in ("parent", "child")} == {
        name: data[name] for name in ("parent", "child")
    }
    connection.exec_driver_sql("UPDATE item SET name = 'uno' WHERE id = 1")
    assert rows(connection, "log") == [("uno",)]
    connection.exec_driver_sql("INSERT INTO item (name) VALUES ('next')")
    assert rows(connection, "item")[-1][0] == 101


def test_building_a_table_anew_for_nothing_changes_nothing(
    operations: Operations, connection: sa.Connection
) -> None:
    before = everything(connection)
    with operations.batch_alter_table("item", recreate="always"):
        pass
    assert everything(connection) == before


def test_nothing_is_rebuilt_where_altering_does_it(operations: Operations, connection: sa.Connection) -> None:
    sent: list[str] = []

    @event.listens_for(connection, "before_cursor_execute")
    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement.split()[0] + " " + statement.split()[1])

    with operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", new_column_name="total")
        batch.add_column(sa.Column("note", sa.String(10), server_default="n"))
        batch.create_index("ix_note", ["note"])
    with operations.batch_alter_table("item") as batch:
        batch.drop_index("ix_note")
        batch.drop_column("note")
    assert sent == ["ALTER TABLE", "ALTER TABLE", "CREATE INDEX", "DROP INDEX", "ALTER TABLE"]
    assert "total" in columns(connection)
    assert "total IS NOT NULL" in objects(connection)["ix_expression"]


Change = Callable[[BatchOperations], object]


def _nullable(batch: BatchOperations) -> None:
    batch.alter_column("name", nullable=True, server_default=None)


@pytest.mark.parametrize(
    ("change", "column", "expected"),
    [
        (lambda b: b.alter_column("amount", nullable=False, server_default="0"), "amount", None),
        (_nullable, "name", ("VARCHAR(80)", 0, None)),
        (lambda b: b.alter_column("name", type_=sa.Text()), "name", ("TEXT", 1, "'x, y'")),
        (lambda b: b.alter_column("flag", server_default=sa.text("1")), "flag", ("BOOLEAN", 0, "1")),
        (
            lambda b: b.alter_column("flag", server_default=sa.text("(1 + 1)")),
            "flag",
            ("BOOLEAN", 0, "1 + 1"),
        ),
        (
            lambda b: b.alter_column("amount", server_default=sa.func.lower("A")),
            "amount",
            ("TEXT", 0, "lower('A')"),
        ),
    ],
)
def test_a_column_is_altered_and_keeps_the_rest(
    operations: Operations,
    connection: sa.Connection,
    change: Change,
    column: str,
    expected: tuple[str, int, str | None] | None,
) -> None:
    if expected is None:
        connection.exec_driver_sql("UPDATE item SET amount = '1' WHERE amount IS NULL")
        expected = ("TEXT", 1, "'0'")
    others = {name: found for name, found in columns(connection).items() if name != column}
    with operations.batch_alter_table("item") as batch:
        change(batch)
    assert columns(connection).pop(column) == expected
    assert {name: found for name, found in columns(connection).items() if name != column} == others
    assert "COLLATE NOCASE" in objects(connection)["item"]


def test_rows_that_have_null_stop_a_not_null(operations: Operations, connection: sa.Connection) -> None:
    before = everything(connection)
    with pytest.raises(RowsDoNotFit) as caught, operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", nullable=False)
    assert (caught.value.column, caught.value.count) == ("amount", 1)
    assert everything(connection) == before


def test_values_that_a_type_cannot_have_stop_it(operations: Operations, connection: sa.Connection) -> None:
    connection.exec_driver_sql("UPDATE item SET amount = '12 apples' WHERE id = 2")
    before = everything(connection)
    with pytest.raises(RowsDoNotFit) as caught, operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", type_=sa.Integer())
    assert (caught.value.count, caught.value.example) == (1, "'12 apples'")
    caught.value.example = f"'{'1' * 1000}'"
    assert len(caught.value.message()) < 200
    assert everything(connection) == before


def test_a_new_column_that_needs_a_value_and_has_none_is_refused(
    operations: Operations, connection: sa.Connection
) -> None:
    before = everything(connection)
    with pytest.raises(RowsDoNotFit) as caught, operations.batch_alter_table("item") as batch:
        batch.add_column(sa.Column("needed", sa.Integer(), nullable=False))
    assert "server_default" in caught.value.hint()
    assert everything(connection) == before


def test_a_column_is_added_with_all_that_belongs_to_it(
    operations: Operations, connection: sa.Connection
) -> None:
    with operations.batch_alter_table("item") as batch:
        batch.add_column(
            sa.Column("owner", sa.Integer(), sa.ForeignKey("parent.id", name="fk_owner"), index=True),
            insert_after="id",
        )
        batch.add_column(sa.Column("code", sa.String(3), sa.CheckConstraint("code <> ''", name="ck_code")))
        batch.add_column(sa.Column("made", sa.DateTime(), server_default=sa.func.current_timestamp()))
    assert list(columns(connection)) == [
        "id", "owner", "name", "amount", "double", "parent_id", "flag", "code", "made",
    ]  # fmt: skip
    text = objects(connection)["item"]
    assert "CONSTRAINT fk_owner FOREIGN KEY(owner) REFERENCES parent (id)" in text
    assert "CONSTRAINT ck_code CHECK (code <> '')" in text
    assert "ix_item_owner" in objects(connection)
    assert all(row[-1] is not None for row in rows(connection, "item"))


def test_a_column_goes_with_its_keys_and_indexes(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE INDEX ix_parent ON item (parent_id); DROP TRIGGER of_parent")
    with operations.batch_alter_table("item") as batch:
        batch.drop_column("parent_id")
    assert "parent_id" not in columns(connection)
    assert "uq_item" not in objects(connection)["item"]
    assert "ix_parent" not in objects(connection)
    assert "ix_expression" in objects(connection)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda b: b.drop_column("flag"), ColumnStillUsed),
        (lambda b: b.drop_column("amount"), ColumnStillUsed),
        (lambda b: b.drop_column("nmae"), ColumnNotFound),
        (lambda b: b.alter_column("nmae", nullable=False), ColumnNotFound),
        (lambda b: b.drop_constraint("nothing", type_="unique"), ConstraintNotFound),
        (lambda b: b.drop_constraint("uq_item", type_="foreignkey"), ConstraintNotFound),
        (lambda b: b.add_column(sa.Column("NAME", sa.Integer(), unique=True)), AlreadyThere),
        (lambda b: b.create_unique_constraint("uq_item", ["name"]), AlreadyThere),
        (lambda b: b.create_primary_key("pk", ["name"]), AlreadyThere),
        (lambda b: b.create_unique_constraint("u", ["missing"]), ColumnNotFound),
        (lambda b: b.add_column(sa.Column("a", sa.Integer()), insert_before="missing"), ColumnNotFound),
        (lambda b: b.create_check_constraint("ck", "no such syntax"), RebuildRefused),
        (lambda b: b.create_unique_constraint("u", ["flag", "parent_id"]), None),
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(
    operations: Operations,
    connection: sa.Connection,
    change: Change,
    error: type[MigrateOpsError] | None,
) -> None:
    if error is None:
        connection.exec_driver_sql("UPDATE item SET flag = 1")
        error = RebuildRefused  # rows that are not unique
    before = everything(connection)

    def attempt() -> None:
        with operations.batch_alter_table("item") as batch:
            batch.alter_column("flag", server_default="1")
            change(batch)

    with pytest.raises(error):
        attempt()
    assert everything(connection) == before


@pytest.mark.parametrize("name", [None, "ck_item_flag"])
def test_the_check_of_a_type_goes_with_its_column(
    operations: Operations, connection: sa.Connection, name: str | None
) -> None:
    with operations.batch_alter_table("item") as batch:
        batch.drop_column("flag", existing_type=sa.Boolean(create_constraint=True, name=name))
    assert "flag" not in columns(connection)
    assert objects(connection)["item"].count("CHECK") == 1


def test_a_check_is_dropped_before_its_column(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE t (a INTEGER, b INTEGER, CONSTRAINT positive CHECK (b > 0))")
    with operations.batch_alter_table("t") as batch:
        batch.drop_constraint("positive", type_="check")
        batch.drop_column("b")
    assert objects(connection)["t"] == "CREATE TABLE t (a INTEGER)"


def test_a_type_with_a_check_takes_the_place_of_another(
    operations: Operations, connection: sa.Connection
) -> None:
    old, new = (
        sa.Enum(*names, name="kind", create_constraint=True) for names in (("a", "b"), ("a", "b", "c"))
    )
    operations.create_table("t", sa.Column("kind", old))
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("kind", type_=new, existing_type=old)
    assert objects(connection)["t"].count("CHECK") == 1
    connection.exec_driver_sql("INSERT INTO t VALUES ('c')")


def test_a_name_that_the_convention_gives_twice_is_refused(
    operations: Operations, connection: sa.Connection
) -> None:
    before = everything(connection)
    with (
        pytest.raises(AmbiguousConstraint) as caught,
        operations.batch_alter_table("item", naming_convention={"ck": "ck_%(table_name)s"}) as batch,
    ):
        batch.drop_constraint("ck_item", type_="check")
    assert caught.value.count == 2
    assert everything(connection) == before


def test_constraints_are_dropped_by_what_the_convention_calls_them(
    operations: Operations, connection: sa.Connection
) -> None:
    script(connection, "CREATE TABLE t (a INTEGER, b INTEGER UNIQUE, c REFERENCES parent, UNIQUE (a, b))")
    convention = {
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
    }
    with operations.batch_alter_table("t", naming_convention=convention) as batch:
        batch.drop_constraint("uq_t_a_b", type_="unique")
        batch.drop_constraint("fk_t_parent", type_="foreignkey")
    # What stays without a name has the convention's afterwards, so that it can be dropped by it.
    assert objects(connection)["t"] == "CREATE TABLE t (a INTEGER, b INTEGER CONSTRAINT uq_t_b UNIQUE, c)"


def test_a_primary_key_needs_no_name(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE t (a INTEGER, b INTEGER, PRIMARY KEY (a)); INSERT INTO t VALUES (7, 8)")
    with operations.batch_alter_table("t") as batch:
        batch.drop_constraint("pk_t", type_="primary")
        batch.create_primary_key("pk_t", ["b"])
    assert sa.inspect(connection).get_pk_constraint("t") == {"name": "pk_t", "constrained_columns": ["b"]}
    assert rows(connection, "t") == [(7, 8)]


def test_columns_are_put_into_order(operations: Operations, connection: sa.Connection) -> None:
    order = [("flag", "amount"), ("parent_id", "id")]
    with operations.batch_alter_table("item", partial_reordering=order) as batch:
        batch.alter_column("name", insert_after="flag")
    assert list(columns(connection)) == ["double", "parent_id", "id", "flag", "amount", "name"]
    assert connection.exec_driver_sql("SELECT id, name, amount FROM item ORDER BY id").fetchall() == [
        (1, "one", "10"),
        (2, "two", None),
    ]


def test_an_order_that_contradicts_itself_is_refused(
    operations: Operations, connection: sa.Connection
) -> None:
    before = everything(connection)
    order = [("id", "name"), ("name", "flag"), ("flag", "id")]
    with (
        pytest.raises(ImpossibleOrder) as caught,
        operations.batch_alter_table("item", partial_reordering=order) as batch,
    ):
        batch.alter_column("name", nullable=True)
    assert set(caught.value.columns) == {"id", "name", "flag"}
    assert everything(connection) == before


@pytest.mark.parametrize("name", ["amount", "total"])
def test_a_renamed_column_goes_by_both_names_afterwards(
    operations: Operations, connection: sa.Connection, name: str
) -> None:
    with operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", new_column_name="total")
        batch.alter_column(name, type_=sa.Integer())
    assert columns(connection)["total"] == ("INTEGER", 0, None)
    assert rows(connection, "item")[0] == (1, "one", 10, 20, 1, 1)


def test_names_are_exchanged(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE t (a TEXT, b TEXT); INSERT INTO t VALUES ('1', '2')")
    with operations.batch_alter_table("t") as batch:
        batch.drop_column("b")
        batch.alter_column("a", new_column_name="b", type_=sa.Integer())
        batch.add_column(sa.Column("a", sa.Integer(), server_default="5"))
    assert rows(connection, "t") == [(1, 5)]
    assert list(columns(connection, "t")) == ["b", "a"]


def test_a_view_that_would_not_work_stops_it(operations: Operations, connection: sa.Connection) -> None:
    before = everything(connection)
    with pytest.raises(BrokenByRebuild) as caught, operations.batch_alter_table("item") as batch:
        batch.drop_column("name")
    assert (caught.value.kind, caught.value.name) in {("view", "named"), ("trigger", "logged")}
    assert everything(connection) == before


def test_a_view_that_did_not_work_before_is_no_matter(
    operations: Operations, connection: sa.Connection
) -> None:
    script(connection, "CREATE VIEW wrong AS SELECT * FROM nowhere")
    with operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", type_=sa.Integer())
    assert columns(connection)["amount"][0] == "INTEGER"


def test_row_numbers_stay(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE t (a TEXT); INSERT INTO t (rowid, a) VALUES (5, 'x'), (9, 'y')")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
    assert connection.exec_driver_sql("SELECT rowid, a FROM t").fetchall() == [(5, "x"), (9, "y")]


def test_options_of_the_table_are_kept_and_changed(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER) STRICT, WITHOUT ROWID")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("b", nullable=False)
    assert objects(connection)["t"].endswith("STRICT, WITHOUT ROWID")
    with operations.batch_alter_table("t", table_kwargs={"sqlite_strict": False, "mysql_engine": "x"}):
        pass
    assert objects(connection)["t"].endswith(") WITHOUT ROWID")


def test_further_constraints_for_the_new_table(operations: Operations, connection: sa.Connection) -> None:
    given = (sa.CheckConstraint("flag IN (0, 1)"), sa.CheckConstraint("id > 0", name="positive"))
    with operations.batch_alter_table("item", table_args=given) as batch:
        batch.alter_column("amount", server_default="1")
    text = objects(connection)["item"]
    assert text.count("flag IN (0, 1)") == 1  # it was there, and is not lost
    assert "CONSTRAINT positive CHECK (id > 0)" in text


def test_statements_in_a_batch_keep_their_place(operations: Operations, connection: sa.Connection) -> None:
    with operations.batch_alter_table("item") as batch:
        batch.add_column(sa.Column("extra", sa.Integer()))
        batch.execute("UPDATE item SET extra = id * 10")
        batch.alter_column("extra", nullable=False)
    assert [row[-1] for row in rows(connection, "item")] == [10, 20]
    assert columns(connection)["extra"] == ("INTEGER", 1, None)


def test_a_table_that_refers_to_itself(operations: Operations, connection: sa.Connection) -> None:
    text = "CREATE TABLE tree (id INTEGER PRIMARY KEY, up INTEGER REFERENCES tree (id))"
    script(connection, f"{text}; INSERT INTO tree VALUES (1, NULL), (2, 1)")
    with operations.batch_alter_table("tree") as batch:
        batch.alter_column("up", server_default="1")
    assert objects(connection)["tree"] == text.replace("tree (id))", "tree (id) DEFAULT '1')")
    assert rows(connection, "tree") == [(1, None), (2, 1)]


def test_enforced_keys_are_set_aside_where_that_is_possible(
    operations: Operations, connection: sa.Connection
) -> None:
    connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    with operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", type_=sa.Integer())
    assert rows(connection, "child") == [(1, 1), (2, 2)]
    assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_enforced_keys_in_a_transaction_stop_it_before_anything(
    operations: Operations, connection: sa.Connection
) -> None:
    connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    connection.exec_driver_sql("INSERT INTO parent VALUES (2)")  # the driver begins here
    before = everything(connection)
    with pytest.raises(RebuildWouldCascade), operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", type_=sa.Integer())
    assert everything(connection) == before


def test_what_is_no_ordinary_table_is_refused(operations: Operations, connection: sa.Connection) -> None:
    with pytest.raises(TableNotFound) as caught, operations.batch_alter_table("itme") as batch:
        batch.alter_column("a", nullable=False)
    assert caught.value.closest == "item"
    script(connection, "CREATE TABLE t (a INT CONSTRAINT x CONSTRAINT y NOT NULL)")
    with pytest.raises(TableUnreadable), operations.batch_alter_table("t") as batch:
        batch.alter_column("a", type_=sa.Text())
    with pytest.raises(BatchArgument), operations.batch_alter_table("item", recreate="maybe"):  # type: ignore[arg-type]
        pass


def test_never_alters_or_refuses(operations: Operations, connection: sa.Connection) -> None:
    before = everything(connection)

    def attempt() -> None:
        with operations.batch_alter_table("item", recreate="never") as batch:
            batch.add_column(sa.Column("new", sa.Integer()))
            batch.alter_column("amount", type_=sa.Integer())

    with pytest.raises(UnsupportedOperation):
        attempt()
    assert everything(connection) == before


def test_a_failure_at_any_statement_leaves_all_as_it_was(
    operations: Operations, connection: sa.Connection
) -> None:
    class Stop(Exception):
        pass

    sent = 0
    stop_at: int | None = None

    @event.listens_for(connection, "before_cursor_execute")
    def count(*_: Any) -> None:
        nonlocal sent
        sent += 1
        if sent == stop_at:
            raise Stop

    def change() -> None:
        with operations.batch_alter_table("item") as batch:
            batch.alter_column("amount", type_=sa.Integer(), nullable=True, server_default="3")

    before = everything(connection)
    sent = 0
    with connection.begin_nested() as savepoint:
        start = sent
        change()
        count_of_statements = sent - start
        savepoint.rollback()
    assert count_of_statements > 5
    for number in range(1, count_of_statements + 1):
        sent, stop_at = 0, number
        with pytest.raises(Stop):
            change()
        stop_at = None
        assert everything(connection) == before
