"""Enforcement around a step: off before it, checked after it, put back; no row of a child is lost."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from migrateops.dialects.sqlite import foreign_keys
from migrateops.dialects.sqlite.transactions import SQLiteTransaction, begin, join
from migrateops.errors.database import (
    DatabaseLocked,
    ForeignKeysViolated,
    NoLongerAtomic,
    RebuildWouldCascade,
    StatementAfterWrite,
    StatementInCallersTransaction,
    Violation,
)
from tests.core.dialects.sqlite.connections import Database, Opens, sends

SCHEMA = """
CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id) ON DELETE CASCADE);
INSERT INTO parent VALUES (1, 'a'), (2, 'b');
INSERT INTO child VALUES (10, 1), (20, 2);
"""
REBUILD = (
    "CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL)",
    "INSERT INTO new_parent SELECT id, name FROM parent",
    "DROP TABLE parent",
    "ALTER TABLE new_parent RENAME TO parent",
)
OFF, ON = "PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON"
# In these the transaction of the step is ours, also when the caller has one with SQLAlchemy.
OURS = {"skip_rollback", "autocommit_true", "aiosqlite_autocommit_true"}


@pytest.fixture(autouse=True)
def schema(request: pytest.FixtureRequest) -> None:
    for name in {"database", "enforcing"}.intersection(request.fixturenames):
        found: Database = request.getfixturevalue(name)
        if not found.tables():
            found.prepare(SCHEMA)


def children(database: Database) -> list[Any]:
    return database.look("SELECT id FROM child ORDER BY 1")


def enforced_afterwards(statements: tuple[str, ...], rebuilds: bool = True) -> tuple[Any, list[bool]]:
    """Return work as of ``sends()``, and the list that it fills: enforcement before, in, and after."""
    seen: list[bool] = []

    def work(connection: sa.Connection, opens: Opens) -> None:
        seen.append(foreign_keys.enforced(connection))
        step = opens(connection, rebuilds=rebuilds)
        try:
            for statement in statements:
                connection.exec_driver_sql(statement)
            seen.append(foreign_keys.enforced(connection))
            step.commit()
        except BaseException:
            step.rollback()
            raise
        finally:
            seen.append(foreign_keys.enforced(connection))

    return work, seen


@pytest.mark.parametrize(
    "statements",
    [
        REBUILD,
        (OFF, *REBUILD, ON),
        (ON, OFF, *REBUILD),
        (*REBUILD, ON),
        (OFF, *REBUILD),
        (OFF, *REBUILD, ON, OFF, ON),
    ],
)
def test_a_rebuild_keeps_cascading_children(
    enforcing: Database, kind: str, statements: tuple[str, ...]
) -> None:
    work, seen = enforced_afterwards(statements)
    enforcing.run(kind, "begin", work)
    assert children(enforcing) == [(10,), (20,)]
    assert enforcing.look("SELECT sql FROM sqlite_master WHERE name = 'parent' AND sql LIKE '%NOT NULL%'")
    assert seen == [True, False, True]


def test_a_rebuild_without_settling_would_lose_them(enforcing: Database) -> None:
    """What all this is for; if the database ever stops doing it, the care can go."""
    enforcing.run("plain", "begin", sends(*REBUILD, rebuilds=False))
    assert children(enforcing) == []


@pytest.mark.parametrize("failing", ["SELECT * FROM nowhere", "DELETE FROM parent"])
def test_enforcement_is_put_back_after_a_failure(enforcing: Database, kind: str, failing: str) -> None:
    work, seen = enforced_afterwards((*REBUILD, failing))
    with pytest.raises((OperationalError, ForeignKeysViolated)):
        enforcing.run(kind, "begin", work)
    assert seen[0] is True
    assert seen[-1] is True
    assert children(enforcing) == [(10,), (20,)]
    assert "new_parent" not in enforcing.tables()


def test_enforcement_is_put_back_where_the_step_could_not_begin(enforcing: Database) -> None:
    writer = sqlite3.connect(enforcing.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    engine = enforcing.engine()
    with engine.connect() as connection:
        with pytest.raises(DatabaseLocked):
            begin(connection, rebuilds=True)
        assert foreign_keys.enforced(connection)
        assert not connection.in_transaction()
        writer.execute("ROLLBACK")
        sends(*REBUILD, rebuilds=True)(connection, begin)
    engine.dispose()
    writer.close()
    assert children(enforcing) == [(10,), (20,)]


def test_the_step_says_so(enforcing: Database) -> None:
    seen: list[SQLiteTransaction] = []
    enforcing.run("plain", "begin", sends(*REBUILD, rebuilds=True, seen=seen))
    assert len(seen[0].notes) == 1
    assert seen[0].atomic
    seen.clear()
    enforcing.run("plain", "begin", sends("CREATE TABLE one (x)", rebuilds=False, seen=seen))
    assert seen[0].notes == []


def test_new_violations_fail_the_step(enforcing: Database) -> None:
    work, seen = enforced_afterwards(("DELETE FROM parent WHERE id = 2",))
    with pytest.raises(ForeignKeysViolated) as caught:
        enforcing.run("plain", "begin", work)
    assert caught.value.violations == (Violation("child", 20, "parent"),)
    assert caught.value.count == 1
    assert seen == [True, False, True]
    assert enforcing.look("SELECT count(*) FROM parent") == [(2,)]


def test_listed_violations_are_bounded(enforcing: Database) -> None:
    many = "WITH RECURSIVE n (i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 1099) "
    work, _ = enforced_afterwards((f"INSERT INTO child {many} SELECT i, i FROM n",))
    with pytest.raises(ForeignKeysViolated) as caught:
        enforcing.run("plain", "begin", work)
    assert caught.value.count == 1000
    assert caught.value.violations == tuple(Violation("child", i, "parent") for i in range(100, 120))
    assert len(caught.value.message()) < 500


def test_old_violations_do_not(enforcing: Database) -> None:
    enforcing.prepare("INSERT INTO child VALUES (30, 99), (40, 99)")
    enforcing.run("plain", "begin", sends(*REBUILD, "DELETE FROM child WHERE id = 40", rebuilds=True))
    assert children(enforcing) == [(10,), (20,), (30,)]
    with pytest.raises(ForeignKeysViolated) as caught:
        enforcing.run("plain", "begin", sends("INSERT INTO child VALUES (50, 98), (60, 98)", rebuilds=True))
    assert [row.rowid for row in caught.value.violations] == [50, 60]


def test_rows_numbered_anew_are_no_new_violations(enforcing: Database) -> None:
    enforcing.prepare(
        "CREATE TABLE loose (parent_id INTEGER REFERENCES parent (id));"
        "INSERT INTO loose (rowid, parent_id) VALUES (70, 99), (80, 99);"
    )
    statements = (
        "CREATE TABLE new_loose (parent_id INTEGER REFERENCES parent (id))",
        "INSERT INTO new_loose SELECT parent_id FROM loose",
        "DROP TABLE loose",
        "ALTER TABLE new_loose RENAME TO loose",
    )
    enforcing.run("plain", "begin", sends(*statements, rebuilds=True))
    assert enforcing.look("SELECT rowid FROM loose ORDER BY 1") == [(1,), (2,)]


def test_tables_that_cannot_be_checked_do_not_hide_the_others(enforcing: Database) -> None:
    enforcing.prepare(
        "CREATE TABLE no_key (x INTEGER); CREATE TABLE odd (x INTEGER REFERENCES no_key (x));"
        "INSERT INTO odd VALUES (1);"
    )
    seen: list[SQLiteTransaction] = []
    enforcing.run("plain", "begin", sends(*REBUILD, rebuilds=True, seen=seen))
    assert [note for note in seen[0].notes if "odd" in note]
    with pytest.raises(ForeignKeysViolated) as caught:
        enforcing.run("plain", "begin", sends("INSERT INTO child VALUES (50, 98)", rebuilds=True))
    assert caught.value.violations == (Violation("child", 50, "parent"),)


def test_attached_databases_are_checked(enforcing: Database) -> None:
    other = enforcing.path.parent / "other.db"
    engine = enforcing.engine()
    with engine.connect() as connection:
        connection.exec_driver_sql(f"ATTACH '{other}' AS \"my other\"")
        connection.commit()
        sends('CREATE TABLE "my other".p (id INTEGER PRIMARY KEY)')(connection, begin)
        sends('CREATE TABLE "my other".c (p_id REFERENCES p (id))')(connection, begin)
        with pytest.raises(ForeignKeysViolated) as caught:
            sends('INSERT INTO "my other".c VALUES (3)', rebuilds=True)(connection, begin)
        assert caught.value.violations == (Violation("my other.c", 1, "my other.p"),)
    engine.dispose()


# The script's own pragma


@pytest.mark.parametrize("sending", ["connection", "text"])
def test_the_pattern_with_enforcement_off(database: Database, sending: str) -> None:
    """OFF is true already; ON cannot be had inside the step and counts from its end."""
    seen: list[Any] = []

    def work(connection: sa.Connection, opens: Opens) -> None:
        def send(statement: str) -> None:
            if sending == "text":
                connection.execute(sa.text(statement))
            else:
                connection.exec_driver_sql(statement)

        step = opens(connection, rebuilds=True)
        for statement in (OFF, *REBUILD, ON):
            send(statement)
        step.commit()
        seen.extend((step.atomic, len(step.notes), foreign_keys.enforced(connection)))

    database.run("plain", "begin", work)
    assert seen == [True, 1, True]
    assert children(database) == [(10,), (20,)]


def test_rows_that_enforcement_would_have_stopped_are_found(database: Database) -> None:
    """The script asks for enforcement and then breaks it; the step cannot enforce, but it checks."""
    work, seen = enforced_afterwards((OFF, *REBUILD, ON, "DELETE FROM parent WHERE id = 1"))
    with pytest.raises(ForeignKeysViolated) as caught:
        database.run("plain", "begin", work)
    assert caught.value.violations == (Violation("child", 10, "parent"),)
    assert seen == [False, False, False]


def test_on_before_anything_is_written_is_done(database: Database, kind: str) -> None:
    """A script that wants cascades gets them."""
    work, seen = enforced_afterwards((ON, "DELETE FROM parent WHERE id = 1"))
    database.run(kind, "begin", work)
    assert children(database) == [(20,)]
    assert seen == [False, True, True]


def test_off_and_on_again_before_anything_is_written(database: Database, enforcing: Database) -> None:
    """They are the same file; ON is in force for what follows, whatever it was before."""
    for one in (database, enforcing):
        work, seen = enforced_afterwards(
            (OFF, ON, "DELETE FROM parent WHERE id = (SELECT min(id) FROM parent)")
        )
        one.run("plain", "begin", work)
        assert seen[1:] == [True, True]
    assert children(database) == []


def test_on_that_was_done_is_taken_back_by_a_failure(database: Database, kind: str) -> None:
    work, seen = enforced_afterwards((ON, "DELETE FROM parent WHERE id = 1", "SELECT * FROM nowhere"))
    with pytest.raises(OperationalError):
        database.run(kind, "begin", work)
    assert children(database) == [(10,), (20,)]
    assert seen == [False, False]


def test_on_and_off_around_a_cascade(database: Database) -> None:
    work, seen = enforced_afterwards((ON, "DELETE FROM parent WHERE id = 1", OFF))
    database.run("plain", "begin", work)
    assert children(database) == [(20,)]
    assert seen == [False, True, False]


def test_on_first_undoes_the_settling(enforcing: Database, kind: str) -> None:
    seen: list[SQLiteTransaction] = []
    enforcing.run(kind, "begin", sends(ON, "DELETE FROM parent WHERE id = 1", rebuilds=True, seen=seen))
    assert children(enforcing) == [(20,)]
    assert seen[0].atomic


def test_a_rebuild_after_that_is_refused(enforcing: Database) -> None:
    with pytest.raises(RebuildWouldCascade) as caught:
        enforcing.run("plain", "begin", sends(ON, *REBUILD, rebuilds=True))
    assert (caught.value.table, caught.value.referencing) == ("parent", ("child",))
    assert children(enforcing) == [(10,), (20,)]
    assert "new_parent" not in enforcing.tables()


def test_on_after_writing_is_refused(database: Database) -> None:
    with pytest.raises(StatementAfterWrite) as caught:
        database.run("plain", "begin", sends("DELETE FROM child", ON, "DELETE FROM parent", rebuilds=True))
    assert caught.value.statement == ON
    assert caught.value.written == 1
    assert children(database) == [(10,), (20,)]


def test_off_where_nobody_could_know(enforcing: Database) -> None:
    """The source did not show it, nothing is written yet: done, and put back at the end."""
    work, seen = enforced_afterwards((OFF, *REBUILD), rebuilds=False)
    enforcing.run("plain", "begin", work)
    assert children(enforcing) == [(10,), (20,)]
    assert seen == [True, False, True]
    work, _ = enforced_afterwards((OFF, "DELETE FROM parent"), rebuilds=False)
    with pytest.raises(ForeignKeysViolated):
        enforcing.run("plain", "begin", work)


def test_off_after_writing_is_refused_where_nobody_could_know(enforcing: Database) -> None:
    with pytest.raises(StatementAfterWrite):
        enforcing.run("plain", "begin", sends("CREATE TABLE one (x)", OFF, *REBUILD, rebuilds=False))
    assert children(enforcing) == [(10,), (20,)]
    assert "one" not in enforcing.tables()


def test_what_is_in_force_may_be_said(enforcing: Database, kind: str, owner: str) -> None:
    seen: list[SQLiteTransaction] = []
    work = sends("CREATE TABLE one (x)", ON, "PRAGMA foreign_keys", seen=seen)
    enforcing.run(kind, owner, work)
    assert seen[0].atomic
    assert seen[0].notes == []


# The caller's transaction


@pytest.mark.parametrize("owner", ["engine.begin()", "autobegun"])
def test_a_rebuild_in_the_callers_transaction(enforcing: Database, kind: str, owner: str) -> None:
    work, seen = enforced_afterwards(REBUILD)
    if kind in OURS:
        enforcing.run(kind, owner, work)
        assert seen == [True, False, True]
    else:
        with pytest.raises(RebuildWouldCascade) as caught:
            enforcing.run(kind, owner, work)
        assert (caught.value.table, caught.value.referencing) == ("parent", ("child",))
        assert "new_parent" not in enforcing.tables()
    assert children(enforcing) == [(10,), (20,)]


def test_tables_that_nobody_refers_to_can_be_rebuilt(enforcing: Database, kind: str) -> None:
    statements = [text.replace("parent", "child") for text in REBUILD]
    statements[0] = (
        "CREATE TABLE new_child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent (id))"
    )
    statements[1] = "INSERT INTO new_child SELECT * FROM child"
    if kind == "autocommit_true_begin_hook":
        pytest.skip("the engine's own hook begins what the driver's commit() does not end")
    enforcing.run(kind, "engine.begin()", sends(*statements, rebuilds=True))
    assert children(enforcing) == [(10,), (20,)]
    assert enforcing.look("SELECT sql FROM sqlite_master WHERE name = 'child' AND sql NOT LIKE '%CASCADE%'")


@pytest.mark.parametrize(
    "name", ['"Parent"', "main.parent", "[parent]", "if exists `PARENT`", '"main"."parent"']
)
def test_the_table_is_found_however_it_is_written(enforcing: Database, name: str) -> None:
    with pytest.raises(RebuildWouldCascade):
        enforcing.run("plain", "engine.begin()", sends(f"/* x */ drop table {name}", rebuilds=True))


def test_a_copy_that_refers_to_its_original_counts(enforcing: Database) -> None:
    """The rows of a tree's copy go with the original: the copy's key still names it."""
    tree = "(id INTEGER PRIMARY KEY, up INTEGER REFERENCES tree (id) ON DELETE CASCADE)"
    enforcing.prepare(f"CREATE TABLE tree {tree}; INSERT INTO tree VALUES (1, NULL), (2, 1);")
    rebuild = (
        f"CREATE TABLE new_tree {tree}",
        "INSERT INTO new_tree SELECT * FROM tree",
        "DROP TABLE tree",
        "ALTER TABLE new_tree RENAME TO tree",
    )
    with pytest.raises(RebuildWouldCascade) as caught:
        enforcing.run("plain", "engine.begin()", sends(*rebuild, rebuilds=True))
    assert caught.value.referencing == ("new_tree",)
    enforcing.run("plain", "begin", sends(*rebuild, rebuilds=True))
    assert enforcing.look("SELECT id, up FROM tree ORDER BY 1") == [(1, None), (2, 1)]


def test_a_script_cannot_switch_in_the_callers_transaction(enforcing: Database) -> None:
    with pytest.raises(StatementInCallersTransaction):
        enforcing.run("plain", "engine.begin()", sends(OFF, *REBUILD, ON, rebuilds=True))
    assert children(enforcing) == [(10,), (20,)]


def test_the_pattern_does_nothing_in_the_callers_transaction(database: Database) -> None:
    engine = database.engine()
    with engine.begin() as connection:
        seen: list[SQLiteTransaction] = []
        sends(OFF, *REBUILD, ON, rebuilds=True, seen=seen)(connection, join)
        assert len(seen[0].notes) == 1
        assert not seen[0].owned
    engine.dispose()
    assert children(database) == [(10,), (20,)]


def test_on_alone_is_refused_in_the_callers_transaction(database: Database) -> None:
    with pytest.raises(StatementInCallersTransaction):
        database.run("plain", "engine.begin()", sends(ON, "DELETE FROM parent", rebuilds=True))
    assert children(database) == [(10,), (20,)]


def test_a_step_that_vanished_has_enforcement_back(enforcing: Database) -> None:
    seen: list[bool] = []

    def work(connection: sa.Connection, opens: Opens) -> None:
        step = opens(connection, rebuilds=True)
        connection.connection.cursor().executescript("CREATE TABLE one (x)")
        try:
            step.commit()
        except BaseException:
            step.rollback()
            seen.append(foreign_keys.enforced(connection))
            raise

    with pytest.raises(NoLongerAtomic):
        enforcing.run("plain", "begin", work)
    assert seen == [True]


def test_referencing(enforcing: Database) -> None:
    enforcing.prepare('CREATE TABLE "b c" (x REFERENCES PARENT); CREATE TABLE parent2 (x REFERENCES parent2)')
    engine = enforcing.engine()
    with engine.connect() as connection:
        assert foreign_keys.referencing(connection, "Parent") == ("b c", "child")
        assert foreign_keys.referencing(connection, "Parent2") == ()
        assert not connection.in_transaction()
    engine.dispose()
