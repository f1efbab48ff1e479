"""The constraints of a table: which one an operation means, and the table's items with and without it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import CheckConstraint, Column, Connection, ForeignKeyConstraint, PrimaryKeyConstraint, text
from sqlalchemy.schema import AddConstraint

from migrateops.operations import MigrateOperation, Target, ops
from migrateops.operations.ops.base import AddConstraintOp
from migrateops.operations.schema_objects import SchemaObjects, wanted_by
from migrateops_duckdb.errors import NoSuchConstraint, SeveralConstraints
from migrateops_duckdb.lower import refuse_clauses
from migrateops_duckdb.sql_text import Item, names, quoted, tokens

_FIND = text(
    "SELECT constraint_type, constraint_name, constraint_column_names, constraint_text, expression,"
    " referenced_table, referenced_column_names FROM duckdb_constraints()"
    " WHERE database_name = current_database() AND schema_name = coalesce(:schema, current_schema())"
    " AND lower(table_name) = lower(:table) AND constraint_type <> 'NOT NULL' ORDER BY constraint_index"
)
_REFERRING = text(
    "SELECT DISTINCT table_name FROM duckdb_constraints() WHERE database_name = current_database()"
    " AND constraint_type = 'FOREIGN KEY' AND lower(referenced_table) = lower(:table) ORDER BY ALL"
)
_REFERS = text(
    "SELECT count(*) FROM duckdb_constraints() WHERE database_name = current_database()"
    " AND schema_name = coalesce(:schema, current_schema()) AND lower(table_name) = lower(:table)"
    " AND constraint_type = 'FOREIGN KEY'"
)
_TYPES = {"primary": "PRIMARY KEY", "unique": "UNIQUE", "foreignkey": "FOREIGN KEY", "check": "CHECK"}


class Constraint(NamedTuple):
    """A constraint as the catalog has it.

    Attributes:
        type: As the engine calls its kind.
        name: What the engine calls it; it keeps no other.
        columns: Its columns.
        text: As it stands in CREATE TABLE, if it stands there by itself.
        expression: Of a CHECK.
        table: What a foreign key refers to.
        referred: The columns there.
    """

    type: str
    name: str
    columns: list[str]
    text: str
    expression: str | None
    table: str | None
    referred: list[str]


def find_constraints(
    connection: Connection, schema: str | None, table: str, type_: str | None = None
) -> list[Constraint]:
    """Return the constraints of a table, all or those of a type, but for NOT NULL."""
    rows = connection.execute(_FIND, {"schema": schema, "table": table})
    return [found for row in rows if type_ in (None, (found := Constraint(*row)).type)]


def referring(connection: Connection, table: str) -> list[str]:
    """Return the tables that have a foreign key to a table of this name, itself included."""
    return list(connection.execute(_REFERRING, {"table": table}).scalars())


def refers(connection: Connection, table: str, schema: str | None) -> bool:
    """Say whether a table has a foreign key."""
    return bool(connection.execute(_REFERS, {"schema": schema, "table": table}).scalar_one())


def meant(
    op: ops.DropConstraintOp,
    table: str,
    known: Sequence[Constraint],
    target: Target,
    expression: str | None,
) -> Constraint | None:
    """Return the constraint that is to be dropped; None if there is none and that is no error.

    It is known by what it is, where the operation takes back one that says so, else by the engine's name.

    Args:
        op: The operation.
        table: Name of the table, unquoted.
        known: The constraints of the table.
        target: The server.
        expression: Of a CHECK that is taken back, as the engine writes it.

    Raises:
        NoSuchConstraint: There is none.
        SeveralConstraints: There are several.
    """
    wanted = _TYPES.get(op.constraint_type or "")
    alike = [one for one in known if wanted in (None, one.type)]
    if op.origin is not None:
        made: Any = op.to_constraint(SimpleNamespace(target=target))
        found = [one for one in alike if _is_like(one, made, expression)]
    else:
        by_name = [one for one in alike if one.name.lower() == (op.constraint_name or "").lower()]
        found = by_name or [one for one in alike if wanted == "PRIMARY KEY"]
    if len(found) > 1:
        raise SeveralConstraints(op.describe(), table, op.constraint_name, len(found))
    # There may be the one that is meant: a name that was given it is not kept.
    if not found and (alike or not op.if_exists):
        raise NoSuchConstraint(op.describe(), table, op.constraint_name, tuple(one.name for one in known))
    return found[0] if found else None


def _is_like(constraint: Constraint, made: Any, expression: str | None) -> bool:
    if constraint.type == "CHECK":
        return constraint.expression == expression
    if _lower(constraint.columns) != _lower(made.columns.keys()):
        return False
    if not isinstance(made, ForeignKeyConstraint):
        return True
    referred = [element.target_fullname.rpartition(".") for element in made.elements]
    tables = {table.rpartition(".")[2].lower() for table, _, _ in referred}
    return tables == {(constraint.table or "").lower()} and _lower(constraint.referred) == _lower(
        column for _, _, column in referred
    )


def _lower(listed: Any) -> list[str]:
    return [str(name).lower() for name in listed]


def without(items: Sequence[Item], constraint: Constraint) -> list[Item] | None:
    """Return the items of a table without a constraint, None if it is not found in them.

    Columns of a primary key stay NOT NULL.
    """
    kept, gone = [], False
    phrase = tuple(constraint.type.split())
    for item in items:
        column = item.column
        if column is None and not gone and _squeezed(item.text) == _squeezed(constraint.text):
            gone = True
            continue
        own = column is not None and len(constraint.columns) == 1 and names(column, constraint.columns[0])
        if own and not gone and constraint.type in ("PRIMARY KEY", "UNIQUE") and item.says(*phrase):
            item, gone = item.without(*phrase), True
        if column is not None and constraint.type == "PRIMARY KEY" and _among(column, constraint.columns):
            item = _not_null(item)
        kept.append(item)
    return kept if gone else None


def _not_null(item: Item) -> Item:
    return item if item.says("NOT", "NULL") else Item(tuple(tokens(f"{item.text} NOT NULL")))


def _among(column: str, columns: Sequence[str]) -> bool:
    return any(names(column, name) for name in columns)


def _squeezed(written: str) -> str:
    return "".join(token for token in tokens(written) if not token.isspace())


def added(op: AddConstraintOp, target: Target) -> Item:
    """Return the item that an operation adds to a table.

    Raises:
        UnsupportedOperation: The engine has no such constraint.
    """
    constraint: Any = op.to_constraint(SimpleNamespace(target=target))
    if isinstance(constraint, ForeignKeyConstraint):
        refuse_clauses(constraint, op, target)
    compiler: Any = AddConstraint(constraint).compile(dialect=target.dialect)
    return Item(tuple(tokens(str(compiler.process(constraint)).strip())))


def spelled_out(op: ops.AddColumnOp, target: Target) -> Iterator[MigrateOperation]:
    """Yield the adding of a column, and that of each constraint that it has by itself."""
    column = op.column
    if not isinstance(column, Column):
        yield op
        return
    table = SchemaObjects(target).table(op.table_name, column, schema=op.schema)
    own = [
        one for one in (*table.constraints, *table.columns[column.key].constraints) if _splits(one, target)
    ]
    if not own:
        yield op
        return
    plain = copy.copy(op)
    plain.inline_references = None
    default: Any = column.server_default
    plain.column = Column(
        column.name,
        column.type,
        nullable=column.nullable,
        server_default=default,
        comment=column.comment,
        index=column.index,
        unique=column.unique if column.index else None,
    )
    yield plain
    for constraint in own:
        if isinstance(constraint, CheckConstraint):
            # One of a column is on no table.
            name: Any = constraint.name
            yield ops.CreateCheckConstraintOp(name, op.table_name, constraint.sqltext, schema=op.schema)
        else:
            yield AddConstraintOp.from_constraint(constraint)


def _splits(constraint: Any, target: Target) -> bool:
    is_own = not isinstance(constraint, PrimaryKeyConstraint) and wanted_by(constraint, target.dialect)
    # That of a type goes where the type is.
    return is_own and not getattr(constraint, "_type_bound", False)


def column_names(items: Sequence[Item]) -> str:
    """Return the columns that rows have values of, as a list in SQL."""
    return ", ".join(item.column for item in items if item.column is not None and not item.generated)


def qualified(schema: str, table: str) -> str:
    """Return the name of a table in its schema as SQL."""
    return f"{quoted(schema)}.{quoted(table)}"
