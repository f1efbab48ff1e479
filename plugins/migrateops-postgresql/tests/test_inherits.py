"""Tables that inherit from others: their columns come, change and go with the others'."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import produce_migrations
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run
from tests.core.autogenerate.test_changes import shown

Columns = Callable[[], list[sa.Column[Any]]]


def nothing() -> list[sa.Column[Any]]:
    return []


def new() -> list[sa.Column[Any]]:
    return [sa.Column("new", sa.Integer, server_default="3")]


def models(above: Columns = nothing, *, below: Columns = nothing, repeated: bool = False) -> sa.MetaData:
    """Return models of a table and one that inherits from it, which may name the columns of both."""
    metadata = sa.MetaData()

    def columns() -> list[sa.Column[Any]]:
        return [sa.Column("a", sa.Integer), *above()]

    check = sa.CheckConstraint("a > 0", name="ck")
    sa.Table("z_above", metadata, *columns(), check)
    theirs = columns() if repeated else []
    sa.Table("below", metadata, *theirs, sa.Column("b", sa.Integer), *below(), postgresql_inherits="z_above")
    return metadata


@pytest.mark.parametrize("repeated", [False, True], ids=["own", "all"])
@pytest.mark.parametrize("change", ["added", "retyped", "below"])
def test_changes(connection: sa.Connection, change: str, repeated: bool) -> None:
    wide = [sa.Column("new", sa.BigInteger, server_default="3")]
    before, wanted = {
        "added": (models(repeated=repeated), models(new, repeated=repeated)),
        "retyped": (models(new, repeated=repeated), models(lambda: [wide[0]._copy()], repeated=repeated)),
        "below": (models(repeated=repeated), models(below=new, repeated=repeated)),
    }[change]
    context = MigrationContext.configure(connection, opts={"target_metadata": wanted})
    run(context, before)
    assert shown(difference(context, before)) == []
    connection.exec_driver_sql("INSERT INTO below (a, b) VALUES (1, 2)")
    take_back = run(context, wanted)
    assert shown(difference(context, wanted)) == []
    assert connection.exec_driver_sql("SELECT a, b FROM below").all() == [(1, 2)]
    take_back()
    assert shown(difference(context, before)) == []
    assert connection.exec_driver_sql("SELECT a FROM ONLY z_above").all() == []


@pytest.mark.parametrize("repeated", [False, True], ids=["own", "all"])
def test_a_column_is_dropped(connection: sa.Connection, repeated: bool) -> None:
    """One that the lower table has of its own as well stays there until the upper one has lost it."""
    before, wanted = models(new, repeated=repeated), models(repeated=repeated)
    context = MigrationContext.configure(connection, opts={"target_metadata": wanted})
    run(context, before)
    take_back = run(context, wanted)
    assert shown(difference(context, wanted)) == []
    take_back()
    assert shown(difference(context, before)) == []
    assert own_columns(connection) == ({"a", "b", "new"} if repeated else {"b"})


def own_columns(connection: sa.Connection) -> set[str]:
    listed = (
        "SELECT attname FROM pg_attribute "
        "WHERE attrelid = 'below'::regclass AND attnum > 0 AND attislocal AND NOT attisdropped"
    )
    return set(connection.exec_driver_sql(listed).scalars())


@pytest.mark.parametrize("middle", [False, True], ids=["inherited", "own"])
def test_a_column_is_dropped_from_three_tables(connection: sa.Connection, middle: bool) -> None:
    def three(*columns: sa.Column[Any]) -> sa.MetaData:
        metadata = sa.MetaData()
        again = [one._copy() for one in columns]
        sa.Table("z_above", metadata, sa.Column("a", sa.Integer), *columns)
        between = [sa.Column("b", sa.Integer), *([one._copy() for one in again] if middle else [])]
        sa.Table("m_between", metadata, *between, postgresql_inherits="z_above")
        sa.Table("below", metadata, sa.Column("c", sa.Integer), *again, postgresql_inherits="m_between")
        return metadata

    before, wanted = three(*new()), three()
    context = MigrationContext.configure(connection, opts={"target_metadata": wanted})
    run(context, before)
    take_back = run(context, wanted)
    assert shown(difference(context, wanted)) == []
    take_back()
    assert shown(difference(context, before)) == []


def two_above(columns: Columns) -> sa.MetaData:
    """Return models of a table that inherits from two, and has columns of the first itself, too."""
    metadata = sa.MetaData()
    sa.Table("one", metadata, sa.Column("a", sa.Integer), *columns())
    sa.Table("other", metadata, *new())
    own = [sa.Column("b", sa.Integer), *columns()]
    sa.Table("below", metadata, *own, postgresql_inherits=("one", "other"))
    return metadata


def test_a_column_stays_that_one_of_two_tables_above_keeps(connection: sa.Connection) -> None:
    before, wanted = two_above(new), two_above(nothing)
    context = MigrationContext.configure(connection, opts={"target_metadata": wanted})
    run(context, before)
    run(context, wanted)
    assert shown(difference(context, wanted)) == []
    assert "new" in {column["name"] for column in sa.inspect(connection).get_columns("below")}


@pytest.mark.parametrize("kept", ["table", "column"])
def test_a_column_stays_where_a_filter_keeps_that_above(connection: sa.Connection, kept: str) -> None:
    def includes(item: Any, name: str | None, type_: str, reflected: bool, other: Any) -> bool:
        return type_ != kept or getattr(item, "table", item).name != "z_above"

    before, wanted = models(new, repeated=True), models(repeated=True)
    run(MigrationContext.configure(connection, opts={"target_metadata": wanted}), before)
    opts = {"target_metadata": wanted, "include_object": includes}
    context = MigrationContext.configure(connection, opts=opts)
    assert shown(difference(context, wanted)) == []


def test_a_column_stays_that_one_of_two_tables_above_may_keep(connection: sa.Connection) -> None:
    def includes(name: str | None, type_: str, parents: Any) -> bool:
        return type_ != "table" or name != "other"

    before, wanted = two_above(new), two_above(nothing)
    run(MigrationContext.configure(connection, opts={"target_metadata": wanted}), before)
    wanted.remove(wanted.tables["other"])
    opts = {"target_metadata": wanted, "include_name": includes}
    context = MigrationContext.configure(connection, opts=opts)
    run(context, wanted)
    assert shown(difference(context, wanted)) == []


def test_both_are_dropped_and_come_back(connection: sa.Connection) -> None:
    context = MigrationContext.configure(connection, opts={"target_metadata": sa.MetaData()})
    run(context, models())
    take_back = run(context, sa.MetaData())
    assert sa.inspect(connection).get_table_names() == []
    take_back()
    assert shown(difference(context, models())) == []
    connection.exec_driver_sql("INSERT INTO below (a, b) VALUES (1, 2)")
    assert connection.exec_driver_sql("SELECT a FROM z_above").all() == [(1,)]


def test_a_table_of_the_database_is_inherited_from(connection: sa.Connection) -> None:
    for statement in (
        "CREATE TABLE z_above (a integer CONSTRAINT ck CHECK (a > 0))",
        "CREATE TABLE below (b integer) INHERITS (z_above)",
    ):
        connection.exec_driver_sql(statement)
    metadata = sa.MetaData()
    sa.Table("below", metadata, sa.Column("b", sa.Integer), postgresql_inherits="z_above")
    context = MigrationContext.configure(
        connection, opts={"target_metadata": metadata, "include_name": lambda name, *_: name != "z_above"}
    )
    assert shown(difference(context, metadata)) == []


@pytest.mark.parametrize("name", ["up", "Up"])
def test_the_table_above_is_in_another_schema(connection: sa.Connection, name: str) -> None:
    # Gone with the transaction, as the connection is closed.
    other = f"{connection.exec_driver_sql('SELECT current_schema()').scalar_one()}_o"
    connection.exec_driver_sql(f"CREATE SCHEMA {other}")
    metadata, above = sa.MetaData(), sa.MetaData()
    sa.Table(name, above, sa.Column("a", sa.Integer), schema=other)
    sa.Table(name, metadata, sa.Column("a", sa.Integer), schema=other)
    written = name if name == "up" else f'"{name}"'
    quoted = sa.quoted_name(f"{other}.{written}", quote=False)
    sa.Table("below", metadata, sa.Column("b", sa.Integer), postgresql_inherits=quoted)
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
    run(context, metadata)
    assert shown(difference(context, metadata)) == []
    assert "inherits" not in str(produce_migrations(context, metadata).info["coverage"])
    take_back = run(context, above)
    assert sa.inspect(connection).get_table_names() == []
    take_back()
    assert shown(difference(context, metadata)) == []
    connection.exec_driver_sql("INSERT INTO below (a, b) VALUES (1, 2)")
    assert connection.exec_driver_sql(f'SELECT a FROM {other}."{name}"').all() == [(1,)]


def test_a_dropped_partitioned_table_comes_back_as_one(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    sa.Table("whole", metadata, sa.Column("Id", sa.Integer), postgresql_partition_by='RANGE ("Id")')
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
    run(context, metadata)
    take_back = run(context, sa.MetaData())
    take_back()
    assert shown(difference(context, metadata)) == []
    connection.exec_driver_sql("CREATE TABLE part PARTITION OF whole FOR VALUES FROM (1) TO (5)")
