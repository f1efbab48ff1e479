"""Any table, as a model: how it is written, what changes do to it, and what a database says of it.

Nothing here reads the text of a statement with the code under test.  What a batch should come to is a
second database, made of the changed model; the two are compared by what SQLite says of them.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

Driver = Any
TYPES: dict[str, Any] = {
    "INTEGER": sa.Integer(),
    "TEXT": sa.Text(),
    "VARCHAR(9)": sa.String(9),
    "REAL": sa.REAL(),
    "NUMERIC": sa.Numeric(),
    "BLOB": sa.LargeBinary(),
}
STRICT_TYPES = ("INTEGER", "TEXT", "REAL", "BLOB")
NAMES = (
    "a",
    "B b",
    "select",
    'q"uote',
    "d'd",
    "\u00e9",
    "check",
    "%s",
    ":p",
    "k.l",
    "[x",
    "\U0001f600",
)
MORE_NAMES = ("n", "N n", "in", 'm"m', "z:z", "w%d", "\u017f", "key", "references", "_", "\u00a0", "y-y")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@dataclass(eq=False)
class Col:
    """A column; whatever refers to it holds the object, so that a new name is known everywhere.

    Attributes:
        key: What makes it a key of the table; such a column is moved at most.
        check: A condition on it, with ``{0}`` in its place.
        made_of: The column that it is computed from, with VIRTUAL or STORED.
    """

    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    key: str = ""
    collate: str = ""
    check: str = ""
    unique: str = ""
    parent: str = ""
    made_of: tuple[Col, str] | None = None
    comment: str = ""

    def __str__(self) -> str:
        return quoted(self.name)

    def text(self) -> str:
        words = [str(self), self.type, self.key, self.collate]
        if self.made_of is not None:
            words.append(f"GENERATED ALWAYS AS ({self.made_of[0]} || 'g, )') {self.made_of[1]}")
        if self.default is not None:
            words.append(f"DEFAULT {self.default}")
        words += ["NOT NULL"] if self.not_null else []
        words += [f"CHECK ({self.check.format(self)})"] if self.check else []
        words += [self.unique, self.parent]
        # Last, as it may go to the end of the line.
        return " ".join(word for word in words if word) + self.comment


@dataclass(eq=False)
class Rule:
    """A constraint behind the columns; ``{0}`` in its text is its first column, ``{1}`` the second."""

    name: str | None
    kind: str
    cols: list[Col]
    form: str

    def text(self) -> str:
        named = f"CONSTRAINT {quoted(self.name)} " if self.name is not None else ""
        return named + self.form.format(*self.cols)


@dataclass(eq=False)
class Index:
    name: str
    cols: list[Col]
    form: str = "{0}"
    unique: bool = False
    where: bool = False

    def text(self) -> str:
        listed = ", ".join(self.form.format(col) for col in self.cols)
        where = f" WHERE {self.cols[0]} IS NOT NULL" if self.where else ""
        return f"CREATE {'UNIQUE ' if self.unique else ''}INDEX {quoted(self.name)} ON t ({listed}){where}"


@dataclass(eq=False)
class Seen:
    """What else of the database names columns of the table."""

    form: str
    cols: list[Col]

    @property
    def used(self) -> list[Col]:
        return [col for at, col in enumerate(self.cols) if f"{{{at}}}" in self.form]

    def text(self) -> str:
        return self.form.format(*self.cols)


SEEN = {
    "view": "CREATE VIEW v AS SELECT {0} AS x, {1} AS y FROM t WHERE {0} IS NOT 'never'",
    "view of a view": "CREATE VIEW vv AS SELECT x FROM v",
    "instead of": "CREATE TRIGGER of_v INSTEAD OF INSERT ON v BEGIN INSERT INTO t ({1}) VALUES (new.y); END",
    "insert": "CREATE TRIGGER ins AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.{0}); END",
    "update": "CREATE TRIGGER upd BEFORE UPDATE OF {0} ON t WHEN old.{0} > 1 BEGIN SELECT new.{1}; END",
    "of another": "CREATE TRIGGER par AFTER DELETE ON parent BEGIN DELETE FROM t WHERE {0} = old.id; END",
}


@dataclass(eq=False)
class Table:
    """The table and what is around it."""

    cols: list[Col]
    rules: list[Rule]
    indexes: list[Index]
    seen: list[Seen]
    options: list[str]
    child: Col | None = None
    rows: list[tuple[int | None, dict[Col, Any]]] = field(default_factory=list)
    others: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    @property
    def stored(self) -> list[Col]:
        return [col for col in self.cols if col.made_of is None]

    def numbers_rows(self) -> str | None:
        """Return what the number of a row is called where no column is it."""
        if "WITHOUT ROWID" in self.options or any("INTEGER PRIMARY" in col.text() for col in self.cols):
            return None
        keys = [rule for rule in self.rules if rule.kind == "pk" and len(rule.cols) == 1]
        return None if any(rule.cols[0].type == "INTEGER" for rule in keys) else "_rowid_"

    def text(self) -> str:
        items = [col.text() for col in self.cols] + [rule.text() for rule in self.rules]
        listed = ",\n  ".join(f"{item}\n" if "--" in item else item for item in items)
        return f"CREATE TABLE t ({listed}\n) {', '.join(self.options)}".rstrip()

    def create(self, driver: Driver) -> None:
        """Create all tables, without the rows of this one."""
        driver.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        driver.execute("CREATE TABLE log (id)")
        driver.execute(self.text())
        key = self.cols_by_key()
        if key is not None:
            driver.execute(f"CREATE TABLE child (t_id REFERENCES t ({key}) ON DELETE CASCADE, n)")
        if self.child is not None:
            driver.execute(f"CREATE TABLE other_child (u REFERENCES t ({self.child}) ON UPDATE CASCADE)")
        for index in self.indexes:
            driver.execute(index.text())

    def cols_by_key(self) -> Col | None:
        return next((col for col in self.cols if "PRIMARY KEY" in col.key), None)

    def child_refers(self) -> bool:
        """Say whether the column that another table refers to is UNIQUE, as it has to be."""
        col = self.child
        if col is None:
            return True
        unique = [
            index.cols for index in self.indexes if index.unique and index.form == "{0}" and not index.where
        ]
        # One that compares in another order than its column does not count.
        unique += [
            rule.cols
            for rule in self.rules
            if rule.kind in ("unique", "pk") and not (col.collate and "COLLATE" in rule.form)
        ]
        return col in self.cols and (bool(col.unique or col.key) or [col] in unique)

    def put(self, driver: Driver, number: int | None, values: dict[Col, Any]) -> None:
        stored = [col for col in self.stored if col in values]
        listed, given = [str(col) for col in stored], [values[col] for col in stored]
        name = self.numbers_rows()
        if name is not None:
            listed, given = [name, *listed], [number, *given]
        marks = ", ".join("?" for _ in given)
        driver.execute(f"INSERT INTO t ({', '.join(listed)}) VALUES ({marks})", given)

    def look(self, driver: Driver) -> None:
        """Read the rows as they are stored."""
        number = self.numbers_rows() or "NULL"
        listed = ", ".join([number, *(str(col) for col in self.stored)])
        self.rows = [
            (row[0], dict(zip(self.stored, row[1:], strict=True)))
            for row in driver.execute(f"SELECT {listed} FROM t ORDER BY 2").fetchall()
        ]
        self.others = {
            name: driver.execute(f"SELECT * FROM {name}").fetchall()
            for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            if name != "t"
        }

    def watch(self, driver: Driver) -> None:
        for seen in self.seen:
            driver.execute(seen.text())

    def expected(self) -> sqlite3.Connection | None:
        """Return a database with the table, its rows, and all that is around it.

        None if there can be none: the rows do not fit the constraints, a view names no column.
        """
        driver = sqlite3.connect(":memory:", isolation_level=None)
        try:
            self.create(driver)
            for number, values in self.rows:
                self.put(driver, number, values)
            for name, rows in self.others.items():
                present = "SELECT 1 FROM sqlite_master WHERE name = ?"
                if not driver.execute(present, (name,)).fetchall():
                    continue  # the counters of a table that counts no more
                driver.execute(f"DELETE FROM {name}")
                for row in rows:
                    driver.execute(f"INSERT INTO {name} VALUES ({', '.join('?' for _ in row)})", row)
            self.watch(driver)
            for seen in self.seen:
                if "VIEW" in seen.form:
                    driver.execute(f"SELECT * FROM {seen.form.split()[2]}")
            # Compiles the triggers.
            for statement in ("DELETE FROM parent", "DELETE FROM t", "INSERT INTO t DEFAULT VALUES"):
                driver.execute(f"EXPLAIN {statement}")
            driver.execute(f"EXPLAIN UPDATE t SET {', '.join(f'{col} = NULL' for col in self.stored)}")
            if any("INSTEAD" in seen.form for seen in self.seen):
                driver.execute("EXPLAIN INSERT INTO v VALUES (1, 2)")
        except sqlite3.Error:
            driver.close()
            return None
        return driver


# ------------------------------------------------------------------- what a database says

_PIECES = re.compile(r"--[^\n]*|/\*.*?\*/|(\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'|[^\W]+|[^\s\w])", re.DOTALL)


def words(text: str) -> Counter[str]:
    """Return the pieces of a statement without regard to their order, to quotes, comments and case."""
    found = (match[1] for match in _PIECES.finditer(text.replace("\u00a0", "_nbsp_")) if match[1])
    pieces = (one[1:-1].replace('""', '"') if one.startswith('"') else one for one in found)
    return Counter(one if one.startswith("'") else one.lower() for one in pieces)


def described(driver: Driver) -> dict[Any, Any]:
    """Return what SQLite says of a database, in a form in which two equal ones agree."""
    said: dict[Any, Any] = {}
    for kind, name, text in driver.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
        if text is not None and not name.startswith("sqlite_"):
            # The words of names are split where they are written in quotes, and where they are not.
            said[kind, name] = words(text)
        if kind == "table":
            said["rows", name] = sorted(_rows(driver, name), key=repr)
    said["columns"] = {row[1]: row[2:] for row in driver.execute("PRAGMA table_xinfo(t)").fetchall()}
    said["keys"] = Counter(row[2:] for row in driver.execute("PRAGMA foreign_key_list(t)").fetchall())
    said["kind"] = driver.execute("PRAGMA main.table_list(t)").fetchall()
    said["indexes"] = Counter(_indexes(driver))
    said["broken"] = driver.execute("PRAGMA foreign_key_check(t)").fetchall()
    said["whole"] = driver.execute("PRAGMA integrity_check").fetchall()
    return said


def _rows(driver: Driver, name: str) -> Iterable[tuple[Any, ...]]:
    """Return the rows of a table with the names of their columns, and their numbers where they have any."""
    ordinary = {row[1]: row[4] for row in driver.execute("PRAGMA table_list").fetchall()}
    number = "NULL" if ordinary[name] or name.startswith("sqlite_") else "_rowid_"
    cursor = driver.execute(f"SELECT {number} AS n, * FROM {quoted(name)}")
    names = [one[0] for one in cursor.description]
    # The order of the columns is compared by itself.
    return [
        tuple(sorted(zip(names[1:], row[1:], strict=True), key=str)) + row[:1] for row in cursor.fetchall()
    ]


def _indexes(driver: Driver) -> Iterator[tuple[Any, ...]]:
    for _, name, unique, origin, partial in driver.execute("PRAGMA index_list(t)").fetchall():
        parts = driver.execute(f"PRAGMA index_xinfo({quoted(name)})").fetchall()
        listed = tuple(row[2:] for row in parts if row[5])
        yield (name if origin == "c" else "", unique, origin, partial, listed)
