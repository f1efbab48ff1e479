"""A pack installed from its own directory, and proven there as its how-to page says, word for word."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.install.conftest import ROOT, Venv, execute

PAGE = ROOT / "docs/how-to/test-a-dialect-pack.md"
PACK = ROOT / "plugins/migrateops-duckdb"


def files_of(page: str) -> dict[str, str]:
    """Return the files that the page shows, by their names."""
    return dict(re.findall(r"`tests/(\w+\.py)`[^\n]*:\n\n```python\n(.*?)```", page, re.DOTALL))


def test_what_the_page_shows_is_what_the_pack_has() -> None:
    shown = files_of(PAGE.read_text(encoding="utf-8"))
    assert {*shown} == {"test_conformance.py", "conftest.py"}
    assert shown["test_conformance.py"] == (PACK / "tests/test_conformance.py").read_text(encoding="utf-8")


def test_it_is_proven_where_nothing_of_the_checkout_is(
    clean_venv: Callable[[], Venv], wheels: dict[str, Path], tmp_path: Path
) -> None:
    venv = clean_venv()
    venv.install(wheels["core"], "pytest>=8")
    assert "duckdb" not in venv.installed()
    venv.install(PACK)
    assert {"migrateops", "migrateops-duckdb", "duckdb", "duckdb-sqlalchemy"} <= {*venv.installed()}
    tests = tmp_path / "tests"
    tests.mkdir()
    for name, text in files_of(PAGE.read_text(encoding="utf-8")).items():
        (tests / name).write_text(text, encoding="utf-8")
    options = ("-q", "-p", "no:cacheprovider", "-W", "error", tests)
    done = execute(venv.python, "-m", "pytest", *options, cwd=tmp_path)
    counted = re.fullmatch(r"(\d+) passed in .*", done.stdout.splitlines()[-1])
    assert counted is not None, done.stdout
    # Each example more than once: run, taken back, and written.
    assert int(counted[1]) > 200
