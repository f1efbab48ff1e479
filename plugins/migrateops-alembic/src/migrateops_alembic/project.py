"""Projects of Alembic's shape: what core asks of them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib import import_module
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from migrateops_alembic import reading

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from migrateops.config import Config
    from migrateops.config.source import Source
    from migrateops.revisions.graph import RevisionGraph
    from migrateops.runtime.migration import MigrationContext
    from migrateops.runtime.step import RevisionStep

_PLUGINS = "alembic.plugins"
_IMPORTED = "sqlalchemy.dialects.postgresql"
"""What is there wherever Alembic is imported, so that scripts use it without an import of their own."""
_RENAMED = {"alembic_module_prefix": "operations_module_prefix"}
_USUAL: dict[str, Any] = {"compare_server_default": False}
_OF_MYSQL: dict[str, Any] = {
    # SQLAlchemy, which writes its tables and indexes, reads no others.
    "mysql_only_own_options": True
}
_OF_DIALECT: Mapping[str, dict[str, Any]] = {
    # Alembic takes DDL there for not transactional, and writes neither BEGIN nor COMMIT.
    "sqlite": {"transactional_sql": False},
    # Its scripts make the types that their columns need; those that it generates itself forget to.
    "postgresql": {"postgresql_create_types": "online"},
    "mysql": _OF_MYSQL,
    "mariadb": _OF_MYSQL,
}
"""Options that make a dialect's SQL what Alembic's is."""


class _Project:
    """What the entry point names; has no state of its own."""

    cut_in_slugs = "_"
    op_modules = ("alembic.op",)

    def find(self, directory: str) -> Source | None:
        """Return what the configuration of Alembic's in *directory* holds, or None.

        ``ALEMBIC_CONFIG`` names the ini file where it is set.
        """
        return reading.found(directory, os.environ.get("ALEMBIC_CONFIG"), self)

    def read(self, file: str) -> Source | None:
        """Return what *file* holds, or None if it is no configuration of Alembic's."""
        return reading.read(file, self)

    def empty(self) -> Source:
        """Return what a configuration without a file starts from."""
        return reading.source(None, {}, {}, self)

    def options(
        self, given: dict[str, Any], dialect: str | None, connection: Connection | None = None
    ) -> dict[str, Any]:
        """Return the options of a ``configure()`` under the names that core has for them."""
        from migrateops.dialects.transaction import asked_level
        from migrateops.runtime.options import LENIENT
        from migrateops_alembic.api.impl import told_by
        from migrateops_alembic.versions import made_by

        found = {_RENAMED.get(name, name): value for name, value in given.items()}
        found |= told_by(dialect, found)
        found["of_shape"] = {"autogenerate_plugins": found.pop("autogenerate_plugins", None)}
        found |= {"versions": made_by(found.pop("version_table_of", None)), "run_batch": _run_batch}
        found |= {"creates_schemas": False, **dict.fromkeys(LENIENT, True)}
        for name, value in (_USUAL | _OF_DIALECT.get(dialect or "", {})).items():
            # None says as little as nothing.
            if found.get(name) is None:
                found[name] = value
        if connection is not None and asked_level(connection) == "AUTOCOMMIT":
            # Alembic begins a transaction there that never reaches the server, and scripts rely on it.
            found.pop("transaction_per_migration", None)
            found["transaction"] = "none"
        return found

    def started(self) -> None:
        """Set up installed plugins of Alembic's, which a script may rely on."""
        from migrateops.plugins.glance import may_offer

        # The module that sets them up brings the whole comparison of models with it.
        if may_offer(_PLUGINS):
            from migrateops_alembic.api.plugins import load_installed

            load_installed(_PLUGINS)

    def before_run(self, context: MigrationContext, plan: Sequence[RevisionStep]) -> None:
        """Import what scripts find imported with Alembic, if one of them names it; start an ``impl``."""
        from migrateops_alembic.api.impl import start

        if any(map(_names_dialects, plan)):
            import_module(_IMPORTED)
        start(context)

    def attribute(self, config: Config, name: str, default: object) -> object:
        """Return what a configuration of Alembic's has under a name that ours does not have."""
        from migrateops_alembic.api import config as api

        found = vars(api.Config).get(name)
        return default if found is None else found.__get__(config, type(config))

    def run_order(self, graph: RevisionGraph, ids: set[str]) -> list[str]:
        """Return revisions in the order of Alembic: branches may rely on it without a word of it."""
        from migrateops_alembic.api.walking import newest_first

        return newest_first(graph, ids)

    def printed(
        self,
        verb: str,
        config: Config,
        found: Sequence[Any],
        *,
        verbose: bool,
        current: Collection[str] | None = None,
    ) -> str:
        """Return what Alembic's command of that name prints."""
        from migrateops_alembic.api.listing import printed
        from migrateops_alembic.api.scripts import ScriptDirectory

        directory = ScriptDirectory.from_config(config)
        if verb != "current":  # which has the scripts that the database was looked up in
            directory.leave_out_broken()
        return printed(verb, directory, found, verbose=verbose, current=current or ())

    def entered(self) -> AbstractContextManager[None]:
        """Have ``import alembic`` lead to migrateops within the block."""
        from migrateops_alembic.alias.finder import entered

        return entered()


def _names_dialects(step: RevisionStep) -> bool:
    functions = (
        (one for one in vars(step.module).values() if isinstance(one, FunctionType)) if step.module else ()
    )
    return any("dialects" in code.co_names for one in functions for code in _codes(one.__code__))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _codes(inner)


def _run_batch(operations: Any, asked: Any) -> None:
    from migrateops_alembic.api import batch

    batch.run(operations, asked)


project = _Project()
