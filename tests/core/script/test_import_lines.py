"""The imports of a script are in the order in which people's tools put them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrateops.config import Config
from migrateops.script.template import import_lines, render

OURS = ("from collections.abc import Sequence", "import sqlalchemy as sa", "from migrateops import op")


STANDARD, SQLALCHEMY, OP = OURS


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], [STANDARD, "", SQLALCHEMY, OP]),
        (
            ["from sqlalchemy.dialects import mysql", "import uuid", "import shop.types", "import datetime"],
            [
                "import datetime",
                "import uuid",
                STANDARD,
                "",
                "import shop.types",
                SQLALCHEMY,
                OP,
                "from sqlalchemy.dialects import mysql",
            ],
        ),
        (
            [SQLALCHEMY, "import Zoo", "import ape"],
            [STANDARD, "", "import ape", SQLALCHEMY, "import Zoo", OP],
        ),
        (["if True:", "    import x"], [STANDARD, "", SQLALCHEMY, OP, "if True:", "    import x"]),
    ],
    ids=["none", "of all kinds", "cases", "no import"],
)
def test_they_are_sorted(more: list[str], expected: list[str]) -> None:
    assert import_lines("\n".join(more), *OURS).split("\n") == expected


@pytest.mark.parametrize("template", ["plain", "generic", "async", "multidb"])
def test_a_linter_has_nothing_to_say(tmp_path: Path, template: str) -> None:
    path = Path(Config().get_template_directory(), template, "script.py.mako")
    config = SimpleNamespace(database_names=["shop", "stock"], config_ini_section="")
    text = render(
        str(path),
        {
            "message": "m",
            "up_revision": "a",
            "down_revision": None,
            "branch_labels": None,
            "depends_on": None,
            "create_date": "now",
            "comma": str,
            "requires_plugins": {},
            "import_lines": import_lines,
            "imports": "import datetime\nfrom sqlalchemy.dialects import postgresql",
            "upgrades": "pass",
            "downgrades": "pass",
            "config": config,
        },
    )
    script = tmp_path / "script.py"
    script.write_text(text)
    words = ["-m", "ruff", "check", "--isolated", "--select", "I", str(script)]
    found = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "All checks passed!\n")
