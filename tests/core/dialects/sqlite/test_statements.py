from __future__ import annotations

import pytest

from migrateops.dialects.sqlite import statements
from migrateops.dialects.sqlite.statements import DroppedTable, Pragma


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1", False),
        ("VALUES (1)", False),
        ("EXPLAIN QUERY PLAN DELETE FROM a", False),
        ("SAVEPOINT a", False),
        ("RELEASE a", False),
        ("ROLLBACK TO a", False),
        ("WITH n AS (SELECT 1) SELECT * FROM n", False),
        ("PRAGMA user_version", False),
        ("PRAGMA foreign_keys = 1", False),
        ("", False),
        ("PRAGMA user_version = 1", True),
        ("pragma main.application_id(7)", True),
        ("WITH n AS (SELECT 1) INSERT INTO a SELECT * FROM n", True),
        ("insert into a values (1)", True),
        ("CREATE TABLE a (x)", True),
        ("ATTACH 'x' AS y", True),
        ("REINDEX", True),
        ("ANALYZE", True),
    ],
)
def test_writes(text: str, expected: bool) -> None:
    assert statements.writes(text) is expected


@pytest.mark.parametrize(
    "text",
    [
        "VACUUM",
        "  \n\tVACUUM",
        ";; VACUUM",
        "-- a\n-- b\nvacuum",
        "/* a -- */ /**/VACUUM",
        "\ufeffVACUUM",
        "--a\r\nVacuum;",
    ],
)
def test_what_stands_before_the_first_word(text: str) -> None:
    assert statements.keyword(statements.body(text)) == "VACUUM"


@pytest.mark.parametrize("text", ["-- VACUUM", "/* VACUUM", "", "'VACUUM'"])
def test_no_word(text: str) -> None:
    assert statements.keyword(statements.body(text)) == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PRAGMA foreign_keys", Pragma(None, "foreign_keys", None)),
        ("PRAGMA foreign_keys;", Pragma(None, "foreign_keys", None)),
        ("pragma Foreign_Keys=on", Pragma(None, "foreign_keys", "on")),
        ("PRAGMA foreign_keys ( 0 ) -- off", Pragma(None, "foreign_keys", "0")),
        ("PRAGMA\n\"foreign_keys\" = 'OFF';", Pragma(None, "foreign_keys", "OFF")),
        ("PRAGMA main.journal_mode = WAL", Pragma("main", "journal_mode", "WAL")),
        ('PRAGMA "my db" . [journal_mode](wal)', Pragma("my db", "journal_mode", "wal")),
        ("PRAGMA cache_size = -2000", Pragma(None, "cache_size", "-2000")),
        ("PRAGMA", None),
    ],
)
def test_pragma(text: str, expected: Pragma | None) -> None:
    assert statements.pragma(text) == expected


@pytest.mark.parametrize("value", ["on", "YES", "true", "1", "2", "+1"])
def test_on(value: str) -> None:
    assert Pragma(None, "foreign_keys", value).on


@pytest.mark.parametrize("value", ["off", "NO", "false", "0", "maybe", ""])
def test_off(value: str) -> None:
    assert not Pragma(None, "foreign_keys", value).on


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DROP TABLE a", DroppedTable(None, "a")),
        ("drop  table\nif exists main.a;", DroppedTable("main", "a")),
        ('DROP TABLE "a ""b"" c"', DroppedTable(None, 'a "b" c')),
        ("DROP TABLE [a b]", DroppedTable(None, "a b")),
        ("DROP TABLE `x`.'y'", DroppedTable("x", "y")),
        ("DROP TABLE größe", DroppedTable(None, "größe")),
        ("DROP TABLE if_not", DroppedTable(None, "if_not")),
        ("DROP INDEX a", None),
        ("DROP VIEW a", None),
    ],
)
def test_dropped_table(text: str, expected: DroppedTable | None) -> None:
    assert statements.dropped_table(text) == expected


@pytest.mark.parametrize("text", ["COMMIT", "end transaction", "ROLLBACK", "rollback transaction;"])
def test_ends_transaction(text: str) -> None:
    assert statements.ends_transaction(text)


@pytest.mark.parametrize(
    "text", ["ROLLBACK TO a", "rollback transaction to savepoint a", "RELEASE a", "SELECT 1"]
)
def test_does_not_end_transaction(text: str) -> None:
    assert not statements.ends_transaction(text)


def test_quoting_returns() -> None:
    for name in ("a", 'a"b', "a b", "[x]"):
        assert statements.unquoted(statements.quoted(name)) == name


def test_a_long_comment_is_read_once() -> None:
    """No backtracking: a megabyte in front of the word, and one that never ends."""
    assert statements.keyword(statements.body("-- x\n" * 200_000 + "VACUUM")) == "VACUUM"
    assert statements.keyword(statements.body("/*" + "* " * 500_000)) == ""
