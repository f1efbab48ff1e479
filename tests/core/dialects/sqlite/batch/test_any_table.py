"""For any table and any batches: what was asked for has changed, and nothing else."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import sqlalchemy as sa
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from migrateops.dialects.sqlite import transactions
from migrateops.errors.base import MigrateOpsError
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.dialects.sqlite.batch.any_batch import KINDS, Change, Changes
from tests.core.dialects.sqlite.batch.any_table import (
    NAMES,
    SEEN,
    STRICT_TYPES,
    TYPES,
    Col,
    Index,
    Rule,
    Seen,
    Table,
    described,
)

# A long run is for a person who waits: CONTRIBUTING.md has the command.
EXAMPLES = int(os.environ.get("MIGRATEOPS_TEST_EXAMPLES", "150"))

VALUES: dict[str, tuple[Any, ...]] = {
    "INTEGER": (1, 2, 3, None, 4),
    "REAL": (1.0, 2.5, None, 3.0),
    "NUMERIC": (1, 2.5, 3, None),
    "BLOB": (b"1", b"x", None),
}
TEXTS = ("1", "2", "x", "3", None, "", "X")


class Batches(NamedTuple):
    """What is asked for, and how.

    Attributes:
        changes: Of each batch.
        recreate: For all of them.
        in_revision: Whether they may be made as one.
        enforced: Whether foreign keys are.
        order: Numbers of columns that the last batch puts into this order; none if it does not.
    """

    changes: list[list[Change]]
    recreate: str
    in_revision: bool
    enforced: bool
    order: list[int]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    some = st.integers(0, 9)
    strict = draw(some) > 7
    types = STRICT_TYPES if strict else tuple(TYPES)
    key = draw(st.sampled_from(["PRIMARY KEY", "PRIMARY KEY AUTOINCREMENT", "", "text", "behind", "both"]))
    id_ = Col("id", "TEXT" if key == "text" else "INTEGER", key="PRIMARY KEY" if key == "text" else key)
    rules: list[Rule] = []
    cols = [id_]
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique_by=str.casefold)):
        col = Col(name, draw(st.sampled_from(types)))
        col.default = draw(st.sampled_from([None, None, "1", "'2'", "(1 + 1)"]))
        col.collate = draw(st.sampled_from(["", "", "COLLATE NOCASE"]))
        col.comment = draw(st.sampled_from(["", "", " -- a comment, with a comma", " /* ) */"]))
        match draw(st.integers(0, 13)):
            case 0:
                col.not_null = True
            case 1:
                col.check = "{0} IS NULL OR length({0}) < 99"
            case 2:
                col.unique = "UNIQUE ON CONFLICT IGNORE"
            case 3:
                col.parent = "REFERENCES parent (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"
            case 4:
                source = draw(st.sampled_from([col for col in cols if col.made_of is None]))
                col.made_of, col.default = (source, draw(st.sampled_from(["VIRTUAL", "STORED"]))), None
            case 5:
                rules.append(Rule(f"uq of {name}", "unique", [col, id_], "UNIQUE ({0}, {1})"))
            case 6:
                rules.append(Rule(None, "unique", [col], "UNIQUE ({0} COLLATE BINARY)"))
            case 7:
                form = "CHECK ({0} IS NOT 'never, )' OR {1} > 5)"
                rules.append(Rule(draw(st.sampled_from([None, "a named one"])), "check", [col, id_], form))
            case 8:
                form = "FOREIGN KEY ({0}) REFERENCES parent (id) ON UPDATE CASCADE"
                rules.append(Rule(f"fk {name}", "fk", [col], form))
            case 9 if key not in ("", "behind", "both"):
                rules.append(
                    Rule(None, "fk", [col], "FOREIGN KEY ({0}) REFERENCES t (id) ON DELETE SET NULL")
                )
        cols.append(col)
    if sum(rule.name == "a named one" for rule in rules) > 1:
        rules = [rule for rule in rules if rule.name != "a named one"]
    options = ["STRICT"] if strict else []
    if key == "behind":
        id_.key = ""
        rules.append(Rule("the key", "pk", [id_], "PRIMARY KEY ({0} AUTOINCREMENT)"))
    elif key == "both":
        id_.key = ""
        second = next((col for col in cols[1:] if col.made_of is None), id_)
        second.not_null, second.collate = True, ""
        rules.append(Rule(None, "pk", list(dict.fromkeys([id_, second])), "PRIMARY KEY ({0})"))
        if second is not id_:
            rules[-1].form = "PRIMARY KEY ({0}, {1})"
    if key in ("text", "both", "PRIMARY KEY") and draw(st.booleans()):
        options.append("WITHOUT ROWID")
    cols = draw(st.permutations(cols))
    plain = [col for col in cols if col.made_of is None]
    indexes = [
        Index(
            f"i{number}",
            [draw(st.sampled_from(cols))],
            draw(st.sampled_from(["{0}", "{0} DESC", "lower({0})", "{0} COLLATE NOCASE DESC"])),
            where=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    child = None
    if draw(some) > 6:
        child = draw(st.sampled_from(plain))
        indexes.append(Index("for the child", [child], unique=True))
    pair = [draw(st.sampled_from(plain)), draw(st.sampled_from(plain))]
    wanted = draw(st.lists(st.sampled_from(sorted(SEEN)), max_size=3, unique=True))
    if {"instead of", "view of a view"} & set(wanted):
        wanted.append("view")
    # A fixed order: one may be of the other.
    seen = [Seen(SEEN[name], pair) for name in SEEN if name in wanted]
    table = Table(cols, rules, indexes, seen, options, child)
    count = draw(st.integers(0, 4))
    table.rows = [
        (
            number + 3,
            {
                col: number + 1 if col is id_ else draw(st.sampled_from(VALUES.get(col.type, TEXTS)))
                for col in plain
            },
        )
        for number in range(count)
    ]
    return table


changes = st.lists(
    st.builds(Change, st.sampled_from(KINDS), st.integers(0, 11), st.integers(0, 11), st.integers(0, 11)),
    min_size=1,
    max_size=5,
)
batches = st.builds(
    Batches,
    st.lists(changes, min_size=1, max_size=3),
    st.sampled_from(["auto", "auto", "always"]),
    st.booleans(),
    st.booleans(),
    st.one_of(st.just([]), st.just([]), st.lists(st.integers(0, 9), min_size=2, max_size=3, unique=True)),
)


def fill(driver: Any, table: Table) -> None:
    """Create the table with those of its rows that it takes, and what refers to them."""
    driver.execute("PRAGMA foreign_keys = ON")
    table.create(driver)
    driver.executemany("INSERT INTO parent VALUES (?)", [(1,), (2,), (3,)])
    for number, values in table.rows:
        try:
            table.put(driver, number, values)
        except sqlite3.IntegrityError:
            continue
    key = table.cols_by_key()
    if key is not None:
        driver.execute(f"INSERT INTO child SELECT {key}, {key} FROM t")
    if table.child is not None:
        driver.execute(f"INSERT INTO other_child SELECT {table.child} FROM t")
    if any("AUTOINCREMENT" in text for text in (table.text(),)):
        driver.execute(
            "INSERT INTO sqlite_sequence SELECT 't', 0 WHERE NOT EXISTS (SELECT * FROM sqlite_sequence)"
        )
        driver.execute("UPDATE sqlite_sequence SET seq = 70")
    table.watch(driver)
    table.look(driver)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(tables(), batches)
def test_what_was_asked_for_has_changed_and_nothing_else(table: Table, asked: Batches) -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.isolation_level = None
        fill(driver, table)
        driver.execute(f"PRAGMA foreign_keys = {'ON' if asked.enforced else 'OFF'}")
        before = described(driver)
        assume(before["whole"] == [("ok",)])  # lower() of a blob in an index is not
        whole = Changes(table)
        failed: MigrateOpsError | None = None
        context = MigrationContext.configure(connection, plugins=())
        operations = Operations(context)
        groups: list[tuple[str, ...]] = []
        try:
            with _revision(connection, context) if asked.in_revision else nullcontext():
                for number, listed in enumerate(asked.changes):
                    arguments: dict[str, Any] = {}
                    if asked.order and number == len(asked.changes) - 1:
                        kept = [col.name for col in table.cols]
                        # One that goes in this batch cannot stand anywhere.
                        whole.outcome.may_fail = True
                        groups = [tuple(dict.fromkeys(kept[at % len(kept)] for at in asked.order))]
                        arguments["partial_reordering"] = groups
                    whole.former.clear()
                    with operations.batch_alter_table("t", recreate=asked.recreate, **arguments) as batch:  # type: ignore[arg-type]
                        for change in listed:
                            whole.make(batch, change)
        except MigrateOpsError as error:
            failed = error
        check(driver, table, whole, asked, before, failed)
    engine.dispose()


@contextmanager
def _revision(connection: sa.Connection, context: MigrationContext) -> Iterator[None]:
    """Be the transaction of a revision, as a run has it."""
    step = transactions.begin(connection, rebuilds=True)
    try:
        with context.putting_off():
            yield
        step.commit()
    except BaseException:
        step.rollback()
        raise


def check(
    driver: Any,
    table: Table,
    whole: Changes,
    asked: Batches,
    before: dict[Any, Any],
    failed: MigrateOpsError | None,
) -> None:
    assert driver.execute("PRAGMA foreign_keys").fetchone() == (int(asked.enforced),)
    assert driver.execute("PRAGMA legacy_alter_table").fetchone() == (0,)
    assert not driver.in_transaction
    found = described(driver)
    if failed is not None:
        event(f"refused: {type(failed).__name__}")
        if len(asked.changes) == 1 or asked.in_revision:
            assert found == before
        assert found["rows", "parent"] == before["rows", "parent"]
        assert found.get(("rows", "child")) == before.get(("rows", "child"))
    expected = table.expected()
    if expected is None:
        assert failed is not None, "it was to be refused"
        return
    try:
        wanted = described(expected)
        wrong = (
            whole.outcome.must_fail
            or bool(whole.outcome.unfit & set(table.cols))
            or bool(wanted["broken"])
            or not table.child_refers()
        )
        # Rows of others may not find a value of another type again; that is looked at where it is enforced.
        if table.child_refers() and expected.execute("PRAGMA foreign_key_check").fetchall():
            wrong = wrong or asked.enforced
        if failed is None:
            assert not wrong, "it was to be refused"
            event("made")
            for name in {**wanted, **found}:
                assert found.get(name) == wanted.get(name), name
            if not asked.order:
                assert list(found["columns"]) == list(wanted["columns"])
        elif not (wrong or whole.outcome.may_fail or whole.outcome.unfit):
            raise AssertionError("it was not to be refused") from failed
    finally:
        expected.close()
