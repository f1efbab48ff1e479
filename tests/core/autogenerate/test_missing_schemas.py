"""Schemas that models name, and that are not in the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from migrateops.autogenerate import AutogenContext, produce_script
from migrateops.autogenerate.described import changes_of
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run


@pytest.fixture(params=["postgresql", "duckdb"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Connection]:
    """A connection to an empty database of each kind that scripts make schemas in."""
    urls: dict[str, Callable[[], str]] = {
        "postgresql": lambda: request.getfixturevalue("postgresql_url"),
        "duckdb": lambda: f"duckdb:///{tmp_path / 'test.duckdb'}",
    }
    engine = sa.create_engine(urls[request.param](), poolclass=NullPool)
    with engine.connect() as made:
        yield made
    engine.dispose()


def models(*schemas: str | None) -> sa.MetaData:
    metadata = sa.MetaData()
    for number, schema in enumerate(schemas):
        state = sa.Enum("on", "off", name=f"state_{number}", schema=schema)
        sa.Table(
            f"t{number}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("state", state),
            schema=schema,
        )
    return metadata


def context(connection: sa.Connection, metadata: sa.MetaData, **opts: Any) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"target_metadata": metadata, **opts})


def schemas(connection: sa.Connection) -> set[str]:
    return set(connection.scalars(sa.text("SELECT schema_name FROM information_schema.schemata")))


@pytest.mark.parametrize("name", ["billing", "My %s :x", 'a"b'])
def test_a_schema_that_is_not_there_is_made_and_dropped(connection: sa.Connection, name: str) -> None:
    wanted = models(None, name, name)
    back = run(context(connection, wanted), wanted)
    # DuckDB tells only then what the models' types are.
    connection.commit()
    assert name in schemas(connection)
    assert difference(context(connection, wanted), wanted) == []
    back()
    assert name not in schemas(connection)


@pytest.mark.parametrize("added", [False, True], ids=["with its table", "with its column"])
def test_one_for_a_type_alone_is_made_and_dropped(connection: sa.Connection, added: bool) -> None:
    def models(*more: Any) -> sa.MetaData:
        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("id", sa.Integer, autoincrement=False), *more)
        return metadata

    if added:
        models().create_all(connection)
    wanted = models(
        sa.Column("a", sa.Enum("on", "off", name="state", schema="kinds")),
        sa.Column("b", sa.Enum("on", "off", name="other", schema="nowhere", native_enum=False)),
    )
    back = run(context(connection, wanted), wanted)
    connection.commit()
    assert "kinds" in schemas(connection)
    assert "nowhere" not in schemas(connection)
    assert difference(context(connection, wanted), wanted) == []
    back()
    assert "kinds" not in schemas(connection)


def test_one_that_is_there_is_not_made(connection: sa.Connection) -> None:
    connection.execute(sa.schema.CreateSchema("billing"))
    wanted = models("billing")
    run(context(connection, wanted), wanted)()
    assert "billing" in schemas(connection)


def test_it_is_listed_among_the_changes(connection: sa.Connection) -> None:
    wanted = models("billing")
    made = AutogenContext(context(connection, wanted), wanted)
    upgrade = produce_script(made).upgrade_ops
    assert upgrade is not None
    assert upgrade.ops[0].describe() == "create schema 'billing'"
    assert [(one.kind, one.schema, one.name) for one in changes_of(upgrade.flat(), made)] == [
        ("schema", None, "billing"),
        ("table", "billing", "t0"),
    ]


def test_one_that_the_version_table_needs_is_made_before(connection: sa.Connection) -> None:
    wanted = models("billing")
    made = AutogenContext(context(connection, wanted, version_table_schema="billing"), wanted)
    upgrade = produce_script(made).upgrade_ops
    assert upgrade is not None
    assert [type(op).__name__ for op in upgrade.ops] == ["CreateTableOp"]
    [note] = made.notes
    assert note.startswith("schema 'billing' is not in the database, and table 'billing.t0' and the version ")


@pytest.mark.parametrize(("name", "said"), [("other", "'other'"), (None, "the default one")])
def test_one_that_is_another_when_it_is_used_is_noted(
    connection: sa.Connection, name: str | None, said: str
) -> None:
    wanted = models("tenant")
    connection = connection.execution_options(schema_translate_map={"tenant": name})
    made = AutogenContext(context(connection, wanted), wanted)
    produce_script(made)
    [note] = made.notes
    assert note.startswith("schema 'tenant' is not in the database, and table 'tenant.t0' is to be in it: ")
    assert f"that is {said}, " in note
    assert "make it" not in note


@pytest.mark.parametrize("fixture", ["sqlite_url", "mariadb_url"])
def test_where_no_script_makes_schemas_a_note_names_them(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    engine = sa.create_engine(request.getfixturevalue(fixture), poolclass=NullPool)
    wanted = models("billing", "billing", "stock")
    with engine.connect() as connection:
        made = AutogenContext(context(connection, wanted), wanted)
        upgrade = produce_script(made).upgrade_ops
    assert upgrade is not None
    assert {type(op).__name__ for op in upgrade.ops} == {"CreateTableOp"}
    after = "is to be in it: make it before the script runs"
    assert made.notes == [
        f"schema 'billing' is not in the database, and table 'billing.t0' (with 1 more) {after}",
        f"schema 'stock' is not in the database, and table 'stock.t2' {after}",
    ]
