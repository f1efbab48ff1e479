"""Operations as changes of objects: what `check` and `diff` show of a comparison."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import AutogenContext
from migrateops.autogenerate.compare import compare
from migrateops.autogenerate.described import changes_of
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation, operation
from migrateops.snapshot.changes import ObjectChange
from tests.core.autogenerate.conftest import Configure


def shown(changes: list[ObjectChange]) -> list[str]:
    """Return a line for each object and each part."""
    lines = []
    for change in changes:
        lines.append(f"{change.how} {change.kind} {change.name} {change.old or change.new or ''}".rstrip())
        for part in change.parts:
            texts = [part.how, part.what, part.name, part.attribute, part.old, part.new]
            lines.append("  " + " | ".join("-" if text is None else str(text) for text in texts))
    return lines


def described(configure: Configure, metadata: sa.MetaData) -> list[str]:
    context = AutogenContext(configure(metadata))
    return shown(changes_of(compare(context).flat(), context))


def of_operations(configure: Configure, *operations: MigrateOperation) -> list[str]:
    return shown(changes_of(operations, AutogenContext(configure(sa.MetaData()))))


def before(connection: sa.Connection) -> None:
    there = sa.MetaData()
    sa.Table(
        "customer",
        there,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20), server_default="x"),
        sa.Column("old", sa.Integer, nullable=False),
        sa.Index("ix_name", "name"),
        sa.UniqueConstraint("name", name="uq_name"),
    )
    sa.Table("gone", there, sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.Integer))
    there.create_all(connection)
    connection.commit()


def test_what_a_comparison_finds(connection: sa.Connection, configure: Configure) -> None:
    before(connection)
    models = sa.MetaData()
    kind = sa.Table("kind", models, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
    sa.Index("ix_n", kind.c.n)
    sa.Table(
        "customer",
        models,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("kind_id", sa.Integer, sa.ForeignKey("kind.id", name="fk_kind", ondelete="CASCADE")),
        sa.CheckConstraint("id > 0", name="ck_id"),
        sa.Index("ix_name", "name", unique=True),
    )
    default = next(line for line in described(configure, models) if "default" in line).split(" | ")[4]
    assert default.startswith("'x'")
    assert described(configure, models) == [
        "added table kind id, n",
        "  added | index | ix_n | - | - | (n)",
        "changed table customer",
        "  changed | column | name | type | varchar(20) | varchar(40)",
        "  changed | column | name | nullable | null | not null",
        f"  changed | column | name | default | {default} | -",
        "  added | column | kind_id | - | - | integer",
        "  removed | column | old | - | integer not null | -",
        "  removed | unique constraint | uq_name | - | (name) | -",
        "  added | foreign key | fk_kind | - | - | (kind_id) to kind (id) on delete cascade",
        "  added | check constraint | ck_id | - | - | (id > 0)",
        "  changed | index | ix_name | - | (name) | unique (name)",
        "removed table gone id, x",
    ]


def test_no_difference(connection: sa.Connection, configure: Configure) -> None:
    models = sa.MetaData()
    sa.Table("t", models, sa.Column("id", sa.Integer, primary_key=True))
    models.create_all(connection)
    assert described(configure, models) == []


def test_comments(configure: Configure, connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        assert not connection.dialect.supports_comments
        return
    columns = [sa.Column("id", sa.Integer, primary_key=True, comment="old")]
    there = sa.MetaData()
    sa.Table("t", there, *columns, comment="a")
    sa.Table("u", there, sa.Column("id", sa.Integer, primary_key=True), comment="a")
    there.create_all(connection)
    connection.commit()
    models = sa.MetaData()
    sa.Table("t", models, sa.Column("id", sa.Integer, primary_key=True, comment="new"), comment="b")
    sa.Table("u", models, sa.Column("id", sa.Integer, primary_key=True))
    assert described(configure, models) == [
        "changed table t",
        "  changed | column | id | comment | old | new",
        "  changed | comment | - | - | a | b",
        "changed table u",
        "  removed | comment | - | - | a | -",
    ]


def test_renames(configure: Configure) -> None:
    lines = of_operations(
        configure,
        ops.RenameTableOp("a", "b"),
        ops.AlterColumnOp("t", "x", modify_name="y"),
    )
    assert lines == [
        "changed table a",
        "  changed | table | - | name | a | b",
        "changed table t",
        "  changed | column | x | name | x | y",
    ]
    renamed = [ops.RenameTableOp("a", "b"), ops.AlterColumnOp("t", "x", modify_name="y")]
    changes = changes_of(renamed, AutogenContext(configure(sa.MetaData())))
    assert shown([change.reversed() for change in changes]) == [
        "changed table b",
        "  changed | table | - | name | b | a",
        "changed table t",
        "  changed | column | y | name | y | x",
    ]


def test_what_is_dropped_without_a_definition(configure: Configure) -> None:
    lines = of_operations(
        configure,
        ops.DropConstraintOp("uq", "t", "unique"),
        ops.DropConstraintOp("some", "t"),
        ops.DropIndexOp("ix", table_name="t"),
        ops.DropColumnOp("t", "x"),
        ops.DropTableOp("u"),
    )
    assert lines == [
        "changed table t",
        "  removed | column | x | - | ? | -",
        "  removed | unique constraint | uq | - | - | -",
        "  removed | index | ix | - | - | -",
        "  removed | other constraint | some | - | - | -",
        "removed table u",
    ]


def test_a_computed_column_and_an_identity(configure: Configure, connection: sa.Connection) -> None:
    """The objects of an operation are not used up by describing it."""
    computed = ops.AlterColumnOp(
        "t",
        "x",
        existing_type=sa.Integer(),
        existing_server_default=sa.Computed("y + 1"),
        modify_server_default=sa.text("3"),
    )
    how = " virtual" if connection.dialect.name == "sqlite" else ""
    for _ in range(2):
        assert of_operations(configure, computed) == [
            "changed table t",
            "  changed | column | x | default | - | 3",
            f"  changed | column | x | computed | as (y + 1){how} | -",
        ]


@operation
class CreateViewOp(MigrateOperation):
    """Create a view."""

    name: str
    query: str
    schema: str | None = None


@operation
class RefreshOp(MigrateOperation):
    """Do something that is neither."""

    name: str


def test_operations_of_plugins(configure: Configure) -> None:
    CreateViewOp.__op_names__ = {"op": "create_view"}
    RefreshOp.__op_names__ = {"op": "refresh_view"}
    found: list[Any] = [CreateViewOp("v", "SELECT 1", schema="s"), RefreshOp("v")]
    changes = changes_of(found, AutogenContext(configure(sa.MetaData())))
    assert [(one.how, one.kind, one.schema, one.name) for one in changes] == [
        ("added", "view", "s", "v"),
        ("changed", "operation", None, "refresh_view 'v'"),
    ]


@pytest.mark.postgresql
def test_a_changed_identity(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url)
    from migrateops.runtime.migration import MigrationContext

    with engine.connect() as connection:
        connection.execute(
            sa.text("CREATE TABLE t (id INTEGER GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY)")
        )
        connection.commit()
        models = sa.MetaData()
        sa.Table("t", models, sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True))
        context = AutogenContext(MigrationContext.configure(connection, opts={"target_metadata": models}))
        lines = shown(changes_of(compare(context).flat(), context))
    engine.dispose()
    assert lines == [
        "changed table t",
        "  changed | column | id | identity | identity | identity always",
    ]
