"""The three statements that read tables: over all schemas asked for, however many tables there are."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Text, bindparam, text

if TYPE_CHECKING:
    from sqlalchemy import Connection, TextClause


class Constraint(NamedTuple):
    """A row of ``pg_constraint``; columns by their numbers.

    Attributes:
        kind: ``p``, ``u``, ``f``, ``c`` or ``x``.
        text: The expression of a CHECK, the definition of an EXCLUDE.
        deferrable, deferred, no_inherit: As there.  Whether it is validated is left out: a constraint
            that is added as NOT VALID is to be validated later, and is no other one then.
        columns: Of the table itself.
        referred: Schema, table and columns that a foreign key refers to.
        on_update, on_delete, match: Letters.
        set_on_delete: Columns that ON DELETE sets, where they are not all of the key.
        include: Columns that the index of a key holds besides.
        nulls_not_distinct: Whether NULL is equal to NULL.
    """

    kind: str
    name: str
    text: str | None
    deferrable: bool
    deferred: bool
    no_inherit: bool
    columns: list[int] | None
    referred: tuple[str, str, list[str]] | None
    on_update: str
    on_delete: str
    match: str
    set_on_delete: list[int] | None
    include: list[int] | None
    nulls_not_distinct: bool
    comment: str | None


class TableRow(NamedTuple):
    """A table; names are unquoted.

    Attributes:
        persistence: ``p`` for permanent, ``u`` for unlogged, ``t`` for temporary.
        with_: Storage parameters, as ``name=value``.
        method: The access method where it is not that of the database.
        partition_by: The key that it is partitioned by.
        partition: Whether it is a partition of its parent.
        parents: What it inherits from: schema and name.
        extension: The extension that it belongs to.
        constraints: As JSON.
    """

    oid: int
    schema: str
    name: str
    persistence: str
    with_: list[str] | None
    tablespace: str | None
    method: str | None
    partition_by: str | None
    partition: bool
    parents: str | None
    extension: str | None
    comment: str | None
    constraints: str | None


class ColumnRow(NamedTuple):
    """A column without the table that it belongs to, so that equal ones are equal.

    Attributes:
        type: As ``format_type`` writes it.
        type_kind: ``typtype`` of it, of an array that of its elements.
        type_schema, type_name: Likewise, unquoted.
        dimensions: Of an array; 0 for anything else.
        collation: Where it is not that of the type.
        default: As ``pg_get_expr`` writes it, of a generated column too.
        serial: Whether the default takes the next number of a sequence that the column owns.
        identity: ``a`` or ``d``.
        generated: ``s`` or ``v``.
        sequence: That of an identity: start, increment, smallest, largest, cycle, cache.
        inherited: Whether it is a column of a table that this one inherits from; not of a partition.
        own: Whether it says that column itself.
    """

    number: int
    name: str
    type: str
    type_kind: str
    type_schema: str
    type_name: str
    dimensions: int
    not_null: bool
    collation: str | None
    default: str | None
    serial: bool | None
    identity: str
    generated: str
    sequence: str | None
    comment: str | None
    inherited: bool
    own: bool


class IndexRow(NamedTuple):
    """An index that no constraint stands for.

    Attributes:
        method: The access method.
        columns: Numbers of columns, 0 for an expression; those that are held besides at the end.
        keys: How many of them are its key.
        flags: Order of each: 1 for DESC, 2 for NULLS FIRST.
        classes: Operator classes that are not the usual ones, as JSON, by place.
        collations: Collations that are not those of the columns, likewise.
        expressions: Its expressions, as JSON, by place.
        where: Its condition.
        with_: Storage parameters, as ``name=value``.
    """

    name: str
    method: str
    unique: bool
    nulls_not_distinct: bool
    columns: str
    keys: int
    flags: str
    classes: str | None
    collations: str | None
    expressions: str | None
    where: str | None
    with_: list[str] | None
    tablespace: str | None


class Found(NamedTuple):
    """What the catalog says: tables, and by their oids columns and indexes."""

    tables: list[TableRow]
    columns: dict[int, list[ColumnRow]]
    indexes: dict[int, list[IndexRow]]


_TABLES = """
SELECT c.oid, n.nspname, c.relname, c.relpersistence::text, c.reloptions::text[],
       (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = c.reltablespace),
       (SELECT m.amname FROM pg_catalog.pg_am m
         WHERE m.oid = c.relam AND m.amname <> current_setting('default_table_access_method')),
       CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
       c.relispartition,
       CASE WHEN c.relhassubclass OR c.relispartition OR EXISTS (
                SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid) THEN (
           SELECT json_agg(json_build_array(pn.nspname, p.relname) ORDER BY h.inhseqno)
           FROM pg_catalog.pg_inherits h
           JOIN pg_catalog.pg_class p ON p.oid = h.inhparent
           JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
           WHERE h.inhrelid = c.oid)::text END,
       (SELECT e.extname FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
         WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
           AND d.refclassid = 'pg_catalog.pg_extension'::regclass AND d.deptype = 'e'),
       (SELECT x.description FROM pg_catalog.pg_description x
         WHERE x.classoid = 'pg_catalog.pg_class'::regclass AND x.objoid = c.oid AND x.objsubid = 0),
       (SELECT json_agg(json_build_array(
           k.contype, k.conname,
           CASE k.contype WHEN 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid)
                          WHEN 'x' THEN pg_catalog.pg_get_constraintdef(k.oid) END,
           k.condeferrable, k.condeferred, k.connoinherit, k.conkey,
           CASE WHEN k.contype = 'f' THEN (
               SELECT json_build_array(rn.nspname, r.relname, ARRAY(
                   SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS f (number, place)
                   JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = f.number
                   ORDER BY f.place))
               FROM pg_catalog.pg_class r JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
               WHERE r.oid = k.confrelid) END,
           k.confupdtype, k.confdeltype, k.confmatchtype, {set_on_delete},
           CASE WHEN k.contype IN ('p', 'u') AND i.indnatts > i.indnkeyatts
                THEN (i.indkey::int2[])[i.indnkeyatts:] END,
           {nulls_not_distinct},
           (SELECT x.description FROM pg_catalog.pg_description x
             WHERE x.classoid = 'pg_catalog.pg_constraint'::regclass AND x.objoid = k.oid)))::text
        FROM pg_catalog.pg_constraint k
        LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u')
        WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x')
          -- A CHECK that a table has from another comes and goes with the other's.
          AND (k.contype <> 'c' OR k.conislocal OR c.relispartition))
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND {these}
ORDER BY n.nspname, c.relname
"""

_COLUMNS = """
WITH owned AS MATERIALIZED (
    SELECT d.refobjid AS relation, d.refobjsubid AS number,
           array_agg('nextval(''' || replace(d.objid::regclass::text, '''', '''''') || '''::regclass)')
               FILTER (WHERE d.deptype = 'a') AS defaults,
           max(d.objid) FILTER (WHERE d.deptype = 'i') AS identity
    FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_sequence s ON s.seqrelid = d.objid
    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.refclassid = 'pg_catalog.pg_class'::regclass
      AND d.objsubid = 0 AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    GROUP BY d.refobjid, d.refobjsubid
)
SELECT a.attrelid, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
       e.typtype::text, en.nspname, e.typname,
       CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN greatest(a.attndims, 1) ELSE 0 END,
       a.attnotnull,
       CASE WHEN a.attcollation <> t.typcollation THEN (
           SELECT l.collname FROM pg_catalog.pg_collation l WHERE l.oid = a.attcollation) END,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid),
       CASE WHEN o.defaults IS NOT NULL
            THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) = ANY (o.defaults) END,
       a.attidentity::text, a.attgenerated::text,
       CASE WHEN a.attidentity <> '' THEN (
           SELECT json_build_array(s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle, s.seqcache)
           FROM pg_catalog.pg_sequence s WHERE s.seqrelid = o.identity)::text END,
       (SELECT x.description FROM pg_catalog.pg_description x
         WHERE x.classoid = 'pg_catalog.pg_class'::regclass AND x.objoid = c.oid AND x.objsubid = a.attnum),
       a.attinhcount > 0 AND NOT c.relispartition,
       a.attislocal OR c.relispartition
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type e
     ON e.oid = CASE WHEN t.typcategory = 'A' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN owned o ON o.relation = a.attrelid AND o.number = a.attnum
