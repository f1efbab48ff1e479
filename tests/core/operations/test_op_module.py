"""``migrateops.op`` may be imported anywhere, pickled, patched and looked through; that imports no plugin."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from unittest import mock

import pytest
import sqlalchemy as sa

from migrateops import current, op
from migrateops.errors.operations import NoEnvironment
from migrateops.errors.plugins import UnknownOperation
from migrateops.operations import Operations
from tests.distributions import Site

PLUGIN = """
from migrateops.operations import MigrateOperation, Operations, operation

@operation
class SayOp(MigrateOperation):
    text: str

@Operations.implementation_for(SayOp)
def say(operations, op):
    return f"said {op.text}"
"""


@pytest.fixture
def plugin(fake_dist: Site) -> str:
    fake_dist(
        "acme-say",
        modules={"acme_say.py": PLUGIN},
        entry_points={"migrateops.operations": {"acme_say": "acme_say:SayOp"}},
    )
    return "acme_say"


def test_a_name_is_one_object() -> None:
    assert op.create_table is op.create_table
    assert len({op.create_table, op.drop_table, op.create_table}) == 2
    assert op.create_table.__name__ == "create_table"
    assert op.create_table.__module__ == "migrateops.op"
    assert op.create_table.__doc__ == Operations.create_table.__doc__ != ""


def test_a_function_imported_early_works_in_any_environment_later(operations: Operations) -> None:
    from migrateops.op import execute, get_bind

    with pytest.raises(NoEnvironment):
        execute("SELECT 1")
    with Operations.context(operations.migration_context):
        execute("CREATE TABLE t (id INTEGER)")
        assert sa.inspect(get_bind()).get_table_names() == ["t"]
    with pytest.raises(NoEnvironment):
        get_bind()


def test_a_plugins_operation_is_imported_by_name_outside_an_environment(plugin: str) -> None:
    from migrateops.op import acme_say

    assert acme_say is op.acme_say
    assert plugin not in sys.modules
    with pytest.raises(NoEnvironment):
        acme_say("x")


def test_it_runs_inside_one_and_only_then_is_its_module_imported(
    plugin: str, connection: sa.Connection
) -> None:
    from migrateops.runtime.migration import MigrationContext

    assert hasattr(op, "acme_say")
    assert plugin not in sys.modules
    with Operations.context(MigrationContext.configure(connection)):
        assert op.acme_say("x") == "said x"
    assert plugin in sys.modules


def test_looking_through_the_module_imports_no_plugin(plugin: str) -> None:
    members = dict(inspect.getmembers(op, callable))
    assert {"acme_say", "create_table", "batch_alter_table", "get_bind"} <= {*members}
    assert "acme_say" in dir(op)
    assert plugin not in sys.modules


def test_names_that_nobody_offers_are_an_attribute_error() -> None:
    assert not hasattr(op, "no_such_operation")
    assert getattr(op, "no_such_operation", None) is None
    with pytest.raises(UnknownOperation) as caught:
        _ = op.creat_table
    assert (caught.value.operation, caught.value.suggestion) == ("creat_table", "create_table")
    with pytest.raises(ImportError):
        exec("from migrateops.op import no_such_operation")


def test_while_headers_are_read_every_name_is_there() -> None:
    with current.reading_headers():
        assert callable(op.whatever_it_may_be_called)
        exec("from migrateops.op import another_unknown_name")
        assert not hasattr(op, "_private")
    assert not hasattr(op, "another_name_that_was_not_asked_for")


@pytest.mark.parametrize("name", ["create_table", "execute", "get_bind", "batch_alter_table"])
def test_functions_are_pickled_by_name(name: str) -> None:
    function = getattr(op, name)
    assert pickle.loads(pickle.dumps(function)) is function


def test_patching_takes_effect_and_is_taken_back(operations: Operations) -> None:
    before = op.create_table
    with mock.patch("migrateops.op.create_table") as patched:
        op.create_table("t")
        assert op.create_table is patched
    patched.assert_called_once_with("t")
    assert op.create_table is before
    with mock.patch.object(op, "drop_table", autospec=True) as patched:
        op.drop_table("t", schema="s")
    patched.assert_called_once_with("t", schema="s")
    with Operations.context(operations.migration_context):
        op.create_table("real", sa.Column("id", sa.Integer))
    assert sa.inspect(operations.get_bind()).get_table_names() == ["real"]


def test_what_is_no_function_is_there_only_inside(operations: Operations) -> None:
    for name in ("migration_context", "impl", "schema_obj"):
        with pytest.raises(NoEnvironment):
            getattr(op, name)
    with Operations.context(operations.migration_context):
        assert op.migration_context is operations.migration_context
        assert op.impl.__dialect__ == "sqlite"
        assert op.schema_obj.table("t", sa.Column("id", sa.Integer)).name == "t"


def test_blocks_nest_and_the_outer_operations_come_back(operations: Operations) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as other, Operations.context(operations.migration_context):
        from migrateops.runtime.migration import MigrationContext

        with Operations.context(MigrationContext.configure(other, plugins=())):
            op.execute("CREATE TABLE inner_one (id INTEGER)")
        op.execute("CREATE TABLE outer_one (id INTEGER)")
        assert sa.inspect(other).get_table_names() == ["inner_one"]
        assert sa.inspect(operations.get_bind()).get_table_names() == ["outer_one"]
    engine.dispose()


def test_importing_it_imports_no_sqlalchemy() -> None:
    code = "import sys; from migrateops import op; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
