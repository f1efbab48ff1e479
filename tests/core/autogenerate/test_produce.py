"""Scripts: both directions, tokens, and what they need."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import (
    AutogenContext,
    NotReversed,
    produce_migrations,
    produce_script,
    reversed_ops,
    template_args,
)
from migrateops.operations import MigrateOperation, ops
from migrateops.plugins.discovery import forget
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate import own_types
from tests.core.autogenerate.conftest import Configure
from tests.core.autogenerate.recording import recorded, rendering
from tests.distributions import Site


class Lasting(MigrateOperation):
    """An operation whose class says in its own words that it cannot be taken back."""

    def reverse(self) -> MigrateOperation:
        raise NotImplementedError


def small() -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", own_types.Money("EUR"), primary_key=True, index=True))
    return metadata


def test_a_script_has_both_directions(configure: Configure) -> None:
    script = produce_migrations(configure(), small())
    assert script.upgrade_ops is not None
    assert script.downgrade_ops is not None
    assert [type(op) for op in script.upgrade_ops.ops] == [ops.CreateTableOp, ops.CreateIndexOp]
    # The index goes with its table.
    assert [type(op) for op in script.downgrade_ops.ops] == [ops.DropTableOp]
    assert script.info["coverage"][-1].startswith("objects of other kinds")
    assert script.requires_plugins == {}


def test_what_a_template_is_filled_with(configure: Configure) -> None:
    migration_context = configure(small(), upgrade_token="main_upgrades", downgrade_token="main_downgrades")
    context = AutogenContext(migration_context)
    script = produce_script(context)
    texts = template_args(context, script)
    assert set(texts) == {"imports", "main_upgrades", "main_downgrades"}
    assert texts["imports"] == f"import {own_types.__name__}"
    assert texts["main_downgrades"] == 'op.drop_table("t")'
    assert [type(op) for op in recorded(texts["main_upgrades"], script.imports)] == [
        ops.CreateTableOp,
        ops.CreateIndexOp,
    ]


def test_nothing_to_do(configure: Configure) -> None:
    context = AutogenContext(configure(sa.MetaData()))
    script = produce_script(context)
    assert script.upgrade_ops is not None
    assert script.upgrade_ops.is_empty()
    assert template_args(context, script) == {"imports": "", "upgrades": "pass", "downgrades": "pass"}


@pytest.mark.parametrize(
    "lasting", [ops.ExecuteSQLOp("DELETE\nFROM t"), Lasting()], ids=["declared", "plain"]
)
def test_what_cannot_be_taken_back_is_a_comment(lasting: MigrateOperation) -> None:
    upgrade = ops.UpgradeOps(
        [ops.ModifyTableOps("t", [lasting], schema="s"), ops.RenameTableOp("a", "b"), lasting]
    )
    downgrade = reversed_ops(upgrade)
    first, renamed, table = downgrade.ops
    assert isinstance(first, NotReversed)
    assert isinstance(renamed, ops.RenameTableOp)
    assert isinstance(table, ops.ModifyTableOps)
    assert (table.table_name, table.schema) == ("t", "s")
    assert isinstance(table.ops[0], NotReversed)
    assert first.operation is lasting
    assert first.reverse() is lasting
    script = ops.MigrationScript(None, ops.UpgradeOps([]), downgrade)
    body = template_args(rendering(), script)["downgrades"].split("\n")
    assert [line.strip()[:2] for line in body] == ["# ", "op", "# "]
    # A script that only says so is still one that runs.
    assert recorded(template_args(rendering(), _only(first))["downgrades"], set()) == []
    batch = template_args(rendering(render_as_batch=True), _only(table))["downgrades"]
    assert batch.split("\n")[-1].strip() == "pass"


def _only(op: MigrateOperation) -> ops.MigrationScript:
    return ops.MigrationScript(None, ops.UpgradeOps([]), ops.DowngradeOps([op]))


OPERATION = """
import sqlalchemy as sa
from migrateops.operations import Operations
from migrateops.operations.declare import MigrateOperation, operation

@Operations.register_operation("make_acme")
@operation
class MakeAcmeOp(MigrateOperation):
    name: str

class AcmeType(sa.types.UserDefinedType):
    cache_ok = True
"""


@pytest.fixture
def acme(fake_dist: Site, connection: sa.Connection) -> Any:
    """A distribution with an operation and a type; and a context that it takes part in."""
    fake_dist(
        "acme-ops",
        "2.7.3rc1",
        modules={"acme_ops_for_test/__init__.py": OPERATION},
        entry_points={"migrateops.operations": {"make_acme": "acme_ops_for_test:MakeAcmeOp"}},
    )
    forget()
    import acme_ops_for_test  # type: ignore[import-not-found]  # pyright: ignore[reportMissingImports]

    yield (
        acme_ops_for_test,
        MigrationContext.configure(
            connection, opts={"target_metadata": sa.MetaData(), "generic_dialects": ["postgresql"]}
        ),
    )
    forget()


def test_the_distributions_of_what_is_rendered_are_required(acme: Any) -> None:
    module, migration_context = acme
    context = AutogenContext(migration_context)
    script = produce_script(context)
    assert script.requires_plugins == {}
    assert script.upgrade_ops is not None
    script.upgrade_ops.ops.append(module.MakeAcmeOp("x"))
    template_args(context, script)
    assert script.requires_plugins == {"acme-ops": ">=2.7"}


def test_the_distribution_of_a_type_is_required(acme: Any) -> None:
    module, migration_context = acme
    context = AutogenContext(migration_context)
    script = produce_script(context)
    assert script.upgrade_ops is not None
    script.upgrade_ops.ops.append(ops.AddColumnOp("t", sa.Column("x", module.AcmeType())))
    texts = template_args(context, script)
    assert texts["imports"] == "import acme_ops_for_test"
    assert script.requires_plugins == {"acme-ops": ">=2.7"}


def test_an_index_is_dropped_without_what_it_is_on_other_databases(
    connection: sa.Connection, configure: Configure
) -> None:
    """What makes it says all of it, as the models do; what drops it says what this database takes."""

    def models(**index: Any) -> sa.MetaData:
        metadata = sa.MetaData()
        table = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
        table.append_column(sa.Column("a", sa.String(30)))
        if index:
            sa.Index("ix", table.c.a, **index)
        return metadata

    models().create_all(connection)
    wanted = models(
        sqlite_where=sa.text("a > ''"),
        postgresql_where=sa.text("a > ''"),
        postgresql_concurrently=True,
        mysql_length=5,
    )
    context = AutogenContext(configure(wanted, generic_dialects=[]), wanted)
    texts = template_args(context, produce_script(context))
    (made,) = recorded(texts["upgrades"], context.imports)
    (dropped,) = recorded(texts["downgrades"], context.imports)
    assert isinstance(made, ops.CreateIndexOp)
    assert isinstance(dropped, ops.DropIndexOp)
    assert len(made.kw) == 4
    # For the database that it is dropped from in production, perhaps.
    assert list(dropped.kw) == ["postgresql_concurrently"]
