"""Rows, keys and counters that a new table must not lose, in the cases where they are lost easily."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.dialects.sqlite import driver
from migrateops.errors.batch import AlreadyThere, BrokenByRebuild, RebuildRefused, RowsLost
from migrateops.errors.database import RebuildWouldCascade
from migrateops.operations import Operations
from migrateops.operations.base import BatchOperations
from migrateops.runtime.migration import MigrationContext
from tests.core.dialects.sqlite.batch.conftest import everything, objects, rows, script

TABLES = """
CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, b TEXT, c TEXT);
CREATE INDEX ix_b ON t (b);
CREATE TABLE child (t_id INTEGER REFERENCES t (id) ON DELETE CASCADE);
INSERT INTO t VALUES (1, 'x', 'y', 'z'), (2, 'x', 'y', 'z'), (100, 'gone', '', '');
DELETE FROM t WHERE id = 100;
INSERT INTO child VALUES (1), (2);
"""


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        script(opened, TABLES)
        yield opened
    engine.dispose()


def model(*more: str) -> sa.Table:
    """Return a definition of the table for copy_from."""
    columns = [sa.Column(name, sa.Text()) for name in ("a", "b", "c", *more)]
    return sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer(), primary_key=True), *columns)


def replaced(batch: BatchOperations) -> None:
    batch.drop_column("b")
    batch.alter_column("a", new_column_name="b")
    batch.drop_index("ix_b", if_exists=True)


def interrupted(batch: Any) -> None:
    batch.drop_column("b")
    batch.execute("SELECT 1")
    batch.drop_index("ix_b", if_exists=True)


@pytest.mark.parametrize("changes", [replaced, interrupted])
def test_rows_that_refer_to_the_table_are_never_deleted(
    operations: Operations, connection: sa.Connection, changes: Callable[[BatchOperations], None]
) -> None:
    script(connection, "PRAGMA foreign_keys = ON; BEGIN")
    before = everything(connection)
    with pytest.raises(RebuildWouldCascade), operations.batch_alter_table("t") as batch:
        changes(batch)
    assert everything(connection) == before


def test_an_index_that_is_dropped_after_its_column(operations: Operations, connection: sa.Connection) -> None:
    with operations.batch_alter_table("t") as batch:
        batch.drop_column("b")
        batch.drop_index("ix_b")
    assert rows(connection, "t") == [(1, "x", "z"), (2, "x", "z")]
    assert "ix_b" not in objects(connection)


def test_a_counter_is_kept_whatever_the_case_of_the_name(
    operations: Operations, connection: sa.Connection
) -> None:
    with operations.batch_alter_table("T") as batch:
        batch.alter_column("a", nullable=False)
    assert rows(connection, "sqlite_sequence") == [("t", 100)]


@pytest.mark.parametrize("clause", ["REPLACE", "IGNORE"])
def test_rows_that_a_conflict_clause_would_drop_stop_it(
    operations: Operations, connection: sa.Connection, clause: str
) -> None:
    before = everything(connection)
    unique = sa.UniqueConstraint("a", sqlite_on_conflict=clause)
    with pytest.raises(RowsLost) as caught, operations.batch_alter_table("t", table_args=[unique]):
        pass
    assert (caught.value.before, caught.value.after) == (2, 1)
    assert everything(connection) == before


def test_a_given_column_that_is_not_there_is_no_text(
    operations: Operations, connection: sa.Connection
) -> None:
    before = everything(connection)
    with (
        pytest.raises(RebuildRefused, match="no such column"),
        operations.batch_alter_table("t", copy_from=model("extra")) as batch,
    ):
        batch.alter_column("a", nullable=False)
    assert everything(connection) == before


def test_columns_of_a_given_table_are_renamed(operations: Operations, connection: sa.Connection) -> None:
    with operations.batch_alter_table("t", copy_from=model()) as batch:
        batch.alter_column("a", new_column_name="z", type_=sa.String(9))
        batch.alter_column("z", nullable=False)
    assert "z VARCHAR(9) NOT NULL" in objects(connection)["t"]
    assert rows(connection, "t") == [(1, "x", "y", "z"), (2, "x", "y", "z")]


def test_a_given_table_counts_until_it_is_changed(operations: Operations, connection: sa.Connection) -> None:
    with operations.batch_alter_table("t", copy_from=model()) as batch:
        batch.alter_column("a", nullable=False)
        batch.execute("UPDATE t SET a = 'w'")
        batch.alter_column("c", nullable=False)
    assert "a TEXT NOT NULL" in objects(connection)["t"]
    assert "c TEXT NOT NULL" in objects(connection)["t"]


def test_what_describes_the_new_table_is_done_once_and_last(
    operations: Operations, connection: sa.Connection
) -> None:
    more = [sa.Column("x", sa.Integer())]
    with operations.batch_alter_table("t", table_args=more, partial_reordering=[("c", "b", "x")]) as batch:
        batch.drop_column("b")
        # Its name is free only when the table was built anew.
        batch.alter_column("a", new_column_name="b")
        batch.alter_column("c", nullable=False)
    names = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(t)")]
    assert names == ["id", "c", "b", "x"]


def test_columns_that_are_all_new_take_any_default(connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE w (a TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO w VALUES ('x')")
    operations = Operations(MigrationContext.configure(connection, plugins=()))
    with operations.batch_alter_table("w") as batch:
        batch.add_column(sa.Column("n", sa.Integer(), server_default=sa.text("(1 IS NULL)"), nullable=False))
        batch.drop_column("a")
        batch.create_primary_key("pk", ["n"])
    assert rows(connection, "w") == [(0,)]


@pytest.mark.parametrize("key", [["n"], ["n", "a"]], ids=["alone", "with another"])
def test_a_key_of_a_column_that_says_so_itself_is_one(
    operations: Operations, connection: sa.Connection, key: list[str]
) -> None:
    """As in a script that was made for PostgreSQL, which numbers the column for what it says."""
    script(connection, "CREATE TABLE w (a TEXT NOT NULL); INSERT INTO w VALUES ('x'), ('y')")
    if len(key) > 1:
        # Only a lone number is one that SQLite gives by itself.
        script(connection, "DELETE FROM w")
    with operations.batch_alter_table("w") as batch:
        batch.add_column(sa.Column("n", sa.Integer(), primary_key=True, nullable=False))
        batch.create_primary_key("pk_w", key)
    assert sa.inspect(connection).get_pk_constraint("w") == {"name": "pk_w", "constrained_columns": key}
    assert rows(connection, "w") == ([("x", 1), ("y", 2)] if len(key) == 1 else [])


def test_a_key_of_other_columns_than_one_that_says_so_itself_is_refused(
    operations: Operations, connection: sa.Connection
) -> None:
    script(connection, "CREATE TABLE w (a TEXT NOT NULL)")

    def attempt() -> None:
        with operations.batch_alter_table("w") as batch:
            batch.add_column(sa.Column("n", sa.Integer(), primary_key=True, nullable=False))
            batch.create_primary_key("pk_w", ["a"])

    with pytest.raises(AlreadyThere):
        attempt()


def test_indexes_and_triggers_of_an_attached_schema(
    operations: Operations, connection: sa.Connection
) -> None:
    script(connection, "ATTACH ':memory:' AS other; CREATE TABLE other.u (id INTEGER PRIMARY KEY, a TEXT)")
    script(connection, "CREATE UNIQUE INDEX other.ix_u ON u (a); INSERT INTO other.u VALUES (1, 'x')")
    script(connection, "CREATE TRIGGER other.tr_u AFTER INSERT ON u BEGIN SELECT 1; END")
    catalog = "SELECT name, sql FROM other.sqlite_master ORDER BY name"
    before = dict(tuple(row) for row in connection.exec_driver_sql(catalog))
    with operations.batch_alter_table("u", schema="other") as batch:
        batch.alter_column("a", nullable=False)
    after = dict(tuple(row) for row in connection.exec_driver_sql(catalog))
    assert after == {**before, "u": "CREATE TABLE u (id INTEGER PRIMARY KEY, a TEXT NOT NULL)"}
    assert rows(connection, "other.u") == [(1, "x")]


def test_a_key_of_several_columns_does_not_go_in_silence(
    operations: Operations, connection: sa.Connection
) -> None:
    script(connection, "CREATE TABLE k (a TEXT, b TEXT, CONSTRAINT uq UNIQUE (a, b))")
    with operations.batch_alter_table("k") as batch:
        batch.drop_column("b")
    [note] = operations.migration_context.notes
    assert "'uq'" in note


NAMED = {
    "view": 'CREATE VIEW other AS SELECT "b" AS x FROM t',
    "of a view": 'CREATE TRIGGER other INSTEAD OF DELETE ON v BEGIN SELECT "b" FROM t; END',
    "trigger": 'CREATE TRIGGER other AFTER INSERT ON child BEGIN SELECT "B" FROM t; END',
}


@pytest.mark.parametrize("named", NAMED)
def test_a_name_in_double_quotes_does_not_become_a_text(
    operations: Operations, connection: sa.Connection, named: str
) -> None:
    """Where no column has the name, SQLite takes it for a text, and the view or trigger still works."""
    script(connection, f"CREATE VIEW v AS SELECT a FROM t; {NAMED[named]}")
    before = everything(connection)
    with pytest.raises(BrokenByRebuild) as caught, operations.batch_alter_table("t") as batch:
        batch.drop_column("b")
    assert caught.value.name == "other"
    assert everything(connection) == before


def test_a_text_in_double_quotes_stays_one(operations: Operations, connection: sa.Connection) -> None:
    script(connection, 'CREATE VIEW v AS SELECT "b" AS x FROM child; CREATE VIEW w AS SELECT x FROM v')
    script(connection, "CREATE TRIGGER tr INSTEAD OF INSERT ON v BEGIN SELECT 1; END")
    before = objects(connection)
    with operations.batch_alter_table("t") as batch:
        batch.drop_column("b")
    after = objects(connection)
    assert {name: after[name] for name in ("v", "w", "tr")} == {
        name: before[name] for name in ("v", "w", "tr")
    }
    assert rows(connection, "v") == [("b",), ("b",)]


def test_an_index_that_is_dropped_right_after_it_was_made(
    operations: Operations, connection: sa.Connection
) -> None:
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
        batch.create_index("ix_b_a", ["b", "a"])
        batch.add_column(sa.Column("d", sa.Text(), index=True))
        batch.drop_index("ix_b_a")
        batch.drop_index("ix_t_d")
        batch.drop_index("ix_b")
        batch.create_index("ix_b", ["b", "c"])
    found = objects(connection)
    assert sorted(name for name in found if name.startswith("ix")) == ["ix_b"]
    assert found["ix_b"] == "CREATE INDEX ix_b ON t (b, c)"


def test_no_explain_is_sent_twice(
    operations: Operations, connection: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver would use again what it has compiled, and versions of SQLite crash on that."""
    sent: list[str] = []
    send = driver.send

    def note(connection: sa.Connection, statement: str, *parameters: Any) -> list[Any]:
        sent.append(statement)
        return send(connection, statement, *parameters)

    monkeypatch.setattr(driver, "send", note)
    script(connection, "CREATE TRIGGER tr AFTER DELETE ON child BEGIN DELETE FROM t WHERE a = old.t_id; END")
    for type_ in (sa.Integer(), sa.Text()):
        with operations.batch_alter_table("t") as batch:
            batch.alter_column("c", type_=sa.Text(), server_default="1")
            batch.alter_column("b", server_default=str(type_))
    explained = [statement for statement in sent if statement.startswith("EXPLAIN")]
    assert len(explained) == len(set(explained)) > 3


