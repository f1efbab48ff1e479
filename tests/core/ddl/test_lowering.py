"""What the lowerings send: the right rows, the right names, and nothing that was not said."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.errors.operations import DefaultWithoutSQL, IncompleteOperation, UnboundParameter
from migrateops.operations import MigrateOperation, Operations, ops
from migrateops.runtime.migration import MigrationContext
from tests.servers import Schema

IX = sa.MetaData(naming_convention={"ix": "idx_%(table_name)s_%(column_0_name)s"})
UQ = sa.MetaData(
    naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s"},
)


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def on_postgresql(postgresql_schema: Schema) -> Iterator[sa.Connection]:
    engine = sa.create_engine(postgresql_schema.url)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def operations_on(connection: sa.Connection, **opts: Any) -> Operations:
    return Operations(MigrationContext.configure(connection, opts=opts))


def offline(run: Callable[[Operations], Any], dialect: str = "sqlite", **opts: Any) -> str:
    buffer = io.StringIO()
    opts = {"as_sql": True, "output_buffer": buffer, **opts}
    run(Operations(MigrationContext.configure(dialect_name=dialect, opts=opts)))
    return " ".join(buffer.getvalue().split())


def index_names(connection: sa.Connection) -> set[str | None]:
    return {index["name"] for index in sa.inspect(connection).get_indexes("t")}


# -- rows -------------------------------------------------------------------------------------


def test_each_inline_literal_is_its_own(connection: sa.Connection) -> None:
    op = operations_on(connection)
    table = sa.table("t", sa.column("id", sa.Integer), sa.column("x", sa.String))
    op.execute("CREATE TABLE t (id INTEGER, x TEXT)")
    op.bulk_insert(
        table,
        [{"id": 1, "x": op.inline_literal("a")}, {"id": 2, "x": op.inline_literal("b")}],
        multiinsert=False,
    )
    op.execute(table.update().where(table.c.x == op.inline_literal("b")).values(x=op.inline_literal("c")))
    op.execute(table.delete().where(table.c.x == op.inline_literal("none")))
    op.execute(table.delete().where(table.c.x == op.inline_literal("a")))
    assert connection.execute(sa.select(table)).all() == [(2, "c")]


ROWS: list[dict[str, Any]] = [{"id": 1}, {"id": 2, "self": "b"}, {"self": "c", "id": 3}, {"self": "d"}]


@pytest.mark.parametrize("multiinsert", [True, False])
def test_rows_may_have_different_keys(connection: sa.Connection, multiinsert: bool) -> None:
    op = operations_on(connection)
    op.execute("CREATE TABLE t (id INTEGER, self TEXT)")
    table = sa.table("t", sa.column("id", sa.Integer), sa.column("self", sa.String))
    op.bulk_insert(table, ROWS, multiinsert=multiinsert)
    found = connection.execute(sa.text("SELECT id, self FROM t ORDER BY rowid")).all()
    assert found == [(1, None), (2, "b"), (3, "c"), (None, "d")]


def test_a_stream_has_every_value_also_of_columns_without_a_type() -> None:
    table = sa.table("t", sa.column("id"), sa.column("self"))
    written = offline(lambda op: op.bulk_insert(table, ROWS))
    assert "INSERT INTO t (id) VALUES (1);" in written
    assert "INSERT INTO t (id, self) VALUES (2, 'b');" in written
    assert "INSERT INTO t (id, self) VALUES (3, 'c');" in written
    assert "INSERT INTO t (self) VALUES ('d');" in written


# -- names ------------------------------------------------------------------------------------


def test_an_index_without_a_name_is_never_guessed(connection: sa.Connection) -> None:
    op = operations_on(connection)
    op.execute("CREATE TABLE t (x INTEGER, y INTEGER)")
    op.create_index(None, "t", ["x"])
    with pytest.raises(IncompleteOperation) as caught:
        op.drop_index(None, "t")
    assert (caught.value.code, caught.value.needs) == ("MO315", "the name of the index")
    assert index_names(connection) == {"ix_t_x"}


@pytest.mark.parametrize(("models", "other"), [(None, "ix_t_x"), (IX, "idx_t_x")])
def test_taking_back_an_unnamed_index_drops_that_one(
    connection: sa.Connection, models: sa.MetaData | None, other: str
) -> None:
    op = operations_on(connection, target_metadata=models)
    op.execute("CREATE TABLE t (x INTEGER, y INTEGER)")
    op.create_index(None, "t", ["x"])
    created = ops.CreateIndexOp(None, "t", ["y"])
    op.invoke(created)
    assert len(index_names(connection)) == 2
    op.invoke(created.reverse())
    assert index_names(connection) == {other}


def test_an_unnamed_constraint_is_dropped_only_when_the_convention_names_it(
    on_postgresql: sa.Connection,
) -> None:
    op = operations_on(on_postgresql, target_metadata=UQ)
    op.execute("CREATE TABLE t (x INTEGER, y INTEGER, CONSTRAINT ck_t CHECK (x > 0))")
    created = [ops.CreateUniqueConstraintOp(None, "t", [name]) for name in ("x", "y")]
    for one in created:
        op.invoke(one)
    for kind in ("check", "unique", None):
        with pytest.raises(IncompleteOperation) as caught:
            op.drop_constraint(None, "t", type_=kind)
        assert (caught.value.code, caught.value.needs) == ("MO315", "the name of the constraint")
    op.invoke(created[1].reverse())
    inspector = sa.inspect(on_postgresql)
    assert [one["name"] for one in inspector.get_unique_constraints("t")] == ["uq_t_x"]
    assert [one["name"] for one in inspector.get_check_constraints("t")] == ["ck_t"]


def test_reversing_an_unnamed_constraint_without_a_convention_is_refused(
    on_postgresql: sa.Connection,
) -> None:
    op = operations_on(on_postgresql)
    op.execute("CREATE TABLE t (x INTEGER)")
    with pytest.raises(IncompleteOperation):
        op.invoke(ops.CreateUniqueConstraintOp(None, "t", ["x"]).reverse())


# -- clauses ----------------------------------------------------------------------------------


def test_a_column_with_a_key_is_found_under_its_name(connection: sa.Connection) -> None:
    op = operations_on(connection)
    op.execute("CREATE TABLE t (id INTEGER)")
    op.add_column("t", sa.Column("x", sa.Integer, key="y"))
    assert [c["name"] for c in sa.inspect(connection).get_columns("t")] == ["id", "x"]


def test_if_not_exists_of_a_column_holds_for_its_index(on_postgresql: sa.Connection) -> None:
    op = operations_on(on_postgresql)
    op.execute("CREATE TABLE t (id INTEGER)")
    for _ in range(2):
        op.add_column("t", sa.Column("x", sa.Integer, index=True), if_not_exists=True)
    assert index_names(on_postgresql) == {"ix_t_x"}


@pytest.mark.parametrize("dialect", ["mssql", "postgresql"])
def test_a_default_that_only_the_server_knows_is_refused_first(dialect: str) -> None:
    change = ops.AlterColumnOp("t", "x", modify_nullable=False, modify_server_default=sa.FetchedValue())
    refused = []

    def run(op: Operations) -> None:
        with pytest.raises(DefaultWithoutSQL) as caught:
            op.invoke(change)
        error = caught.value
        refused.append((error.code, error.table, error.column, error.given))

    assert offline(run, dialect, generic_dialects=["mssql"]) == ""
    assert refused == [("MO318", "t", "x", "FetchedValue")]


def test_a_dot_in_the_name_of_a_referred_column_is_part_of_it(on_postgresql: sa.Connection) -> None:
    op = operations_on(on_postgresql)
    op.execute('CREATE TABLE u ("a.b" INTEGER PRIMARY KEY)')
    op.execute('CREATE TABLE t (x INTEGER, "a.b" INTEGER UNIQUE)')
    op.create_foreign_key("fk_u", "t", "u", ["x"], ["a.b"])
    op.create_foreign_key("fk_t", "t", "t", ["x"], ["a.b"])
    found = {
        key["name"]: (key["referred_table"], key["referred_columns"])
        for key in sa.inspect(on_postgresql).get_foreign_keys("t")
    }
    assert found == {"fk_u": ("u", ["a.b"]), "fk_t": ("t", ["a.b"])}


TEXT = sa.text("x <> ':foo'")


@pytest.mark.parametrize(
    "operation",
    [
        ops.CreateIndexOp("ix", "t", [TEXT]),
        ops.CreateIndexOp("ix", "t", ["x"], kw={"postgresql_where": TEXT}),
        ops.CreateCheckConstraintOp("ck", "t", "x <> ':foo'"),
        ops.CreateTableOp("t", [sa.Column("x", sa.String), sa.CheckConstraint("x <> ':foo'")]),
        ops.CreateTableOp("t", [sa.Column("x", sa.String), sa.Index("ix", TEXT)]),
        ops.AddColumnOp("t", sa.Column("x", sa.String, server_default=sa.text("':foo'"))),
        ops.AddColumnOp("t", sa.Column("x", sa.String, sa.Computed("':foo'"))),
        ops.AlterColumnOp("t", "x", modify_server_default=sa.text("':foo'"), modify_nullable=True),
    ],
    ids=lambda operation: operation.describe(),
)
def test_a_parameter_without_a_value_is_refused(operation: MigrateOperation) -> None:
    named = []

    def run(op: Operations) -> None:
        with pytest.raises(UnboundParameter) as caught:
            op.invoke(operation)
        named.append((caught.value.code, caught.value.name))

    assert offline(run, "postgresql") == ""
    assert named == [("MO317", "foo")]


def test_a_parameter_with_a_value_and_an_escaped_colon_are_written() -> None:
    def run(op: Operations) -> None:
        op.create_check_constraint("ck", "t", sa.text("x <> :foo").bindparams(foo="a"))
        op.create_check_constraint("ck", "t", r"x <> '\:foo' AND x ~ '^[[:alpha:]]+$' AND x::text <> ''")

    written = offline(run, "postgresql")
    assert "CHECK (x <> 'a')" in written
    assert "CHECK (x <> ':foo' AND x ~ '^[[:alpha:]]+$' AND x::text <> '')" in written
