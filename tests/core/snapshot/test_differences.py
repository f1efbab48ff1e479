"""What differs between two records of a table."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from migrateops.snapshot import ColumnRecord, Difference, TableRecord, What, differences
from migrateops.snapshot.records import (
    CheckRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    OtherConstraintRecord,
)

A, B = ColumnRecord("a", "integer", False), ColumnRecord("b", "text", True)
IX = IndexRecord("ix", (IndexPartRecord("a"),))
UQ = KeyRecord("uq", ("a",))
FK = ForeignKeyRecord("fk", ("a",), None, "p", ("id",))
CK = CheckRecord("ck", "a > 0")


def table(**said: Any) -> TableRecord:
    return TableRecord(None, "t", **{"columns": (A, B), **said})


def test_alike() -> None:
    one = table(unique=(UQ,), indexes=(IX,))
    assert differences(one, table(unique=(UQ,), indexes=(IX,))) == []


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("type", "bigint"),
        ("nullable", True),
        ("default", "1"),
        ("computed", ComputedRecord("b + 1")),
        ("collation", "C"),
        ("comment", "words"),
        ("autoincrement", True),
    ],
)
def test_an_attribute_of_a_column(attribute: str, value: Any) -> None:
    changed = dataclasses.replace(A, **{attribute: value})
    old, new = table(), table(columns=(changed, B))
    was = getattr(A, attribute)
    assert differences(old, new) == [Difference(What.COLUMN, "a", attribute, was, value)]
    assert differences(new, old) == [Difference(What.COLUMN, "a", attribute, value, was)]


def test_columns_that_one_side_has() -> None:
    old, new = table(columns=(A,)), table(columns=(A, B))
    assert differences(old, new) == [Difference(What.COLUMN, "b", None, None, B)]
    assert differences(new, old) == [Difference(What.COLUMN, "b", None, B, None)]


def test_the_order_of_columns_is_one_difference() -> None:
    found = differences(table(), table(columns=(B, ColumnRecord("c", "text", True), A)))
    assert [(one.what, one.name, one.old, one.new) for one in found] == [
        ("column", "c", None, ColumnRecord("c", "text", True)),
        ("order of columns", None, ("a", "b"), ("b", "a")),
    ]


def test_what_is_not_known_is_not_different() -> None:
    unknown = dataclasses.replace(A, type="")
    assert differences(table(), table(columns=(unknown, B))) == []
    assert differences(table(columns=(unknown, B)), table()) == []
    computed = dataclasses.replace(A, computed=ComputedRecord("b + 1", True))
    unsaid = dataclasses.replace(A, computed=ComputedRecord("b + 1"))
    assert differences(table(columns=(computed, B)), table(columns=(unsaid, B))) == []
    virtual = dataclasses.replace(A, computed=ComputedRecord("b + 1", False))
    assert len(differences(table(columns=(computed, B)), table(columns=(virtual, B)))) == 1


def test_options() -> None:
    old = dataclasses.replace(table(options=(("engine", "x"), ("other", "y"))))
    assert differences(old, table()) == []
    assert differences(old, table(options=(("engine", "z"),))) == [
        Difference(What.OPTION, "engine", None, "x", "z")
    ]
    column = dataclasses.replace(A, options=(("on update", "now()"),))
    assert differences(table(columns=(column, B)), table()) == [
        Difference(What.COLUMN, "a", "option on update", "now()", None)
    ]


def test_comments() -> None:
    assert differences(table(comment="x"), table()) == [Difference(What.COMMENT, None, None, "x", None)]
    commented = dataclasses.replace(UQ, comment="x")
    assert differences(table(unique=(UQ,)), table(unique=(commented,))) == [
        Difference(What.UNIQUE, "uq", "comment", None, "x")
    ]


def test_a_primary_key_is_its_columns() -> None:
    old, renamed = table(primary_key=KeyRecord("pk", ("a",))), table(primary_key=KeyRecord("other", ("a",)))
    assert differences(old, renamed) == []
    wider = KeyRecord(None, ("a", "b"))
    assert differences(old, table(primary_key=wider)) == [
        Difference(What.PRIMARY_KEY, "pk", None, KeyRecord("pk", ("a",)), wider)
    ]
    assert differences(table(), old) == [Difference(What.PRIMARY_KEY, "pk", None, None, old.primary_key)]
    assert differences(old, table()) == [Difference(What.PRIMARY_KEY, "pk", None, old.primary_key, None)]


ITEMS: list[tuple[str, What, Any, Any]] = [
    ("unique", What.UNIQUE, UQ, dataclasses.replace(UQ, columns=("b",))),
    ("foreign_keys", What.FOREIGN_KEY, FK, dataclasses.replace(FK, ondelete="cascade")),
    ("checks", What.CHECK, CK, dataclasses.replace(CK, expression="a > 1")),
    ("indexes", What.INDEX, IX, dataclasses.replace(IX, unique=True)),
    (
        "others",
        What.OTHER,
        OtherConstraintRecord("exclude", "ex", "gist (a WITH &&)"),
        OtherConstraintRecord("exclude", "ex", "gist (b WITH &&)"),
    ),
]


@pytest.mark.parametrize(("field", "what", "item", "changed"), ITEMS)
def test_constraints_and_indexes(field: str, what: What, item: Any, changed: Any) -> None:
    none, one, other = table(), table(**{field: (item,)}), table(**{field: (changed,)})
    assert differences(none, one) == [Difference(what, item.name, None, None, item)]
    assert differences(one, none) == [Difference(what, item.name, None, item, None)]
    assert differences(one, other) == [Difference(what, item.name, None, item, changed)]


@pytest.mark.parametrize(("field", "what", "item", "changed"), ITEMS)
def test_names_of_constraints(field: str, what: What, item: Any, changed: Any) -> None:
    one = table(**{field: (item,)})
    nameless = table(**{field: (dataclasses.replace(item, name=None),)})
    assert differences(one, nameless) == []
    assert differences(nameless, one) == []
    renamed = dataclasses.replace(item, name="other")
    assert differences(one, table(**{field: (renamed,)})) == [
        Difference(what, "other", "name", item, renamed)
    ]
    # One of each: the named takes its own, the nameless what is left.
    both = table(**{field: (item, renamed)})
    mixed = table(**{field: (dataclasses.replace(item, name=None), renamed)})
    assert differences(both, mixed) == []
    # What is wanted once is kept once.
    assert differences(both, one) == [Difference(what, "other", None, renamed, None)]
    # Nothing that is alike is a thing of its own.
    other = table(**{field: (dataclasses.replace(changed, name=None),)})
    assert {(d.name, d.attribute) for d in differences(one, other)} == {(item.name, None), (None, None)}
