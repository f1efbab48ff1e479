"""Run the body of a script against Operations that only note what they are asked for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from migrateops.autogenerate import AutogenContext
from migrateops.operations.base import Operations
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.registry import Namespace


class Recorder(Operations):
    """Operations that are noted, and not run."""

    def __init__(self) -> None:
        super().__init__(SimpleNamespace(namespace=Namespace()))
        self.operations: list[MigrateOperation] = []

    def invoke(self, operation: MigrateOperation) -> Any:
        self.operations.append(operation)


def scope(imports: set[str]) -> dict[str, Any]:
    """Return the names that a script has after its imports."""
    names: dict[str, Any] = {"sa": sa}
    exec("\n".join(sorted(imports)), names)
    return names


def recorded(body: str, imports: set[str]) -> list[MigrateOperation]:
    """Return the operations that a rendered body asks for."""
    recorder = Recorder()
    exec(f"def run(op):\n    {body}\n", names := scope(imports))
    names["run"](recorder)
    return recorder.operations


def rendering(migration_context: Any = None, **opts: Any) -> AutogenContext:
    """Return a context that renders for no database in particular."""
    return AutogenContext(migration_context, opts=opts, autogenerate=False)
