"""Schemas as plain records, and the kinds of objects in them."""

from __future__ import annotations

from migrateops.snapshot.difference import Difference, What, differences
from migrateops.snapshot.kind import Key, Kind, SnapshotKind
from migrateops.snapshot.records import ColumnRecord, TableRecord
from migrateops.snapshot.snapshot import Snapshot
from migrateops.snapshot.tables import TablesKind

__all__ = [
    "ColumnRecord",
    "Difference",
    "Key",
    "Kind",
    "Snapshot",
    "SnapshotKind",
    "TableRecord",
    "TablesKind",
    "What",
    "differences",
]
