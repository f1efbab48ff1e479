"""What the catalog does not say, asked of single tables by SHOW CREATE TABLE.

MariaDB lists a period of an application-time table as a CHECK constraint, and says what foreign keys do
on update and on delete only to who may do more than SELECT.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text

from migrateops_mysql import reading
from migrateops_mysql.definition import Token, tokens, unquoted
from migrateops_mysql.snapshot.kept import collation_name

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from migrateops.snapshot.records import Options
    from migrateops_mysql.snapshot.catalog import ColumnRow, Found, Which

_BEFORE = re.compile(r"`((?:[^`]|``)+)` < `((?:[^`]|``)+)`")
_TIMES = ("date", "datetime", "timestamp")
_CHECKS = text(
    "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS"
    " WHERE CONSTRAINT_SCHEMA IN :schemas"
).bindparams(bindparam("schemas", expanding=True))
_COLLATION = text(
    "SELECT DEFAULT_COLLATE_NAME FROM information_schema.CHARACTER_SETS WHERE CHARACTER_SET_NAME IN :names"
).bindparams(bindparam("names", expanding=True))
_UNSAID = "RESTRICT"


def completed(connection: Connection, found: Found) -> Found:
    """Return what MariaDB says with the rules of all foreign keys, and without periods among the checks.

    One statement for each table that has a CHECK such as a period has, or a rule that is not known;
    none for any other table.

    Args:
        connection: The migrating connection.
        found: What the catalog says.
    """
    checks, rules = dict(found.checks), dict(found.rules)
    doubtful = {which for which in checks if _may_have_period(found, which)}
    unknown = {
        which
        for which, columns in found.references.items()
        if any((*which, column.name) not in rules for column in columns)
    }
    for schema, table in sorted(doubtful | unknown):
        items = _items(connection, schema, table)
        named = set(_periods(items))
        listed = checks.get((schema, table), ())
        checks[schema, table] = [check for check in listed if check[0].lower() not in named]
        for name, on_update, on_delete in _rules(items):
            rules.setdefault((schema, table, name), (on_update, on_delete))
    return found._replace(checks=checks, rules=rules)


def periods(connection: Connection, schemas: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield schema, table and name of the periods of application-time tables on MariaDB.

    Args:
        connection: The migrating connection.
        schemas: Names of schemas, unquoted.
    """
    if not getattr(connection.dialect, "is_mariadb", False):
        return
    listed = connection.execute(_CHECKS, {"schemas": list(schemas)}).all()
    for schema, table in sorted({(row[0], row[1]) for row in listed if _BEFORE.fullmatch(row[2])}):
        for name in _periods(_items(connection, schema, table)):
            yield schema, table, name


def with_collation(connection: Connection, options: Options) -> Options:
    """Return options of a table with the collation that the server has for their character set.

    Args:
        connection: The migrating connection.
        options: What the models say; a collation of theirs stays.
    """
    said = dict(options)
    charset = said.get("charset")
    if charset is None or "collate" in said:
        return options
    # Servers know one of them by one name or the other.
    names = [charset, charset.replace("utf8mb3", "utf8")]
    found: str | None = connection.execute(_COLLATION, {"names": names}).scalar()
    return options if found is None else tuple(sorted({**said, "collate": collation_name(found)}.items()))


def _items(connection: Connection, schema: str, table: str) -> list[list[Token]]:
    created = reading.create_table(connection, table, schema)
    return [list(tokens(item, backslashes=created.backslashes)) for name, item in created.items if not name]


def _may_have_period(found: Found, which: Which) -> bool:
    columns = found.columns.get(which, ())
    return any(_may_be_period(check, columns) for _, check in found.checks[which])


def _may_be_period(check: str, columns: Sequence[ColumnRow]) -> bool:
    """Say whether a CHECK is of the form of a period's: two times that are NOT NULL, one after the other."""
    said = _BEFORE.fullmatch(check)
    if said is None:
        return False
    names = {name.replace("``", "`").lower() for name in said.groups()}
    ends = [one for one in columns if one.name.lower() in names]
    return len(ends) == 2 and all(
        one.nullable == "NO" and one.type.partition("(")[0] in _TIMES for one in ends
    )


def _periods(items: Sequence[list[Token]]) -> Iterator[str]:
    """Yield the names of periods, in lower case."""
    for words in items:
        if [word.text.upper() for word in words[:2]] == ["PERIOD", "FOR"]:
            yield unquoted(words[2].text).lower()


def _rules(items: Sequence[list[Token]]) -> Iterator[tuple[str, str, str]]:
    """Yield the names of foreign keys, and what they do on update and on delete."""
    for words in items:
        texts = [word.text.upper() for word in words]
        if texts[0] != "CONSTRAINT" or texts[2:4] != ["FOREIGN", "KEY"]:
            continue
        said = {"UPDATE": _UNSAID, "DELETE": _UNSAID}
        for place, word in enumerate(words):
            if word.kind == "word" and texts[place] == "ON" and not word.depth:
                # SET NULL and NO ACTION are of two words.
                long = texts[place + 2] in ("SET", "NO")
                said[texts[place + 1]] = " ".join(texts[place + 2 : place + (4 if long else 3)])
        yield unquoted(words[1].text), said["UPDATE"], said["DELETE"]
