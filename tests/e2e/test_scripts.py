"""Run each end-to-end script, and check that the runner sees a difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.script import matches, run_script

SCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_script(path: Path, tmp_path: Path) -> None:
    run_script(path, tmp_path)


def test_there_are_scripts() -> None:
    assert SCRIPTS


@pytest.mark.parametrize(
    ("printed", "expected", "same"),
    [
        ("a\n", "a\n", True),
        ("a\n", "b\n", False),
        ("a\nb\n", "a\n", False),
        ("", "", True),
        ("a 12 b\n", "a ... b\n", True),
        ("a\nb\n", "a...\n", False),
        ("a\nb\nc\n", "...\nc\n", True),
        ("c\n", "...\nc\n", True),
        ("[exit 1]\n", "", False),
    ],
)
def test_what_matches(printed: str, expected: str, same: bool) -> None:
    assert matches(printed, expected) is same


@pytest.mark.parametrize(
    ("commands", "passes"),
    [
        ("$ python show.py\nyes\n", True),
        ("$ python show.py\nno\n", False),
        ("$ python show.py\nyes\n[exit 3]\n", False),
        ("$ python -c 'import sys; sys.exit(3)'\n[exit 3]\n", True),
        ("$ python -c 'import sys; sys.exit(3)'\n", False),
        ("$ SAID=x python -c 'import os; print(os.environ[\"SAID\"])'\nx\n", True),
        ("", False),
    ],
)
def test_a_difference_fails(tmp_path: Path, commands: str, passes: bool) -> None:
    script = tmp_path / "script.txt"
    script.write_text(f"Prose.\n\n-- show.py --\nprint('yes')\n-- commands --\n{commands}")
    if passes:
        run_script(script, tmp_path)
    else:
        with pytest.raises(AssertionError):
            run_script(script, tmp_path)
