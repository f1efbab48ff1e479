"""Every name of the table leads somewhere, and others say that they do not."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from packaging.version import Version

from migrateops import context, op
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
        names: dict[str, Any] = {}
        exec("import alembic.op\nfrom alembic.op import create_table", names)
        exec("from alembic import __version__, context, op", names)
        assert names["alembic"].op is names["op"] is op
        assert names["context"] is context
        assert names["create_table"] is op.create_table
        assert Version(names["__version__"]) >= Version("1.20")


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
