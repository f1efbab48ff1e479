"""Names of types of functions, for annotations in ``env.py`` and in extensions."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any, Literal

from migrateops.autogenerate.rewriter import ProcessDirectives

NameFilterType = Literal[
    "schema", "table", "column", "index", "unique_constraint", "foreign_key_constraint", "check_constraint"
]
NameFilterParentNames = MutableMapping[
    Literal["schema_name", "table_name", "schema_qualified_table_name"], str | None
]
IncludeNameFn = Callable[[str | None, NameFilterType, NameFilterParentNames], bool]
IncludeObjectFn = Callable[[Any, str | None, NameFilterType, bool, Any], bool]
RenderItemFn = Callable[[str, Any, Any], str | Literal[False]]
ProcessRevisionDirectiveFn = ProcessDirectives
OnVersionApplyFn = Callable[..., None]
CompareType = Callable[[Any, Any, Any, Any, Any], bool | None]
CompareServerDefault = Callable[[Any, Any, Any, str | None, Any, str | None], bool | None]
