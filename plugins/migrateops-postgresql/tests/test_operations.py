"""Every operation is invoked, looked up in the catalogs, reversed, and has left nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import Operations, ops
from migrateops.runtime.migration import MigrationContext

State = Callable[[], dict[str, Any]]

SETUP = """
    CREATE TABLE parent (id integer PRIMARY KEY, code text);
    CREATE TABLE item (
        id integer, n integer, "Name" varchar(20) NOT NULL DEFAULT 'x', during int4range, parent integer
    );
    COMMENT ON TABLE item IS 'old';
    INSERT INTO item (id, n) VALUES (1, 5);
"""


@pytest.fixture(autouse=True)
def tables(connection: sa.Connection) -> None:
    connection.exec_driver_sql(SETUP)


def column(state: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(c for c in state["tables"]["item"]["columns"] if c["name"] == name)
    return found


def index(state: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(i for i in state["tables"]["item"]["indexes"] if i["name"] == name)
    return found


def constraint(state: dict[str, Any], name: str) -> str:
    definition: str = next(text for _, found, text in state["constraints"] if found == name)
    return definition


CASES: dict[str, tuple[Callable[[], Any], Callable[[dict[str, Any]], Any], Any]] = {
    "create_table": (
        lambda: ops.CreateTableOp(
            "made",
            [
                sa.Column("id", sa.Integer, sa.Identity(always=True), primary_key=True),
                sa.Column(
                    "parent", sa.Integer, sa.ForeignKey("parent.id", deferrable=True, initially="DEFERRED")
                ),
                sa.Column("twice", sa.Integer, sa.Computed("parent * 2", persisted=True), index=True),
                sa.Column("noted", sa.Text, comment="it's 100% noted"),
                sa.CheckConstraint("parent > 0", name="positive"),
            ],
            comment="made for a test",
        ),
        lambda s: (
            s["tables"]["made"]["comment"]["text"],
            [c["comment"] for c in s["tables"]["made"]["columns"]],
            [i["name"] for i in s["tables"]["made"]["indexes"]],
            sorted(text for table, _, text in s["constraints"] if table == "made"),
        ),
        (
            "made for a test",
            [None, None, None, "it's 100% noted"],
            ["ix_made_twice"],
            [
                "CHECK ((parent > 0))",
                "FOREIGN KEY (parent) REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED",
                "PRIMARY KEY (id)",
            ],
        ),
    ),
    "rename_table": (
        lambda: ops.RenameTableOp("item", "Thing"),
        lambda s: list(s["tables"]),
        ["Thing", "parent"],
    ),
    "comment": (
        lambda: ops.CreateTableCommentOp("item", "new", existing_comment="old"),
        lambda s: s["tables"]["item"]["comment"]["text"],
        "new",
    ),
    "drop_comment": (
        lambda: ops.DropTableCommentOp("item", existing_comment="old"),
        lambda s: s["tables"]["item"]["comment"]["text"],
        None,
    ),
    "add_column": (
        lambda: ops.AddColumnOp(
            "item",
            sa.Column("owner", sa.Integer, sa.ForeignKey("parent.id"), unique=True, comment="who"),
            if_not_exists=True,
        ),
        lambda s: (
            column(s, "owner")["comment"],
            constraint(s, "item_owner_key"),
            constraint(s, "item_owner_fkey"),
        ),
        ("who", "UNIQUE (owner)", "FOREIGN KEY (owner) REFERENCES parent(id)"),
    ),
    "type": (
        lambda: ops.AlterColumnOp(
            "item", "n", modify_type=sa.BigInteger(), existing_type=sa.Integer(), modify_comment="big"
        ),
        lambda s: (column(s, "n")["type"], column(s, "n")["comment"]),
        ("BIGINT", "big"),
    ),
    "rename, default and nullability": (
        lambda: ops.AlterColumnOp(
            "item",
            "Name",
            modify_name="title",
            modify_nullable=True,
            existing_nullable=False,
            modify_server_default=sa.text("'y' || 'z'"),
            existing_server_default="x",
        ),
        lambda s: (column(s, "title")["nullable"], column(s, "title")["default"]),
        (True, "('y'::text || 'z'::text)"),
    ),
    "index": (
        lambda: ops.CreateIndexOp(
            "ix_item",
            "item",
            ["n", sa.text('lower("Name")')],
            unique=True,
            if_not_exists=True,
            kw={
                "postgresql_include": ["during"],
                "postgresql_where": sa.text("n > 0"),
                "postgresql_with": {"fillfactor": 50},
                "postgresql_using": "btree",
                "postgresql_nulls_not_distinct": True,
            },
        ),
        lambda s: (
            index(s, "ix_item")["unique"],
            index(s, "ix_item")["expressions"],
            index(s, "ix_item")["dialect_options"],
        ),
        (
            True,
            ["n", 'lower("Name"::text)'],
            {
                "postgresql_include": ["during"],
                "postgresql_where": "(n > 0)",
                "postgresql_with": {"fillfactor": "50"},
                "postgresql_nulls_not_distinct": True,
            },
        ),
    ),
    "index with an operator class": (
        lambda: ops.CreateIndexOp(
            "ix_name", "item", ["Name"], kw={"postgresql_ops": {"Name": "varchar_pattern_ops"}}
        ),
        lambda s: index(s, "ix_name")["column_names"],
        ["Name"],
    ),
    "primary key": (
        lambda: ops.CreatePrimaryKeyOp("pk", "item", ["id"]),
        lambda s: constraint(s, "pk"),
        "PRIMARY KEY (id)",
    ),
    "unique": (
        lambda: ops.CreateUniqueConstraintOp(
            "uq",
            "item",
            ["n"],
            deferrable=True,
            initially="DEFERRED",
            kw={"postgresql_nulls_not_distinct": True},
        ),
        lambda s: constraint(s, "uq"),
        "UNIQUE NULLS NOT DISTINCT (n) DEFERRABLE INITIALLY DEFERRED",
    ),
    "foreign key": (
        lambda: ops.CreateForeignKeyOp(
            "fk",
            "item",
            "parent",
            ["parent"],
            ["id"],
            ondelete="SET NULL",
            match="FULL",
            kw={"postgresql_not_valid": True},
        ),
        lambda s: constraint(s, "fk"),
        "FOREIGN KEY (parent) REFERENCES parent(id) MATCH FULL ON DELETE SET NULL NOT VALID",
    ),
    "check": (
        lambda: ops.CreateCheckConstraintOp("ck", "item", "n > 100", kw={"postgresql_not_valid": True}),
        lambda s: constraint(s, "ck"),
        "CHECK ((n > 100)) NOT VALID",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_there_and_back(name: str, operations: Operations, state: State) -> None:
    made, look, expected = CASES[name]
    before = state()
    operation = made()
    back = operation.reverse()
    operations.invoke(operation)
    after = state()
    assert look(after) == expected
    operations.invoke(back)
    # CASCADE of a reversed primary key is not undone: its column stays NOT NULL.
    reversed_ = state()
    if name == "primary key":
        column(reversed_, "id")["nullable"] = True
    assert reversed_ == before
    operations.invoke(made().reverse().reverse())
    assert look(state()) == expected


def test_if_exists(operations: Operations, state: State) -> None:
    before = state()
    operations.drop_table("no", if_exists=True)
    operations.drop_index("no", if_exists=True)
    operations.drop_column("item", "no", if_exists=True)
    operations.drop_constraint("no", "item", if_exists=True)
    operations.add_column("item", sa.Column("n", sa.Text), if_not_exists=True)
    operations.create_table("item", sa.Column("x", sa.Integer), if_not_exists=True)
    assert state() == before


def test_a_table_keeps_its_schema(operations: Operations, connection: sa.Connection) -> None:
    schema = connection.scalar(sa.text("SELECT current_schema()"))
    connection.exec_driver_sql("SET search_path = public")
    operations.rename_table("item", "thing", schema=schema)
    operations.create_index("ix", "thing", ["n"], schema=schema)
    operations.drop_index("ix", "thing", schema=schema)
    operations.alter_column("thing", "n", server_default=sa.Identity(), nullable=False, schema=schema)
    assert sorted(sa.inspect(connection).get_table_names(schema)) == ["parent", "thing"]


def test_nulls_not_distinct_needs_a_newer_server(
    operations: Operations, monkeypatch: pytest.MonkeyPatch, connection: sa.Connection
) -> None:
    monkeypatch.setattr(connection.dialect, "server_version_info", (14, 9))
    with pytest.raises(UnsupportedOperation):
        operations.create_index("ix", "item", ["n"], postgresql_nulls_not_distinct=True)
    with pytest.raises(UnsupportedOperation):
        operations.create_unique_constraint("uq", "item", ["n"], postgresql_nulls_not_distinct=False)


def test_rows(operations: Operations, connection: sa.Connection) -> None:
    table = operations.create_table(
        "t",
        sa.Column("id", sa.Integer),
        sa.Column("data", postgresql.JSONB),
        sa.Column("of", sa.ARRAY(sa.Integer)),
    )
    operations.bulk_insert(
        table, [{"id": 1, "data": {"a": "100%"}, "of": [1, 2]}, {"id": 2, "data": sa.null(), "of": None}]
    )
    operations.execute(sa.text("UPDATE t SET id = :new WHERE id = 2").bindparams(new=3))
    assert connection.execute(sa.select(table).order_by(table.c.id)).all() == [
        (1, {"a": "100%"}, [1, 2]),
        (3, None, None),
    ]


def test_every_statement_goes_to_the_schema_that_is_meant(connection: sa.Connection) -> None:
    """Also those that SQLAlchemy has no elements for."""
    connection.exec_driver_sql("CREATE SCHEMA IF NOT EXISTS tenant_of_a_test")
    tenant = connection.execution_options(schema_translate_map={"tenant": "tenant_of_a_test"})
    op: Any = Operations(MigrationContext.configure(tenant))
    where = {"schema": "tenant"}
    op.create_table("made", sa.Column("id", sa.Integer, nullable=False), **where)
    op.create_table("other", sa.Column("id", sa.Integer, primary_key=True), **where)
    key = sa.ForeignKey("tenant.other.id", name="fk")
    op.add_column("made", sa.Column("other", sa.Integer, key), inline_references=True, **where)
    op.add_column("made", sa.Column("gone", sa.Integer), **where)
    op.drop_column("made", "gone", **where)
    op.alter_column("made", "other", type_=sa.BigInteger(), nullable=False, comment="c", **where)
    op.alter_column("made", "other", server_default="5", new_column_name="n", **where)
    op.alter_column("made", "id", server_default=sa.Identity(), **where)
    op.create_check_constraint("ck", "made", "n > 0", postgresql_not_valid=True, **where)
    op.validate_constraint("ck", "made", **where)
    op.create_exclude_constraint("ex", "made", ("n", "="), using="btree", **where)
    op.create_index("ix", "made", ["n"], **where)
    op.drop_index("ix", "made", **where)
    op.rename_table("made", "renamed", **where)
    columns = sa.inspect(connection).get_columns("renamed", schema="tenant_of_a_test")
    assert [(column["name"], str(column["type"])) for column in columns] == [
        ("id", "INTEGER"),
        ("n", "BIGINT"),
    ]
    assert sorted(sa.inspect(connection).get_table_names()) == ["item", "parent"]
    op.drop_table("renamed", **where)
    connection.rollback()


def test_constraints_have_comments(operations: Any, connection: sa.Connection) -> None:
    commented = {"comment": "it's 100%"}
    operations.create_primary_key("pk", "item", ["Name"], **commented)
    operations.create_unique_constraint("uq", "item", ["n"], **commented)
    operations.create_check_constraint("ck", "item", "n > 0", **commented)
    operations.create_foreign_key("fk", "item", "parent", ["parent"], ["id"], **commented)
    operations.create_table(
        "made", sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="uq_made", comment="it's 100%")
    )
    found = connection.exec_driver_sql(
        "SELECT conname, obj_description(oid, 'pg_constraint') FROM pg_constraint"
        " WHERE connamespace = current_schema()::regnamespace AND conname NOT LIKE 'parent%%' ORDER BY 1"
    )
    assert [tuple(row) for row in found] == [
        ("ck", "it's 100%"),
        ("fk", "it's 100%"),
        ("pk", "it's 100%"),
        ("uq", "it's 100%"),
        ("uq_made", "it's 100%"),
    ]
