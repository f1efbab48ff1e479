"""The fixtures for servers give each test a database of its own and leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.servers import SERVERS, Schema, Server, answer_of

pytest_plugins = ["pytester"]


def columns(url: str, table: str) -> set[str]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE {table} (id INTEGER)")
    return {column["name"] for column in sa.inspect(engine).get_columns(table)}


@pytest.mark.parametrize("again", [1, 2])
def test_every_test_starts_with_an_empty_database(postgresql_url: str, mariadb_url: str, again: int) -> None:
    assert columns(postgresql_url, "made") == {"id"}
    assert columns(mariadb_url, "made") == {"id"}


@pytest.mark.parametrize("again", [1, 2])
def test_a_schema_is_its_own_search_path(postgresql_schema: Schema, again: int) -> None:
    assert columns(postgresql_schema.url, "made") == {"id"}
    assert sa.inspect(sa.create_engine(postgresql_schema.url, poolclass=sa.NullPool)).get_table_names(
        schema=postgresql_schema.name
    ) == ["made"]


def test_a_sqlite_file_is_made_on_connect(sqlite_url: str, tmp_path: Path) -> None:
    assert list(tmp_path.iterdir()) == []
    assert columns(sqlite_url, "made") == {"id"}
    assert len(list(tmp_path.iterdir())) == 1


INNER = "def test_it(postgresql_url): pass\n"


@pytest.mark.parametrize(("ci", "outcome"), [("", "skipped"), ("true", "errors")])
def test_an_absent_server_skips_except_in_ci(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, ci: str, outcome: str
) -> None:
    monkeypatch.setenv("CI", ci)
    # Port 9 is where nothing listens.
    monkeypatch.setenv(
        "MIGRATEOPS_TEST_POSTGRESQL_URL", "postgresql+psycopg://someone:secret@127.0.0.1:9/none"
    )
    pytester.makepyfile(INNER)
    pytester.makeconftest('pytest_plugins = ["tests.servers"]')
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    result = pytester.runpytest_subprocess()
    assert result.parseoutcomes()[outcome] == 1
    result.stdout.fnmatch_lines("postgresql: SKIPPED: *127.0.0.1:9*")
    result.stdout.no_fnmatch_line("*secret*")


def test_a_missing_driver_is_an_answer_too() -> None:
    answer = answer_of(Server("postgresql", "UNSET", "postgresql+nothing://127.0.0.1/none"))
    assert not answer.there
    assert set(SERVERS) == {"postgresql", "mariadb"}
