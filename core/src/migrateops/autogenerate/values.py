"""Values as Python source: plain ones, names, and SQL expressions.

Open: ``value_source.register(MyClass)`` adds a class.
"""

from __future__ import annotations

import datetime
import decimal
import enum
import functools
import re
import uuid
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, Column, ColumnClause, Label, TableClause, TextClause
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import FetchedValue
from sqlalchemy.sql.elements import conv, quoted_name
from sqlalchemy.types import NullType, TypeEngine

from migrateops import errors
from migrateops.autogenerate import layout
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.custom import custom_source, kind_of
from migrateops.operations.literals import InlineLiteral

_PLAIN = frozenset({int, bool, type(None)})


def render_value(value: Any, context: AutogenContext) -> str:
    """Return *value* as the source of a Python expression, on one line.

    Imports that the source needs are put into ``context.imports``.

    Returns:
        The source; an empty string where the project's ``render_item`` leaves the value out.

    Raises:
        NotRenderable: Nothing says how values of this class are written.
    """
    cls = type(value)
    if cls is str:
        return layout.string(value)
    if cls in _PLAIN:
        return repr(value)
    kind = kind_of(cls)  # type: ignore[arg-type]  # mypy says that a class has no hash
    if kind is not None:
        given = custom_source(kind, value, context)
        if given is not None:
            return given
    return value_source.dispatch(cls)(value, context)


@functools.singledispatch
def value_source(value: Any, context: AutogenContext) -> str:
    """Return the source of a value of one class; the project and plugins were asked before."""
    if isinstance(value, type) and issubclass(value, TypeEngine):
        return render_value(value(), context)
    given = custom_source("value", value, context)
    if given is not None:
        return given
    raise errors.autogenerate.NotRenderable(described(value), "nothing says what its source is")


def described(value: Any) -> str:
    """Return a value for a message: its class, and its text in short."""
    cls, text = type(value), repr(value)
    return f"a {cls.__module__}.{cls.__qualname__} ({text if len(text) < 80 else text[:77] + '...'})"


# -- plain values -----------------------------------------------------------------------------
@value_source.register(int)
@value_source.register(type(None))
def _(value: Any, context: AutogenContext) -> str:
    return repr(value)


@value_source.register
def _(value: str, context: AutogenContext) -> str:
    return layout.string(value)


@value_source.register
def _(value: bytes, context: AutogenContext) -> str:
    return layout.double_quoted(repr(value))


@value_source.register
def _(value: float, context: AutogenContext) -> str:
    return repr(value) if value - value == 0 else f'float("{value!r}")'


@value_source.register(list)
@value_source.register(tuple)
@value_source.register(set)
@value_source.register(frozenset)
def _(value: Any, context: AutogenContext) -> str:
    # A column in a list is one that is meant, not one that is made.
    items = [render_value(item.name if isinstance(item, Column) else item, context) for item in value]
    if isinstance(value, set | frozenset):
        inner = f"{{{', '.join(sorted(items))}}}" if items else "()"
        return inner if type(value) is set and items else f"{type(value).__name__}({inner})"
    if isinstance(value, list):
        return f"[{', '.join(items)}]"
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


@value_source.register
def _(value: dict, context: AutogenContext) -> str:  # type: ignore[type-arg]  # a class to dispatch on
    items = (f"{render_value(k, context)}: {render_value(v, context)}" for k, v in value.items())
    return f"{{{', '.join(items)}}}"


@value_source.register(datetime.date)
@value_source.register(datetime.time)
@value_source.register(datetime.timedelta)
@value_source.register(datetime.tzinfo)
def _(value: Any, context: AutogenContext) -> str:
    source = repr(value)
    if not source.startswith("datetime.") or "tzinfo=" in source.replace("tzinfo=datetime.", ""):
        raise errors.autogenerate.NotRenderable(
            described(value), "its time zone is not one of the standard library's fixed ones"
        )
    context.imports.add("import datetime")
    return source


@value_source.register
def _(value: decimal.Decimal, context: AutogenContext) -> str:
    context.imports.add("import decimal")
    return f'decimal.Decimal("{value}")'


@value_source.register
def _(value: uuid.UUID, context: AutogenContext) -> str:
    context.imports.add("import uuid")
    return f'uuid.UUID("{value}")'


@value_source.register
def _(value: enum.Enum, context: AutogenContext) -> str:
    return f"{imported(type(value), context)}[{layout.string(value.name)}]"


