"""Changes that a server makes in a batch alone are written as one, whatever the option says."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import AutogenContext, produce_script, template_args
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run


def table(*items: sa.schema.SchemaItem, nullable: bool = True) -> sa.MetaData:
    metadata = sa.MetaData()
    columns = sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer, nullable=nullable)
    sa.Table("t", metadata, *columns, *items)
    return metadata


@pytest.mark.parametrize(
    ("start", "end", "batch"),
    [
        (table(), table(nullable=False), True),
        (table(), table(sa.UniqueConstraint("a", name="uq")), True),
        (table(sa.UniqueConstraint("a")), table(), True),
        (table(), table(sa.Column("b", sa.Integer)), False),
        (table(), table(sa.Index("ix", "a")), False),
        (table(), table(sa.Column("b", sa.Integer, unique=True)), True),
        (table(), table(sa.Column("b", sa.DateTime, server_default=sa.func.now())), True),
        (table(), table(sa.Column("b", sa.Integer, sa.CheckConstraint("b > 0", name="ck"))), True),
        (table(), table(sa.Column("b", sa.Integer, sa.Computed("a + 1", persisted=True))), True),
        (table(sa.Column("b", sa.Integer, unique=True)), table(), True),
        (table(sa.Column("b", sa.ForeignKey("t.id"))), table(), True),
        (table(sa.Column("b", sa.Integer, index=True)), table(), False),
    ],
    ids=[
        "nullable",
        "unique",
        "nameless",
        "column",
        "index",
        "column-unique",
        "column-now",
        "column-check",
        "column-computed",
        "dropped-unique",
        "dropped-foreign-key",
        "dropped-indexed",
    ],
)
def test_on_sqlite(sqlite_url: str, start: sa.MetaData, end: sa.MetaData, batch: bool) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as connection:
        start.create_all(connection)
        connection.commit()
        context = MigrationContext.configure(connection, opts={"target_metadata": end}, plugins=())
        rendering = AutogenContext(context, end)
        text = template_args(rendering, produce_script(rendering))["upgrades"]
        assert ("batch_alter_table" in text) is batch
        assert text.startswith("# In a batch (not for --sql), as sqlite ") is batch
        take_back = run(context, end)
        assert difference(context, end) == []
        take_back()
        assert difference(context, start) == []
    engine.dispose()
