"""Examples of the operations on constraints, with each of their options."""

from __future__ import annotations

import sqlalchemy as sa

from migrateops.operations import ops
from migrateops.testing.club import (
    CHECKED,
    KEYED,
    REFERRING,
    START,
    UNIQUE,
    club,
    example,
    foreign_key,
    written,
)
from migrateops.testing.examples import Example


def constraints() -> list[Example]:
    return [
        example("plain", lambda: ops.CreatePrimaryKeyOp("pk_player", "player", ["id"]), KEYED),
        written(
            "comment",
            lambda: ops.CreatePrimaryKeyOp("pk_player", "player", ["id"], kw={"comment": "it's 100%"}),
        ),
        written("unnamed", lambda: ops.CreatePrimaryKeyOp(None, "player", ["id", "number"])),
        written("schema", lambda: ops.CreatePrimaryKeyOp("pk_player", "player", ["id"], schema="other")),
        example(
            "plain", lambda: ops.CreateUniqueConstraintOp("uq_player_number", "player", ["number"]), UNIQUE
        ),
        written(
            "deferrable",
            lambda: ops.CreateUniqueConstraintOp(
                "uq", "player", ["number"], kw={"deferrable": True, "initially": "DEFERRED"}
            ),
        ),
        written(
            "comment",
            lambda: ops.CreateUniqueConstraintOp("uq", "player", ["number"], kw={"comment": "it's 100%"}),
        ),
        written("unnamed", lambda: ops.CreateUniqueConstraintOp(None, "player", ["number", "name"])),
        written("schema", lambda: ops.CreateUniqueConstraintOp("uq", "player", ["number"], schema="other")),
        example(
            "plain",
            lambda: ops.CreateForeignKeyOp("fk_player_team", "player", "team", ["team_id"], ["id"]),
            club(dict, foreign_key(), lambda: sa.Index("ix_player_team", "team_id")),
            REFERRING,
        ),
        example(
            "actions",
            lambda: ops.CreateForeignKeyOp(
                "fk_player_team",
                "player",
                "team",
                ["team_id"],
                ["id"],
                kw={"ondelete": "SET NULL", "onupdate": "CASCADE"},
            ),
            club(
                dict,
                foreign_key(ondelete="SET NULL", onupdate="CASCADE"),
                lambda: sa.Index("ix_player_team", "team_id"),
            ),
            REFERRING,
        ),
        written(
            "deferrable",
            lambda: ops.CreateForeignKeyOp(
                "fk", "player", "team", ["team_id"], ["id"], kw={"deferrable": True, "initially": "DEFERRED"}
            ),
        ),
        written(
            "comment",
            lambda: ops.CreateForeignKeyOp(
                "fk", "player", "team", ["team_id"], ["id"], kw={"comment": "it's 100%"}
            ),
        ),
        written("unnamed", lambda: ops.CreateForeignKeyOp(None, "player", "team", ["team_id"], ["id"])),
        written(
            "composite",
            lambda: ops.CreateForeignKeyOp("fk", "player", "player", ["id", "number"], ["team_id", "id"]),
        ),
        written(
            "match",
            lambda: ops.CreateForeignKeyOp("fk", "player", "team", ["team_id"], ["id"], kw={"match": "FULL"}),
        ),
        written(
            "schemas",
            lambda: ops.CreateForeignKeyOp(
                "fk",
                "player",
                "team",
                ["team_id"],
                ["id"],
                source_schema="other",
                kw={"referent_schema": "third"},
            ),
        ),
        example(
            "plain",
            lambda: ops.CreateCheckConstraintOp("ck_player_number", "player", "number > 0"),
            CHECKED,
        ),
        written(
            "comment",
            lambda: ops.CreateCheckConstraintOp("ck", "player", "number > 0", kw={"comment": "it's 100%"}),
        ),
        written("unnamed", lambda: ops.CreateCheckConstraintOp(None, "player", "number > 0")),
        written(
            "deferrable",
            lambda: ops.CreateCheckConstraintOp(
                "ck", "player", "number > 0", kw={"deferrable": True, "initially": "DEFERRED"}
            ),
        ),
        written("expression", lambda: ops.CreateCheckConstraintOp("ck", "player", sa.column("number") > 5)),
        written("schema", lambda: ops.CreateCheckConstraintOp("ck", "player", "number > 0", schema="other")),
        example(
            "primary",
            lambda: ops.CreatePrimaryKeyOp("pk_player", "player", ["id"]).reverse(),
            START,
            KEYED,
        ),
        example(
            "unique",
            lambda: ops.CreateUniqueConstraintOp("uq_player_number", "player", ["number"]).reverse(),
            START,
            UNIQUE,
        ),
        example(
            "foreignkey",
            lambda: ops.CreateForeignKeyOp("fk_player_team", "player", "team", ["team_id"], ["id"]).reverse(),
            REFERRING,
            club(dict, foreign_key(), lambda: sa.Index("ix_player_team", "team_id")),
        ),
        example(
            "check",
            lambda: ops.CreateCheckConstraintOp("ck_player_number", "player", "number > 0").reverse(),
            START,
            CHECKED,
        ),
        example(
            "if_exists",
            lambda: ops.DropConstraintOp("ck_player_number", "player", "check", if_exists=True),
            START,
            CHECKED,
            reversible=False,
        ),
        written("without_type", lambda: ops.DropConstraintOp("ck", "player"), reversible=False),
        written(
            "schema", lambda: ops.DropConstraintOp("ck", "player", "check", schema="other"), reversible=False
        ),
    ]
