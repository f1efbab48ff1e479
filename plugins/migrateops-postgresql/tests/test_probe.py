"""The probe reads the version rows with the driver alone, and knows nothing on any doubt."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest
import sqlalchemy as sa

from migrateops_postgresql import probe
from tests.servers import Schema

TABLE = 'My "versions" 100%'


@pytest.fixture
def url(postgresql_schema: Schema, engine: sa.Engine) -> str:
    with engine.begin() as connection:
        made = sa.Table(TABLE, sa.MetaData(), sa.Column("version_num", sa.String(64)))
        made.create(connection)
        connection.execute(made.insert(), [{"version_num": "a1"}, {"version_num": "b2"}])
    return postgresql_schema.url


def test_rows(url: str, postgresql_schema: Schema) -> None:
    assert probe.heads(url, TABLE, None) == ("a1", "b2")
    assert probe.heads(url, TABLE, postgresql_schema.name) == ("a1", "b2")
    assert probe.heads(url.replace("+psycopg", ""), TABLE, None) == ("a1", "b2")
    assert probe.heads(url, "absent", None) == ()
    assert probe.heads(url, TABLE, "absent") == ()


def test_an_answer_that_does_not_come(url: str, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        quoted = connection.dialect.identifier_preparer.quote(TABLE)
        connection.exec_driver_sql(f"LOCK TABLE {quoted} IN ACCESS EXCLUSIVE MODE")
        assert probe.heads(url, TABLE, None, timeout=0.2) is None


def test_no_rights(url: str, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE other (version_num int)")
        connection.exec_driver_sql("INSERT INTO other VALUES (1)")
        connection.exec_driver_sql("CREATE TABLE wrong (x int)")
    assert probe.heads(url, "other", None) is None
    assert probe.heads(url, "wrong", None) is None


def test_a_server_that_is_not_there() -> None:
    assert probe.heads("postgresql+psycopg://u@127.0.0.1:1/d", "v", None) is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+asyncpg://u@h/d",
        "postgresql+pg8000://u@h/d",
        "sqlite:///x.db",
        "postgresql://u@h/d?prepare_threshold=1",
        "postgresql://u@h/d?host=a&host=b",
        "postgresql://u@h/d?host=a",
        "postgresql:///d?host=a,b",
        "postgresql://u:p@q@h/d",
        "postgresql://u:1?2@h/d",
        "postgresql://u:p/q@h/d",
        "postgresql://u:1/q@h/d",
        "postgresql://u:1#q@h/d",
        "postgresql://u:1?sslmode=@h/d",
        "postgresql://u:p@h:x/d",
        "postgresql://u@h/d%20e",
        "postgresql://u@h/d?sslmode",
        "not a url",
        "",
    ],
)
def test_doubtful_urls(url: str) -> None:
    assert probe.parameters(url) is None
    assert probe.heads(url, "v", None) is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://u@h/d",
        "postgresql+psycopg://u:p%40%2Fq@h:5433/d",
        "postgresql+psycopg://u:a%20b+c@[::1]:5433/d",
        "postgresql+psycopg:///d?host=/run/sock&port=5433",
        "postgresql+psycopg://",
        "postgresql+psycopg://Host/d?sslmode=require&options=-csearch_path%3Da",
    ],
)
def test_parameters_are_those_of_sqlalchemy(url: str) -> None:
    made = sa.make_url(url)
    _, expected = made.get_dialect()().create_connect_args(made)
    found = probe.parameters(url)
    assert found is not None
    ours = {name: value.lower() if name == "host" else value for name, value in found[1].items()}
    theirs = {name: str(value) for name, value in expected.items() if name != "context"}
    if "host" in theirs:
        theirs["host"] = theirs["host"].lower()
    assert ours == theirs


def test_it_imports_no_sqlalchemy() -> None:
    [entry] = entry_points(group="migrateops.probes", name="postgresql")
    code = (
        f"import sys, {entry.value} as probe; probe.heads('postgresql+psycopg://u@127.0.0.1:1/d', 'v', None);"
        "print(sorted(name for name in sys.modules if name in ('sqlalchemy', 'migrateops', 'psycopg')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['psycopg']"
