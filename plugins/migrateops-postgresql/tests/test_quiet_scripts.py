"""Scripts leave out what the server takes by itself, and make the same all the same."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from migrateops.autogenerate import AutogenContext, produce_script, template_args
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run
from tests.core.autogenerate.test_changes import shown


def back(connection: sa.Connection, *items: Any) -> str:
    """Return the body of downgrade() of a script that drops a table, which was run there and back."""
    metadata = sa.MetaData()
    sa.Table("t", metadata, *items)
    metadata.create_all(connection)
    context = MigrationContext.configure(connection, opts={"target_metadata": sa.MetaData()})
    rendering = AutogenContext(context, sa.MetaData())
    texts = template_args(rendering, produce_script(rendering))
    run(context, sa.MetaData())()
    assert shown(difference(context, metadata)) == []
    return texts["downgrades"].replace("\n    ", "\n")


def column(*args: Any, **kw: Any) -> sa.Column[Any]:
    return sa.Column("a", *args, **kw)


DEFAULTS: dict[str, tuple[sa.Column[Any], str]] = {
    "text": (column(sa.String(20), server_default="it's"), "sa.text(\"'it''s'\")"),
    "char": (column(sa.CHAR(3), server_default="abc"), "sa.text(\"'abc'\")"),
    "negative": (column(sa.Integer, server_default=sa.text("-1")), 'sa.text("-1")'),
    "numeric": (column(sa.Numeric(10, 2), server_default=sa.text("-1.5")), 'sa.text("-1.5")'),
    "double": (column(sa.Double, server_default=sa.text("'1.5'")), "sa.text(\"'1.5'\")"),
    "json": (
        column(postgresql.JSONB, server_default=sa.text("""'{"a"\\: "b"}'""")),
        """sa.text('\\'{"a": "b"}\\'')""",
    ),
    "moment": (
        column(postgresql.TIMESTAMP(precision=3), server_default="2020-02-29 12:30:00"),
        "sa.text(\"'2020-02-29 12:30:00'\")",
    ),
    "array": (column(postgresql.ARRAY(sa.Integer), server_default="{1,2}"), "sa.text(\"'{1,2}'\")"),
    "enum": (column(sa.Enum("x", "y", name="Kind of"), server_default="x"), "sa.text(\"'x'\")"),
    "inet": (column(postgresql.INET, server_default="10.0.0.1"), "sa.text(\"'10.0.0.1'\")"),
    "span": (column(postgresql.INTERVAL, server_default="1 day"), "sa.text(\"'1 day'\")"),
    # Of another type than the column, a cast says something.
    "cast": (column(sa.Text, server_default=sa.text("'5'::integer::text")), 'sa.text("(5)::text")'),
}


@pytest.mark.parametrize("case", DEFAULTS)
def test_a_default_says_no_type_of_its_own_column(connection: sa.Connection, case: str) -> None:
    made, expected = DEFAULTS[case]
    assert f"server_default={expected})" in back(connection, made._copy()).replace(",\n", ")")


TYPES: dict[str, tuple[sa.Column[Any], str]] = {
    "double": (column(sa.Double), 'sa.Column("a", sa.DOUBLE_PRECISION(), nullable=True)'),
    "real": (column(sa.REAL), 'sa.Column("a", sa.REAL(), nullable=True)'),
    "doubles": (
        column(postgresql.ARRAY(sa.Double, dimensions=2)),
        'sa.Column("a", postgresql.ARRAY(sa.DOUBLE_PRECISION(), dimensions=2), nullable=True)',
    ),
    "json": (column(postgresql.JSONB), 'sa.Column("a", postgresql.JSONB(), nullable=True)'),
    "jsons": (
        column(postgresql.ARRAY(sa.JSON)),
        'sa.Column("a", postgresql.ARRAY(postgresql.JSON()), nullable=True)',
    ),
    "identity": (
        column(sa.Integer, sa.Identity()),
        'sa.Column("a", sa.INTEGER(), sa.Identity(), nullable=False)',
    ),
    "identity-with-options": (
        column(sa.BigInteger, sa.Identity(always=True, start=7, cycle=True)),
        'sa.Column("a", sa.BIGINT(), sa.Identity(always=True, start=7, cycle=True), nullable=False)',
    ),
}


@pytest.mark.parametrize("case", TYPES)
def test_a_column_says_nothing_usual(connection: sa.Connection, case: str) -> None:
    made, expected = TYPES[case]
    assert expected in back(connection, made._copy())


def test_keys_and_indexes_say_nothing_usual(connection: sa.Connection) -> None:
    body = back(
        connection,
        sa.Column("a", sa.Integer, primary_key=True),
        sa.Column("b", sa.String(5), primary_key=True),
        sa.Column("c", sa.Text),
        sa.UniqueConstraint("c", name="uq"),
        sa.Index("ix", "c", unique=True),
    )
    assert (
        body
        == """\
op.create_table(
    "t",
    sa.Column("a", sa.INTEGER(), nullable=False),
    sa.Column("b", sa.VARCHAR(length=5), nullable=False),
    sa.Column("c", sa.TEXT(), nullable=True),
    sa.PrimaryKeyConstraint("a", "b", name=op.f("t_pkey")),
    sa.UniqueConstraint("c", name=op.f("uq")),
    sa.Index(op.f("ix"), "c", unique=True),
)"""
    )


def test_what_says_something_is_kept(connection: sa.Connection) -> None:
    body = back(
        connection,
        sa.Column("a", sa.Integer, primary_key=True, autoincrement=False),
        sa.UniqueConstraint("a", name="uq", postgresql_nulls_not_distinct=True),
        sa.CheckConstraint("a > 0", name="ck"),
    )
    assert 'sa.Column("a", sa.INTEGER(), autoincrement=False, nullable=False)' in body
    assert 'sa.UniqueConstraint("a", name=op.f("uq"), postgresql_nulls_not_distinct=True)' in body
    assert 'sa.CheckConstraint("a > 0", name=op.f("ck"))' in body


def test_expressions_are_the_servers_words(connection: sa.Connection) -> None:
    """A constraint on a table that stays is written as the server has it, and not in the form compared."""
    wanted, metadata = sa.MetaData(), sa.MetaData()
    sa.Table("t", wanted, column(sa.Integer), sa.Column("b", sa.Text))
    sa.Table(
        "t",
        metadata,
        column(sa.Integer),
        sa.Column("b", sa.Text),
        sa.CheckConstraint(r"a\:\:text <> '5' AND length(b) > 2", name="ck"),
        sa.Index("ix", sa.text("(a::text)"), postgresql_where=sa.text("length(b) > 2")),
    )
    metadata.create_all(connection)
    context = MigrationContext.configure(connection, opts={"target_metadata": wanted})
    rendering = AutogenContext(context, wanted)
    body = template_args(rendering, produce_script(rendering))["downgrades"]
    assert "a::text <> '5'::text AND length(b) > 2" in body
    assert 'sa.text("(a::text)")' in body
    assert 'postgresql_where=sa.text("length(b) > 2")' in body
