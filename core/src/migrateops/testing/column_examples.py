"""Examples of the operations on columns, with each of their options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Integer, String

from migrateops.operations import ops
from migrateops.testing.club import START, club, example, written
from migrateops.testing.examples import Example, Schema


def added(case: str, column: Callable[[], Column[Any]], *items: Callable[[], Any], **options: Any) -> Example:
    return example(
        case,
        lambda: ops.AddColumnOp("player", column(), **options),
        club(lambda: {"added": column()}, *items),
    )


def columns() -> list[Example]:
    return [
        added("plain", lambda: Column("added", Integer)),
        added("not_null", lambda: Column("added", String(9), nullable=False, server_default="it's 100%")),
        added("if_not_exists", lambda: Column("added", Integer), if_not_exists=True),
        added("comment", lambda: Column("added", Integer, comment="it's 100%")),
        added("index", lambda: Column("added", Integer, index=True)),
        added("unique", lambda: Column("added", Integer, unique=True)),
        example(
            "check",
            lambda: ops.AddColumnOp(
                "player", Column("added", Integer, sa.CheckConstraint("added > 0", name="ck_added"))
            ),
            club(
                lambda: {"added": Column("added", Integer)},
                lambda: sa.CheckConstraint("added > 0", name="ck_added"),
            ),
        ),
        added("foreign_key", lambda: Column("added", Integer, sa.ForeignKey("team.id", name="fk_added"))),
        added(
            "inline_references",
            lambda: Column("added", Integer, sa.ForeignKey("team.id")),
            inline_references=True,
        ),
        written(
            "computed",
            lambda: ops.AddColumnOp(
                "player", Column("twice", Integer, sa.Computed("number * 2", persisted=True))
            ),
        ),
        written(
            "checked_type",
            lambda: ops.AddColumnOp(
                "player", Column("won", sa.Boolean(name="ck_won", create_constraint=True))
            ),
        ),
        written(
            "enum", lambda: ops.AddColumnOp("player", Column("mood", sa.Enum("fine", "so so", name="mood")))
        ),
        written(
            "identity",
            lambda: ops.AddColumnOp(
                "player", Column("key", Integer, sa.Identity(always=True, start=5, increment=2))
            ),
        ),
        written(
            "default_expression",
            lambda: ops.AddColumnOp(
                "player", Column("at", sa.DateTime, server_default=sa.func.current_timestamp())
            ),
        ),
        written(
            "if_not_exists_with_constraints",
            lambda: ops.AddColumnOp(
                "player",
                Column("added", Integer, sa.ForeignKey("team.id", name="fk_added"), unique=True),
                if_not_exists=True,
            ),
        ),
        written(
            "inline_primary_key",
            lambda: ops.AddColumnOp(
                "player", Column("key", Integer, primary_key=True), inline_primary_key=True
            ),
        ),
        written("schema", lambda: ops.AddColumnOp("player", Column("age", Integer), schema="other")),
        example(
            "plain",
            lambda: ops.DropColumnOp.from_column_and_tablename(None, "player", Column("name", String(20))),
            club(lambda: {"name": None}),
        ),
        example(
            "if_exists",
            lambda: ops.DropColumnOp("player", "name", if_exists=True),
            club(lambda: {"name": None}),
            reversible=False,
        ),
        written("schema", lambda: ops.DropColumnOp("player", "name", schema="other"), reversible=False),
        *altered(),
    ]


def altered() -> list[Example]:
    """Return examples of alter_column; they say what is there, as some servers have to be told."""
    told: dict[str, Any] = {
        "existing_type": String(20),
        "existing_nullable": True,
        "existing_server_default": None,
    }

    def of(case: str, column: Callable[[], Column[Any]], before: Schema = START, **given: Any) -> Example:
        return example(
            case,
            lambda: ops.AlterColumnOp("player", "name", **{**told, **given}),
            club(lambda: {"name": column()}),
            before,
        )

    with_default = club(lambda: {"name": Column("name", String(20), server_default="old")})
    commented = club(lambda: {"name": Column("name", String(20), comment="old")})
    return [
        of("name", lambda: Column("nick", String(20)), modify_name="nick"),
        example(
            "type",
            lambda: ops.AlterColumnOp(
                "player", "number", modify_type=sa.BigInteger(), **{**told, "existing_type": Integer()}
            ),
            club(lambda: {"number": Column("number", sa.BigInteger)}),
        ),
        of(
            "null",
            lambda: Column("name", String(20)),
            club(lambda: {"name": Column("name", String(20), nullable=False)}),
            modify_nullable=True,
            existing_nullable=False,
        ),
        of("not_null", lambda: Column("name", String(20), nullable=False), modify_nullable=False),
        of(
            "default",
            lambda: Column("name", String(20), server_default="it's 5%"),
            modify_server_default="it's 5%",
        ),
        of(
            "no_default",
            lambda: Column("name", String(20)),
            with_default,
            modify_server_default=None,
            existing_server_default="old",
        ),
        of("comment", lambda: Column("name", String(20), comment="it's 100%"), modify_comment="it's 100%"),
        of(
            "no_comment",
            lambda: Column("name", String(20)),
            commented,
            modify_comment=None,
            existing_comment="old",
        ),
        of(
            "all_at_once",
            lambda: Column("nick", String(40), nullable=False, server_default="new", comment="new"),
            modify_name="nick",
            modify_type=String(40),
            modify_nullable=False,
            modify_server_default="new",
            modify_comment="new",
        ),
        written(
            "default_expression",
            lambda: ops.AlterColumnOp(
                "player", "name", **{**told, "modify_server_default": sa.text("('it' || 's')")}
            ),
        ),
        written(
            "identity_options",
            lambda: ops.AlterColumnOp(
                "player",
                "id",
                existing_type=Integer(),
                existing_nullable=False,
                existing_server_default=sa.Identity(),
                modify_server_default=sa.Identity(
                    always=True, start=5, increment=2, minvalue=2, maxvalue=99, cycle=True, cache=3
                ),
            ),
        ),
        written(
            "schema",
            lambda: ops.AlterColumnOp("player", "name", schema="other", modify_nullable=False, **told),
        ),
        written(
            "checked_type",
            lambda: ops.AlterColumnOp(
                "player",
                "name",
                **{
                    **told,
                    "existing_type": sa.Enum("a", name="ck_old", native_enum=False, create_constraint=True),
                    "modify_type": sa.Enum(
                        "a", "b", name="ck_new", native_enum=False, create_constraint=True
                    ),
                },
            ),
        ),
        written(
            "computed",
            lambda: ops.AlterColumnOp(
                "player", "name", **{**told, "modify_server_default": sa.Computed("number")}
            ),
        ),
        written(
            "identity",
            lambda: ops.AlterColumnOp(
                "player",
                "id",
                existing_type=Integer(),
                existing_nullable=False,
                existing_server_default=None,
                modify_server_default=sa.Identity(start=3),
            ),
        ),
    ]
