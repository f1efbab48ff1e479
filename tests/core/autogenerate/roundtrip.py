"""Models for tests, and scripts made of them and run in both directions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from migrateops.autogenerate import AutogenContext, compare, produce_script, template_args
from migrateops.operations import MigrateOperation, Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.recording import scope

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
Build = Callable[[sa.MetaData], None]


def models(*build: Build, names: bool = True) -> sa.MetaData:
    metadata = sa.MetaData(naming_convention=NAMES if names else None)
    for one in build:
        one(metadata)
    return metadata


def parent(metadata: sa.MetaData) -> None:
    sa.Table(
        "parent",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), unique=True, nullable=False),
        sa.Column("price", sa.Numeric(10, 2), server_default="0"),
        sa.CheckConstraint(r"price >= 0 AND name <> '\:x'", name="price"),
    )


def child(metadata: sa.MetaData) -> None:
    sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.ForeignKey("parent.id", ondelete="CASCADE"), index=True),
        sa.Column("at", sa.DateTime, server_default=sa.func.now()),
        sa.Index("ix_child_lower", sa.text("lower(note)")),
        sa.Column("note", sa.Text),
    )


def keyless(metadata: sa.MetaData) -> None:
    sa.Table("keyless", metadata, sa.Column("a", sa.Integer), sa.Column("b", sa.Text))


def circle(metadata: sa.MetaData) -> None:
    for one, other in (("hen", "egg"), ("egg", "hen")):
        sa.Table(
            one,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("self_id", sa.ForeignKey(f"{one}.id", name=f"fk_{one}_self")),
            sa.Column("other_id", sa.ForeignKey(f"{other}.id")),
        )


def small(metadata: sa.MetaData) -> None:
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("child", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))


def larger(metadata: sa.MetaData) -> None:
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer, sa.CheckConstraint("b > 0", name="b"), server_default="1", nullable=False),
        sa.Column("c", sa.Text, index=True),
        sa.Index("ix_both", "a", "c"),
    )


def run(context: MigrationContext, metadata: sa.MetaData, **opts: Any) -> Callable[[], None]:
    """Render the script that makes the database like *metadata*, run its upgrade; return its downgrade."""
    rendering = AutogenContext(context, metadata, opts)
    script = produce_script(rendering)
    texts = template_args(rendering, script)
    names = scope(script.imports)
    for direction in ("upgrades", "downgrades"):
        exec(f"def {direction}(op):\n    {texts[direction]}\n", names)
    operations = Operations(context)
    names["upgrades"](operations)
    return lambda: names["downgrades"](operations)


def state(connection: sa.Connection) -> Any:
    """Return what the database has: tables, and all that is on them."""
    inspector = sa.inspect(connection)
    found: dict[str, Any] = {}
    for reader in ("columns", "foreign_keys", "indexes", "unique_constraints", "pk_constraint"):
        for (_, table), items in getattr(inspector, f"get_multi_{reader}")().items():
            listed = [items] if isinstance(items, dict) else list(items)
            for item in listed:
                item["type"] = repr(item.get("type"))
            found.setdefault(table, {})[reader] = sorted(listed, key=repr)
    return found


def difference(context: MigrationContext, metadata: sa.MetaData) -> list[MigrateOperation]:
    return compare(AutogenContext(context, metadata)).ops
