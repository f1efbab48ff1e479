"""Migration scripts as files: finding, loading, naming and writing them; no database."""

from migrateops.script.directory import ScriptDirectory
from migrateops.script.script import Script

__all__ = ["Script", "ScriptDirectory"]
