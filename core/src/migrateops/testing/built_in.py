"""Examples of the built-in operations, with each of their options; some of them are beside it."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table

from migrateops.operations import ops
from migrateops.testing.club import (
    INDEXED,
    START,
    club,
    example,
    team_items,
    written,
)
from migrateops.testing.column_examples import columns
from migrateops.testing.constraint_examples import constraints
from migrateops.testing.examples import Example


def game(*items: Callable[[], Any], **options: Any) -> Callable[[MetaData], Any]:
    """Return what makes a table ``game``."""
    return lambda metadata: Table("game", metadata, *(item() for item in items), **options)


GAME = (
    lambda: Column("id", Integer, primary_key=True, autoincrement=False),
    lambda: Column("place", String(30), server_default="it's 100%", nullable=False),
    lambda: Column("won", sa.Boolean),
    lambda: Column("at", sa.DateTime),
)
RICH = (
    *GAME,
    lambda: Column("team_id", Integer, sa.ForeignKey("team.id", name="fk_game_team")),
    lambda: sa.UniqueConstraint("place", "at", name="uq_game"),
    lambda: sa.CheckConstraint("id > 0", name="ck_game"),
    lambda: sa.Index("ix_game_at", "at"),
)


def tables() -> list[Example]:
    return [
        example(
            "plain", lambda: ops.CreateTableOp("game", [item() for item in GAME]), club(also=game(*GAME))
        ),
        example(
            "constraints_and_indexes",
            lambda: ops.CreateTableOp("game", [item() for item in RICH]),
            club(also=game(*RICH)),
        ),
        example(
            "if_not_exists",
            lambda: ops.CreateTableOp("game", [item() for item in GAME], if_not_exists=True),
            club(also=game(*GAME)),
        ),
        example(
            "comments",
            lambda: ops.CreateTableOp(
                "game", [Column("id", Integer, comment="it's 100%")], kw={"comment": "games"}
            ),
            club(also=game(lambda: Column("id", Integer, comment="it's 100%"), comment="games")),
        ),
        example(
            "computed",
            lambda: ops.CreateTableOp(
                "game",
                [Column("id", Integer), Column("twice", Integer, sa.Computed("id * 2", persisted=True))],
            ),
            club(
                also=game(
                    lambda: Column("id", Integer),
                    lambda: Column("twice", Integer, sa.Computed("id * 2", persisted=True)),
                )
            ),
        ),
        written(
            "identity",
            lambda: ops.CreateTableOp(
                "game",
                [Column("id", Integer, sa.Identity(always=True, start=5, increment=2), primary_key=True)],
            ),
        ),
        written(
            "checked_types",
            lambda: ops.CreateTableOp(
                "game",
                [
                    Column("won", sa.Boolean(name="ck_won", create_constraint=True)),
                    Column(
                        "mood",
                        sa.Enum("fine", "so so", name="ck_mood", native_enum=False, create_constraint=True),
                    ),
                ],
            ),
        ),
        written(
            "enum", lambda: ops.CreateTableOp("game", [Column("mood", sa.Enum("fine", "it's", name="mood"))])
        ),
        written(
            "identity_options",
            lambda: ops.CreateTableOp(
                "game",
                [
                    Column(
                        "id",
                        Integer,
                        sa.Identity(start=5, increment=2, minvalue=1, maxvalue=99, cycle=True, cache=3),
                        primary_key=True,
                    )
                ],
            ),
        ),
        written(
            "default_expressions",
            lambda: ops.CreateTableOp(
                "game",
                [
                    Column("at", sa.DateTime, server_default=sa.func.current_timestamp()),
                    Column("points", Integer, server_default=sa.text("(2 + 3)")),
                ],
            ),
        ),
        written(
            "unnamed_constraints",
            lambda: ops.CreateTableOp(
                "game",
                [
                    Column("id", Integer, sa.ForeignKey("team.id"), primary_key=True),
                    Column("number", Integer, unique=True),
                    sa.CheckConstraint("number > 0"),
                ],
            ),
        ),
        written("schema", lambda: ops.CreateTableOp("game", [Column("id", Integer)], schema="other")),
        written(
            "prefixes",
            lambda: ops.CreateTableOp("game", [Column("id", Integer)], kw={"prefixes": ["TEMPORARY"]}),
        ),
        example(
            "plain",
            lambda: ops.DropTableOp.from_table(Table("team", MetaData(), *team_items())),
            club(team=None),
        ),
        example("unknown", lambda: ops.DropTableOp("team"), club(team=None), reversible=False),
        example(
            "if_exists", lambda: ops.DropTableOp("team", if_exists=True), club(team=None), reversible=False
        ),
        written("schema", lambda: ops.DropTableOp("team", schema="other"), reversible=False),
        example("plain", lambda: ops.RenameTableOp("team", "Club 100%"), club(team="Club 100%")),
        written("schema", lambda: ops.RenameTableOp("team", "club", schema="other")),
        example("plain", lambda: ops.CreateTableCommentOp("player", "it's 100%"), club(comment="it's 100%")),
        written("schema", lambda: ops.CreateTableCommentOp("player", "it's 100%", schema="other")),
        written("none", lambda: ops.CreateTableCommentOp("player", None, existing_comment="old")),
        example(
            "changed",
            lambda: ops.CreateTableCommentOp("player", "new", existing_comment="old"),
            club(comment="new"),
            club(comment="old"),
        ),
        example(
            "plain",
            lambda: ops.DropTableCommentOp("player", existing_comment="old"),
            START,
            club(comment="old"),
        ),
        written("schema", lambda: ops.DropTableCommentOp("player", existing_comment="old", schema="other")),
    ]


def indexes() -> list[Example]:
    return [
        example("plain", lambda: ops.CreateIndexOp("ix_player_name", "player", ["name"]), INDEXED),
        example(
            "unique",
            lambda: ops.CreateIndexOp("ix_player", "player", ["name", "number"], unique=True),
            club(dict, lambda: sa.Index("ix_player", "name", "number", unique=True)),
        ),
        example(
            "if_not_exists",
            lambda: ops.CreateIndexOp("ix_player_name", "player", ["name"], if_not_exists=True),
            INDEXED,
        ),
        written("expression", lambda: ops.CreateIndexOp("ix", "player", [sa.text("lower(name)"), "number"])),
        written("function", lambda: ops.CreateIndexOp("ix", "player", [sa.func.lower(sa.column("name"))])),
        written("unnamed", lambda: ops.CreateIndexOp(None, "player", ["name"])),
        written(
            "descending", lambda: ops.CreateIndexOp("ix", "player", [sa.column("number").desc(), "name"])
        ),
        written("schema", lambda: ops.CreateIndexOp("ix", "player", ["name"], schema="other")),
        example(
            "plain", lambda: ops.CreateIndexOp("ix_player_name", "player", ["name"]).reverse(), START, INDEXED
        ),
        example(
            "if_exists",
            lambda: ops.DropIndexOp("ix_player_name", "player", if_exists=True),
            START,
            INDEXED,
            reversible=False,
        ),
        written("schema", lambda: ops.DropIndexOp("ix", "player", schema="other"), reversible=False),
        written("without_table", lambda: ops.DropIndexOp("ix"), reversible=False),
    ]


TEAM = sa.table("team", sa.column("id", Integer), sa.column("title", String(30)))
LITERALS: list[tuple[Any, Any]] = [
    (Integer(), -5),
    (String(30), "it's 100% \\ :x"),
    (sa.Boolean(), True),
    (sa.Numeric(10, 3), Decimal("1.500")),
    (sa.Date(), datetime.date(2020, 2, 29)),
    (sa.DateTime(), datetime.datetime(2020, 2, 29, 13, 14, 15)),
    (sa.LargeBinary(), b"\x00'\xff"),
    (sa.JSON(), {"a": [1, None]}),
    (sa.Enum("fine", "so so", name="mood"), "so so"),
    (Integer(), None),
]


def data() -> list[Example]:
    literals = sa.table(
        "literals", *(sa.column(f"c{place}", type_) for place, (type_, _) in enumerate(LITERALS))
    )
    return [
        example(
            "plain",
            lambda: ops.BulkInsertOp(TEAM, [{"id": 1, "title": "it's 100%"}, {"id": 2, "title": None}]),
            club(rows=[{"id": 1, "title": "it's 100%"}, {"id": 2, "title": None}]),
            reversible=False,
        ),
        example(
            "row_by_row",
            lambda: ops.BulkInsertOp(TEAM, [{"id": 1}, {"id": sa.literal(1) + 1}], multiinsert=False),
            club(rows=[{"id": 1, "title": None}, {"id": 2, "title": None}]),
            reversible=False,
        ),
        example(
            "uneven",
            lambda: ops.BulkInsertOp(TEAM, [{"id": 1, "title": "a"}, {"id": 2}, {"id": 3, "title": "c"}]),
            club(rows=[{"id": 1, "title": "a"}, {"id": 2, "title": None}, {"id": 3, "title": "c"}]),
            reversible=False,
        ),
        written(
            "literals",
            lambda: ops.BulkInsertOp(
                literals, [{f"c{place}": value for place, (_, value) in enumerate(LITERALS)}]
            ),
            reversible=False,
        ),
        example(
            "text",
            lambda: ops.ExecuteSQLOp("INSERT INTO team (id, title) VALUES (1, '100%')"),
            club(rows=[{"id": 1, "title": "100%"}]),
            reversible=False,
        ),
        example(
            "parameters",
            lambda: ops.ExecuteSQLOp(
                "INSERT INTO team (id, title) VALUES (:id, :title)",
                parameters=[{"id": 1, "title": "it's"}, {"id": 2, "title": "b"}],
            ),
            club(rows=[{"id": 1, "title": "it's"}, {"id": 2, "title": "b"}]),
            reversible=False,
        ),
        example(
            "execution_options",
            lambda: ops.ExecuteSQLOp(
                "INSERT INTO team (id) VALUES (1)", execution_options={"logging_token": "example"}
            ),
            club(rows=[{"id": 1, "title": None}]),
            reversible=False,
        ),
        example(
            "expression",
            lambda: ops.ExecuteSQLOp(sa.update(TEAM).where(TEAM.c.id == 1).values(title="new")),
            club(rows=[{"id": 1, "title": "new"}]),
            club(rows=[{"id": 1, "title": "old"}]),
            reversible=False,
        ),
    ]


EXAMPLES = [*tables(), *columns(), *constraints(), *indexes(), *data()]
