"""What ``batch_alter_table`` is told of the whole table: ``copy_from``, ``table_args``, ``table_kwargs``."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from migrateops.operations import BatchOperations, Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.dialects.sqlite.batch.conftest import objects, rows, script

ITEM = """
CREATE TABLE p (id INTEGER PRIMARY KEY);
CREATE TABLE t (
    id INTEGER NOT NULL,
    a VARCHAR(5) DEFAULT 'q' NOT NULL,
    g INTEGER GENERATED ALWAYS AS (id*2),
    e VARCHAR(1),
    PRIMARY KEY (id),
    FOREIGN KEY(a) REFERENCES p (id) ON DELETE CASCADE,
    CONSTRAINT en CHECK (e IN ('a', 'b')),
    CONSTRAINT ck CHECK (id > 0)
);
CREATE INDEX ix_a ON t (a) WHERE a > '';
INSERT INTO p VALUES (5);
INSERT INTO t (id, a, e) VALUES (3, '5', 'b');
"""


def table(name: str = "t") -> sa.Table:
    return sa.Table(
        name,
        sa.MetaData(),
        sa.Column("id", sa.Integer(), primary_key=True),
        # The other table is described nowhere.
        sa.Column(
            "a", sa.String(5), sa.ForeignKey("p.id", ondelete="CASCADE"), nullable=False, server_default="q"
        ),
        sa.Column("g", sa.Integer(), sa.Computed("id*2")),
        sa.Column("e", sa.Enum("a", "b", name="en", create_constraint=True)),
        sa.CheckConstraint("id > 0", name="ck"),
        sa.Index("ix_a", "a", sqlite_where=sa.text("a > ''")),
    )


def change(batch: BatchOperations) -> None:
    batch.alter_column("a", nullable=True, new_column_name="aa")
    batch.drop_constraint("ck", type_="check")
    batch.create_unique_constraint("uq", ["aa"])
    batch.drop_column("e", existing_type=sa.Enum("a", "b", name="en", create_constraint=True))
    batch.create_check_constraint("not_a", "aa <> 'a'")
    batch.add_column(sa.Column("more", sa.Integer(), server_default="7"), insert_before="g")
    batch.execute("UPDATE t SET aa = '5'")
    batch.create_index("ix_2", ["aa"])


@pytest.mark.parametrize("given", ["stream", "stream, by another name", "given", "looked up"])
def test_the_outcome_is_the_same_wherever_the_definition_comes_from(given: str) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        script(connection, ITEM)
        copy_from = None if given == "looked up" else table("other" if "name" in given else "t")
        stream = io.StringIO()
        if given.startswith("stream"):
            opts = {"as_sql": True, "output_buffer": stream}
            context = MigrationContext.configure(dialect_name="sqlite", opts=opts, plugins=())
        else:
            context = MigrationContext.configure(connection, plugins=())
        with Operations(context).batch_alter_table("t", copy_from=copy_from) as batch:
            change(batch)
        if given.startswith("stream"):
            script(connection, stream.getvalue())
        assert rows(connection, "t") == [(3, "5", 7, 6)]
        found = {
            name: " ".join(text.replace('"', "").split()).replace(" ,", ",")
            for name, text in objects(connection).items()
        }
        assert found == {
            "p": "CREATE TABLE p (id INTEGER PRIMARY KEY)",
            "t": "CREATE TABLE t ( id INTEGER NOT NULL, aa VARCHAR(5) DEFAULT 'q', more INTEGER DEFAULT '7',"
            " g INTEGER GENERATED ALWAYS AS (id*2), PRIMARY KEY (id), FOREIGN KEY(aa) REFERENCES p (id) "
            "ON DELETE CASCADE, CONSTRAINT uq UNIQUE (aa), CONSTRAINT not_a CHECK (aa <> 'a'))",
            "ix_a": "CREATE INDEX ix_a ON t (aa) WHERE aa > ''",
            "ix_2": "CREATE INDEX ix_2 ON t (aa)",
        }
    engine.dispose()


def test_a_given_table_of_a_schema() -> None:
    stream = io.StringIO()
    opts = {"as_sql": True, "output_buffer": stream}
    context = MigrationContext.configure(dialect_name="sqlite", opts=opts, plugins=())
    given = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Text(), index=True), schema="other")
    with Operations(context).batch_alter_table("t", schema="other", copy_from=given) as batch:
        batch.alter_column("a", nullable=False)
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        script(connection, "ATTACH ':memory:' AS other; CREATE TABLE other.t (a TEXT)")
        script(connection, f"INSERT INTO other.t VALUES ('x'); {stream.getvalue()}")
        found = connection.exec_driver_sql("SELECT name FROM other.sqlite_master ORDER BY 1").fetchall()
        assert [name for (name,) in found] == ["ix_other_t_a", "t"]
        assert rows(connection, "other.t") == [("x",)]
    engine.dispose()


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
        "CREATE TABLE t (id INTEGER CONSTRAINT pk PRIMARY KEY ON CONFLICT ABORT NOT NULL, a TEXT)",
        "CREATE TABLE t (id INTEGER NOT NULL, a TEXT, CONSTRAINT pk PRIMARY KEY (id))",
    ],
)
def test_a_key_is_made_to_count_on_and_back(
    operations: Operations, connection: sa.Connection, text: str
) -> None:
    script(connection, f"{text}; INSERT INTO t VALUES (5, 'x'), (9, 'y')")
    with operations.batch_alter_table("t", table_kwargs={"sqlite_autoincrement": True}):
        pass
    connection.exec_driver_sql("DELETE FROM t WHERE id = 9")
    connection.exec_driver_sql("INSERT INTO t (a) VALUES ('z')")
    assert rows(connection, "t") == [(5, "x"), (10, "z")]
    assert ("CONSTRAINT" in objects(connection)["t"]) is ("CONSTRAINT" in text)
    with operations.batch_alter_table("t", table_kwargs={"sqlite_autoincrement": False}):
        pass
    connection.exec_driver_sql("DELETE FROM t WHERE id = 10")
    connection.exec_driver_sql("INSERT INTO t (a) VALUES ('z')")
    assert rows(connection, "t") == [(5, "x"), (6, "z")]


def test_options_come_and_go_together(operations: Operations, connection: sa.Connection) -> None:
    script(connection, "CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER); INSERT INTO t VALUES ('x', 1)")
    wanted = {"sqlite_strict": True, "sqlite_with_rowid": False, "comment": "none here", "mysql_engine": "x"}
    with operations.batch_alter_table("t", table_kwargs=wanted):
        pass
    assert objects(connection)["t"].endswith(") WITHOUT ROWID, STRICT")
    assert rows(connection, "t") == [("x", 1)]
    [note] = operations.migration_context.notes
    assert "comment" in note


def test_a_column_is_added_if_it_is_not_there(operations: Operations, connection: sa.Connection) -> None:
    for recreate in ("auto", "always"):
        script(connection, "DROP TABLE IF EXISTS t; CREATE TABLE t (a, b)")
        with operations.batch_alter_table("t", recreate=recreate) as batch:
            batch.add_column(sa.Column("a", sa.Integer()), if_not_exists=True)
            batch.add_column(sa.Column("c", sa.Integer()), if_not_exists=True)
            batch.drop_column("z", if_exists=True)
            batch.drop_column("b", if_exists=True)
            batch.drop_constraint("z", if_exists=True)
            batch.drop_index("z", if_exists=True)
            batch.create_index("ix", ["a"], if_not_exists=True)
        assert [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(t)")] == ["a", "c"]


def test_what_is_said_of_the_table_alone_in_a_revision(connection: sa.Connection) -> None:
    operations = Operations(MigrationContext.configure(connection, plugins=()))
    script(connection, "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE u (id INTEGER PRIMARY KEY)")
    with operations.migration_context.putting_off(None):
        for table in ("t", "u"):
            with operations.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}):
                pass
    texts = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name IN ('t', 'u')").scalars()
    assert ["AUTOINCREMENT" in text for text in texts] == [True, True]
