"""What the pack knows without a server: what is refused, what has to be said, and how things are read."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql
from sqlalchemy.exc import DBAPIError, OperationalError

from migrateops.errors.operations import IncompleteOperation, UnsupportedOperation
from migrateops.operations import Operations, Target, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_mssql.alter_column import Definition, definition_of, statements
from migrateops_mssql.dialect import MSSQLDialect
from migrateops_mssql.errors import UnknownOption
from migrateops_mssql.lock import ApplicationLock
from migrateops_mssql.lower import drop_column, drop_constraint, drop_index, drop_table

PACK = MSSQLDialect()


def target(version: tuple[int, ...] | None = None, *, as_sql: bool = False) -> Target:
    dialect = mssql.dialect()
    PACK.before_writing(dialect)
    return Target(dialect, ("mssql", "default"), version, PACK.capabilities(version), as_sql=as_sql)


def texts(op: ops.AlterColumnOp, present: Definition) -> list[str]:
    to = target((16,))
    return [str(statement.compile(dialect=to.dialect)) for statement in statements(op, to, lambda: present)]


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def operations(stream: io.StringIO) -> Operations:
    options: dict[str, Any] = {"as_sql": True, "output_buffer": stream}
    return Operations(MigrationContext.configure(dialect_name="mssql", opts=options))


PRESENT = Definition("varchar(20)", False, "Latin1_General_BIN")


@pytest.mark.parametrize(
    ("op", "definition"),
    [
        (ops.AlterColumnOp("t", "c", modify_nullable=True), "varchar(20) COLLATE Latin1_General_BIN NULL"),
        (
            ops.AlterColumnOp("t", "c", modify_type=sa.String(30)),
            "VARCHAR(30) COLLATE Latin1_General_BIN NOT NULL",
        ),
        (
            ops.AlterColumnOp(
                "t", "c", modify_type=sa.String(30, collation="Greek_BIN"), modify_nullable=True
            ),
            "VARCHAR(30) COLLATE Greek_BIN NULL",
        ),
        (ops.AlterColumnOp("t", "c", modify_type=sa.Integer), "INTEGER NOT NULL"),
        (
            ops.AlterColumnOp("t", "c", modify_nullable=True, existing_type=sa.String(9)),
            "VARCHAR(9) COLLATE Latin1_General_BIN NULL",
        ),
    ],
)
def test_nothing_is_lost_that_the_server_knows(op: ops.AlterColumnOp, definition: str) -> None:
    text = "\n".join(texts(op, PRESENT))
    assert f"ALTER TABLE t ALTER COLUMN c {definition}" in text.replace(";", "").split("\n")
    # Of the same type, the default may stay where it is.
    assert ("sys.default_constraints" in text) is (op.modify_type is not None)


def test_the_server_is_not_asked_where_all_is_said() -> None:
    def never() -> Definition:
        raise AssertionError

    op = ops.AlterColumnOp("t", "c", modify_type=sa.Integer(), modify_nullable=False, modify_comment="x")
    assert len(list(statements(op, target((16,)), never))) == 2
    assert len(list(statements(ops.AlterColumnOp("t", "c", modify_name="d"), target((16,)), never))) == 1


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (("int", "sys", False, 4, 10, 0, None, True), Definition("int", True)),
        (("nvarchar", "sys", False, 40, 0, 0, "C", False), Definition("nvarchar(20)", False, "C")),
        (("nvarchar", "sys", False, -1, 0, 0, "C", False), Definition("nvarchar(max)", False, "C")),
        (("varchar", "sys", 0, 20, 0, 0, "C", 1), Definition("varchar(20)", True, "C")),
        (("varbinary", "sys", 0, -1, 0, 0, None, 1), Definition("varbinary(max)", True)),
        (("decimal", "sys", 0, 9, 12, 3, None, 0), Definition("decimal(12, 3)", False)),
        (("datetime2", "sys", 0, 8, 27, 5, None, 0), Definition("datetime2(5)", False)),
        (("float", "sys", 0, 8, 53, 0, None, 0), Definition("float(53)", False)),
        (("Flag]", "my", 1, 1, 1, 0, "C", 0), Definition("[my].[Flag]]]", False)),
    ],
)
def test_a_row_of_the_catalog(row: tuple[Any, ...], expected: Definition) -> None:
    assert definition_of(*row) == expected


Call = Callable[[Any], Any]
REFUSED: list[tuple[Call, type[Exception]]] = [
    (lambda op: op.create_table("t", sa.Column("x", sa.Integer), if_not_exists=True), UnsupportedOperation),
    (lambda op: op.add_column("t", sa.Column("x", sa.Integer), if_not_exists=True), UnsupportedOperation),
    (lambda op: op.create_index("ix", "t", ["x"], if_not_exists=True), UnsupportedOperation),
    (lambda op: op.create_index("ix", "t", [sa.func.lower(sa.column("x"))]), UnsupportedOperation),
    (lambda op: op.create_index("ix", "t", [sa.text("lower(x)")]), UnsupportedOperation),
    (
        lambda op: op.create_table("t", sa.Column("x", sa.Integer), prefixes=["TEMPORARY"]),
        UnsupportedOperation,
    ),
    (
        lambda op: op.create_table("t", sa.Column("x", sa.Integer, sa.Identity(start=5, maxvalue=9))),
        UnsupportedOperation,
    ),
    (
        lambda op: op.add_column("t", sa.Column("x", sa.Integer, sa.Identity(cycle=True))),
        UnsupportedOperation,
    ),
    (lambda op: op.create_unique_constraint("u", "t", ["x"], deferrable=True), UnsupportedOperation),
    (lambda op: op.create_foreign_key("f", "t", "u", ["x"], ["y"], match="FULL"), UnsupportedOperation),
    (
        lambda op: op.create_foreign_key("f", "t", "u", ["x"], ["y"], ondelete="restrict"),
        UnsupportedOperation,
    ),
    (
        lambda op: op.add_column("t", sa.Column("x", sa.Integer, sa.ForeignKey("u.y", initially="DEFERRED"))),
        UnsupportedOperation,
    ),
    (
        lambda op: op.create_table("t", sa.Column("x", sa.Integer, sa.ForeignKey("u.y", match="FULL"))),
        UnsupportedOperation,
    ),
    (lambda op: op.alter_column("t", "x", server_default=sa.Identity()), UnsupportedOperation),
    (
        lambda op: op.alter_column("t", "x", server_default=None, existing_server_default=sa.Computed("1")),
        UnsupportedOperation,
    ),
    (lambda op: op.drop_index("ix"), IncompleteOperation),
    (lambda op: op.alter_column("t", "x", nullable=True), IncompleteOperation),
    (lambda op: op.alter_column("t", "x", type_=sa.Integer()), IncompleteOperation),
    (lambda op: op.alter_column("t", "x", nullable=True, mssql_using="1"), UnknownOption),
    (lambda op: op.drop_column("t", "x", mssql_drop_defualt=True), UnknownOption),
]


@pytest.mark.parametrize(("call", "error"), REFUSED)
def test_refused(call: Call, error: type[Exception], operations: Operations, stream: io.StringIO) -> None:
    with pytest.raises(error) as caught:
        call(operations)
    assert type(caught.value) is error
    assert caught.value.hint()  # type: ignore[attr-defined]
    assert stream.getvalue() == ""


def test_a_column_that_comes_back_off_takes_along_what_came_with_it() -> None:
    """What ADD brought stands in the way of DROP COLUMN here, and goes where it is known."""
    column = sa.Column(
        "c",
        sa.Integer,
        sa.ForeignKey("u.y"),
        sa.CheckConstraint("c > 0"),
        unique=True,
        index=True,
        server_default="1",
    )
    to = target(as_sql=True)
    drop = ops.AddColumnOp("t", column, schema="s").reverse()
    written = [str(one.compile(dialect=to.dialect)).strip() for one in drop_column(drop, to)]
    catalogs = ("default_constraints", "check_constraints", "foreign_keys", "key_constraints")
    found = {name for text in written for name in catalogs if f"FROM sys.{name}" in text}
    assert found == {"default_constraints", "check_constraints", "foreign_keys"}
    assert written[-2:] == ["DROP INDEX ix_s_t_c ON s.t", "ALTER TABLE s.t DROP COLUMN c"]
    drop = ops.AddColumnOp("t", sa.Column("c", sa.Integer, unique=True)).reverse()
    written = [str(one.compile(dialect=to.dialect)) for one in drop_column(drop, to)]
    # It has no name that one could know.
    assert "FROM sys.key_constraints" in written[1]
    assert "type = 'UQ'" in written[1]


def test_an_identity_that_is_added(operations: Operations, stream: io.StringIO) -> None:
    operations.add_column("t", sa.Column("x", sa.Integer, sa.Identity(always=True, start=5, increment=2)))
    assert stream.getvalue() == "ALTER TABLE t ADD x INTEGER NOT NULL IDENTITY(5,2);\nGO\n\n"


def test_what_old_servers_lack() -> None:
    old, new = PACK.capabilities((12, 0, 5000)), PACK.capabilities((13, 0))
    assert PACK.capabilities(None) == new
    for name in ("if_exists", "column_if_exists", "constraint_if_exists"):
        assert (getattr(old, name), getattr(new, name)) == (False, True)
    assert PACK.capabilities((12, 0, 2000, 8)) == new
    drops = [
        drop_column(ops.DropColumnOp("t", "x", if_exists=True), target((12,))),
        drop_table(ops.DropTableOp("t", if_exists=True), target((12,))),
        drop_index(ops.DropIndexOp("ix", "t", if_exists=True), target((12,))),
        drop_constraint(ops.DropConstraintOp("ck", "t", if_exists=True), target((12,))),
    ]
    for drop in drops:
        with pytest.raises(UnsupportedOperation) as caught:
            list(drop)
        assert "if_exists" in caught.value.message()
        assert caught.value.hint()


def test_a_stream_is_for_a_present_server_and_a_server_says_its_own_version() -> None:
    dialect: Any = mssql.dialect()
    assert sa.Date().compile(dialect=dialect) == "DATETIME"
    PACK.before_writing(dialect)
    assert sa.Date().compile(dialect=dialect) == "DATE"
    dialect.server_version_info = (10, 0)
    PACK.before_writing(dialect)
    assert dialect.server_version_info == (10, 0)


def test_kinds_of_errors() -> None:
    class Odbc(Exception):
        pass

    def said(state: str, number: int) -> Odbc:
        driver = "[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]"
        return Odbc(state, f"[{state}] {driver}no (7) ({number}) (SQLExecDirectW)")

    assert PACK.error_kind(said("40001", 1205)) == "locked"
    assert PACK.error_kind(said("HY000", 1222)) == "locked"
    assert PACK.error_kind(said("23000", 2627)) == "constraint"
    assert PACK.error_kind(said("23000", 547)) == "constraint"
    assert PACK.error_kind(said("42000", 229)) == PACK.error_kind(said("42000", 262)) == "denied"
    assert PACK.error_kind(said("25000", 3906)) == "denied"
    assert PACK.error_kind(said("HY000", 1105)) == PACK.error_kind(said("HY000", 9002)) == "full"
    assert PACK.error_kind(said("42S02", 208)) is None
    assert (
        PACK.error_kind(Odbc("08S01", "[08S01] [Microsoft] TCP Provider: no (10054) (SQLExecDirectW)"))
        == "lost"
    )
    assert PACK.error_kind(Odbc("08001", "[08001] no server")) == "lost"
    # As pymssql has them.
    assert PACK.error_kind(Odbc(2601, b"duplicate")) == "constraint"
    assert PACK.error_kind(OSError(547, "no")) is None
    wrapped: DBAPIError = OperationalError("x", {}, said("40001", 1205))
    assert PACK.error_kind(wrapped) == "locked"
    wrapped.connection_invalidated = True
    assert PACK.error_kind(wrapped) == "lost"


@pytest.mark.parametrize(
    ("server", "models"),
    [
        ("((5))", "5"),
        ("((-5.5))", "-5.5"),
        ("('it''s  Here')", "'it''s  Here'"),
        ("(N'a')", "'a'"),
        ("(getdate())", "CURRENT_TIMESTAMP"),
        ("([a]+(1))", "a + 1"),
        ("(newid())", "NEWID()"),
    ],
)
def test_defaults(server: str, models: str) -> None:
    assert PACK.canonical_default(server) == PACK.canonical_default(models)


def test_defaults_that_differ() -> None:
    written = ["1", "'1'", "'A'", "'a'", "a + b", "a - b", "(a)+(b)", "'a  b'", "'a b'"]
    assert len({PACK.canonical_default(text) for text in written}) == len(written)
    assert PACK.canonical_default(None) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (sa.Integer(), mssql.INTEGER()),
        (sa.Numeric(), sa.DECIMAL(18, 0)),
        (sa.Float(), mssql.FLOAT(53)),
        (sa.Float(20), sa.REAL()),
        (sa.Boolean(), mssql.BIT()),
        (sa.DateTime(timezone=True), mssql.DATETIMEOFFSET(7)),
        (sa.CHAR(), sa.CHAR(1)),
        (sa.Text(), sa.VARCHAR(None)),
    ],
)
def test_types(one: Any, other: Any) -> None:
    dialect = target().dialect
    assert PACK.canonical_type(one, dialect) == PACK.canonical_type(other, dialect)


def test_types_that_differ() -> None:
    types = [
        sa.String(1),
        sa.Unicode(1),
        sa.String(2),
        sa.Float(20),
        sa.Float(),
        sa.Numeric(4),
        sa.Numeric(4, 1),
    ]
    assert len({PACK.canonical_type(type_, target().dialect) for type_ in types}) == len(types)


def test_keys_of_locks() -> None:
    engine: Any = None
    lock = ApplicationLock(engine, "x" * 1000)
    assert lock.key != ApplicationLock(engine, "x" * 1001).key
    assert len(lock.key) <= 32
    # What another release of the pack has to agree with.
    assert ApplicationLock(engine, "db/dbo/migrateops_version").key == "migrateops_8e3fc33af99712220ece"
    assert not lock.held()
    lock.release()
