"""What the server gives back is, in canonical form, what it was given."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from migrateops_mysql.canonical import default_text, expression_text
from migrateops_mysql.dialect import MariaDBDialect, MySQLDialect

PACK = MySQLDialect()

TYPES: list[Any] = [
    sa.Integer(),
    sa.BigInteger(),
    sa.SmallInteger(),
    mysql.MEDIUMINT(),
    mysql.TINYINT(),
    mysql.INTEGER(unsigned=True),
    mysql.INTEGER(display_width=5, zerofill=True, unsigned=True),
    sa.Boolean(),
    sa.Float(),
    sa.Float(53),
    sa.Double(),
    sa.REAL(),
    sa.Numeric(),
    sa.Numeric(12),
    sa.Numeric(10, 2),
    sa.DECIMAL(5),
    sa.String(5),
    mysql.VARCHAR(5, charset="latin1", collation="latin1_bin"),
    sa.Text(),
    mysql.MEDIUMTEXT(),
    mysql.LONGTEXT(),
    sa.CHAR(),
    sa.CHAR(3),
    sa.LargeBinary(),
    mysql.LONGBLOB(),
    sa.BINARY(4),
    sa.VARBINARY(7),
    sa.Date(),
    sa.Time(),
    mysql.TIME(fsp=3),
    sa.DateTime(),
    mysql.DATETIME(fsp=6),
    mysql.TIMESTAMP(fsp=3),
    mysql.YEAR(),
    mysql.BIT(),
    mysql.BIT(3),
    sa.JSON(),
    sa.Enum("a", "b'C", "50%"),
    mysql.SET("a", "B"),
]


def test_types(connection: sa.Connection) -> None:
    columns = [sa.Column(f"c{number}", type_) for number, type_ in enumerate(TYPES)]
    sa.Table("t", sa.MetaData(), *columns).create(connection)
    read = [column["type"] for column in sa.inspect(connection).get_columns("t")]
    dialect = connection.dialect
    found = [PACK.canonical_type(type_, dialect) for type_ in read]
    assert found == [PACK.canonical_type(type_, dialect) for type_ in TYPES]
    # Every one but those that are of one type on this server: REAL, DOUBLE and FLOAT(53).
    assert len(set(found)) == len(found) - 2


@pytest.mark.parametrize(
    "type_",
    [
        mysql.INTEGER(unsigned=True),
        sa.String(6),
        mysql.VARCHAR(5, collation="latin1_bin"),
        sa.Enum("A"),
        sa.Enum("a", "b"),
        mysql.TINYINT(),
        mysql.DATETIME(fsp=1),
        sa.Numeric(10, 1),
    ],
)
def test_different_types_differ(type_: Any) -> None:
    dialect: Any = mysql.dialect()  # type: ignore[no-untyped-call]
    others = [
        sa.Integer(),
        sa.String(5),
        sa.Enum("a"),
        sa.Boolean(),
        sa.DateTime(),
        sa.Numeric(10, 0),
    ]
    text = MariaDBDialect().canonical_type(type_, dialect)
    assert text not in [PACK.canonical_type(other, dialect) for other in others]


DEFAULTS: list[tuple[Any, Any]] = [
    (sa.String(30), "x"),
    (sa.String(30), "it's 5%, (a) \\ `b` NULL"),
    (sa.String(30), "007x"),
    (sa.Integer(), "5"),
    (sa.Integer(), sa.text("-1")),
    (sa.Numeric(5, 2), sa.text("1.50")),
    (sa.Boolean(), sa.true()),
    (sa.DateTime(), sa.func.now()),
    (sa.DateTime(), sa.text("CURRENT_TIMESTAMP")),
    (mysql.DATETIME(fsp=3), sa.text("NOW(3)")),
    (sa.TIMESTAMP(), sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")),
    (sa.String(40), sa.text("(uuid())")),
    (sa.Enum("a", "B"), "B"),
    (sa.Integer(), sa.text("NULL")),
]


@pytest.mark.parametrize("case", range(len(DEFAULTS)))
def test_defaults(connection: sa.Connection, case: int) -> None:
    type_, default = DEFAULTS[case]
    column: sa.Column[Any] = sa.Column("c", type_, server_default=default)
    table = sa.Table("t", sa.MetaData(), column)
    table.create(connection)
    # As it is written for people: one percent sign for one.
    make: Any = type(connection.dialect)
    dialect = make(paramstyle="named")
    compiler: Any = sa.schema.CreateTable(table).compile(dialect=dialect)
    declared = compiler.get_column_default_string(column)
    read = sa.inspect(connection).get_columns("t")[0]["default"]
    assert PACK.canonical_default(read) == PACK.canonical_default(declared)


def test_defaults_of_mysql() -> None:
    """MySQL puts numbers in quotes, and what it adds is in a form of its own."""
    assert default_text("'5'") == default_text("5") == "5"
    assert default_text("NULL") is None
    assert default_text(None) is None
    assert default_text("CURRENT_TIMESTAMP(3)") == default_text("now(3)")
    assert default_text("(_utf8mb4'a')") == default_text("'a'")
    assert default_text("'a'") != default_text("'A'")


CONDITIONS = [
    "a > 0 AND b > 0",
    "a > 0 OR b > 0 AND a < 5",
    "(a > 0 OR b > 0) AND a < 5",
    "Name <> ''",
    "Name != 'X y'",
    "Name IN ('x', 'y')",
    "Name NOT IN ('x', 'y')",
    "length(Name) > 3 AND (b IS NULL OR b >= 0)",
    "a + b > 3",
    "(a + b) * 2 > 3",
    "a - (b - 1) > 0",
    "a - b - 1 > 0",
    "a * b + 1 = 2",
    "a MOD 2 = 0",
    "a % 2 = 0",
    "coalesce(a, 0) + (b) > (0)",
    "CASE WHEN a > 1 THEN b > 2 ELSE 1 END",
    "Name LIKE 'a%'",
    "a BETWEEN 1 AND 5",
    "a IS NOT NULL OR b IS NOT NULL",
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_expressions(connection: sa.Connection, condition: str) -> None:
    connection.exec_driver_sql(
        f"CREATE TABLE t (a int, b int, Name varchar(9), CONSTRAINT c CHECK ({condition}))".replace("%", "%%")
    )
    read = sa.inspect(connection).get_check_constraints("t")[0]["sqltext"]
    assert PACK.canonical_expression(read) == PACK.canonical_expression(condition)


def test_different_expressions_differ() -> None:
    texts = [expression_text(condition) for condition in CONDITIONS]
    # MOD and % are one operator.
    assert len(set(texts)) == len(texts) - 1
    assert expression_text("a - (b - 1)") != expression_text("(a - b) - 1")
    assert expression_text("a = 'x'") != expression_text("a = 'X'")


@pytest.mark.parametrize(
    ("stored", "declared"),
    [
        ("((`a` > 0) and (`b` > 0))", "a > 0 AND b > 0"),
        ("((`a` > 0) or ((`b` > 0) and (`a` < 5)))", "a > 0 OR b > 0 AND a < 5"),
        ("(`Name` <> _utf8mb4'x')", "Name != 'x'"),
        ("(`name` in (_utf8mb4'x',_utf8mb4'y'))", "name IN ('x', 'y')"),
        ("((`a` + `b`) > 3)", "a + b > 3"),
    ],
)
def test_expressions_of_mysql(stored: str, declared: str) -> None:
    assert expression_text(stored) == expression_text(declared)


def test_a_name_that_is_a_word_keeps_its_quotes() -> None:
    assert expression_text("(`Order` > 1) and (`a` > 1)") == "`order` > 1 and a > 1"


@pytest.mark.parametrize("text", ["a > (", "a) > (b", "'open", "a \x01 b"])
def test_what_cannot_be_read_stays(text: str) -> None:
    assert expression_text(text) == " ".join(text.split())
