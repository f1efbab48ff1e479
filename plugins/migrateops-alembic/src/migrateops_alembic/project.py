"""Projects of Alembic's shape: what core asks of them."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from migrateops_alembic import reading

if TYPE_CHECKING:
    from migrateops.config.source import Source

_RENAMED = {"alembic_module_prefix": "operations_module_prefix"}


class _Project:
    """What the entry point names; has no state of its own."""

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

    def options(self, given: dict[str, Any]) -> dict[str, Any]:
        """Return the options of a ``configure()`` under the names that core has for them."""
        return {_RENAMED.get(name, name): value for name, value in given.items()}

    def entered(self) -> AbstractContextManager[None]:
        """Have ``import alembic`` lead to migrateops within the block."""
        from migrateops_alembic.alias.finder import entered

        return entered()


project = _Project()