def test_a_column_that_is_dropped_right_after_it_was_indexed(
    operations: Operations, connection: sa.Connection
) -> None:
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
        batch.create_index("ix_c_lower", [sa.text("lower(c)")])
        batch.add_column(sa.Column("d", sa.Text(), index=True))
        batch.drop_column("c")
        batch.drop_column("d")
    assert sorted(name for name in objects(connection) if name.startswith("ix")) == ["ix_b"]
    assert rows(connection, "t") == [(1, "x", "y"), (2, "x", "y")]


def test_an_index_on_a_column_that_is_added_after_another_was_dropped(
    operations: Operations, connection: sa.Connection
) -> None:
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
        batch.create_index("ix_d_a", ["d", "a"])
        batch.drop_column("c")
        batch.add_column(sa.Column("d", sa.Text()))
    assert objects(connection)["ix_d_a"] == "CREATE INDEX ix_d_a ON t (d, a)"


def test_a_trigger_that_waits_for_a_column_that_is_no_more(
    operations: Operations, connection: sa.Connection
) -> None:
    script(connection, "CREATE TRIGGER tr BEFORE UPDATE OF a, [B] ON t BEGIN SELECT 1; END")
    before = everything(connection)
    with pytest.raises(BrokenByRebuild) as caught, operations.batch_alter_table("t") as batch:
        batch.drop_column("b")
    assert caught.value.name == "tr"
    assert everything(connection) == before


def test_an_index_does_not_go_over_to_a_new_column_of_the_name(
    operations: Operations, connection: sa.Connection
) -> None:
    with operations.batch_alter_table("t") as batch:
        batch.drop_column("b")
        batch.add_column(sa.Column("b", sa.Integer(), server_default="5"))
    assert "ix_b" not in objects(connection)
    assert rows(connection, "t") == [(1, "x", "z", 5), (2, "x", "z", 5)]
    [note] = operations.migration_context.notes
    assert "'ix_b'" in note
