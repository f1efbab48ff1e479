"""Pairs of schemas that once broke a law on MariaDB, reduced to what it took."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.convergence.renaming import rename_column, rename_table
from tests.convergence.schemas import Check, Col, Index, Part, Reference, Tab, Unique
from tests.convergence.test_found import EMPTY, ONE, all_hold, schema, table

pytestmark = [
    pytest.mark.mariadb,
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection"),
]

ID = Col("id", "integer", nullable=False)
TWO = Col("b", "integer")
PARENT = table(ID, Col("n", "integer", nullable=False), name="p", key=("id", "n"))
ON_BOTH = Reference("fk_both", ("a", "b"), "p", ("id", "n"))
ON_ONE = Reference("fk_one", ("a",), "p", ("id",))


def child(*references: Reference) -> Tab:
    return table(ONE, TWO, references=references)


def begins(column: str) -> Index:
    return Index("ix", (Part(column),), options=(("mysql_length", 5),))


CASES = {
    "a foreign key has the name of one of a table that goes": (
        schema(PARENT, child(ON_BOTH, ON_ONE)),
        schema(PARENT, table(ONE, TWO, Col("d", "date"), name="u", references=(ON_BOTH, ON_ONE))),
    ),
    "a foreign key has the name of one that goes": (
        schema(PARENT, child(ON_BOTH, ON_ONE)),
        schema(PARENT, child(), table(ONE, TWO, Col("d", "date"), name="u", references=(ON_BOTH, ON_ONE))),
    ),
    "a column of JSON is renamed": (
        schema(table(ONE, Col("b", "json"))),
        rename_column(schema(table(ONE, Col("b", "json"))), "t", "b", "Mixed Case"),
    ),
    "a comment comes back behind a default that reflection cuts off": (
        schema(table(ONE, Col("b", "integer", default="product", comment="said"))),
        EMPTY,
    ),
    "a check of a column whose name is a word goes": (
        schema(table(Col("order", "integer"), checks=(Check("ck", "between", "order"),))),
        schema(table(Col("order", "integer"))),
    ),
    "an index from behind comes back that a foreign key has": (
        schema(PARENT, table(ONE, references=(ON_ONE,), indexes=(Index("ix", (Part("a", order="desc"),)),))),
        schema(PARENT, table(Col("b", "integer"))),
    ),
    "a new column refers to its own table by a key without a name": (
        schema(table(ID, key=("id",))),
        schema(table(ID, ONE, key=("id",), references=(Reference(None, ("a",), "t", ("id",)),))),
    ),
    "a convention makes too long a name of a foreign key": (
        replace(schema(table(Col("l" * 40, "integer"), ID, name="t" * 20, key=("id",))), conventional=True),
        replace(
            schema(
                table(
                    Col("l" * 40, "integer"),
                    ID,
                    name="t" * 20,
                    key=("id",),
                    references=(Reference(None, ("l" * 40,), "t" * 20, ("id",)),),
                )
            ),
            conventional=True,
        ),
    ),
    "of two unique constraints of a column one becomes an index": (
        schema(
            table(
                Col("b", "integer"),
                unique=(Unique(None, ("b",)),),
                indexes=(Index("a", (Part("b"),), unique=True),),
            )
        ),
        schema(
            table(Col("b", "integer"), unique=(Unique(None, ("b",)),), indexes=(Index("a", (Part("b"),)),))
        ),
    ),
    "an index that serves a foreign key comes": (
        schema(PARENT, child(ON_BOTH)),
        schema(
            PARENT, table(ONE, TWO, references=(ON_BOTH,), indexes=(Index("ix", (Part("a"), Part("b"))),))
        ),
    ),
    "a dropped table refers to a unique column of its own": (
        schema(
            table(
                ONE,
                TWO,
                unique=(Unique("uq", ("a",)),),
                references=(Reference("fk", ("b",), "t", ("a",)),),
            )
        ),
        EMPTY,
    ),
    "one of two foreign keys that share an index goes: the longer": (
        schema(PARENT, child(ON_BOTH, ON_ONE)),
        schema(PARENT, child(ON_ONE)),
    ),
    "one of two foreign keys that share an index goes: the shorter": (
        schema(PARENT, child(ON_BOTH, ON_ONE)),
        schema(PARENT, child(ON_BOTH)),
    ),
    "a foreign key gets another name": (
        schema(PARENT, child(ON_ONE)),
        schema(PARENT, child(Reference("fk_other", ("a",), "p", ("id",)))),
    ),
    "a foreign key says something else, and what served it goes": (
        schema(PARENT, table(ONE, TWO, references=(ON_ONE,), indexes=(Index("ix", (Part("a"), Part("b"))),))),
        schema(PARENT, child(Reference("fk_one", ("a",), "p", ("id",), (("ondelete", "CASCADE"),)))),
    ),
    "a new foreign key has the index of one that stays": (
        schema(PARENT, child(ON_ONE)),
        schema(PARENT, child(ON_BOTH, ON_ONE)),
    ),
    "two foreign keys that share an index go": (
        schema(PARENT, child(ON_BOTH, ON_ONE)),
        schema(PARENT, child()),
    ),
    "a foreign key goes to a table that refers to itself": (
        schema(
            table(ID, ONE, name="p", unique=(Unique("uq_p", ("id",)),)),
            table(ONE, TWO, references=(Reference("fk", ("a",), "p", ("id",)),)),
        ),
        schema(table(ID, ONE, name="p"), table(ONE, TWO)),
    ),
    "a column may no longer be null, and its foreign key no longer says so": (
        schema(PARENT, child(Reference("fk", ("a",), "p", ("id",), (("ondelete", "SET NULL"),)))),
        schema(
            PARENT,
            table(
                Col("a", "integer", nullable=False),
                TWO,
                references=(Reference("fk", ("a",), "p", ("id",)),),
            ),
        ),
    ),
    "a column may no longer be null, and its foreign key goes with its table": (
        schema(PARENT, child(Reference("fk", ("a",), "p", ("id",), (("ondelete", "SET NULL"),)))),
        schema(table(Col("a", "integer", nullable=False), TWO)),
    ),
    "a column with a foreign key comes into the key": (
        schema(PARENT, child(Reference("fk", ("a",), "p", ("id",), (("ondelete", "SET NULL"),)))),
        schema(
            PARENT,
            table(Col("a", "integer", nullable=False), TWO, key=("a",)),
        ),
    ),
    "names with backticks": (
        schema(
            table(
                Col("id", "integer", nullable=False),
                Col("back`tick", "integer"),
                name="t`t",
                key=("id",),
                unique=(Unique("uq `t`", ("back`tick", "id")),),
                references=(Reference("fk `t`", ("back`tick",), "t`t", ("id",)),),
                indexes=(Index("ix `t`", (Part("back`tick"),)),),
            )
        ),
        EMPTY,
    ),
    "a column with a backtick changes": (
        schema(table(ID, Col("back`tick", "string20", default="x"), key=("id",))),
        schema(table(ID, Col("back`tick", "string40", default="quote"), key=("id",))),
    ),
    "another primary key of a table that numbers itself": (
        schema(table(Col("id", "integer", nullable=False, numbered=True), ONE, key=("id",))),
        schema(table(Col("id", "integer", nullable=False), Col("a", "integer", nullable=False), key=("a",))),
    ),
    "a longer primary key of a table that numbers itself": (
        schema(table(Col("id", "integer", nullable=False, numbered=True), ONE, key=("id",))),
        schema(
            table(Col("id", "integer", nullable=False), Col("a", "integer", nullable=False), key=("id", "a"))
        ),
    ),
    "no primary key of a table that numbered itself": (
        schema(table(Col("id", "integer", nullable=False, numbered=True), ONE, key=("id",))),
        schema(table(Col("id", "integer", nullable=False), ONE)),
    ),
    "a column numbers itself no more, and another is computed of it": (
        schema(table(replace(ID, numbered=True), Col("b", "bigint"), key=("id",))),
        schema(table(ID, Col("b", "bigint", computed=("stored-next", "id")), key=("id",))),
    ),
    "a column numbers itself from now on, and has another type": (
        schema(table(ID, key=("id",))),
        schema(table(replace(ID, type="bigint", numbered=True), key=("id",))),
    ),
    "a text of another character set becomes an enum of the table's": (
        schema(table(ONE, Col("b", "latin"), Col("c", "string20", collation="latin1_swedish_ci"))),
        schema(table(ONE, Col("b", "enum"), Col("c", "native"))),
    ),
    "a new column refers to a key that comes with it": (
        schema(table(ONE)),
        schema(table(ONE, ID, TWO, key=("id",), references=(Reference(None, ("b",), "t", ("id",)),))),
    ),
    "a column refers to a column of its table whose key goes with it": (
        schema(table(ONE, ID, TWO, key=("id",), references=(Reference(None, ("b",), "t", ("id",)),))),
        schema(table(ONE)),
    ),
    "a table is renamed whose foreign key has a name of the server's making": (
        schema(PARENT, child(Reference(None, ("a",), "p", ("id",)))),
        rename_table(schema(PARENT, child()), "t", "Mixed Case"),
    ),
    "a table is renamed whose foreign key has a name of the server's making, and stays": (
        schema(PARENT, child(Reference(None, ("a",), "p", ("id",)))),
        rename_table(schema(PARENT, child(Reference(None, ("a",), "p", ("id",)))), "t", "Mixed Case"),
    ),
    "a table is renamed whose foreign key changes": (
        schema(PARENT, child(Reference(None, ("a",), "p", ("id",), (("ondelete", "CASCADE"),)))),
        rename_table(schema(PARENT, child(Reference(None, ("a",), "p", ("id",)))), "t", "Mixed Case"),
    ),
    "a column in capitals is renamed of which another was computed": (
        schema(
            table(
                ONE,
                Col("Mixed Case", "tinyint"),
                Col("b", "bigint", computed=("virtual-third", "Mixed Case")),
            )
        ),
        rename_column(schema(table(ONE, Col("Mixed Case", "tinyint"))), "t", "Mixed Case", "quo'te"),
    ),
    "indexes that say how they are kept come": (
        schema(table(ONE, TWO)),
        schema(
            table(
                ONE,
                TWO,
                indexes=(
                    Index("ix_hash", (Part("a"),), options=(("mysql_using", "hash"),)),
                    Index("ix_tree", (Part("b"),), unique=True, options=(("mysql_using", "btree"),)),
                ),
            )
        ),
    ),
    "an index has the beginning of a column with a backtick": (
        schema(table(ONE, Col("back`tick", "text"), indexes=(begins("back`tick"),))),
        schema(table(TWO, Col("back`tick", "string40"), indexes=(begins("back`tick"),))),
    ),
    "a column of few characters is renamed whose beginning an index has": (
        schema(table(ONE, Col("b", "string20"), indexes=(begins("b"),))),
        rename_column(schema(table(ONE, Col("b", "string40"), indexes=(begins("b"),))), "t", "b", "c"),
    ),
    "a column is renamed whose beginning an index has": (
        schema(table(ONE, Col("back`tick", "text"), indexes=(begins("back`tick"),))),
        rename_column(
            schema(table(ONE, Col("back`tick", "mediumtext"), indexes=(begins("back`tick"),))),
            "t",
            "back`tick",
            "b",
        ),
    ),
    "a table numbers itself from now on": (
        schema(table(Col("id", "integer"), ONE)),
        schema(table(Col("id", "integer", nullable=False, numbered=True), ONE, key=("id",))),
    ),
    "a column that numbers itself comes": (
        schema(table(ONE)),
        schema(table(Col("id", "integer", nullable=False, numbered=True), ONE, key=("id",))),
    ),
}


def test_what_was_found(subtests: pytest.Subtests) -> None:
    all_hold("mariadb", CASES, subtests)
