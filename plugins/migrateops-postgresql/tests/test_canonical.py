"""What the server gives back is, in canonical form, what it was given."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from migrateops_postgresql.canonical import expression_text
from migrateops_postgresql.dialect import PostgreSQLDialect

PACK = PostgreSQLDialect()

TYPES: list[Any] = [
    sa.Integer(),
    sa.BigInteger(),
    sa.SmallInteger(),
    sa.Boolean(),
    sa.Float(),
    sa.Float(10),
    sa.Float(53),
    sa.Double(),
    sa.REAL(),
    sa.Numeric(),
    sa.Numeric(10),
    sa.Numeric(10, 0),
    sa.Numeric(10, 2),
    sa.DECIMAL(5),
    sa.String(),
    sa.String(5),
    sa.Text(),
    sa.CHAR(),
    sa.CHAR(3),
    sa.LargeBinary(),
    sa.Date(),
    sa.Time(),
    sa.Time(timezone=True),
    sa.DateTime(),
    sa.DateTime(timezone=True),
    postgresql.TIMESTAMP(precision=3),
    postgresql.TIMESTAMP(True, 3),
    sa.Interval(),
    postgresql.INTERVAL(precision=3),
    sa.Uuid(),
    sa.JSON(),
    postgresql.JSONB(),
    postgresql.BIT(),
    postgresql.BIT(3),
    postgresql.BIT(5, varying=True),
    postgresql.INET(),
    postgresql.TSVECTOR(),
    postgresql.INT4RANGE(),
    postgresql.OID(),
    sa.ARRAY(sa.Integer),
    sa.ARRAY(sa.String(5)),
    sa.ARRAY(sa.Float),
    sa.Enum("a", "b", name="Mood"),
    sa.Enum("a", "b", name="size", native_enum=False),
    sa.ARRAY(sa.Enum("a", name="one")),
]


def test_types(connection: sa.Connection) -> None:
    columns = [sa.Column(f"c{number}", type_) for number, type_ in enumerate(TYPES)]
    sa.Table("t", sa.MetaData(), *columns).create(connection)
    read = [column["type"] for column in sa.inspect(connection).get_columns("t")]
    dialect = connection.dialect
    found = [PACK.canonical_type(type_, dialect) for type_ in read]
    assert found == [PACK.canonical_type(type_, dialect) for type_ in TYPES]
    # Every one but those that are of one type on this server.
    assert len(set(found)) == len(found) - 4


def test_different_types_differ() -> None:
    dialect: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
    texts = [
        PACK.canonical_type(type_, dialect)
        for type_ in (
            sa.Enum("a", name="mood"),
            sa.Enum("a", name="Mood"),
            sa.Enum("a", name="mood", schema="s"),
            sa.String(5),
            sa.String(50),
            sa.Text(),
            sa.ARRAY(sa.Text),
            sa.ARRAY(sa.Text, dimensions=2),
            sa.DateTime(),
            sa.DateTime(timezone=True),
            postgresql.TIMESTAMP(precision=1),
        )
    ]
    assert len(set(texts)) == len(texts)


DEFAULTS: list[tuple[Any, Any]] = [
    (sa.String(), "x"),
    (sa.String(), "it's 5::int, (a)"),
    (sa.Text(), sa.text("'5'")),
    (sa.Integer(), "5"),
    (sa.Integer(), sa.text("-1")),
    (sa.Numeric(5, 2), sa.text("1.50")),
    (sa.Boolean(), sa.true()),
    (sa.DateTime(), sa.func.now()),
    (sa.DateTime(), sa.text("CURRENT_TIMESTAMP")),
    (sa.DateTime(), sa.text("timezone('utc', now())")),
    (postgresql.JSONB(), sa.text("'{}'")),
    (sa.ARRAY(sa.Integer), sa.text("'{}'")),
    (sa.Enum("a", "b", name="Mood"), "a"),
    (sa.Text(), sa.text("'a' || 'b'")),
    (sa.DateTime(timezone=True), sa.text("now() + interval '1 day'")),
    (sa.Integer(), sa.text("(1 + 2) * 3")),
]


@pytest.mark.parametrize("case", range(len(DEFAULTS)))
def test_defaults(connection: sa.Connection, case: int) -> None:
    type_, default = DEFAULTS[case]
    column: sa.Column[Any] = sa.Column("c", type_, server_default=default)
    table = sa.Table("t", sa.MetaData(), column)
    table.create(connection)
    compiler: Any = sa.schema.CreateTable(table).compile(dialect=connection.dialect)
    declared = compiler.get_column_default_string(column)
    read = sa.inspect(connection).get_columns("t")[0]["default"]
    assert PACK.canonical_default(read) == PACK.canonical_default(declared)


def test_no_default() -> None:
    assert PACK.canonical_default(None) is None


CONDITIONS = [
    "a > 0 AND b > 0",
    "a > 0 OR b > 0 AND a < 5",
    "(a > 0 OR b > 0) AND a < 5",
    "NOT (a > 0 AND b > 0)",
    "name <> ''",
    "name IN ('x', 'y')",
    "name NOT IN ('x', 'y')",
    "name LIKE 'x_' OR NOT name LIKE '_y' AND a != 5",
    "name NOT LIKE 'x' AND a > 0",
    "name ILIKE 'x' = (name NOT ILIKE 'y')",
    "lower(name) LIKE name || 'x'",
    "date '2020-01-01' > CURRENT_DATE - interval '1 day'",
    "length(name) > 3 AND (b IS NULL OR b >= 0)",
    "a + b > 3",
    "(a + b) * 2 > 3",
    "a - (b - 1) > 0",
    "a - b - 1 > 0",
    "a * b + 1 = 2",
    "(a > 0) = (b > 0)",
    "coalesce(a, 0) + (b) > (0)",
    "CASE WHEN a > 1 THEN b > 2 ELSE true END",
    "lower(name) = name",
    "name ~ '^a'",
    "a IS NOT NULL OR b IS NOT NULL",
    "a > -1",
    '"Name" > 0',
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_expressions(connection: sa.Connection, condition: str) -> None:
    connection.exec_driver_sql(
        f'CREATE TABLE t (a int, b int, name varchar(10), "Name" int, CONSTRAINT ck CHECK ({condition}))'
    )
    [check] = sa.inspect(connection).get_check_constraints("t")
    assert PACK.canonical_expression(check["sqltext"]) == PACK.canonical_expression(condition)


def test_different_expressions_differ() -> None:
    different = [
        *CONDITIONS,
        "a > 0 AND (b > 0 OR a < 5)",
        "a - b + 1 > 0",
        "a - (b + 1) > 0",
        "name <> ' '",
        '"name" > 0',
        "a::int > 0",
        "a::bigint > 0",
        "NOT a > 0 AND b > 0",
        "name NOT LIKE 'x' OR a > 0",
        "NOT (name LIKE 'x' AND a > 0)",
        "interval > '1 day'",
    ]
    assert len({expression_text(text) for text in different}) == len(different)


@pytest.mark.parametrize(
    "text", ["a ) (", "'open", "(a", "a :: ", "ä\x00 ", "", "()", "f()", "a[1]", "(a, b) = (1, 2)"]
)
def test_what_is_no_expression_stays_readable(text: str) -> None:
    assert expression_text(expression_text(text)) == expression_text(text)
