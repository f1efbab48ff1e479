"""Operations as the lines of a script; derived from how each is declared."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Column

from migrateops import errors
from migrateops.autogenerate import batches, layout
from migrateops.autogenerate.comparators import where
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.schema_items import column_source, server_default_source
from migrateops.autogenerate.values import render_value
from migrateops.operations import ops
from migrateops.operations.declare import REMARK, Form, MigrateOperation

Renderer = Callable[[AutogenContext, Any], str | Sequence[str]]
FnT = TypeVar("FnT", bound=Renderer)

BATCH = "batch_op"
"""What a batch is called in scripts."""
_AS = f" as {BATCH}:"


class Renderers:
    """Functions that write operations of one class, in place of what its declaration says."""

    def __init__(self) -> None:
        # By class: what env.py defines is another class each time that it is executed.
        self._functions: weakref.WeakKeyDictionary[type[Any], Renderer] = weakref.WeakKeyDictionary()

    def dispatch_for(self, op_cls: type[Any], *, replace: bool = False) -> Callable[[FnT], FnT]:
        """Let the decorated ``function(autogen_context, operation)`` write operations of a class.

        It returns a line, or a list of lines, without indentation.

        Args:
            op_cls: The operation class; its subclasses inherit the function.
            replace: Allow that there is one already.

        Raises:
            RendererExists: There is one already, and *replace* was not given.
        """

        def decorate(function: FnT) -> FnT:
            existing = self._functions.get(op_cls)
            if existing is not None and not replace and where(existing) != where(function):
                raise errors.autogenerate.RendererExists(op_cls.__name__, where(existing))
            self._functions[op_cls] = function
            return function

        return decorate

    def dispatch(self, op_cls: type[Any]) -> Renderer | None:
        """Return the function of the nearest class, or None."""
        return next((self._functions[cls] for cls in op_cls.__mro__ if cls in self._functions), None)


renderers = Renderers()


def render_op(op: MigrateOperation, context: AutogenContext, form: Form = "op") -> list[str]:
    """Return the lines of a script that make *op*, without indentation.

    Args:
        op: An operation, or a container of operations.
        context: What it is rendered for; imports that the lines need are put into it.
        form: ``"batch"`` inside a ``batch_alter_table`` block.

    Raises:
        NoRenderer: The class is neither declared nor has a renderer.
        NotRenderable: A value in it has no form as source.
    """
    remark = op.info.get(REMARK)
    if remark is not None:
        return [*(f"# {line}" for line in remark), *_lines(op, context, form)]
    return _lines(op, context, form)


def _lines(op: MigrateOperation, context: AutogenContext, form: Form) -> list[str]:
    explicit = renderers.dispatch(type(op))
    if explicit is None:
        return declared_lines(op, context, form)
    context.uses(op)
    lines = explicit(context, op)
    return lines.splitlines() if isinstance(lines, str) else list(lines)


def declared_lines(op: MigrateOperation, context: AutogenContext, form: Form = "op") -> list[str]:
    """Return what ``render_op()`` does where no renderer is registered for the class of *op*.

    For a renderer that changes a little of what is written otherwise.

    Raises:
        NoRenderer: The class is not declared.
        NotRenderable: A value in it has no form as source.
    """
    if isinstance(op, ops.ModifyTableOps):
        if context.opts.get("render_as_batch"):
            return _batch(op, context)
        needed = batches.needed(op, context)
        if needed is not None:
            # It looks up the table that it builds anew.
            why = layout.remark(f"In a batch (not for --sql), as {needed}.", indent="")
            return [*(f"# {line}" for line in why), *_batch(op, context)]
    if isinstance(op, ops.OpContainer):
        return [line for inner in op.ops for line in render_op(inner, context, form)]
    return _call(op, context, form)


def _batch(op: ops.ModifyTableOps, context: AutogenContext) -> list[str]:
    lines = [line for inner in op.ops for line in render_op(inner, context, "batch")]
    if not lines:
        return []
    arguments = [render_value(op.table_name, context)]
    for name in ("schema", "naming_convention"):
        value = getattr(op, name)
        if value is not None:
            arguments.append(f"{name}={render_value(value, context)}")
    *before, last = layout.broken_call(f"with {context.op}batch_alter_table", arguments, more=len(_AS))
    if all(line.startswith("#") for line in lines):
        lines.append("pass")
    return [*before, f"{last}{_AS}", *(layout.INDENT + line for line in lines), ""]


def _call(op: MigrateOperation, context: AutogenContext, form: Form) -> list[str]:
    if form == "batch" and "batch" not in op.__op_names__:
        form = "op"
    name, spec = op.__op_names__.get(form), op.__op_spec__
    if name is None or spec is None:
        raise errors.autogenerate.NoRenderer(type(op).__name__)
    context.uses(op)
    try:
        arguments = [
            source if keyword is None else f"{keyword}={source}"
            for keyword, value in spec.arguments(op, form)
            # What the models keep for themselves does not reach the database.
            if keyword != "info"
            and not _is_needless(op, keyword, context)
            and (source := _argument(op, keyword, value, context))
        ]
    except errors.autogenerate.NotRenderable as exc:
        exc.table = exc.table or getattr(op, "table_name", None)
        exc.column = exc.column or getattr(op, "column_name", None)
        raise
    indent = layout.INDENT if form == "batch" else ""
    receiver = f"{BATCH}." if form == "batch" else context.op
    return layout.broken_call(f"{receiver}{name}", arguments, indent)


def _is_needless(op: MigrateOperation, keyword: str | None, context: AutogenContext) -> bool:
    """Say whether an option tells of an index that is dropped what it was, or what it is elsewhere."""
    if keyword is None or not isinstance(op, ops.DropIndexOp):
        return False
    if keyword not in op.kw or keyword in (op.__options__ or ()):
        return False
    if context.migration_context is None:
        # For no database in particular.
        return False
    if not keyword.startswith(tuple([f"{name}_" for name in context.pack.keys(context.dialect.name)])):
        # How an index is dropped there is said by a flag; all else describes it.
        return op.kw[keyword] is not True
    taken = context.pack.drop_index_options
    return taken is not None and keyword not in taken


def _argument(op: MigrateOperation, keyword: str | None, value: Any, context: AutogenContext) -> str:
    if isinstance(value, Column):
        # What an operation lists beside its columns is not written into them again.
        return column_source(value, context, alone=value.name not in getattr(op, "constraints_included", ()))
    if keyword is not None and keyword.endswith("server_default") and value is not None:
        return server_default_source(value, context)
    return render_value(value, context)


def render_python_code(
    up_or_down_op: MigrateOperation,
    sqlalchemy_module_prefix: str = "sa.",
    operations_module_prefix: str = "op.",
    render_as_batch: bool = False,
    imports: set[str] | Sequence[str] = (),
    render_item: Callable[..., Any] | None = None,
    migration_context: Any = None,
    user_module_prefix: str | None = None,
) -> str:
    """Return operations as the body of ``upgrade()`` or ``downgrade()``.

    The first line is not indented, as script templates do that.

    Args:
        up_or_down_op: The operations, ``UpgradeOps`` as a rule.
        sqlalchemy_module_prefix: What is written before SQLAlchemy's names.
        operations_module_prefix: What is written before directives.
        render_as_batch: Write the changes to a table as a ``batch_alter_table`` block.
        imports: A set gets the import lines that the code needs.
        render_item: What ``context.configure(render_item=...)`` takes.
        migration_context: The ``MigrationContext``, for its dialect and its plugins.
        user_module_prefix: What is written before types of other modules; their module when None.

    Raises:
        NoRenderer: An operation is neither declared nor has a renderer.
        NotRenderable: A value has no form as source.
    """
    opts = {
        "sqlalchemy_module_prefix": sqlalchemy_module_prefix,
        "operations_module_prefix": operations_module_prefix,
        "render_as_batch": render_as_batch,
        "render_item": render_item,
        "user_module_prefix": user_module_prefix,
    }
    context = AutogenContext(migration_context, opts=opts, autogenerate=False)
    if isinstance(imports, set):
        context.imports = imports
    return render_body(up_or_down_op, context)


def render_op_text(autogen_context: AutogenContext, op: MigrateOperation) -> str:
    """Return the lines of one operation as one text, without indentation."""
    return "\n".join(render_op(op, autogen_context))


def render_body(op: MigrateOperation, context: AutogenContext) -> str:
    """Return operations as the body of a function; ``pass`` where there is nothing to do."""
    lines = render_op(op, context)
    while lines and not lines[-1]:
        lines.pop()
    if all(line.startswith("#") for line in lines):
        lines.append("pass")
    return "\n".join(layout.INDENT + line if number and line else line for number, line in enumerate(lines))
