"""The tables that examples are about, and short forms of examples on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Integer, MetaData, String, Table

from migrateops.operations.declare import MigrateOperation
from migrateops.testing.examples import Example, Schema

Columns = Mapping[str, Column[Any] | None]


def team_items() -> list[sa.schema.SchemaItem]:
    return [
        Column("id", Integer, nullable=False, autoincrement=False),
        Column("title", String(30)),
        sa.PrimaryKeyConstraint("id", name="pk_team"),
    ]


def club(
    columns: Callable[[], Columns] = dict,
    *items: Callable[[], Any],
    team: str | None = "team",
    comment: str | None = None,
    also: Callable[[MetaData], Any] = lambda metadata: None,
    rows: list[dict[str, Any]] | None = None,
) -> Schema:
    """Return the tables ``team`` and ``player``, changed.

    Args:
        columns: Columns of ``player`` in place of those of these names; None for none.
        items: Makers of constraints and indexes of ``player``.
        team: Name of the table ``team``; None for none.
        comment: Comment of ``player``.
        also: Makes more tables.
        rows: Rows of ``team``.
    """

    def made(metadata: MetaData) -> Mapping[str, list[dict[str, Any]]] | None:
        if team:
            Table(team, metadata, *team_items())
        usual: dict[str, Column[Any] | None] = {
            "id": Column("id", Integer, nullable=False, autoincrement=False),
            "name": Column("name", String(20)),
            "number": Column("number", Integer),
            "team_id": Column("team_id", Integer),
        }
        kept = [column for column in {**usual, **columns()}.values() if column is not None]
        Table("player", metadata, *kept, *(item() for item in items), comment=comment)
        also(metadata)
        return {team: rows} if team and rows else None

    return made


START = club()
INDEXED = club(dict, lambda: sa.Index("ix_player_name", "name"))
CHECKED = club(dict, lambda: sa.CheckConstraint("number > 0", name="ck_player_number"))
# Where foreign keys bring an index of their own, one that is there already is taken.
REFERRING = club(dict, lambda: sa.Index("ix_player_team", "team_id"))
UNIQUE = club(dict, lambda: sa.UniqueConstraint("number", name="uq_player_number"))
KEYED = club(dict, lambda: sa.PrimaryKeyConstraint("id", name="pk_player"))


def foreign_key(**options: Any) -> Callable[[], Any]:
    return lambda: sa.ForeignKeyConstraint(["team_id"], ["team.id"], name="fk_player_team", **options)


def example(
    case: str,
    operation: Callable[[], MigrateOperation],
    after: Schema,
    before: Schema = START,
    *,
    reversible: bool = True,
    runs: bool = True,
) -> Example:
    return Example(operation, case, before, after, reversible, runs)


def written(case: str, operation: Callable[[], MigrateOperation], *, reversible: bool = True) -> Example:
    """Return an example that is only written."""
    return Example(operation, case, START, START, reversible, runs=False)
