"""CREATE TABLE of what is remembered: the text is SQLAlchemy's own, which is asked once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.exc import ArgumentError, CompileError
from sqlalchemy.ext.compiler import compiles, deregister
from sqlalchemy.schema import CreateColumn, CreateTable
from sqlalchemy.sql.compiler import DDLCompiler

from migrateops.ddl.remembering import remembering_compiler

MODULES: dict[str, Any] = {
    m.__name__.rpartition(".")[2]: m for m in (mssql, mysql, oracle, postgresql, sqlite)
}
DIALECTS: dict[str, Any] = {name: module.dialect() for name, module in MODULES.items()}
# Each for all examples: what one has left is there for the next.
COMPILERS = {name: remembering_compiler(dialect) for name, dialect in DIALECTS.items()}

TYPES: tuple[Any, ...] = (
    sa.Integer,
    sa.BigInteger,
    sa.SmallInteger,
    lambda: sa.Numeric(10, 2),
    lambda: sa.Numeric(10, 3),
    sa.Float,
    lambda: sa.String(9),
    lambda: sa.String(9, collation="C"),
    sa.DateTime,
    lambda: sa.DateTime(timezone=True),
    sa.TIMESTAMP,
    sa.Text,
    lambda: sa.Boolean(create_constraint=True, name="is_so"),
    lambda: sa.Enum("a", "b", name="letter"),
    sa.Interval,
)
DEFAULTS = (
    None,
    "0",
    "it's",
    'a "b"',
    "a\n\tb",
    sa.text("0"),
    sa.text("lower('%')"),
    sa.func.now(),
    sa.true(),
)
NAMES = ("a", "b", "B c", "order", "é", "a%b")


@st.composite
def _columns(draw: st.DrawFn, name: str, key: bool) -> sa.Column[Any]:
    options: dict[str, Any] = {}
    if draw(st.booleans()):
        options["nullable"] = draw(st.booleans())
    if key:
        options = {"primary_key": True, "autoincrement": draw(st.sampled_from(["auto", True, False]))}
    if draw(st.integers(0, 5)) == 0:
        options |= draw(
            st.sampled_from(
                [
                    {"comment": "why"},
                    {"unique": True},
                    {"default": 1},
                    {"autoincrement": True},
                    {"autoincrement": False},
                    {"sqlite_on_conflict_not_null": "FAIL", "nullable": False},
                    {"sqlite_on_conflict_primary_key": "FAIL"},
                    {"mssql_identity_start": None},
                ]
            )
        )
    items: tuple[Any, ...] = draw(
        st.sampled_from([(), (), (), (sa.Identity(),), (sa.Computed("1"),), (sa.CheckConstraint("1 = 1"),)])
    )
    items = tuple(item._copy() for item in items)
    if any(isinstance(item, sa.Identity) for item in items):
        options.pop("autoincrement", None)
        options.pop("nullable", None)
    if not any(isinstance(item, sa.Identity | sa.Computed) for item in items):
        options["server_default"] = draw(st.sampled_from(DEFAULTS))
    return sa.Column(name, draw(st.sampled_from(TYPES))(), *items, **options)


@st.composite
def tables(draw: st.DrawFn) -> sa.Table:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    keys = draw(st.sampled_from([0, 1, 1, 2]))
    columns = [draw(_columns(name, number < keys)) for number, name in enumerate(names)]
    options: dict[str, Any] = draw(
        st.sampled_from(
            [
                {},
                {},
                {"schema": "s"},
                {"prefixes": ["TEMPORARY"]},
                {"comment": "why"},
                {"sqlite_autoincrement": True},
                {"sqlite_with_rowid": False},
                {"mysql_engine": "InnoDB"},
                {"postgresql_tablespace": "fast"},
                {"oracle_compress": True},
            ]
        )
    )
    constraints: list[Any] = []
    if names and not keys:
        name = draw(st.sampled_from([None, "pk_t"]))
        options_of_key: dict[str, Any] = draw(
            st.sampled_from(
                [{}, {"mssql_clustered": True}, {"sqlite_on_conflict": "FAIL"}, {"deferrable": True}]
            )
        )
        constraints.append(sa.PrimaryKeyConstraint(names[0], name=name, **options_of_key))
    return sa.Table("t", sa.MetaData(), *columns, *constraints, **options)


def outcome(write: Callable[[], object]) -> str:
    try:
        return str(write())
    except (ArgumentError, CompileError) as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("dialect", DIALECTS)
@given(table=tables(), if_not_exists=st.booleans())
def test_any_table_is_written_as_by_sqlalchemy(dialect: str, table: sa.Table, if_not_exists: bool) -> None:
    statement = CreateTable(table, if_not_exists=if_not_exists)
    wanted = outcome(lambda: statement.compile(dialect=DIALECTS[dialect]))
    # Once more with all of it known, and with what compilers leave in a table.
    for _ in range(2):
        assert outcome(lambda: COMPILERS[dialect].table_text(statement)) == wanted


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The columns for which SQLAlchemy's compiler is asked."""
    names: list[str] = []
    usual: Any = DDLCompiler.visit_create_column

    def noted(self: Any, create: Any, *args: Any, **kw: Any) -> str:
        names.append(create.element.name)
        return str(usual(self, create, *args, **kw))

    monkeypatch.setattr(DDLCompiler, "visit_create_column", noted)
    return names


def plain(number: int) -> CreateTable:
    columns = (
        sa.Column(f"id{number}", sa.Integer(), primary_key=True),
        sa.Column(f"name{number}", sa.String(50), nullable=False),
        sa.Column(f"price{number}", sa.Numeric(10, 2), server_default="0"),
    )
    return CreateTable(sa.Table(f"t{number}", sa.MetaData(), *columns))


@pytest.mark.parametrize("dialect", DIALECTS)
def test_sqlalchemy_is_asked_once(dialect: str, asked: list[str]) -> None:
    compiler = remembering_compiler(MODULES[dialect].dialect())
    first = compiler.table_text(plain(1))
    second = compiler.table_text(plain(2))
    assert second == first.replace("t1", "t2").replace("d1", "d2").replace("e1", "e2")
    assert asked == ["id1", "name1", "price1"]


def test_hooks_on_columns_are_asked_each_time() -> None:
    compiler = remembering_compiler(DIALECTS["postgresql"])
    compiler.table_text(plain(1))

    @compiles(CreateColumn)
    def hooked(element: CreateColumn, compiler: Any, **kw: Any) -> str:
        return f"{compiler.visit_create_column(element, **kw)} /* {element.element.table.name} */"

    try:
        assert compiler.table_text(plain(2)).count("/* t2 */") == 3
    finally:
        deregister(CreateColumn)


@pytest.mark.parametrize("hooked", [sa.String, CreateTable, sa.PrimaryKeyConstraint])
def test_other_hooks_are_asked_each_time(hooked: Any) -> None:
    compiler = remembering_compiler(DIALECTS["postgresql"])
    compiler.table_text(plain(1))

    @compiles(hooked, "postgresql")
    def written(element: Any, compiler: Any, **kw: Any) -> str:
        return "HOOKED"

    try:
        assert "HOOKED" in compiler.table_text(plain(2))
    finally:
        deregister(hooked)


def test_a_compiler_that_is_not_sqlalchemys_is_left_alone() -> None:
    class Own(DDLCompiler):
        pass

    dialect = MODULES["postgresql"].dialect()
    dialect.ddl_compiler = Own
    assert remembering_compiler(dialect) is None
