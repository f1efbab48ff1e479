"""Tables are read as they were made, by hand and from models."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from migrateops.autogenerate import AutogenContext, compare, compare_metadata
from migrateops.runtime.migration import MigrationContext
from migrateops.snapshot.difference import differences
from migrateops.snapshot.models import ModelReader
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    TableRecord,
)
from migrateops.snapshot.settling import in_stored_words
from migrateops.snapshot.texts import Texts
from migrateops_duckdb.dialect import DuckDBDialect

PACK = DuckDBDialect()
Records = dict[tuple[str | None, str], TableRecord]


def keyed(records: Any) -> Records:
    return {(record.schema, record.name): record for record in records}


def check(
    connection: sa.Connection, metadata: sa.MetaData, schemas: tuple[str | None, ...] = (None,)
) -> set[str]:
    """Make sure that nothing differs in the engine's words; return tables in which words differ before."""
    metadata.create_all(connection)
    read = keyed(PACK.read_snapshot(connection, schemas))
    failures: list[Any] = []
    reader = ModelReader(Texts(PACK, connection.dialect), lambda *failure: failures.append(failure))
    made = keyed(reader.read(metadata))
    assert failures == []
    assert read.keys() == made.keys()
    tables = dict(zip(made, metadata.tables.values(), strict=True))
    other_words = {which for which in read if read[which] != made[which]}
    stored = PACK.as_stored(connection, [tables[which] for which in other_words])
    for which in other_words:
        assert differences(read[which], in_stored_words(made[which], stored[which])) == []
    return {name for _, name in other_words}


def test_everything_at_once(connection: sa.Connection) -> None:
    for statement in (
        "CREATE TYPE mood AS ENUM ('x', 'y')",
        "CREATE TABLE other (id integer PRIMARY KEY)",
        """CREATE TABLE "T, (t" ("I d" integer DEFAULT nextval('s'), a varchar(20) COLLATE nocase NOT NULL
           DEFAULT 'it''s, (', b decimal(10, 2) CHECK (b > 0), c integer GENERATED ALWAYS AS (b + 1),
           d mood[], e struct(x int, y varchar), f int REFERENCES other, g varchar DEFAULT NULL, h int,
           CONSTRAINT ck CHECK (a <> 'x'), PRIMARY KEY ("I d", b), CONSTRAINT u UNIQUE (a, g))""",
        'CREATE UNIQUE INDEX "i x" ON "T, (t" (lower(g), h)',
        "COMMENT ON TABLE \"T, (t\" IS 'all'",
        "COMMENT ON COLUMN \"T, (t\".a IS 'an a'",
    ):
        if "nextval" in statement:
            connection.exec_driver_sql("CREATE SEQUENCE s")
        connection.exec_driver_sql(statement)
    column = ColumnRecord
    assert keyed(PACK.read_snapshot(connection, [None]))[None, "T, (t"] == TableRecord(
        None,
        "T, (t",
        (
            column("I d", "integer", False, "nextval('s')"),
            column("a", "varchar", False, "'it''s, ('", collation="nocase", comment="an a"),
            column("b", "decimal(10,2)", False),
            column("c", "integer", True, computed=ComputedRecord("b+1", False)),
            column("d", "ENUM('x', 'y')[]", True),
            column("e", "STRUCT(x INTEGER, y VARCHAR)", True),
            column("f", "integer", True),
            column("g", "varchar", True),
            column("h", "integer", True),
        ),
        KeyRecord("T, (t_i d_b_pkey", ("I d", "b")),
        (KeyRecord("T, (t_a_g_key", ("a", "g")),),
        (ForeignKeyRecord("T, (t_f_id_fkey", ("f",), None, "other", ("id",)),),
        (CheckRecord("T, (t_a_check", "a!='x'"), CheckRecord("T, (t_b_check", "b>0")),
        (IndexRecord("i x", (IndexPartRecord("lower(g)", True), IndexPartRecord("h")), True),),
        comment="all",
    )


