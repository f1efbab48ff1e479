"""A project that is written for Alembic, in a temporary directory, and the program run on it."""

from __future__ import annotations

import os
import sqlite3
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

main = import_module("migrateops.__main__").main

ENV = """
from logging.config import fileConfig
from sqlalchemy import engine_from_config, pool
from alembic import context

config = context.config
if config.config_file_name is not None:
    fileConfig(config.config_file_name)
target_metadata = None


def run_migrations_offline() -> None:
    context.configure(
        url=config.get_main_option("sqlalchemy.url"),
        target_metadata=target_metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online() -> None:
    connectable = engine_from_config(
        config.get_section(config.config_ini_section, {}), prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    with connectable.connect() as connection:
        context.configure(connection=connection, target_metadata=target_metadata)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
"""

MAKO = '''"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision: str = ${repr(up_revision)}
down_revision: Union[str, Sequence[str], None] = ${repr(down_revision)}
branch_labels: Union[str, Sequence[str], None] = ${repr(branch_labels)}
depends_on: Union[str, Sequence[str], None] = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''

INI = """
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = .
sqlalchemy.url = sqlite:///app.db

[loggers]
keys = root

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console
qualname =

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
"""


class Result:
    """What a run of the program has printed, and its exit status."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status = status
        self.out = out
        self.err = err


class AlembicProject:
    """``alembic.ini``, ``migrations/env.py`` and ``migrations/versions/``; the database is ``app.db``."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys
        self._last: str | None = None
        self.write("alembic.ini", INI)
        self.write("migrations/env.py", ENV)
        self.write("migrations/script.py.mako", MAKO)
        (root / "migrations" / "versions").mkdir()

    def write(self, path: str, text: str) -> Path:
        """Write a file below the directory."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return target

    def revision(
        self, name: str, upgrade: str, downgrade: str = "pass", *, imports: str = "", header: str = ""
    ) -> Path:
        """Write a script that follows the one written before, unless *header* says otherwise."""
        down, self._last = self._last, name
        body, back = (dedent(code).strip().replace("\n", "\n    ") for code in (upgrade, downgrade))
        text = (
            f'"""{name}"""\nfrom alembic import op\nimport sqlalchemy as sa\n{dedent(imports)}\n'
            f"revision = {name!r}\ndown_revision = {down!r}\n{header}\n"
            f"\ndef upgrade():\n    {body}\n\n\ndef downgrade():\n    {back}\n"
        )
        return self.write(f"migrations/versions/{name}_.py", text)

    def run(self, *arguments: str, status: int = 0) -> Result:
        """Run the program in the directory."""
        self._capsys.readouterr()
        found = main(list(arguments))
        out, err = self._capsys.readouterr()
        assert found == status, f"{arguments}\n{out}\n{err}"
        return Result(found, out, err)

    def enforce_foreign_keys(self) -> None:
        """Have ``env.py`` switch the keys of SQLite on."""
        env = self.root / "migrations" / "env.py"
        switched = 'as connection:\n        connection.exec_driver_sql("PRAGMA foreign_keys = ON")'
        env.write_text(env.read_text().replace("as connection:", switched))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what a query has on the database."""
        connection = sqlite3.connect(self.root / "app.db")
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def tables(self) -> set[str]:
        """Return the names of all tables."""
        return {name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.fixture
def project(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AlembicProject:
    for name in ("ALEMBIC_CONFIG", "MIGRATEOPS_CONFIG", "MIGRATEOPS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    assert Path(os.curdir).resolve() == tmp_path.resolve()
    return AlembicProject(tmp_path, capsys)
