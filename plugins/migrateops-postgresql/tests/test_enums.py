"""Enum types come with their first column, go with downgrade(), and are never dropped by upgrade()."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from migrateops.autogenerate import AutogenContext, compare
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run
from tests.core.autogenerate.test_changes import shown

ADDS = "ALTER TYPE \"Mood of\" ADD VALUE IF NOT EXISTS '{}'"


def executed(value: str) -> str:
    return f"op.execute({ADDS.format(value)!r})"


def mood() -> sa.Enum:
    return sa.Enum("good", "bad", name="Mood of")


def models(**tables: Any) -> sa.MetaData:
    metadata = sa.MetaData()
    for name, type_ in tables.items():
        items = [] if type_ is None else [sa.Column("m", type_)]
        sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *items)
    return metadata


def types(connection: sa.Connection) -> list[str]:
    found = connection.exec_driver_sql(
        "SELECT typname FROM pg_type"
        " WHERE typtype IN ('e', 'd') AND typnamespace = current_schema()::regnamespace"
    )
    return list(found.scalars())


def context_of(connection: sa.Connection, wanted: sa.MetaData) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"target_metadata": wanted})


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        (models(), models(a=mood())),
        (models(), models(a=mood(), b=mood())),
        (models(a=None), models(a=mood())),
        (models(a=None), models(a=postgresql.ARRAY(mood()))),
        (models(a=sa.Text()), models(a=mood())),
        (models(), models(a=postgresql.DOMAIN("Mood of", sa.Integer))),
    ],
    ids=["table", "tables", "column", "array", "type", "domain"],
)
def test_downgrade_drops_the_type_that_upgrade_makes(
    connection: sa.Connection, before: sa.MetaData, wanted: sa.MetaData
) -> None:
    context = context_of(connection, wanted)
    before.create_all(connection)
    take_back = run(context, wanted)
    assert types(connection) == ["Mood of"]
    take_back()
    assert types(connection) == []
    assert shown(difference(context, before)) == []


def test_a_type_stays_that_was_there(connection: sa.Connection) -> None:
    models(a=mood()).create_all(connection)
    wanted = models(a=mood(), b=mood())
    take_back = run(context_of(connection, wanted), wanted)
    take_back()
    assert types(connection) == ["Mood of"]


@pytest.mark.parametrize("wanted", [models(), models(a=None)], ids=["table", "column"])
def test_upgrade_leaves_the_type_of_what_it_drops_and_says_so(
    connection: sa.Connection, wanted: sa.MetaData
) -> None:
    before = models(a=mood())
    before.create_all(connection)
    context = context_of(connection, wanted)
    take_back = run(context, wanted)
    assert types(connection) == ["Mood of"]
    comparison = AutogenContext(context, wanted)
    assert compare(comparison).ops == []
    assert "enum: Mood of" in comparison.coverage
    assert comparison.uncompared == {"enum": 1}
    take_back()
    assert shown(difference(context, before)) == []


def test_other_values_are_reported_and_not_changed(connection: sa.Connection) -> None:
    models(a=mood()).create_all(connection)
    wanted = models(a=sa.Enum("good", "bad", "other", name="Mood of"))
    comparison = AutogenContext(context_of(connection, wanted), wanted)
    assert compare(comparison).ops == []
    assert "enum: Mood of" in comparison.coverage
    # Its values are looked at: a note on each check would be one for ever.
    assert comparison.uncompared == {}
    connection.exec_driver_sql("CREATE TYPE other AS ENUM ('x')")
    again = AutogenContext(context_of(connection, wanted), wanted)
    compare(again)
    assert again.uncompared == {"enum": 1}


def test_values_that_differ_are_noted(connection: sa.Connection) -> None:
    models(a=sa.Enum("good", "bad", "ugly", name="Mood of")).create_all(connection)

    wanted, apostrophe = models(a=mood()), executed("''o")

    def notes(type_: Any) -> list[str]:
        wanted = models(a=type_)
        context = AutogenContext(context_of(connection, wanted), wanted)
        assert not list(compare(context).flat())
        return [note for note in context.notes if "enum" in note]

    assert notes(sa.Enum("ugly", "bad", "good", name="Mood of")) == []
    assert notes(sa.Enum("good", "fair", name="Mood of")) == [
        f"enum 'Mood of': only the models have 'fair'; a script adds it with {executed('fair')}",
        "enum 'Mood of': only the database has 'bad', 'ugly', which stays",
    ]
    assert notes(sa.Enum("good", "bad", "ugly", "'o", name="Mood of")) == [
        f"enum 'Mood of': only the models have \"'o\"; a script adds it with {apostrophe}"
    ]
    Operations(context_of(connection, wanted)).execute(ADDS.format("''o"))


def test_values_of_an_array_of_enums_that_differ_are_noted(connection: sa.Connection) -> None:
    models(a=postgresql.ARRAY(mood())).create_all(connection)
    wanted = models(a=postgresql.ARRAY(sa.Enum("good", "bad", "new", name="Mood of")))
    context = AutogenContext(context_of(connection, wanted), wanted)
    compare(context)
    assert [note for note in context.notes if "'new'" in note]
