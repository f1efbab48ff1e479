"""What the README says of options and versions is so, and all of it has an example."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Index, PrimaryKeyConstraint, Table
from sqlalchemy.dialects.mysql.base import MySQLDialect

from migrateops.operations.declare import MigrateOperation
from migrateops.testing import examples
from migrateops_mysql.server import Server

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    section = README.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def options() -> set[tuple[str, str]]:
    found = set()
    for names, directives, _ in rows("Options"):
        words = re.findall(r"`(\w+)`", directives)
        found |= {(name, directive) for name in re.findall(r"`(\w+)`", names) for directive in words}
    return found


def given(operation: MigrateOperation) -> Iterator[str]:
    yield from getattr(operation, "kw", {})
    if getattr(operation, "insert_after", None) is not None:
        yield "insert_after"


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_every_option_that_is_documented_has_an_example(dialect: str) -> None:
    shown = {
        (option, example.directive)
        for example in examples.of(dialect)
        for option in given(example.operation())
    }
    assert len(options()) > 10
    assert options() - shown == set()
    ours = {one for one in shown if one[0].startswith("mysql_") or "autoincrement" in one[0]}
    assert ours - options() == set()


def test_every_option_of_sqlalchemy_is_documented() -> None:
    directives = {Index: "create_index", PrimaryKeyConstraint: "create_primary_key", Table: "create_table"}
    known = {
        (f"mysql_{option}", directives[kind])
        for kind, names in MySQLDialect.construct_arguments or ()
        if kind in directives
        for option in names
        # A table takes any.
        if option != "*"
    }
    assert len(known) > 4
    assert known - options() == set()


BOUNDS: dict[str, Callable[[Server], bool]] = {
    "CHECK": lambda server: server.checks,
    "expressions as defaults": lambda server: server.default_expressions,
    "indexes on": lambda server: server.indexes_expressions,
    "RENAME COLUMN": lambda server: server.renames_columns,
    "DROP CONSTRAINT": lambda server: server.drops_any_constraint,
    "IF EXISTS and IF NOT EXISTS of columns": lambda server: server.capabilities.column_if_exists,
    "IF EXISTS and IF NOT EXISTS of indexes": lambda server: server.capabilities.index_if_exists,
    "IF EXISTS of constraints": lambda server: server.capabilities.constraint_if_exists,
    "sequences": lambda server: server.capabilities.sequences,
}


def before(version: tuple[int, ...]) -> tuple[int, ...]:
    *first, last = version
    return (*first, last - 1) if last else (*first[:-1], first[-1] - 1, 99)


@pytest.mark.parametrize("row", rows("What servers can do, and since when"), ids=lambda row: row[0])
def test_versions(row: list[str]) -> None:
    [ask] = [ask for words, ask in BOUNDS.items() if row[0].startswith(words)]
    for mariadb, text in ((False, row[1]), (True, row[2])):
        if not text:
            assert not ask(Server(mariadb, (99, 0)))
            continue
        version = tuple(map(int, text.split(".")))
        assert ask(Server(mariadb, version))
        assert not ask(Server(mariadb, before(version)))


def test_every_bound_is_documented() -> None:
    assert len(rows("What servers can do, and since when")) == len(BOUNDS)
