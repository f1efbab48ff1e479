"""What each operation is written as on each dialect, word for word; and that the engines take it.

The examples are those of ``migrateops.testing``: an operation that has one is here by that alone.
``--update`` writes the files anew; look at the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from migrateops.testing import Example, examples, look
from migrateops.testing.state import expected, make
from migrateops.testing.written import REFUSED, as_sql, run_script
from tests.golden import sqlite_examples
from tests.servers import Schema

HERE = Path(__file__).parent
DIALECTS = sorted({"sqlite", *(entry.name for entry in entry_points(group="migrateops.dialects"))})
examples.add(*sqlite_examples.EXAMPLES)

ALL = [(dialect, example) for dialect in DIALECTS for example in examples.of(dialect)]


def path_of(dialect: str, example: Example) -> Path:
    return HERE / dialect / f"{example.name}.sql"


@pytest.mark.parametrize(("dialect", "example"), ALL, ids=lambda one: getattr(one, "name", one))
def test_text(dialect: str, example: Example, request: pytest.FixtureRequest) -> None:
    path, text = path_of(dialect, example), as_sql(example.operation(), dialect)
    if request.config.getoption("--update"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "look at the difference; --update takes it"


def test_every_operation_of_a_plugin_has_an_example() -> None:
    assert examples.without_any() == set()


def test_every_file_has_an_example() -> None:
    wanted = {path_of(dialect, example) for dialect, example in ALL}
    assert set(HERE.rglob("*.sql")) - wanted == set()


@pytest.fixture
def sqlite_place(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def postgresql_place(postgresql_schema: Schema) -> str:
    return postgresql_schema.url


@pytest.fixture
def mariadb_place(mariadb_url: str) -> str:
    return mariadb_url.replace("mysql+", "mariadb+", 1)


@pytest.fixture
def duckdb_place(tmp_path: Path) -> str:
    return f"duckdb:///{tmp_path / 'test.duckdb'}"


ENGINES = ("sqlite", "postgresql", "mariadb", "duckdb")


def runnable() -> Iterator[tuple[str, Example]]:
    for dialect, example in ALL:
        path = path_of(dialect, example)
        known = dialect in ENGINES and example.runs and path.exists()
        if known and not path.read_text(encoding="utf-8").startswith(REFUSED):
            yield dialect, example


@pytest.mark.parametrize(("dialect", "example"), [*runnable()], ids=lambda one: getattr(one, "name", one))
def test_the_engine_takes_it(dialect: str, example: Example, request: pytest.FixtureRequest) -> None:
    url: str = request.getfixturevalue(f"{dialect}_place")
    engine = sa.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        after = expected(example.after, connection, example.also)
        make(example.before, connection)
        run_script(connection, path_of(dialect, example).read_text(encoding="utf-8"))
        assert look(connection, example.also) == after
    engine.dispose()
