"""Columns and indexes that are written without a table: as with one, and only where nobody looks."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.ext.compiler import compiles, deregister
from sqlalchemy.schema import CreateColumn, CreateIndex

from migrateops.ddl import lone
from migrateops.ddl.statements import name_text
from migrateops.ddl.type_memos import remember_type
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext

MODULES: dict[str, Any] = {
    m.__name__.rpartition(".")[2]: m for m in (mssql, mysql, oracle, postgresql, sqlite)
}
DIALECTS = {name: module.dialect() for name, module in MODULES.items()}


def written(run: Callable[[Operations], Any], dialect: str = "postgresql", **opts: Any) -> str:
    buffer = io.StringIO()
    opts |= {"as_sql": True, "output_buffer": buffer}
    run(Operations(MigrationContext.configure(dialect_name=dialect, opts=opts)))
    return buffer.getvalue().strip()


@pytest.fixture
def tables() -> Iterator[list[str]]:
    """The names of the tables that are made."""
    made: list[str] = []

    def note(table: sa.Table, _: Any) -> None:
        made.append(table.name)

    event.listen(sa.Table, "after_parent_attach", note)
    yield made
    event.remove(sa.Table, "after_parent_attach", note)


@pytest.mark.parametrize(
    ("column", "count"),
    [
        (lambda: sa.Column("c", sa.String(9)), 0),
        (lambda: sa.Column("c", sa.Numeric(9, 2), nullable=False, server_default="0"), 0),
        (lambda: sa.Column("c", sa.String(9), server_default=sa.text("lower('A')")), 0),
        (lambda: sa.Column("c", sa.Integer, sa.ForeignKey("other.id")), 2),
        (lambda: sa.Column("c", sa.Integer, unique=True), 1),
        (lambda: sa.Column("c", sa.Integer, index=True), 1),
        (lambda: sa.Column("c", sa.Integer, comment="why"), 1),
        (lambda: sa.Column("c", sa.Boolean(create_constraint=True)), 1),
    ],
)
def test_a_table_is_made_where_it_is_needed(
    tables: list[str], column: Callable[[], sa.Column[Any]], count: int
) -> None:
    with_table = column()
    sa.Table("t", sa.MetaData(), with_table)
    tables.clear()
    text = written(lambda op: op.add_column("t", column(), schema="s"))
    # One of them is the version table of the context.
    assert len(tables) - 1 == count
    clause = str(CreateColumn(with_table).compile(dialect=DIALECTS["postgresql"]))
    assert text.startswith(f"ALTER TABLE s.t ADD COLUMN {clause};")


def test_the_column_of_the_script_stays_as_it_was() -> None:
    column = sa.Column("Mixed case", sa.String(9))
    before = dict(vars(column))

    def run(op: Operations) -> None:
        op.add_column("t", column)
        op.add_column("u", column)

    text = written(run)
    assert text == (
        'ALTER TABLE t ADD COLUMN "Mixed case" VARCHAR(9);\n\n'
        'ALTER TABLE u ADD COLUMN "Mixed case" VARCHAR(9);'
    )
    assert vars(column) == before


def test_compiled_hooks_see_the_table() -> None:
    @compiles(CreateColumn)
    def noted(element: CreateColumn, compiler: Any, **kw: Any) -> str:
        table = element.element.table
        return f"{compiler.visit_create_column(element, **kw)} /* {table.metadata.schema} {table.fullname} */"

    try:
        text = written(lambda op: op.add_column("t", sa.Column("c", sa.Integer), schema="s"))
    finally:
        deregister(CreateColumn)
    assert text == "ALTER TABLE s.t ADD COLUMN c INTEGER /* None s.t */;"


def test_compiled_hooks_see_columns_that_were_written_before_them() -> None:
    def run(op: Operations) -> None:
        op.add_column("t", sa.Column("a", sa.Integer))

        @compiles(CreateColumn)
        def noted(element: CreateColumn, compiler: Any, **kw: Any) -> str:
            return f"{compiler.visit_create_column(element, **kw)} /* noted */"

        try:
            op.add_column("t", sa.Column("b", sa.Integer))
        finally:
            deregister(CreateColumn)

    assert written(run) == (
        "ALTER TABLE t ADD COLUMN a INTEGER;\n\nALTER TABLE t ADD COLUMN b INTEGER /* noted */;"
    )


@pytest.mark.parametrize("dialect", DIALECTS)
def test_columns_of_tables_and_added_ones_are_written_alike(dialect: str) -> None:
    def column(name: str) -> sa.Column[Any]:
        return sa.Column(name, sa.Numeric(7, 3), server_default="0", nullable=False)

    def run(op: Operations) -> None:
        op.create_table("t", column("a"))
        op.add_column("t", column("order"))

    table = sa.Table("t", sa.MetaData(), column("order"))
    clause = str(CreateColumn(table.c.order).compile(dialect=DIALECTS[dialect]))
    assert clause in written(run, dialect)


def test_compiled_types_see_the_table() -> None:
    class Money(sa.types.UserDefinedType[Any]):
        cache_ok = True

    @compiles(Money)
    def in_table(type_: Money, compiler: Any, *, type_expression: Any, **kw: Any) -> str:
        return f"MONEY_OF_{len(type_expression.table.metadata.tables)}"

    assert written(lambda op: op.add_column("t", sa.Column("c", Money()))).endswith("c MONEY_OF_1;")


def test_listeners_see_a_column_put_into_its_table() -> None:
    def named(column: sa.Column[Any], table: sa.Table) -> None:
        column.server_default = sa.DefaultClause(f"of {table.name}")

    event.listen(sa.Column, "after_parent_attach", named)
    try:
        text = written(lambda op: op.add_column("t", sa.Column("c", sa.String(9))))
    finally:
        event.remove(sa.Column, "after_parent_attach", named)
    assert text == "ALTER TABLE t ADD COLUMN c VARCHAR(9) DEFAULT 'of t';"
    own = sa.Column("c", sa.String(9))
    event.listen(own, "after_parent_attach", named)
    assert written(lambda op: op.add_column("t", own)).endswith("DEFAULT 'of t';")


INDEXES: list[tuple[dict[str, Any], int]] = [
    ({"columns": ["a", "B c"]}, 0),
    ({"columns": ["a"], "unique": True, "schema": "s"}, 0),
    ({"columns": ["a"], "if_not_exists": True, "postgresql_concurrently": False}, 0),
    ({"columns": [sa.text("lower(a)")]}, 1),
    ({"columns": ["a"], "postgresql_using": "hash"}, 1),
    ({"columns": ["a"], "postgresql_include": ["b"]}, 1),
    ({"columns": ["a"], "postgresql_ops": {"a": "text_pattern_ops"}}, 1),
]


@pytest.mark.parametrize(("given", "count"), INDEXES)
def test_an_index_of_names_needs_no_table(
    tables: list[str], given: dict[str, Any], count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = written(lambda op: op.create_index("ix", "t", **given))
    assert len(tables) - 1 == count
    monkeypatch.setattr(lone, "_SQLALCHEMYS", -1)
    assert written(lambda op: op.create_index("ix", "t", **given)) == text
    assert len(tables) - 2 == count + 1


@pytest.mark.parametrize("dialect", ["mariadb", "mssql", "mysql", "oracle", "postgresql", "sqlite"])
def test_an_index_is_written_as_with_a_table(dialect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(op: Operations) -> None:
        op.create_index("ix a", "t b", ["a", "order", "c d"], schema="s", unique=True)
        op.create_index("ix", "t", ["a"])

    text = written(run, dialect)
    monkeypatch.setattr(lone, "_SQLALCHEMYS", -1)
    assert written(run, dialect) == text


def test_conventions_name_an_index() -> None:
    models = sa.MetaData(naming_convention={"ix": "i_%(constraint_name)s_%(column_0_name)s"})
    text = written(lambda op: op.create_index("x", "t", ["a"]), target_metadata=models)
    assert text == "CREATE INDEX i_x_a ON t (a);"


def test_compiled_hooks_see_the_table_of_an_index() -> None:
    @compiles(CreateIndex)
    def noted(element: CreateIndex, compiler: Any, **kw: Any) -> str:
        assert element.element.table is not None
        return f"{compiler.visit_create_index(element, **kw)} /* {[*element.element.table.columns]} */"

    try:
        text = written(lambda op: op.create_index("ix", "t", ["a"]))
    finally:
        deregister(CreateIndex)
    assert "Column('a', NullType(), table=<t>)" in text


def test_how_many_listeners_indexes_have_by_themselves() -> None:
    assert len(sa.Index("any").dispatch.after_parent_attach) == lone._SQLALCHEMYS


NAMES = [
    "a",
    "a1",
    "a_b",
    "_a",
    "_",
    "1a",
    "$a",
    "a$",
    "A",
    "aB",
    "a b",
    "",
    "é",
    "ß",
    "order",
    "select",
    "user",
    "a.b",
    "a%b",
]


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_names_are_quoted_as_sqlalchemy_does(dialect: Any) -> None:
    preparer = dialect.identifier_preparer
    names = [*NAMES, *preparer.reserved_words, sa.sql.quoted_name("a", True), sa.sql.quoted_name("A", False)]
    assert [name_text(preparer, name) for name in names] == [preparer.quote(name) for name in names]


def test_types_that_are_alike_are_adapted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    adapted: list[str] = []
    usual = sa.types.TypeEngine.adapt

    def adapt(self: Any, cls: Any, **kw: Any) -> Any:
        adapted.append(repr(self))
        return usual(self, cls, **kw)

    monkeypatch.setattr(sa.types.TypeEngine, "adapt", adapt)

    def run(op: Operations) -> None:
        for number in range(3):
            op.add_column("t", sa.Column(f"a{number}", sa.Numeric(7, 3)))
            op.create_table(f"t{number}", sa.Column("a", sa.Numeric(7, 3)), sa.Column("b", sa.Numeric(8, 3)))

    assert written(run).count("NUMERIC(7, 3)") == 6
    assert adapted == ["Numeric(precision=7, scale=3)", "Numeric(precision=8, scale=3)"]


def test_what_a_dialect_makes_of_a_type_is_noted_for_plain_types_alone() -> None:
    class Own(sa.String):
        pass

    dialect = MODULES["postgresql"].dialect()
    for type_ in (Own(9), sa.Enum("a", name="e"), sa.String(9).with_variant(sa.Text(), "sqlite")):
        remember_type(type_, dialect)
        assert type_ not in dialect._type_memos
    first, changed = sa.String(9), sa.String(9)
    remember_type(first, dialect)
    first.length = 10
    remember_type(changed, dialect)
    impl: Any = changed.dialect_impl(dialect)
    assert impl.length == 9
