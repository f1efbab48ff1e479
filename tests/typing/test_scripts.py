"""What type checkers see in a user's script: right calls pass, wrong ones are reported."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from migrateops.commands.stubs import stubs
from migrateops.config import Config
from tests.distributions import Site
from tests.typing.checkers import CHECKERS, expected

Checker = Callable[[Path, Path, tuple[Path, ...]], dict[int, str]]

SCRIPT = """
from __future__ import annotations

import sqlalchemy as sa

from migrateops import context, op
from migrateops.op import add_column

revision: str = "aa1"
down_revision: str | None = None


def upgrade() -> None:
    table: sa.Table = op.create_table(
        "customer",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.UniqueConstraint("id", name="customer_uq"),
        if_not_exists=True,
        comment="who buys",
        info={"a": 1},
    )
    op.bulk_insert(table, [{"id": 1}], multiinsert=False)
    op.add_column("customer", sa.Column("name", sa.String(80)), schema="shop")
    add_column("customer", sa.Column("email", sa.String(80)))
    op.alter_column("customer", "name", nullable=False, type_=sa.Text(), existing_type=sa.String)
    op.alter_column("customer", "name", comment=None, server_default=sa.text("''"), new_column_name="n")
    op.create_index(op.f("ix_name"), "customer", ["name", sa.text("lower(name)")], unique=True)
    op.create_foreign_key(None, "customer", "country", ["c"], ["id"], ondelete="CASCADE")
    op.create_unique_constraint("u", "customer", ["name"])
    op.create_check_constraint("c", "customer", sa.text("name <> ''"))
    op.drop_constraint("c", "customer", type_="check")
    op.execute("SELECT 1")
    op.execute(sa.text("SELECT :x").bindparams(x=1))
    op.rename_table("customer", "client")
    connection: sa.Connection = op.get_bind()
    connection.execute(sa.select(table))
    with op.batch_alter_table("client", schema="shop") as batch_op:
        batch_op.add_column(sa.Column("age", sa.Integer), insert_after="name")
        batch_op.drop_column("age")
        batch_op.create_index("ix_age", ["age"])
    op.create_thing_of_a_plugin("x", 3)
    if context.is_offline_mode():
        context.configure(url=context.config.get_main_option("sqlalchemy.url"))


def downgrade() -> None:
    op.create_table("a", "b")  #! SchemaItem
    op.add_column("a", "b")  #! Column
    op.add_column("a")  #! column|Too few arguments
    add_column("a")  #! column|Too few arguments
    op.alter_column("a", "b", nullable="no")  #! nullable
    op.drop_column("a", 3)  #! str
    op.drop_table("a", True)  #! positional
    op.rename_table("a")  #! new_table_name|Too few arguments
    op.create_index("x", "a", ["a"], unique="yes")  #! unique
    op.execute(3)  #! Executable
    context.configure(connection="x")  #! connection
    with op.batch_alter_table("a", recreate="maybe") as batch_op:  #! recreate
        batch_op.add_column("a", sa.Column("d", sa.Integer))  #! positional
        batch_op.create_tabel("a")  #! create_tabel
"""


@pytest.fixture(autouse=True)
def _cache(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let mypy keep what it knows of SQLAlchemy, from one run of the tests to the next."""
    cache: pytest.Cache = request.config.cache
    monkeypatch.setenv("MYPY_CACHE_DIR", str(cache.mkdir("mypy")))


@pytest.mark.parametrize("check", CHECKERS)
def test_a_script(tmp_path: Path, check: Checker) -> None:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT, encoding="utf-8")
    compare(check(tmp_path, path, ()), expected(SCRIPT))


OPERATIONS = """
from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import KW_ONLY
from typing import TYPE_CHECKING

import sqlalchemy as sa

from migrateops.operations import BatchOperations, MigrateOperation, Operations, operation, spread, table

if TYPE_CHECKING:
    from decimal import Decimal


class Column:
    pass


@Operations.register_operation("create_thing")
@BatchOperations.register_operation("create_thing")
@operation
class CreateThingOp(MigrateOperation):
    '''Create a thing.'''

    table_name: str = table()
    column: Column
    items: Sequence[sa.Column[int]] = spread()
    _: KW_ONLY
    since: dt.date | None = None
    price: Decimal | None = None


@Operations.register_operation("drop_thing")
class DropThingOp(MigrateOperation):
    @classmethod
    def drop_thing(cls, operations: Operations, name: str, *, now: bool = False) -> int:
        '''Drop it.'''
        return 1
"""
PLUGIN_SCRIPT = """
from __future__ import annotations

import datetime

import sqlalchemy as sa
from acme_things import Column

from migrateops import op
from migrateops.operations import MigrateOperation, Operations

assert issubclass(Operations, object), MigrateOperation
op.create_thing("a", Column(), sa.Column("x", sa.Integer), since=datetime.date.today())
number: int = op.drop_thing("a", now=True)
op.create_table("b", sa.Column("x", sa.Integer))
with op.batch_alter_table("a") as batch_op:
    batch_op.create_thing(Column())
    batch_op.drop_column("x")

op.create_thing("a", sa.Column("x", sa.Integer))  #! Column
op.create_thing("a", Column(), since="today")  #! since
op.create_thing("a", Column(), price="x")  #! price
op.drop_thing(3)  #! str
with op.batch_alter_table("a") as batch_op:
    batch_op.create_thing("a", Column())  #! Column
"""


@pytest.mark.parametrize("check", CHECKERS)
def test_a_script_that_uses_a_plugin(tmp_path: Path, fake_dist: Site, check: Checker) -> None:
    fake_dist(
        "acme-things",
        modules={"acme_things/__init__.py": OPERATIONS, "acme_things/py.typed": ""},
        entry_points={
            "migrateops.operations": {
                "create_thing": "acme_things:CreateThingOp",
                "drop_thing": "acme_things:DropThingOp",
                "create_broken": "acme_nowhere:X",
            }
        },
    )
    report = stubs(Config(), str(tmp_path / "typings"))
    assert [fault.code for fault in report.faults] == ["MO501"]
    path = tmp_path / "script.py"
    path.write_text(PLUGIN_SCRIPT, encoding="utf-8")
    (tmp_path / "acme_things").symlink_to(fake_dist.path / "acme_things")
    compare(check(tmp_path, path, (tmp_path / "typings",)), expected(PLUGIN_SCRIPT))


def compare(errors: dict[int, str], wanted: dict[int, str]) -> None:
    """Compare the errors with what is written at the lines."""
    wrong = {line: errors.get(line) for line in sorted(errors.keys() ^ wanted.keys())}
    wrong |= {
        line: errors[line]
        for line, pattern in wanted.items()
        if line in errors and not re.search(pattern, errors[line])
    }
    assert wrong == {}
