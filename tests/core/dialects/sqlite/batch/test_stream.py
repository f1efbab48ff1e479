"""A batch written as SQL: the text does, on a real database, what the batch would do."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from migrateops.errors.batch import DefinitionNeeded
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.dialects.sqlite.batch.conftest import objects, rows, script


def table() -> sa.Table:
    return sa.Table(
        "account",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(20)),
        sa.Column("balance", sa.Text(), index=True),
        sa.UniqueConstraint("name", name="uq_account_name"),
        sqlite_autoincrement=True,
    )


def change(operations: Operations, given: sa.Table | None) -> None:
    with operations.batch_alter_table("account", copy_from=given) as batch:
        batch.alter_column("balance", type_=sa.Integer(), new_column_name="cents")
        batch.alter_column("cents", nullable=False)
        batch.drop_constraint("uq_account_name", type_="unique")
        batch.add_column(sa.Column("owner", sa.String(5), server_default="me"), insert_after="id")
        batch.create_index("ix_name", ["name"])


def written(given: sa.Table | None) -> str:
    stream = io.StringIO()
    opts = {"as_sql": True, "output_buffer": stream}
    change(Operations(MigrationContext.configure(dialect_name="sqlite", opts=opts, plugins=())), given)
    return stream.getvalue()


def test_the_text_does_what_the_batch_does() -> None:
    outcomes = []
    for in_stream in (True, False):
        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection:
            table().create(connection)
            script(connection, "INSERT INTO account VALUES (1, 'a', '5'), (8, 'b', '6')")
            script(connection, "DELETE FROM account WHERE id = 8")
            if in_stream:
                script(connection, written(table()))
            else:
                change(Operations(MigrationContext.configure(connection, plugins=())), None)
            found = objects(connection)
            found = {name: " ".join(text.split()) for name, text in found.items()}
            outcomes.append((found, rows(connection, "account"), rows(connection, "sqlite_sequence")))
        engine.dispose()
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][1:] == ([(1, "me", "a", 5)], [("account", 8)])


def test_without_the_table_there_is_nothing_to_write() -> None:
    with pytest.raises(DefinitionNeeded):
        written(None)


def test_what_alter_table_can_do_needs_no_definition() -> None:
    stream = io.StringIO()
    opts = {"as_sql": True, "output_buffer": stream}
    operations = Operations(MigrationContext.configure(dialect_name="sqlite", opts=opts, plugins=()))
    with operations.batch_alter_table("account") as batch:
        batch.alter_column("name", new_column_name="title")
        batch.add_column(sa.Column("note", sa.Text()))
        batch.drop_column("old")
    assert stream.getvalue().split("\n\n")[:-1] == [
        "ALTER TABLE account RENAME COLUMN name TO title;",
        "ALTER TABLE account ADD COLUMN note TEXT;",
        "ALTER TABLE account DROP COLUMN old;",
    ]


def test_an_index_that_is_dropped_is_not_written_again() -> None:
    stream = io.StringIO()
    opts = {"as_sql": True, "output_buffer": stream}
    operations = Operations(MigrationContext.configure(dialect_name="sqlite", opts=opts, plugins=()))
    with operations.batch_alter_table("account", copy_from=table()) as batch:
        batch.drop_index("ix_account_balance")
        batch.alter_column("balance", nullable=False)
    assert stream.getvalue().startswith("DROP INDEX ix_account_balance;")
    assert "CREATE INDEX" not in stream.getvalue()


def test_a_table_is_not_built_anew_twice_from_one_definition() -> None:
    opts = {"as_sql": True, "output_buffer": io.StringIO()}
    operations = Operations(MigrationContext.configure(dialect_name="sqlite", opts=opts, plugins=()))

    def twice() -> None:
        with operations.batch_alter_table("account", copy_from=table()) as batch:
            batch.alter_column("name", nullable=False)
            batch.execute("UPDATE account SET balance = '0'")
            batch.alter_column("balance", nullable=False)

    with pytest.raises(DefinitionNeeded):
        twice()
