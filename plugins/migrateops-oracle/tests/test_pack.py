"""What the pack knows without a server: what is refused, how things are read, and what a failed step says."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import oracle
from sqlalchemy.exc import DBAPIError, OperationalError

from migrateops.errors.base import MigrateOpsError
from migrateops.errors.operations import DefaultWithoutSQL, UnsupportedOperation
from migrateops.operations import Operations, Target, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_oracle.dialect import OracleDialect
from migrateops_oracle.errors import UnknownOption
from migrateops_oracle.lower import create_index, create_table, drop_column, drop_index, drop_table

PACK = OracleDialect()


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def operations(stream: io.StringIO) -> Operations:
    options: dict[str, Any] = {"as_sql": True, "output_buffer": stream}
    return Operations(MigrationContext.configure(dialect_name="oracle", opts=options))


Call = Callable[[Any], Any]
REFUSED: list[tuple[Call, type[Exception]]] = [
    (lambda op: op.create_table("t", sa.Column("x", sa.Integer), if_not_exists=True), UnsupportedOperation),
    (lambda op: op.drop_table("t", if_exists=True), UnsupportedOperation),
    (lambda op: op.add_column("t", sa.Column("x", sa.Integer), if_not_exists=True), UnsupportedOperation),
    (lambda op: op.drop_column("t", "x", if_exists=True), UnsupportedOperation),
    (lambda op: op.create_index("ix", "t", ["x"], if_not_exists=True), UnsupportedOperation),
    (lambda op: op.drop_index("ix", if_exists=True), UnsupportedOperation),
    (lambda op: op.drop_constraint("ck", "t", if_exists=True), UnsupportedOperation),
    (lambda op: op.create_foreign_key("f", "t", "u", ["x"], ["y"], match="FULL"), UnsupportedOperation),
    (lambda op: op.create_foreign_key("f", "t", "u", ["x"], ["y"], onupdate="CASCADE"), UnsupportedOperation),
    (
        lambda op: op.create_foreign_key("f", "t", "u", ["x"], ["y"], ondelete="RESTRICT"),
        UnsupportedOperation,
    ),
    (
        lambda op: op.add_column("t", sa.Column("x", sa.Integer, sa.ForeignKey("u.y", onupdate="CASCADE"))),
        UnsupportedOperation,
    ),
    (
        lambda op: op.create_table("t", sa.Column("x", sa.Integer, sa.ForeignKey("u.y", match="FULL"))),
        UnsupportedOperation,
    ),
    (
        lambda op: op.create_table("t", sa.Column("x", sa.Integer, sa.Computed("1", persisted=True))),
        UnsupportedOperation,
    ),
    (
        lambda op: op.add_column("t", sa.Column("x", sa.Integer, sa.Computed("1", persisted=True))),
        UnsupportedOperation,
    ),
    (
        lambda op: op.create_table("t", sa.Column("x", sa.Integer), prefixes=["TEMPORARY"]),
        UnsupportedOperation,
    ),
    (lambda op: op.alter_column("t", "x", server_default=sa.Identity()), UnsupportedOperation),
    (lambda op: op.alter_column("t", "x", server_default=sa.Computed("1")), UnsupportedOperation),
    (lambda op: op.alter_column("t", "x", server_default=sa.FetchedValue()), DefaultWithoutSQL),
    (lambda op: op.alter_column("t", "x", nullable=True, oracle_using="1"), UnknownOption),
    (lambda op: op.drop_column("t", "x", oracle_cascade=True), UnknownOption),
]


@pytest.mark.parametrize(("call", "error"), REFUSED)
def test_refused(call: Call, error: type[Exception], operations: Operations, stream: io.StringIO) -> None:
    with pytest.raises(error) as caught:
        call(operations)
    assert type(caught.value) is error
    assert caught.value.hint()  # type: ignore[attr-defined]
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("given", "written"),
    [
        # SQL*Plus would run it at the semicolon, and at the / once more.
        ("INSERT INTO t VALUES (1);\n", "INSERT INTO t VALUES (1)"),
        ("UPDATE t SET x = ';'", "UPDATE t SET x = ';'"),
        # What is made of statements keeps that of its last one.
        ("BEGIN\n  NULL;\nEND;", "BEGIN\n  NULL;\nEND;"),
        ("-- a block\ndeclare x int; begin null; end;", "-- a block\ndeclare x int; begin null; end;"),
        (
            "CREATE OR REPLACE EDITIONABLE TRIGGER tr BEFORE INSERT ON t BEGIN NULL; END;",
            "CREATE OR REPLACE EDITIONABLE TRIGGER tr BEFORE INSERT ON t BEGIN NULL; END;",
        ),
        ("CREATE TYPE ty AS OBJECT (x NUMBER);", "CREATE TYPE ty AS OBJECT (x NUMBER);"),
        ("CREATE VIEW v AS SELECT 1 FROM dual;", "CREATE VIEW v AS SELECT 1 FROM dual"),
        (
            "WITH FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END; SELECT f FROM dual;",
            "WITH FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END; SELECT f FROM dual",
        ),
    ],
)
def test_what_a_statement_ends_with(
    given: str, written: str, operations: Operations, stream: io.StringIO
) -> None:
    operations.execute(given)
    operations.execute(sa.text(given))
    assert stream.getvalue() == f"{written}\n/\n\n" * 2


def test_names_that_are_too_long(operations: Operations, stream: io.StringIO) -> None:
    operations.create_index("i" * 128, "t", ["x"])
    written = stream.getvalue()
    with pytest.raises(MigrateOpsError):
        operations.create_index("i" * 129, "t", ["x"])
    assert stream.getvalue() == written


def test_if_exists_from_version_23() -> None:
    assert PACK.capabilities(None) == PACK.capabilities((19, 3)) != PACK.capabilities((23, 4))
    new = Target(oracle.dialect(), ("oracle", "default"), (23, 4), PACK.capabilities((23, 4)))
    statements = [
        *create_table(ops.CreateTableOp("t", [sa.Column("x", sa.Integer)], if_not_exists=True), new),
        *create_index(ops.CreateIndexOp("ix", "t", ["x"], if_not_exists=True), new),
        *drop_index(ops.DropIndexOp("ix", if_exists=True), new),
        *drop_table(ops.DropTableOp("t", if_exists=True), new),
    ]
    texts = [str(one.compile(dialect=new.dialect)) for one in statements if isinstance(one, sa.DDLElement)]
    assert [text.strip().partition("\n")[0].strip() for text in texts] == [
        "CREATE TABLE IF NOT EXISTS t (",
        "CREATE INDEX IF NOT EXISTS ix ON t (x)",
        "DROP INDEX IF EXISTS ix",
        "DROP TABLE IF EXISTS t",
    ]
    # Of columns there is none.
    with pytest.raises(UnsupportedOperation):
        list(drop_column(ops.DropColumnOp("t", "x", if_exists=True), new))


def test_a_stream_is_for_servers_without_boolean() -> None:
    dialect: Any = oracle.dialect()
    PACK.before_writing(dialect)
    assert sa.Boolean().compile(dialect=dialect) == "SMALLINT"
    dialect.supports_native_boolean, dialect.server_version_info = True, (23, 4)
    PACK.before_writing(dialect)
    assert sa.Boolean().compile(dialect=dialect) == "BOOLEAN"


# -- a failed step, on a connection to another database: the listening is what is tested -------------
@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_what_is_committed_is_said(connection: sa.Connection) -> None:
    step = PACK.begin(connection)
    assert step.remains() == "nothing of it is applied"
    connection.exec_driver_sql("/* c */ CREATE TABLE t (x int)")
    connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    connection.exec_driver_sql("SELECT 1")
    connection.exec_driver_sql("-- another\nALTER TABLE t ADD y int")
    connection.exec_driver_sql("INSERT INTO t VALUES (2, 2)")
    assert step.atomic is False
    step.rollback()
    connection.exec_driver_sql("CREATE TABLE not_ours (x int)")
    assert step.remains() == (
        "the server has committed 3 of its statements: '/* c */ CREATE TABLE t (x int)',"
        " 'INSERT INTO t VALUES (1)', '-- another ALTER TABLE t ADD y int'"
    )


def test_what_a_failed_statement_may_have_committed(connection: sa.Connection) -> None:
    """The server commits ahead of a DDL statement, also of one that then fails."""
    connection.exec_driver_sql("CREATE TABLE t (x int)")
    connection.commit()
    step = PACK.begin(connection)
    connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    with pytest.raises(DBAPIError):
        connection.exec_driver_sql("INSERT INTO absent VALUES (1)")
    assert step.remains() == "nothing of it is applied"
    with pytest.raises(DBAPIError):
        connection.exec_driver_sql("CREATE TABLE t (x int)")
    connection.exec_driver_sql("SELECT 1")
    connection.exec_driver_sql("INSERT INTO t VALUES (2)")
    step.rollback()
    assert step.remains() == "1 may be applied"
    step = PACK.begin(connection)
    connection.exec_driver_sql("CREATE TABLE u (x int)")
    connection.exec_driver_sql("INSERT INTO t VALUES (2)")
    with pytest.raises(DBAPIError):
        connection.exec_driver_sql("DROP TABLE absent")
    step.rollback()
    applied = "the server has committed 1 of its statements: 'CREATE TABLE u (x int)'; 1 may be applied"
    assert step.remains() == applied


def test_what_a_script_commits_or_rolls_back_itself(connection: sa.Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE t (x int)")
    connection.commit()
    step = PACK.begin(connection)
    connection.exec_driver_sql("INSERT INTO t VALUES (1)")
    connection.commit()
    assert step.atomic is False
    connection.exec_driver_sql("INSERT INTO t VALUES (2)")
    connection.rollback()
    connection.exec_driver_sql("INSERT INTO t VALUES (3)")
    step.rollback()
    assert step.remains() == "the server has committed 1 of its statements: 'INSERT INTO t VALUES (1)'"
    assert connection.exec_driver_sql("SELECT x FROM t").scalars().all() == [1]


def test_the_callers_transaction(connection: sa.Connection) -> None:
    with connection.begin():
        step = PACK.join(connection)
        connection.exec_driver_sql("CREATE TABLE t (x int)")
        connection.exec_driver_sql("DROP TABLE t")
        step.commit()
        assert (step.owned, step.atomic, len(step.notes)) == (False, False, 1)
    step = PACK.begin(connection)
    step.commit()
    assert step.remains() is None
    assert not connection.in_transaction()


# -- reading ---------------------------------------------------------------------------------
def test_kinds_of_errors() -> None:
    class Driver(Exception):
        pass

    kinds = {
        "ORA-00054: resource busy and acquire with NOWAIT specified": "locked",
        "ORA-00060: deadlock detected while waiting for resource": "locked",
        "ORA-00001: unique constraint (A.B) violated": "constraint",
        "ORA-02291: integrity constraint (A.B) violated - parent key not found": "constraint",
        "ORA-03113: end-of-file on communication channel": "lost",
        "DPY-4011: the database or network closed the connection": "lost",
        "ORA-00439: feature not enabled: Partitioning": "unsupported",
        "ORA-01031: insufficient privileges": "denied",
        "ORA-01950: no privileges on tablespace 'USERS'": "denied",
        "ORA-16000: database or pluggable database open for read-only access": "denied",
        "ORA-01653: unable to extend table A.T by 128 in tablespace USERS": "full",
        "ORA-01536: space quota exceeded for tablespace 'USERS'": "full",
        "ORA-00942: table or view does not exist": None,
        "no number": None,
    }
    for text, kind in kinds.items():
        assert PACK.error_kind(Driver(text)) == kind
        assert PACK.error_kind(OperationalError("x", {}, Driver(text))) == kind
    assert PACK.error_kind(OSError(54, "ORA-00054")) is None
    wrapped: DBAPIError = OperationalError("x", {}, Driver("no number"))
    wrapped.connection_invalidated = True
    assert PACK.error_kind(wrapped) == "lost"


@pytest.mark.parametrize(
    ("server", "models"),
    [
        ("5 ", "5"),
        ("'it''s  Here' ", "'it''s  Here'"),
        ("SYSDATE\n", "sysdate"),
        ('"A"+1', "a + 1"),
        ("NULL", None),
        ("CURRENT_TIMESTAMP", "current_timestamp"),
    ],
)
def test_defaults(server: str, models: str | None) -> None:
    assert PACK.canonical_default(server) == PACK.canonical_default(models)


def test_defaults_that_differ() -> None:
    written = ["1", "'1'", "'A'", "'a'", "a + b", "a - b", '"a" + b', "'a  b'", "'a b'", None]
    assert len({PACK.canonical_default(text) for text in written}) == len(written)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (sa.Integer(), sa.SmallInteger()),
        (sa.Numeric(10), sa.Numeric(10, 0)),
        (sa.BigInteger(), oracle.NUMBER(19, 0)),
        (sa.Float(), oracle.FLOAT(126)),
        (sa.TIMESTAMP(), oracle.TIMESTAMP()),
        (sa.String(20), sa.VARCHAR(20)),
    ],
)
def test_types(one: Any, other: Any) -> None:
    dialect = oracle.dialect()
    assert PACK.canonical_type(one, dialect) == PACK.canonical_type(other, dialect)


def test_types_that_differ() -> None:
    types = [sa.String(1), sa.NVARCHAR(1), sa.String(2), sa.CHAR(1), sa.Numeric(4), sa.Numeric(4, 1)]
    assert len({PACK.canonical_type(type_, oracle.dialect()) for type_ in types}) == len(types)
