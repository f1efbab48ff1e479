"""Indexes that the server makes for foreign keys, where tables and columns have new names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run


def models(name: str, column: str, key: str | None, *indexes: str, **had: str) -> sa.MetaData:
    """Return a parent, and a table with a foreign key and indexes of columns."""
    metadata = sa.MetaData()
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    infos = [{"renamed_from": had[of]} if of in had else {} for of in ("old_table", "old_column")]
    sa.Table(
        name,
        metadata,
        sa.Column(column, sa.Integer, info=infos[1]),
        sa.Column("b", sa.Integer),
        sa.ForeignKeyConstraint([column], ["parent.id"], name=key),
        *(sa.Index("ix_" + "_".join(one.split()), *one.split()) for one in indexes),
        info=infos[0],
    )
    return metadata


def indexes(connection: sa.Connection) -> list[tuple[Any, ...]]:
    """Return all indexes, and their columns, but for those of primary keys."""
    listed = connection.exec_driver_sql(
        "SELECT TABLE_NAME, INDEX_NAME, GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX)"
        " FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND INDEX_NAME <> 'PRIMARY'"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [tuple(row) for row in listed]


RENAMED: dict[str, Callable[..., sa.MetaData]] = {
    "table": lambda key, *of: models("u", "a", key, *of, old_table="t"),
    "column": lambda key, *of: models("t", "c", key, *of, old_column="a"),
    "both": lambda key, *of: models("u", "c", key, *of, old_table="t", old_column="a"),
}


@pytest.mark.parametrize("what", RENAMED)
@pytest.mark.parametrize("key", ["fk", None])
@pytest.mark.parametrize("gone", [True, False], ids=["index goes", "index comes"])
def test_a_rename(connection: sa.Connection, what: str, key: str | None, gone: bool) -> None:
    column = "a" if what == "table" else "c"
    before = models("t", "a", key, *(["a b"] if gone else []))
    wanted = RENAMED[what](key, *([] if gone else [f"{column} b"]))
    before.create_all(connection)
    there = indexes(connection)
    take_back = run(MigrationContext.configure(connection), wanted)
    context = MigrationContext.configure(connection)
    assert difference(context, wanted) == []
    (index,) = (one for one in indexes(connection))
    assert index[2] == (column if gone else f"{column},b")
    take_back()
    assert indexes(connection) == there
    assert difference(context, before) == []


@pytest.mark.parametrize("what", RENAMED)
@pytest.mark.parametrize("key", ["fk", None])
def test_a_rename_alone(connection: sa.Connection, what: str, key: str | None) -> None:
    before, wanted = models("t", "a", key), RENAMED[what](key)
    before.create_all(connection)
    there = indexes(connection)
    take_back = run(MigrationContext.configure(connection), wanted)
    assert difference(MigrationContext.configure(connection), wanted) == []
    take_back()
    assert indexes(connection) == there
    assert difference(MigrationContext.configure(connection), before) == []
