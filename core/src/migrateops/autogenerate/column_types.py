"""Column types as Python source."""

from __future__ import annotations

import ast
import functools
import inspect
import sys
from inspect import Parameter
from typing import Any

import sqlalchemy
from sqlalchemy.types import TypeEngine

from migrateops import errors
from migrateops.autogenerate import layout
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.values import imported, render_value, value_source

_DIALECTS = "sqlalchemy.dialects."


@value_source.register(TypeEngine)
def type_source(type_: TypeEngine[Any], context: AutogenContext) -> str:
    """Return the constructor's call of a type, with its variants.

    Raises:
        NotRenderable: The type's ``repr()`` is no call, or a script cannot import its class.
    """
    cls = type(type_)
    # Of SQLAlchemy's own types, state is all; a model has few that differ.
    key = (cls, *vars(type_).items()) if cls.__module__.startswith("sqlalchemy.") else None
    try:
        found = context.type_sources.get(key) if key is not None else None
    except TypeError:
        # Some of the state has no hash.
        key = found = None
    if found is not None:
        return found
    source = f"{_class_name(_shown_class(type_), context)}({_arguments(type_, context)})"
    # The mapping has no public name; it is what with_variant() adds to.
    for dialect, variant in sorted(type_._variant_mapping.items()):
        source += f".with_variant({render_value(variant, context)}, {layout.string(dialect)})"
    if key is not None:
        context.type_sources[key] = source
    return source


def _shown_class(type_: TypeEngine[Any]) -> type[Any]:
    """Return the type's class; for one that poses as SQLAlchemy's, the class that its ``repr()`` calls."""
    cls = type(type_)
    module = sys.modules.get(cls.__module__)
    if not cls.__module__.startswith("sqlalchemy.") or getattr(module, cls.__name__, None) is cls:
        return cls
    found = getattr(module, repr(type_).partition("(")[0], None)
    return found if isinstance(found, type) else cls


def _class_name(cls: type[Any], context: AutogenContext) -> str:
    """Return the source that names a type's class, importing it where the script must."""
    name, module = cls.__name__, cls.__module__
    if module.startswith(_DIALECTS):
        dialect = module.removeprefix(_DIALECTS).partition(".")[0]
        if getattr(sys.modules[_DIALECTS + dialect], name, None) is cls:
            context.imports.add(f"from sqlalchemy.dialects import {dialect}")
            return f"{dialect}.{name}"
    elif module.startswith("sqlalchemy."):
        if getattr(sqlalchemy, name, None) is cls:
            return f"{context.sa}{name}"
        if getattr(sqlalchemy.types, name, None) is cls:
            return f"{context.sa}types.{name}"
    return imported(cls, context)


def _arguments(type_: TypeEngine[Any], context: AutogenContext) -> str:
    """Return the arguments of a type's constructor, those that are types written like any other."""
    cls: Any = type(type_)
    signature = _own_signature(cls)
    if signature is not None:
        return _from_attributes(type_, signature, context)
    text = repr(type_)
    if not _is_call(text):
        raise errors.autogenerate.NotRenderable(f"type {text}", "its repr() is no call of its class")
    text = text[text.index("(") + 1 : -1]
    nested = {repr(inner): inner for inner in _types_in(type_)}
    if "metadata=" in text or any(shown in text for shown in nested):
        return _with_nested(text, nested, context)
    return layout.double_quoted(text)


@functools.cache
def _own_signature(cls: type[Any]) -> inspect.Signature | None:
    """Return the signature of a constructor that a class outside of SQLAlchemy has of its own.

    A ``repr()`` that SQLAlchemy writes shows the arguments of the type that a decorator is made
    of, not those of the decorator.  A class that writes its own ``repr()`` is taken by its word.
    """
    if not _is_foreign(cls, "__init__") or _is_foreign(cls, "__repr__"):
        return None
    signature = inspect.signature(cls)
    variable = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return None if any(p.kind in variable for p in signature.parameters.values()) else signature


def _is_foreign(cls: type[Any], method: str) -> bool:
    owner = next(c for c in cls.__mro__ if method in vars(c))
    return not owner.__module__.startswith("sqlalchemy.") and owner is not object


def _from_attributes(type_: TypeEngine[Any], signature: inspect.Signature, context: AutogenContext) -> str:
    """Return the arguments whose values the type keeps as attributes of the same names."""
    arguments = []
    for parameter in signature.parameters.values():
        value = getattr(type_, parameter.name, Parameter.empty)
        if value is Parameter.empty:
            if parameter.default is Parameter.empty:
                name = type(type_).__qualname__
                raise errors.autogenerate.NotRenderable(
                    f"type {name!r}", f"it keeps no attribute {parameter.name!r}; give it that, or a __repr__"
                )
            continue
        if parameter.default is not Parameter.empty and _same(value, parameter.default):
            continue
        source = render_value(value, context)
        positional = parameter.kind is not Parameter.KEYWORD_ONLY and parameter.default is Parameter.empty
        arguments.append(source if positional else f"{parameter.name}={source}")
    return ", ".join(arguments)


def _same(value: Any, default: Any) -> bool:
    return value is default or (type(value) is type(default) and value == default)


@functools.lru_cache(maxsize=4096)
def _is_call(text: str) -> bool:
    try:
        return isinstance(ast.parse(text, mode="eval").body, ast.Call)
    except SyntaxError:
        return False


def _types_in(type_: TypeEngine[Any]) -> list[TypeEngine[Any]]:
    """Return the types that a type holds, such as the one of an array's items."""
    cls: Any = type(type_)
    found: list[TypeEngine[Any]] = list(_types_of_class(cls))
    for value in vars(type_).values():
        if isinstance(value, TypeEngine) and value is not type_:
            found += [value, *_types_in(value)]
    return found


@functools.cache
def _types_of_class(cls: type[Any]) -> tuple[TypeEngine[Any], ...]:
    values = (value for base in cls.__mro__ for value in vars(base).values())
    return tuple(value for value in values if isinstance(value, TypeEngine))


class _Nested(ast.NodeTransformer):
    def __init__(self, sources: dict[str, str]) -> None:
        self.sources = sources

    def visit_Call(self, node: ast.Call) -> ast.AST:
        # The models' MetaData, which no script has.
        node.keywords = [keyword for keyword in node.keywords if keyword.arg != "metadata"]
        source = self.sources.get(ast.unparse(node))
        return ast.parse(source, mode="eval").body if source else self.generic_visit(node)


def _with_nested(text: str, nested: dict[str, TypeEngine[Any]], context: AutogenContext) -> str:
    """Return arguments in which the types that a type holds are written like any other type."""
    sources = {
        ast.unparse(ast.parse(shown, mode="eval")): render_value(inner, context)
        for shown, inner in nested.items()
        if shown in text and _is_call(shown)
    }
    tree = _Nested(sources).visit(ast.parse(f"_({text})", mode="eval"))
    return layout.double_quoted(ast.unparse(tree).removeprefix("_(").removesuffix(")"))
