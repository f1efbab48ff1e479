"""Generated columns that the models call NOT NULL, as typed models do: MariaDB has no such thing."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run


def models(*generated: sa.Column[int]) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("a", sa.Integer, primary_key=True, autoincrement=False), *generated)
    return metadata


def column(text: str, *, persisted: bool | None = None) -> sa.Column[int]:
    return sa.Column("g", sa.Integer, sa.Computed(text, persisted=persisted), nullable=False)


def context(connection: sa.Connection, metadata: sa.MetaData) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"target_metadata": metadata})


@pytest.mark.parametrize("persisted", [None, True, False])
def test_a_new_table(connection: sa.Connection, persisted: bool | None) -> None:
    wanted = models(column("a + 1", persisted=persisted))
    run(context(connection, wanted), wanted)
    connection.exec_driver_sql("INSERT INTO t (a) VALUES (4)")
    assert connection.exec_driver_sql("SELECT g FROM t").scalar_one() == 5
    assert difference(context(connection, wanted), wanted) == []


def test_a_new_column_and_back(connection: sa.Connection) -> None:
    before, wanted = models(), models(column("a + 1"))
    before.create_all(connection)
    take_back = run(context(connection, wanted), wanted)
    assert difference(context(connection, wanted), wanted) == []
    take_back()
    assert difference(context(connection, before), before) == []


def test_another_expression_in_other_words(connection: sa.Connection) -> None:
    before, wanted = models(column("a + 1")), models(column("if(a between 1 and 2, 3, a + 2)"))
    run(context(connection, before), before)
    take_back = run(context(connection, wanted), wanted)
    assert difference(context(connection, wanted), wanted) == []
    take_back()
    assert difference(context(connection, before), before) == []


def test_a_generated_column_becomes_one_with_values(connection: sa.Connection) -> None:
    before = models(column("a + 1", persisted=True))
    wanted = models(sa.Column("g", sa.Integer, nullable=False))
    run(context(connection, before), before)
    run(context(connection, wanted), wanted)
    assert difference(context(connection, wanted), wanted) == []


@pytest.mark.parametrize(("dialect", "said"), [("mysql", 2), ("mariadb", 0)])
def test_a_stream_says_what_the_server_takes(dialect: str, said: int) -> None:
    stream = io.StringIO()
    offline = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": stream})
    op = Operations(offline)
    op.create_table("t", sa.Column("a", sa.Integer), column("a + 1", persisted=True))
    op.add_column("u", column("a + 1", persisted=True))
    assert stream.getvalue().count("STORED NOT NULL") == said
