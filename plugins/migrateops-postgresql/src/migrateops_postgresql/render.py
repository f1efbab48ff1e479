"""How constraints that only PostgreSQL has are written into scripts; imported when something is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSON, JSONB, ExcludeConstraint

from migrateops.autogenerate import AutogenContext, render_value, value_source
from migrateops_postgresql.exclude import elements_of


def json_source(type_: Any, context: AutogenContext) -> str | None:
    """Return the source of a JSON type that says nothing unusual, or None for any other type."""
    cls = type(type_)
    if cls not in (JSON, JSONB) or type(type_.astext_type) is not Text or type_.none_as_null:
        return None
    if type_._variant_mapping:
        return None
    context.imports.add("from sqlalchemy.dialects import postgresql")
    return f"postgresql.{cls.__name__}()"


@value_source.register
def exclude_constraint(value: ExcludeConstraint, context: AutogenContext) -> str:
    """Return the constructor's call of a constraint that a table is created with."""
    context.imports.add("from sqlalchemy.dialects import postgresql")
    named = {
        "name": value.name if isinstance(value.name, str) else None,
        "using": value.using,
        "where": value.where,
        "deferrable": value.deferrable,
        "initially": value.initially,
        "ops": dict(value.ops) or None,
    }
    arguments = [render_value(element, context) for element in elements_of(value)]
    arguments += [f"{name}={render_value(item, context)}" for name, item in named.items() if item is not None]
    return f"postgresql.ExcludeConstraint({', '.join(arguments)})"
