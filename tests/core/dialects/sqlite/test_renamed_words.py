"""Renamed columns in expressions, in each of the quotes that a database may keep."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from migrateops.operations import ops
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run


def models(name: str, was: str | None = None) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(name, sa.Integer, info={} if was is None else {"renamed_from": was}),
        sa.CheckConstraint(f"\"{name}\" > 0 AND 'a' <> '[a]'", name="ck"),
    )
    return metadata


@pytest.mark.parametrize("quoted", ["[a]", "`a`", '"a"', "a"])
@pytest.mark.parametrize("new", ["b", "Mixed Case"])
def test_every_quote_of_the_database_is_known(quoted: str, new: str) -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a INTEGER,"
            f" CONSTRAINT ck CHECK ({quoted} > 0 AND 'a' <> '[a]'))"
        )
        context = MigrationContext.configure(connection)
        wanted = models(new, "a")
        (made,) = difference(context, wanted)
        assert isinstance(made, ops.ModifyTableOps)
        assert [type(op) for op in made.ops] == [ops.AlterColumnOp]
        back = run(context, wanted)
        assert difference(context, models(new)) == []
        back()
        assert difference(context, models("a")) == []
