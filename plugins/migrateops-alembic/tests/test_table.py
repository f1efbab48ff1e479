"""Every name of the table leads somewhere, and others say that they do not."""

from __future__ import annotations

import importlib

import pytest

from migrateops_alembic.alias.finder import entered
from migrateops_alembic.alias.table import MODULES
from migrateops_alembic.errors import ImportNotCovered, NameNotCovered


@pytest.mark.parametrize("name", MODULES)
def test_every_name_leads_somewhere(name: str) -> None:
    with entered():
        module = importlib.import_module(name)
        for attribute in MODULES[name].known():
            assert getattr(module, attribute) is not None, attribute
            assert attribute in dir(module)


def test_op_is_op() -> None:
    with entered():
        import alembic.op  # type: ignore[import-not-found]
        from alembic import __version__, context, op
        from alembic.op import create_table

        from migrateops import context as own_context
        from migrateops import op as own

        assert alembic.op is op is own
        assert context is own_context
        assert create_table is own.create_table
        assert tuple(map(int, __version__.split("."))) >= (1, 20)


def test_a_module_is_the_same_one_each_time() -> None:
    with entered():
        first = importlib.import_module("alembic.util")
    with entered():
        assert importlib.import_module("alembic.util") is first


def test_a_module_that_is_not_covered() -> None:
    with entered(), pytest.raises(ImportNotCovered) as caught:
        importlib.import_module("alembic.testing")
    assert caught.value.code == "AL102"
    assert "'alembic.testing'" in str(caught.value)
    assert isinstance(caught.value, ImportError)


def test_a_name_that_is_not_covered() -> None:
    with entered():
        with pytest.raises(ImportNotCovered) as imported:
            exec("from alembic.util import _private")
        module = importlib.import_module("alembic.util")
        with pytest.raises(NameNotCovered) as asked:
            _ = module._private
        assert not hasattr(module, "_private")
    assert "'_private' of 'alembic.util'" in str(imported.value)
    assert "alembic.util._private" in str(asked.value)
    assert imported.value.hint()
