"""The SQL that is written offline, exact.  No server takes it here: see the README."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa

from migrateops.testing import suite
from migrateops.testing.suite.golden import Case

GOLDEN = Path(__file__).parent / "golden"


def tables(op: Any) -> None:
    item = op.create_table(
        "item",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "Name", sa.Unicode(20), server_default="it's 100%", nullable=False, comment="what it's called"
        ),
        sa.Column("state", sa.Enum("open", "50% done", name="state", create_constraint=True)),
        sa.Column("counted", sa.BigInteger, nullable=False),
        sa.Column("twice", sa.Integer, sa.Computed("id * 2", persisted=True)),
        sa.Column("day", sa.Date, index=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now()),
        sa.Column("words", sa.Text),
        sa.Column("data", sa.LargeBinary),
        sa.Column("flag", sa.Boolean(name="yes", create_constraint=True)),
        comment="things",
    )
    op.bulk_insert(item, [{"id": 1, "Name": "a'b", "data": b"\x00a", "counted": 1}])
    op.bulk_insert(item, [{"Name": "c", "state": None, "counted": 2}])
    op.bulk_insert(sa.table("item", sa.column("id"), sa.column("words")), [{"id": 3, "words": "it's"}])
    times = sa.table("times", sa.column("at", sa.DateTime), sa.column("on", sa.Date))
    op.bulk_insert(times, [{"at": datetime(2020, 2, 3, 4, 5, 6, 789000), "on": date(2020, 2, 3)}])
    op.create_table("plain", sa.Column("x", sa.Integer), schema="my schema")
    op.bulk_insert(sa.Table("plain", sa.MetaData(), sa.Column("x", sa.Integer)), [{"x": 1}])
    op.create_table_comment("item", "other things", existing_comment="things")
    op.create_table_comment("plain", "it's", schema="my schema")
    op.drop_table_comment("item")
    op.rename_table("item", "Thing's [new]")
    op.rename_table("plain", "simple", schema="my schema")
    op.execute("SELECT 1")
    op.drop_table("Thing's [new]", if_exists=True)
    op.drop_table("simple", schema="other_database.dbo")


def columns(op: Any) -> None:
    op.add_column(
        "t",
        sa.Column(
            "p",
            sa.Integer,
            sa.ForeignKey("parent.id", name="fk", ondelete="CASCADE"),
            sa.CheckConstraint("p > 0", name="positive"),
            nullable=False,
            server_default="5",
            unique=True,
            index=True,
            comment="100%",
        ),
    )
    op.add_column("t", sa.Column("q", sa.Integer, sa.ForeignKey("s.parent.id")), inline_references=True)
    op.add_column("t", sa.Column("id", sa.Integer, primary_key=True), inline_primary_key=True, schema="s")
    op.add_column("t", sa.Column("flag", sa.Boolean(name="yes", create_constraint=True)))
    op.alter_column("t", "a", nullable=False, existing_type=sa.Integer())
    op.alter_column("t", "a", type_=sa.BigInteger(), existing_nullable=False)
    op.alter_column("t", "a", type_=sa.BigInteger(), nullable=True, server_default=None)
    op.alter_column("t", "a", server_default="5")
    op.alter_column("t", "a", server_default=sa.text("getdate()"), existing_server_default="5")
    op.alter_column(
        "t",
        "odd [c]'s",
        type_=sa.Unicode(30, collation="Latin1_General_BIN"),
        nullable=False,
        server_default="it's 5%",
        comment="new",
        new_column_name="d",
        existing_type=sa.Boolean(name="yes", create_constraint=True),
        schema="s",
    )
    op.alter_column("t", "d", comment=None, existing_comment="new")
    op.drop_column("t", "p")
    op.drop_column("t", "q", if_exists=True, mssql_drop_default=False)
    op.drop_column("t", "r", schema="s", mssql_drop_check=True, mssql_drop_foreign_key=True)


def indexes(op: Any) -> None:
    op.create_index(
        "ix",
        "t",
        ["a", sa.text("b DESC"), sa.column("c").desc()],
        unique=True,
        mssql_clustered=False,
        mssql_include=["d", "e"],
        mssql_where=sa.text("a IS NOT NULL AND b <> '%'"),
    )
    op.create_index("words", "t", ["a"], mssql_columnstore=True, schema="s")
    op.drop_index("ix", "t")
    op.drop_index("words", "t", schema="s", if_exists=True)


def constraints(op: Any) -> None:
    op.create_primary_key("pk", "t", ["id"], mssql_clustered=False)
    op.create_unique_constraint("uq", "t", ["a", "b"], mssql_clustered=True)
    op.create_foreign_key(
        "fk", "t", "u", ["a"], ["id"], ondelete="SET NULL", onupdate="CASCADE", referent_schema="s"
    )
    op.create_check_constraint("ck", "t", sa.column("b") > 5)
    op.create_check_constraint("ck2", "t", "b <> '%'", schema="s")
    op.drop_constraint("fk", "t", type_="foreignkey")
    op.drop_constraint("ck", "t", type_="check", if_exists=True)
    op.drop_constraint("uq", "t", type_="unique", schema="s")
    op.drop_constraint("pk", "t")


class TestGolden(suite.Golden):
    dialect = "mssql"
    directory = GOLDEN
    cases: ClassVar[list[Case]] = [tables, columns, indexes, constraints]

    @pytest.mark.parametrize("separator", ["GO", ";;", "", None])
    def test_what_ends_a_batch(self, separator: str | None) -> None:
        lines = self.written(lambda op: op.drop_table("t"), mssql_batch_separator=separator).split("\n")
        expected: list[str] = []
        for statement in ("BEGIN TRANSACTION;", "DROP TABLE t;", "COMMIT;"):
            expected += [statement, separator, ""] if separator else [statement, ""]
        assert lines == [*expected, ""]
