"""The pack on the contract's page is one: what it shows is installed as it stands, and used."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite

from migrateops.errors.operations import IncompleteOperation, UnsupportedOperation
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.distributions import Site

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "dialect-packs.md"
FILE = re.compile(r"`([\w.]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)


class AcmeSQLAlchemyDialect(SQLiteDialect_pysqlite):
    """A database that nobody has heard of, for which SQLAlchemy has a dialect."""

    name = "acme"
    supports_statement_cache = True


@pytest.fixture(autouse=True)
def installed(fake_dist: Site) -> Iterator[None]:
    files = dict(FILE.findall(PAGE.read_text(encoding="utf-8")))
    described = tomllib.loads(files.pop("pyproject.toml"))["project"]
    fake_dist(described["name"], described["version"], modules=files, entry_points=described["entry-points"])
    registry.impls["acme"] = lambda: AcmeSQLAlchemyDialect
    yield
    registry.impls.pop("acme", None)


def test_online() -> None:
    engine = sa.create_engine("acme://")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert type(context.pack).__name__ == "AcmeDialect"
        Operations(context).create_table("t", sa.Column("x", sa.Integer))
        assert sa.inspect(connection).get_table_names() == ["t"]
    engine.dispose()


def test_offline() -> None:
    stream = io.StringIO()
    options: dict[str, Any] = {"as_sql": True, "output_buffer": stream}
    op = Operations(MigrationContext.configure(dialect_name="acme", opts=options))
    op.alter_column(
        "t",
        "x",
        type_=sa.BigInteger(),
        existing_nullable=False,
        server_default="5",
        new_column_name="y",
        schema="s",
    )
    op.drop_column("t", "x", if_exists=True)
    assert [line for line in stream.getvalue().splitlines() if line] == [
        "ALTER TABLE s.t MODIFY x BIGINT NOT NULL;",
        "ALTER TABLE s.t ALTER COLUMN x SET DEFAULT '5';",
        "ALTER TABLE s.t RENAME COLUMN x TO y;",
        "ALTER TABLE t DROP COLUMN IF EXISTS x;",
    ]
    with pytest.raises(IncompleteOperation):
        op.alter_column("t", "x", nullable=True)
    with pytest.raises(UnsupportedOperation):
        op.create_table_comment("t", "no")


def test_every_member_is_on_the_page() -> None:
    from migrateops.dialects import Dialect, Lock, Transaction
    from migrateops.operations import Capabilities

    text = PAGE.read_text(encoding="utf-8")
    listed = set(re.findall(r"`(\w+)", text))
    names = {name for cls in (Dialect, Lock, Transaction) for name in vars(cls) if not name.startswith("_")}
    names |= set(Capabilities._fields)
    # How names are looked up is said in words.
    assert names - listed == {"keys"}
