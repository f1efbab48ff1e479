"""Records of tables, from a database and from models."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import conv

from migrateops.dialects.base import ANSI
from migrateops.snapshot import ColumnRecord, Key, TableRecord, TablesKind, differences
from migrateops.snapshot.records import (
    CheckRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IdentityRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
)

SQLITE: Any = sqlite.dialect()
POSTGRESQL: Any = postgresql.dialect()  # type: ignore[no-untyped-call]


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_url")
    else:
        url = request.getfixturevalue("postgresql_schema").url
    engine = sa.create_engine(url)
    with engine.connect() as made:
        yield made
    engine.dispose()


def models(count: int = 2) -> sa.MetaData:
    metadata = sa.MetaData()
    for number in range(count):
        sa.Table(
            f"t{number}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("name", sa.String(20), server_default="it's", nullable=False),
            sa.Column("at", sa.DateTime, server_default=sa.text("CURRENT_TIMESTAMP")),
        )
    return metadata


def read(connection: sa.Connection, kind: TablesKind, *schemas: str | None) -> dict[str, TableRecord]:
    return {record.name: record for record in kind.read(connection, schemas or (None,))}


def test_the_models_as_records(connection: sa.Connection) -> None:
    found = list(TablesKind().from_metadata(models(1), connection.dialect))
    at = connection.dialect.type_compiler_instance.process(sa.DateTime()).lower()
    assert found == [
        TableRecord(
            None,
            "t0",
            (
                ColumnRecord("id", "integer", False),
                ColumnRecord("name", "varchar(20)", False, "'it''s'"),
                ColumnRecord("at", at, True, "CURRENT_TIMESTAMP"),
            ),
            KeyRecord(None, ("id",)),
        )
    ]


def test_the_database_as_records(connection: sa.Connection) -> None:
    models().create_all(connection)
    connection.exec_driver_sql("CREATE VIEW v AS SELECT 1 AS one")
    found = read(connection, TablesKind())
    wanted = {record.name: record for record in TablesKind().from_metadata(models(), connection.dialect)}
    assert {name: _without_defaults(record) for name, record in found.items()} == {
        name: _without_defaults(record) for name, record in wanted.items()
    }
    assert [column.default is None for column in found["t0"].columns] == [True, False, False]


def _without_defaults(record: TableRecord) -> Any:
    return [(column.name, column.type, column.nullable) for column in record.columns]


def test_the_default_schema_is_none_on_both_sides(connection: sa.Connection) -> None:
    models().create_all(connection)
    metadata = sa.MetaData(schema=connection.dialect.default_schema_name)
    sa.Table("t0", metadata, sa.Column("id", sa.Integer))
    (record,) = TablesKind().from_metadata(metadata, connection.dialect)
    assert record.schema is None
    assert read(connection, TablesKind())["t0"].schema is None


def test_what_is_left_out_by_name_is_not_read(connection: sa.Connection) -> None:
    models(3).create_all(connection)
    asked: list[tuple[str | None, str]] = []

    def include(schema: str | None, name: str) -> bool:
        asked.append((schema, name))
        return name != "t1"

    assert set(read(connection, TablesKind(include=include))) == {"t0", "t2"}
    assert sorted(asked, key=str) == [(None, "t0"), (None, "t1"), (None, "t2")]


def test_a_schema_is_read_in_a_constant_number_of_statements(postgresql_schema: Any) -> None:
    engine = sa.create_engine(postgresql_schema.url)
    counts = []
    with engine.connect() as connection:
        for count in (2, 12):
            models(count).create_all(connection)
            statements: list[str] = []
            event.listen(
                connection, "before_cursor_execute", lambda *args, kept=statements: kept.append(args[2])
            )
            assert len(read(connection, TablesKind())) == count
            counts.append(len(statements))
    engine.dispose()
    # The second listener is called as well as the first, each with a list of its own.
    assert counts[1] <= counts[0]
    assert counts[0] > 0


def test_generated_columns(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "g",
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer, sa.Computed("a + 1", persisted=True)),
    )
    metadata.create_all(connection)
    (wanted,) = TablesKind().from_metadata(metadata, connection.dialect)
    assert wanted.columns[1] == ColumnRecord("b", "integer", True, computed=ComputedRecord("a + 1", True))
    found = read(connection, TablesKind())["g"].columns[1]
    assert found.default is None
    assert found.computed in (ComputedRecord("a + 1", True), ComputedRecord("(a + 1)", True))


def full(metadata: sa.MetaData) -> sa.Table:
    """A table with one of everything that every dialect has."""
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    table = sa.Table(
        "full",
        metadata,
        sa.Column("a", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("b", sa.Integer, sa.CheckConstraint("b > 0", name="positive"), primary_key=True),
        sa.Column(
            "c", sa.ForeignKey("parent.id", name="to_parent", ondelete="CASCADE", onupdate="No action")
        ),
        sa.Column("d", sa.String(10), server_default="100%", index=True),
        sa.Column("e", sa.Numeric(10, 2), server_default=sa.text("0")),
        sa.PrimaryKeyConstraint("b", "a", name="both"),
        sa.UniqueConstraint("d", "c", name="together"),
    )
    sa.Index("ordered", table.c.d, table.c.e, unique=True)
    return table


def test_all_that_belongs_to_a_table(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    full(metadata)
    metadata.create_all(connection)
    wanted = {record.name: record for record in TablesKind().from_metadata(metadata, connection.dialect)}
    decimal = connection.dialect.type_compiler_instance.process(sa.Numeric(10, 2)).lower()
    assert wanted["full"] == TableRecord(
        None,
        "full",
        (
            ColumnRecord("a", "integer", False),
            ColumnRecord("b", "integer", False),
            ColumnRecord("c", "integer", True),
            ColumnRecord("d", "varchar(10)", True, "'100%'"),
            ColumnRecord("e", decimal, True, "0"),
        ),
        KeyRecord("both", ("b", "a")),
        (KeyRecord("together", ("d", "c")),),
        (ForeignKeyRecord("to_parent", ("c",), None, "parent", ("id",), ondelete="cascade"),),
        (CheckRecord("positive", "b > 0"),),
        (
            IndexRecord("ix_full_d", (IndexPartRecord("d"),)),
            IndexRecord("ordered", (IndexPartRecord("d"), IndexPartRecord("e")), unique=True),
        ),
    )
    found = read(connection, TablesKind())["full"]
    if connection.dialect.name == "sqlite":
        assert found == wanted["full"]
    # Without its pack, words of the server are left as they are.
    words = [one for one in differences(found, wanted["full"]) if one.attribute != "default"]
    assert [one.what for one in words] in ([], ["check constraint"])


def test_names_are_those_that_ddl_has(connection: sa.Connection) -> None:
    metadata = sa.MetaData(
        naming_convention={"uq": "uq_%(table_name)s_%(column_0_N_name)s", "ck": "c_%(constraint_name)s"}
    )
    long = "a" * 60
    sa.Table(
        "t",
        metadata,
        sa.Column(long, sa.Integer, unique=True),
        sa.Column("b", sa.Integer, sa.CheckConstraint("b > 0", name="positive")),
        sa.Column("c", sa.Integer, sa.CheckConstraint("c > 0", name=conv("given"))),
    )
    metadata.create_all(connection)
    (wanted,) = TablesKind().from_metadata(metadata, connection.dialect)
    found = read(connection, TablesKind())["t"]
    assert [key.name for key in wanted.unique] == [key.name for key in found.unique]
    assert (
        {check.name for check in wanted.checks} == {"c_positive", "given"} == {c.name for c in found.checks}
    )


def test_what_ddl_leaves_out_is_no_record() -> None:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("flag", sa.Boolean(create_constraint=True, name="flag")),
        sa.Column("kind", sa.Enum("a", "b", name="kind", create_constraint=True)),
        sa.Column("xmin", sa.Integer, system=True),
    )
    found = {
        dialect.name: next(TablesKind().from_metadata(metadata, dialect)) for dialect in (SQLITE, POSTGRESQL)
    }
    assert [check.name for check in found["sqlite"].checks] == ["flag", "kind"]
    assert found["sqlite"].checks[1].expression == "kind IN ('a', 'b')"
    assert found["postgresql"].checks == ()
    assert [column.name for column in found["sqlite"].columns] == ["flag", "kind"]


def test_options_of_a_dialect_are_those_of_its_own() -> None:
    metadata = sa.MetaData()
    table = sa.Table(
        "t",
        metadata,
        sa.Column("a", sa.Text(collation="C")),
        sa.Column("b", sa.Integer),
        mysql_engine="MyISAM",
        postgresql_tablespace="fast",
        sqlite_with_rowid=False,
    )
    sa.Index(
        "ix",
        table.c.a.desc().nulls_last(),
        sa.func.abs(table.c.b),
        sa.text("b"),
        postgresql_where=table.c.b > 5,
        postgresql_ops={"a": "text_pattern_ops"},
        postgresql_include=["b"],
        postgresql_using="btree",
        sqlite_where=table.c.b > 6,
    )
    on = {
        dialect.name: next(TablesKind().from_metadata(metadata, dialect)) for dialect in (SQLITE, POSTGRESQL)
    }
    assert (on["sqlite"].options, on["postgresql"].options) == (
        (("with_rowid", "false"),),
        (("tablespace", "fast"),),
    )
    assert on["postgresql"].columns[0] == ColumnRecord("a", "text", True, collation="C")
    assert on["sqlite"].indexes[0].options == (("where", "b > 6"),)
    assert on["postgresql"].indexes == (
        IndexRecord(
            "ix",
            (
                IndexPartRecord(
                    "a", False, (("nulls", "last"), ("ops", "text_pattern_ops"), ("order", "desc"))
                ),
                IndexPartRecord("abs(b)", True),
                IndexPartRecord("b"),
            ),
            options=(("include", "b"), ("using", "btree"), ("where", "b > 5")),
        ),
    )


def test_an_identity_says_what_is_not_usual() -> None:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("a", sa.Integer, sa.Identity(always=True, start=1, increment=1, maxvalue=2**31 - 1)),
        sa.Column("b", sa.Integer, sa.Identity(start=5, cycle=True, cache=20)),
        sa.Column("c", sa.Integer, sa.Identity(increment=-1, start=-1)),
    )
    (found,) = TablesKind().from_metadata(metadata, POSTGRESQL)
    assert [column.identity for column in found.columns] == [
        IdentityRecord(always=True),
        IdentityRecord(start=5, cycle=True, cache=20),
        IdentityRecord(increment=-1),
    ]
    # A server that has no identities numbers such a column in its own way.
    (found,) = TablesKind().from_metadata(metadata, SQLITE)
    assert [column.identity for column in found.columns] == [None, None, None]


def test_what_the_dialect_cannot_say_is_reported() -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("a", sa.Integer), sa.Column("b", postgresql.HSTORE))
    sa.Table("u", metadata, sa.Column("a", sa.Integer))
    kind = TablesKind()
    found = list(kind.from_metadata(metadata, SQLITE))
    assert [record.name for record in found] == ["t", "u"]
    ((key, (column, error)),) = kind.failures.items()
    assert (key, column) == (Key("table", None, "t"), "b")
    assert "HSTORE" in str(error)


def test_a_record_in_json() -> None:
    metadata = sa.MetaData()
    full(metadata)
    kind = TablesKind()
    records = list(kind.from_metadata(metadata, SQLITE))
    records.append(dataclasses.replace(records[0], schema="s", options=(("a", "b"),), part_of="x"))
    data = [kind.to_json(record) for record in records]
    assert [kind.from_json(json.loads(json.dumps(one))) for one in data] == records
    # What is as usual is not written.
    record = TableRecord("s", "t", (ColumnRecord("id", "integer", False, "1"),))
    assert kind.to_json(record) == {
        "schema": "s",
        "name": "t",
        "columns": [{"name": "id", "type": "integer", "nullable": False, "default": "1"}],
    }


def test_a_pack_that_reads_is_asked_and_has_its_say(sqlite_url: str) -> None:
    class Pack(ANSI):
        def read_snapshot(self, connection: Any, schemas: Any, names: Any = None) -> list[TableRecord]:
            return [TableRecord(None, name, ()) for name in ("t0", "left_out")]

        def canonical_table(self, record: TableRecord, table: sa.Table) -> TableRecord:
            assert record.name == table.name
            return dataclasses.replace(record, comment="of the pack")

    kind = TablesKind(Pack(), lambda schema, name: name != "left_out")
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as connection:
        assert [record.name for record in kind.read(connection, [None])] == ["t0"]
        assert [r.comment for r in kind.from_metadata(models(1), connection.dialect)] == ["of the pack"]
    engine.dispose()
