"""`snapshot` gives a schema as JSON, the same text for the same schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from migrateops.errors.base import MigrateOpsError
from migrateops.snapshot import Snapshot, TablesKind
from tests.project import Project

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("t", metadata, sa.Column("x", sa.Integer, sa.CheckConstraint("x IN (1, 2)", name="ck")))
"""


def execute(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


@pytest.fixture(params=["sqlite", "postgresql"])
def config(request: pytest.FixtureRequest, project: Project) -> Config:
    settings = {
        "script_location": str(project.root / "migrations"),
        "models": "models_of_snapshot:metadata",
        "prepend_sys_path": [str(project.root)],
    }
    if request.param == "postgresql":
        settings["url"] = request.getfixturevalue("postgresql_url")
    project.build(config=settings, files={"models_of_snapshot.py": MODELS})
    project.revision("aa1")
    return Config(project.root / "migrateops.toml")


def test_the_version_table_is_none_of_the_schema(project: Project, config: Config) -> None:
    empty = command.snapshot(config)
    command.upgrade(config)
    assert command.snapshot(config) == empty


def test_models_are_in_the_words_of_the_server(project: Project, config: Config) -> None:
    models = command.snapshot(config, models=True)
    assert models.source == "models"
    execute(project.url, "CREATE TABLE t (x INTEGER, CONSTRAINT ck CHECK (x IN (1, 2)))")
    database = command.snapshot(config)
    assert database.source == "database"
    assert database.fingerprint == models.fingerprint
    assert database.content == models.content
    execute(project.url, "ALTER TABLE t ADD COLUMN y INTEGER")
    assert command.snapshot(config).fingerprint != models.fingerprint


def test_looking_at_models_makes_nothing(project: Project, config: Config) -> None:
    before = command.snapshot(config)
    command.snapshot(config, models=True)
    assert command.snapshot(config) == before


def test_what_is_written_is_read_again(project: Project, config: Config, tmp_path: Path) -> None:
    execute(project.url, "CREATE TABLE t (x INTEGER)")
    path = tmp_path / "schema.json"
    found = command.snapshot(config, output=path)
    data = json.loads(path.read_text())
    assert data == found.as_dict()
    assert Snapshot.from_json(data, [TablesKind()]).fingerprints()["table", TablesKind.version]
    first = path.read_bytes()
    command.snapshot(config, output=path)
    assert path.read_bytes() == first


def test_a_file_that_cannot_be_written(config: Config, tmp_path: Path) -> None:
    with pytest.raises(MigrateOpsError) as caught:
        command.snapshot(config, output=tmp_path / "nowhere" / "schema.json")
    assert caught.value.code == "MO123"


def test_no_file_is_written_where_reading_fails(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "schema.json"
    path.write_text("as it was")
    project.configure(url="postgresql+psycopg://nobody@127.0.0.1:9/x")
    config = Config(project.root / "migrateops.toml")
    config.set_main_option("script_location", str(project.root / "migrations"))
    with pytest.raises(MigrateOpsError) as caught:
        command.snapshot(config, output=path)
    assert caught.value.code == "MO450"
    assert [one.name for one in tmp_path.glob("*.json")] == ["schema.json"]
    assert path.read_text() == "as it was"


def test_a_model_that_the_dialect_has_no_words_for(project: Project, config: Config) -> None:
    project.write(
        "models_of_snapshot_odd.py",
        """
        import sqlalchemy as sa

        class Odd(sa.types.UserDefinedType):
            def get_col_spec(self, **kw):
                raise NotImplementedError("no such type here")

        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("x", Odd()))
        """,
    )
    project.configure(models="models_of_snapshot_odd:metadata")
    with pytest.raises(MigrateOpsError) as caught:
        command.snapshot(Config(project.root / "migrateops.toml"), models=True)
    assert caught.value.code == "MO341"
    assert "'t.x'" in str(caught.value)


def test_names_that_the_project_leaves_out(project: Project, config: Config) -> None:
    execute(project.url, "CREATE TABLE ours (x INTEGER)", "CREATE TABLE theirs (x INTEGER)")
    project.write("rules_of_snapshot.py", "def ours(name, type_, parents):\n    return name != 'theirs'\n")
    project.configure(include_name="rules_of_snapshot:ours")
    found = command.snapshot(Config(project.root / "migrateops.toml"))
    (tables,) = [entry for entry in found.content["kinds"] if entry["kind"] == "table"]
    assert [record["name"] for record in tables["records"]] == ["ours"]


def test_kinds_of_plugins(project: Project, postgresql_url: str) -> None:
    project.configure(url=postgresql_url, script_location=str(project.root / "migrations"))
    execute(postgresql_url, "CREATE SEQUENCE numbers START 7")
    config = Config(project.root / "migrateops.toml")
    path = project.root / "before.json"
    kinds = {
        entry["kind"]: entry["records"] for entry in command.snapshot(config, output=path).content["kinds"]
    }
    assert [record["name"] for record in kinds["sequence"]] == ["numbers"]
    execute(postgresql_url, "ALTER SEQUENCE numbers INCREMENT 2", "CREATE SEQUENCE more")
    found = command.diff(config, str(path), "database").differences
    assert [(change.how, change.kind, change.name) for change in found] == [
        ("added", "sequence", "more"),
        ("changed", "sequence", "numbers"),
    ]
    assert [(part.attribute, part.old, part.new) for part in found[1].parts] == [("increment", "1", "2")]


def test_kinds_that_are_known_by_the_server_alone(project: Project, mariadb_url: str) -> None:
    """Without a connection, nothing says that the server behind the dialect is one with sequences."""
    project.configure(url=mariadb_url, script_location=str(project.root / "migrations"))
    execute(mariadb_url, "CREATE SEQUENCE numbers")
    config = Config(project.root / "migrateops.toml")
    path = project.root / "before.json"
    command.snapshot(config, output=path)
    execute(mariadb_url, "DROP SEQUENCE numbers")
    for sides, how in (((str(path), "database"), "removed"), (("database", str(path)), "added")):
        (change,) = command.diff(config, *sides).differences
        assert (change.how, change.kind, change.name) == (how, "sequence", "numbers")
        assert "start 1" in str(change.old or change.new)
