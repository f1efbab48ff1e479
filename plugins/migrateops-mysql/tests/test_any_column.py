"""Any column, altered in any way: what is not mentioned stays, and the way back leads to the start.

The table that comes of an alteration is compared, in the server's own words, with one that is made at once.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql

from migrateops.operations import Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops.testing.written import as_sql, run_script

NAMES = ["c", "Long name", "odd `c`, 100% (x) :y", "CHECK", "ünï", 'say "so"']
TEXTS = st.text(alphabet="aB %:'\"`\\,()\nü_", max_size=8)


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def literal(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


@dataclass(frozen=True)
class Kind:
    """A type with its defaults.

    Attributes:
        sql: The type, as SQL.
        type_: The same, as SQLAlchemy has it.
        family: What it can be changed into: another one of the same, which takes the same defaults.
        defaults: Defaults, as SQL.
    """

    sql: str
    type_: Any
    family: str
    defaults: tuple[str, ...]
    on_update: str | None = None
    charset: str = ""


def _numbers() -> list[Kind]:
    made = []
    for name in ("TINYINT", "SMALLINT", "MEDIUMINT", "INTEGER", "BIGINT"):
        type_ = getattr(mysql, name)
        made += [
            Kind(name, type_(), "number", ("7", "(3 + 4)", "-1")),
            Kind(f"{name} UNSIGNED", type_(unsigned=True), "unsigned", ("7", "(3 + 4)")),
            Kind(f"{name}(6) ZEROFILL", type_(6, zerofill=True), "unsigned", ("7", "(3 + 4)")),
        ]
    return [
        *made,
        Kind("DECIMAL(10, 2)", mysql.DECIMAL(10, 2), "number", ("7", "(1 / 2)")),
        Kind("DECIMAL(10, 2) UNSIGNED", mysql.DECIMAL(10, 2, unsigned=True), "unsigned", ("7",)),
        Kind("DOUBLE", mysql.DOUBLE(asdecimal=False), "number", ("7", "(rand())")),
    ]


_STRINGS = (literal("it's 5% \\ :x"), "''", "(concat('a', '%'))", "(uuid())")


def _strings() -> list[Kind]:
    made = []
    for charset in (
        "",
        "CHARACTER SET latin1",
        "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "COLLATE utf8mb4_unicode_ci",
    ):
        words = charset.split()
        stated: dict[str, Any] = {
            "charset": words[2] if words[:1] == ["CHARACTER"] else None,
            "collation": words[-1] if "COLLATE" in words else None,
        }
        for sql, type_ in (
            ("VARCHAR(40)", mysql.VARCHAR(40, **stated)),
            ("VARCHAR(60)", mysql.VARCHAR(60, **stated)),
            ("CHAR(50)", mysql.CHAR(50, **stated)),
            ("TEXT", mysql.TEXT(**stated)),
            ("MEDIUMTEXT", mysql.MEDIUMTEXT(**stated)),
        ):
            made.append(Kind(sql, type_, "string", _STRINGS, charset=charset))
    return made


def _times() -> list[Kind]:
    made = []
    for name in ("DATETIME", "TIMESTAMP"):
        for digits in (0, 3, 6):
            now = f"current_timestamp({digits})"
            made.append(
                Kind(
                    f"{name}({digits})",
                    getattr(mysql, name)(fsp=digits),
                    "time",
                    (now, "'2001-02-03 04:05:06'", f"({now} + INTERVAL 1 DAY)"),
                    on_update=now,
                )
            )
    return made


KINDS = [
    *_numbers(),
    *_strings(),
    *_times(),
    Kind("ENUM('a','b''c','50%')", mysql.ENUM("a", "b'c", "50%"), "listed", ("'50%'", "'b''c'")),
    Kind("ENUM('50%','b''c',':d')", mysql.ENUM("50%", "b'c", ":d"), "listed", ("'50%'", "'b''c'")),
    Kind("SET('50%','b''c')", mysql.SET("50%", "b'c"), "listed", ("'50%'", "'b''c'")),
    Kind("DATE", mysql.DATE(), "date", ("'2001-02-03'", "(curdate())")),
    Kind("YEAR", mysql.YEAR(), "year", ("2001",)),
    Kind("BIT(8)", mysql.BIT(8), "bits", ("b'101'",)),
    Kind("BIT(9)", mysql.BIT(9), "bits", ("b'101'",)),
    Kind("VARBINARY(20)", mysql.VARBINARY(20), "bytes", ("'a%'", "(unhex('ff'))")),
    Kind("BLOB", mysql.BLOB(), "bytes", ("'a%'", "(unhex('ff'))")),
    Kind("JSON", mysql.JSON(), "json", ("'{}'", "(json_object('a', 1))")),
]


@dataclass(frozen=True)
class AnyColumn:
    """A column, whose ``sql()`` says all that it is."""

    name: str
    kind: Kind
    nullable: bool = True
    default: str | None = None
    on_update: str | None = None
    generated: str | None = None
    auto_increment: bool = False
    invisible: bool = False
    comment: str | None = None
    check: bool = False

    def sql(self) -> str:
        parts = [quoted(self.name), self.kind.sql, self.kind.charset]
        if self.generated:
            parts.append(self.generated)
        else:
            parts.append("NULL" if self.nullable else "NOT NULL")
        if self.invisible:
            parts.append("INVISIBLE")
        if self.default is not None:
            parts.append(f"DEFAULT {self.default}")
        if self.on_update:
            parts.append(f"ON UPDATE {self.on_update}")
        if self.auto_increment:
            parts.append("AUTO_INCREMENT")
        if self.comment:
            parts.append(f"COMMENT {literal(self.comment)}")
        if self.check:
            parts.append(f"CHECK ({quoted(self.name)} IS NULL OR char_length({quoted(self.name)}) <> 99)")
        return " ".join(part for part in parts if part)

    def table(self) -> str:
        """Return a CREATE TABLE with the column in the middle, and things that refer to it."""
        name = quoted(self.name)
        named = f"UNIQUE KEY named ({name})"
        if not self.auto_increment:
            named = f"CONSTRAINT named CHECK (first > 0 OR {name} IS NULL)"
        return (
            f"CREATE TABLE t (first int DEFAULT 1, {self.sql()}, last varchar(9) COMMENT 'end', {named})"
            " DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci"
        )

    def server_default(self) -> Any:
        """Return the default as ``existing_server_default`` is given."""
        if self.generated:
            return sa.Computed("first + 1", persisted=self.generated.endswith("STORED"))
        if self.on_update:
            return sa.text(escaped(f"{self.default or 'NULL'} ON UPDATE {self.on_update}"))
        return None if self.default is None else sa.text(escaped(self.default))


def escaped(text: str) -> str:
    """Return SQL as ``text()`` takes it."""
    return text.replace(":", "\\:")


@st.composite
def columns(draw: st.DrawFn) -> AnyColumn:
    kind = draw(st.sampled_from(KINDS))
    column = AnyColumn(
        draw(st.sampled_from(NAMES)),
        kind,
        invisible=draw(st.booleans()),
        comment=draw(st.none() | TEXTS) or None,
        # A JSON has one already.
        check=kind.family != "json" and draw(st.booleans()),
    )
    what = draw(st.sampled_from(["plain", "plain", "generated", "counted"]))
    if what == "generated" and kind.family in ("number", "string"):
        return replace(column, generated=f"AS (first + 1) {draw(st.sampled_from(['VIRTUAL', 'STORED']))}")
    if what == "counted" and kind.family in ("number", "unsigned") and "INT" in kind.sql:
        # The server takes no CHECK there.
        return replace(column, nullable=False, auto_increment=True, check=False)
    column = replace(column, nullable=draw(st.booleans()))
    if draw(st.booleans()):
        column = replace(column, default=draw(st.sampled_from(kind.defaults)))
    if kind.on_update and draw(st.booleans()):
        column = replace(column, on_update=kind.on_update)
    return sensible(column)


def sensible(column: AnyColumn) -> AnyColumn:
    """Return a column that the server takes as it is: it gives some a default of its own."""
    if not column.nullable and column.default is None:
        return replace(column, on_update=None, invisible=column.invisible and column.auto_increment)
    return column


def _of_the_table(type_: Any) -> Any:
    stated = copy.copy(type_)
    stated.charset, stated.collation = "utf8mb4", "utf8mb4_general_ci"
    return stated


@st.composite
def changes(draw: st.DrawFn, column: AnyColumn) -> tuple[dict[str, Any], dict[str, Any], AnyColumn]:
    """Return arguments for ``alter_column``, those that a reverse needs as well, and what comes of it."""
    new: dict[str, Any] = {}
    existing: dict[str, Any] = {}
    after = column
    plain = not column.generated and not column.auto_increment
    if draw(st.booleans()):
        others = [kind for kind in KINDS if kind.family == column.kind.family and kind != column.kind]
        if column.auto_increment:
            others = [kind for kind in others if "INT" in kind.sql]
        if others:
            kind = draw(st.sampled_from(others))
            new["modify_type"], existing["existing_type"] = kind.type_, column.kind.type_
            if kind.family == "string" and not kind.charset:
                # It is not said, so it stays.
                kind = replace(kind, charset=column.kind.charset)
            elif kind.family == "string" and not column.kind.charset:
                # What is to come back has to be said: that of the table.
                existing["existing_type"] = _of_the_table(column.kind.type_)
            after = replace(after, kind=kind)
            if kind.family == "time":
                # CURRENT_TIMESTAMP has the digits of the type.
                after = replace(after, on_update=column.on_update and kind.on_update)
                if column.default == column.kind.defaults[0]:
                    after = replace(after, default=kind.defaults[0])
    if plain and draw(st.booleans()):
        after = replace(after, nullable=not column.nullable)
        new["modify_nullable"], existing["existing_nullable"] = after.nullable, column.nullable
    if plain and draw(st.booleans()):
        default = draw(st.none() | st.sampled_from(after.kind.defaults))
        keeps = bool(after.on_update) and draw(st.booleans())
        after = replace(after, default=default, on_update=after.on_update if keeps else None)
        new["modify_server_default"] = after.server_default()
        existing["existing_server_default"] = column.server_default()
    if draw(st.booleans()):
        comment = draw(st.none() | TEXTS) or None
        after = replace(after, comment=comment)
        new["modify_comment"], existing["existing_comment"] = comment, column.comment
    if draw(st.booleans()):
        after = replace(after, name=draw(st.sampled_from([n for n in NAMES if n != column.name])))
        new["modify_name"] = after.name
    return new, existing, after


# The database is made once; each example makes its table anew.
untimed = settings(
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def make(connection: sa.Connection, column: AnyColumn) -> str:
    connection.exec_driver_sql("DROP TABLE IF EXISTS t")
    connection.exec_driver_sql(column.table().replace("%", "%%"))
    return shown(connection)


def shown(connection: sa.Connection) -> str:
    return str(connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1])


@untimed
@given(data=st.data())
def test_what_is_not_mentioned_stays_and_the_way_back_leads_to_the_start(
    connection: sa.Connection, data: st.DataObject
) -> None:
    column = data.draw(columns())
    change, existing, after = data.draw(changes(column))
    assume(change and after == sensible(after))
    expected = make(connection, after)
    start = make(connection, column)
    op = ops.AlterColumnOp("t", column.name, **change, **existing)
    operations = Operations(MigrationContext.configure(connection))
    operations.invoke(op)
    assert shown(connection) == expected
    operations.invoke(op.reverse())
    assert shown(connection) == start


@untimed
@given(data=st.data())
def test_what_is_told_is_enough_for_a_stream_of_sql(connection: sa.Connection, data: st.DataObject) -> None:
    """Of INVISIBLE and CHECK an operation cannot tell."""
    column = replace(data.draw(columns()), check=False, invisible=False)
    assume(column.kind.family != "json")
    change, _, after = data.draw(changes(column))
    assume(change and after == sensible(after))
    expected = make(connection, after)
    make(connection, column)
    existing = {
        "existing_type": column.kind.type_,
        "existing_nullable": column.nullable,
        "existing_server_default": column.server_default(),
        "existing_comment": column.comment,
        "kw": {"existing_autoincrement": column.auto_increment},
    }
    told = ops.AlterColumnOp("t", column.name, **change, **existing)
    run_script(connection, as_sql(told, "mariadb"))
    assert shown(connection) == expected
