"""What cannot be done is an error with a code that says which change it is, and nothing has changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.errors.base import MigrateOpsError
from migrateops.operations import Operations
from tests.core.dialects.sqlite.batch.conftest import everything, objects, rows, script

TABLES = """
CREATE TABLE p (id INTEGER PRIMARY KEY, n INTEGER);
CREATE TABLE t (id INTEGER, a TEXT, b TEXT CONSTRAINT uq_b UNIQUE, c TEXT, d TEXT CHECK (d <> ''));
CREATE TABLE ch (b REFERENCES t (b), c REFERENCES t (c));
CREATE TABLE s (a TEXT, b TEXT) STRICT;
CREATE UNIQUE INDEX uq_c ON t (c);
CREATE INDEX ix_p ON p (n);
INSERT INTO p VALUES (1, 1);
INSERT INTO t VALUES (1, 'x', 'x', 'x', 'x'), (1, 'x', 'y', 'y', 'y'), (NULL, 'z', 'z', NULL, NULL);
INSERT INTO s VALUES ('x', '1');
"""
# Code, what the message has to say, the change.
CASES: dict[str, tuple[str, list[str], Callable[[Any], object]]] = {
    "a type that is none": ("MO322", ["alter_column", "type_"], lambda b: b.alter_column("a", type_="TEXT")),
    "a choice that is none": ("MO322", ["nullable"], lambda b: b.alter_column("a", nullable="no")),
    "a default that is none": ("MO323", ["'a'"], lambda b: b.alter_column("a", server_default=5)),
    "an option that is none": ("MO319", ["'foo'"], lambda b: b.alter_column("a", foo=1)),
    "a text for a column": ("MO312", ["'x'"], lambda b: b.add_column("x")),
    "a column without a name": ("MO312", ["a name"], lambda b: b.add_column(sa.Column(sa.Integer))),
    "a column to alter": ("MO352", ["alter_column", "'aa'"], lambda b: b.alter_column("aa", nullable=False)),
    "a column to rename": ("MO352", ["'aa'"], lambda b: b.alter_column("aa", new_column_name="z")),
    "a column to drop": ("MO352", ["drop_column", "'aa'"], lambda b: b.drop_column("aa")),
    "a column in a key": ("MO352", ["'uq'", "'aa'"], lambda b: b.create_unique_constraint("uq", ["aa"])),
    "a column beside": (
        "MO352",
        ["'aa'"],
        lambda b: b.add_column(sa.Column("z", sa.Text()), insert_after="aa"),
    ),
    "a column in a check": ("MO360", ["'ck'", "aa"], lambda b: b.create_check_constraint("ck", "aa > 1")),
    "a column in an index": ("MO352", ["'ix'", "'aa'"], lambda b: b.create_index("ix", ["aa"])),
    # A name in quotes that no column has would be a text.
    "a quoted column in an index": ("MO352", ["'a a'"], lambda b: b.create_index("ix", ["a", "a a"])),
    "SQL in an index": ("MO366", ["'ix'", "sqlite", "aa"], lambda b: b.create_index("ix", [sa.text("aa")])),
    "a column that is there": (
        "MO354",
        ["add_column", "'A'"],
        lambda b: b.add_column(sa.Column("A", sa.Text())),
    ),
    "a name that is taken": ("MO354", ["'B'"], lambda b: b.alter_column("a", new_column_name="B")),
    "a constraint that is there": ("MO354", ["'UQ_B'"], lambda b: b.create_unique_constraint("UQ_B", ["a"])),
    "a constraint that is not": ("MO353", ["'no'", "'uq_b'"], lambda b: b.drop_constraint("no")),
    "an index that is there": ("MO366", ["create_index", "uq_c"], lambda b: b.create_index("uq_c", ["a"])),
    "an index that is not": ("MO366", ["drop_index", "'no'"], lambda b: b.drop_index("no")),
    "an index of another table": ("MO366", ["'ix_p'", "'p'"], lambda b: b.drop_index("ix_p")),
    "two places": (
        "MO362",
        ["'a'"],
        lambda b: b.alter_column("a", insert_before="b", insert_after="c"),
    ),
    "NULL": ("MO356", ["'c'", "1 row"], lambda b: b.alter_column("c", nullable=False)),
    "NULL in a key": ("MO356", ["'c'", "NULL"], lambda b: b.create_primary_key("pk", ["b", "c"])),
    "NULL in a number": ("MO356", ["'id'", "NULL"], lambda b: b.create_primary_key("pk", ["id"])),
    "values of another type": ("MO356", ["'a'", "3 rows"], lambda b: b.alter_column("a", type_=sa.Integer())),
    "no truth": ("MO356", ["'a'"], lambda b: b.alter_column("a", type_=sa.Boolean())),
    "the same twice": (
        "MO360",
        ["create_unique_constraint 'uq'", "t.a"],
        lambda b: b.create_unique_constraint("uq", ["a"]),
    ),
    "the same twice in an index": (
        "MO366",
        ["create_index 'uq'", "t.a"],
        lambda b: b.create_index("uq", ["a"], unique=True),
    ),
    "what a check forbids": (
        "MO360",
        ["create_check_constraint 'ck'"],
        lambda b: b.create_check_constraint("ck", "a <> 'x'"),
    ),
    "what a check without a name forbids": (
        "MO360",
        ["create_check_constraint"],
        lambda b: b.create_check_constraint(None, "a <> 'x'"),
    ),
    "a check that is no SQL": ("MO360", ["'t'"], lambda b: b.create_check_constraint("ck", "a > ) (")),
    "a key to no row": (
        "MO356",
        ["create_foreign_key 'fk'", "'a'", "'p'", "3 rows"],
        lambda b: b.create_foreign_key("fk", "p", ["a"], ["id"]),
    ),
    "a key to no table": (
        "MO356",
        ["create_foreign_key 'fk'", "'nowhere'"],
        lambda b: b.create_foreign_key("fk", "nowhere", ["a"], ["id"]),
    ),
    "a key to no column": ("MO367", ["'no'"], lambda b: b.create_foreign_key("fk", "p", ["a"], ["no"])),
    "a key to no key": ("MO367", ["(n)"], lambda b: b.create_foreign_key("fk", "p", ["a"], ["n"])),
    "a column that is referred to": ("MO367", ["'ch'", "'b'"], lambda b: b.drop_column("b")),
    "a constraint that is referred to": ("MO367", ["'ch'", "(b)"], lambda b: b.drop_constraint("uq_b")),
    "an index that is referred to": ("MO367", ["'ch'", "(c)"], lambda b: b.drop_index("uq_c")),
    "a column that an own check uses": (
        "MO357",
        ["'ck'"],
        lambda b: (b.create_check_constraint("ck", "a > b"), b.drop_column("a")),
    ),
}


@pytest.fixture
def connection() -> Any:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        script(opened, TABLES)
        yield opened
    engine.dispose()


@pytest.mark.parametrize("enforced", [False, True], ids=["", "enforced"])
@pytest.mark.parametrize("recreate", ["auto", "always"])
@pytest.mark.parametrize("case", CASES)
def test_a_change_that_cannot_be_made(
    operations: Operations, connection: sa.Connection, case: str, recreate: Any, enforced: bool
) -> None:
    code, said, change = CASES[case]
    if enforced:
        script(connection, "PRAGMA foreign_keys = ON")
    before = everything(connection)
    connection.rollback()

    def attempt() -> None:
        with operations.batch_alter_table("t", recreate=recreate) as b:
            # A change that could be made goes with it.
            b.add_column(sa.Column("more", sa.Integer()))
            change(b)

    with pytest.raises(MigrateOpsError) as caught:
        attempt()
    assert caught.value.code == code
    assert all(part in str(caught.value) for part in said), str(caught.value)
    assert "batch_alter_table 't' on sqlite" in caught.value.notes
    assert everything(connection) == before


def test_the_last_column_stays(operations: Operations, connection: sa.Connection) -> None:
    for recreate in ("auto", "always"):
        script(connection, "DROP TABLE IF EXISTS one; CREATE TABLE one (a)")
        with (
            pytest.raises(MigrateOpsError) as caught,
            operations.batch_alter_table("one", recreate=recreate) as b,
        ):
            b.drop_column("a")
        assert caught.value.code in ("MO360", "MO366")
        assert objects(connection)["one"] == "CREATE TABLE one (a)"


@pytest.mark.parametrize("type_", [sa.Integer(), sa.String(9)])
def test_values_and_types_that_a_strict_table_does_not_take(
    operations: Operations, connection: sa.Connection, type_: Any
) -> None:
    before = everything(connection)

    def attempt() -> None:
        with operations.batch_alter_table("s") as batch:
            batch.alter_column("b", type_=sa.Integer())
            batch.alter_column("a", type_=type_)

    with pytest.raises(MigrateOpsError) as caught:
        attempt()
    assert caught.value.code == "MO360"
    assert "alter_column 's' 'a'" in str(caught.value)
    assert everything(connection) == before


ARGUMENTS: list[tuple[str, Any]] = [
    ("recreate", "maybe"),
    ("partial_reordering", "ab"),
    ("partial_reordering", ["ab"]),
    ("partial_reordering", [5]),
    ("partial_reordering", ("a", "b")),
    ("copy_from", "t"),
    ("table_args", "t"),
    ("table_args", sa.CheckConstraint("a > 1")),
    ("table_args", ["a > 1"]),
    ("table_kwargs", [("sqlite_strict", True)]),
    ("table_kwargs", {"sqlite_foo": True}),
    ("table_kwargs", {"sqlite_autoincrement": True}),
    ("naming_convention", "x"),
]


@pytest.mark.parametrize(("argument", "given"), ARGUMENTS)
def test_an_argument_that_means_nothing(
    operations: Operations, connection: sa.Connection, argument: str, given: Any
) -> None:
    before = everything(connection)
    with (
        pytest.raises(MigrateOpsError) as caught,
        operations.batch_alter_table("t", **{argument: given}) as b,
    ):
        b.alter_column("a", nullable=False)
    assert caught.value.code == "MO362"
    assert argument in str(caught.value)
    assert everything(connection) == before


def test_a_name_of_a_table_that_is_none(operations: Operations) -> None:
    for name, schema in ((5, None), ("t", 5)):
        with (
            pytest.raises(MigrateOpsError) as caught,
            operations.batch_alter_table(name, schema=schema) as b,  # type: ignore[arg-type]
        ):
            b.alter_column("a", nullable=False)
        assert caught.value.code == "MO362"


@pytest.mark.parametrize(
    "arguments",
    [
        {"partial_reordering": [("b", "a")]},
        {"table_args": [sa.CheckConstraint("a > 1")]},
        {"table_kwargs": {"sqlite_strict": True}},
    ],
)
def test_never_leaves_nothing_out_in_silence(
    operations: Operations, connection: sa.Connection, arguments: Any
) -> None:
    before = everything(connection)
    with (
        pytest.raises(MigrateOpsError) as caught,
        operations.batch_alter_table("t", recreate="never", **arguments) as b,
    ):
        b.add_column(sa.Column("more", sa.Integer()))
    assert caught.value.code == "MO313"
    with (
        pytest.raises(MigrateOpsError) as caught,
        operations.batch_alter_table("t", recreate="never") as b,
    ):
        b.add_column(sa.Column("more", sa.Integer()), insert_after="a")
    assert caught.value.code == "MO313"
    assert everything(connection) == before


def test_never_is_all_or_nothing(operations: Operations, connection: sa.Connection) -> None:
    before = everything(connection)

    def attempt() -> None:
        with operations.batch_alter_table("t", recreate="never") as batch:
            batch.add_column(sa.Column("more", sa.Integer()))
            batch.drop_column("b")

    with pytest.raises(MigrateOpsError):
        attempt()
    assert everything(connection) == before


def test_an_instead_of_trigger_that_would_not_work(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE w (a, b, c CHECK (1)); CREATE VIEW v AS SELECT a FROM w")
    script(
        connection, "CREATE TRIGGER tr INSTEAD OF INSERT ON v BEGIN INSERT INTO w (a, b) VALUES (1, 2); END"
    )
    before = everything(connection)
    with pytest.raises(MigrateOpsError) as caught, operations.batch_alter_table("w") as batch:
        batch.drop_column("b")
    assert caught.value.code == "MO361"
    assert everything(connection) == before


def test_a_key_that_was_at_fault_before_is_no_matter(
    operations: Operations, connection: sa.Connection
) -> None:
    script(connection, "CREATE TABLE w (a REFERENCES p (n), b REFERENCES later (id), c)")
    script(connection, "INSERT INTO w VALUES (7, 8, 9)")
    with operations.batch_alter_table("w") as batch:
        batch.alter_column("a", new_column_name="z")
        batch.drop_column("c")
    assert rows(connection, "w") == [(7, 8)]
