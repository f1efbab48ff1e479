"""For any table and any batch: what was asked for has changed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from migrateops.dialects.sqlite.statements import quoted
from migrateops.operations import BatchOperations, Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.dialects.sqlite.batch.conftest import objects, script

NAMES = ("a", "B b", "select", 'q"uote', "d'd", "é", "check", "x")
TYPES: dict[str, Any] = {
    "INTEGER": sa.Integer(),
    "TEXT": sa.Text(),
    "VARCHAR(9)": sa.String(9),
    "REAL": sa.REAL(),
}
# How a constraint is written, of which no operation here takes anything away.
EXTRAS = (
    "",
    " COLLATE NOCASE",
    " CHECK ({0} IS NULL OR length({0}) < 99)",
    " CONSTRAINT [a named one] CHECK ({0} IS NOT 'never')",
    " REFERENCES parent (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED",
    " UNIQUE ON CONFLICT IGNORE",
    " -- a comment, with a comma\n",
    " /* ) */",
)


@dataclass(frozen=True)
class Col:
    """A column as it is written, and as the catalog has it to say."""

    name: str
    type: str
    not_null: bool = False
    default: str | None = None
    extra: str = ""

    def text(self) -> str:
        words = [quoted(self.name), self.type]
        if self.not_null:
            words.append("NOT NULL")
        if self.default is not None:
            words.append(f"DEFAULT {self.default}")
        # Last, as one of them is a comment to the end of the line.
        return " ".join(words) + self.extra.format(quoted(self.name))


@dataclass(frozen=True)
class Start:
    columns: tuple[Col, ...]
    key: str
    options: str
    rows: int
    changes: tuple[tuple[str, int, Any], ...] = field(default=())

    def key_text(self) -> str:
        return {
            "autoincrement": "id INTEGER PRIMARY KEY AUTOINCREMENT",
            "rowid": "id INTEGER PRIMARY KEY",
            "none": "id INTEGER",
            "text": "id TEXT CONSTRAINT pk PRIMARY KEY",
        }[self.key]


columns = st.lists(
    st.builds(
        Col,
        st.sampled_from(NAMES),
        st.sampled_from(sorted(TYPES)),
        default=st.sampled_from([None, "1", "'t, t'", "(1 + 1)"]),
        extra=st.sampled_from(EXTRAS),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda column: column.name.casefold(),
).map(tuple)
changes = st.lists(
    st.tuples(
        st.sampled_from(
            ["type", "null", "not null", "default", "no default", "drop", "add", "rename", "move"]
        ),
        st.integers(0, 9),
        st.sampled_from(sorted(TYPES)),
    ),
    min_size=1,
    max_size=6,
).map(tuple)
starts = st.builds(
    Start,
    columns,
    st.sampled_from(["autoincrement", "rowid", "none", "text"]),
    st.sampled_from(["", "STRICT"]),
    st.integers(0, 3),
    changes,
)


@contextmanager
def database(start: Start) -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    written = start.columns
    if start.options == "STRICT":
        written = tuple(replace(each, type=each.type.replace("VARCHAR(9)", "TEXT")) for each in written)
    text = ",\n  ".join([start.key_text(), *(each.text() for each in written)])
    with engine.connect() as connection:
        script(connection, "CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (1)")
        script(connection, f"CREATE TABLE t ({text}\n) {start.options}")
        script(connection, "CREATE TABLE child (t_id REFERENCES t (id) ON DELETE CASCADE)")
        script(connection, "CREATE UNIQUE INDEX of_id ON t (id DESC) WHERE id IS NOT NULL")
        script(connection, "CREATE VIEW ids AS SELECT id FROM t")
        script(connection, "CREATE TABLE log (id)")
        script(
            connection, "CREATE TRIGGER t_insert AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.id); END"
        )
        for number in range(start.rows):
            # Numbers suit every type, and columns that refer to the parent.
            values = ", ".join(str(1 if "parent" in each.extra else number + 1) for each in start.columns)
            identifier = f"'{number + 3}'" if start.key == "text" else number + 3
            script(
                connection,
                f"INSERT INTO t VALUES ({identifier}, {values}); INSERT INTO child VALUES ({number + 3})",
            )
        if start.key == "autoincrement" and start.rows:
            script(connection, "UPDATE sqlite_sequence SET seq = 70")
        yield connection
    engine.dispose()


class Expected:
    """The table as it should be; knows what each change does."""

    def __init__(self, start: Start) -> None:
        strict = start.options == "STRICT"
        self.strict = strict
        self.columns: list[Col] = [
            replace(each, type=each.type.replace("VARCHAR(9)", "TEXT") if strict else each.type)
            for each in start.columns
        ]
        self.values: dict[str, str] = {each.name: each.name for each in self.columns}
        self.added = 0

    def make(self, batch: BatchOperations, kind: str, at: int, type_: str) -> None:
        if self.strict:
            type_ = type_.replace("VARCHAR(9)", "TEXT")
        if kind == "add":
            self.added += 1
            name = f"new {self.added}"
            batch.add_column(sa.Column(name, TYPES[type_], server_default="7"))
            self.columns.append(Col(name, type_, default="'7'"))
            return
        if not self.columns:
            return
        at %= len(self.columns)
        column = self.columns[at]
        if kind == "drop":
            # Its own CHECK goes with it.
            batch.drop_column(column.name)
            del self.columns[at]
            self.values.pop(column.name, None)
        elif kind == "rename":
            self.added += 1
            new = f"renamed {self.added}"
            batch.alter_column(column.name, new_column_name=new)
            self.columns[at] = replace(column, name=new)
            if column.name in self.values:
                self.values[new] = self.values.pop(column.name)
        elif kind == "move":
            batch.alter_column(column.name, insert_before="id")
            self.columns.insert(0, self.columns.pop(at))
        elif kind == "type":
            batch.alter_column(column.name, type_=TYPES[type_])
            self.columns[at] = replace(column, type=type_)
        elif kind in ("null", "not null"):
            batch.alter_column(column.name, nullable=kind == "null")
            self.columns[at] = replace(column, not_null=kind == "not null")
        else:
            default = "5" if kind == "default" else None
            batch.alter_column(column.name, server_default=default)
            self.columns[at] = replace(column, default=None if default is None else "'5'")


def described(connection: sa.Connection) -> dict[str, tuple[str, bool, str | None]]:
    found = connection.exec_driver_sql("PRAGMA table_xinfo(t)")
    return {row[1]: (row[2], bool(row[3]), row[4]) for row in found if row[1] != "id"}


def values(connection: sa.Connection, column: str) -> list[str]:
    found = connection.exec_driver_sql(f"SELECT CAST({quoted(column)} AS REAL) FROM t ORDER BY rowid")
    return [str(row[0]) for row in found]


@settings(max_examples=100, deadline=None)
@given(starts)
def test_what_was_asked_for_has_changed_and_nothing_else(start: Start) -> None:
    with database(start) as connection:
        before = objects(connection)
        rowids = connection.exec_driver_sql("SELECT rowid, id FROM t ORDER BY rowid").fetchall()
        kept = {each.name: values(connection, each.name) for each in start.columns}
        children = connection.exec_driver_sql("SELECT * FROM child").fetchall()
        logged = connection.exec_driver_sql("SELECT * FROM log").fetchall()
        counter = _counter(connection)

        operations = Operations(MigrationContext.configure(connection, plugins=()))
        expected = Expected(start)
        with operations.batch_alter_table("t", recreate="always") as batch:
            for kind, at, type_ in start.changes:
                expected.make(batch, kind, at, type_)

        assert described(connection) == {
            each.name: (each.type, each.not_null, each.default and each.default.strip("()"))
            for each in expected.columns
        }
        for name, old in expected.values.items():
            assert values(connection, name) == kept[old]
        after = objects(connection)
        for found in (before, after):
            found.pop("t")
        assert after == before
        assert connection.exec_driver_sql("SELECT rowid, id FROM t ORDER BY rowid").fetchall() == rowids
        assert connection.exec_driver_sql("SELECT * FROM child").fetchall() == children
        assert connection.exec_driver_sql("SELECT * FROM log").fetchall() == logged
        assert _counter(connection) == counter
        if start.key != "none":  # without a key, nothing can refer to the table
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def _counter(connection: sa.Connection) -> list[Any]:
    if "sqlite_sequence" not in sa.inspect(connection).get_table_names(sqlite_include_internal=True):
        return []
    return [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM sqlite_sequence")]


@settings(max_examples=100, deadline=None)
@given(starts)
def test_a_batch_that_needs_no_new_table_comes_to_the_same(start: Start) -> None:
    """What ALTER TABLE does natively has the outcome of a table built anew."""
    outcomes = []
    for recreate in ("auto", "always"):
        with database(start) as connection:
            operations = Operations(MigrationContext.configure(connection, plugins=()))
            expected = Expected(start)
            with operations.batch_alter_table("t", recreate=recreate) as batch:
                for kind, at, type_ in start.changes:
                    if kind in ("drop", "add", "rename"):
                        expected.make(batch, kind, at, type_)
            data = connection.exec_driver_sql("SELECT rowid, * FROM t ORDER BY rowid").fetchall()
            outcomes.append((list(described(connection).items()), [tuple(row) for row in data]))
    assert outcomes[0] == outcomes[1]
