"""The lists in the root pyproject.toml that have to name every distribution do."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.structure.tree import ROOT, sources

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MEMBERS = [
    "core",
    *(path.parent.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("plugins/*/pyproject.toml"))),
]


def test_every_member_is_type_checked() -> None:
    assert sorted(PROJECT["tool"]["mypy"]["mypy_path"]) == sorted(
        f"$MYPY_CONFIG_FILE_DIR/{member}/src" for member in MEMBERS
    )


def test_every_member_is_a_dependency_of_the_workspace() -> None:
    names = sorted(
        tomllib.loads((ROOT / member / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
        for member in MEMBERS
    )
    assert sorted(PROJECT["project"]["dependencies"]) == names
    assert sorted(PROJECT["tool"]["uv"]["sources"]) == names


def test_every_member_is_complete() -> None:
    wanted = ["README.md", "pyproject.toml", "src"]
    assert [
        f"{member}/{name}" for member in MEMBERS for name in wanted if not (ROOT / member / name).exists()
    ] == []
    packages = {member: sources(ROOT / member / "src", "py.typed") for member in MEMBERS}
    assert [member for member, found in packages.items() if not found] == []


def test_the_lock_file_stays_out() -> None:
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_core_has_the_licence_of_the_repository() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert (ROOT / "core" / "LICENSE").read_text(encoding="utf-8") == text
