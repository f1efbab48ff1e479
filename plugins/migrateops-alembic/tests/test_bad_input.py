"""Broken projects: an error with a code, the file and the line; nothing is changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

TABLE = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'


def contents(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path): path.read_bytes() for path in found if not path.name.endswith("-lock")}


def failed(project: Any, *arguments: str) -> str:
    """Run the program, which has to fail with one coded error, and return what it says."""
    before = contents(project.root)
    text: str = project.run(*arguments, status=1).err
    assert "error[" in text
    assert "Traceback" not in text
    assert "internal error" not in text
    after = contents(project.root)
    assert {name: data for name, data in after.items() if data or name in before} == before
    return text


@pytest.mark.parametrize("line", ["from alembic.util import _nothing", "from alembic.ddl._autogen import x"])
def test_a_script_with_a_private_import(project: Any, line: str) -> None:
    project.revision("aa1", TABLE)
    project.revision("bb2", "pass", imports=line)
    text = failed(project, "upgrade", "head")
    assert "AL102" in text
    assert "bb2_.py:4" in text


def test_a_private_name_asked_for_in_a_script(project: Any) -> None:
    project.revision("aa1", "util._nothing()", imports="from alembic import util")
    text = failed(project, "upgrade", "head")
    assert "AL101" in text
    assert "aa1_.py:10" in text


def test_a_broken_env_py(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.write("migrations/env.py", "from alembic import context\n\nnothing.at_all\n")
    text = failed(project, "upgrade", "head")
    assert "env.py', line 3: NameError" in text
    project.write("migrations/env.py", "def (:\n")
    assert "env.py:1" in failed(project, "upgrade", "head")
    project.write("migrations/env.py", "import os\nfrom alembic.runtime import _nothing\n")
    text = failed(project, "upgrade", "head")
    assert "AL102" in text
    assert "env.py:2" in text


def test_a_wrong_section(project: Any) -> None:
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("[alembic]", "[alembik]"))
    assert "no 'alembic' in 'alembic.ini'; it has 'alembik'" in failed(project, "upgrade", "head")
    project.write("alembic.ini", text)
    assert "no 'nowhere' in 'alembic.ini'" in failed(project, "-n", "nowhere", "upgrade", "head")
    line = len(text.splitlines()) + 2
    project.write("alembic.ini", text + "\nno section and no key\n")
    assert f"'alembic.ini' cannot be parsed, line {line}" in failed(project, "heads")


def test_an_unknown_revision_in_the_version_table(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.run("upgrade", "head")
    (project.root / "migrations" / "versions" / "aa1_.py").unlink()
    project._last = None
    project.revision("bb2", "pass")
    text = failed(project, "upgrade", "head")
    assert "'sqlite:///app.db' is at revision 'aa1'" in text
    assert "migrations/versions' has that id" in text
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]


def test_an_extension_that_does_not_fit(project: Any) -> None:
    project.write(
        "extension.py", "import alembic\nfrom alembic.autogenerate.compare import _compare_tables\n"
    )
    project.revision("aa1", "pass", imports="import extension")
    try:
        text = failed(project, "upgrade", "head")
    finally:
        import sys

        sys.modules.pop("extension", None)
    assert "AL102" in text
    assert "'_compare_tables'" in text
    assert "extension.py:2" in text
    assert "aa1_.py" in text
