"""The commands as functions, under the names that Alembic's users know.

Each takes the configuration first and returns what the command line prints; none prints anything.
"""

from migrateops.commands.branches import branches
from migrateops.commands.check import check
from migrateops.commands.coverage import coverage
from migrateops.commands.current import current
from migrateops.commands.diff import diff
from migrateops.commands.downgrade import downgrade
from migrateops.commands.edit import edit
from migrateops.commands.ensure_version import ensure_version
from migrateops.commands.graph import graph
from migrateops.commands.init import init
from migrateops.commands.list_templates import list_templates
from migrateops.commands.merge import merge
from migrateops.commands.read import heads, history, show
from migrateops.commands.rebase import rebase
from migrateops.commands.report import RunReport
from migrateops.commands.revision import revision
from migrateops.commands.snapshot import snapshot
from migrateops.commands.stamp import stamp
from migrateops.commands.status import status
from migrateops.commands.upgrade import upgrade

__all__ = [
    "RunReport",
    "branches",
    "check",
    "coverage",
    "current",
    "diff",
    "downgrade",
    "edit",
    "ensure_version",
    "graph",
    "heads",
    "history",
    "init",
    "list_templates",
    "merge",
    "rebase",
    "revision",
    "show",
    "snapshot",
    "stamp",
    "status",
    "upgrade",
]
