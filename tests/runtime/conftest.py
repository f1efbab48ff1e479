"""What the running Python leaves out of the matrix is said at the head of the report."""

from __future__ import annotations

from tests.runtime.sqlite_environments import LEFT_OUT


def pytest_report_header() -> list[str]:
    if not LEFT_OUT:
        return []
    return [f"left out, as sqlite3 has no autocommit before Python 3.12: {', '.join(LEFT_OUT)}"]
