"""What is said where code of the project's own raises, and how to see where."""

from __future__ import annotations

from typing import Any

import pytest

from tests.project import Project

MODELS = """
from sqlalchemy import Column, Integer, MetaData, Table

metadata = MetaData()
Table("t", metadata, Column("id", Integer, primary_key=True))
"""
FILTER = {"include_object": "shop:include", "models": "shop:metadata"}
FAILS = "    int('x')\n"


@pytest.mark.parametrize(
    ("code", "settings", "source"),
    [
        ("MO112", FILTER, "if True:\n"),
        ("MO114", {"url": {"call": "shop:database"}}, "def database():\n"),
        ("MO270", {}, "if True:\n"),
        ("MO342", FILTER, f"{MODELS}\ndef include(*_):\n"),
    ],
)
def test_functions_and_modules_of_a_project(
    project: Project, code: str, settings: dict[str, Any], source: str
) -> None:
    project.configure(prepend_sys_path=["."], **settings)
    project.write("migrations/env.py" if code == "MO270" else "shop.py", f"{source}{FAILS}")
    check(project, code, "check" if code == "MO342" else "upgrade")


@pytest.mark.parametrize(("code", "before"), [("MO440", "def upgrade():\n"), ("MO242", "if True:\n")])
def test_scripts(project: Project, code: str, before: str) -> None:
    header = "revision = 'aa1'\ndown_revision = None\n"
    project.write("migrations/versions/aa1.py", f"{header}{before}{FAILS}")
    check(project, code, "upgrade")


def test_callbacks(project: Project) -> None:
    project.configure(prepend_sys_path=["."], on_version_apply=["shop:noted"])
    project.write("shop.py", f"def noted(**_):\n{FAILS}")
    project.revision("aa1")
    check(project, "MO440", "upgrade")
    stderr = project.run("upgrade", check=False).stderr
    assert "  while: calling 'noted' of on_version_apply\n" in stderr


def check(project: Project, code: str, command: str) -> None:
    """Assert that the hint names the option that shows the line, and that it does."""
    result = project.run(command, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(f"error[{code}]: ")
    assert result.stderr.endswith("; --debug shows the traceback\n")
    assert "Traceback" not in result.stderr
    assert f"\n{FAILS}" in project.run(command, "--debug", check=False).stderr
