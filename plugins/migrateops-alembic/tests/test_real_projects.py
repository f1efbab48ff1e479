"""Published projects: the same schema, the same SQL and the same listings as by the real Alembic."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

peers = import_module("plugins.migrateops-alembic.tests.peer")
PLACEMENT, ARGILLA, AIM, ANITYA = peers.PLACEMENT, peers.ARGILLA, peers.AIM, peers.ANITYA


def point(project: Any, url: str) -> None:
    lines = (project.root / "alembic.ini").read_text().splitlines()
    url = url.replace("%", "%%")
    kept = [f"sqlalchemy.url = {url}" if line.startswith("sqlalchemy.url") else line for line in lines]
    project.write("alembic.ini", "\n".join(kept))


def schema(url: str) -> dict[str, Any]:
    """Return all of a database that the inspector tells."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    inspector = sa.inspect(engine)
    found: dict[str, Any] = {}
    for table in inspector.get_table_names():
        found[table] = {
            "columns": [
                (one["name"], str(one["type"]), one["nullable"], str(one["default"]).strip("()"))
                for one in inspector.get_columns(table)
            ],
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(map(str, inspector.get_foreign_keys(table))),
            "uniques": sorted(map(str, inspector.get_unique_constraints(table))),
            "checks": sorted(map(str, inspector.get_check_constraints(table))),
            "indexes": sorted(map(str, inspector.get_indexes(table))),
        }
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT typname, enumlabel FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid"
                " ORDER BY typname, enumsortorder"
            )
            found[""] = {"enums": [tuple(row) for row in rows]}
    engine.dispose()
    return found


def ids(text: str) -> list[str]:
    return [line.split()[0] for line in text.splitlines()]


@pytest.fixture
def second_postgresql_url() -> Iterator[str]:
    """The url of another new PostgreSQL database."""
    servers = import_module("tests.servers")
    yield from servers.postgresql_url.__wrapped__()


def compared(project: Any, published: Any, own: str, other: str, *, downgrade: bool) -> None:
    peers.lay_out(published, project.root)
    point(project, other)
    done = peers.peer(project.root, "upgrade", "heads")
    assert done.returncode == 0, done.stderr
    expected, rows = schema(other), ids(peers.peer(project.root, "current").stdout)
    point(project, own)
    project.run("upgrade", "heads")
    assert schema(own) == expected
    assert ids(project.run("current").out) == rows
    # The real one finds the database as it left its own.
    assert ids(peers.peer(project.root, "current").stdout) == rows
    if downgrade:
        project.run("downgrade", "base")
        point(project, other)
        assert peers.peer(project.root, "downgrade", "base").returncode == 0
        assert schema(own) == schema(other)
        assert project.run("current").out == ""


@pytest.mark.parametrize(
    ("published", "downgrade"), [(PLACEMENT, False), (ARGILLA, True), (AIM, True)], ids=str
)
def test_sqlite(project: Any, tmp_path: Path, published: Any, downgrade: bool) -> None:
    own, other = (f"sqlite:///{tmp_path / name}.db" for name in ("own", "other"))
    compared(project, published, own, other, downgrade=downgrade)


@pytest.mark.parametrize(("published", "downgrade"), [(PLACEMENT, False), (ARGILLA, True)], ids=str)
def test_postgresql(
    project: Any, postgresql_url: str, second_postgresql_url: str, published: Any, downgrade: bool
) -> None:
    compared(project, published, postgresql_url, second_postgresql_url, downgrade=downgrade)


@pytest.mark.parametrize(
    ("published", "url", "target"),
    [
        # Beyond that, its scripts look at the database.
        (PLACEMENT, "sqlite://", "b4ed3a175331"),
        (AIM, "sqlite://", "heads"),
        (ARGILLA, "postgresql+psycopg://", "heads"),
        (ANITYA, "postgresql+psycopg://", "heads"),
    ],
    ids=str,
)
def test_offline(project: Any, published: Any, url: str, target: str) -> None:
    peers.lay_out(published, project.root)
    point(project, url)
    theirs = peers.peer(project.root, "upgrade", target, "--sql")
    assert theirs.returncode == 0, theirs.stderr
    ours = peers.statements(project.run("upgrade", target, "--sql").out)
    assert ours == peers.statements(theirs.stdout)
    assert len(ours) > 10


