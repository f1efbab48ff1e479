"""What autogenerate writes into scripts."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from migrateops.autogenerate import AutogenContext, render_op_text, render_value
from migrateops.operations import Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_postgresql.exclude import CreateExcludeConstraintOp


@pytest.fixture
def context() -> AutogenContext:
    return AutogenContext(MigrationContext.configure(dialect_name="postgresql"), autogenerate=False)


TYPES: list[Any] = [
    postgresql.JSONB(),
    postgresql.ARRAY(sa.String(5), dimensions=2),
    postgresql.ARRAY(postgresql.ENUM("a", "b", name="mood", schema="s")),
    postgresql.DOMAIN("positive", sa.Integer(), check="VALUE > 0"),
    postgresql.TIMESTAMP(timezone=True, precision=3),
    postgresql.INTERVAL(fields="DAY TO SECOND", precision=3),
    postgresql.BIT(3, varying=True),
    postgresql.HSTORE(),
    postgresql.INT4RANGE(),
    postgresql.CITEXT(),
]


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type(type_).__name__)
def test_types(context: AutogenContext, type_: Any) -> None:
    source = render_value(type_, context)
    made = eval(source, {"sa": sa, "postgresql": postgresql})
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    assert (type(made), made.compile(dialect=dialect)) == (type(type_), type_.compile(dialect=dialect))
    assert context.imports == {"from sqlalchemy.dialects import postgresql"}


def test_an_index_that_is_dropped_is_not_described(context: AutogenContext) -> None:
    described = {"postgresql_using": "gin", "postgresql_where": sa.text("a > 0"), "mysql_length": 5}
    index = ops.CreateIndexOp("ix", "t", ["a"], kw={**described, "postgresql_concurrently": True})
    assert render_op_text(context, index.reverse()) == (
        'op.drop_index("ix", table_name="t", postgresql_concurrently=True)'
    )
    assert index.reverse().reverse().kw == index.kw


def test_an_exclude_constraint(context: AutogenContext) -> None:
    operation = CreateExcludeConstraintOp(
        "free",
        "booking",
        [("during", "&&"), (sa.text("lower(name)"), "=")],
        where=sa.text("a > 0"),
        using="spgist",
        deferrable=True,
        ops={"during": "range_ops"},
    )

    class Caught(Operations):
        """Keep what a script invokes."""

        def invoke(self, operation: Any) -> Any:
            return operation

    source = render_op_text(context, operation)
    again = eval(source, {"sa": sa, "op": Caught(context.migration_context)})
    assert type(again) is CreateExcludeConstraintOp
    assert render_op_text(context, again) == source
    assert again.elements[0] == ("during", "&&")
    assert render_op_text(context, again.reverse()) == 'op.drop_constraint("free", "booking")'


def test_a_table_with_one(context: AutogenContext, operations: Operations, connection: sa.Connection) -> None:
    during = sa.Column("during", postgresql.INT4RANGE)
    table = sa.Table(
        "booking",
        sa.MetaData(),
        during,
        sa.Column("a", sa.Integer),
        postgresql.ExcludeConstraint(
            (during, "&&"),
            (sa.func.int4range(0, sa.column("a")), "&&"),
            name="free",
            where=sa.column("a") > 0,
            deferrable=True,
            ops={"during": "range_ops"},
        ),
    )
    source = render_op_text(context, ops.CreateTableOp.from_table(table))
    assert "from sqlalchemy.dialects import postgresql" in context.imports
    eval(source, {"sa": sa, "op": operations, "postgresql": postgresql})
    assert connection.exec_driver_sql(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'free'"
    ).scalar_one() == (
        "EXCLUDE USING gist (during WITH &&, int4range(0, a) WITH &&) WHERE ((a > 0)) DEFERRABLE"
    )
