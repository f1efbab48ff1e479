"""Tables as people and other programs leave them: odd names, other spellings, tables that are none."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.errors.base import MigrateOpsError
from migrateops.errors.batch import ForeignKeyMismatch, NoOrdinaryTable, TableNotFound
from migrateops.operations import BatchOperations, Operations
from tests.core.dialects.sqlite.batch.conftest import everything, objects, rows, script


def test_every_letter_above_ascii_is_one_of_a_name(operations: Operations, connection: sa.Connection) -> None:
    # An emoji, a section sign; a blank that does not break; letters that are ASCII's in upper case.
    names = ("\U0001f600", "\u00a7x", "a\u00a0b", "un\u0131que", "chec\u212a", "\u017ftrict")
    script(connection, f"CREATE TABLE t (a TEXT, {' INT, '.join(names)} INT)")
    script(connection, "INSERT INTO t VALUES ('1', 2, 3, 4, 5, 6, 7)")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
        batch.drop_column("\u00a7x")
    assert [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(t)")] == [
        "a",
        *(name for name in names if name != "\u00a7x"),
    ]
    assert rows(connection, "t") == [("1", 2, 4, 5, 6, 7)]


def test_only_the_letters_of_ascii_match_in_either_case(
    operations: Operations, connection: sa.Connection
) -> None:
    script(connection, "CREATE TABLE t (a, \u00e9 TEXT, \u00c9 TEXT, CHECK (\u00c9 <> ''))")
    with operations.batch_alter_table("t") as batch:
        batch.drop_column("\u00e9")
    assert objects(connection)["t"] == "CREATE TABLE t (a, \u00c9 TEXT, CHECK (\u00c9 <> ''))"


NAMES = ('x"y', "p q", "z`z", "%s", ":p", "k.l", "[", "'", "select", "rowid")


def test_a_table_in_which_all_names_are_odd(operations: Operations, connection: sa.Connection) -> None:
    table = 'a"b.c%d:e'
    quoted = ", ".join('"' + name.replace('"', '""') + '" TEXT' for name in NAMES)
    written = '"' + table.replace('"', '""') + '"'
    script(connection, f'CREATE TABLE {written} ({quoted}); CREATE INDEX "i%:" ON {written} ("%s", ":p")')
    script(connection, f"CREATE TRIGGER \"t%:x\" AFTER INSERT ON {written} BEGIN SELECT ':x %s'; END")
    script(connection, f"INSERT INTO {written} VALUES ({', '.join(map(str, range(len(NAMES))))})")
    script(connection, "INSERT INTO parent VALUES (8)")
    before = objects(connection)
    with operations.batch_alter_table(table) as batch:
        batch.alter_column('x"y', nullable=False)
        batch.alter_column(":p", type_=sa.Integer())
        batch.alter_column("k.l", insert_before='x"y')
        batch.create_index("new%:", [":p"])
        batch.create_unique_constraint("u%:q", ["%s", "["])
        batch.create_check_constraint("c%:k", sa.text(r""""\:p" <> '\:foo %' AND "%s" % 2 < 9"""))
        batch.create_foreign_key("f%:", "parent", ["select"], ["id"])
        batch.add_column(sa.Column("n%:n", sa.Text, server_default="%d :x 'q'"))
        batch.drop_column("'")
        batch.alter_column("[", new_column_name="]%:")
    found = connection.exec_driver_sql(f"PRAGMA table_info({written})").fetchall()
    names = ["k.l", 'x"y', "p q", "z`z", "%s", ":p", "]%:", "select", "rowid", "n%:n"]
    assert [row[1] for row in found] == names
    assert rows(connection, written) == [("5", "0", "1", "2", "3", 4, "6", "8", "9", "%d :x 'q'")]
    after = objects(connection)
    assert 'CONSTRAINT "c%:k" CHECK (":p" <> \':foo %\' AND "%s" % 2 < 9)' in after.pop(table)
    before.pop(table)
    assert after.pop("new%:")
    assert after == before


def test_the_same_natively(operations: Operations, connection: sa.Connection) -> None:
    table = 'a"b.c%d:e'
    script(connection, 'CREATE TABLE "a""b.c%d:e" ("%s" TEXT, ":p" TEXT)')
    with operations.batch_alter_table(table) as batch:
        batch.alter_column("%s", new_column_name="a%b:c")
        batch.drop_column(":p")
        batch.add_column(sa.Column("n%:n", sa.Text, server_default="%d :x 'q'"))
        batch.create_index("ix%:", ["n%:n"], sqlite_where=sa.text("\"n%\\:n\" > '%d'"))
    found = objects(connection)
    assert found[table] == """CREATE TABLE "a""b.c%d:e" ("a%b:c" TEXT, "n%:n" TEXT DEFAULT '%d :x ''q''')"""
    assert found["ix%:"].endswith("""WHERE "n%:n" > '%d'""")


def test_a_counter_of_a_key_behind_the_columns(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE t (id INTEGER, a TEXT, PRIMARY KEY (id AUTOINCREMENT))")
    script(connection, "INSERT INTO t VALUES (5, 'x'), (50, 'y'); DELETE FROM t WHERE id = 50")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
    assert ("t", 50) in rows(connection, "sqlite_sequence")


def test_a_counter_of_an_empty_table(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)")
    script(connection, "INSERT INTO t VALUES (5, 'x'); DELETE FROM t")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
    assert ("t", 5) in rows(connection, "sqlite_sequence")


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("CREATE TABLE t (a, f BOOLEAN CHECK (f IN (0, 1)))", "f", "CREATE TABLE t (a)"),
        (
            "CREATE TABLE t (f BOOLEAN CONSTRAINT c CHECK (f IN (0, 1)) NOT NULL, a)",
            "f",
            "CREATE TABLE t ( a)",
        ),
    ],
)
def test_a_column_goes_with_the_check_of_its_type_in_it(
    operations: Operations, connection: sa.Connection, text: str, column: str, expected: str
) -> None:
    script(connection, text)
    with operations.batch_alter_table("t") as batch:
        batch.drop_column(column, existing_type=sa.Boolean(create_constraint=True))
    assert objects(connection)["t"] == expected


def test_a_type_goes_with_its_check_in_the_column(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE t (a, f BOOLEAN CHECK (f IN (0, 1)) NOT NULL)")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("f", existing_type=sa.Boolean(create_constraint=True), type_=sa.Integer())
    assert objects(connection)["t"] == "CREATE TABLE t (a, f INTEGER NOT NULL)"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\f", "\t"])
def test_any_blank_may_end_a_line(operations: Operations, connection: sa.Connection, end: str) -> None:
    script(connection, f"CREATE TABLE t (a INT /* one */,{end} b TEXT DEFAULT 'x{end}y' -- two, ){end}\n, c)")
    connection.exec_driver_sql("INSERT INTO t VALUES (1, '2', 3)")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
        batch.alter_column("b", type_=sa.Integer())
        batch.add_column(sa.Column("z", sa.Text()), insert_after="b")
    assert (
        objects(connection)["t"]
        == f"CREATE TABLE t (a INT NOT NULL /* one */,{end} b INTEGER DEFAULT 'x{end}y' -- two, ){end}\n,"
        " z TEXT, c)"
    )
    assert rows(connection, "t") == [(1, 2, None, 3)]


def test_two_thousand_columns(operations: Operations, connection: sa.Connection) -> None:
    listed = ", ".join(f"c{number} TEXT" for number in range(1999))
    script(connection, f"CREATE TABLE t (a, {listed}); INSERT INTO t (a, c5) VALUES (1, '2')")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
        batch.alter_column("c5", type_=sa.Integer())
        batch.drop_column("c7")
    assert connection.exec_driver_sql("SELECT a, c5, c1998 FROM t").fetchall() == [(1, 2, None)]


def test_a_table_that_was_made_of_a_query(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE t AS SELECT 1 AS a, 'x' AS \"b c\"")
    with operations.batch_alter_table("t") as batch:
        batch.alter_column("a", nullable=False)
    assert objects(connection)["t"] == 'CREATE TABLE t(a NOT NULL,"b c")'
    assert rows(connection, "t") == [(1, "x")]


def test_what_the_planner_knows_of_a_table_stays(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "ANALYZE")
    before = rows(connection, "sqlite_stat1")
    assert before
    with operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", type_=sa.Integer())
    assert rows(connection, "sqlite_stat1") == before


def test_a_full_text_index_on_its_rows(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE VIRTUAL TABLE found USING fts5(name, content='item', content_rowid='id')")
    script(connection, "INSERT INTO found (found) VALUES ('rebuild')")
    with operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", type_=sa.Integer())
    hits = connection.exec_driver_sql("SELECT rowid, name FROM found WHERE found MATCH 'two'").fetchall()
    assert hits == [(2, "two")]


NOT_TABLES: list[tuple[str, str]] = [
    ("words", "virtual table"),
    ("words_content", "shadow table"),
    ("named", "view"),
    ("sqlite_sequence", "internal table"),
]
CHANGES: dict[str, Any] = {
    "anew": lambda batch: batch.alter_column("name", nullable=False),
    "add": lambda batch: batch.add_column(sa.Column("z", sa.Integer())),
    "drop": lambda batch: batch.drop_column("name"),
    "rename": lambda batch: batch.alter_column("name", new_column_name="z"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(("table", "kind"), NOT_TABLES)
def test_what_is_no_ordinary_table_is_said_to_be_none(
    operations: Operations, connection: sa.Connection, table: str, kind: str, change: str
) -> None:
    script(connection, "CREATE VIRTUAL TABLE words USING fts5(name)")
    before = everything(connection)
    with pytest.raises(NoOrdinaryTable) as caught, operations.batch_alter_table(table) as batch:
        CHANGES[change](batch)
    assert (caught.value.table, caught.value.kind) == (table, kind)
    assert everything(connection) == before


@pytest.mark.parametrize("recreate", ["auto", "never", "always"])
@pytest.mark.parametrize("change", CHANGES)
def test_a_table_that_is_not_there(
    operations: Operations, connection: sa.Connection, change: str, recreate: Any
) -> None:
    before = everything(connection)
    # Of "never", some is refused for what it is, whatever the table.
    with (
        pytest.raises(MigrateOpsError) as caught,
        operations.batch_alter_table("itme", recreate=recreate) as batch,
    ):
        CHANGES[change](batch)
    if (recreate, change) != ("never", "anew"):
        assert isinstance(caught.value, TableNotFound)
        assert caught.value.closest == "item"
    assert everything(connection) == before


def test_a_schema_that_is_not_there(operations: Operations) -> None:
    with pytest.raises(TableNotFound) as caught, operations.batch_alter_table("item", schema="none") as batch:
        batch.alter_column("name", nullable=False)
    assert caught.value.schema == "none"


TEMPORARY = """
CREATE TEMP TABLE t (a TEXT COLLATE NOCASE);
INSERT INTO t VALUES ('x');
CREATE INDEX temp.ix_t ON t (a);
CREATE TEMP TRIGGER tr_t AFTER INSERT ON t BEGIN SELECT 1; END;
CREATE TEMP VIEW v AS SELECT a FROM t;
"""


@pytest.mark.parametrize("schema", ["temp", None])
def test_a_temporary_table(operations: Operations, connection: sa.Connection, schema: str | None) -> None:
    script(connection, TEMPORARY)
    # It is the one that the name means.
    script(connection, "CREATE TABLE main.t (a INTEGER)")
    catalog = "SELECT name, sql FROM temp.sqlite_master ORDER BY name"
    before = dict(tuple(row) for row in connection.exec_driver_sql(catalog))
    others = objects(connection)
    with operations.batch_alter_table("t", schema=schema) as batch:
        batch.alter_column("a", nullable=False)
    after = dict(tuple(row) for row in connection.exec_driver_sql(catalog))
    assert after == {**before, "t": "CREATE TABLE t (a TEXT COLLATE NOCASE NOT NULL)"}
    assert rows(connection, "temp.t") == [("x",)]
    assert objects(connection) == others


def test_a_temporary_table_in_front_of_another(operations: Operations, connection: sa.Connection) -> None:
    script(connection, TEMPORARY)
    script(connection, "CREATE TABLE main.t (a INTEGER)")
    with operations.batch_alter_table("t", schema="main") as batch:
        batch.alter_column("a", nullable=False)
    assert objects(connection)["t"] == "CREATE TABLE t (a INTEGER NOT NULL)"
    assert rows(connection, "temp.t") == [("x",)]


def test_temporary_triggers_on_a_table(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TEMP TRIGGER tr AFTER INSERT ON item BEGIN INSERT INTO log VALUES ('t'); END")
    script(connection, "ATTACH ':memory:' AS other; CREATE TABLE other.item (a)")
    script(connection, "CREATE TEMP TRIGGER elsewhere AFTER INSERT ON other.item BEGIN SELECT 1; END")
    catalog = "SELECT name, sql FROM temp.sqlite_master ORDER BY name"
    before = connection.exec_driver_sql(catalog).fetchall()
    with operations.batch_alter_table("item") as batch:
        batch.alter_column("amount", type_=sa.Integer())
    assert connection.exec_driver_sql(catalog).fetchall() == before
    connection.exec_driver_sql("INSERT INTO item (name) VALUES ('new')")
    assert rows(connection, "log") == [("t",)]


def test_a_key_to_a_table_of_the_same_attached_schema(
    operations: Operations, connection: sa.Connection
) -> None:
    script(connection, "ATTACH ':memory:' AS other; CREATE TABLE other.p (id INTEGER PRIMARY KEY)")
    script(connection, "CREATE TABLE other.t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INTEGER, b INTEGER)")
    script(connection, "INSERT INTO other.t VALUES (9, NULL, 1); DELETE FROM other.t")

    def change(batch: BatchOperations) -> None:
        batch.create_foreign_key("fk", "p", ["a"], ["id"], referent_schema="other")
        batch.create_index("ix", ["b"])

    with operations.batch_alter_table("t", schema="other") as batch:
        change(batch)
    (text,) = connection.exec_driver_sql("SELECT sql FROM other.sqlite_master WHERE name = 't'").one()
    assert text.endswith("CONSTRAINT fk FOREIGN KEY(a) REFERENCES p (id))")
    assert rows(connection, "other.sqlite_sequence") == [("t", 9)]


@pytest.mark.parametrize(
    ("key", "is_key"),
    [
        ("s TEXT COLLATE NOCASE, UNIQUE (s COLLATE BINARY)", False),
        ("s TEXT COLLATE NOCASE, UNIQUE (s)", True),
        ("s TEXT, UNIQUE (s COLLATE NOCASE)", False),
        ("s TEXT COLLATE NOCASE PRIMARY KEY", True),
        ("s TEXT PRIMARY KEY", True),
        ("s TEXT, PRIMARY KEY (s COLLATE NOCASE)", False),
        ("S INTEGER PRIMARY KEY", True),
        ("s INT, n INT, PRIMARY KEY (s, n)", False),
    ],
)
def test_a_key_that_compares_in_another_order_than_its_column_is_none(
    operations: Operations, connection: sa.Connection, key: str, is_key: bool
) -> None:
    """SQLite would refuse each change of these rows: https://www.sqlite.org/foreignkeys.html#fk_indexes."""
    script(connection, f"CREATE TABLE t ({key}); CREATE UNIQUE INDEX ix ON t (s)")
    script(connection, "CREATE TABLE of_t (x REFERENCES t (s))")
    if is_key:
        with operations.batch_alter_table("t") as batch:
            batch.drop_index("ix")
        connection.exec_driver_sql("PRAGMA foreign_key_check")
        return
    with pytest.raises(ForeignKeyMismatch), operations.batch_alter_table("t") as batch:
        batch.drop_index("ix")
    assert "ix" in objects(connection)
