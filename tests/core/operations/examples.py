"""One or more operations of every built-in class that can be taken back, with everything that it takes."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.render import render_op
from migrateops.operations import MigrateOperation, ops

METADATA = sa.MetaData()
TEAM = sa.Table("team", METADATA, sa.Column("id", sa.Integer, primary_key=True), comment="Teams")
PLAYER = sa.Table(
    "player",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False, server_default="anon"),
    sa.Column("team_id", sa.Integer, sa.ForeignKey("team.id", ondelete="CASCADE", name="fk_team")),
    sa.CheckConstraint("id > 0", name="ck_id"),
    sa.UniqueConstraint("name", name="uq_name"),
    sa.Index("ix_name", "name", unique=True),
    schema="club",
)


def constraint(kind: type[sa.Constraint]) -> sa.Constraint:
    return next(one for one in PLAYER.constraints if isinstance(one, kind))


(INDEX,) = PLAYER.indexes

EXAMPLES: dict[str, Callable[[], MigrateOperation]] = {
    "create_table": lambda: ops.CreateTableOp(
        "t", [sa.Column("id", sa.Integer), sa.CheckConstraint("id > 0")], schema="s", comment="c"
    ),
    "create_table of a model": lambda: ops.CreateTableOp.from_table(TEAM),
    "create_table if_not_exists": lambda: ops.CreateTableOp(
        "t", [sa.Column("id", sa.Integer, index=True, unique=True)], if_not_exists=True
    ),
    "drop_table": lambda: ops.DropTableOp.from_table(TEAM),
    "rename_table": lambda: ops.RenameTableOp("old", "new", schema="s"),
    "add_column": lambda: ops.AddColumnOp(
        "t", sa.Column("c", sa.String(5), nullable=False), schema="s", if_not_exists=True
    ),
    "add_column inline": lambda: ops.AddColumnOp(
        "t", sa.Column("c", sa.Integer, sa.ForeignKey("u.id")), inline_references=True
    ),
    "drop_column": lambda: ops.DropColumnOp.from_column_and_tablename("s", "t", sa.Column("c", sa.Integer)),
    "alter_column": lambda: ops.AlterColumnOp(
        "t",
        "c",
        schema="s",
        modify_nullable=False,
        existing_nullable=True,
        modify_type=sa.String(10),
        existing_type=sa.String(5),
        modify_server_default="new",
        existing_server_default=None,
        modify_comment="new",
        existing_comment="old",
        modify_name="d",
    ),
    "alter_column keeping": lambda: ops.AlterColumnOp(
        "t", "c", modify_nullable=True, existing_nullable=False, existing_type=sa.Integer()
    ),
    "create_primary_key": lambda: ops.CreatePrimaryKeyOp("pk", "t", ["a", "b"], schema="s"),
    "create_unique_constraint": lambda: ops.CreateUniqueConstraintOp(
        "uq", "t", ["a"], schema="s", kw={"deferrable": True, "initially": "DEFERRED"}
    ),
    "create_foreign_key": lambda: ops.CreateForeignKeyOp(
        "fk", "t", "u", ["a"], ["b"], source_schema="s", kw={"ondelete": "CASCADE", "referent_schema": "r"}
    ),
    "create_check_constraint": lambda: ops.CreateCheckConstraintOp("ck", "t", "a > 0", schema="s"),
    "drop_constraint": lambda: ops.DropConstraintOp.from_constraint(constraint(sa.UniqueConstraint)),
    "drop_constraint fk": lambda: ops.DropConstraintOp.from_constraint(constraint(sa.ForeignKeyConstraint)),
    "create_index": lambda: ops.CreateIndexOp(
        "ix", "t", ["a", sa.text("lower(b)")], schema="s", unique=True, if_not_exists=True
    ),
    "drop_index": lambda: ops.DropIndexOp.from_index(INDEX),
    "create_table_comment": lambda: ops.CreateTableCommentOp("t", "new", existing_comment="old", schema="s"),
    "create_table_comment first": lambda: ops.CreateTableCommentOp("t", "new"),
    "drop_table_comment": lambda: ops.DropTableCommentOp("t", existing_comment="old", schema="s"),
}


def render(op: MigrateOperation) -> str:
    """Return an operation as the lines of a script."""
    return "\n".join(render_op(op, AutogenContext(None, sa.MetaData(), {}, autogenerate=False)))
