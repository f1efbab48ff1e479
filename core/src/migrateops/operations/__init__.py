"""The operations system: declare, register, implement and invoke operations."""

from __future__ import annotations

from migrateops.operations import ops
from migrateops.operations.base import AbstractOperations, BatchOperations, Operations, lowering
from migrateops.operations.declare import (
    MigrateOperation,
    batch_only,
    hidden,
    kw_item,
    operation,
    options,
    param,
    schema,
    spread,
    table,
)
from migrateops.operations.target import Capabilities, Target

__all__ = [
    "AbstractOperations",
    "BatchOperations",
    "Capabilities",
    "MigrateOperation",
    "Operations",
    "Target",
    "batch_only",
    "hidden",
    "kw_item",
    "lowering",
    "operation",
    "ops",
    "options",
    "param",
    "schema",
    "spread",
    "table",
]
