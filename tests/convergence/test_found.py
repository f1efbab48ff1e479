"""Pairs of schemas that once broke a law, reduced to what it took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.convergence.databases import DATABASES
from tests.convergence.renaming import rename_column, rename_table
from tests.convergence.schemas import Check, Col, Index, Part, Reference, Schema, Tab, Unique

ONE = Col("a", "integer")
EMPTY = Schema()


def schema(*tables: Tab) -> Schema:
    return Schema(tables)


def table(*columns: Col, name: str = "t", **items: object) -> Tab:
    return Tab(name, columns, **items)  # type: ignore[arg-type]


def all_hold(dialect: str, cases: Mapping[str, tuple[Schema, Schema]], subtests: pytest.Subtests) -> None:
    """See that the laws hold of each pair, on one database."""
    with DATABASES[dialect]() as database:
        for case, (old, new) in cases.items():
            with subtests.test(case):
                try:
                    assert database.laws.hold(old, new, differ=True)
                finally:
                    database.clear()


QUOTED = table(
    Col('qu"ote', "text"),
    ONE,
    checks=(Check("ck", "long", 'qu"ote'),),
    indexes=(Index("ix", (Part('qu"ote', "upper"), Part("a"))),),
)
SHOUTED = table(Col("UPPER", "text"), ONE, indexes=(Index("ix", (Part("UPPER", "upper"),)),))
SPACED = table(Col("Mixed Case", "text"), ONE, checks=(Check("ck", "upper", "Mixed Case"),))
REFERRING = (
    table(Col("id", "integer", nullable=False), key=("id",)),
    table(ONE, name="u", references=(Reference("fk_u", ("a",), "t", ("id",)),)),
)
REFERRED = table(Col("id", "integer", nullable=False), name="r", key=("id",))
INDEXED = (Index("ix", (Part("a"),)),)
OTHER_INDEXED = (Index("ix_2", (Part("a"),)),)
CASES = {
    "an index has the name of one of a table that goes": (
        schema(table(ONE, Col("b", "text"), indexes=INDEXED)),
        schema(table(ONE, Col("d", "date"), name="u", indexes=INDEXED)),
    ),
    "an index of a table that is there has the name of one of a table that goes": (
        schema(table(ONE), table(ONE, Col("b", "text"), name="u", indexes=INDEXED)),
        schema(table(ONE, Col("d", "date"), indexes=INDEXED)),
    ),
    "a new table has an index with the name of one that goes": (
        schema(table(ONE, indexes=INDEXED)),
        schema(table(ONE), table(ONE, name="u", indexes=INDEXED)),
    ),
    "indexes of two tables exchange their names": (
        schema(table(ONE, indexes=INDEXED), table(ONE, name="u", indexes=OTHER_INDEXED)),
        schema(table(ONE, indexes=OTHER_INDEXED), table(ONE, name="u", indexes=INDEXED)),
    ),
    "a dropped table has the order of an index": (
        schema(table(ONE, indexes=(Index("ix", (Part("a", order="desc"),)),))),
        EMPTY,
    ),
    "a dropped table has the order of an expression": (
        schema(table(Col("b", "text"), ONE, indexes=(Index("ix", (Part("b", "upper", "desc"),)),))),
        EMPTY,
    ),
    "a dropped table has what is on a column with quotes in its name": (
        schema(
            table(
                Col("id", "integer", nullable=False),
                Col('a "so called" b', "integer"),
                key=("id",),
                unique=(Unique("uq_t", ('a "so called" b', "id")),),
                references=(Reference("fk_t", ('a "so called" b',), "t", ("id",)),),
            )
        ),
        EMPTY,
    ),
    "a dropped table has names with quotes": (
        schema(
            table(
                Col("id", "integer", nullable=False),
                ONE,
                key=("id",),
                key_name='pk "t"',
                unique=(Unique('uq "t"', ("a",)),),
                checks=(Check('ck "t"', "positive", "a"),),
            )
        ),
        EMPTY,
    ),
    "a default that is an expression": (schema(table(ONE, Col("b", "text", default="concatenated"))), EMPTY),
    "a default in brackets comes back with its column": (
        schema(table(ONE, Col("b", "integer", default="product"))),
        schema(table(ONE)),
    ),
    "a new key on a new column": (
        schema(table(ONE)),
        schema(table(ONE, Col("b", "integer", nullable=False), key=("b",))),
    ),
    "a key goes with its columns": (
        schema(
            table(
                ONE,
                Col("b", "integer", nullable=False),
                Col("c", "integer", nullable=False),
                key=("b", "c"),
            )
        ),
        schema(table(ONE)),
    ),
    "two checks without a name": (
        schema(table(ONE)),
        schema(
            table(
                ONE,
                Col("b", "integer"),
                checks=(Check(None, "positive", "a"), Check(None, "arithmetic", "b")),
            )
        ),
    ),
    "a column that refers to its own table": (
        schema(
            table(
                Col("id", "integer", nullable=False),
                ONE,
                key=("id",),
                references=(Reference("fk_t", ("a",), "t", ("id",)),),
            )
        ),
        schema(table(Col("b", "integer"))),
    ),
    "a table goes whose foreign key needs a key that goes": (
        schema(
            table(Col("id", "integer", nullable=False), key=("id",)),
            table(ONE, name="u", references=(Reference("fk_u", ("a",), "t", ("id",)),)),
        ),
        schema(table(Col("id", "integer"))),
    ),
    "a foreign key to its own table goes with the key": (
        schema(
            table(
                Col("id", "integer"),
                ONE,
                unique=(Unique("uq_t", ("id",)),),
                references=(Reference(None, ("a",), "t", ("id",)),),
            )
        ),
        schema(table(Col("b", "integer"))),
    ),
    "a table goes whose foreign key needs a column that goes": (
        schema(
            table(Col("id", "integer"), unique=(Unique(None, ("id",)),)),
            table(ONE, name="u", references=(Reference("fk_u", ("a",), "t", ("id",)),)),
        ),
        schema(table(Col("b", "integer"))),
    ),
    "a column changes of which a new one is computed": (
        schema(table(Col("a", "bigint"))),
        schema(table(ONE, Col("c", "bigint", computed=("stored-next", "a")))),
    ),
    "a column changes of which one is computed": (
        schema(table(ONE, Col("c", "bigint", computed=("stored-next", "a")))),
        schema(table(Col("a", "bigint"), Col("c", "bigint", computed=("stored-next", "a")))),
    ),
    "a column with a quotation mark changes of which one is computed": (
        schema(table(Col('qu"ote', "integer"), Col("c", "bigint", computed=("stored-next", 'qu"ote')))),
        schema(table(Col('qu"ote', "smallint"), Col("c", "bigint", computed=("stored-next", 'qu"ote')))),
    ),
    "a column goes with one that is computed of it": (
        schema(table(ONE, Col("b", "integer"), Col("c", "bigint", computed=("stored-next", "b")))),
        schema(table(ONE)),
    ),
    "one of two checks without a name changes with the type of its column": (
        schema(
            table(
                ONE,
                Col("b", "integer"),
                checks=(Check(None, "not", "b"), Check(None, "case", "a")),
            )
        ),
        schema(
            table(
                Col("a", "numeric12"),
                Col("b", "integer"),
                checks=(Check(None, "not", "b"), Check(None, "case", "a")),
            )
        ),
    ),
    "a column that an expression speaks of is renamed": (
        schema(QUOTED),
        rename_column(schema(QUOTED), "t", 'qu"ote', "per%cent"),
    ),
    "a column is renamed that begins the name of a function": (
        schema(table(Col("lowe", "text"), Col("a", "text"), checks=(Check("ck", "small", "a"),))),
        rename_column(
            schema(table(Col("lowe", "text"), Col("a", "text"), checks=(Check("ck", "small", "a"),))),
            "t",
            "lowe",
            "b",
        ),
    ),
    "a column in capitals is renamed that an expression speaks of": (
        schema(SHOUTED),
        rename_column(schema(SHOUTED), "t", "UPPER", "b"),
    ),
    "a column in capitals and with a blank is renamed that an expression speaks of": (
        schema(SPACED),
        rename_column(schema(SPACED), "t", "Mixed Case", "b"),
    ),
    "the same, in a table that is built anew": (
        schema(SPACED),
        schema(
            *[
                replace(one, checks=(*one.checks, Check("ck_a", "positive", "a")))
                for one in rename_column(schema(SPACED), "t", "Mixed Case", "b").tables
            ]
        ),
    ),
    "a constraint without a name is left, with the name of the models, where another is dropped": (
        schema(table(ONE, Col("b", "integer"), unique=(Unique(None, ("a",)), Unique(None, ("a", "b"))))),
        schema(table(ONE, Col("b", "integer"), unique=(Unique("uq", ("a",)),))),
    ),
    "the same of foreign keys": (
        schema(
            REFERRED,
            table(
                ONE,
                Col("b", "integer"),
                references=tuple(Reference(None, (one,), "r", ("id",)) for one in "ab"),
            ),
        ),
        schema(
            REFERRED, table(ONE, Col("b", "integer"), references=(Reference("fk", ("a",), "r", ("id",)),))
        ),
    ),
    "a new column refers to one of its table that is new, too": (
        schema(table(ONE)),
        schema(
            table(
                ONE,
                Col("b", "string40"),
                Col("c", "string40"),
                unique=(Unique(None, ("c",)),),
                references=(Reference(None, ("b",), "t", ("c",)),),
            )
        ),
    ),
    "a table is renamed that another refers to": (
        schema(*REFERRING),
        rename_table(schema(*REFERRING), "t", "x"),
    ),
}


@pytest.mark.parametrize("dialect", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection", "ignore:WARNING. SQL-parsed")
def test_what_was_found(dialect: str, subtests: pytest.Subtests) -> None:
    all_hold(dialect, CASES, subtests)


@pytest.mark.mariadb
def test_a_default_comes_back_that_reflection_does_not_see_or_cuts_off() -> None:
    old = schema(table(ONE, Col("b", "string20", default="function"), Col("c", "integer", default="sum")))
    with DATABASES["mariadb"]() as database:
        assert database.laws.hold(old, EMPTY, differ=True)


@pytest.mark.mariadb
def test_a_column_changes_when_a_table_goes_that_refers_to_it() -> None:
    unique = (Unique("uq", ("a",)),)
    referring = table(ONE, name="u", references=(Reference("fk_u", ("a",), "t", ("a",)),))
    old = schema(table(ONE, unique=unique), referring)
    new = schema(table(Col("a", "bigint"), unique=unique))
    with DATABASES["mariadb"]() as database:
        assert database.laws.hold(old, new, differ=True)


@pytest.mark.postgresql
def test_a_column_with_a_collation_may_have_a_default() -> None:
    new = table(ONE, Col("b", "string20", default="x", collation="C"))
    with DATABASES["postgresql"]() as database:
        assert database.laws.hold(schema(table(ONE)), schema(new), differ=True)


@pytest.mark.postgresql
def test_a_new_column_has_a_deferrable_unique_constraint() -> None:
    new = table(ONE, Col("b", "integer"), unique=(Unique(None, ("b",), (("deferrable", True),)),))
    with DATABASES["postgresql"]() as database:
        assert database.laws.hold(schema(table(ONE)), schema(new), differ=True)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
def test_a_collation_goes_with_the_type_that_has_it() -> None:
    old = schema(table(Col("a", "string20", collation="NOCASE")))
    for new in (table(Col("a", "string20")), table(Col("a", "integer"))):
        with DATABASES["sqlite"]() as database:
            assert database.laws.hold(old, schema(new), differ=True)
