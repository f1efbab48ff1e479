"""Tables made by hand are read as they were written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from migrateops.dialects.sqlite.dialect import SQLiteDialect
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

PACK = SQLiteDialect()


@pytest.fixture
def connection(sqlite_url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as made:
        yield made
    engine.dispose()


def read(connection: sa.Connection, *schemas: str | None) -> dict[str, TableRecord]:
    records = PACK.read_snapshot(connection, schemas or (None,))
    return {record.name: record for record in records}


def made(connection: sa.Connection, *statements: str) -> dict[str, TableRecord]:
    for statement in statements:
        connection.exec_driver_sql(statement)
    return read(connection)


EVERYTHING = """
create table -- a comment, with (brackets
  main."Every, thing" (
    "Id" integer constraint pk_e primary key on conflict replace autoincrement, /* ',' */
    [b c] VARCHAR ( 20 )  collate NoCase not null on conflict ignore default ('it''s, so')
      unique on conflict fail,
    `d` decimal(10,2) constraint "d is positive" check ("D" > 0),
    e DOUBLE   PRECISION DEFAULT -1.5,
    f INT generated always as (e * 2) stored constraint nn_f not null,
    g text AS (upper([b c])),
    h int references other on delete set null,
    i int CONSTRAINT fk_i REFERENCES "other" (ID) MATCH FULL ON UPDATE cascade NOT DEFERRABLE,
    j,
    k datetime default current_timestamp,
    l int default (strftime('%s', 'now')),
    CONSTRAINT uq_e UNIQUE (E COLLATE binary, "d" DESC) on conflict rollback
    CHECK (e <> 1) constraint ck_2 CHECK ((E)!=2 AND h == 1),
    unique (k, l),
    FOREIGN KEY (h, i) REFERENCES pairs(x, y) ON DELETE NO ACTION DEFERRABLE INITIALLY DEFERRED
  ) strict
"""


def test_everything_at_once(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE other (id INTEGER NOT NULL, name TEXT, PRIMARY KEY (id))")
    text = EVERYTHING.replace(" strict", "")
    found = made(
        connection,
        text,
        'CREATE UNIQUE INDEX "ix, 1" ON "Every, thing" (E DESC, lower([b c]) COLLATE nocase, j COLLATE RTRIM)'
        " WHERE e  > 0 AND d IS NOT NULL",
        "CREATE INDEX ix_2 ON [Every, thing] (d, e)",
    )
    column = ColumnRecord
    assert found["Every, thing"] == TableRecord(
        None,
        "Every, thing",
        (
            column("Id", "integer", False, autoincrement=True),
            column(
                "b c",
                "varchar(20)",
                False,
                "'it''s, so'",
                collation="NOCASE",
                options=(("on_conflict_not_null", "IGNORE"),),
            ),
            column("d", "decimal(10, 2)", True),
            column("e", "double precision", True, "- 1.5"),
            column("f", "int", False, computed=ComputedRecord("e * 2", True)),
            column("g", "text", True, computed=ComputedRecord('upper("b c")', False)),
            column("h", "int", True),
            column("i", "int", True),
            column("j", "", True),
            column("k", "datetime", True, "current_timestamp"),
            column("l", "int", True, "strftime('%s', 'now')"),
        ),
        KeyRecord("pk_e", ("Id",), options=(("on_conflict", "REPLACE"),)),
        (
            KeyRecord(None, ("b c",), options=(("on_conflict", "FAIL"),)),
            KeyRecord(None, ("k", "l")),
            KeyRecord("uq_e", ("e", "d"), options=(("on_conflict", "ROLLBACK"),)),
        ),
        (
            ForeignKeyRecord(
                None, ("h", "i"), None, "pairs", ("x", "y"), deferrable=True, initially="deferred"
            ),
            ForeignKeyRecord(None, ("h",), None, "other", ("id",), ondelete="set null"),
            ForeignKeyRecord("fk_i", ("i",), None, "other", ("id",), onupdate="cascade", match="full"),
        ),
        (
            CheckRecord(None, "e <> 1"),
            CheckRecord("ck_2", "(e) <> 2 and h = 1"),
            CheckRecord("d is positive", "d > 0"),
        ),
        (
            IndexRecord(
                "ix, 1",
                (
                    IndexPartRecord("e", options=(("order", "desc"),)),
                    IndexPartRecord('lower("b c")', True, (("collation", "NOCASE"),)),
                    IndexPartRecord("j", options=(("collation", "RTRIM"),)),
                ),
                unique=True,
                options=(("where", "e > 0 and d is not null"),),
            ),
            IndexRecord("ix_2", (IndexPartRecord("d"), IndexPartRecord("e"))),
        ),
    )


@pytest.mark.parametrize(
    ("closing", "options"),
    [
        ("STRICT", (("strict", "true"),)),
        ("without rowid", (("with_rowid", "false"),)),
        ("WITHOUT rowid, strict", (("strict", "true"), ("with_rowid", "false"))),
        ("/* STRICT */ -- WITHOUT ROWID", ()),
    ],
)
def test_options_of_tables(
    connection: sa.Connection, closing: str, options: tuple[tuple[str, str], ...]
) -> None:
    found = made(connection, f"CREATE TABLE t (a INTEGER, b TEXT, PRIMARY KEY (a, b)) {closing}")
    assert found["t"].options == options


@pytest.mark.parametrize(
    ("definition", "nullable"),
    [
        ("a INTEGER PRIMARY KEY", False),
        ("a integer, b TEXT, PRIMARY KEY (a)", False),
        # Neither is an alias of the rowid, and NULL can be stored in both.
        ("a INTEGER PRIMARY KEY DESC", True),
        ("a INT PRIMARY KEY", True),
        ("a INTEGER NOT NULL PRIMARY KEY", False),
    ],
)
def test_whether_a_primary_key_is_nullable(
    connection: sa.Connection, definition: str, nullable: bool
) -> None:
    found = made(connection, f"CREATE TABLE t ({definition})")
    assert found["t"].columns[0].nullable == nullable
    insert = "INSERT INTO t (a) VALUES (NULL)"
    if nullable or "NOT NULL" not in definition:
        connection.exec_driver_sql(insert)
        assert (connection.exec_driver_sql("SELECT a FROM t").scalar() is None) == nullable


def test_what_alter_table_did(connection: sa.Connection) -> None:
    found = made(
        connection,
        "CREATE TABLE t (a INTEGER)",
        "ALTER TABLE t ADD COLUMN b TEXT COLLATE NOCASE CONSTRAINT ck CHECK (b <> '')",
        'ALTER TABLE t RENAME COLUMN a TO "A a"',
        "ALTER TABLE t RENAME TO u",
        "CREATE TABLE s AS SELECT * FROM u",
    )
    assert found["u"] == TableRecord(
        None,
        "u",
        (ColumnRecord("A a", "integer", True), ColumnRecord("b", "text", True, collation="NOCASE")),
        checks=(CheckRecord("ck", "b <> ''"),),
    )
    assert found["s"] == TableRecord(
        None, "s", (ColumnRecord("A a", "int", True), ColumnRecord("b", "text", True))
    )


def test_keys_that_refer_to_nothing(connection: sa.Connection) -> None:
    found = made(connection, "CREATE TABLE t (a INTEGER REFERENCES nowhere, b INT REFERENCES T)")
    assert found["t"].foreign_keys == (
        ForeignKeyRecord(None, ("a",), None, "nowhere", ()),
        ForeignKeyRecord(None, ("b",), None, "t", ()),
    )


def test_unique_beside_a_primary_key_of_the_same_columns(connection: sa.Connection) -> None:
    found = made(connection, "CREATE TABLE t (a TEXT, PRIMARY KEY (a), CONSTRAINT u UNIQUE (a), UNIQUE (A))")
    assert found["t"].unique == (KeyRecord(None, ("a",)), KeyRecord("u", ("a",)))


def test_virtual_tables_are_never_dropped_by_themselves(connection: sa.Connection) -> None:
    found = made(
        connection,
        "CREATE VIRTUAL TABLE search USING fts5 (title, body)",
        "CREATE TABLE searches (id INTEGER)",
    )
    assert [column.name for column in found["search"].columns] == ["title", "body"]
    assert {name for name, record in found.items() if record.part_of is None} == {"searches"}


def test_a_virtual_table_whose_module_is_not_there(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE t (id INTEGER)")
    connection.exec_driver_sql("PRAGMA writable_schema = on")
    connection.exec_driver_sql(
        "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql)"
        " VALUES ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING gone (a)')"
    )
    connection.commit()
    connection.exec_driver_sql("PRAGMA writable_schema = reset")
    found = read(connection)
    assert [column.name for column in found["t"].columns] == ["id"]
    assert found["v"].part_of is not None


def test_attached_schemas(connection: sa.Connection) -> None:
    connection.exec_driver_sql("ATTACH ':memory:' AS \"oth er\"")
    connection.exec_driver_sql('CREATE TABLE "oth er".t (a INTEGER PRIMARY KEY, b INT REFERENCES t)')
    connection.exec_driver_sql('CREATE INDEX "oth er".ix ON t (b)')
    connection.exec_driver_sql("CREATE TABLE t (c)")
    connection.exec_driver_sql("CREATE TEMPORARY TABLE hidden (c)")
    found = {
        (record.schema, record.name): record for record in PACK.read_snapshot(connection, ["main", "oth er"])
    }
    assert found == {
        (None, "t"): TableRecord(None, "t", (ColumnRecord("c", "", True),)),
        ("oth er", "t"): TableRecord(
            "oth er",
            "t",
            (ColumnRecord("a", "integer", False), ColumnRecord("b", "int", True)),
            KeyRecord(None, ("a",)),
            foreign_keys=(ForeignKeyRecord(None, ("b",), "oth er", "t", ("a",)),),
            indexes=(IndexRecord("ix", (IndexPartRecord("b"),)),),
        ),
    }


def test_only_the_tables_wanted(connection: sa.Connection) -> None:
    made(connection, "CREATE TABLE t (a INTEGER PRIMARY KEY)", "CREATE TABLE u (b INT REFERENCES t)")
    (found,) = PACK.read_snapshot(connection, [None], names=["u", "v"])
    assert found.foreign_keys == (ForeignKeyRecord(None, ("b",), None, "t", ("a",)),)


@pytest.mark.parametrize("count", [2, 50])
def test_two_statements_for_any_number_of_tables(connection: sa.Connection, count: int) -> None:
    for number in range(count):
        connection.exec_driver_sql(
            f"CREATE TABLE t{number} (a INTEGER PRIMARY KEY, b INT UNIQUE REFERENCES t0)"
        )
        connection.exec_driver_sql(f"CREATE INDEX ix{number} ON t{number} (b)")
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *call: sent.append(call[2]))
    assert len(read(connection)) == count
    assert len(sent) == 2


def test_what_is_not_read(connection: sa.Connection) -> None:
    made(
        connection,
        "CREATE TABLE t (a INTEGER)",
        "CREATE VIEW v AS SELECT * FROM t",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
    )
    assert list(PACK.unread(connection, [None])) == [("trigger", None, "r"), ("view", None, "v")]
