"""What every test of the workspace has, in core and in plugins."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

# Their assertions say what differs.
pytest.register_assert_rewrite("migrateops.testing.suite")

pytest_plugins = ["tests.servers", "tests.project", "tests.distributions"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="rewrite the generated files (reference pages) that tests compare, instead of failing",
    )


@pytest.fixture(scope="session", autouse=True)
def pandas_is_not_looked_for() -> Iterator[None]:
    """Spare DuckDB's driver looking on the disk, at each value that it binds, for what is not installed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pandas", sys.modules.get("pandas"))
        yield


@pytest.fixture(autouse=True)
def as_before(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Forget what a project that was run in this process has put on the path, and what it has imported.

    The next project may have modules of the same names.
    """
    path, imported = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    made_here = str(tmp_path_factory.getbasetemp())
    for name in set(sys.modules) - imported:
        if str(getattr(sys.modules[name], "__file__", None)).startswith(made_here):
            del sys.modules[name]
