"""Columns, constraints, indexes and defaults as Python source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Constraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Sequence,
    UniqueConstraint,
)
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.schema import DefaultClause
from sqlalchemy.sql.base import ColumnCollection

from migrateops import errors
from migrateops.autogenerate import layout
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.custom import custom_source
from migrateops.autogenerate.values import render_value, sql_text, value_source
from migrateops.operations.schema_objects import from_type, given_options

_REFERRING = ("onupdate", "ondelete", "deferrable", "initially", "use_alter", "match")
_TIMING = ("deferrable", "initially")
_FALSE_BY_DEFAULT = frozenset({"use_alter", "always", "on_null", "optional"})


def column_source(column: Column[Any], context: AutogenContext, *, alone: bool = True) -> str:
    """Return the constructor's call of a column.

    Args:
        column: The column.
        context: What it is rendered for.
        alone: Write what the column says of constraints and indexes; False where they are listed
            beside the column, as in CREATE TABLE.
    """
    given = custom_source("column", column, context)
    if given is not None:
        return given
    try:
        return layout.call(f"{context.sa}Column", _column_arguments(column, context, alone))
    except errors.autogenerate.NotRenderable as exc:
        exc.column = exc.column or str(column.name)
        raise


@value_source.register(Column)
def _column(column: Column[Any], context: AutogenContext) -> str:
    return layout.call(f"{context.sa}Column", _column_arguments(column, context, True))


def _column_arguments(column: Column[Any], context: AutogenContext, alone: bool) -> Iterator[str]:
    yield render_value(column.name, context)
    yield render_value(column.type, context)
    if isinstance(column.default, Sequence):
        yield render_value(column.default, context)
    if alone and column.foreign_keys:
        for key in sorted(_keys_of_its_own(column), key=lambda key: key.target_fullname):
            yield render_value(key, context)
    if column.constraints:
        # A table does not list them among its own.
        for check in sorted(column.constraints, key=lambda c: str(c.name or "")):
            if not from_type(check):
                yield render_value(check, context)
    default = column.server_default
    generated = default is not None and isinstance(default, Computed | Identity)
    if generated:
        yield render_value(default, context)
    if column.autoincrement != "auto":
        yield f"autoincrement={column.autoincrement!r}"
    if alone:
        yield from (f"{flag}=True" for flag in ("primary_key", "unique", "index") if getattr(column, flag))
    yield f"nullable={column.nullable!r}"
    if default is not None and not generated:
        source = server_default_source(default, context)
        yield f"server_default={source}" if source else ""
    if column.comment is not None:
        yield f"comment={render_value(column.comment, context)}"


def _keys_of_its_own(column: Column[Any]) -> Iterator[ForeignKey]:
    """Yield the foreign keys of this column alone; one over several columns belongs to the table."""
    for key in column.foreign_keys:
        if key.constraint is None or len(key.constraint.elements) == 1:
            yield key


def server_default_source(default: Any, context: AutogenContext) -> str:
    """Return the source of a server default."""
    given = custom_source("server_default", default, context)
    if given is not None:
        return given
    return render_value(default.arg if isinstance(default, DefaultClause) else default, context)


@value_source.register
def _(value: DefaultClause, context: AutogenContext) -> str:
    return server_default_source(value, context)


@value_source.register
def _(value: Computed, context: AutogenContext) -> str:
    arguments = [layout.string(sql_text(value.sqltext, context))]
    if value.persisted is not None:
        arguments.append(f"persisted={value.persisted!r}")
    return layout.call(f"{context.sa}Computed", arguments)


# Read from the object's own state: in later SQLAlchemy some are views of options of a dialect.
_COUNTING = (
    "start",
    "increment",
    "minvalue",
    "maxvalue",
    "nominvalue",
    "nomaxvalue",
    "cycle",
    "cache",
    "order",
)


@value_source.register
def _(value: Identity, context: AutogenContext) -> str:
    named = {name: vars(value).get(name) for name in ("always", "on_null", *_COUNTING)}
    return layout.call(f"{context.sa}Identity", _keywords(named | _options(value), context))


@value_source.register
def _(value: Sequence, context: AutogenContext) -> str:
    named = {name: vars(value).get(name) for name in (*_COUNTING, "schema", "data_type", "optional")}
    return layout.call(
        f"{context.sa}Sequence",
        [render_value(value.name, context), *_keywords(named | _options(value), context)],
    )


# -- constraints ------------------------------------------------------------------------------
@value_source.register
def _(value: ForeignKey, context: AutogenContext) -> str:
    # Attached, the constraint that was made of it has the name after the naming convention.
    source: Any = value.constraint if value.constraint is not None else value
    named = {name: getattr(source, name) for name in ("name", *_REFERRING)}
    arguments = [render_value(target_of_key(value), context), *_keywords(named | _options(source), context)]
    return layout.call(f"{context.sa}ForeignKey", arguments)


@value_source.register
def _(value: ForeignKeyConstraint, context: AutogenContext) -> str:
    columns = [column.name for column in value.columns] or list(value.column_keys)
    targets = [target_of_key(key) for key in value.elements]
    named = {name: getattr(value, name) for name in ("name", *_REFERRING)}
    arguments = [render_value(columns, context), render_value(targets, context)]
    arguments += _keywords(named | _options(value), context)
    return layout.call(f"{context.sa}ForeignKeyConstraint", arguments)


@value_source.register(PrimaryKeyConstraint)
@value_source.register(UniqueConstraint)
def _columns_constraint(value: Any, context: AutogenContext) -> str:
    named = {name: getattr(value, name) for name in ("name", *_TIMING)}
    arguments = [render_value(name, context) for name in _column_names(value)]
    arguments += _keywords(named | _options(value), context)
    return layout.call(f"{context.sa}{type(value).__name__}", arguments)


@value_source.register
def _(value: CheckConstraint, context: AutogenContext) -> str:
    named = {name: getattr(value, name) for name in ("name", *_TIMING)}
    arguments = [layout.string(sql_text(value.sqltext, context))]
    arguments += _keywords(named | _options(value), context)
    return layout.call(f"{context.sa}CheckConstraint", arguments)


@value_source.register
def _(value: Constraint, context: AutogenContext) -> str:
    cls = type(value)
    raise errors.autogenerate.NotRenderable(
        f"a {cls.__module__}.{cls.__qualname__}", "nothing says what its source is"
    )


@value_source.register
def _(value: Index, context: AutogenContext) -> str:
    name = value.name if isinstance(value.name, str) else None
    arguments = [render_value(name, context)]
    arguments += [
        render_value(item.name if isinstance(item, Column) else item, context) for item in value.expressions
    ]
    if value.unique:
        arguments.append("unique=True")
    arguments += _keywords(_options(value), context)
    return layout.call(f"{context.sa}Index", arguments)


def target_of_key(key: ForeignKey) -> str:
    """Return what a foreign key refers to, as ``schema.table.column``, by names, never by keys."""
    try:
        column = key.column
    except InvalidRequestError:
        # The table is not there, as in an operation that stands alone: what was given is all.
        return str(key.target_fullname)
    table: Any = column.table
    return f"{table.fullname}.{column.name}"


def _column_names(constraint: Any) -> list[str]:
    """Return the columns' names of a constraint, also of one that is in no table yet."""
    columns: ColumnCollection[str, Column[Any]] = constraint.columns
    if len(columns):
        return [column.name for column in columns]
    # SQLAlchemy has no public name for the columns that wait for a table.
    pending = getattr(constraint, "_pending_colargs", ())
    return [item.name if isinstance(item, Column) else str(item) for item in pending]


def _keywords(named: Mapping[str, Any], context: AutogenContext) -> list[str]:
    """Return keyword arguments; those that say nothing are left out."""
    return [
        f"{name}={render_value(value, context)}"
        for name, value in named.items()
        if value is not None
        and not (value is False and name in _FALSE_BY_DEFAULT)
        # The name of a constraint without one may be a mark that says so.
        and not (name == "name" and not isinstance(value, str))
    ]


def _options(item: Any) -> dict[str, Any]:
    """Return the options of the dialect that were given."""
    return {name: value for name, value in sorted(given_options(item).items()) if value is not None}
