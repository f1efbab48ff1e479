"""Examples of options that SQLite has; those of other dialects come with their packs."""

from __future__ import annotations

import sqlalchemy as sa

from migrateops.operations import ops
from migrateops.testing import Example
from migrateops.testing.club import START

SQLITE = frozenset({"sqlite"})

EXAMPLES = [
    Example(
        lambda: ops.CreateTableOp(
            "game",
            [sa.Column("id", sa.Integer, primary_key=True)],
            kw={"sqlite_with_rowid": False, "sqlite_strict": True},
        ),
        "sqlite_options",
        START,
        START,
        runs=False,
        dialects=SQLITE,
    ),
    Example(
        lambda: ops.CreateIndexOp("ix", "player", ["name"], kw={"sqlite_where": sa.text("number > 5")}),
        "sqlite_options",
        START,
        START,
        runs=False,
        dialects=SQLITE,
    ),
]
