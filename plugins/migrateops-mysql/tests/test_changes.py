"""Changes of tables that both sides have: found, written, applied, and taken back."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from migrateops.autogenerate import compare_metadata
from migrateops.operations import Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops.snapshot.difference import Difference, What, differences
from migrateops.snapshot.models import ModelReader
from migrateops.snapshot.settling import in_stored_words
from migrateops.snapshot.texts import Texts
from migrateops.testing.written import run_script
from migrateops_mysql.dialect import MySQLDialect
from tests.core.autogenerate.roundtrip import difference, run
from tests.core.autogenerate.test_changes import (
    A_PARENT,
    CASES,
    Edit,
    built,
    foreign_key,
    key,
    nothing,
    on,
    there_and_back,
    with_column,
    with_index,
    with_item,
    with_type,
)

NOT_HERE = {
    "check-of-column": "a CHECK with a name stands on no column",
    "foreign-key-deferrable": "all is checked at once",
    "index-expression": "there are no indexes on expressions",
    "index-expression-changed": "likewise",
    "index-operator": "likewise",
    "index-where": "there are no conditions of indexes",
    "column-with-all": "a CHECK with a name stands on no column",
    "several": "a TEXT is in a key with a length alone",
}


UPDATED = "CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"
OF_ITS_OWN: dict[str, tuple[Edit, Edit]] = {
    "unsigned": (nothing, with_column(mysql.INTEGER(unsigned=True))),
    "enum": (with_type(sa.Enum("a", "b")), with_type(sa.Enum("a", "it's", "c"))),
    "collation": (nothing, with_type(sa.String(20, collation="utf8mb4_bin"))),
    "charset": (nothing, with_type(mysql.VARCHAR(20, charset="latin1"))),
    "json": (nothing, lambda t: t.append_column(sa.Column("e", sa.JSON))),
    "json-from-text": (with_type(sa.Text()), with_type(sa.JSON())),
    "json-default": (
        with_type(sa.JSON(), server_default=sa.text("'{}'")),
        with_type(sa.JSON(), server_default=sa.text("'[]'")),
    ),
    "on-update": (
        with_column(sa.DateTime, server_default=sa.func.now()),
        with_column(sa.DateTime, server_default=sa.text(UPDATED)),
    ),
    "comment": (nothing, with_column(sa.Integer, comment="It's 50%: \\")),
    "virtual": (
        with_column(sa.Integer, sa.Computed("d + 1")),
        with_column(sa.Integer, sa.Computed("d + 2")),
    ),
    "index-length": (with_index("b"), with_index("b", mysql_length=5)),
    "index-length-of-one": (with_index("a", "b"), with_index("a", "b", mysql_length={"b": 5})),
    "index-words": (nothing, with_index("b", mysql_prefix="FULLTEXT")),
    "index-of-a-key": (foreign_key(*A_PARENT), on(foreign_key(*A_PARENT), with_index("a"))),
    "index-and-key": (nothing, on(foreign_key(*A_PARENT), with_index("a"))),
    "index-that-serves-a-key": (
        on(foreign_key(*A_PARENT), with_index("a")),
        on(foreign_key(*A_PARENT), with_index("a", "b")),
    ),
    "check-in-words": (
        with_item(lambda: sa.CheckConstraint("NOT (a > 1 AND d > 1)", name="ck")),
        with_item(lambda: sa.CheckConstraint("NOT (a > 1 AND d > 2)", name="ck")),
    ),
    "unique-to-index": (
        with_item(lambda: sa.UniqueConstraint("a", name="one")),
        with_index("a", "d", name="one", unique=True),
    ),
    "several": (
        with_index("a"),
        on(with_type(sa.String(90)), with_index("b"), key("id", "b"), foreign_key(*A_PARENT)),
    ),
    "key-of-none": (nothing, key()),
    "check-of-column": (nothing, with_column(sa.Integer, sa.CheckConstraint("a > 0"))),
}
ALL = {name: case for name, case in CASES.items() if name not in NOT_HERE} | OF_ITS_OWN


@pytest.fixture
def packed(connection: sa.Connection) -> Callable[..., MigrationContext]:
    """Make a context with the pack of the database."""

    def made(metadata: sa.MetaData) -> MigrationContext:
        return MigrationContext.configure(connection, opts={"target_metadata": metadata})

    return made


@pytest.mark.parametrize("case", ALL)
@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_a_change(connection: sa.Connection, packed: Callable[..., Any], case: str, back: bool) -> None:
    start, end = ALL[case][::-1] if back else ALL[case]
    before, wanted = built(start), built(end)
    before.create_all(connection)
    there_and_back(packed(wanted), before, wanted, lambda models: left(connection, models))


def test_a_table_that_goes_comes_back_whole(connection: sa.Connection, packed: Callable[..., Any]) -> None:
    def change(table: sa.Table) -> None:
        sa.Table(
            "gone",
            table.metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("data", sa.JSON, server_default=sa.text("'{}'")),
            sa.Column("n", sa.Integer, sa.CheckConstraint("n > 0"), sa.ForeignKey("parent.id")),
            sa.Column("code", sa.String(5, collation="utf8mb4_bin"), unique=True),
            sa.Index("ix_code", "code", mysql_length=2),
            sa.CheckConstraint("id_of > 1", name="ck"),
            sa.Column("id_of", sa.Integer),
            comment="It is here",
        )

    before, wanted = built(change), built(nothing)
    before.create_all(connection)
    take_back = run(packed(wanted), wanted)
    assert left(connection, wanted) == []
    take_back()
    assert left(connection, before) == []


def left(connection: sa.Connection, metadata: sa.MetaData) -> list[Difference]:
    """Return all in which the database differs, also what no operation changes."""
    pack = MySQLDialect()
    reader = ModelReader(Texts(pack, connection.dialect), lambda *failure: None)
    stored = pack.as_stored(connection, list(metadata.tables.values()))
    read = {(record.schema, record.name): record for record in pack.read_snapshot(connection, [None])}
    found: list[Difference] = []
    for record in reader.read(metadata):
        which = (record.schema, record.name)
        found += differences(read.pop(which), in_stored_words(record, stored[which]))
    assert read == {}
    return [one for one in found if one.what != What.ORDER]


def test_what_is_written_is_enough_for_a_stream_of_sql(mariadb_url: str) -> None:
    def models(length: int, type_: Any) -> sa.MetaData:
        metadata = sa.MetaData()
        number = sa.Column("id", type_, primary_key=True)
        sa.Table("t", metadata, number, sa.Column("s", sa.String(length)))
        return metadata

    engine = sa.create_engine(mariadb_url)
    wanted = models(90, sa.BigInteger())
    with engine.begin() as connection:
        models(80, sa.Integer()).create_all(connection)
        context = MigrationContext.configure(connection, opts={"target_metadata": wanted})
        found = difference(context, wanted)
        stream = io.StringIO()
        offline = MigrationContext.configure(
            dialect_name="mariadb", opts={"as_sql": True, "output_buffer": stream}
        )
        for op in found:
            assert isinstance(op, ops.ModifyTableOps)
            for each in op.ops:
                Operations(offline).invoke(each)
        run_script(connection, stream.getvalue())
        assert difference(context, wanted) == []
        connection.execute(sa.text("INSERT INTO t (s) VALUES ('numbered')"))
    engine.dispose()


def test_a_unique_key_that_goes_is_asked_about_as_an_index(connection: sa.Connection) -> None:
    """The server has an index for it, and does not say how it was made; Alembic asks the same."""
    metadata = sa.MetaData()
    keys = [sa.UniqueConstraint("a", name="uq"), sa.Index("ux", "b", unique=True)]
    sa.Table("t", metadata, sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), *keys)
    metadata.create_all(connection)
    asked: list[Any] = []

    def include_object(item: Any, name: str, type_: str, reflected: bool, other: Any) -> bool:
        asked.append((name, type_, reflected, other))
        return type_ != "index"

    wanted = sa.MetaData()
    sa.Table("t", wanted, sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
    context = MigrationContext.configure(connection, opts={"include_object": include_object})
    assert difference(context, wanted) == []
    assert asked[1:] == [("uq", "index", True, None), ("ux", "index", True, None)]


@pytest.mark.parametrize(
    ("left_out", "comes", "goes"),
    [
        ({"unique_constraint"}, [], ["gone"]),
        ({"index"}, ["ux"], []),
        ({"unique_constraint", "index"}, ["uq", "uq_t_d", "ux"], []),
    ],
)
def test_a_unique_key_is_left_out_as_what_the_models_have_it(
    connection: sa.Connection, left_out: set[str], comes: list[str], goes: list[str]
) -> None:
    """A key that the models do not have is an index."""
    columns = "a INTEGER, b INTEGER, c INTEGER, d INTEGER"
    keys = "UNIQUE KEY uq (a), UNIQUE KEY ux (b), UNIQUE KEY gone (c), UNIQUE KEY d (d)"
    connection.exec_driver_sql(f"CREATE TABLE t ({columns}, {keys})")
    wanted = sa.MetaData()
    made = [sa.UniqueConstraint("a", name="uq"), sa.Index("ux", "b", unique=True), sa.UniqueConstraint("d")]
    sa.Table("t", wanted, *[sa.Column(name, sa.Integer) for name in "abcd"], *made)
    context = MigrationContext.configure(
        connection, opts={"include_name": lambda name, type_, parents: type_ not in left_out}
    )
    found = compare_metadata(context, wanted)
    assert sorted(item.name for what, item in found if what.startswith("add")) == comes
    assert [item.name for what, item in found if what.startswith("remove")] == goes
