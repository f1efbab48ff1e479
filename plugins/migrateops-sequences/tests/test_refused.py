"""What a dialect does not have is refused by name, and nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.errors.operations import NoImplementation, UnsupportedOperation, UsageError
from migrateops.errors.plugins import PreflightFailed
from migrateops.operations import MigrateOperation, Operations
from migrateops_sequences.ops import AlterSequenceOp, CreateSequenceOp, DropSequenceOp
from tests.project import Project


@pytest.mark.parametrize(
    ("dialect", "operation", "option"),
    [
        ("postgresql", CreateSequenceOp("s", order=True), "order"),
        ("postgresql", AlterSequenceOp("s", order=False), "order"),
        ("mariadb", CreateSequenceOp("s", order=True), "order"),
        ("mariadb", CreateSequenceOp("s", owned_by="t.c"), "owned_by"),
        ("mariadb", AlterSequenceOp("s", owned_by=None), "owned_by"),
        ("mariadb", CreateSequenceOp("s", data_type=sa.Integer()), "data_type"),
        ("oracle", CreateSequenceOp("s", data_type=sa.Integer()), "data_type"),
        ("oracle", CreateSequenceOp("s", owned_by="t.c"), "owned_by"),
        ("oracle", CreateSequenceOp("s", if_not_exists=True), "if_not_exists"),
        ("oracle", DropSequenceOp("s", if_exists=True), "if_exists"),
        ("oracle", AlterSequenceOp("s", if_exists=True, cache=5), "if_exists"),
        ("oracle", AlterSequenceOp("s", start=5), "start"),
        ("oracle", AlterSequenceOp("s", schema="x", new_sequence_name="t"), "new_sequence_name"),
        ("duckdb", CreateSequenceOp("s", cache=5), "cache"),
        ("duckdb", AlterSequenceOp("s", increment=5), "increment"),
        ("duckdb", AlterSequenceOp("s", restart=5), "restart"),
        ("duckdb", AlterSequenceOp("s", new_sequence_name="t"), "new_sequence_name"),
        ("mssql", CreateSequenceOp("s", order=True), "order"),
        ("mssql", CreateSequenceOp("s", owned_by="t.c"), "owned_by"),
        ("mssql", CreateSequenceOp("s", if_not_exists=True), "if_not_exists"),
        ("mssql", AlterSequenceOp("s", start=5), "start"),
        ("mssql", AlterSequenceOp("s", data_type=sa.Integer()), "data_type"),
        ("mssql", AlterSequenceOp("s", if_exists=True, new_sequence_name="t"), "if_exists"),
    ],
)
def test_option(
    offline: Callable[[str], Any], dialect: str, operation: MigrateOperation, option: str
) -> None:
    stream = offline(dialect)
    with pytest.raises(UnsupportedOperation) as caught:
        stream.op.invoke(operation)
    assert caught.value.dialect == dialect
    assert repr(option) in caught.value.what
    assert caught.value.hint()
    assert stream.text == ""


@pytest.mark.parametrize("owner", ["column", ".column", "table."])
def test_an_owner_is_a_column_of_a_table(offline: Callable[[str], Any], owner: str) -> None:
    stream = offline("postgresql")
    for operation in (CreateSequenceOp("s", owned_by=owner), AlterSequenceOp("s", owned_by=owner)):
        with pytest.raises(UsageError) as caught:
            stream.op.invoke(operation)
        assert repr(owner) in caught.value.problem
    assert stream.text == ""


@pytest.mark.parametrize(
    "operation", [CreateSequenceOp("s"), AlterSequenceOp("s", cache=2), DropSequenceOp("s")]
)
def test_mysql_has_no_sequences(offline: Callable[[str], Any], operation: MigrateOperation) -> None:
    stream = offline("mysql")
    with pytest.raises(UnsupportedOperation) as caught:
        stream.op.invoke(operation)
    assert (caught.value.dialect, caught.value.what) == ("mysql", "sequences")
    assert stream.text == ""


def test_a_dialect_without_sequences(make_context: Callable[..., Any], sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url, poolclass=sa.NullPool)
    with engine.connect() as connection, pytest.raises(NoImplementation) as caught:
        Operations(make_context(connection)).invoke(CreateSequenceOp("s"))
    assert caught.value.dialect == "sqlite"


def test_a_run_is_stopped_before_it_begins(project: Project) -> None:
    project.revision("aa1", upgrade='op.create_table("t", sa.Column("id", sa.Integer))')
    project.revision("aa2", upgrade='op.create_sequence("s")')
    result = project.run("upgrade", "head", check=False)
    assert result.returncode == 1
    assert PreflightFailed.code in result.stderr
    assert "'create_sequence' cannot run on 'sqlite'" in result.stderr
    with sa.create_engine(project.url, poolclass=sa.NullPool).connect() as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_a_guarded_call_does_not_stop_it(project: Project) -> None:
    project.revision(
        "aa1",
        upgrade="""
        op.create_table("t", sa.Column("id", sa.Integer))
        if op.get_context().dialect.name != "sqlite":
            op.create_sequence("s")
        """,
    )
    project.run("upgrade", "head")
    with sa.create_engine(project.url, poolclass=sa.NullPool).connect() as connection:
        assert "t" in sa.inspect(connection).get_table_names()
