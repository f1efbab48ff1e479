"""The SQL that is written offline, exact, for both servers; MariaDB also takes it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext

GOLDEN = Path(__file__).parent / "golden"


def tables(op: Any) -> None:
    item = op.create_table(
        "item",
        sa.Column("id", mysql.INTEGER(unsigned=True), primary_key=True),
        sa.Column(
            "Name",
            mysql.VARCHAR(20, charset="latin1", collation="latin1_bin"),
            server_default="it's 100%",
            nullable=False,
            comment="what it's called",
        ),
        sa.Column("state", sa.Enum("open", "50% done"), index=True),
        sa.Column("twice", sa.Integer, sa.Computed("length(`Name`) * 2", persisted=True)),
        sa.Column("flag", sa.Boolean(name="yes", create_constraint=True)),
        sa.Column(
            "at",
            sa.TIMESTAMP,
            server_default=sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
            nullable=False,
        ),
        comment="things",
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
    )
    op.bulk_insert(item, [{"Name": "a'b\\c", "state": "open"}, {"Name": "c", "state": None}])
    op.create_table_comment("item", "other things", existing_comment="things")
    op.drop_table_comment("item")
    op.rename_table("item", "Thing")
    op.drop_table("Thing", if_exists=True)


def columns(op: Any) -> None:
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True), if_not_exists=True)
    op.create_table("t", sa.Column("a", sa.Text), sa.Column("b", sa.Integer))
    op.add_column(
        "t",
        sa.Column(
            "p",
            sa.Integer,
            sa.ForeignKey("parent.id", name="fk", ondelete="CASCADE"),
            sa.CheckConstraint("p > 0", name="positive"),
            nullable=False,
            unique=True,
            index=True,
            comment="100%",
        ),
    )
    op.add_column("t", sa.Column("id", sa.Integer, primary_key=True), inline_primary_key=True)
    op.alter_column("t", "b", server_default="5")
    op.alter_column("t", "b", server_default=None, existing_nullable=True)
    op.alter_column("t", "b", server_default=sa.text("1 + 1"))
    op.alter_column("t", "b", new_column_name="c")
    op.alter_column(
        "t",
        "a",
        type_=sa.String(30),
        nullable=False,
        server_default="it's 5%",
        comment="new",
        new_column_name="d",
        existing_type=mysql.TEXT(charset="latin1"),
    )
    op.alter_column(
        "t",
        "d",
        nullable=True,
        existing_type=mysql.VARCHAR(30, charset="latin1"),
        existing_server_default="it's 5%",
        existing_comment="new",
    )
    op.drop_constraint("fk", "t", type_="foreignkey")
    op.drop_constraint("positive", "t", type_="check")
    op.drop_column("t", "p")
    op.drop_table("t")
    op.drop_table("parent")


def indexes(op: Any) -> None:
    op.create_table("t", sa.Column("a", sa.Text), sa.Column("b", sa.Integer))
    op.create_index("ix", "t", ["a", "b"], unique=True, mysql_length={"a": 7}, mysql_using="btree")
    op.create_index("words", "t", ["a"], mysql_prefix="FULLTEXT")
    op.create_index("part", "t", [sa.text("a(5)")])
    for name in ("ix", "words", "part"):
        op.drop_index(name, "t")
    op.drop_table("t")


def constraints(op: Any) -> None:
    op.create_table("t", sa.Column("id", sa.Integer), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
    op.create_primary_key("pk", "t", ["id"])
    op.create_unique_constraint("uq", "t", ["a", "b"])
    op.create_foreign_key("fk", "t", "t", ["a"], ["id"], ondelete="SET NULL", onupdate="CASCADE")
    op.create_check_constraint("ck", "t", sa.column("b") > 5)
    op.create_check_constraint("ck2", "t", "b <> '%'")
    for name, kind in (
        ("fk", "foreignkey"),
        ("ck", "check"),
        ("uq", "unique"),
        ("pk", "primary"),
        ("ck2", None),
    ):
        op.drop_constraint(name, "t", type_=kind)
    op.drop_table("t")


CASES: list[Callable[[Any], None]] = [tables, columns, indexes, constraints]


def written(case: Callable[[Any], None], dialect: str) -> str:
    stream = io.StringIO()
    options: dict[str, Any] = {"as_sql": True, "output_buffer": stream, "transaction": "per_run"}
    context = MigrationContext.configure(dialect_name=dialect, opts=options)
    with context.begin_transaction():
        case(Operations(context))
    return stream.getvalue()


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_text(case: Callable[[Any], None], dialect: str, request: pytest.FixtureRequest) -> None:
    path = GOLDEN / dialect / f"{case.__name__}.sql"
    if request.config.getoption("--update"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(written(case, dialect), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == written(case, dialect), (
        "look at the difference; --update takes it"
    )


def test_every_file_has_a_case() -> None:
    names = {case.__name__ for case in CASES}
    assert {path.stem for path in GOLDEN.glob("*/*.sql")} == names


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_server_takes_it(case: Callable[[Any], None], engine: sa.Engine) -> None:
    text = (GOLDEN / "mariadb" / f"{case.__name__}.sql").read_text(encoding="utf-8")
    with engine.connect() as connection:
        for statement in filter(str.strip, text.split(";\n\n")):
            connection.exec_driver_sql(statement.replace("%", "%%"))
        assert sa.inspect(connection).get_table_names() == []
