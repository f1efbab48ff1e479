"""What becomes of schema objects, from one snapshot to another."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from migrateops.snapshot import ColumnRecord, Snapshot, TableRecord, TablesKind, differences
from migrateops.snapshot.changes import How, ObjectChange, PartChange, changes_between
from migrateops.snapshot.json_form import built
from migrateops.snapshot.records import (
    CheckRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IdentityRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    OtherConstraintRecord,
)
from migrateops.snapshot.words import in_words

A, B = ColumnRecord("a", "integer", False), ColumnRecord("b", "text", True)


def table(name: str = "t", **said: Any) -> TableRecord:
    return TableRecord(None, name, **{"columns": (A, B), **said})


def snapshot(*records: TableRecord) -> Snapshot:
    made = Snapshot([kind := TablesKind()])
    made.add(kind, records)
    return made


def changes(old: Snapshot, new: Snapshot, *, exact: bool = True) -> list[ObjectChange]:
    return changes_between(old, new, [("table", TablesKind.version)], exact=exact)[0]


def part(change: ObjectChange) -> PartChange:
    (found,) = change.parts
    return found


def test_alike() -> None:
    assert changes(snapshot(table()), snapshot(table())) == []


def test_tables_come_and_go() -> None:
    found = changes(snapshot(table("x"), table("z")), snapshot(table("y"), table("z")))
    assert found == [
        ObjectChange(How.REMOVED, "table", None, "x", "a, b", None),
        ObjectChange(How.ADDED, "table", None, "y", None, "a, b"),
    ]


def test_the_other_way_round() -> None:
    old, new = snapshot(table("x"), table()), snapshot(table(columns=(A,)), table("y"))
    forth, back = changes(old, new), changes(new, old)
    assert [change.reversed() for change in forth] == back


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("type", "bigint", ("integer", "bigint")),
        ("nullable", True, ("not null", "null")),
        ("default", "1", (None, "1")),
        ("computed", ComputedRecord("b + 1", True), (None, "as (b + 1) stored")),
        ("identity", IdentityRecord(True, start=3), (None, "identity always start 3")),
        ("collation", "C", (None, "C")),
        ("comment", "words", (None, "words")),
        ("autoincrement", True, ("false", "true")),
    ],
)
def test_an_attribute_of_a_column(attribute: str, value: Any, words: tuple[str | None, str | None]) -> None:
    changed = table(columns=(dataclasses.replace(A, **{attribute: value}), B))
    found = part(changes(snapshot(table()), snapshot(changed))[0])
    assert found == PartChange(How.CHANGED, "column", "a", attribute, *words)


DEFERRED = KeyRecord("c", ("a", "b"), True, "deferred")
FULL = ForeignKeyRecord("c", ("a",), "s", "p", ("id",), "cascade", "set null", match="full")
PARTS = (IndexPartRecord("a", options=(("order", "desc"),)), IndexPartRecord("lower(b)", True))
PARTIAL = IndexRecord("c", PARTS, True, options=(("where", "a > 0"),))
COLUMN = ColumnRecord("c", "int", False, "1", comment="n")
OTHER = OtherConstraintRecord("exclude", "c", "EXCLUDE (a WITH =)")


@pytest.mark.parametrize(
    ("field", "record", "what", "words"),
    [
        ("columns", COLUMN, "column", "int not null default 1 comment 'n'"),
        ("unique", DEFERRED, "unique constraint", "(a, b) deferrable initially deferred"),
        (
            "foreign_keys",
            FULL,
            "foreign key",
            "(a) to s.p (id) match full on update cascade on delete set null",
        ),
        ("checks", CheckRecord("c", "a > 0"), "check constraint", "(a > 0)"),
        ("indexes", PARTIAL, "index", "unique (a order=desc, lower(b)) where=a > 0"),
        ("others", OTHER, "other constraint", "EXCLUDE (a WITH =)"),
    ],
)
def test_something_in_a_table_comes(field: str, record: Any, what: str, words: str) -> None:
    old = table()
    changed: dict[str, Any] = {field: (*getattr(old, field), record)}
    new = dataclasses.replace(old, **changed)
    found = part(changes(snapshot(old), snapshot(new))[0])
    assert found == PartChange(How.ADDED, what, "c", None, None, words)
    assert part(changes(snapshot(new), snapshot(old))[0]) == found.reversed()


def test_the_order_of_columns_is_said_and_does_not_count() -> None:
    sides = snapshot(table()), snapshot(table(columns=(B, A)))
    found, notes = changes_between(*sides, [("table", TablesKind.version)])
    assert found == []
    assert notes == ["table t: columns are in the order a, b, and in the order b, a"]


@pytest.mark.parametrize(
    ("new", "note"),
    [
        (table(columns=(dataclasses.replace(A, autoincrement=True), B)),
         "table t: column a autoincrement is false, and true"),
        (table(columns=(dataclasses.replace(A, options=(("x", "1"),)), B)),
         "table t: column a option x is none, and 1"),
        (table(options=(("engine", "x"),)), "table t: option engine is none, and x"),
    ],
)  # fmt: skip
def test_what_no_operation_changes_does_not_count_against_models(new: TableRecord, note: str) -> None:
    sides = snapshot(table()), snapshot(new)
    assert changes_between(*sides, [("table", TablesKind.version)], exact=False) == ([], [note])
    assert len(changes(*sides)) == 1


def generated(persisted: bool | None) -> TableRecord:
    return table(columns=(A, dataclasses.replace(B, computed=ComputedRecord("a", persisted))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (table(options=(("fillfactor", "70"),)), table()),
        (table(unique=(KeyRecord("named", ("a",)),)), table(unique=(KeyRecord(None, ("a",)),))),
        (table(part_of="a partitioned table"), table()),
        (table(columns=(A, dataclasses.replace(B, type=""))), table()),
        (generated(None), generated(True)),
    ],
)
def test_between_databases_what_is_not_said_is_not_there(old: TableRecord, new: TableRecord) -> None:
    """Models may leave it to the server; a database has it, or has not."""
    assert differences(old, new) == []
    assert len(differences(old, new, exact=True)) == 1
    assert len(differences(new, old, exact=True)) == 1


def test_an_unknown_type_has_no_words() -> None:
    old = table(columns=(A, dataclasses.replace(B, type="")))
    assert part(changes(snapshot(old), snapshot(table()))[0]).old is None


def test_words_of_nothing() -> None:
    assert in_words(None) is None


@pytest.mark.parametrize(
    "data",
    [
        {"schema": None, "name": 5, "columns": []},
        {"schema": None, "name": "t", "columns": "ab"},
        {"schema": None, "name": "t", "columns": ["a"]},
        {"schema": None, "name": "t", "columns": [{"name": "a", "type": "int", "nullable": "no"}]},
        {"schema": None, "name": "t", "columns": [], "primary_key": [1]},
        {"schema": None, "name": "t", "columns": [], "options": [["a"]]},
        {"schema": None, "name": "t", "columns": [], "odd": 1},
        {"schema": None, "columns": []},
        [],
        None,
    ],
)
def test_what_is_no_record_is_refused(data: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        built(TableRecord, data)