def imported(cls: type[Any], context: AutogenContext) -> str:
    """Return the source that names a class, importing its module in the script.

    Raises:
        NotRenderable: A script cannot import the class.
    """
    if "<locals>" in cls.__qualname__ or cls.__module__ == "__main__":
        where = f"{cls.__module__}.{cls.__qualname__}"
        raise errors.autogenerate.NotRenderable(
            f"class {where!r}", "a script cannot import it; define it in a module"
        )
    context.rendered.add(cls)
    prefix = context.opts.get("user_module_prefix")
    if prefix is not None:
        return f"{prefix}{cls.__qualname__}"
    context.imports.add(f"import {cls.__module__}")
    return f"{cls.__module__}.{cls.__qualname__}"


# -- names ------------------------------------------------------------------------------------
@value_source.register
def _(value: conv, context: AutogenContext) -> str:
    # Made by the naming convention: it must not be applied again.
    return f"{context.op}f({layout.string(value)})"


@value_source.register
def _(value: quoted_name, context: AutogenContext) -> str:
    if value.quote is None:
        return layout.string(value)
    return f"{context.sa}quoted_name({layout.string(value)}, quote={value.quote})"


# -- SQL --------------------------------------------------------------------------------------
@value_source.register
def _(value: ClauseElement, context: AutogenContext) -> str:
    return f"{context.sa}text({layout.string(sql_text(value, context, bracketed=True))})"


@value_source.register
def _(value: Label, context: AutogenContext) -> str:  # type: ignore[type-arg]  # a class to dispatch on
    # Under its name something else may be said of it, such as the operator class of an index.
    written = _PLAIN_COLON.sub(":", sql_text(value.element, context, bracketed=True))
    name = layout.string(value.name)
    return f"{context.sa}literal_column({layout.string(written)}).label({name})"


@value_source.register
def _(value: InlineLiteral, context: AutogenContext) -> str:
    arguments = [render_value(value.value, context)]
    if type(value.type) is not type(BindParameter(None, value.value).type):
        arguments.append(render_value(value.type, context))
    return layout.call(f"{context.op}inline_literal", arguments)


@value_source.register
def _(value: TableClause, context: AutogenContext) -> str:
    arguments = [render_value(value.name, context)]
    arguments += [value_source.dispatch(ColumnClause)(column, context) for column in value.columns]
    if value.schema is not None:
        arguments.append(f"schema={render_value(value.schema, context)}")
    return layout.call(f"{context.sa}table", arguments)


@value_source.register(ColumnClause)
def _column_clause(value: Any, context: AutogenContext) -> str:
    arguments = [render_value(value.name, context)]
    if not isinstance(value.type, NullType):
        arguments.append(render_value(value.type, context))
    return layout.call(f"{context.sa}column", arguments)


@value_source.register
def _(value: FetchedValue, context: AutogenContext) -> str:
    if type(value) is not FetchedValue:
        raise errors.autogenerate.NotRenderable(described(value), "nothing says what its source is")
    return f"{context.sa}FetchedValue()"


_PLAIN_COLON = re.compile(r"\\:")
_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w)")


def sql_text(expression: ClauseElement, context: AutogenContext, *, bracketed: bool = False) -> str:
    """Return an expression as SQL that ``text()`` takes: values written out, colons escaped.

    Args:
        expression: The expression; columns are written without their table, except in statements.
        context: What it is rendered for.
        bracketed: Put brackets around an operator, as indexes and defaults need them.

    Raises:
        NotRenderable: A value in it has no literal form on this dialect.
    """
    if isinstance(expression, TextClause) and not any(p.value is not None for p in _parameters(expression)):
        return expression.text
    is_statement = getattr(expression, "is_select", False) or getattr(expression, "is_dml", False)
    if bracketed and not is_statement:
        expression = expression.self_group()
    options = {"literal_binds": True} if is_statement else {"literal_binds": True, "include_table": False}
    try:
        text = str(expression.compile(dialect=context.dialect, compile_kwargs=options))
    except (SQLAlchemyError, NotImplementedError) as exc:
        raise errors.autogenerate.NotRenderable(described(expression), str(exc).partition("\n")[0]) from exc
    if context.dialect.paramstyle in ("format", "pyformat"):
        # Compiled for the driver; as text() it will be compiled once more.
        text = text.replace("%%", "%")
    return _PARAMETER.sub(r"\\:", text)


def _parameters(clause: TextClause) -> list[BindParameter[Any]]:
    """Return the parameters of a ``text()``, which it has no public name for."""
    return list(clause._bindparams.values())
