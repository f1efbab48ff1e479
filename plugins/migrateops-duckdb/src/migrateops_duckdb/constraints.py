"""The constraints of a table: which one an operation means, and the table's items with and without it."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import AddConstraint

from migrateops.operations import MigrateOperation, Target, ops
from migrateops.operations.ops.base import AddConstraintOp
from migrateops.operations.schema_objects import SchemaObjects, wanted_by
from migrateops_duckdb.canonical import expression_text
from migrateops_duckdb.errors import NoSuchConstraint, SeveralConstraints
from migrateops_duckdb.lower import refuse_clauses
from migrateops_duckdb.sql_text import Item, foreign_key, made_up_name, names, quoted, tokens, unquoted

_FIND = text(
    "SELECT constraint_type, constraint_name, constraint_column_names, constraint_text, expression,"
    " referenced_table, referenced_column_names, schema_name FROM duckdb_constraints()"
    " WHERE database_name = current_database() AND schema_name = coalesce(:schema, current_schema())"
    " AND lower(table_name) = lower(:table) AND constraint_type <> 'NOT NULL' ORDER BY constraint_index"
)
_REFERRING = text(
    "SELECT DISTINCT table_name FROM duckdb_constraints() WHERE database_name = current_database()"
    " AND schema_name = coalesce(:schema, current_schema()) AND constraint_type = 'FOREIGN KEY'"
    " AND lower(referenced_table) = lower(:table) ORDER BY ALL"
)
_REFERS = text(
    "SELECT count(*) FROM duckdb_constraints() WHERE database_name = current_database()"
    " AND schema_name = coalesce(:schema, current_schema()) AND lower(table_name) = lower(:table)"
    " AND constraint_type = 'FOREIGN KEY'"
)
_CLAUSE = re.compile(r"(CHECK|UNIQUE|FOREIGN KEY|PRIMARY KEY)\s*\(", re.IGNORECASE)
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
        schema: The schema of both tables.
    """

    type: str
    name: str
    columns: list[str]
    text: str
    expression: str | None
    table: str | None
    referred: list[str]
    schema: str

    @property
    def readable(self) -> str:
        """Its text with quotes around names."""
        if self.type != "FOREIGN KEY" or self.table is None:
            return self.text
        return foreign_key(self.columns, self.schema, self.table, self.referred)


def find_constraints(
    connection: Connection, schema: str | None, table: str, type_: str | None = None
) -> list[Constraint]:
    """Return the constraints of a table, all or those of a type, but for NOT NULL."""
    rows = connection.execute(_FIND, {"schema": schema, "table": table})
    return [found for row in rows if type_ in (None, (found := Constraint(*row)).type)]


def referring(connection: Connection, table: str, schema: str | None) -> list[str]:
    """Return the tables that have a foreign key to a table, itself included; they are in its schema."""
    return list(connection.execute(_REFERRING, {"schema": schema, "table": table}).scalars())


def refers(connection: Connection, table: str, schema: str | None) -> bool:
    """Say whether a table has a foreign key."""
    return bool(connection.execute(_REFERS, {"schema": schema, "table": table}).scalar_one())


def meant(
    op: ops.DropConstraintOp,
    table: str,
    known: Sequence[Constraint],
    target: Target,
    said: Callable[[Item], str],
) -> Constraint | None:
    """Return the constraint that is to be dropped; None if there is none and that is no error.

    It is known by what it is, where the operation takes back one that says so; else by the engine's name,
    or by what it says, as in CREATE TABLE.

    Args:
        op: The operation.
        table: Name of the table, unquoted.
        known: The constraints of the table.
        target: The server.
        said: Returns how the engine writes the condition of a CHECK.

    Raises:
        NoSuchConstraint: There is none.
        SeveralConstraints: There are several.
    """
    wanted = _TYPES.get(op.constraint_type or "")
    alike = [one for one in known if wanted in (None, one.type)]
    if op.origin is not None:
        made: Any = op.to_constraint(SimpleNamespace(target=target))
        expression = said(added(op.reverse(), target)) if wanted == "CHECK" else None
        found = [one for one in alike if _is_like(one, made, expression)]
    else:
        found = [one for one in alike if one.name.lower() == (op.constraint_name or "").lower()]
        found = found or _by_text(op.constraint_name or "", alike, said)
        found = found or [one for one in alike if wanted == "PRIMARY KEY"]
    # One that is said twice is the same either way.
    if len({one.readable for one in found}) > 1:
        raise SeveralConstraints(op.describe(), table, op.constraint_name, len(found))
    # There may be the one that is meant: a name that was given it is not kept.
    if not found and (alike or not op.if_exists):
        raise NoSuchConstraint(op.describe(), table, op.constraint_name, tuple(one.name for one in known))
    return found[0] if found else None


def _by_text(written: str, alike: Sequence[Constraint], said: Callable[[Item], str]) -> list[Constraint]:
    if not _CLAUSE.match(written):
        return []
    item = Item(tuple(tokens(written)))
    if item.is_foreign_key:
        # Both tables are in one schema, whether that is said or not.
        key = [
            _unquoted(part)
            for part in (item.reference.columns, [item.reference.table], item.reference.referred)
        ]
        return [
            one for one in alike if key == [_lower(one.columns), _lower([one.table]), _lower(one.referred)]
        ]
    found = [one for one in alike if _squeezed(one.text) == _squeezed(written)]
    if not found and written[:5].upper() == "CHECK":
        expression = expression_text(said(item))
        checks = [one for one in alike if one.type == "CHECK"]
        found = [one for one in checks if expression_text(one.expression or "") == expression]
    return found


