"""``alembic.autogenerate.render``: pieces of scripts as text, which renderers of extensions are made of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column
from sqlalchemy.sql.elements import conv

from migrateops.autogenerate import AutogenContext, declared_lines, render_op, render_value, type_source
from migrateops.autogenerate.custom import custom_source
from migrateops.autogenerate.schema_items import column_source, server_default_source
from migrateops.operations import ops


def _as(op_cls: type[Any], op: Any) -> Any:
    """Return an operation as one of a built-in class, which has the words for it."""
    if type(op) is op_cls:
        return op
    made = object.__new__(op_cls)
    vars(made).update(vars(op))
    return made


def _written(op_cls: type[Any], context: AutogenContext, op: Any) -> str:
    return "\n".join(declared_lines(_as(op_cls, op), context))


def _add_table(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.CreateTableOp, autogen_context, op)


def _drop_table(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.DropTableOp, autogen_context, op)


def _add_column(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.AddColumnOp, autogen_context, op)


def _drop_column(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.DropColumnOp, autogen_context, op)


def _alter_column(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.AlterColumnOp, autogen_context, op)


def _add_index(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.CreateIndexOp, autogen_context, op)


def _drop_index(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.DropIndexOp, autogen_context, op)


def _add_unique_constraint(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.CreateUniqueConstraintOp, autogen_context, op)


def _add_fk_constraint(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.CreateForeignKeyOp, autogen_context, op)


def _add_check_constraint(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.CreateCheckConstraintOp, autogen_context, op)


def _drop_constraint(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.DropConstraintOp, autogen_context, op)


def _execute_sql(autogen_context: AutogenContext, op: Any) -> str:
    return _written(ops.ExecuteSQLOp, autogen_context, op)


def _render_cmd_body(op_container: Any, autogen_context: AutogenContext) -> str:
    """Return the body of ``upgrade()`` or ``downgrade()``."""
    lines = [line for op in op_container.ops for line in render_op(op, autogen_context)]
    return "\n".join(lines or ["pass"])


def _render_column(column: Column[Any], autogen_context: AutogenContext, **kw: Any) -> str:
    return column_source(column, autogen_context)


def _render_constraint(constraint: Any, autogen_context: AutogenContext, *args: Any) -> str:
    return render_value(constraint, autogen_context)


def _render_server_default(default: Any, autogen_context: AutogenContext, repr_: bool = True) -> str | None:
    rendered = _user_defined_render("server_default", default, autogen_context)
    if rendered is not False:
        return str(rendered) if rendered else None
    return None if default is None else server_default_source(default, autogen_context)


def _render_potential_expr(value: Any, autogen_context: AutogenContext, **kw: Any) -> str:
    return render_value(value, autogen_context)


def _repr_type(type_: Any, autogen_context: AutogenContext, **kw: Any) -> str:
    return type_source(type_, autogen_context)


def _user_defined_render(type_: str, object_: Any, autogen_context: AutogenContext) -> str | bool:
    """Return what ``render_item`` or a plugin says of a value; False if nobody does."""
    found = custom_source(type_, object_, autogen_context)
    return False if found is None else found


def _sqlalchemy_autogenerate_prefix(autogen_context: AutogenContext) -> str:
    return autogen_context.sa


def _alembic_autogenerate_prefix(autogen_context: AutogenContext) -> str:
    return autogen_context.op


def _user_autogenerate_prefix(autogen_context: AutogenContext, target: Any) -> str:
    prefix = autogen_context.opts.get("user_module_prefix")
    return f"{type(target).__module__}." if prefix is None else str(prefix)


def _indent(text: str) -> str:
    """Return text with all lines but the first indented."""
    first, *others = text.strip().splitlines() or [""]
    return "\n".join([first, *(f"    {line}" if line else "" for line in others)])


def _ident(name: Any) -> str | None:
    """Return a name as a plain string."""
    return None if name is None else str(name)


def _render_gen_name(autogen_context: AutogenContext, name: Any) -> Any:
    return f"{autogen_context.op}f({str(name)!r})" if isinstance(name, conv) else name


__all__ = [
    "_add_check_constraint",
    "_add_column",
    "_add_fk_constraint",
    "_add_index",
    "_add_table",
    "_add_unique_constraint",
    "_alembic_autogenerate_prefix",
    "_alter_column",
    "_drop_column",
    "_drop_constraint",
    "_drop_index",
    "_drop_table",
    "_execute_sql",
    "_ident",
    "_indent",
    "_render_cmd_body",
    "_render_column",
    "_render_constraint",
    "_render_gen_name",
    "_render_potential_expr",
    "_render_server_default",
    "_repr_type",
    "_sqlalchemy_autogenerate_prefix",
    "_user_autogenerate_prefix",
    "_user_defined_render",
]
