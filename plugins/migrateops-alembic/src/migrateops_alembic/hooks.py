"""What core is told about scripts: which modules stand for ``op`` in them, and what they rely on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any

from migrateops.plugins import hookimpl

_PLUGINS = "alembic.plugins"
_IMPORTED = "sqlalchemy.dialects.postgresql"
"""What is there wherever Alembic is imported, so that scripts use it without an import of their own."""


class _Plugin:
    op_modules = ("alembic.op",)

    @hookimpl
    def migrateops_environment_created(self, env: Any) -> None:
        """Set up installed plugins of Alembic's, which a script may rely on."""
        from migrateops.plugins.glance import may_offer

        # The module that sets them up brings the whole comparison of models with it.
        if _is_of_alembic(getattr(env, "config", None)) and may_offer(_PLUGINS):
            from migrateops_alembic.api.plugins import load_installed

            load_installed(_PLUGINS)

    @hookimpl
    def migrateops_before_run(self, ctx: Any, plan: Sequence[Any]) -> None:
        """Import what scripts find imported with Alembic, if one of them names it; start an ``impl``."""
        if not _is_of_alembic(ctx.config):
            return
        if any(map(_names_dialects, plan)):
            import_module(_IMPORTED)
        from migrateops_alembic.api.impl import start

        start(ctx)


def _is_of_alembic(config: Any) -> bool:
    from migrateops_alembic.project import project

    return getattr(config, "shape", None) is project


def _names_dialects(step: Any) -> bool:
    functions = (
        (one for one in vars(step.module).values() if isinstance(one, FunctionType)) if step.module else ()
    )
    return any("dialects" in code.co_names for one in functions for code in _codes(one.__code__))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


plugin = _Plugin()
