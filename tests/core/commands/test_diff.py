"""`diff` compares databases, models and snapshots, and writes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.commands.diff import SchemaDiff, diff
from migrateops.config import Config
from migrateops.errors.base import MigrateOpsError
from tests.project import Project
from tests.servers import Schema

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "customer",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(20), nullable=False, server_default="x"),
    sa.Column("active", sa.Boolean, server_default=sa.true()),
    sa.CheckConstraint("name IN ('x', 'y')", name="ck_name"),
    sa.UniqueConstraint("name", "active"),
)
"""
LIKE_MODELS = """
CREATE TABLE customer (
    id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(20) NOT NULL DEFAULT 'x',
    active BOOLEAN DEFAULT {true},
    CONSTRAINT ck_name CHECK (name IN ('x', 'y')),
    UNIQUE (name, active)
)
"""


def execute(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def shown(found: SchemaDiff) -> list[tuple[str, str, list[tuple[Any, ...]]]]:
    return [
        (change.how, change.name, [(part.how, part.name, part.attribute) for part in change.parts])
        for change in found.differences
    ]


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """The urls of two empty databases of one kind."""
    if request.param == "sqlite":
        found = tuple(f"sqlite:///{tmp_path / name}.db" for name in ("one", "two"))
        for url in found:
            execute(url, "CREATE TABLE x (y INTEGER)", "DROP TABLE x")
        return found[0], found[1]
    one: Schema = request.getfixturevalue("postgresql_schema")
    two: str = request.getfixturevalue("postgresql_url")
    return two, one.url


@pytest.fixture
def config(project: Project, urls: tuple[str, str]) -> Config:
    """A project whose database is the first one."""
    project.build(
        config={
            "script_location": str(project.root / "migrations"),
            "url": urls[0],
            "models": "models_of_diff:metadata",
            "prepend_sys_path": [str(project.root)],
            "databases": {"staging": {"url": urls[1]}},
        },
        files={"models_of_diff.py": MODELS},
    )
    return Config(project.root / "migrateops.toml")


def like_models(url: str) -> str:
    return LIKE_MODELS.format(true="true" if url.startswith("postgresql") else "1")


def test_a_database_and_models_whatever_it_is_at(config: Config, urls: tuple[str, str]) -> None:
    assert shown(command.diff(config)) == [("added", "customer", [])]
    assert shown(command.diff(config, "models", "database")) == [("removed", "customer", [])]
    execute(urls[0], like_models(urls[0]))
    assert command.diff(config).differences == ()
    assert command.diff(config, urls[0], "models").differences == ()
    assert shown(command.diff(config, "staging", "models")) == [("added", "customer", [])]


def test_two_databases(config: Config, urls: tuple[str, str]) -> None:
    for url in urls:
        execute(url, like_models(url))
    assert diff(config, *urls).differences == ()
    execute(
        urls[1],
        "ALTER TABLE customer ADD COLUMN more INTEGER",
        "CREATE INDEX ix ON customer (name)",
        "CREATE TABLE extra (id INTEGER)",
    )
    expected = [
        ("changed", "customer", [("added", "more", None), ("added", "ix", None)]),
        ("added", "extra", []),
    ]
    assert shown(diff(config, *urls)) == expected
    assert shown(diff(config, "database", "staging")) == expected
    back = diff(config, "staging", "database")
    assert [change.reversed() for change in back.differences] == list(diff(config, *urls).differences)


def test_a_snapshot_is_as_good_as_what_it_was_taken_of(
    config: Config, urls: tuple[str, str], tmp_path: Path
) -> None:
    before, models = str(tmp_path / "before.json"), str(tmp_path / "models.json")
    execute(urls[0], like_models(urls[0]))
    command.snapshot(config, output=before)
    command.snapshot(config, models=True, output=models)
    for sides in (
        (before, "database"),
        ("database", before),
        (before, models),
        (models, before),
        (before, "models"),
        ("models", before),
        (models, "models"),
        (urls[0], models),
    ):
        assert diff(config, *sides).differences == (), sides
    execute(urls[0], "ALTER TABLE customer ADD COLUMN more INTEGER")
    changed = [("changed", "customer", [("added", "more", None)])]
    assert shown(diff(config, before, "database")) == changed
    assert shown(diff(config, models, "database")) == changed
    assert shown(diff(config, "database", models)) == [("changed", "customer", [("removed", "more", None)])]


def test_kinds_that_one_side_has_are_said(config: Config, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    command.snapshot(config, output=path)
    data = json.loads(path.read_text())
    data["kinds"].append({"kind": "view", "version": 1, "records": [{"name": "v"}]})
    path.write_text(json.dumps(data))
    found = diff(config, str(path), "database")
    assert found.differences == ()
    assert f"view (version 1): only in {path}" in found.notes
    assert "view (version 1): no plugin here knows it" in diff(config, str(path), str(path)).notes


def refused(config: Config, first: str, second: str = "database") -> MigrateOpsError:
    with pytest.raises(MigrateOpsError) as caught:
        diff(config, first, second)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[]",
        "{}",
        '"x"',
        "[" * 100_000,
        '{"format": 2, "kinds": []}',
        '{"format": 1}',
        '{"format": 1, "kinds": 3}',
        '{"format": 1, "kinds": [3]}',
        '{"format": 1, "kinds": [{"kind": "table", "version": 2, "records": [{"name": 3}]}]}',
        '{"format": 1, "kinds": [{"kind": [], "version": 2, "records": []}]}',
        '{"format": 1, "kinds": [{"kind": "table", "version": 2}]}',
        '{"format": 1, "dialect": 5, "kinds": 1}',
    ],
    ids=lambda text: text[:40],
)
def test_what_is_no_snapshot(project: Project, text: str) -> None:
    path = project.root / "it.json"
    path.write_text(text)
    error = refused(Config(project.root / "migrateops.toml"), str(path))
    assert error.code == "MO340"
    assert error.notes == (f"reading {str(path)!r}",)


