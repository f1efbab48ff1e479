from __future__ import annotations

import sqlite3

import pytest

from migrateops.dialects.sqlite.batch.definition import TableDefinition
from migrateops.dialects.sqlite.batch.parsing import Unreadable, column, constraint, parse

LONG = """CREATE TABLE "a b" (id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key, of course
  name VARCHAR(80) COLLATE NOCASE NOT NULL DEFAULT 'x, ''y' /* c, d */ CHECK (length(name) > 0),
  "default" text default null,
  n INTEGER CONSTRAINT nn NOT NULL CONSTRAINT [u n] UNIQUE ON CONFLICT REPLACE
    REFERENCES t (id) ON DELETE SET NULL ON UPDATE SET DEFAULT NOT DEFERRABLE INITIALLY IMMEDIATE,
  g INT GENERATED ALWAYS AS (n * (2 + 1)) STORED, h AS (n+1), d DEFAULT (1 + (2)), e DEFAULT -1 NOT NULL,
  f unsigned big int default +1.5e3 null, "check" text, x DEFAULT x'00',
  CONSTRAINT "c k" CHECK (n > 0), UNIQUE (name, n COLLATE NOCASE DESC) ON CONFLICT ABORT,
  FOREIGN KEY (n, "check") REFERENCES t (a, b) MATCH FULL ON DELETE CASCADE -- last
) STRICT, WITHOUT ROWID"""


def kinds(definition: TableDefinition, name: str) -> list[str]:
    found = definition.column(name)
    assert found is not None
    return [each.kind for each in found.constraints]


def test_the_text_is_the_same_when_put_together_again() -> None:
    assert parse(LONG).text == LONG


def test_columns_have_names_types_and_constraints() -> None:
    table = parse(LONG)
    assert [each.name for each in table.columns] == [
        "id", "name", "default", "n", "g", "h", "d", "e", "f", "check", "x",
    ]  # fmt: skip
    assert kinds(table, "name") == ["collate", "not null", "default", "check"]
    assert kinds(table, "n") == ["not null", "unique", "references"]
    assert kinds(table, "h") == ["generated"]
    assert kinds(table, "d") == ["default"]
    assert kinds(table, "e") == ["default", "not null"]
    assert kinds(table, "f") == ["default", "null"]
    found = table.column("F")
    assert found is not None
    assert found.type_name == "unsigned big int"
    n = table.column("n")
    assert n is not None
    assert [each.name for each in n.constraints] == ["nn", "u n", None]


def test_constraints_have_names_and_columns() -> None:
    table = parse(LONG)
    assert [(each.kind, each.name, each.columns) for each in table.constraints] == [
        ("check", "c k", ()),
        ("unique", None, ("name", "n")),
        ("foreign key", None, ("n", "check")),
    ]
    assert table.options == {"STRICT", "WITHOUT ROWID"}


@pytest.mark.parametrize(
    "text",
    [
        "create table t(a)",
        "CREATE TABLE main.t (a, b c, d)",
        "CREATE TABLE IF NOT EXISTS [x y] ([a b]  int)",
        "CREATE TEMP TABLE t (a int default 'it''s', b)",
        'CREATE TABLE "quo""te" ("q""q" TEXT)',
        "CREATE TABLE `t` (`a` int)",
        "CREATE TABLE t (a int, primary key (a), check (a <> ','))",
        "CREATE TABLE ta (a DEFAULT CURRENT_TIMESTAMP, b DEFAULT TRUE, c)",
        "CREATE TABLE 表 (列 TEXT COLLATE BINARY)",
        "CREATE TABLE t (a int -- no comma, here\n , b int)",
    ],
)
def test_what_sqlite_takes_is_read_and_given_back(text: str) -> None:
    with sqlite3.connect(":memory:") as database:
        database.execute(text)
        names = [row[1] for row in database.execute(f"PRAGMA table_info({parse(text).name})")]
    database.close()
    assert parse(text).text == text
    assert [each.name for each in parse(text).columns] == names


def test_constraints_without_a_comma_between_them_are_two() -> None:
    text = "CREATE TABLE t (a int, CHECK (a > 0) CONSTRAINT u UNIQUE (a))"
    table = parse(text)
    assert [each.kind for each in table.constraints] == ["check", "unique"]
    with sqlite3.connect(":memory:") as database:
        database.execute(table.text)
    database.close()


def test_a_comment_at_the_end_of_an_item_does_not_swallow_what_follows() -> None:
    table = parse("CREATE TABLE t (a int, b int -- the last\n)")
    more = table.with_columns([*reversed(table.columns), column(" c int")])
    with sqlite3.connect(":memory:") as database:
        database.execute(more.text)
        assert [row[1] for row in database.execute("PRAGMA table_info(t)")] == ["b", "a", "c"]
    database.close()


def test_one_constraint_alone() -> None:
    found = constraint("CONSTRAINT x FOREIGN KEY(a) REFERENCES t (b)")
    assert (found.kind, found.name, found.columns) == ("foreign key", "x", ("a",))


@pytest.mark.parametrize(
    "text",
    [
        "CREATE VIRTUAL TABLE t USING fts5(a)",
        "CREATE TABLE t AS SELECT 1",
        "CREATE INDEX i ON t (a)",
        "DROP TABLE t",
        "CREATE TABLE t (a int",
        "CREATE TABLE",
        "",
    ],
)
def test_what_is_no_such_statement_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text)