def _unquoted(listed: Sequence[str]) -> list[str]:
    return _lower(unquoted(name) for name in listed)


def kept_name(constraint: Any, dialect: Any) -> str | None:
    """Return what names a constraint here: the engine's name of it, or what it says where that is not known.

    Args:
        constraint: A constraint of the models.
        dialect: What names are quoted with.
    """
    if isinstance(constraint, ForeignKeyConstraint):
        name = _key_name(constraint)
        twins = [one for one in constraint.table.foreign_key_constraints if _key_name(one) == name]
        return name if len(twins) == 1 else _written(constraint, dialect)
    if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
        label = "key" if isinstance(constraint, UniqueConstraint) else "pkey"
        return made_up_name(constraint.table.name, (one.name for one in constraint.columns), label)
    return _written(constraint, dialect) if isinstance(constraint, CheckConstraint) else None


def _key_name(key: ForeignKeyConstraint) -> str:
    referred = [element.target_fullname.rpartition(".")[2] for element in key.elements]
    return made_up_name(key.table.name, (*key.column_keys, *referred), "fkey")


def _written(constraint: Any, dialect: Any) -> str:
    """Return a constraint as it stands in CREATE TABLE, without a name."""
    compiler = dialect.ddl_compiler(dialect, None)
    if isinstance(constraint, CheckConstraint):
        # One of a column is on no table.
        condition = compiler.sql_compiler.process(constraint.sqltext, include_table=False, literal_binds=True)
        return f"CHECK ({condition})"
    words = tokens(str(compiler.process(constraint)).strip())
    # A blank stands on both sides of a name.
    return "".join(words[4:] if words[0] == "CONSTRAINT" else words)


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


class Kept(NamedTuple):
    """A constraint of a table that is built anew.

    Attributes:
        constraint: As the catalog has it; None for one that is new.
        item: As it stands in CREATE TABLE; None where it stands on its column.
    """

    constraint: Constraint | None
    item: Item | None

    def with_renamed(self, column: str, new: str) -> Kept:
        """Return it with a column of its table under a new name."""
        constraint, item = self
        if constraint is not None:
            columns = [new if name.lower() == column.lower() else name for name in constraint.columns]
            constraint = constraint._replace(columns=columns)
        return Kept(constraint, item.with_renamed(column, new) if item is not None else None)


def taken_apart(items: Sequence[Item], known: Sequence[Constraint]) -> tuple[list[Item], list[Kept]] | None:
    """Return the columns of a table without keys, and its constraints; None if one is not found.

    Args:
        items: What stands in CREATE TABLE.
        known: The constraints of the table.
    """
    columns: list[Item] = []
    kept: list[Kept] = []
    left = list(known)
    for item in items:
        if item.column is None:
            found = next((one for one in left if _squeezed(one.readable) == _squeezed(item.text)), None)
            if found is None:
                return None
            left.remove(found)
            kept.append(Kept(found, item))
            continue
        for kind in ("PRIMARY KEY", "UNIQUE"):
            own = next((one for one in left if _is_own(one, kind, item)), None)
            if own is not None:
                left.remove(own)
                kept.append(Kept(own, None))
                item = item.without(*kind.split())
        columns.append(item)
    return None if left else (columns, kept)


def _is_own(constraint: Constraint, kind: str, item: Item) -> bool:
    of_one = constraint.type == kind and len(constraint.columns) == 1
    return of_one and names(item.words[0], constraint.columns[0]) and item.says(*kind.split())


def _squeezed(written: str) -> list[str]:
    return [unquoted(token).lower() for token in tokens(written) if not token.isspace()]


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
    """Yield the adding of a column, and that of each constraint and index that it has by itself."""
    column = op.column
    if not isinstance(column, Column):
        yield op
        return
    table = SchemaObjects(target).table(op.table_name, column, schema=op.schema)
    own = [
        one for one in (*table.constraints, *table.columns[column.key].constraints) if _splits(one, target)
    ]
    if not own and not table.indexes:
        yield op
        return
    plain = copy.copy(op)
    plain.inline_references = None
    default: Any = column.computed if column.computed is not None else column.server_default
    items = [default._copy()] if column.computed is not None else []
    plain.column = Column(
        column.name,
        _without_check(column.type),
        *items,
        nullable=column.nullable,
        server_default=default if column.computed is None else None,
        comment=column.comment,
    )
    yield plain
    for constraint in own:
        if isinstance(constraint, CheckConstraint):
            # One of a column is on no table.
            name: Any = constraint.name
            yield ops.CreateCheckConstraintOp(name, op.table_name, constraint.sqltext, schema=op.schema)
        else:
            yield AddConstraintOp.from_constraint(constraint)
    for index in table.indexes:
        yield ops.CreateIndexOp.from_index(index)


def _without_check(type_: Any) -> Any:
    if not getattr(type_, "create_constraint", False):
        return type_
    plain = type_.copy()
    plain.create_constraint = False
    return plain


def _splits(constraint: Any, target: Target) -> bool:
    return not isinstance(constraint, PrimaryKeyConstraint) and wanted_by(constraint, target.dialect)


def column_names(items: Sequence[Item]) -> str:
    """Return the columns that rows have values of, as a list in SQL."""
    return ", ".join(item.column for item in items if item.column is not None and not item.generated)


def qualified(schema: str, table: str) -> str:
    """Return the name of a table in its schema as SQL."""
    return f"{quoted(schema)}.{quoted(table)}"
