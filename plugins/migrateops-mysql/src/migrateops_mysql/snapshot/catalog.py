"""The five statements that read tables: over all schemas asked for, however many tables there are."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, text

from migrateops_mysql.server import Server, version_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

Which = tuple[str, str]
"""Schema and name of a table."""


class TableRow(NamedTuple):
    """A table; names are unquoted.

    Attributes:
        engine: Its storage engine.
        row_format: How rows are kept, as the engine does it.
        collation: That of columns that say none; it begins with the character set.
        options: Further options, as ``name=value``.
        comment: Its comment, empty for none.
        kind: ``BASE TABLE``, or ``SYSTEM VERSIONED``.
        lower: Not 0 where names of tables are the same in either case.
    """

    schema: str
    name: str
    engine: str | None
    row_format: str | None
    collation: str | None
    options: str | None
    comment: str
    kind: str
    lower: int


class ColumnRow(NamedTuple):
    """A column without the table that it belongs to, so that equal ones are equal.

    Attributes:
        type: As the server writes it, without character set.
        nullable: ``YES`` or ``NO``.
        default: As SQL on MariaDB; a value without quotes on MySQL, unless *extra* says otherwise.
        collation: That of strings.
        extra: AUTO_INCREMENT, ON UPDATE, how it is generated.
        generated: The expression that generates it.
        comment: Its comment, empty for none.
    """

    name: str
    type: str
    nullable: str
    default: str | None
    collation: str | None
    extra: str
    generated: str | None
    comment: str


class PartRow(NamedTuple):
    """A part of an index.

    Attributes:
        of: Name of the index.
        kind: ``BTREE``, ``HASH``, ``FULLTEXT``, ``SPATIAL`` or ``RTREE``.
        column: Its column; None for an expression.
        length: How much of the column's beginning is in it; None for all.
        order: ``D`` for a descending one.
        expression: Its expression, on MySQL alone.
    """

    of: str
    not_unique: int
    kind: str
    column: str | None
    length: int | None
    order: str | None
    expression: str | None


class ReferenceRow(NamedTuple):
    """A column of a foreign key."""

    name: str
    column: str
    schema: str
    table: str
    referred: str


class Found(NamedTuple):
    """What the server says: tables, and by table what they have.

    Attributes:
        rules: What is done on update and on delete, by table and name of the foreign key.
        checks: Names and expressions.
    """

    tables: list[TableRow]
    columns: dict[Which, list[ColumnRow]]
    parts: dict[Which, list[PartRow]]
    references: dict[Which, list[ReferenceRow]]
    rules: dict[tuple[str, str, str], tuple[str, str]]
    checks: dict[Which, list[tuple[str, str]]]


_TABLES = """
SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE, ROW_FORMAT, TABLE_COLLATION, CREATE_OPTIONS, TABLE_COMMENT,
       TABLE_TYPE, @@lower_case_table_names
FROM information_schema.TABLES
WHERE {these} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED')
ORDER BY TABLE_SCHEMA, TABLE_NAME
"""
_COLUMNS = """
SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, COLLATION_NAME,
       EXTRA, GENERATION_EXPRESSION, COLUMN_COMMENT
FROM information_schema.COLUMNS WHERE {these} ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION
"""
_PARTS = """
SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, NON_UNIQUE, INDEX_TYPE, COLUMN_NAME, SUB_PART, COLLATION,
       {expression}
FROM information_schema.STATISTICS WHERE {these} ORDER BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX
"""
_REFERENCES = """
SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION, COLUMN_NAME,
       REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE WHERE {these} AND REFERENCED_TABLE_NAME IS NOT NULL
UNION ALL
SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, 0, UPDATE_RULE, DELETE_RULE, '', ''
FROM information_schema.REFERENTIAL_CONSTRAINTS WHERE {constraints}
ORDER BY 1, 2, 3, 4
"""
_JSON = re.compile(r"json_valid\(`((?:[^`]|``)+)`\)", re.IGNORECASE)
_CHECKS = """
SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, {level}
FROM information_schema.CHECK_CONSTRAINTS WHERE {constraints}
ORDER BY CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME
"""
_CHECKS_OF_MYSQL = """
SELECT t.TABLE_SCHEMA, t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE, NULL
FROM information_schema.CHECK_CONSTRAINTS c
JOIN information_schema.TABLE_CONSTRAINTS t
     ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME
WHERE {these} AND t.CONSTRAINT_TYPE = 'CHECK'
ORDER BY t.TABLE_SCHEMA, t.TABLE_NAME, c.CONSTRAINT_NAME
"""


def read(connection: Connection, schemas: Sequence[str], names: Iterable[str] | None) -> Found:
    """Return what the server says of the tables of some schemas.

    Args:
        connection: The migrating connection.
        schemas: Their names, unquoted.
        names: The tables wanted, unquoted; all of them when None.
    """
    mariadb = bool(getattr(connection.dialect, "is_mariadb", False))
    server = Server.of_version(version_of(connection), mariadb=mariadb)
    parameters: dict[str, Any] = {"schemas": list(schemas)}
    among = "{schema} IN :schemas"
    if names is not None:
        parameters["names"] = list(names)
        among += " AND TABLE_NAME IN :names"
    fills = {
        "these": among.format(schema="TABLE_SCHEMA"),
        "constraints": among.format(schema="CONSTRAINT_SCHEMA"),
        "expression": "EXPRESSION" if server.indexes_expressions else "NULL",
        "level": "LEVEL" if server.tells_checks_of_columns else "NULL",
    }

    def rows(statement: str) -> Sequence[Any]:
        made = text(statement.format(**fills))
        made = made.bindparams(*(bindparam(name, expanding=True) for name in parameters))
        return connection.execute(made, parameters).all()

    tables = [TableRow(*row) for row in rows(_TABLES)]
    if tables and not tables[0].lower:
        # The server's own tables take names for equal in either case.
        tables = [row for row in tables if row.schema in schemas and (names is None or row.name in names)]
    columns: dict[Which, list[ColumnRow]] = defaultdict(list)
    for schema, table, *rest in rows(_COLUMNS):
        columns[schema, table].append(ColumnRow(*rest))
    parts: dict[Which, list[PartRow]] = defaultdict(list)
    for schema, table, *rest in rows(_PARTS):
        parts[schema, table].append(PartRow(*rest))
    references: dict[Which, list[ReferenceRow]] = defaultdict(list)
    rules: dict[tuple[str, str, str], tuple[str, str]] = {}
    for schema, table, name, place, *rest in rows(_REFERENCES):
        if place:
            references[schema, table].append(ReferenceRow(name, *rest))
        else:
            rules[schema, table, name] = (rest[0], rest[1])
    checks: dict[Which, list[tuple[str, str]]] = defaultdict(list)
    if server.checks:
        for schema, table, name, clause, level in rows(_CHECKS if server.mariadb else _CHECKS_OF_MYSQL):
            of_json = _JSON.fullmatch(clause) if level == "Column" else None
            # Where its column was renamed, the check of a JSON column still has the name of before.
            checks[schema, table].append((of_json[1].replace("``", "`") if of_json else name, clause))
    return Found(tables, columns, parts, references, rules, checks)
