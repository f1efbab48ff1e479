"""What a dialect pack says of SQL streams and of the version table."""

from __future__ import annotations

import io
import sqlite3
from typing import Any

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.offline import NoVersionColumn
from tests.distributions import Site
from tests.project import Project

PACK = """\
import sqlalchemy as sa
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from migrateops.dialects import Dialect


class Acme(SQLiteDialect_pysqlite):
    name = "acme"
    supports_statement_cache = True


class Pack(Dialect):
    name = "acme"
    configure_options = frozenset({"acme_separator"})

    def separator(self, options):
        return options.get("acme_separator", "GO")

    def version_table(self, name, schema, *, primary_key):
        table = super().version_table(name, schema, primary_key=primary_key)
        if COLUMN:
            table.append_column(sa.Column("at", sa.DateTime, server_default=sa.func.current_timestamp()))
            return table
        return sa.Table(name, sa.MetaData(), sa.Column("version", sa.String))
"""


def acme(fake_dist: Site, monkeypatch: pytest.MonkeyPatch, *, column: bool) -> None:
    from sqlalchemy.dialects import registry

    fake_dist(
        "acme-pack",
        modules={"acme_pack.py": PACK.replace("COLUMN", str(column))},
        entry_points={"migrateops.dialects": {"acme": "acme_pack:Pack"}},
    )

    def load() -> Any:
        import importlib

        return importlib.import_module("acme_pack").Acme

    monkeypatch.setitem(registry.impls, "acme", load)


ACME_ENV = """\
from migrateops import context

context.configure(dialect_name="acme", transactional_ddl=True{more})
with context.begin_transaction():
    context.run_migrations()
"""


@pytest.mark.parametrize(("more", "separator"), [("", "GO"), (', acme_separator="/"', "/")])
def test_a_pack_says_what_stands_between_statements(
    project: Project, fake_dist: Site, monkeypatch: pytest.MonkeyPatch, more: str, separator: str
) -> None:
    acme(fake_dist, monkeypatch, column=True)
    project.env(ACME_ENV.format(more=more))
    project.revision("aa1", None, upgrade='op.execute("SELECT 1")')
    config = Config.find(project.root)
    config.output_buffer = io.StringIO()
    command.upgrade(config, "head", sql=True)
    parts = config.output_buffer.getvalue().split("\n\n")
    assert [part.rpartition("\n")[2] for part in parts if part and not part.startswith("--")] == [
        separator
    ] * 5


def test_a_pack_describes_the_version_table(
    project: Project, fake_dist: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme(fake_dist, monkeypatch, column=True)
    project.configure(url=f"acme:///{project.root / 'app.db'}")
    project.revision("aa1", None)
    command.upgrade(Config.find(project.root), "head")
    database = sqlite3.connect(project.root / "app.db")
    assert database.execute("SELECT version_num, at IS NOT NULL FROM migrateops_version").fetchall() == [
        ("aa1", 1)
    ]
    database.close()


def test_a_version_table_without_its_column_is_refused(
    project: Project, fake_dist: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme(fake_dist, monkeypatch, column=False)
    project.env(ACME_ENV.format(more=""))
    project.revision("aa1", None)
    with pytest.raises(NoVersionColumn) as caught:
        command.upgrade(Config.find(project.root), "head", sql=True)
    assert (caught.value.pack, caught.value.table) == ("Pack", "migrateops_version")
