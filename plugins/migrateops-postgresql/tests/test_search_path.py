"""``env.py`` that chooses a schema within the transaction of the run, as projects of many tenants do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.project import Project

ENV = """
import sqlalchemy as sa
from migrateops import context

tenant = context.get_x_argument(as_dictionary=True)["tenant"]
engine = sa.create_engine(context.config.settings.url, poolclass=sa.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.execute(f"CREATE SCHEMA IF NOT EXISTS {tenant}")
        context.execute(f"SET search_path TO {tenant}")
        context.run_migrations()
"""


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(postgresql_url, poolclass=NullPool)
    yield engine
    engine.dispose()


@pytest.fixture(params=["per_run", "per_revision"])
def tenants(project: Project, postgresql_url: str, request: pytest.FixtureRequest) -> Project:
    project.configure(url=postgresql_url, transaction=request.param)
    project.env(ENV)
    project.revision(
        "a1",
        upgrade='op.create_table("t", sa.Column("id", sa.Integer))',
        downgrade='op.drop_table("t")',
    )
    project.revision(
        "b2",
        upgrade='op.add_column("t", sa.Column("x", sa.Integer))',
        downgrade='op.drop_column("t", "x")',
    )
    return project


def state(engine: sa.Engine, tenant: str) -> tuple[list[str], list[str]]:
    """Return the rows of a tenant's version table, and the columns of its table."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(f"SELECT version_num FROM {tenant}.migrateops_version")
        found: list[str] = list(rows.scalars())
        tables = sa.inspect(connection).get_table_names(tenant)
        columns = sa.inspect(connection).get_columns("t", tenant) if "t" in tables else []
    return found, [column["name"] for column in columns]


def test_each_tenant_goes_its_own_way(tenants: Project, engine: sa.Engine) -> None:
    def run(tenant: str, *arguments: str) -> str:
        return tenants.run("-x", f"tenant={tenant}", *arguments).stdout

    run("one", "upgrade", "a1")
    run("two", "upgrade", "head")
    assert (state(engine, "one"), state(engine, "two")) == ((["a1"], ["id"]), (["b2"], ["id", "x"]))
    run("one", "upgrade", "head")
    assert state(engine, "one") == (["b2"], ["id", "x"])
    run("one", "upgrade", "head")
    # What stands in the schema that is looked at before the block makes no difference.
    run("public", "upgrade", "head")
    run("two", "downgrade", "-1")
    assert (state(engine, "one"), state(engine, "two")) == ((["b2"], ["id", "x"]), (["a1"], ["id"]))
    run("two", "upgrade", "head")
    run("one", "downgrade", "base")
    assert (state(engine, "one"), state(engine, "two")) == (([], []), (["b2"], ["id", "x"]))


@pytest.mark.parametrize("public", [False, True])
def test_a_run_of_one_transaction_is_one_for_a_tenant(
    tenants: Project, engine: sa.Engine, public: bool
) -> None:
    tenants.revision("c3", upgrade='op.execute("SELECT 1 / 0")')
    if public:
        tenants.run("-x", "tenant=public", "upgrade", "b2")
        tenants.run("-x", "tenant=public", "stamp", "c3")
    result = tenants.run("-x", "tenant=one", "upgrade", "head", check=False)
    assert (result.returncode, "MO440" in result.stderr) == (1, True)
    with engine.connect() as connection:
        made = sa.inspect(connection).get_table_names("one")
    whole = tenants.settings["transaction"] == "per_run"
    assert made == ([] if whole else ["migrateops_version", "t"])


def test_where_the_command_cannot_start_is_refused(tenants: Project, engine: sa.Engine) -> None:
    tenants.run("-x", "tenant=one", "upgrade", "a1")
    result = tenants.run("-x", "tenant=one", "downgrade", "-2", check=False)
    assert (result.returncode, "MO207" in result.stderr) == (1, True)
    assert state(engine, "one") == (["a1"], ["id"])


def test_a_schema_that_is_chosen_for_a_transaction_alone_is_never_passed_over(
    tenants: Project, engine: sa.Engine
) -> None:
    """Where the run holds no transaction of its own in the block, it would end with one of ``env.py``'s."""
    tenants.env(ENV.replace("SET search_path", "SET LOCAL search_path"))
    tenants.run("-x", "tenant=public", "upgrade", "head")
    before = state(engine, "public")
    result = tenants.run("-x", "tenant=one", "upgrade", "head", check=False)
    assert (result.returncode, "MO480" in result.stderr) == (1, True)
    assert state(engine, "public") == before
    with engine.connect() as connection:
        assert sa.inspect(connection).get_table_names("one") == []
