"""``op.alter_table_options()``: engine, character set, format of rows and the like."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import KW_ONLY
from typing import Any

from sqlalchemy import Connection, Table, text

from migrateops import errors
from migrateops.operations import (
    BatchOperations,
    MigrateOperation,
    Operations,
    Target,
    operation,
    options,
    schema,
    table,
)
from migrateops.operations.invocation import checked
from migrateops.operations.ops import AlterTableOp
from migrateops.operations.schema_objects import SchemaObjects
from migrateops.snapshot.records import TableRecord
from migrateops_mysql import reading
from migrateops_mysql.definition import follows_table
from migrateops_mysql.options import with_table_options
from migrateops_mysql.snapshot.kept import OF_CHARACTERS, option_name
from migrateops_mysql.statements import AlterTableBy, Writer


@Operations.register_operation("alter_table_options")
@BatchOperations.register_operation("alter_table_options")
@operation
class AlterTableOptionsOp(AlterTableOp):
    """Change options of a table.

    ``ALTER TABLE .. ENGINE=.. ROW_FORMAT=..``.  With a character set or a collation, columns that have
    none of their own get it in the same statement, and their values are converted.

    Args:
        table_name: Name of the table, unquoted.
        schema: Schema of the table, unquoted.
        existing_options: What they are at present, under the same names, for reversing.
        columns_apart: Columns that keep their character set, also where it is that of the table.
        kw: The options, as ``create_table`` takes them: ``mysql_engine`` and the like.
    """

    __diff__ = ("modify_table_options", "schema", "table_name", "existing_options", "kw")

    table_name: str = table()
    _: KW_ONLY
    schema: str | None = schema(default=None)
    existing_options: Mapping[str, Any] | None = None
    columns_apart: Sequence[str] | None = None
    kw: Mapping[str, Any] = options(default_factory=dict)

    def reverse(self) -> MigrateOperation:
        if self.existing_options is None:
            raise errors.operations.NotReversible(self.describe(), "existing_options are not known")
        return AlterTableOptionsOp(
            self.table_name,
            schema=self.schema,
            existing_options=dict(self.kw),
            columns_apart=self.columns_apart,
            kw=dict(self.existing_options),
        )


@Operations.lowering_for(AlterTableOptionsOp)
def refuse(op: AlterTableOptionsOp, target: Target) -> Iterator[Any]:
    """Refuse: options of a table are those of one dialect."""
    raise errors.operations.UnsupportedOperation(
        op.describe(), target.name, "changing options of a table", "use op.execute()"
    )


@Operations.lowering_for(AlterTableOptionsOp, dialect="mysql")
def alter_options(op: AlterTableOptionsOp, target: Target) -> Iterator[Any]:
    """Yield one ALTER TABLE; in a stream, which columns follow the table is not known."""
    if _recollates(op):
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            "the character set of a table in an SQL stream, as its columns are not known",
            "say ALTER TABLE .. CONVERT TO CHARACTER SET .. with op.execute()",
        )
    yield AlterTableBy(op.table_name, [_clause(op, target)], op.schema)


@Operations.implementation_for(AlterTableOptionsOp, replace=True, dialect="mysql")
def alter_present_options(operations: Operations, op: AlterTableOptionsOp) -> None:
    """Send one ALTER TABLE, with the columns that follow the table."""
    context = operations.get_context()
    if context.as_sql or not _recollates(op):
        operations.next(op)
        return
    target, writer = context.target, Writer(context.target.dialect)
    apart = {name.lower() for name in op.columns_apart or ()}
    clauses = [_clause(op, target)]
    for name, column in reading.create_table(context.connection, op.table_name, op.schema).columns():
        if follows_table(column) and name.lower() not in apart:
            clauses.append(f"MODIFY {writer.name(name)} {writer.raw(column.text())}")
    with checked(op, target), _strict(context.connection):
        context.run_statement(AlterTableBy(op.table_name, clauses, op.schema))


@contextmanager
def _strict(connection: Connection) -> Iterator[None]:
    """Have values refused in the block that do not fit, whatever the session does with them else.

    A text that fills its column has more bytes in another character set: the server would cut it off.
    """
    mode = connection.exec_driver_sql("SELECT @@SESSION.sql_mode").scalar_one()
    if "STRICT_ALL_TABLES" in mode:
        yield
        return
    change = text("SET SESSION sql_mode = :mode")
    connection.execute(change, {"mode": f"{mode},STRICT_ALL_TABLES".lstrip(",")})
    try:
        yield
    finally:
        if not connection.invalidated:
            connection.execute(change, {"mode": mode})


# What takes an option away; of others it is DEFAULT.
_NOTHING: Mapping[str, str] = dict.fromkeys(
    ("avg_row_length", "checksum", "delay_key_write", "key_block_size", "max_rows", "min_rows"), "0"
)


def altered(
    table: Table, old: TableRecord, new: TableRecord, differing: Sequence[str], prefixes: Collection[str]
) -> AlterTableOptionsOp:
    """Return the operation that gives a table the options that the models say.

    Args:
        table: The table of the models.
        old: The table as it is.
        new: The table of the models.
        differing: Names of the options that differ, as records have them.
        prefixes: Names of the dialect that options begin with.
    """
    had, has = dict(old.options), dict(new.options)
    # As the models write them.
    written = {
        option_name(option.partition("_")[2]): value
        for option, value in table.dialect_kwargs.items()
        if option.partition("_")[0] in prefixes
    }
    names = set(differing)
    if names & OF_CHARACTERS:
        names |= OF_CHARACTERS & had.keys()
    before = {f"mysql_{one}": had.get(one, _NOTHING.get(one, "DEFAULT")) for one in sorted(names)}
    recollated = sorted({one.name for one in (*old.columns, *new.columns) if one.collation is not None})
    return AlterTableOptionsOp(
        table.name,
        schema=table.schema,
        existing_options=before,
        columns_apart=(recollated or None) if names & OF_CHARACTERS else None,
        kw={f"mysql_{one}": written.get(one, has[one]) for one in sorted(names & has.keys())},
    )


def _recollates(op: AlterTableOptionsOp) -> bool:
    return any(option_name(name.partition("_")[2]) in OF_CHARACTERS for name in op.kw)


def _clause(op: AlterTableOptionsOp, target: Target) -> str:
    """Return the options as CREATE TABLE has them behind its brackets."""
    said = with_table_options(op, target, "alter_table_options")
    made = SchemaObjects(target).table(op.table_name, schema=op.schema, **said.kw)
    return str(Writer(target.dialect).compiler.post_create_table(made)).strip()
