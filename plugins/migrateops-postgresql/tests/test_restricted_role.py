"""A role that may not do much: what it may not read is said, and no file is written half."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from tests.cli.test_autogenerate_bad_input import TEMPLATE
from tests.project import Project
from tests.servers import as_text

TABLES = """
CREATE TABLE kept (id integer PRIMARY KEY, name varchar(20) DEFAULT 'x');
ALTER TABLE kept ADD CONSTRAINT ck CHECK (length(name) > 2);
CREATE TABLE gone (id integer PRIMARY KEY);
"""
MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "kept",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(20), server_default="x"),
    {more}
    sa.CheckConstraint("length(name) > 2", name="ck"),
)
"""


@dataclass
class Role:
    """A role without any right of its own, in a database that somebody else has made."""

    name: str
    owner: sa.Engine
    url: str

    def owns(self, *statements: str) -> None:
        """Run statements as the owner of the database; ``{role}`` is the role."""
        with self.owner.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement.format(role=self.name))


@pytest.fixture
def role(postgresql_url: str) -> Iterator[Role]:
    owner = sa.create_engine(postgresql_url, poolclass=NullPool)
    name = f"migrateops_{uuid4().hex}"
    url = sa.make_url(postgresql_url).set(username=name, password="x")
    made = Role(name, owner, as_text(url))
    made.owns("CREATE ROLE {role} LOGIN PASSWORD 'x'", *TABLES.strip().splitlines())
    try:
        yield made
    finally:
        made.owns("DROP OWNED BY {role}", "DROP ROLE {role}")
        owner.dispose()


def built(project: Project, role: Role, more: str = "") -> Project:
    module = f"models_{uuid4().hex}"
    project.write("migrations/script.py.mako", TEMPLATE)
    project.write(f"{module}.py", MODELS.replace("{more}", more))
    project.configure(url=role.url, models=f"{module}:metadata", prepend_sys_path=[str(project.root)])
    return project


def written(project: Project) -> list[Path]:
    return list((project.root / "migrations" / "versions").iterdir())


def state(role: Role) -> list[tuple[str, ...]]:
    with role.owner.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' ORDER BY 1, 2"
        )
        return [tuple(row) for row in found]


COMMANDS = [("revision", "--autogenerate", "-m", "x"), ("check",)]


@pytest.mark.parametrize(
    ("catalog", "code"), [("pg_attrdef", "MO345"), ("pg_index", "MO345"), ("pg_class", "MO473")]
)
@pytest.mark.parametrize("command", COMMANDS, ids=["revision", "check"])
def test_a_catalog_that_it_may_not_read(
    project: Project, role: Role, command: tuple[str, ...], catalog: str, code: str
) -> None:
    """Without the list of tables, not even the version table is found."""
    role.owns(f"REVOKE SELECT ON pg_catalog.{catalog} FROM PUBLIC")
    before = state(role)
    done = built(project, role).run(*command, check=False)
    assert done.returncode == 1
    assert f"error[{code}]" in done.stderr, done.stderr
    assert f"permission denied for table {catalog}" in done.stderr
    assert "Traceback" not in done.stderr
    assert written(project) == []
    assert state(role) == before


def test_a_version_table_that_it_may_not_read(project: Project, role: Role) -> None:
    role.owns(
        "CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)",
        "CREATE TABLE migrateops_version (version_num varchar(64) PRIMARY KEY)",
    )
    done = built(project, role).run("revision", "--autogenerate", "-m", "x", check=False)
    assert done.returncode == 1
    assert "error[MO" in done.stderr
    assert "permission denied" in done.stderr
    assert "Traceback" not in done.stderr
    assert written(project) == []


def test_it_needs_no_right_to_the_tables(project: Project, role: Role) -> None:
    """Nor may it make temporary ones, in which the server says what it makes of the models."""
    role.owns(f"REVOKE TEMPORARY, CREATE ON DATABASE {role.owner.url.database} FROM PUBLIC")
    before = state(role)
    done = built(project, role, 'sa.Column("more", sa.Text),').run(
        "revision", "--autogenerate", "-m", "x", check=False
    )
    assert done.returncode == 0, done.stderr
    body = written(project)[0].read_text()
    assert 'op.add_column("kept", sa.Column("more", sa.Text(), nullable=True))' in body
    assert 'op.drop_table("gone")' in body
    assert "constraint" not in body.partition("def downgrade")[0]
    assert state(role) == before
