"""`coverage` says what is in a database and in no comparison."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.commands.coverage import Coverage, ObjectName, UncomparedKind
from migrateops.config import Config
from tests.project import Project


def execute(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def covered(project: Project) -> Coverage:
    project.configure(script_location=str(project.root / "migrations"))
    (found,) = command.coverage(Config(project.root / "migrateops.toml"))
    return found


def test_sqlite(project: Project) -> None:
    execute(
        project.url,
        "CREATE TABLE t (x INTEGER)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE VIEW w AS SELECT 1",
        "CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END",
    )
    found = covered(project)
    assert [(one.kind, one.objects) for one in found.compared] == [("table", 1)]
    assert found.not_compared == (
        UncomparedKind("trigger", (ObjectName(None, "tr"),), None),
        UncomparedKind("view", (ObjectName(None, "v"), ObjectName(None, "w")), None),
    )
    assert found.part_of == ()


def test_a_database_that_is_not_there_has_nothing(project: Project) -> None:
    found = covered(project)
    assert [(one.kind, one.objects) for one in found.compared] == [("table", 0)]
    assert found.not_compared == ()


@pytest.mark.parametrize("plugins", ["with", "without"])
def test_postgresql(project: Project, postgresql_url: str, plugins: str) -> None:
    execute(
        postgresql_url,
        "CREATE TABLE t (x INTEGER) PARTITION BY LIST (x)",
        "CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1)",
        "CREATE SEQUENCE numbers",
        "CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA other",
        "CREATE VIEW other.v AS SELECT 1",
        "CREATE TYPE mood AS ENUM ('fine')",
    )
    deny = [] if plugins == "with" else ["migrateops-sequences"]
    project.configure(url=postgresql_url, include_schemas=True, plugins={"deny": deny})
    found = covered(project)
    assert {one.kind: one.objects for one in found.compared} == (
        {"table": 2, "sequence": 1} if plugins == "with" else {"table": 2}
    )
    others = {one.kind: (one.objects, one.plugin) for one in found.not_compared}
    assert others.pop("view") == ((ObjectName("other", "v"),), None)
    assert others.pop("function") == ((ObjectName(None, "f"),), None)
    assert others.pop("enum") == ((ObjectName(None, "mood"),), None)
    if plugins == "without":
        assert others.pop("sequence") == ((ObjectName(None, "numbers"),), "migrateops-sequences")
    assert others == {}
    ((kind, schema, name, what),) = [(one.kind, one.schema, one.name, one.part_of) for one in found.part_of]
    assert (kind, schema, name) == ("table", None, "t1")
    assert "t" in what


def test_several_databases(project: Project, tmp_path: str) -> None:
    project.env(f"""
        import sqlalchemy as sa
        from migrateops import context

        for name in ("one", "two"):
            engine = sa.create_engine(f"sqlite:///{tmp_path}/{{name}}.db", poolclass=sa.NullPool)
            with engine.connect() as connection:
                context.configure(connection=connection)
                context.run_migrations()
    """)
    project.configure(script_location=str(project.root / "migrations"))
    found = command.coverage(Config(project.root / "migrateops.toml"))
    assert [one.database.rpartition("/")[2] for one in found] == ["one.db", "two.db"]