def test_bytes_that_are_no_text(project: Project) -> None:
    path = project.root / "it.json"
    path.write_bytes(b'{"format": "\xff\xfe"}')
    assert refused(Config(project.root / "migrateops.toml"), str(path)).code == "MO340"


def test_nothing_of_that_name(config: Config, tmp_path: Path) -> None:
    error = refused(config, "stagin")
    assert error.code == "MO143"
    assert error.hint() == "use 'staging'"
    error = refused(config, str(tmp_path / "nix.json"))
    assert error.code == "MO143"
    assert "staging" in str(error.hint())


def test_a_directory_is_no_file(config: Config, tmp_path: Path) -> None:
    assert refused(config, str(tmp_path)).code == "MO123"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("sqlite:////nowhere/x.db", "MO145"),
        ("nix://x", "MO451"),
        ("://secret", "MO451"),
        ("postgresql+psycopg://nobody@127.0.0.1:9/x", "MO450"),
    ],
)
def test_urls_that_lead_nowhere(project: Project, url: str, code: str) -> None:
    error = refused(Config(project.root / "migrateops.toml"), url)
    assert error.code == code
    assert "secret" not in str(error)


def test_a_mistyped_path_makes_no_file(project: Project) -> None:
    before = sorted(project.root.rglob("*"))
    url = f"sqlite:///{project.root}/mistyped.db"
    assert refused(Config(project.root / "migrateops.toml"), url).code == "MO145"
    assert sorted(project.root.rglob("*")) == before


def test_two_dialects(project: Project, postgresql_url: str) -> None:
    execute(project.url, "CREATE TABLE t (x INTEGER)")
    error = refused(Config(project.root / "migrateops.toml"), postgresql_url)
    assert error.code == "MO146"


def test_versions_of_a_kind_that_differ(config: Config, tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    path.write_text('{"format": 1, "kinds": [{"kind": "table", "version": 1, "records": []}]}')
    assert refused(config, str(path)).code == "MO147"


def test_without_models(project: Project) -> None:
    assert refused(Config(project.root / "migrateops.toml"), "database", "models").code == "MO460"
    assert refused(Config(project.root / "migrateops.toml"), "models", "models").code == "MO460"


@pytest.fixture
def reader_url(postgresql_url: str) -> Iterator[str]:
    """The url of a database for a user who may look, and make nothing, not even a temporary table."""
    name = f"reader_{uuid4().hex}"
    database = sa.make_url(postgresql_url).database
    execute(
        postgresql_url,
        f"CREATE ROLE {name} LOGIN",
        f"REVOKE ALL ON DATABASE {database} FROM public",
        f"GRANT CONNECT ON DATABASE {database} TO {name}",
    )
    try:
        yield str(sa.make_url(postgresql_url).set(username=name).render_as_string(hide_password=False))
    finally:
        execute(postgresql_url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def test_a_user_who_may_make_nothing(project: Project, postgresql_url: str, reader_url: str) -> None:
    project.build(
        config={"models": "models_of_diff:metadata", "prepend_sys_path": [str(project.root)]},
        files={"models_of_diff.py": MODELS},
    )
    config = Config(project.root / "migrateops.toml")
    execute(postgresql_url, "CREATE TABLE t (x INTEGER)")
    assert shown(diff(config, reader_url, postgresql_url)) == []
    assert shown(diff(config, reader_url, "models")) == [("added", "customer", []), ("removed", "t", [])]


def test_env_py_that_goes_through_several(project: Project, tmp_path: Path) -> None:
    project.env(f"""
        import sqlalchemy as sa
        from migrateops import context

        for name in ("one", "two"):
            engine = sa.create_engine(f"sqlite:///{tmp_path}/{{name}}.db", poolclass=sa.NullPool)
            with engine.connect() as connection:
                context.configure(connection=connection, target_metadata=sa.MetaData())
                context.run_migrations()
    """)
    config = Config(project.root / "migrateops.toml")
    config.set_main_option("script_location", str(project.root / "migrations"))
    assert refused(config, "database", "models").code == "MO144"


def test_env_py_says_what_the_database_is(project: Project, tmp_path: Path) -> None:
    project.env(f"""
        import sqlalchemy as sa
        from migrateops import context

        models = sa.MetaData()
        sa.Table("t", models, sa.Column("x", sa.Integer))
        engine = sa.create_engine("sqlite:///{tmp_path}/other.db", poolclass=sa.NullPool)
        with engine.connect() as connection:
            context.configure(connection=connection, target_metadata=models)
            context.run_migrations()
    """)
    execute(f"sqlite:///{tmp_path}/other.db", "CREATE TABLE u (x INTEGER)")
    config = Config(project.root / "migrateops.toml")
    config.set_main_option("script_location", str(project.root / "migrations"))
    assert shown(diff(config)) == [("added", "t", []), ("removed", "u", [])]


def test_without_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MIGRATEOPS_URL", raising=False)
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "two")]
    execute(urls[0], "CREATE TABLE t (x INTEGER)")
    execute(urls[1], "CREATE TABLE t (x INTEGER, y INTEGER)")
    found = diff(Config.find(tmp_path), *urls)
    assert shown(found) == [("changed", "t", [("added", "y", None)])]
    assert refused(Config.find(tmp_path), "database").code == "MO128"
    assert command.snapshot(Config.find(tmp_path, url=urls[0])).source == "database"