@pytest.mark.parametrize("published", [PLACEMENT, ARGILLA, AIM, ANITYA], ids=str)
def test_listings(project: Any, published: Any) -> None:
    peers.lay_out(published, project.root)
    assert project.run("history").out == peers.peer(project.root, "history").stdout
    assert ids(project.run("heads").out) == ids(peers.peer(project.root, "heads").stdout)


def test_columns_of_mysql_of_which_little_is_said(project: Any) -> None:
    project.revision(
        "aa1",
        """
        op.alter_column("t", "a", existing_type=sa.String(9), nullable=False)
        op.alter_column("t", "b", existing_type=sa.Integer(), type_=sa.BigInteger())
        op.alter_column("t", "c", existing_type=sa.Integer(), server_default=None)
        """,
    )
    point(project, "mysql+pymysql://")
    theirs = peers.peer(project.root, "upgrade", "head", "--sql")
    assert theirs.returncode == 0, theirs.stderr
    assert peers.statements(project.run("upgrade", "head", "--sql").out) == peers.statements(theirs.stdout)


SAID_TO_BE = """
op.alter_column("t", "a", existing_type=sa.Enum("x", "y", "z"), nullable=True)
op.alter_column("t", "b", existing_type=sa.String(36), nullable=True)
op.alter_column("t", "c", existing_type=sa.String(36), new_column_name="d")
op.alter_column("t", "e", existing_type=sa.String(9), server_default="q")
op.alter_column("t", "f", existing_type=sa.Boolean(), nullable=False, existing_server_default="1")
op.alter_column("t", "g", existing_type=sa.String(20), type_=sa.String(40))
op.alter_column("t", "h", existing_type=sa.DateTime(), nullable=True)
op.alter_column("t", "i", existing_type=sa.DateTime(), server_default=None)
op.alter_column("t", "j", existing_type=sa.String(9), comment="new", existing_nullable=False)
op.alter_column("t", "k", existing_type=sa.Integer(), nullable=True)
op.alter_column("t", "l", existing_type=sa.DateTime(), server_default=sa.func.now())
op.alter_column("t", "m", server_default=None)
op.add_column("t", sa.Column("n", sa.Integer, sa.Identity(start=5), server_default=None))
op.add_column("t", sa.Column("o", sa.Integer, sa.ForeignKey("t.k", name="fk")), inline_references=True)
"""
MADE = """
op.create_table(
    "t",
    sa.Column("a", sa.Enum("x", "y")),
    sa.Column("b", sa.Integer),
    sa.Column("c", sa.String(255)),
    sa.Column("e", sa.String(80)),
    sa.Column("f", sa.Boolean, server_default="1"),
    sa.Column("g", sa.String(20), nullable=False, server_default="x", comment="of g"),
    sa.Column("h", sa.DateTime, nullable=False, server_default=sa.text("now() ON UPDATE now()")),
    sa.Column("i", sa.DateTime, nullable=False, server_default=sa.text("now() ON UPDATE now()")),
    sa.Column("j", sa.String(9, collation="latin1_bin"), nullable=False, server_default="x"),
    sa.Column("k", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("l", sa.DateTime, nullable=False),
    sa.Column("m", sa.Integer, nullable=False, server_default="3"),
)
"""


def test_columns_of_mysql_become_what_is_said_of_them(project: Any, mariadb_url: str) -> None:
    project.revision("aa1", MADE)
    project.revision("bb2", SAID_TO_BE)
    found = []
    point(project, mariadb_url)
    for run in (peers.peer, peers.ours):
        done = run(project.root, "upgrade", "head")
        assert isinstance(done, str) or done.returncode == 0, done
        engine = sa.create_engine(mariadb_url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            found.append(connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1])
            connection.exec_driver_sql("DROP TABLE t, alembic_version")
        engine.dispose()
    assert found[0] == found[1]
    assert "`b` varchar(36)" in found[1]
    assert "`g` varchar(40) DEFAULT NULL,\n" in found[1]
