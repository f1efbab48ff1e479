"""The SQL that is written offline, exact.  No server takes it here: see the README."""

from __future__ import annotations

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
        sa.Column("id", sa.Integer, sa.Identity(start=5), primary_key=True),
        sa.Column(
            "Name", sa.String(20), server_default="it's 100%", nullable=False, comment="what it's called"
        ),
        sa.Column("state", sa.Enum("open", "50% done", name="state", create_constraint=True)),
        sa.Column("counted", sa.BigInteger),
        sa.Column("twice", sa.Integer, sa.Computed("id * 2")),
        sa.Column("day", sa.Date, index=True),
        sa.Column("at", sa.TIMESTAMP(timezone=True), server_default=sa.func.now()),
        sa.Column("words", sa.Text),
        sa.Column("data", sa.LargeBinary),
        sa.Column("flag", sa.Boolean(name="yes", create_constraint=True)),
        comment="things",
        oracle_compress=True,
    )
    op.bulk_insert(item, [{"Name": "a'b", "data": b"\x00a"}, {"Name": "c", "state": None}])
    op.create_table("plain", sa.Column("x", sa.Integer, comment="y"), schema="my schema")
    op.create_table_comment("item", "other things", existing_comment="things")
    op.create_table_comment("plain", "it's", schema="my schema")
    op.drop_table_comment("item")
    op.create_table_comment("item", None)
    op.rename_table("item", "Thing")
    op.rename_table("plain", "simple", schema="my schema")
    op.execute("BEGIN\n    NULL;\nEND;")
    op.drop_table("Thing")
    op.drop_table("simple", schema="my schema")


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
    op.alter_column("t", "a", nullable=False)
    op.alter_column("t", "a", nullable=True, existing_nullable=True)
    op.alter_column("t", "a", type_=sa.BigInteger())
    op.alter_column("t", "a", server_default=None)
    op.alter_column(
        "t",
        "a",
        type_=sa.String(30),
        nullable=False,
        server_default="it's 5%",
        comment="new",
        new_column_name="Date",
        existing_type=sa.Boolean(name="yes", create_constraint=True),
        schema="s",
    )
    op.alter_column("t", "Date", comment=None, existing_comment="new", schema="s")
    op.alter_column(
        "t",
        "id",
        server_default=sa.Identity(always=True, start=3),
        existing_server_default=sa.Identity(),
    )
    op.alter_column("t", "id", server_default=None, existing_server_default=sa.Identity())
    op.alter_column("t", "id", server_default=sa.text("1"), existing_server_default=sa.Identity())
    op.drop_column("t", "p")
    op.drop_column("t", "q", schema="s")


def indexes(op: Any) -> None:
    op.create_index("ix", "t", ["a", sa.text("b DESC"), sa.func.lower(sa.column("c"))], unique=True)
    op.create_index("bits", "t", ["a", "b"], oracle_bitmap=True, oracle_compress=1, schema="s")
    op.drop_index("ix", "t")
    op.drop_index("bits", schema="s")


def constraints(op: Any) -> None:
    op.create_primary_key("pk", "t", ["id"])
    op.create_unique_constraint("uq", "t", ["a", "b"], deferrable=True, initially="DEFERRED")
    op.create_foreign_key("fk", "t", "u", ["a"], ["id"], ondelete="SET NULL", referent_schema="s")
    op.create_check_constraint("ck", "t", sa.column("b") > 5)
    op.create_check_constraint("ck2", "t", "b <> '%'", schema="s")
    op.drop_constraint("fk", "t", type_="foreignkey")
    op.drop_constraint("ck", "t", type_="check")
    op.drop_constraint("uq", "t", type_="unique", schema="s")
    op.drop_constraint("pk", "t")


class TestGolden(suite.Golden):
    dialect = "oracle"
    directory = GOLDEN
    cases: ClassVar[list[Case]] = [tables, columns, indexes, constraints]

    @pytest.mark.parametrize("separator", ["/", ";", "", None])
    def test_what_has_a_statement_run(self, separator: str | None) -> None:
        lines = self.written(lambda op: op.drop_table("t"), oracle_batch_separator=separator).split("\n")
        expected: list[str] = []
        for statement in ("DROP TABLE t", "COMMIT"):
            expected += [statement, separator, ""] if separator else [statement, ""]
        assert lines == [*expected, ""]
