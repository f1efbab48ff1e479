"""Which distribution offers which operation and which dialect, for messages about what is missing.

Generated from the ``pyproject.toml`` files under ``plugins/``; ``pytest tests/core/plugins --update``
writes it again.
"""

from __future__ import annotations

from collections.abc import Mapping

KNOWN_OPERATIONS: Mapping[str, str] = {
    "alter_sequence": "migrateops-sequences",
    "alter_table_options": "migrateops-mysql",
    "create_exclude_constraint": "migrateops-postgresql",
    "create_sequence": "migrateops-sequences",
    "drop_sequence": "migrateops-sequences",
    "validate_constraint": "migrateops-postgresql",
}

KNOWN_DIALECTS: Mapping[str, str] = {
    "duckdb": "migrateops-duckdb",
    "mariadb": "migrateops-mysql",
    "mssql": "migrateops-mssql",
    "mysql": "migrateops-mysql",
    "oracle": "migrateops-oracle",
    "postgresql": "migrateops-postgresql",
}
