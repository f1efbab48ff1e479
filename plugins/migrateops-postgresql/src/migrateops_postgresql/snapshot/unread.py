"""What is in a database and in no snapshot of core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Text, bindparam, text

if TYPE_CHECKING:
    from sqlalchemy import Connection

# What belongs to an extension comes and goes with it.
_STATEMENT = """
WITH wanted AS (SELECT oid, nspname FROM pg_catalog.pg_namespace WHERE nspname IN :schemas),
found AS (
    SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                          WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'composite type' END AS kind,
           c.relnamespace AS namespace, c.relname AS name,
           'pg_catalog.pg_class'::regclass AS class, c.oid
    FROM pg_catalog.pg_class c WHERE c.relkind IN ('v', 'm', 'S', 'f', 'c')
  UNION ALL
    SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
           p.pronamespace, p.proname, 'pg_catalog.pg_proc'::regclass, p.oid
    FROM pg_catalog.pg_proc p
  UNION ALL
    SELECT CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' ELSE 'range type' END,
           t.typnamespace, t.typname, 'pg_catalog.pg_type'::regclass, t.oid
    FROM pg_catalog.pg_type t WHERE t.typtype IN ('e', 'd', 'r')
  UNION ALL
    SELECT 'trigger', c.relnamespace, g.tgname, 'pg_catalog.pg_trigger'::regclass, g.oid
    FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid WHERE NOT g.tgisinternal
  UNION ALL
    SELECT 'policy', c.relnamespace, p.polname, 'pg_catalog.pg_policy'::regclass, p.oid
    FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
  UNION ALL
    SELECT 'row level security', c.relnamespace, c.relname, 'pg_catalog.pg_class'::regclass, c.oid
    FROM pg_catalog.pg_class c WHERE c.relrowsecurity
  UNION ALL
    SELECT 'rule', c.relnamespace, r.rulename, 'pg_catalog.pg_rewrite'::regclass, r.oid
    FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
    WHERE r.rulename <> '_RETURN'
  UNION ALL
    SELECT 'statistics', s.stxnamespace, s.stxname, 'pg_catalog.pg_statistic_ext'::regclass, s.oid
    FROM pg_catalog.pg_statistic_ext s
  UNION ALL
    SELECT 'collation', l.collnamespace, l.collname, 'pg_catalog.pg_collation'::regclass, l.oid
    FROM pg_catalog.pg_collation l
  UNION ALL
    SELECT 'grant', c.relnamespace, c.relname, 'pg_catalog.pg_class'::regclass, c.oid
    FROM pg_catalog.pg_class c
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
      AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner)
  UNION ALL
    SELECT 'extension', e.extnamespace, e.extname, 'pg_catalog.pg_extension'::regclass, e.oid
    FROM pg_catalog.pg_extension e
)
SELECT DISTINCT f.kind, w.nspname, f.name
FROM found f JOIN wanted w ON w.oid = f.namespace
WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_depend d
    WHERE d.classid = f.class AND d.objid = f.oid AND d.objsubid = 0
      AND (d.deptype = 'e' OR (d.deptype IN ('i', 'a') AND f.kind = 'sequence')
           OR (d.deptype = 'i' AND f.kind = 'function'))
)
ORDER BY 1, 2, 3
"""


def unread(connection: Connection, schemas: Sequence[str | None]) -> Iterator[tuple[str, str | None, str]]:
    """Yield kind, schema and name of what schemas hold besides tables, in one statement.

    Sequences that a column owns and functions that make values of a range type belong to those, and
    are left out; so is what belongs to an extension.

    Args:
        connection: The migrating connection.
        schemas: Names of schemas, unquoted; None is the default schema.
    """
    own = connection.dialect.default_schema_name
    asked = [name for name in dict.fromkeys(schema or own for schema in schemas) if name is not None]
    statement = text(_STATEMENT).bindparams(bindparam("schemas", type_=Text(), expanding=True))
    for kind, schema, name in connection.execute(statement, {"schemas": asked}):
        yield kind, None if schema == own else schema, name
