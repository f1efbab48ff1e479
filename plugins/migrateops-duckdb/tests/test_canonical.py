"""What the engine says of a table is what the table was made of, in one form."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from migrateops_duckdb.dialect import DuckDBDialect

PACK = DuckDBDialect()
TYPES = [
    sa.Integer(),
    sa.BigInteger(),
    sa.SmallInteger(),
    sa.String(20),
    sa.Text(),
    sa.CHAR(3),
    sa.Boolean(),
    sa.Numeric(),
    sa.Numeric(10),
    sa.Numeric(10, 2),
    sa.Float(),
    sa.REAL(),
    sa.Double(),
    sa.LargeBinary(),
    sa.Date(),
    sa.Time(),
    sa.DateTime(),
    sa.DateTime(timezone=True),
    sa.JSON(),
    sa.Uuid(),
    sa.Interval(),
    sa.ARRAY(sa.Integer),
    sa.Enum("a", "B", name="e"),
]
DEFAULTS = ["5", "-5", "'it''s  Here'", "1 + 1", "now()", "lower('A') || 'b'", "true", "(1 + 2) * (3 + 4)"]


@pytest.mark.parametrize("type_", TYPES, ids=str)
def test_types(type_: sa.types.TypeEngine[object], connection: sa.Connection) -> None:
    sa.Table("t", sa.MetaData(), sa.Column("x", type_)).create(connection)
    [found] = sa.inspect(connection).get_columns("t")
    if isinstance(type_, sa.Enum):
        # The engine does not say the name of an enum.
        assert isinstance(found["type"], sa.Enum)
        assert found["type"].enums == type_.enums
        return
    dialect = connection.dialect
    assert PACK.canonical_type(found["type"], dialect) == PACK.canonical_type(type_, dialect)


def test_types_that_differ(connection: sa.Connection) -> None:
    texts = {PACK.canonical_type(type_, connection.dialect) for type_ in TYPES}
    # Three are texts, and two are floating numbers of double precision: the engine has one of each.
    assert len(texts) == len(TYPES) - 3


@pytest.mark.parametrize("default", DEFAULTS)
def test_defaults(default: str, connection: sa.Connection) -> None:
    connection.exec_driver_sql(f"CREATE TABLE t (x varchar DEFAULT {default})")
    [found] = sa.inspect(connection).get_columns("t")
    assert PACK.canonical_default(found["default"]) == PACK.canonical_default(default)


def test_defaults_that_differ() -> None:
    assert len({PACK.canonical_default(default) for default in DEFAULTS}) == len(DEFAULTS)
    assert PACK.canonical_default("'A'") != PACK.canonical_default("'a'")
    assert PACK.canonical_default("(1)+(2)") != PACK.canonical_default("1)+(2")
    assert PACK.canonical_default(None) is None
