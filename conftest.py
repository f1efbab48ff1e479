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


@pytest.fixture(autouse=True)
def path_as_before() -> Iterator[None]:
    """Take out of ``sys.path`` what a project has put there that was run in this process."""
    before = list(sys.path)
    yield
    sys.path[:] = before
