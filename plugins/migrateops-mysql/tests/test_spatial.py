"""SPATIAL and FULLTEXT indexes: the same is the same, and what changes is written and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import AutogenContext, produce_script, template_args
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.own_types import Place
from tests.core.autogenerate.recording import scope
from tests.core.autogenerate.roundtrip import difference, run

Add = Callable[[sa.Table], Any]


def place(table: sa.Table) -> None:
    table.append_column(sa.Column("place", Place, nullable=False))


def spatial(*columns: str, name: str = "sp") -> Add:
    def add(table: sa.Table) -> None:
        table.append_constraint(sa.Index(name, *(table.c[one] for one in columns), mysql_prefix="SPATIAL"))

    return add


def fulltext(*columns: str, **options: Any) -> Add:
    def add(table: sa.Table) -> None:
        parts = [table.c[one] for one in columns]
        table.append_constraint(sa.Index("words", *parts, mysql_prefix="FULLTEXT", **options))

    return add


def plain(*columns: str, **options: Any) -> Add:
    return lambda table: table.append_constraint(
        sa.Index("sp", *(table.c[one] for one in columns), **options)
    )


def models(*add: Add) -> sa.MetaData:
    metadata = sa.MetaData()
    table = sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.String(20)),
        sa.Column("b", sa.Text),
    )
    for one in add:
        one(table)
    return metadata


CASES: dict[str, tuple[tuple[Add, ...], tuple[Add, ...]]] = {
    "a spatial index comes": ((place,), (place, spatial("place"))),
    "it gets another name": ((place, spatial("place")), (place, spatial("place", name="other"))),
    "it becomes an ordinary one": ((place, spatial("place")), (place, plain("place", mysql_length=25))),
    "a fulltext index comes": ((), (fulltext("a"),)),
    "it is on more": ((fulltext("a"),), (fulltext("a", "b"),)),
    "a fulltext index becomes an ordinary one": ((fulltext("b"),), (plain("b", mysql_length=5),)),
    "both are there, and one goes": (
        (place, spatial("place"), fulltext("a", "b")),
        (place, spatial("place")),
    ),
}


@pytest.mark.filterwarnings("ignore:Did not recognize type")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_indexes(connection: sa.Connection, case: str, back: bool) -> None:
    start, end = CASES[case][::-1] if back else CASES[case]
    models(*start).create_all(connection)
    context = MigrationContext.configure(connection)
    assert difference(context, models(*start)) == []
    assert difference(context, models(*end)) != []
    take_back = run(context, models(*end))
    assert difference(context, models(*end)) == []
    take_back()
    assert difference(context, models(*start)) == []


@pytest.mark.filterwarnings("ignore:Did not recognize type")
def test_it_comes_with_its_column(connection: sa.Connection) -> None:
    models().create_all(connection)
    context, wanted = MigrationContext.configure(connection), models(place, spatial("place"))
    take_back = run(context, wanted)
    assert difference(context, wanted) == []
    take_back()
    assert difference(context, models()) == []


@pytest.mark.filterwarnings("ignore:Did not recognize type")
@pytest.mark.parametrize("wanted", [models(), sa.MetaData()], ids=["column", "table"])
def test_a_type_that_nobody_knows_is_to_be_written_in_downgrade(
    connection: sa.Connection, wanted: sa.MetaData
) -> None:
    models(place, spatial("place"), fulltext("a", "b")).create_all(connection)
    context = AutogenContext(MigrationContext.configure(connection), wanted)
    script = produce_script(context)
    texts = template_args(context, script)
    note = "column 'place' of table 't': SQLAlchemy does not know its type; write it in downgrade()"
    assert note in script.info["notes"]
    assert "# SQLAlchemy does not know the type" in texts["downgrades"]
    assert "# SQLAlchemy does not know the type" not in texts["upgrades"]
    names = scope({"from tests.core.autogenerate.own_types import Place", *script.imports})
    run(context.migration_context, wanted)
    body = texts["downgrades"].replace("sa.types.NullType()", "Place()")
    exec(f"def back(op):\n    {body}\n", names)
    names["back"](Operations(context.migration_context))
    again = models(place, spatial("place"), fulltext("a", "b"))
    assert difference(context.migration_context, again) == []
