"""Every built-in operation on real databases: run, look, take back, look; or refused with what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import MigrateOperation, Operations, ops
from migrateops.runtime.migration import MigrationContext
from tests.servers import Schema


@dataclass(frozen=True)
class Case:
    """An operation, and what to see of it.

    Attributes:
        op: Makes the operation, to be run on the tables of `prepare`.
        look: What is looked at.
        before: What is seen before, and again after it was taken back.
        after: What is seen after.
        without: What SQLite does not have, so that it is refused there; None where it can.
    """

    op: Callable[[], MigrateOperation]
    look: Callable[[sa.Inspector], Any]
    before: Any
    after: Any
    without: str | None = None


PLAYER = """
CREATE TABLE player (
    id INTEGER NOT NULL, name VARCHAR(20), team INTEGER, CONSTRAINT ck_old CHECK (id > 0)
)
"""


def prepare(connection: sa.Connection) -> None:
    for statement in (
        "CREATE TABLE team (id INTEGER NOT NULL PRIMARY KEY)",
        PLAYER,
        "CREATE INDEX ix_old ON player (team)",
    ):
        connection.exec_driver_sql(statement)


def columns(inspector: sa.Inspector) -> list[str]:
    return [column["name"] for column in inspector.get_columns("player")]


def column(name: str, key: str) -> Callable[[sa.Inspector], Any]:
    def look(inspector: sa.Inspector) -> Any:
        (found,) = [one for one in inspector.get_columns("player") if one["name"] == name]
        value = dict(found)[key]
        return str(value) if key == "type" else value

    return look


def indexes(inspector: sa.Inspector) -> dict[str | None, tuple[list[str | None], bool]]:
    return {
        one["name"]: (one["column_names"], bool(one["unique"])) for one in inspector.get_indexes("player")
    }


def uniques(inspector: sa.Inspector) -> dict[str | None, list[str]]:
    return {one["name"]: one["column_names"] for one in inspector.get_unique_constraints("player")}


def foreign_keys(inspector: sa.Inspector) -> dict[str | None, tuple[str, list[str], Any]]:
    return {
        one["name"]: (one["referred_table"], one["referred_columns"], one.get("options", {}).get("ondelete"))
        for one in inspector.get_foreign_keys("player")
    }


def checks(inspector: sa.Inspector) -> set[str | None]:
    return {one["name"] for one in inspector.get_check_constraints("player")}


OLD_INDEX = {"ix_old": (["team"], False)}
CASES = {
    "create_table": Case(
        lambda: ops.CreateTableOp("added", [sa.Column("id", sa.Integer, primary_key=True)]),
        lambda inspector: inspector.has_table("added"),
        False,
        True,
    ),
    "drop_table": Case(
        lambda: ops.DropTableOp.from_table(
            sa.Table("team", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
        ),
        lambda inspector: inspector.has_table("team"),
        True,
        False,
    ),
    "rename_table": Case(
        lambda: ops.RenameTableOp("team", "club"),
        lambda inspector: {"team", "club"} & {*inspector.get_table_names()},
        {"team"},
        {"club"},
    ),
    "add_column": Case(
        lambda: ops.AddColumnOp("player", sa.Column("age", sa.Integer, nullable=False, server_default="1")),
        columns,
        ["id", "name", "team"],
        ["id", "name", "team", "age"],
    ),
    "add_column with an index": Case(
        lambda: ops.AddColumnOp("player", sa.Column("age", sa.Integer, index=True)),
        lambda inspector: [*indexes(inspector)],
        ["ix_old"],
        ["ix_old", "ix_player_age"],
        # The column cannot be dropped again while its index is there.
        without="taking it back",
    ),
    "drop_column": Case(
        lambda: ops.DropColumnOp.from_column_and_tablename(None, "player", sa.Column("name", sa.String(20))),
        lambda inspector: {*columns(inspector)},
        {"id", "name", "team"},
        {"id", "team"},
    ),
    "alter_column name": Case(
        lambda: ops.AlterColumnOp("player", "name", modify_name="nick", existing_type=sa.String(20)),
        columns,
        ["id", "name", "team"],
        ["id", "nick", "team"],
    ),
    "alter_column type": Case(
        lambda: ops.AlterColumnOp("player", "name", modify_type=sa.String(40), existing_type=sa.String(20)),
        column("name", "type"),
        "VARCHAR(20)",
        "VARCHAR(40)",
        without="changing the type of a column",
    ),
    "alter_column nullable": Case(
        lambda: ops.AlterColumnOp("player", "name", modify_nullable=False, existing_nullable=True),
        column("name", "nullable"),
        True,
        False,
        without="changing NOT NULL of a column",
    ),
    "alter_column default": Case(
        lambda: ops.AlterColumnOp(
            "player", "team", modify_server_default=sa.text("7"), existing_server_default=None
        ),
        column("team", "default"),
        None,
        "7",
        without="changing the default of a column",
    ),
    "alter_column comment": Case(
        lambda: ops.AlterColumnOp("player", "name", modify_comment="new", existing_comment=None),
        lambda inspector: column("name", "comment")(inspector),
        None,
        "new",
        without="comments",
    ),
    "create_primary_key": Case(
        lambda: ops.CreatePrimaryKeyOp("pk_player", "player", ["id"]),
        lambda inspector: inspector.get_pk_constraint("player")["constrained_columns"],
        [],
        ["id"],
        without="adding a constraint to an existing table",
    ),
    "create_unique_constraint": Case(
        lambda: ops.CreateUniqueConstraintOp("uq_name", "player", ["name", "team"]),
        uniques,
        {},
        {"uq_name": ["name", "team"]},
        without="adding a constraint to an existing table",
    ),
    "create_foreign_key": Case(
        lambda: ops.CreateForeignKeyOp(
            "fk_team", "player", "team", ["team"], ["id"], kw={"ondelete": "CASCADE"}
        ),
        foreign_keys,
        {},
        {"fk_team": ("team", ["id"], "CASCADE")},
        without="adding a constraint to an existing table",
    ),
    "create_check_constraint": Case(
        lambda: ops.CreateCheckConstraintOp("ck_name", "player", "name <> ''"),
        checks,
        {"ck_old"},
        {"ck_old", "ck_name"},
        without="adding a constraint to an existing table",
    ),
    "drop_constraint": Case(
        lambda: ops.CreateCheckConstraintOp("ck_old", "player", "id > 0").reverse(),
        checks,
        {"ck_old"},
        set(),
        without="dropping a constraint of an existing table",
    ),
    "create_index": Case(
        lambda: ops.CreateIndexOp("ix_name", "player", ["name", "id"], unique=True, if_not_exists=True),
        indexes,
        OLD_INDEX,
        {**OLD_INDEX, "ix_name": (["name", "id"], True)},
    ),
    "drop_index": Case(
        lambda: ops.CreateIndexOp("ix_old", "player", ["team"]).reverse(), indexes, OLD_INDEX, {}
    ),
    "create_table_comment": Case(
        lambda: ops.CreateTableCommentOp("player", "new"),
        lambda inspector: inspector.get_table_comment("player")["text"],
        None,
        "new",
        without="comments",
    ),
}


def live(case: Case, operations: Operations, connection: sa.Connection) -> None:
    op = case.op()
    assert case.look(sa.inspect(connection)) == case.before
    operations.invoke(op)
    assert case.look(sa.inspect(connection)) == case.after
    operations.invoke(op.reverse())
    assert case.look(sa.inspect(connection)) == case.before
    operations.invoke(op.reverse().reverse())
    assert case.look(sa.inspect(connection)) == case.after


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.without is None])
def test_on_sqlite(name: str, operations: Operations, connection: sa.Connection) -> None:
    prepare(connection)
    live(CASES[name], operations, connection)


@pytest.mark.parametrize(
    "name", [name for name, case in CASES.items() if case.without not in (None, "taking it back")]
)
def test_what_sqlite_cannot_do_is_refused_and_nothing_is_sent(
    name: str, operations: Operations, connection: sa.Connection
) -> None:
    prepare(connection)
    seen: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *given: seen.append(given[2]))
    with pytest.raises(UnsupportedOperation) as caught:
        operations.invoke(CASES[name].op())
    assert (caught.value.code, caught.value.dialect, caught.value.what) == (
        "MO313",
        "sqlite",
        CASES[name].without,
    )
    assert seen == []


@pytest.fixture
def on_postgresql(postgresql_schema: Schema) -> Iterator[sa.Connection]:
    engine = sa.create_engine(postgresql_schema.url)
    with engine.connect() as opened:
        prepare(opened)
        yield opened
    engine.dispose()


@pytest.mark.parametrize("name", CASES)
def test_on_postgresql(name: str, on_postgresql: sa.Connection) -> None:
    live(CASES[name], Operations(MigrationContext.configure(on_postgresql)), on_postgresql)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_sql_and_rows(dialect: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue("connection" if dialect == "sqlite" else "on_postgresql")
    if dialect == "sqlite":
        prepare(found)
    operations = Operations(MigrationContext.configure(found))
    team = sa.table("team", sa.column("id", sa.Integer))
    operations.bulk_insert(team, [{"id": 1}, {"id": 2}])
    operations.bulk_insert(team, [{"id": sa.literal(1) + 2}], multiinsert=False)
    operations.bulk_insert(team, [])
    operations.execute("INSERT INTO team (id) VALUES (:one)", parameters={"one": 4})
    operations.execute(team.insert(), parameters=[{"id": 5}, {"id": 6}])
    operations.execute(sa.update(team).where(team.c.id == operations.inline_literal(6)).values(id=7))
    assert found.execute(sa.select(team.c.id).order_by(team.c.id)).scalars().all() == [1, 2, 3, 4, 5, 7]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_created_table_is_returned_and_can_be_filled(dialect: str, request: pytest.FixtureRequest) -> None:
    found = request.getfixturevalue("connection" if dialect == "sqlite" else "on_postgresql")
    operations = Operations(MigrationContext.configure(found))
    made = operations.create_table(
        "made",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(10), index=True, unique=True),
        sa.Column("team", sa.Integer, sa.ForeignKey("team.id")),
        sa.CheckConstraint("id > 0", name="ck_made"),
    )
    assert isinstance(made, sa.Table)
    operations.bulk_insert(made, [{"id": 1, "name": "a"}])
    inspector = sa.inspect(found)
    assert [index["name"] for index in inspector.get_indexes("made")] == ["ix_made_name"]
    assert [key["referred_table"] for key in inspector.get_foreign_keys("made")] == ["team"]
    assert found.execute(sa.select(made.c.name)).scalars().all() == ["a"]


def test_a_batch_is_run_when_it_ends_and_only_if_it_can_be(
    operations: Operations, connection: sa.Connection
) -> None:
    prepare(connection)
    with operations.batch_alter_table("player") as batch:
        batch.add_column(sa.Column("age", sa.Integer))
        batch.alter_column("name", new_column_name="nick")
        batch.create_index("ix_nick", ["nick"])
        assert columns(sa.inspect(connection)) == ["id", "name", "team"]
    assert columns(sa.inspect(connection)) == ["id", "nick", "team", "age"]
    assert [*indexes(sa.inspect(connection))] == ["ix_nick", "ix_old"]

    error = RuntimeError("from the block")
    with pytest.raises(RuntimeError), operations.batch_alter_table("player") as batch:  # noqa: PT012
        batch.drop_column("age")
        raise error
    assert "age" in columns(sa.inspect(connection))


def test_a_batch_on_postgresql_alters_in_place(on_postgresql: sa.Connection) -> None:
    operations = Operations(MigrationContext.configure(on_postgresql))
    with operations.batch_alter_table("player") as batch:
        batch.alter_column("name", type_=sa.String(40), existing_type=sa.String(20))
        batch.create_unique_constraint("uq_name", ["name"])
        batch.drop_column("team")
    inspector = sa.inspect(on_postgresql)
    assert columns(inspector) == ["id", "name"]
    assert uniques(inspector) == {"uq_name": ["name"]}
    assert column("name", "type")(inspector) == "VARCHAR(40)"
