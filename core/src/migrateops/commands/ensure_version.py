"""``ensure_version``: create the version table."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from migrateops.commands.running import visit_databases
from migrateops.errors.mask import shown
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.runtime.migration import MigrationContext


@dataclass(frozen=True, slots=True)
class EnsuredTable:
    """The version table of a database.

    Attributes:
        database: The url, without its password; None where SQL is written.
        version_table: Its name.
        version_table_schema: Its schema; None is the connection's default schema.
        created: Whether it was not there before.
    """

    database: str | None
    version_table: str
    version_table_schema: str | None
    created: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the attributes by name, as ``--json`` prints them."""
        return asdict(self)


def ensure_version(config: Config, sql: bool = False) -> tuple[EnsuredTable, ...]:
    """Create the version table where it is not there; its rows are left as they are.

    Args:
        config: The configuration.
        sql: Write the SQL, and touch no database.

    Returns:
        The table of each database.

    Raises:
        MigrateOpsError: The database cannot be reached, or refuses.
    """
    script = ScriptDirectory.from_config(config)
    found: dict[int, EnsuredTable] = {}

    def look(rows: tuple[str, ...], context: MigrationContext) -> list[Any]:
        connection = context.connection
        missing = connection is None or not context.versions.exists(connection)
        url = shown(connection.engine.url) if connection is not None else None
        table = EnsuredTable(url, context.version_table, context.version_table_schema, missing)
        # Whoever waited for the lock looks again, and may see it created by somebody else.
        found[id(context)] = table
        return []

    visit_databases(config, script, look, as_sql=sql, ensure_version=True)
    return tuple(found.values())
