"""A batch that builds a table anew: it is as it was but for what was asked, and so is all around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from migrateops.errors.base import MigrateOpsError
from migrateops.errors.batch import RebuildRefused, TableNotFound
from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_duckdb.errors import NoSuchConstraint

State = Callable[[], dict[str, Any]]

START = """
    CREATE SEQUENCE room_id_seq START 10;
    CREATE TABLE house (id INTEGER PRIMARY KEY, k INTEGER, UNIQUE (id, k));
    CREATE TABLE room (
        id INTEGER DEFAULT nextval('room_id_seq') PRIMARY KEY,
        "Odd, name)" VARCHAR DEFAULT 'a,(b' UNIQUE,
        house INTEGER REFERENCES house (id),
        size INTEGER NOT NULL CHECK (size > 0),
        twice INTEGER GENERATED ALWAYS AS (size * 2),
        mood ENUM('so so', 'it''s 100%'),
        parts STRUCT(a INTEGER, b VARCHAR[]),
        words VARCHAR COLLATE NOCASE,
        UNIQUE (house, size),
        CHECK (house <> size),
        CHECK ("Odd, name)" <> 'UNIQUE, (')
    );
    COMMENT ON TABLE room IS 'it''s 100% a room';
    COMMENT ON COLUMN room.size IS 'in m%';
    CREATE INDEX by_size ON room (size, (size + abs(size)));
    CREATE UNIQUE INDEX by_words ON room (words);
    COMMENT ON INDEX by_size IS 'it''s an index';
    CREATE VIEW big AS SELECT id, size FROM room WHERE size > 5;
    CREATE MACRO number_of_rooms() AS (SELECT count(*) FROM room);
    INSERT INTO house VALUES (1, 1), (2, 2);
    INSERT INTO room ("Odd, name)", house, size, mood, parts, words)
        VALUES ('x', 1, 7, 'so so', {'a': 1, 'b': ['y']}, 'w'), ('z', 2, 3, NULL, NULL, NULL)
