"""Schemas as plain records, and the kinds of objects in them."""

from __future__ import annotations

from migrateops.snapshot.kind import Key, Kind, SnapshotKind
from migrateops.snapshot.snapshot import Snapshot
from migrateops.snapshot.tables import ColumnRecord, TableRecord, TablesKind

__all__ = ["ColumnRecord", "Key", "Kind", "Snapshot", "SnapshotKind", "TableRecord", "TablesKind"]
