"""Models with sequences, compared with a server: there, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import compare_metadata, produce_migrations, render_python_code
from migrateops.operations import MigrateOperation, Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_sequences.catalog import catalog_of
from migrateops_sequences.kind import SequenceKind
from migrateops_sequences.ops import AlterSequenceOp, CreateSequenceOp, DropSequenceOp

Make = Callable[..., MigrationContext]


def old_models() -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Sequence("kept", metadata=metadata, start=3)
    sa.Sequence("changed", metadata=metadata, increment=1, maxvalue=1000, cycle=True)
    sa.Sequence("gone", metadata=metadata, start=9, cache=7)
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    return metadata


def new_models() -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Sequence("kept", metadata=metadata, start=3, increment=1, minvalue=1)
    sa.Sequence("changed", metadata=metadata, increment=5, cache=30)
    sa.Sequence("new", metadata=metadata, start=-1, increment=-1, minvalue=-50)
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "u",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.BigInteger, sa.Sequence("of_column")),
    )
    return metadata


def flat(container: ops.OpContainer) -> Iterator[MigrateOperation]:
    for op in container.ops:
        if isinstance(op, ops.OpContainer):
            yield from flat(op)
        else:
            yield op


def execute(code: str, context: MigrationContext, imports: set[str]) -> None:
    """Execute rendered code as a script does."""
    from migrateops import op

    scope: dict[str, Any] = {"sa": sa, "op": op}
    exec("\n".join(sorted(imports)), scope)
    with Operations.context(context):
        exec(code.replace("\n    ", "\n"), scope)


def records(connection: sa.Connection) -> list[Any]:
    catalog = catalog_of(connection.dialect)
    assert catalog is not None
    kind = SequenceKind(catalog, connection.dialect)
    return [kind.canonical(record) for record in kind.read(connection, [None])]


def there_and_back(context: MigrationContext) -> None:
    connection = context.connection
    assert connection is not None
    old_models().create_all(connection)
    assert compare_metadata(context, old_models()) == []
    before = records(connection)
    script = produce_migrations(context, new_models())
    assert script.upgrade_ops is not None
    assert script.downgrade_ops is not None
    upgrade = list(flat(script.upgrade_ops))
    names = [(type(op), getattr(op, "sequence_name", getattr(op, "table_name", None))) for op in upgrade]
    assert sorted(names, key=str) == sorted(
        [
            (AlterSequenceOp, "changed"),
            (CreateSequenceOp, "new"),
            (CreateSequenceOp, "of_column"),
            (ops.CreateTableOp, "u"),
            (DropSequenceOp, "gone"),
        ],
        key=str,
    )
    # A table's default may use a sequence, so sequences are there before it and after it.
    assert names.index((CreateSequenceOp, "of_column")) < names.index((ops.CreateTableOp, "u"))
    assert names.index((ops.CreateTableOp, "u")) < names.index((DropSequenceOp, "gone"))
    assert script.requires_plugins == {"migrateops-sequences": ">=0.1"}

    for container in (script.upgrade_ops, script.downgrade_ops):
        imports: set[str] = set()
        code = render_python_code(container, imports=imports, migration_context=context)
        execute(code, context, imports)
        if container is script.upgrade_ops:
            assert compare_metadata(context, new_models()) == []
            assert records(connection) != before
    assert compare_metadata(context, old_models()) == []
    assert records(connection) == before


def test_postgresql(postgresql_connection: sa.Connection, make_context: Make) -> None:
    there_and_back(make_context(postgresql_connection))


def test_mariadb(mariadb_connection: sa.Connection, make_context: Make) -> None:
    there_and_back(make_context(mariadb_connection))


def test_a_type_changes_and_back(postgresql_connection: sa.Connection, make_context: Make) -> None:
    context = make_context(postgresql_connection)
    small, big = sa.MetaData(), sa.MetaData()
    sa.Sequence("s", metadata=small, data_type=sa.SmallInteger())
    sa.Sequence("s", metadata=big)
    small.create_all(postgresql_connection)
    before = records(postgresql_connection)
    (op,) = compare_of(context, big)
    Operations(context).invoke(op)
    assert compare_of(context, big) == []
    Operations(context).invoke(op.reverse())
    assert records(postgresql_connection) == before


def compare_of(context: MigrationContext, metadata: sa.MetaData) -> list[MigrateOperation]:
    script = produce_migrations(context, metadata)
    assert script.upgrade_ops is not None
    return list(flat(script.upgrade_ops))


def test_what_columns_make_is_left_alone(postgresql_connection: sa.Connection, make_context: Make) -> None:
    metadata = sa.MetaData()
    sa.Table("serial", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("generated", metadata, sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True))
    metadata.create_all(postgresql_connection)
    assert compare_metadata(make_context(postgresql_connection), metadata) == []


def test_an_owned_sequence_that_the_models_name_is_compared(
    postgresql_connection: sa.Connection, make_context: Make
) -> None:
    metadata = sa.MetaData()
    sequence = sa.Sequence("numbers", increment=2)
    sa.Table("t", metadata, sa.Column("id", sa.Integer, sequence, primary_key=True))
    metadata.create_all(postgresql_connection)
    context = make_context(postgresql_connection)
    Operations(context).invoke(AlterSequenceOp("numbers", owned_by="t.id"))
    assert compare_metadata(context, metadata) == []
    sequence.increment = 4
    (difference,) = compare_metadata(context, metadata)
    assert difference == (
        "modify_sequence",
        None,
        "numbers",
        {"increment": 2},
        {"increment": 4},
    )


def test_names_can_be_left_out(postgresql_connection: sa.Connection, make_context: Make) -> None:
    old_models().create_all(postgresql_connection)
    context = make_context(
        postgresql_connection,
        include_name=lambda name, type_, parents: type_ != "sequence" or name == "gone",
    )
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    assert [type(op) for op in compare_of(context, metadata)] == [DropSequenceOp]


def test_without_the_plugin_nothing_is_said_of_sequences(postgresql_connection: sa.Connection) -> None:
    old_models().create_all(postgresql_connection)
    context = MigrationContext.configure(
        postgresql_connection, opts={"generic_dialects": ("postgresql",)}, plugins=()
    )
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    assert compare_metadata(context, metadata) == []


# -- sequences, tables and indexes share one list of names ---------------------------------------
def with_table(metadata: sa.MetaData) -> None:
    sa.Table("x", metadata, sa.Column("a", sa.Integer))


def with_sequence(metadata: sa.MetaData) -> None:
    sa.Sequence("x", metadata=metadata, increment=3)


def with_index(metadata: sa.MetaData) -> None:
    sa.Index("x", metadata.tables["t"].c.a)


Add = Callable[[sa.MetaData], None]


def with_name(add: Add) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("a", sa.Integer))
    add(metadata)
    return metadata


def hand_over(context: MigrationContext, old: Add, new: Add) -> None:
    connection = context.connection
    assert connection is not None
    with_name(old).create_all(connection)
    before = records(connection)
    script = produce_migrations(context, with_name(new))
    for container, goal in ((script.upgrade_ops, new), (script.downgrade_ops, old)):
        assert container is not None
        imports: set[str] = set()
        code = render_python_code(container, imports=imports, migration_context=context)
        execute(code, context, imports)
        assert compare_metadata(context, with_name(goal)) == []
    assert records(connection) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (with_sequence, with_table),
        (with_table, with_sequence),
        (with_sequence, with_index),
        (with_index, with_sequence),
    ],
)
def test_a_name_is_handed_over_on_postgresql(
    postgresql_connection: sa.Connection, make_context: Make, old: Add, new: Add
) -> None:
    hand_over(make_context(postgresql_connection), old, new)


@pytest.mark.parametrize(("old", "new"), [(with_sequence, with_table), (with_table, with_sequence)])
def test_a_name_is_handed_over_on_mariadb(
    mariadb_connection: sa.Connection, make_context: Make, old: Add, new: Add
) -> None:
    hand_over(make_context(mariadb_connection), old, new)