"""
ROOM = (
    "CREATE TABLE room(id INTEGER DEFAULT(nextval('room_id_seq')) PRIMARY KEY,"
    " \"Odd, name)\" VARCHAR DEFAULT('a,(b') UNIQUE, house INTEGER, size INTEGER NOT NULL,"
    " twice INTEGER GENERATED ALWAYS AS((size * 2)), mood ENUM('so so', 'it''s 100%'),"
    " parts STRUCT(a INTEGER, b VARCHAR[]), words VARCHAR COLLATE NOCASE,"
    " FOREIGN KEY (house) REFERENCES house(id), CHECK((size > 0)), UNIQUE(house, size),"
    " CHECK((house != size)), CHECK((\"Odd, name)\" != 'UNIQUE, (')));"
)
ROWS = [
    (10, "x", 1, 7, 14, "so so", {"a": 1, "b": ["y"]}, "w"),
    (11, "z", 2, 3, 6, None, None, None),
]


@pytest.fixture(autouse=True)
def start(connection: sa.Connection) -> None:
    raw: Any = connection.connection.driver_connection
    raw.execute(START)


@pytest.fixture
def rows(connection: sa.Connection) -> Callable[[], list[Any]]:
    return lambda: [tuple(row) for row in connection.exec_driver_sql("FROM room ORDER BY id")]


@pytest.fixture(params=["in a transaction", "outside of one"])
def run(request: pytest.FixtureRequest, engine: sa.Engine, operations: Operations) -> Callable[..., None]:
    """Run a batch on a connection of each kind."""

    def outside(changes: Callable[[Any], None], **options: Any) -> None:
        with operations.batch_alter_table("room", **options) as batch:
            changes(batch)

    def inside(changes: Callable[[Any], None], **options: Any) -> None:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"transaction": "per_run"})
            with (
                context.begin_transaction(),
                Operations(context).batch_alter_table("room", **options) as batch,
            ):
                changes(batch)

    return inside if request.param == "in a transaction" else outside


Run = Callable[..., None]
Rows = Callable[[], list[Any]]


def sql(state: dict[str, Any], table: str = "room") -> str:
    [found] = [text for _, name, text, _ in state["tables"] if name == table]
    return str(found)


def test_the_start(state: State, rows: Rows) -> None:
    assert sql(state()) == ROOM
    assert rows() == ROWS


def test_a_table_that_is_built_anew_is_as_it_was(
    run: Run, state: State, rows: Rows, connection: sa.Connection
) -> None:
    before = state()
    run(lambda batch: None, recreate="always")
    assert state() == before
    assert rows() == ROWS
    comment = "SELECT comment FROM duckdb_indexes() WHERE index_name = 'by_size'"
    assert connection.exec_driver_sql(comment).scalar_one() == "it's an index"
    assert connection.exec_driver_sql("FROM big").all() == [(10, 7)]
    assert connection.exec_driver_sql("SELECT number_of_rooms()").scalar_one() == 2
    # The counter goes on.
    connection.exec_driver_sql("INSERT INTO room (house, size) VALUES (1, 8)")
    assert connection.exec_driver_sql("SELECT max(id) FROM room").scalar_one() == 12
    # And the constraints hold, on both sides of the foreign key.
    for statement in (
        "INSERT INTO room (house, size) VALUES (3, 9)",
        "INSERT INTO room (house, size) VALUES (1, 8)",
        "INSERT INTO room (house, size) VALUES (1, -8)",
        "DELETE FROM house WHERE id = 2",
    ):
        with pytest.raises(DBAPIError, match="onstraint"):
            connection.exec_driver_sql(statement)


ADDED: dict[str, tuple[Callable[[], Any], str]] = {
    "unique": (
        lambda: ops.CreateUniqueConstraintOp("uq", "room", ["size", "words"]),
        "UNIQUE(size, words)",
    ),
    "check": (
        lambda: ops.CreateCheckConstraintOp("ck", "room", "words <> 'a,) 100%'"),
        "CHECK((words != 'a,) 100%'))",
    ),
    "foreign key": (
        lambda: ops.CreateForeignKeyOp("fk", "room", "house", ["house", "size"], ["id", "k"]),
        "FOREIGN KEY (house, size) REFERENCES house(id, k)",
    ),
}


@pytest.mark.parametrize("kind", ADDED)
def test_a_constraint_there_and_back(kind: str, operations: Operations, state: State, rows: Rows) -> None:
    made, text = ADDED[kind]
    if kind == "foreign key":
        operations.execute("INSERT INTO house VALUES (3, 3)")
        operations.execute("UPDATE room SET house = NULL")
    before, kept = state(), rows()
    for _ in range(2):
        with operations.batch_alter_table("room") as batch:
            batch.invoke(made())
        assert text in sql(state())
        assert state()["indexes"] == before["indexes"]
        assert rows() == kept
        with operations.batch_alter_table("room") as batch:
            batch.invoke(made().reverse())
        assert state() == before
        assert rows() == kept


@pytest.mark.parametrize(
    ("name", "kind", "gone", "put"),
    [
        ("room_size_check", "check", ", CHECK((size > 0))", ""),
        ("ROOM_HOUSE_SIZE_KEY", "unique", ", UNIQUE(house, size)", ""),
        ("room_house_id_fkey", "foreignkey", ", FOREIGN KEY (house) REFERENCES house(id)", ""),
        ("room_odd, name)_key", None, " UNIQUE,", ","),
        # A column of a key stays NOT NULL.
        ("whatever", "primary", " PRIMARY KEY", " NOT NULL"),
    ],
)
def test_dropping_by_the_name_that_the_engine_gives(
    name: str, kind: str | None, gone: str, put: str, run: Run, state: State, rows: Rows
) -> None:
    run(lambda batch: batch.drop_constraint(name, type_=kind))
    assert sql(state()) == ROOM.replace(gone, put, 1)
    assert rows() == ROWS


def test_many_changes_at_once(run: Run, state: State, rows: Rows, connection: sa.Connection) -> None:
    def changes(batch: Any) -> None:
        batch.drop_constraint("room_size_check", type_="check")
        batch.drop_index("by_words")
        batch.alter_column("words", type_=sa.Integer(), duckdb_using="length(words)", comment="how many")
        batch.alter_column("words", new_column_name="letters")
        batch.add_column(sa.Column("seen", sa.Integer, server_default="5", nullable=False))
        batch.create_unique_constraint("uq", ["letters", "seen"])
        batch.create_index("by_letters", ["letters"])
        batch.drop_column("parts")
        batch.create_table_comment("new", existing_comment="old")

    run(changes)
    after = state()
    text = sql(after)
    assert "letters INTEGER, seen INTEGER DEFAULT('5') NOT NULL" in text
    assert "UNIQUE(letters, seen)" in text
    assert "parts" not in text
    assert "size > 0" not in text
    assert [name for _, _, name, *_ in after["indexes"]] == ["by_letters", "by_size"]
    assert after["comments"] == [("room", "letters", "how many"), ("room", "size", "in m%")]
    assert [row[-2:] for row in rows()] == [(1, 5), (None, 5)]


def test_in_a_transaction_a_batch_gets_indexes_out_of_the_way(
    engine: sa.Engine, state: State, rows: Rows
) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction": "per_run"})
        with context.begin_transaction():
            with Operations(context).batch_alter_table("room") as batch:
                batch.alter_column("size", new_column_name="area")
            with Operations(context).batch_alter_table("room") as batch:
                batch.alter_column("area", nullable=True)
    assert [text for *_, name, _, text in state()["indexes"] if name == "by_size"] == [
        "CREATE INDEX by_size ON room(area, ((area + abs(area))));"
    ]
    assert rows() == ROWS


def test_what_fails_leaves_the_table_as_it_was(run: Run, state: State, rows: Rows) -> None:
    before = state()

    def too_few(batch: Any) -> None:
        batch.drop_column("parts")
        batch.create_check_constraint("ck", "size > 5")

    with pytest.raises(RebuildRefused) as caught:
        run(too_few)
    assert (caught.value.table, "size > 5" in caught.value.message()) == ("room", True)

    def no_such_type(batch: Any) -> None:
        batch.create_check_constraint("ck", "size > 1")
        batch.alter_column("words", type_=sa.Integer())

    with pytest.raises(DBAPIError):
        run(no_such_type)
    assert state() == before
    assert rows() == ROWS


REFUSED: list[tuple[Callable[[Any], Any], dict[str, Any], type[MigrateOpsError]]] = [
    (lambda batch: batch.drop_constraint("no"), {}, NoSuchConstraint),
    (lambda batch: batch.drop_constraint("room_house_size_key", type_="check"), {}, NoSuchConstraint),
    (
        lambda batch: batch.create_unique_constraint("uq", ["size"]),
        {"table_args": [sa.CheckConstraint("size > 0")]},
        UnsupportedOperation,
    ),
    (
        lambda batch: batch.create_unique_constraint("uq", ["size"]),
        {"recreate": "never"},
        UnsupportedOperation,
    ),
    (
        lambda batch: batch.create_foreign_key("fk", "house", ["size"], ["id"], ondelete="CASCADE"),
        {},
        UnsupportedOperation,
    ),
]


@pytest.mark.parametrize(("changes", "options", "error"), REFUSED)
def test_refused(
    changes: Callable[[Any], Any],
    options: dict[str, Any],
    error: type[MigrateOpsError],
    run: Run,
    state: State,
    rows: Rows,
) -> None:
    before = state()
    with pytest.raises(error) as caught:
        run(changes, **options)
    assert caught.value.hint()
    assert state() == before
    assert rows() == ROWS


def test_a_column_of_a_foreign_key_is_renamed(run: Run, state: State, connection: sa.Connection) -> None:
    run(lambda batch: batch.alter_column("house", new_column_name="Home"), recreate="always")
    assert "FOREIGN KEY (Home) REFERENCES house(id)" in sql(state())
    with pytest.raises(DBAPIError, match="onstraint"):
        connection.exec_driver_sql("DELETE FROM house WHERE id = 2")


def test_a_table_that_is_not_there(operations: Operations) -> None:
    with pytest.raises(TableNotFound), operations.batch_alter_table("no") as batch:
        batch.create_unique_constraint("uq", ["x"])


def test_in_a_schema(operations: Operations, connection: sa.Connection, state: State) -> None:
    connection.exec_driver_sql('CREATE SCHEMA "My s"')
    connection.exec_driver_sql('CREATE TABLE "My s"."T x" (a INTEGER PRIMARY KEY, b INTEGER)')
    connection.exec_driver_sql('CREATE INDEX "I x" ON "My s"."T x" (b)')
    with operations.batch_alter_table("T x", schema="My s") as batch:
        batch.create_unique_constraint("uq", ["b"])
        batch.alter_column("b", new_column_name="c")
    assert sql(state(), "T x") == 'CREATE TABLE "My s"."T x"(a INTEGER PRIMARY KEY, c INTEGER, UNIQUE(c));'
    assert [row for row in state()["indexes"] if row[2] == "I x"] == [
        ("My s", "T x", "I x", False, 'CREATE INDEX "I x" ON "My s"."T x"(c);')
    ]