def models(count: int = 1) -> sa.MetaData:
    metadata = sa.MetaData(naming_convention={"uq": "uq_%(column_0_name)s", "ix": "ix_%(column_0_label)s"})
    for number in range(count):
        sa.Table(
            f"T{number}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.String(20, collation="NoCase"), server_default="it's", unique=True, index=True),
            sa.Column("b", sa.Numeric(10, 2), sa.CheckConstraint("b > 0"), nullable=False, comment="a b"),
            sa.Column("c", sa.Integer, sa.Computed("id + 1")),
            sa.Column("d", sa.Enum("x", "y", name="Mood")),
            sa.Column("e", sa.DateTime, server_default=sa.func.now()),
            sa.Column("f", sa.ForeignKey("T0.id", name="fk")),
            sa.Column("g", sa.Boolean, server_default=sa.false()),
            sa.Column("h", sa.Text, server_default=sa.text("NULL")),
            sa.CheckConstraint("a <> 'x' AND b BETWEEN 1 AND 5", name="ck", comment="lost"),
            sa.UniqueConstraint("a", "b"),
            sa.Index(f"ix{number}", sa.text("lower(h)"), sa.text("g")),
            comment="all of it",
        )
    return metadata


def test_models(connection: sa.Connection) -> None:
    assert check(connection, models(2)) == {"T0", "T1"}


def test_schemas(connection: sa.Connection) -> None:
    connection.exec_driver_sql('CREATE SCHEMA "o ther"')
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), schema="o ther")
    sa.Table("t", metadata, sa.Column("a", sa.Text, index=True), schema="main")
    sa.Table("u", metadata, sa.Column("a", sa.ForeignKey("o ther.t.id")), schema="o ther")
    assert check(connection, metadata, (None, "o ther")) == set()


@pytest.mark.parametrize("name", ["plain", "Upper", "with space", "apo'strophe", "ünï", "(p)", "a,b"])
def test_names(connection: sa.Connection, name: str) -> None:
    metadata = sa.MetaData()
    sa.Table(
        name,
        metadata,
        sa.Column(name, sa.Integer, primary_key=True),
        sa.Column(f"2 {name}", sa.Text(collation="nocase")),
        sa.Index(f"i {name}", f"2 {name}", name),
        sa.CheckConstraint(sa.column(name) > 0),
    )
    assert check(connection, metadata) <= {name}


def test_one_that_cannot_be_made_is_left_out(connection: sa.Connection) -> None:
    metadata = models(1)
    bad = sa.Table("bad", metadata, sa.Column("a", sa.Integer), sa.Index("i", sa.text("nothing(a)")))
    mood: Any = metadata.tables["T0"].columns["d"].type
    mood.create(connection)
    assert set(PACK.as_stored(connection, [bad, metadata.tables["T0"]])) == {(None, "T0")}
    tables = connection.exec_driver_sql("SELECT count(*) FROM duckdb_tables()").scalar()
    assert tables == 0


@pytest.mark.parametrize("count", [2, 50])
def test_four_statements_for_any_number_of_tables(connection: sa.Connection, count: int) -> None:
    models(count).create_all(connection)
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *call: sent.append(call[2]))
    assert len(list(PACK.read_snapshot(connection, [None]))) == count
    assert len(sent) == 4
    (found,) = PACK.read_snapshot(connection, [None], names=["T1", "none"])
    assert found.name == "T1"


def test_what_is_not_read(connection: sa.Connection) -> None:
    for statement in (
        "CREATE VIEW v AS SELECT 1",
        "CREATE SEQUENCE s",
        "CREATE TYPE e AS ENUM ('x')",
        "CREATE TYPE y AS integer",
        "CREATE MACRO m(a) AS a + 1",
        "CREATE MACRO t(a) AS TABLE SELECT a",
    ):
        connection.exec_driver_sql(statement)
    assert set(PACK.unread(connection, [None])) == {
        ("view", None, "v"),
        ("sequence", None, "s"),
        ("enum", None, "e"),
        ("type", None, "y"),
        ("macro", None, "m"),
        ("macro", None, "t"),
    }


def test_models_of_a_schema_that_is_there_are_found_in_it(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE SCHEMA other")
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("a", sa.Text), schema="other")
    metadata.create_all(connection)
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
    assert compare_metadata(context, metadata) == []
    every = MigrationContext.configure(
        connection, opts={"target_metadata": sa.MetaData(), "include_schemas": True}
    )
    assert [(diff[0], diff[1].schema) for diff in compare_metadata(every, sa.MetaData())] == [
        ("remove_table", "other")
    ]


def test_values_of_an_enum_are_not_looked_at(connection: sa.Connection) -> None:
    def models(*values: str) -> sa.MetaData:
        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("a", sa.Enum(*values, name="e")))
        return metadata

    models("x").create_all(connection)
    wanted = models("x", "y")
    context = AutogenContext(MigrationContext.configure(connection), wanted)
    assert compare(context).ops == []
    # So that "no difference" is not all that is said.
    assert context.uncompared == {"enum": 1}
