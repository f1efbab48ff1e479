"""Indexes built concurrently, and checks of old rows, outside of the step's transaction by themselves."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError

from migrateops.errors.base import MigrateOpsError
from migrateops.errors.operations import IncompleteOperation, NotReversible
from migrateops.operations import Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_postgresql.outside import ValidateConstraintOp


@pytest.fixture
def context(connection: sa.Connection) -> MigrationContext:
    connection.exec_driver_sql("CREATE TABLE t (id integer, name text)")
    connection.exec_driver_sql("INSERT INTO t VALUES (1, 'a'), (2, 'a')")
    connection.commit()
    return MigrationContext.configure(connection)


def indexes(connection: sa.Connection) -> list[tuple[str, bool]]:
    found = connection.exec_driver_sql(
        "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = 't'::regclass ORDER BY 1"
    ).all()
    connection.rollback()
    return [(name, valid) for name, valid in found]


def checks(connection: sa.Connection) -> list[tuple[str, bool]]:
    found = connection.exec_driver_sql(
        "SELECT conname, convalidated FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'c'"
    ).all()
    connection.rollback()
    return [(name, valid) for name, valid in found]


def is_nullable(connection: sa.Connection) -> bool:
    (column,) = [c for c in sa.inspect(connection).get_columns("t") if c["name"] == "id"]
    connection.rollback()
    return column["nullable"]


def test_an_index_is_built_and_dropped_where_the_transaction_is_ended_for_it(
    context: MigrationContext, connection: sa.Connection
) -> None:
    op = Operations(context)
    with context.begin_transaction():
        op.execute("CREATE TABLE one (x integer)")
        op.create_index("ix", "t", ["id"], postgresql_concurrently=True)
        step: Any = context.transactions.current
        assert not step.atomic
        assert [note.partition(" outside")[0] for note in step.notes] == ["the index ix is built"]
        op.execute("CREATE TABLE two (x integer)")
    assert indexes(connection) == [("ix", True)]
    assert {"one", "two"} <= set(sa.inspect(connection).get_table_names())
    connection.rollback()
    with context.begin_transaction():
        op.drop_index("ix", "t", postgresql_concurrently=True)
    assert indexes(connection) == []


def test_an_invalid_index_of_a_failed_build_is_replaced(
    context: MigrationContext, connection: sa.Connection
) -> None:
    op = Operations(context)

    def build(**options: Any) -> None:
        with context.begin_transaction():
            op.create_index("ix", "t", ["name"], unique=True, postgresql_concurrently=True, **options)

    with pytest.raises(DBAPIError):
        build()
    assert indexes(connection) == [("ix", False)]
    connection.exec_driver_sql("UPDATE t SET name = 'b' WHERE id = 2")
    connection.commit()
    # Without the look, IF NOT EXISTS would keep the one that is never used.
    build(if_not_exists=True)
    assert indexes(connection) == [("ix", True)]


def test_an_invalid_index_is_found_by_the_name_that_it_has(connection: sa.Connection) -> None:
    """Where a convention names it, after the columns that it is on."""
    connection.exec_driver_sql("CREATE TABLE t (id integer, name text)")
    connection.exec_driver_sql("INSERT INTO t VALUES (1, 'a'), (2, 'a')")
    connection.commit()
    metadata = sa.MetaData(naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s"})
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
    op = Operations(context)
    for _ in range(2):
        with pytest.raises(DBAPIError), context.begin_transaction():
            op.create_index(None, "t", ["name"], unique=True, postgresql_concurrently=True)
        assert indexes(connection) == [("ix_t_name", False)]
    connection.exec_driver_sql("DELETE FROM t")
    connection.commit()
    with context.begin_transaction():
        op.create_index(None, "t", ["name"], unique=True, postgresql_concurrently=True)
    assert indexes(connection) == [("ix_t_name", True)]


def test_what_cannot_be_written_leaves_the_transaction_as_it_is(
    context: MigrationContext, connection: sa.Connection
) -> None:
    op = Operations(context)

    def step() -> None:
        with context.begin_transaction():
            op.execute("CREATE TABLE one (x integer)")
            op.create_index("ix", "t", ["id"], postgresql_concurrently=True, postgresql_bogus=1)

    with pytest.raises(MigrateOpsError):
        step()
    assert sa.inspect(connection).get_table_names() == ["t"]


def test_in_the_transaction_of_a_caller_it_is_refused(
    context: MigrationContext, connection: sa.Connection
) -> None:
    op = Operations(context)
    with connection.begin(), pytest.raises(MigrateOpsError):
        op.create_index("ix", "t", ["id"], postgresql_concurrently=True)
    assert indexes(connection) == []


def test_a_constraint_is_validated_later(context: MigrationContext, connection: sa.Connection) -> None:
    op: Any = Operations(context)
    op.create_check_constraint("ck", "t", "id > 0", postgresql_not_valid=True)
    connection.commit()
    assert checks(connection) == [("ck", False)]
    op.validate_constraint("ck", "t")
    connection.commit()
    assert checks(connection) == [("ck", True)]
    with pytest.raises(NotReversible):
        ValidateConstraintOp("ck", "t").reverse()


def test_not_null_is_set_through_a_check(context: MigrationContext, connection: sa.Connection) -> None:
    op = Operations(context)
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *given: sent.append(given[2]))
    with context.begin_transaction():
        op.alter_column("t", "id", nullable=False, comment="key", postgresql_not_null_check=True)
    assert not is_nullable(connection)
    assert checks(connection) == []
    altered = [" ".join(text.split()[3:5]) for text in sent if text.startswith("ALTER TABLE")]
    assert altered == [
        "DROP CONSTRAINT",
        "ADD CONSTRAINT",
        "VALIDATE CONSTRAINT",
        "ALTER COLUMN",
        "DROP CONSTRAINT",
    ]
    assert any(text.startswith("COMMENT ON COLUMN") for text in sent)


def test_the_check_has_a_name_that_the_server_takes(connection: sa.Connection) -> None:
    metadata = sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
    name = "\N{SNOWMAN}" * 20
    connection.exec_driver_sql(f'CREATE TABLE "{name}" ("{name}" integer)')
    connection.commit()
    with context.begin_transaction():
        Operations(context).alter_column(name, name, nullable=False, postgresql_not_null_check=True)
    (column,) = sa.inspect(connection).get_columns(name)
    assert not column["nullable"]
    assert sa.inspect(connection).get_check_constraints(name) == []


def test_rows_that_do_not_fit_leave_the_table_as_it_was(
    context: MigrationContext, connection: sa.Connection
) -> None:
    connection.exec_driver_sql("INSERT INTO t VALUES (NULL, 'c')")
    connection.commit()
    op = Operations(context)

    def alter() -> None:
        with context.begin_transaction():
            op.alter_column("t", "id", nullable=False, postgresql_not_null_check=True)

    with pytest.raises(DBAPIError):
        alter()
    assert is_nullable(connection)
    assert checks(connection) == []


def test_the_check_is_for_not_null_only(context: MigrationContext) -> None:
    with pytest.raises(IncompleteOperation):
        Operations(context).alter_column("t", "id", comment="c", postgresql_not_null_check=True)


def test_not_null_through_a_check_is_taken_back(context: MigrationContext, connection: sa.Connection) -> None:
    operation = ops.AlterColumnOp(
        "t", "id", modify_nullable=False, existing_nullable=True, kw={"postgresql_not_null_check": True}
    )
    for each, nullable in ((operation, False), (operation.reverse(), True)):
        with context.begin_transaction():
            Operations(context).invoke(each)
        assert is_nullable(connection) == nullable


def test_a_stream_ends_its_transaction_for_it() -> None:
    stream = io.StringIO()
    options: dict[str, Any] = {"as_sql": True, "output_buffer": stream, "transaction": "per_run"}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    op = Operations(context)
    with context.begin_transaction():
        op.create_index("ix", "t", ["id"], postgresql_concurrently=True)
        op.alter_column("t", "id", nullable=False, postgresql_not_null_check=True)
    assert [line for line in stream.getvalue().splitlines() if line] == [
        "BEGIN;",
        "COMMIT;",
        "CREATE INDEX CONCURRENTLY ix ON t (id);",
        "BEGIN;",
        "COMMIT;",
        "ALTER TABLE t DROP CONSTRAINT IF EXISTS t_id_migrateops_not_null;",
        "ALTER TABLE t ADD CONSTRAINT t_id_migrateops_not_null CHECK (id IS NOT NULL) NOT VALID;",
        "ALTER TABLE t VALIDATE CONSTRAINT t_id_migrateops_not_null;",
        "ALTER TABLE t ALTER COLUMN id SET NOT NULL;",
        "ALTER TABLE t DROP CONSTRAINT IF EXISTS t_id_migrateops_not_null;",
        "BEGIN;",
        "COMMIT;",
    ]
