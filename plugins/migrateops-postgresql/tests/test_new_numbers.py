"""A table that gets a key which numbers itself: the rows that are there, and those that come."""

from __future__ import annotations

import sqlalchemy as sa

from migrateops.autogenerate import AutogenContext, produce_script, template_args
from migrateops.autogenerate.described import changes_of
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run


def linking(*, numbered: bool) -> sa.MetaData:
    """Return models of a table between two others, with a key of its own or the two."""
    metadata = sa.MetaData()
    sa.Table(
        "link",
        metadata,
        *([sa.Column("id", sa.Integer, primary_key=True)] if numbered else []),
        sa.Column("a", sa.Integer, primary_key=not numbered, nullable=False, autoincrement=False),
        sa.Column("b", sa.Integer, primary_key=not numbered, nullable=False, autoincrement=False),
    )
    return metadata


def context(connection: sa.Connection, metadata: sa.MetaData) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"target_metadata": metadata})


def test_a_key_that_comes_and_goes(connection: sa.Connection) -> None:
    old, new = linking(numbered=False), linking(numbered=True)
    old.create_all(connection)
    connection.execute(sa.text("INSERT INTO link (a, b) VALUES (1, 2), (3, 4)"))
    back = run(context(connection, new), new)
    connection.execute(new.tables["link"].insert(), [{"a": 5, "b": 6}])
    assert connection.scalars(sa.text("SELECT id FROM link ORDER BY id")).all() == [1, 2, 3]
    assert difference(context(connection, new), new) == []
    again = run(context(connection, old), old)
    assert difference(context(connection, old), old) == []
    again()
    connection.execute(new.tables["link"].insert(), [{"a": 7, "b": 8}])
    assert connection.scalars(sa.text("SELECT id FROM link ORDER BY id")).all() == [1, 2, 3, 4]
    back()
    assert difference(context(connection, old), old) == []


def test_nothing_is_said_of_rows_and_the_key_is_listed_once(connection: sa.Connection) -> None:
    linking(numbered=False).create_all(connection)
    new = linking(numbered=True)
    made = AutogenContext(context(connection, new), new)
    script = produce_script(made)
    assert made.notes == []
    assert "Rows" not in template_args(made, script)["upgrades"]
    assert script.upgrade_ops is not None
    (change,) = changes_of(script.upgrade_ops.flat(), made)
    assert [(str(part.what), part.how) for part in change.parts] == [
        ("column", "added"),
        ("primary key", "changed"),
    ]
