"""What rows may stand in the way of is said in the script, and in notes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from migrateops.autogenerate import AutogenContext, produce_script, template_args
from migrateops.errors.base import MigrateOpsError
from tests.core.autogenerate.conftest import Configure
from tests.core.autogenerate.roundtrip import run

NO_VALUE = "# Rows that are there get no value for it."
# Of no help either, as nobody has asked for it.
MAKES_UP_A_VALUE = "mysql"
NULL = "# Rows that have NULL stand in the way"


@pytest.fixture(params=["sqlite", "postgresql", "mariadb", "duckdb"])
def connection(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Connection]:
    """A connection to an empty database of each kind."""
    urls: dict[str, Callable[[], str | sa.URL]] = {
        "sqlite": lambda: request.getfixturevalue("sqlite_url"),
        "postgresql": lambda: request.getfixturevalue("postgresql_schema").url,
        "mariadb": lambda: request.getfixturevalue("mariadb_url"),
        "duckdb": lambda: f"duckdb:///{tmp_path / 'test.duckdb'}",
    }
    engine = sa.create_engine(urls[request.param](), poolclass=NullPool)
    with engine.connect() as made:
        yield made
    engine.dispose()


def table(*columns: sa.Column[int]) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)
    return metadata


def number(name: str = "n", *what: sa.schema.SchemaItem, **kw: object) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, *what, **kw)  # type: ignore[arg-type]  # passed on


def written(
    connection: sa.Connection, configure: Configure, before: sa.MetaData, after: sa.MetaData
) -> tuple[str, str, list[str]]:
    """Return both functions of the script, and its notes."""
    before.create_all(connection)
    context = AutogenContext(configure(after), after)
    script = produce_script(context)
    texts = template_args(context, script)
    return texts["upgrades"], texts["downgrades"], script.info["notes"]


def test_a_column_that_rows_have_no_value_for(connection: sa.Connection, configure: Configure) -> None:
    """A default of Python's alone is of no help to rows that are there."""
    after = table(number(nullable=False, default=1))
    upgrade, downgrade, notes = written(connection, configure, table(), after)
    assert NO_VALUE in upgrade
    assert NO_VALUE not in downgrade
    assert notes == [
        "column 'n' of table 't' is new, NOT NULL and has no server_default: what of rows that are there?"
    ]


def test_a_column_that_comes_back_without_its_values(connection: sa.Connection, configure: Configure) -> None:
    upgrade, downgrade, notes = written(connection, configure, table(number(nullable=False)), table())
    assert NO_VALUE not in upgrade
    assert NO_VALUE in downgrade
    assert notes == []


def test_a_column_that_takes_no_null_any_more(connection: sa.Connection, configure: Configure) -> None:
    before, after = table(number()), table(number(nullable=False))
    upgrade, downgrade, notes = written(connection, configure, before, after)
    assert NULL in upgrade
    assert NULL not in downgrade
    assert notes == ["column 'n' of table 't' becomes NOT NULL: what of rows that have NULL?"]


@pytest.mark.parametrize(
    "column",
    [
        number(),
        number(server_default="0", nullable=False),
        number("n", sa.Computed("id + 1", persisted=True), nullable=False),
    ],
    ids=["nullable", "default", "computed"],
)
def test_a_column_that_rows_have_a_value_for(
    connection: sa.Connection, configure: Configure, column: sa.Column[int]
) -> None:
    upgrade, downgrade, notes = written(connection, configure, table(), table(column._copy()))
    assert "# Rows" not in upgrade + downgrade
    assert notes == []


@pytest.mark.parametrize("nullable", [True, False], ids=["as advised", "as written"])
def test_the_advice_is_of_use(connection: sa.Connection, configure: Configure, nullable: bool) -> None:
    table().create_all(connection)
    connection.commit()
    connection.execute(sa.text("INSERT INTO t (id) VALUES (1)"))
    connection.commit()
    if nullable:
        run(configure(), table(number(nullable=True)))
        connection.execute(sa.text("UPDATE t SET n = 5"))
        # DuckDB alters no column that the same transaction has updated.
        connection.commit()
        run(configure(), table(number(nullable=False)))
        assert connection.execute(sa.text("SELECT id, n FROM t")).all() == [(1, 5)]
        return
    if connection.dialect.name == MAKES_UP_A_VALUE:
        run(configure(), table(number(nullable=False)))
        assert connection.execute(sa.text("SELECT id, n FROM t")).all() == [(1, 0)]
        return
    with pytest.raises((MigrateOpsError, DBAPIError)):
        run(configure(), table(number(nullable=False)))


def test_comments_that_the_server_does_not_keep(connection: sa.Connection, configure: Configure) -> None:
    """They are in the script, for other databases; said when they come, and never again."""
    wanted = table(number("a", comment="of a"), number("b", comment="of b"))
    wanted.tables["t"].comment = "of t"
    context = AutogenContext(configure(wanted, generic_dialects=[]), wanted)
    script = produce_script(context)
    assert "of a" in template_args(context, script)["upgrades"]
    said = "comments stay in the models and the script, as sqlite does not keep any: table 't' (with 2 more)"
    kept = connection.dialect.name != "sqlite"
    assert script.info["notes"] == ([] if kept else [said])
    wanted.create_all(connection)
    assert produce_script(AutogenContext(configure(wanted, generic_dialects=[]), wanted)).info["notes"] == []
