"""Renames of columns that expressions with arrays speak of: brackets are subscripts, and quote no name."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from migrateops.operations import ops
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run

QUOTE = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]


def models(name: str, was: str | None = None, *, kept: str = "arr") -> sa.MetaData:
    """Return a table whose expressions speak of a column and of an array."""
    metadata = sa.MetaData()
    info = {} if was is None else {"renamed_from": was}
    n, arr = QUOTE(name), QUOTE(kept)
    table = sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(name, sa.Integer, info=info),
        sa.Column(kept, postgresql.ARRAY(sa.Integer)),
        sa.Column("element", sa.Integer, sa.Computed(f"{arr}[{n}] + {arr}[1]", persisted=True)),
        sa.CheckConstraint(f"{arr}[{n}] > 0 AND {arr}[1] > {n}", name="ck_element"),
        sa.CheckConstraint(f"{n} = ANY (ARRAY[1, 2, {arr}[1]])", name="ck_any"),
        sa.CheckConstraint(rf"{arr}[1\:{n}] <> ARRAY[{n}, 3]", name="ck_slice"),
        sa.CheckConstraint(f"ARRAY['a', '[n]', '1'] <> ARRAY[{n}\\:\\:text, 'n']", name="ck_texts"),
        postgresql.ExcludeConstraint((sa.text(f"({arr}[{n}])"), "="), name="ex", using="btree"),
    )
    index = sa.Index(
        "ix",
        sa.text(f"({arr}[{n}])"),
        sa.text(f"(ARRAY[{n}, {arr}[1]])"),
        postgresql_where=sa.text(f"{arr}[{n}] > 5"),
    )
    table.append_constraint(index)
    return metadata


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("n", "k"),
        ("Mixed Case", "k"),
        ("k", "Mixed Case"),
        ("1", "one"),
        ("one", "1"),
        ("a]b", "[c"),
        ("array", "k"),
        ("k", "any"),
    ],
)
def test_the_column_alone_is_renamed(connection: sa.Connection, old: str, new: str) -> None:
    models(old).create_all(connection)
    context = MigrationContext.configure(connection)
    assert difference(context, models(old)) == []
    wanted = models(new, old)
    (made,) = difference(context, wanted)
    assert isinstance(made, ops.ModifyTableOps)
    assert [(type(op), getattr(op, "modify_name", None)) for op in made.ops] == [(ops.AlterColumnOp, new)]
    back = run(context, wanted)
    assert difference(context, models(new)) == []
    back()
    assert difference(context, models(old)) == []


@pytest.mark.parametrize("changed", ["ck_element", "ck_slice", "ix"])
def test_what_goes_comes_back_in_the_old_words(connection: sa.Connection, changed: str) -> None:
    models("n").create_all(connection)
    context = MigrationContext.configure(connection)
    wanted = models("k", "n")
    table = wanted.tables["t"]
    table.constraints -= {item for item in table.constraints if item.name == changed}
    table.indexes -= {item for item in table.indexes if item.name == changed}
    back = run(context, wanted)
    back()
    assert difference(context, models("n")) == []


def test_the_array_is_renamed(connection: sa.Connection) -> None:
    models("n").create_all(connection)
    context = MigrationContext.configure(connection)
    wanted = models("n", kept="Many")
    wanted.tables["t"].columns["Many"].info["renamed_from"] = "arr"
    (made,) = difference(context, wanted)
    assert isinstance(made, ops.ModifyTableOps)
    assert [type(op) for op in made.ops] == [ops.AlterColumnOp]
    back = run(context, wanted)
    assert difference(context, models("n", kept="Many")) == []
    back()
    assert difference(context, models("n")) == []
