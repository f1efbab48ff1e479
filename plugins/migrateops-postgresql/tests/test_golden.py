"""The SQL that is written offline, exact, and that the server takes it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext

GOLDEN = Path(__file__).parent / "golden"


def tables(op: Any) -> None:
    item = op.create_table(
        "item",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "Name", sa.String(20), server_default="it's 100%", nullable=False, comment="what it's called"
        ),
        sa.Column("state", sa.Enum("open", "50% done", name="state")),
        sa.Column("counted", sa.BigInteger, sa.Identity(always=True, start=5)),
        sa.Column("twice", sa.Integer, sa.Computed("id * 2", persisted=True)),
        comment="things",
        if_not_exists=True,
    )
    op.bulk_insert(item, [{"Name": "a'b", "state": "open"}, {"Name": "c", "state": None}])
    op.create_table_comment("item", "other things", existing_comment="things")
    op.drop_table_comment("item")
    op.rename_table("item", "Thing")
    op.drop_table("Thing")
    op.execute("DROP TYPE state")


def columns(op: Any) -> None:
    mood = sa.Enum("so so", "it's :fine, 100%", name="Mood")
    op.execute("CREATE TABLE t (id integer NOT NULL, a text, c integer GENERATED ALWAYS AS (id) STORED)")
    op.add_column("t", sa.Column("m", mood, server_default="so so"), if_not_exists=True)
    op.add_column("t", sa.Column("n", sa.ARRAY(mood), comment="all of them"))
    op.add_column("t", sa.Column("u", sa.Integer, unique=True, index=True))
    op.alter_column(
        "t",
        "a",
        type_=sa.Integer(),
        postgresql_using="replace(a, '%', '')::integer",
        nullable=False,
        server_default=sa.text("1 + 1"),
        comment="a number",
        new_column_name="b",
    )
    op.alter_column("t", "b", server_default=None, nullable=True, comment=None)
    op.alter_column("t", "c", server_default=None, existing_server_default=sa.Computed("id"))
    identity = sa.Identity(start=3)
    op.alter_column("t", "id", server_default=identity)
    always = sa.Identity(always=True, increment=2, minvalue=-9, maxvalue=99, cycle=True, cache=3)
    op.alter_column("t", "id", server_default=always, existing_server_default=identity)
    op.alter_column("t", "id", server_default=None, existing_server_default=always)
    op.drop_column("t", "n", if_exists=True)
    op.drop_table("t")
    op.execute('DROP TYPE "Mood"')


def indexes(op: Any) -> None:
    op.execute("CREATE TABLE t (id integer, a text, b integer)")
    op.create_index(
        "ix_all",
        "t",
        ["a", sa.text("lower(a)")],
        unique=True,
        if_not_exists=True,
        postgresql_include=["b"],
        postgresql_ops={"a": "text_pattern_ops"},
        postgresql_using="btree",
        postgresql_with={"fillfactor": 50},
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("b > 0 AND a <> '%'"),
    )
    op.drop_index("ix_all", "t", if_exists=True)
    with op.get_context().autocommit_block():
        op.create_index("ix", "t", ["a"], postgresql_concurrently=True)
        op.drop_index("ix", "t", postgresql_concurrently=True)
    op.drop_table("t")


def constraints(op: Any) -> None:
    op.execute("CREATE TABLE t (id integer, a integer, b integer, during int4range)")
    op.create_primary_key("pk", "t", ["id"])
    op.create_unique_constraint("uq", "t", ["a", "b"], deferrable=True, postgresql_nulls_not_distinct=True)
    op.create_foreign_key(
        "fk", "t", "t", ["a"], ["id"], ondelete="SET NULL", onupdate="CASCADE", postgresql_not_valid=True
    )
    op.create_check_constraint("ck", "t", sa.column("a") > 5, postgresql_not_valid=True)
    op.create_exclude_constraint(
        "ex",
        "t",
        ("during", "&&"),
        where="a > 0",
        deferrable=True,
        initially="DEFERRED",
        ops={"during": "range_ops"},
    )
    for name, kind in (
        ("fk", "foreignkey"),
        ("uq", "unique"),
        ("ck", "check"),
        ("pk", "primary"),
        ("ex", None),
    ):
        op.drop_constraint(name, "t", type_=kind, if_exists=True)
    op.drop_table("t")


CASES: list[Callable[[Any], None]] = [tables, columns, indexes, constraints]


def written(case: Callable[[Any], None]) -> str:
    stream = io.StringIO()
    options: dict[str, Any] = {"as_sql": True, "output_buffer": stream, "transaction": "per_run"}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with context.begin_transaction():
        case(Operations(context))
    return stream.getvalue()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_text(case: Callable[[Any], None], request: pytest.FixtureRequest) -> None:
    path = GOLDEN / f"{case.__name__}.sql"
    if request.config.getoption("--update"):
        path.write_text(written(case), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == written(case), "look at the difference; --update takes it"


def test_every_file_has_a_case() -> None:
    assert {path.stem for path in GOLDEN.glob("*.sql")} == {case.__name__ for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_server_takes_it(case: Callable[[Any], None], engine: sa.Engine) -> None:
    text = (GOLDEN / f"{case.__name__}.sql").read_text(encoding="utf-8")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        raw: Any = connection.connection.driver_connection
        # One by one, as psql sends them: some refuse to run in one string with others.
        for statement in text.split(";\n\n"):
            raw.execute(statement)
        assert sa.inspect(connection).get_table_names() == []
