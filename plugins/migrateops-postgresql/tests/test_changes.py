"""Changes that PostgreSQL alone has, or that core's tests of two databases leave out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from migrateops.autogenerate import AutogenContext, compare
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.test_changes import there_and_back

Edit = Callable[[sa.Table], Any]


def nothing(table: sa.Table) -> None:
    pass


def column(*args: Any, **kw: Any) -> Edit:
    return lambda table: table.append_column(sa.Column("a", *args, **kw), replace_existing=True)


def index(*parts: Any, **kw: Any) -> Edit:
    return lambda table: sa.Index(
        "ix", *(table.c[part] if isinstance(part, str) else part for part in parts), **kw
    )


def item(make: Callable[[], Any]) -> Edit:
    return lambda table: table.append_constraint(make())


def comment(text: str | None) -> Edit:
    def change(table: sa.Table) -> None:
        table.comment = text

    return change


def exclude(*more: Any, where: str | None = None, **kw: Any) -> Edit:
    condition = None if where is None else sa.text(where)
    return item(
        lambda: postgresql.ExcludeConstraint(
            (sa.column("during"), "&&"), *more, name="ex", using="gist", where=condition, **kw
        )
    )


CASES: dict[str, tuple[Edit, Edit]] = {
    "comment": (nothing, comment("it's: 100%")),
    "comment-changed": (comment("one"), comment("two")),
    "comment-of-column": (nothing, column(sa.Integer, comment="x")),
    "comment-of-column-changed": (column(sa.Integer, comment="x"), column(sa.Integer, comment="y")),
    "identity": (column(sa.Integer, nullable=False), column(sa.Integer, sa.Identity(), nullable=False)),
    "identity-changed": (
        column(sa.Integer, sa.Identity(), nullable=False),
        column(sa.Integer, sa.Identity(always=True, start=7, increment=2, cycle=True), nullable=False),
    ),
    "collation": (column(sa.Text), column(sa.Text(collation="C"))),
    "type-timezone": (column(sa.DateTime), column(sa.DateTime(timezone=True))),
    "type-array": (column(sa.Integer), column(sa.BigInteger)),
    "default-cast": (
        column(postgresql.JSONB, server_default=sa.text("'{}'::jsonb")),
        column(postgresql.JSONB, server_default=sa.text("'{\"a\"\\: 1}'::jsonb")),
    ),
    "index-method": (index("a"), index("a", postgresql_using="hash")),
    "index-include": (index("a"), index("a", postgresql_include=["note"])),
    "index-ops": (index("note"), index("note", postgresql_ops={"note": "text_pattern_ops"})),
    "index-nulls": (index("a"), index(sa.desc(sa.column("a")).nulls_last())),
    "index-nulls-not-distinct": (
        index("a", unique=True),
        index("a", unique=True, postgresql_nulls_not_distinct=True),
    ),
    "index-with": (index("a"), index("a", postgresql_with={"fillfactor": 70})),
    "unique-nulls-not-distinct": (
        item(lambda: sa.UniqueConstraint("a", name="uq")),
        item(lambda: sa.UniqueConstraint("a", name="uq", postgresql_nulls_not_distinct=True)),
    ),
    "unique-deferrable": (
        item(lambda: sa.UniqueConstraint("a", name="uq")),
        item(lambda: sa.UniqueConstraint("a", name="uq", deferrable=True, initially="DEFERRED")),
    ),
    "foreign-key-match": (
        item(lambda: sa.ForeignKeyConstraint(["a"], ["t.id"], name="fk")),
        item(lambda: sa.ForeignKeyConstraint(["a"], ["t.id"], name="fk", match="FULL")),
    ),
    "exclude": (nothing, exclude()),
    "exclude-changed": (exclude(), exclude(where="a > 5")),
    "exclude-of-all": (
        nothing,
        exclude(
            (sa.text(r"int4range(a, 7, '(]')"), "&&"),
            where=r"note <> 'a, b) \:x' AND a > 5",
            deferrable=True,
            initially="DEFERRED",
            ops={"during": "range_ops"},
        ),
    ),
}


def built(change: Edit) -> sa.MetaData:
    metadata = sa.MetaData()
    table = sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.Column("note", sa.Text),
        sa.Column("during", postgresql.TSRANGE),
    )
    change(table)
    return metadata


@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
@pytest.mark.parametrize("case", CASES)
def test_a_change(postgresql_schema: Any, case: str, back: bool) -> None:
    start, end = CASES[case][::-1] if back else CASES[case]
    before, wanted = built(start), built(end)
    engine = sa.create_engine(postgresql_schema.url)
    with engine.connect() as connection:
        before.create_all(connection)
        context = MigrationContext.configure(connection, opts={"target_metadata": wanted})
        there_and_back(context, before, wanted)
    engine.dispose()


def test_what_belongs_to_another_table_is_left_alone(postgresql_schema: Any) -> None:
    engine = sa.create_engine(postgresql_schema.url)
    with engine.connect() as connection:
        for statement in (
            "CREATE TABLE whole (id INTEGER) PARTITION BY RANGE (id)",
            "CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (10)",
            "CREATE VIEW seen AS SELECT 1 AS one",
        ):
            connection.exec_driver_sql(statement)
        metadata = sa.MetaData()
        sa.Table("whole", metadata, sa.Column("id", sa.Integer))
        context = AutogenContext(MigrationContext.configure(connection, opts={}), metadata)
        assert compare(context).ops == []
        assert any(
            line.startswith("table part: not in the models; it belongs to") for line in context.coverage
        )
        assert "view: seen" in context.coverage
    engine.dispose()
