"""The projects that both tools are measured on: the same revisions, the database at their head."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOOLS = ("migrateops", "alembic")
SERVER = os.environ.get("MIGRATEOPS_TEST_POSTGRESQL_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
_DATABASE = f"migrateops_bench_{os.getpid()}"
SERVER_DATABASE = f"{SERVER.rpartition('/')[0]}/{_DATABASE}"
# One needs an env.py; the other does what this one does without.
_ENV = """
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@dataclass(frozen=True)
class Project:
    """What a project is like.

    Attributes:
        count: How many revisions it has.
        merges: Each twentieth one merges two branches; else they follow one another.
        server: The database is on PostgreSQL; else it is a file.
        adopted: Both tools are given a project of Alembic's.
    """

    count: int = 1000
    merges: bool = False
    server: bool = False
    adopted: bool = False

    @property
    def head(self) -> str:
        return identifier(self.count)

    @property
    def name(self) -> str:
        """What its directories are called by."""
        return f"{self.count}{'m' * self.merges}{'s' * self.server}{'a' * self.adopted}"

    def write(self, directory: Path, tool: str) -> None:
        """Write the project; the two differ in their import lines and configuration alone."""
        tool = "alembic" if self.adopted else tool
        versions = configured(directory, tool, SERVER_DATABASE if self.server else "sqlite:///app.db")
        for number in range(1, self.count + 1):
            text = script(tool, number, self._parents(number))
            (versions / f"{identifier(number)}_change_{number}.py").write_text(text)
        self._stamp(directory, tool)

    def prepare(self, directory: Path) -> None:
        """Do nothing: what is measured here changes nothing."""

    def _parents(self, number: int) -> tuple[int, ...]:
        if number == 1:
            return ()
        if self.merges and number % 20 == 0:
            return (number - 2, number - 1)
        return (number - 2,) if self.merges and number % 20 == 19 else (number - 1,)

    def _stamp(self, directory: Path, tool: str) -> None:
        table = f"{tool}_version"
        statements = (
            f"CREATE TABLE IF NOT EXISTS {table} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
            f"DELETE FROM {table}",
            f"INSERT INTO {table} VALUES ('{self.head}')",
        )
        if self.server:
            _execute(_DATABASE, *statements)
            return
        connection = sqlite3.connect(directory / "app.db")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()


def configured(directory: Path, tool: str, url: str) -> Path:
    """Write the configuration of a project, and return where its revisions belong."""
    versions = directory / "migrations" / "versions"
    versions.mkdir(parents=True)
    if tool == "alembic":
        (directory / "alembic.ini").write_text(
            f"[alembic]\nscript_location = %(here)s/migrations\nsqlalchemy.url = {url}\n"
        )
        (directory / "migrations" / "env.py").write_text(_ENV)
    else:
        (directory / "migrateops.toml").write_text(f'script_location = "migrations"\nurl = "{url}"\n')
    return versions


def identifier(number: int) -> str:
    """Return the id of a revision, as unlike that of its neighbours as real ones are."""
    return hashlib.sha256(str(number).encode()).hexdigest()[:12]


def script(tool: str, number: int, parents: tuple[int, ...], upgrade: str | None = None) -> str:
    """Return the text of a revision file, as the templates of both tools make it.

    Args:
        upgrade: The body of ``upgrade()``; when omitted, a column is added.
    """
    revision = identifier(number)
    names = tuple(map(identifier, parents))
    down = names if len(names) > 1 else names[0] if names else None
    if upgrade is None:
        upgrade = f'    op.add_column("t", sa.Column("c{number}", sa.Integer()))\n'
    return (
        f'"""change {number}\n\nRevision ID: {revision}\nRevises: {", ".join(names)}\n"""\n'
        "from typing import Sequence, Union\n\n"
        f"from {tool} import op\n"
        "import sqlalchemy as sa\n\n"
        f'revision: str = "{revision}"\n'
        f"down_revision: Union[str, Sequence[str], None] = {down!r}\n"
        "branch_labels: Union[str, Sequence[str], None] = None\n"
        "depends_on: Union[str, Sequence[str], None] = None\n\n\n"
        f"def upgrade() -> None:\n{upgrade}\n\n"
        f'def downgrade() -> None:\n    op.drop_column("t", "c{number}")\n'
    )


@contextmanager
def server_database() -> Iterator[None]:
    """Have a database on the server in this block, dropped afterwards."""
    own = SERVER.rpartition("/")[2]
    _execute(own, f"CREATE DATABASE {_DATABASE}")
    try:
        yield
    finally:
        _execute(own, f"DROP DATABASE {_DATABASE} WITH (FORCE)")


def clear_server() -> None:
    """Drop all that is in that database."""
    _execute(_DATABASE, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


def _execute(database: str, *statements: str) -> None:
    import sqlalchemy as sa

    url = sa.make_url(SERVER).set(database=database)
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