WHERE c.relkind IN ('r', 'p') AND {these}
ORDER BY a.attrelid, a.attnum
"""

_INDEXES = """
SELECT i.indrelid, ic.relname, m.amname, i.indisunique, {nulls_not_distinct},
       i.indkey::text, i.indnkeyatts, i.indoption::text,
       -- They are looked for once, not for each index.
       CASE WHEN i.indclass::oid[] && (SELECT array_agg(o.oid) FROM pg_catalog.pg_opclass o
                                        WHERE NOT o.opcdefault) THEN (
           SELECT json_object_agg(k.place, o.opcname)
           FROM unnest(i.indclass::oid[]) WITH ORDINALITY AS k (class, place)
           JOIN pg_catalog.pg_opclass o ON o.oid = k.class WHERE NOT o.opcdefault)::text END,
       (SELECT json_object_agg(k.place, l.collname)
          FROM unnest(i.indcollation::oid[]) WITH ORDINALITY AS k (used, place)
          JOIN pg_catalog.pg_collation l ON l.oid = k.used
          LEFT JOIN pg_catalog.pg_attribute a
               ON a.attrelid = i.indrelid AND a.attnum = (i.indkey::int2[])[k.place - 1]
          JOIN pg_catalog.pg_attribute ia ON ia.attrelid = i.indexrelid AND ia.attnum = k.place
          JOIN pg_catalog.pg_type t ON t.oid = ia.atttypid
         WHERE k.used <> coalesce(a.attcollation, t.typcollation))::text,
       CASE WHEN i.indexprs IS NOT NULL THEN (
           SELECT json_object_agg(k.place, pg_catalog.pg_get_indexdef(i.indexrelid, k.place::int, false))
           FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place) WHERE k.number = 0)::text END,
       pg_catalog.pg_get_expr(i.indpred, i.indrelid), ic.reloptions::text[],
       (SELECT s.spcname FROM pg_catalog.pg_tablespace s WHERE s.oid = ic.reltablespace)
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am m ON m.oid = ic.relam
WHERE c.relkind IN ('r', 'p') AND {these} AND NOT i.indisprimary
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                   WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
"""

_SET_ON_DELETE = "CASE WHEN k.contype = 'f' THEN k.confdelsetcols END"
# That of this session; none as long as there is no temporary table.
_TEMPORARY = "n.oid = pg_catalog.pg_my_temp_schema()"


def read(connection: Connection, schemas: Sequence[str] | None, names: Iterable[str] | None) -> Found:
    """Return what the catalog says of the tables of some schemas.

    Args:
        connection: The migrating connection.
        schemas: Their names, unquoted; None is that of the temporary tables of this session.
        names: The tables wanted, unquoted; all of them when None.
    """
    new = (connection.dialect.server_version_info or ()) >= (15,)
    parameters: dict[str, Any] = {}
    conditions = [_TEMPORARY]
    if schemas is not None:
        conditions = ["n.nspname IN :schemas"]
        parameters["schemas"] = list(schemas)
    if names is not None:
        conditions.append("c.relname IN :names")
        parameters["names"] = list(names)

    def rows(statement: str) -> Iterable[Any]:
        written = statement.format(
            these=" AND ".join(conditions),
            nulls_not_distinct="coalesce(i.indnullsnotdistinct, false)" if new else "false",
            set_on_delete=_SET_ON_DELETE if new else "NULL",
        )
        made: TextClause = text(written)
        listed = [bindparam(name, type_=Text(), expanding=True) for name in parameters]
        return connection.execute(made.bindparams(*listed), parameters)

    tables = [TableRow(*row) for row in rows(_TABLES)]
    columns: dict[int, list[ColumnRow]] = defaultdict(list)
    for table, *rest in rows(_COLUMNS):
        columns[table].append(ColumnRow(*rest))
    indexes: dict[int, list[IndexRow]] = defaultdict(list)
    for table, *rest in rows(_INDEXES):
        indexes[table].append(IndexRow(*rest))
    return Found(tables, columns, indexes)


def constraints(row: TableRow) -> list[Constraint]:
    """Return the constraints of a table."""
    return [Constraint(*one) for one in json.loads(row.constraints)] if row.constraints is not None else []
