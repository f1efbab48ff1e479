"""What takes part in a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from migrateops.autogenerate import AutogenContext, compare, produce_migrations
from migrateops.errors.autogenerate import NoModels, NothingToRead, TableInTwoModels
from migrateops.operations import MigrateOperation, ops
from migrateops.runtime.migration import MigrationContext
from migrateops.snapshot import Snapshot, TablesKind
from tests.core.autogenerate.conftest import Configure
from tests.core.autogenerate.roundtrip import (
    Build,
    difference,
    keyless,
    larger,
    models,
    parent,
    small,
)


def test_our_own_tables_are_left_alone(connection: sa.Connection, configure: Configure) -> None:
    connection.execute(sa.text("CREATE TABLE migrateops_version (version_num VARCHAR(64))"))
    connection.execute(sa.text("CREATE TABLE other_version (version_num VARCHAR(64))"))
    assert [op.describe() for op in difference(configure(), sa.MetaData())] == ["drop_table 'other_version'"]
    renamed = configure(version_table="other_version")
    assert [op.describe() for op in difference(renamed, sa.MetaData())] == ["drop_table 'migrateops_version'"]


def test_include_name(connection: sa.Connection, configure: Configure) -> None:
    models(parent, small_other).create_all(connection)
    asked: list[Any] = []

    def include_name(name: str | None, type_: str, parents: dict[str, Any]) -> bool:
        asked.append((name, type_, parents))
        return name not in ("other", "price")

    metadata = sa.MetaData()
    sa.Table("parent", metadata, sa.Column("id", sa.Integer))
    (table,) = difference(configure(include_name=include_name), metadata)
    assert isinstance(table, ops.ModifyTableOps)
    assert [op.column_name for op in table.ops if isinstance(op, ops.DropColumnOp)] == ["name"]
    assert ("other", "table", {"schema_name": None, "schema_qualified_table_name": "other"}) in asked
    of_column = {"schema_name": None, "table_name": "parent", "schema_qualified_table_name": "parent"}
    assert ("price", "column", of_column) in asked


def test_include_name_is_asked_about_the_default_schema(
    connection: sa.Connection, configure: Configure
) -> None:
    """Without ``include_schemas``, too: then what only the database has there is left alone."""
    models(parent, small_other).create_all(connection)
    asked: list[Any] = []

    def include_name(name: str | None, type_: str, parents: dict[str, Any]) -> bool:
        asked.append((name, type_, parents))
        return type_ != "schema"

    assert difference(configure(include_name=include_name), sa.MetaData()) == []
    assert asked == [(None, "schema", {})]
    metadata = sa.MetaData()
    sa.Table("other", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))
    assert [op.describe() for op in flat(difference(configure(include_name=include_name), metadata))] == [
        "add_column 'other' 'a'"
    ]


def test_filters_are_asked_about_indexes_of_tables_that_go(
    connection: sa.Connection, configure: Configure
) -> None:
    metadata = sa.MetaData()
    columns = [sa.Column(name, sa.Integer) for name in "abc"]
    indexes = [sa.Index(f"ix_{name}", name) for name in "abc"]
    sa.Table("gone", metadata, *columns, *indexes)
    metadata.create_all(connection)
    context = configure(
        include_name=lambda name, type_, parents: name != "ix_a",
        include_object=lambda item, name, type_, reflected, other: not (name == "ix_b" and reflected),
    )
    (drop,) = difference(context, sa.MetaData())
    table = drop.reverse().to_table()  # type: ignore[attr-defined]
    assert [index.name for index in table.indexes] == ["ix_c"]


def test_filters_are_asked_about_nothing_that_only_looks_renamed(
    connection: sa.Connection, configure: Configure
) -> None:
    def made(table: str, column: str) -> sa.MetaData:
        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("id", sa.Integer), sa.Column(column, sa.String(20)))
        sa.Table(table, metadata, sa.Column("id", sa.Integer), sa.Column("name", sa.String(20)))
        return metadata

    made("person", "email").create_all(connection)
    names, objects = set(), []

    def include_object(item: Any, name: str, type_: str, reflected: bool, other: Any) -> bool:
        objects.append((name, reflected, getattr(other, "name", None)))
        return name != "email"

    def include_name(name: str | None, type_: str, parents: dict[str, Any]) -> bool:
        names.add(name)
        return True

    metadata = made("people", "e_mail")
    context = AutogenContext(configure(include_name=include_name, include_object=include_object), metadata)
    assert [op.describe() for op in flat(compare(context).ops)] == [
        "create_table 'people'",
        "add_column 't' 'e_mail'",
        "drop_table 'person'",
    ]
    assert names == {None, "person", "t", "id", "email"}
    assert [one for one in objects if one[2] not in (None, one[0])] == []
    # What is added is none of what stays.
    assert [note.partition(" is a rename")[0] for note in context.notes if "rename" in note] == [
        "perhaps table 'person' to 'people'"
    ]


def flat(given: Sequence[MigrateOperation]) -> list[MigrateOperation]:
    return list(ops.OpContainer(list(given)).flat())


def small_other(metadata: sa.MetaData) -> None:
    sa.Table("other", metadata, sa.Column("id", sa.Integer, primary_key=True))


def test_include_object(connection: sa.Connection, configure: Configure) -> None:
    models(small, small_other).create_all(connection)
    asked: list[Any] = []

    def include_object(object_: Any, name: str, type_: str, reflected: bool, compare_to: Any) -> bool:
        asked.append((type(object_).__name__, name, type_, reflected, getattr(compare_to, "name", None)))
        return name not in ("other", "b", "keyless", "ix_both")

    metadata = models(larger, keyless)
    context = configure(include_object=include_object)
    (table,) = difference(context, metadata)
    assert isinstance(table, ops.ModifyTableOps)
    assert [op.describe() for op in table.ops] == [
        "add_column 'child' 'c'",
        "create_index 'ix_child_c' 'child'",
    ]
    assert asked == [
        ("Table", "keyless", "table", False, None),
        ("Table", "other", "table", True, None),
        ("Table", "child", "table", False, "child"),
        ("Column", "b", "column", False, None),
        ("Column", "c", "column", False, None),
        ("Index", "ix_both", "index", False, None),
        ("Index", "ix_child_c", "index", False, None),
    ]


def test_schemas(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as connection:
        for schema in ("one", "two"):
            connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
            connection.execute(sa.text(f"CREATE TABLE {schema}.here (id INTEGER)"))
            connection.execute(sa.text(f"CREATE TABLE {schema}.gone (id INTEGER)"))
        connection.execute(sa.text("CREATE TABLE plain (id INTEGER)"))

        def described(metadata: sa.MetaData, **opts: Any) -> list[str]:
            context = MigrationContext.configure(
                connection, opts={"generic_dialects": ["postgresql"], **opts}, plugins=()
            )
            found: list[Any] = difference(context, metadata)
            return [op.describe() for op in found]

        metadata = sa.MetaData()
        sa.Table("here", metadata, sa.Column("id", sa.Integer), schema="one")
        sa.Table("new", metadata, sa.Column("id", sa.Integer), schema="missing")
        sa.Table("plain", metadata, sa.Column("id", sa.Integer), schema="public")
        new = "create_table 'missing.new'"
        # A table of another schema that is there is found there, and its neighbours are left alone.
        assert described(metadata) == [new]
        assert described(metadata, include_schemas=True) == [
            new,
            "drop_table 'two.here'",
            "drop_table 'two.gone'",
            "drop_table 'one.gone'",
        ]

        def only_one(name: str | None, type_: str, parents: Any) -> bool:
            return type_ != "schema" or name in (None, "one")

        assert described(metadata, include_schemas=True, include_name=only_one) == [
            new,
            "drop_table 'one.gone'",
        ]
    engine.dispose()


def test_several_models(connection: sa.Connection, configure: Configure) -> None:
    both = [models(parent), models(keyless)]
    found = difference(configure(both), both)  # type: ignore[arg-type]
    assert [op.table_name for op in found] == ["keyless", "parent"]  # type: ignore[attr-defined]
    twice = [models(parent), models(parent)]
    with pytest.raises(TableInTwoModels) as caught:
        difference(configure(twice), twice)  # type: ignore[arg-type]
    assert caught.value.table == "parent"
    # Also where nothing differs.
    twice[0].create_all(connection)
    with pytest.raises(TableInTwoModels):
        difference(configure(twice), twice)  # type: ignore[arg-type]


def test_one_table_under_two_names_of_its_schema(postgresql_schema: Any) -> None:
    engine = sa.create_engine(postgresql_schema.url)
    with engine.connect() as connection:
        metadata = sa.MetaData()
        for schema in (None, connection.dialect.default_schema_name):
            sa.Table("t", metadata, sa.Column("id", sa.Integer), schema=schema)
        context = MigrationContext.configure(
            connection, opts={"generic_dialects": ["postgresql"]}, plugins=()
        )
        with pytest.raises(TableInTwoModels):
            difference(context, metadata)
    engine.dispose()


def test_models_and_a_database_are_needed(configure: Configure) -> None:
    with pytest.raises(NoModels):
        AutogenContext(configure())
    offline = MigrationContext.configure(dialect_name="sqlite", plugins=())
    with pytest.raises(NothingToRead):
        produce_migrations(offline, sa.MetaData())


def test_only_what_differs_is_reflected(connection: sa.Connection, configure: Configure) -> None:
    metadata = models(*(_numbered(number) for number in range(20)))
    metadata.create_all(connection)
    reflected: list[str] = []

    def note(inspector: Any, table: sa.Table, column: Any) -> None:
        reflected.append(table.name)

    event.listen(sa.Table, "column_reflect", note)
    try:
        context = configure(metadata)
        assert difference(context, metadata) == []
        assert reflected == []
        metadata.tables["t7"].append_column(sa.Column("b", sa.Integer))
        assert len(difference(context, metadata)) == 1
        assert set(reflected) == {"t7"}
    finally:
        event.remove(sa.Table, "column_reflect", note)


def _numbered(number: int) -> Build:
    def build(metadata: sa.MetaData) -> None:
        sa.Table(f"t{number}", metadata, sa.Column("id", sa.Integer, primary_key=True))

    return build


def test_both_sides_have_the_same_fingerprint_of_kinds(
    connection: sa.Connection, configure: Configure
) -> None:
    metadata = models(keyless)
    metadata.create_all(connection)
    database = Snapshot.read(connection, [None], [TablesKind()])
    wanted = Snapshot.from_metadata(metadata, connection.dialect, [TablesKind()])
    assert database.fingerprint() == wanted.fingerprint()
