"""Schemas that models name and the database has not: written, or said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy.schema import CreateSchema, DropSchema
from sqlalchemy.sql.ddl import DDLElement

from migrateops.autogenerate import layout
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.conversions import new_types
from migrateops.autogenerate.coverage import enum_in
from migrateops.operations import ops
from migrateops.operations.declare import REMARK, MigrateOperation
from migrateops.operations.ops.tables import dotted
from migrateops.snapshot.names import own_schema

_STAYS = "Take this out where the schema was there before, or others have put something into it."


class CreateMissingSchema(ops.ExecuteSQLOp):
    """Create a schema that is not there; a line of SQL in the script.

    Attributes:
        schema: Its name, unquoted.
    """

    schema: str

    def describe(self) -> str:
        return f"create schema {self.schema!r}"


def missing_schemas(
    upgrade: ops.UpgradeOps, context: AutogenContext
) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """Return what makes the schemas that operations need, for the start of a script, and what drops them.

    Both are empty where a script does not make schemas; ``context.notes`` then gets what needs them.

    Args:
        upgrade: What is to be done in the schemas.
        context: What it was found with.
    """
    needed: dict[str, list[str]] = {}
    for op in upgrade.flat():
        schema = own_schema(getattr(op, "schema", None), context.dialect)
        if schema is not None:
            name = getattr(op, "table_name", None)
            what = op.describe() if name is None else f"table {dotted(schema, name)!r}"
            needed.setdefault(schema, []).append(what)
    # What else is in the schema of a table need not be named.
    alone = [(schema, name) for schema, name in _enums(upgrade, context) if schema not in needed]
    for schema, name in alone:
        needed.setdefault(schema, []).append(f"enum {dotted(schema, name)!r}")
    if needed:
        there = set(context.schema_names)
        needed = {schema: whats for schema, whats in needed.items() if schema not in there}
    created: list[MigrateOperation] = []
    dropped: list[MigrateOperation] = []
    for schema, whats in needed.items():
        reason = _why_not(schema, context)
        if reason is None:
            op = CreateMissingSchema(_text(CreateSchema(schema, if_not_exists=True), context))
            op.schema = schema
            created.append(op)
            dropped.insert(0, _remarked(ops.ExecuteSQLOp(_text(DropSchema(schema), context))))
        else:
            context.notes.append(f"schema {schema!r} is not in the database, and {_in_it(whats)} {reason}")
    return created, dropped


def _enums(upgrade: ops.UpgradeOps, context: AutogenContext) -> Iterator[tuple[str, str]]:
    """Yield the schema and the name of enums that come with their first column."""
    if not context.pack.creates_schemas:
        # There, an enum is nothing that a schema holds.
        return
    for type_ in new_types(upgrade):
        enum = enum_in(type_)
        if enum is not None and enum.native_enum and getattr(enum, "create_type", True):
            schema = own_schema(enum.schema, context.dialect)
            if schema is not None:
                yield schema, str(enum.name)


def _why_not(schema: str, context: AutogenContext) -> str | None:
    """Return what is to be done about a schema where a script does not make it, or None."""
    if schema == context.migration_context.version_table_schema:
        return "and the version table are to be in it: make it before the script runs"
    options = context.migration_context.connection.get_execution_options()
    others = options.get("schema_translate_map") or {}
    if schema in others:
        other = "the default one" if others[schema] is None else repr(others[schema])
        return f"is to be in it: when the script runs that is {other}, of which nothing is compared"
    if context.pack.creates_schemas and context.opts.get("creates_schemas", True):
        return None
    return "is to be in it: make it before the script runs"


def _in_it(whats: Iterable[str]) -> str:
    first, *others = dict.fromkeys(whats)
    return f"{first} (with {len(others)} more)" if others else first


def _text(statement: DDLElement, context: AutogenContext) -> str:
    """Return a statement as ``op.execute()`` takes it."""
    compiled = str(statement.compile(dialect=context.dialect))
    # As text() it is compiled once more: for some drivers, percent signs are doubled.
    if context.dialect.paramstyle in ("format", "pyformat"):
        compiled = compiled.replace("%%", "%")
    return compiled.replace(":", "\\:")


def _remarked(op: MigrateOperation) -> MigrateOperation:
    op.info[REMARK] = layout.remark(_STAYS)
    return op
