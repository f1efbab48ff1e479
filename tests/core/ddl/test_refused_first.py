"""What is wrong with an operation is said in our words, and before any of it is sent."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from migrateops.errors.base import MigrateOpsError
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.servers import Schema

Call = Callable[[Operations], object]
T = sa.table("t", sa.column("id", sa.Integer), sa.column("name", sa.String))
NAMED_BY_CONVENTION = sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
UNNAMED_ENUM = sa.Enum("a", "b", native_enum=False, create_constraint=True)

WRONG: dict[str, tuple[Call, str, dict[str, object]]] = {
    "a name that is a number": (
        lambda op: op.drop_column("t", 5),  # type: ignore[arg-type]
        "MO322",
        {"parameter": "column_name", "given": "5 (int)"},
    ),
    "a table without a name": (
        lambda op: op.drop_table(None),  # type: ignore[arg-type]
        "MO322",
        {"parameter": "table_name"},
    ),
    "a type that is a word": (
        lambda op: op.alter_column("t", "name", type_="Integer"),  # type: ignore[arg-type]
        "MO322",
        {"parameter": "type_", "expected": "a SQLAlchemy type"},
    ),
    "no statement": (
        lambda op: op.execute(5),  # type: ignore[arg-type]
        "MO322",
        {"parameter": "sqltext"},
    ),
    "rows for no table": (
        lambda op: op.bulk_insert("t", [{"id": 1}]),  # type: ignore[arg-type]
        "MO322",
        {"parameter": "table"},
    ),
    "rows that are one row": (
        lambda op: op.bulk_insert(T, {"id": 1}),  # type: ignore[arg-type]
        "MO322",
        {"parameter": "rows", "given": "dict"},
    ),
    "a row that is a word": (
        lambda op: op.bulk_insert(T, [{"id": 1}, "x"]),  # type: ignore[list-item]
        "MO322",
        {"parameter": "rows", "given": "a str in it"},
    ),
    "a column that the table does not have": (
        lambda op: op.bulk_insert(T, [{"id": 1}, {"id": 2, "nmae": "x"}]),
        "MO321",
        {"column": "nmae", "known": ("id", "name")},
    ),
    "a misspelt dialect": (
        lambda op: op.create_index("ix", "t", ["id"], postgesql_where=sa.text("id > 1")),
        "MO319",
        {"option": "postgesql_where", "near": "postgresql_where"},
    ),
    "a misspelt option of a dialect": (
        lambda op: op.create_index("ix", "t", ["id"], postgresql_wehre=sa.text("id > 1")),
        "MO319",
        {"option": "postgresql_wehre"},
    ),
    "a constraint that cannot be named, behind its column": (
        lambda op: op.add_column("t", sa.Column("mood", UNNAMED_ENUM)),
        "MO323",
        {"dialect": "postgresql"},
    ),
    "a flag that is a word": (
        lambda op: op.alter_column("t", "name", nullable="NO"),  # type: ignore[arg-type]
        "MO322",
        {"parameter": "nullable", "expected": "True or False"},
    ),
    "a comment that is a number": (
        lambda op: op.alter_column("t", "name", comment=5),  # type: ignore[arg-type]
        "MO322",
        {"parameter": "comment", "expected": "a string"},
    ),
    "prefixes that are one word": (
        lambda op: op.create_table("u", sa.Column("id", sa.Integer), prefixes="TEMPORARY"),
        "MO320",
        {"parameter": "prefixes"},
    ),
    "an index on a number": (
        lambda op: op.create_index("ix", "t", [5]),
        "MO322",
        {"parameter": "columns", "given": "5 (int)"},
    ),
    "an index on nothing": (
        lambda op: op.create_index("ix", "t", []),
        "MO322",
        {"parameter": "columns", "given": "[]"},
    ),
    "a unique constraint on nothing": (
        lambda op: op.create_unique_constraint("uq", "t", []),
        "MO322",
        {"parameter": "columns", "given": "[]"},
    ),
    "included columns that are one name": (
        lambda op: op.create_index("ix", "t", ["name"], postgresql_include="id"),
        "MO320",
        {"parameter": "postgresql_include"},
    ),
    "a parameter in the condition of an index": (
        lambda op: op.create_index("ix", "t", ["name"], postgresql_where="name <> ':x'"),
        "MO317",
        {"name": "x"},
    ),
    "a name that is too long": (
        lambda op: op.create_index("i" * 70, "t", ["name"]),
        "MO323",
        {"dialect": "postgresql"},
    ),
    "a check that is a number": (
        lambda op: op.create_check_constraint("ck", "t", 5),
        "MO322",
        {"parameter": "condition"},
    ),
    "a key to a table without a column": (
        lambda op: op.create_table("u", sa.Column("x", sa.Integer, sa.ForeignKey("nope"))),
        "MO323",
        {"dialect": "postgresql"},
    ),
    "a kind of constraint that there is not": (
        lambda op: op.drop_constraint("ck", "t", type_="exclude"),
        "MO322",
        {"parameter": "type_", "given": "'exclude'"},
    ),
    "an option that an index is dropped with, and does not have": (
        lambda op: op.drop_index("ix", "t", postgresql_cascade="yes"),
        "MO319",
        {"option": "postgresql_cascade"},
    ),
    "a parameter without a value": (
        lambda op: op.execute("INSERT INTO t VALUES (:id, :name)", parameters={"id": 1}),
        "MO317",
        {"name": "name"},
    ),
    "parameters that are none": (
        lambda op: op.execute("INSERT INTO t VALUES (:id)", parameters=5),  # type: ignore[arg-type]
        "MO322",
        {"parameter": "parameters"},
    ),
    "a type without a length that the server needs, behind another change": (
        lambda op: op.alter_column("t", "name", nullable=False, type_=sa.types.NullType()),
        "MO323",
        {"dialect": "postgresql"},
    ),
}


@pytest.fixture
def on_postgresql(postgresql_schema: Schema) -> Iterator[sa.Connection]:
    engine = sa.create_engine(postgresql_schema.url)
    with engine.connect() as opened:
        opened.exec_driver_sql("CREATE TABLE t (id INTEGER, name TEXT)")
        yield opened
    engine.dispose()


@pytest.mark.parametrize("name", WRONG)
def test_it_is_refused_and_nothing_is_sent(name: str, on_postgresql: sa.Connection) -> None:
    call, code, fields = WRONG[name]
    opts = {"target_metadata": NAMED_BY_CONVENTION}
    op = Operations(MigrationContext.configure(on_postgresql, opts=opts))
    sent: list[str] = []
    event.listen(on_postgresql, "before_cursor_execute", lambda *given: sent.append(given[2]))
    with pytest.raises(MigrateOpsError) as caught:
        call(op)
    assert caught.value.code == code
    assert {field: getattr(caught.value, field) for field in fields} == fields
    assert sent == []


def offline(call: Call, dialect: str = "postgresql") -> str:
    stream = io.StringIO()
    call(Operations(MigrationContext.configure(dialect_name=dialect, opts={"output_buffer": stream})))
    return " ".join(stream.getvalue().split())


def test_options_of_other_dialects_are_theirs() -> None:
    written = offline(
        lambda op: op.create_index(
            "ix", "t", ["id"], mssql_where=sa.text("id > 1"), sqlite_where=sa.text("1")
        )
    )
    assert written == "CREATE INDEX ix ON t (id);"


def test_if_not_exists_holds_for_the_foreign_key_too(on_postgresql: sa.Connection) -> None:
    on_postgresql.exec_driver_sql("CREATE TABLE u (id INTEGER PRIMARY KEY)")
    op = Operations(MigrationContext.configure(on_postgresql))
    for _ in range(2):
        op.add_column("t", sa.Column("u", sa.Integer, sa.ForeignKey("u.id")), if_not_exists=True)
    assert len(sa.inspect(on_postgresql).get_foreign_keys("t")) == 1


def test_if_not_exists_holds_for_the_other_constraints_too(on_postgresql: sa.Connection) -> None:
    metadata = sa.MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})
    op = Operations(MigrationContext.configure(on_postgresql, opts={"target_metadata": metadata}))
    enum = sa.Enum("a", "b", native_enum=False, create_constraint=True, name="mood")
    for _ in range(2):
        op.add_column("t", sa.Column("u", sa.Integer, unique=True), if_not_exists=True)
        op.add_column("t", sa.Column("mood", enum), if_not_exists=True)
    assert [each["name"] for each in sa.inspect(on_postgresql).get_unique_constraints("t")] == ["uq_t_u"]
    assert [each["name"] for each in sa.inspect(on_postgresql).get_check_constraints("t")] == ["mood"]


def test_keys_inside_of_a_column_have_an_order() -> None:
    keys = [sa.ForeignKey(f"{name}.id", name=f"fk_{name}") for name in "gfedcba"]
    column = sa.Column("x", sa.Integer, *keys)
    written = offline(lambda op: op.add_column("t", column, inline_references=True))
    found = [word for word in written.split() if word.startswith("fk_")]
    assert found == [f"fk_{name}" for name in "abcdefg"]


def test_a_place_is_refused_where_columns_have_none() -> None:
    def place(op: Operations) -> None:
        with op.batch_alter_table("t") as batch_op:
            batch_op.add_column(sa.Column("x", sa.Integer), insert_after="id")

    def move(op: Operations) -> None:
        with op.batch_alter_table("t") as batch_op:
            batch_op.alter_column("name", insert_before="id")

    for call in (place, move):
        with pytest.raises(MigrateOpsError) as caught:
            offline(call)
        assert caught.value.code == "MO313"


def test_the_check_of_a_type_changes_with_it() -> None:
    named = sa.Enum("a", "b", native_enum=False, create_constraint=True, name="mood")
    written = offline(lambda op: op.alter_column("t", "name", type_=sa.Text(), existing_type=named))
    assert written == "ALTER TABLE t DROP CONSTRAINT mood; ALTER TABLE t ALTER COLUMN name TYPE TEXT;"
    written = offline(lambda op: op.alter_column("t", "name", type_=UNNAMED_ENUM, existing_type=sa.Text()))
    assert written.endswith("ALTER TABLE t ADD CHECK (name IN ('a', 'b'));")
    with pytest.raises(MigrateOpsError) as caught:
        offline(lambda op: op.alter_column("t", "name", type_=sa.Text(), existing_type=UNNAMED_ENUM))
    assert caught.value.code == "MO315"
