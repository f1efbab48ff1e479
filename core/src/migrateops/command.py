"""The commands as functions, under the names that Alembic's users know."""

from migrateops.commands.current import current
from migrateops.commands.downgrade import downgrade
from migrateops.commands.read import heads, history, show
from migrateops.commands.report import RunReport
from migrateops.commands.revision import revision
from migrateops.commands.stamp import stamp
from migrateops.commands.upgrade import upgrade

__all__ = ["RunReport", "current", "downgrade", "heads", "history", "revision", "show", "stamp", "upgrade"]
