"""How sequences are read from a server, and what it takes where nothing is said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, String, bindparam, text
from sqlalchemy.engine import Dialect


class Row(NamedTuple):
    """One sequence as the server has it; names are unquoted."""

    schema: str
    name: str
    data_type: str
    start: int
    increment: int
    minvalue: int
    maxvalue: int
    cycle: bool
    cache: int
    owned_by: str | None


@dataclass(frozen=True)
class Catalog:
    """A server's sequences.

    Attributes:
        read: Return the sequences of the named schemas, in a constant number of statements.
        default_cache: What a sequence created without ``cache`` has.
        no_cache: What one without a cache has.
        reserved: How many numbers at each end of the type cannot be limits.
    """

    read: Callable[[Connection, Sequence[str]], Iterator[Row]]
    default_cache: int
    no_cache: int
    reserved: int


# Sequences of identity columns (i) and of extensions (e) are made and dropped with these.
_POSTGRESQL = text(
    """
    SELECT n.nspname, c.relname, format_type(s.seqtypid, NULL),
           s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle, s.seqcache,
           t.relname || '.' || a.attname
    FROM pg_catalog.pg_sequence s
    JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_depend d
           ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype = 'a'
    LEFT JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE n.nspname IN :schemas
      AND NOT EXISTS (
          SELECT FROM pg_catalog.pg_depend x
          WHERE x.classid = 'pg_catalog.pg_class'::regclass AND x.objid = c.oid AND x.objsubid = 0
            AND x.deptype IN ('i', 'e')
      )
    ORDER BY n.nspname, c.relname
    """
).bindparams(bindparam("schemas", type_=String(), expanding=True))


def _read_postgresql(connection: Connection, schemas: Sequence[str]) -> Iterator[Row]:
    for row in connection.execute(_POSTGRESQL, {"schemas": list(schemas)}):
        yield Row(*row)


_MARIADB = text(
    """
    SELECT t.table_schema, t.table_name, c.column_type
    FROM information_schema.tables t
    JOIN information_schema.columns c
      ON c.table_schema = t.table_schema AND c.table_name = t.table_name
    WHERE t.table_type = 'SEQUENCE' AND c.column_name = 'start_value' AND t.table_schema IN :schemas
    ORDER BY t.table_schema, t.table_name
    """
).bindparams(bindparam("schemas", type_=String(), expanding=True))

_TOGETHER = 200
"""How many sequences are read in one statement; each is a table to open."""


def _read_mariadb(connection: Connection, schemas: Sequence[str]) -> Iterator[Row]:
    found = [tuple(row) for row in connection.execute(_MARIADB, {"schemas": list(schemas)})]
    quote = connection.dialect.identifier_preparer.quote
    for first in range(0, len(found), _TOGETHER):
        some = found[first : first + _TOGETHER]
        # The options of a sequence are in the one row that it is.
        statement = " UNION ALL ".join(
            f"SELECT {number} AS number, start_value, increment, minimum_value, maximum_value, "
            f"cycle_option, cache_size FROM {quote(schema)}.{quote(name)}"
            for number, (schema, name, _) in enumerate(some)
        )
        for number, start, increment, least, greatest, cycle, cache in connection.exec_driver_sql(statement):
            schema, name, type_ = some[number]
            yield Row(
                schema,
                name,
                _mariadb_type(type_),
                int(start),
                int(increment),
                int(least),
                int(greatest),
                bool(cycle),
                int(cache),
                None,
            )


def _mariadb_type(column_type: str) -> str:
    """Return a type without its display width, under the name that it has in CREATE SEQUENCE."""
    name, _, rest = column_type.lower().partition("(")
    unsigned = " unsigned" if "unsigned" in rest or "unsigned" in name else ""
    name = name.removesuffix(" unsigned")
    return ("integer" if name == "int" else name) + unsigned


POSTGRESQL = Catalog(_read_postgresql, default_cache=1, no_cache=1, reserved=0)
MARIADB = Catalog(_read_mariadb, default_cache=1000, no_cache=0, reserved=1)


def catalog_of(dialect: Dialect) -> Catalog | None:
    """Return how sequences are read on a dialect, or None where they are not."""
    if dialect.name == "postgresql":
        return POSTGRESQL
    mariadb: Any = getattr(dialect, "is_mariadb", False)
    return MARIADB if mariadb else None
