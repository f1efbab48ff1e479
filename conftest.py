"""What every test of the workspace has, in core and in plugins."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.servers", "tests.project", "tests.distributions"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="rewrite the generated files (reference pages) that tests compare, instead of failing",
    )
