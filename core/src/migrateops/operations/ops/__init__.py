"""The built-in operation classes."""

from __future__ import annotations

from migrateops.operations.declare import MigrateOperation
from migrateops.operations.ops.base import AddConstraintOp, AlterTableOp
from migrateops.operations.ops.columns import AddColumnOp, AlterColumnOp, DropColumnOp
from migrateops.operations.ops.comments import CreateTableCommentOp, DropTableCommentOp
from migrateops.operations.ops.constraints import (
    CreateCheckConstraintOp,
    CreateForeignKeyOp,
    CreatePrimaryKeyOp,
    CreateUniqueConstraintOp,
    DropConstraintOp,
)
from migrateops.operations.ops.containers import (
    DowngradeOps,
    MigrationScript,
    ModifyTableOps,
    OpContainer,
    UpgradeOps,
)
from migrateops.operations.ops.data import BulkInsertOp, ExecuteSQLOp
from migrateops.operations.ops.indexes import CreateIndexOp, DropIndexOp
from migrateops.operations.ops.tables import CreateTableOp, DropTableOp, RenameTableOp

__all__ = [
    "AddColumnOp",
    "AddConstraintOp",
    "AlterColumnOp",
    "AlterTableOp",
    "BulkInsertOp",
    "CreateCheckConstraintOp",
    "CreateForeignKeyOp",
    "CreateIndexOp",
    "CreatePrimaryKeyOp",
    "CreateTableCommentOp",
    "CreateTableOp",
    "CreateUniqueConstraintOp",
    "DowngradeOps",
    "DropColumnOp",
    "DropConstraintOp",
    "DropIndexOp",
    "DropTableCommentOp",
    "DropTableOp",
    "ExecuteSQLOp",
    "MigrateOperation",
    "MigrationScript",
    "ModifyTableOps",
    "OpContainer",
    "RenameTableOp",
    "UpgradeOps",
]
