"""Pairs of schemas that once broke a law on PostgreSQL, reduced to what it took."""

from __future__ import annotations

import pytest

from tests.convergence.databases import DATABASES
from tests.convergence.renaming import rename_column
from tests.convergence.schemas import Check, Col, Exclude, Index, Part, Reference, Schema, Tab, Unique
from tests.convergence.test_found import EMPTY, ONE, all_hold, schema, table

ID = Col("id", "integer", nullable=False)
ORDER = Col("order", "integer")
USING_PATTERNS = Index("ix", (Part("b", "lower", opclass="text_pattern_ops"),))


def keyed(type_: str) -> Schema:
    """Return two tables that refer to each other, on columns of a type."""
    return schema(
        table(
            Col("id", type_, nullable=False),
            Col("b", "integer"),
            key=("id",),
            references=(Reference("fk_t", ("b",), "u", ("id",)),),
        ),
        table(
            ID,
            Col("a", type_),
            name="u",
            key=("id",),
            references=(Reference("fk_u", ("a",), "t", ("id",)),),
        ),
    )


def elsewhere(*excludes: Exclude) -> Schema:
    return schema(table(ONE, Col("b", "string20"), name="v", excludes=excludes))


ASKED = (Check("ck", "less", "f"),)
NAMED = (Unique("uq", ("a",)),)
OWN = (Reference("fk_own", ("b",), "t", ("a",)),)
OF_T = (Reference("fk_u", ("a",), "t", ("a",)),)
CASES: dict[str, tuple[Schema, Schema]] = {
    "a new unique constraint has the name of one of a table that goes": (
        schema(table(ONE, unique=NAMED)),
        schema(table(ONE, Col("b", "date"), name="u", unique=NAMED)),
    ),
    "the same, and other tables that go refer to it": (
        schema(
            table(ONE, Col("b", "integer"), unique=NAMED, references=OWN),
            table(ONE, name="u", references=OF_T),
        ),
        schema(table(ONE, Col("b", "date"), name="x", unique=NAMED)),
    ),
    "a new unique constraint has the name of one that goes, which keys refer to": (
        schema(
            table(ONE, Col("b", "integer"), unique=NAMED, references=OWN),
            table(ONE, name="u", references=OF_T),
        ),
        schema(
            table(ONE, Col("b", "integer")),
            table(ONE, name="u"),
            table(ONE, Col("b", "date"), name="x", unique=NAMED),
        ),
    ),
    "a new primary key has the name of one of a table that goes": (
        schema(table(ID, ONE, key=("id",), key_name="pk")),
        schema(table(ID, Col("b", "date"), name="u", key=("id",), key_name="pk")),
    ),
    "a new primary key has the name of one that goes": (
        schema(table(ID, ONE, key=("id",), key_name="pk")),
        schema(table(ID, ONE), table(ID, Col("b", "date"), name="u", key=("id",), key_name="pk")),
    ),
    "a new index has the name of a unique constraint that goes": (
        schema(table(ONE, unique=NAMED)),
        schema(table(ONE), table(ONE, Col("b", "date"), name="u", indexes=(Index("uq", (Part("a"),)),))),
    ),
    "an exclude constraint has the name of one of a table that goes": (
        schema(table(ONE, excludes=(Exclude("ex", "hashed", "a"),))),
        schema(table(ONE, Col("b", "date"), name="u", excludes=(Exclude("ex", "hashed", "a"),))),
    ),
    "a check without a name comes, and the server writes others in other words": (
        schema(table(ID, Col("f", "real"), checks=(*ASKED, Check(None, "any", "id")))),
        schema(
            table(
                ID,
                Col("f", "real"),
                checks=(*ASKED, Check(None, "any", "id"), Check(None, "symmetric", "id")),
            )
        ),
    ),
    "new unique constraints without a name would have one name": (
        schema(table(ONE)),
        schema(
            table(
                ONE,
                Col("b", "integer"),
                Col("l" * 61, "integer"),
                unique=(Unique(None, ("l" * 61,)), Unique(None, ("l" * 61, "b"))),
            )
        ),
    ),
    "an identity counts in the other direction": (
        schema(table(Col("a", "integer", nullable=False, identity="falling"))),
        schema(table(Col("a", "integer", nullable=False, identity="default"))),
    ),
    "one of several checks without a name says something else": (
        schema(table(ORDER, checks=(Check(None, "case", "order"), Check(None, "grouped", "order")))),
        schema(table(ORDER, checks=(Check(None, "case", "order"), Check(None, "between", "order")))),
    ),
    "a dropped table has an array of arrays": (schema(table(ONE, Col("b", "strings"))), EMPTY),
    "a dropped table has a cast in an index": (
        schema(table(ONE, indexes=(Index("ix", (Part("a", "cast", "nulls-first"),)),))),
        EMPTY,
    ),
    "a dropped column has an expression with an operator class": (
        schema(table(ONE, Col("b", "string20", collation="POSIX"), indexes=(USING_PATTERNS,))),
        schema(table(ONE)),
    ),
    "a new index has an expression with an operator class": (
        schema(table(Col("b", "text", collation="C"))),
        schema(table(Col("b", "text", collation="C"), indexes=(USING_PATTERNS,))),
    ),
    "a computed column becomes an ordinary one": (
        schema(
            table(
                ONE,
                Col("c", "bigint", computed=("stored-next", "a")),
                checks=(Check("ck", "arithmetic", "a"),),
            )
        ),
        schema(table(ONE, Col("c", "bigint"), checks=(Check("ck", "arithmetic", "a"),))),
    ),
    "a computed column becomes an ordinary one of a type that the server has to be told of": (
        schema(table(ONE, Col("c", "bigint", computed=("stored-next", "a")))),
        schema(table(ONE, Col("c", "boolean"))),
    ),
    "a column changes its type that another is computed of no longer": (
        schema(table(ONE, Col("c", "bigint", computed=("stored-next", "a")))),
        schema(table(Col("a", "string20"), Col("c", "bigint"))),
    ),
    "a truth value becomes a number with a fraction": (
        schema(table(ONE, Col("b", "boolean", default="true"))),
        schema(table(ONE, Col("b", "double", default="zero"))),
    ),
    "a column with a percent sign is converted": (
        schema(table(ONE, Col("per%cent", "text"))),
        schema(table(ONE, Col("per%cent", "bigint"))),
    ),
    "a computed column speaks of a renamed one with a percent sign": (
        schema(table(ONE, Col("c", "bigint", computed=("stored-next", "a")))),
        rename_column(
            schema(table(ONE, Col("c", "bigint", computed=("stored-next", "a")))), "t", "a", "per%cent"
        ),
    ),
    "a type changes of which the server writes a check anew": (
        schema(table(ONE, checks=(Check("ck", "distinct", "a"),))),
        schema(table(Col("a", "real"), checks=(Check("ck", "distinct", "a"),))),
    ),
    "keys in a circle change their type": (keyed("integer"), keyed("numeric12")),
    "keys in a circle become text": (keyed("integer"), keyed("text")),
    "an enum becomes another": (
        schema(table(ONE, Col("b", "mood", default="mood"))),
        schema(table(ONE, Col("b", "level", default="level"))),
    ),
    "an array of a new enum": (schema(table(ONE)), schema(table(ONE, Col("b", "moods", default="no-texts")))),
    "an exclude constraint in another schema has a condition": (
        elsewhere(),
        elsewhere(Exclude("ex", "lower", "b", where=("not-like", "b"))),
    ),
    "an exclude constraint without a name, on an expression": (
        elsewhere(),
        elsewhere(Exclude(None, "lower", "b")),
    ),
    "one of two exclude constraints without a name": (
        elsewhere(Exclude(None, "equal", "b", options=(("deferrable", True),))),
        elsewhere(Exclude(None, "equal", "b", options=(("deferrable", True),)), Exclude(None, "hashed", "a")),
    ),
    "two exclude constraints would have one name": (
        elsewhere(Exclude(None, "hashed", "a")),
        elsewhere(Exclude(None, "hashed", "a"), Exclude(None, "spanned", "a")),
    ),
    "a dropped exclude constraint has casts": (
        elsewhere(Exclude("ex", "equal", "a", where=("not-of", "b"))),
        elsewhere(),
    ),
    "a column of an exclude constraint is renamed": (
        elsewhere(Exclude("ex", "lower", "b", where=("not-of", "b"))),
        rename_column(elsewhere(Exclude("ex", "lower", "b", where=("not-of", "b"))), "v", "b", 'qu"ote'),
    ),
    "a text becomes an array, whose check goes": (
        schema(table(ONE, Col("b", "texts", default="no-texts"), checks=(Check("ck", "some", "b"),))),
        schema(table(ONE, Col("b", "string20"))),
    ),
    "a unique constraint on a column that is computed no longer": (
        schema(
            table(ONE, Col("c", "bigint", computed=("stored-next", "a")), unique=(Unique("uq", ("c", "a")),))
        ),
        schema(table(ONE, Col("c", "bigint"), unique=(Unique("uq", ("c", "a")),))),
    ),
}


@pytest.mark.postgresql
def test_what_was_found(subtests: pytest.Subtests) -> None:
    all_hold("postgresql", CASES, subtests)


@pytest.mark.postgresql
def test_a_schema_with_exclude_constraints_does_not_differ_from_itself() -> None:
    one = Tab(
        "v",
        (ONE, Col("b", "string20")),
        excludes=(Exclude(None, "lower", "b", where=("not-like", "b")), Exclude(None, "hashed", "a")),
    )
    with DATABASES["postgresql"]() as database:
        assert database.laws.hold(schema(one), schema(one), differ=False)


@pytest.mark.postgresql
def test_names_that_the_server_chooses_are_cut_off() -> None:
    long = "l" * 61
    pairs = [Unique(None, (long, other)) for other in "abcde"]
    one = Tab(
        "quote", (Col(long, "integer"), *(Col(other, "integer") for other in "abcde")), unique=(*pairs,)
    )
    with DATABASES["postgresql"]() as database:
        assert database.laws.hold(schema(one), schema(one), differ=False)
