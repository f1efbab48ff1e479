"""How constraints that only PostgreSQL has are written into scripts; imported when something is."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import ExcludeConstraint

from migrateops.autogenerate import AutogenContext, render_value, value_source
from migrateops_postgresql.exclude import elements_of


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
