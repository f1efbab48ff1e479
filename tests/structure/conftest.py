"""Lists the files to think about: not an error, but a question at the end of each run."""

from __future__ import annotations

import pytest

from tests.structure.tree import ROOT, shown, sources

COMFORTABLE = 400


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for path in sources(ROOT, "*.py"):
        length = len(path.read_text(encoding="utf-8").splitlines())
        if length > COMFORTABLE:
            terminalreporter.write_line(f"{shown(path)} has {length} lines; is it one subject?")
