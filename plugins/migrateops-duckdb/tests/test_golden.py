"""The SQL that is written offline, exact, and that the engine takes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import duckdb
import sqlalchemy as sa

from migrateops.testing import suite
from migrateops.testing.suite.golden import Case

GOLDEN = Path(__file__).parent / "golden"


def tables(op: Any) -> None:
    item = op.create_table(
        "item",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "Name", sa.String(20), server_default="it's 100%", nullable=False, comment="what it's called"
        ),
        sa.Column("state", sa.Enum("open", "50% done", name="state")),
        sa.Column("data", sa.LargeBinary),
        sa.Column("twice", sa.Integer, sa.Computed("id * 2")),
        comment="things",
        if_not_exists=True,
    )
    op.bulk_insert(item, [{"Name": "a'b", "data": b"\x00'a"}, {"Name": "c", "state": "open"}])
    op.create_table_comment("item", "other things", existing_comment="things")
    op.drop_table_comment("item")
    op.rename_table("item", "Thing")
    op.drop_table("Thing")
    op.execute("DROP SEQUENCE item_id_seq")
    op.execute("DROP TYPE state")


def columns(op: Any) -> None:
    mood = sa.Enum("so so", "it's :fine, 100%", name="Mood")
    op.create_table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Text))
    op.add_column("t", sa.Column("m", mood, server_default="so so"), if_not_exists=True)
    op.add_column("t", sa.Column("n", sa.Integer, server_default="5", nullable=False, comment="100%"))
    op.alter_column(
        "t",
        "a",
        type_=sa.Integer(),
        duckdb_using="CAST(replace(a, '%', '') AS INTEGER)",
        nullable=False,
        server_default=sa.text("1 + 1"),
        comment="a number",
        new_column_name="b",
    )
    op.alter_column("t", "b", server_default=None, nullable=True, comment=None)
    op.drop_column("t", "n", if_exists=True)
    op.drop_table("t")
    op.execute('DROP TYPE "Mood"')


def indexes(op: Any) -> None:
    op.create_table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Text, index=True))
    op.create_index("ix", "t", ["a", sa.text("lower(a)")], unique=True, if_not_exists=True)
    op.drop_index("ix", "t", if_exists=True)
    op.drop_table("t")


def constraints(op: Any) -> None:
    op.create_table(
        "t",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("a", sa.Integer),
        sa.CheckConstraint("a > 0", name="ck"),
        sa.UniqueConstraint("a", name="uq"),
    )
    op.create_primary_key("pk", "t", ["id"])
    op.create_table("s", sa.Column("t", sa.Integer, sa.ForeignKey("t.id", name="fk")))
    op.drop_table("s")
    op.drop_table("t")


class TestGolden(suite.Golden):
    dialect = "duckdb"
    directory = GOLDEN
    cases: ClassVar[list[Case]] = [tables, columns, indexes, constraints]

    def test_the_engine_takes_it(self, case: Case) -> None:
        with duckdb.connect(":memory:") as connection:
            connection.execute(self.file(case).read_text(encoding="utf-8"))
            for catalog in ("duckdb_tables", "duckdb_indexes", "duckdb_sequences"):
                assert connection.execute(f"FROM {catalog}()").fetchall() == []
