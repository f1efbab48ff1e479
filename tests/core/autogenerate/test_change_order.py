"""The order of changes of several tables, on a server that holds to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run
from tests.core.autogenerate.test_changes import shown

Build = Callable[[sa.MetaData], Any]


def table(metadata: sa.MetaData, name: str, *items: Any) -> sa.Table:
    return sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *items)


def fk(column: str, target: str, name: str) -> sa.Column[Any]:
    return sa.Column(column, sa.Integer, sa.ForeignKey(target, name=name))


def plain(metadata: sa.MetaData) -> None:
    table(metadata, "a")
    table(metadata, "b")


def referring_to_new_column(metadata: sa.MetaData) -> None:
    """A new table refers to a new column of one that is there, and one that is there to a new one."""
    table(metadata, "a", sa.Column("code", sa.Integer, unique=True))
    table(metadata, "b", fk("new_id", "new.id", "fk_b_new"))
    table(metadata, "new", fk("code", "a.code", "fk_new_code"))


def referring(metadata: sa.MetaData) -> None:
    table(
        metadata, "a", sa.Column("code", sa.Integer, unique=True), sa.UniqueConstraint("code", "id", name="u")
    )
    table(metadata, "b", fk("code", "a.code", "fk_b_code"))
    table(metadata, "gone", fk("code", "a.code", "fk_gone_code"), fk("b_id", "b.id", "fk_gone_b"))


def circle(metadata: sa.MetaData) -> None:
    table(metadata, "a", fk("b_id", "b.id", "fk_a_b"))
    table(metadata, "b", fk("a_id", "a.id", "fk_b_a"))


def other_keys(metadata: sa.MetaData) -> None:
    sa.Table("a", metadata, sa.Column("id", sa.Integer), sa.Column("k", sa.Integer, primary_key=True))
    table(metadata, "b", fk("a_k", "a.k", "fk_b"))


def keys(metadata: sa.MetaData) -> None:
    sa.Table(
        "a",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("k", sa.Integer, nullable=False, autoincrement=False),
    )
    table(metadata, "b", fk("a_k", "a.id", "fk_b"))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (plain, referring_to_new_column),
        (plain, referring),
        (plain, circle),
        (circle, referring),
        (keys, other_keys),
        (referring_to_new_column, referring),
    ],
    ids=lambda build: build.__name__,
)
@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_several_tables(connection: sa.Connection, start: Build, end: Build, back: bool) -> None:
    before, wanted = sa.MetaData(), sa.MetaData()
    (end if back else start)(before)
    (start if back else end)(wanted)
    before.create_all(connection)
    connection.commit()
    batch = connection.dialect.name == "sqlite"
    context = MigrationContext.configure(
        connection, opts={"target_metadata": wanted, "render_as_batch": batch}
    )
    take_back = run(context, wanted)
    assert shown(difference(context, wanted)) == []
    take_back()
    assert shown(difference(context, before)) == []
