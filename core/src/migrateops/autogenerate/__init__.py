"""Compare models with a database, and write the operations that make them alike into scripts."""

from __future__ import annotations

from migrateops.autogenerate.column_types import type_source
from migrateops.autogenerate.comparators import (
    DispatchPriority,
    PriorityDispatchResult,
    comparators,
)
from migrateops.autogenerate.compare import compare
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.custom import RenderedValue
from migrateops.autogenerate.produce import (
    NotReversed,
    compare_metadata,
    produce_migrations,
    produce_script,
    required_plugins,
    reversed_ops,
    rewrite,
    template_args,
)
from migrateops.autogenerate.render import (
    declared_lines,
    render_op,
    render_op_text,
    render_python_code,
    renderers,
)
from migrateops.autogenerate.rewriter import Rewriter
from migrateops.autogenerate.values import render_value, value_source

__all__ = [
    "AutogenContext",
    "DispatchPriority",
    "NotReversed",
    "PriorityDispatchResult",
    "RenderedValue",
    "Rewriter",
    "comparators",
    "compare",
    "compare_metadata",
    "declared_lines",
    "produce_migrations",
    "produce_script",
    "render_op",
    "render_op_text",
    "render_python_code",
    "render_value",
    "renderers",
    "required_plugins",
    "reversed_ops",
    "rewrite",
    "template_args",
    "type_source",
    "value_source",
]
