"""What the wheels hold, and that nothing else is needed."""

from __future__ import annotations

import email
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.install.conftest import DISTRIBUTIONS, ROOT, Venv, execute


@pytest.fixture(scope="module")
def venv(clean_venv: Callable[[], Venv], wheels: dict[str, Path]) -> Venv:
    """Every wheel of ours, and nothing of the checkout."""
    made = clean_venv()
    made.install(*wheels.values())
    return made


@pytest.mark.parametrize("source", DISTRIBUTIONS, ids=lambda path: path.name)
def test_a_wheel_holds_its_package_and_nothing_else(source: Path, wheels: dict[str, Path]) -> None:
    with zipfile.ZipFile(wheels[source.name]) as wheel:
        held = {name for name in wheel.namelist() if ".dist-info/" not in name}
        metadata = next(name for name in wheel.namelist() if name.endswith(".dist-info/METADATA"))
        headers = email.message_from_bytes(wheel.read(metadata))
        licences = [name for name in wheel.namelist() if "/licenses/" in name]
    (package,) = (source / "src").iterdir()
    files = (path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert held == {str(path.relative_to(source / "src")) for path in files}
    assert f"{package.name}/py.typed" in held
    assert licences
    assert headers["Requires-Python"] == ">=3.11"
    assert headers["License-Expression"] == "MIT"
    assert headers.get_payload()


def test_what_runs_is_what_was_installed(venv: Venv, tmp_path: Path) -> None:
    code = "import migrateops, sys; print(migrateops.__file__); print(*sys.path, sep='\\n')"
    file, *path = execute(venv.python, "-c", code, cwd=tmp_path).stdout.split("\n")
    assert Path(file).is_relative_to(venv.path)
    assert not [place for place in path if place and Path(place).is_relative_to(ROOT)]
    assert {"migrateops", "migrateops-postgresql", "migrateops-sequences"} <= {*venv.installed()}
    # None of the tools that develop it.
    assert not {"pytest", "mypy", "hatchling"} & {*venv.installed()}


def test_the_quickstart_runs(venv: Venv, tmp_path: Path) -> None:
    done = venv.migrateops("quickstart", "try", cwd=tmp_path)
    assert "CREATE SEQUENCE" in done.stdout
    root = tmp_path / "try"
    assert (root / "migrateops.toml").is_file()
    versions = [*(root / "migrations/versions").glob("*.py")]
    assert len(versions) >= 2
    # It is a project like any other, at its head.
    (head,) = venv.migrateops("heads", cwd=root).stdout.splitlines()
    assert venv.migrateops("current", cwd=root).stdout.split()[0] == head.split()[0]
    assert (
        "CREATE TABLE customer"
        in venv.migrateops("upgrade", "head", "--sql", "-n", "production", cwd=root).stdout
    )


def test_a_new_project_is_made_and_migrated(venv: Venv, tmp_path: Path) -> None:
    venv.migrateops("init", "migrations", cwd=tmp_path)
    url = f"sqlite:///{tmp_path / 'new.db'}"
    venv.migrateops("--url", url, "revision", "-m", "first", cwd=tmp_path)
    venv.migrateops("--url", url, "upgrade", "head", cwd=tmp_path)
    assert "first" in venv.migrateops("--url", url, "current", cwd=tmp_path).stdout
    assert (tmp_path / "new.db").is_file()


def test_plugins_are_found_by_their_metadata(venv: Venv, tmp_path: Path) -> None:
    listed = venv.migrateops("plugins", "list", cwd=tmp_path).stdout
    assert "migrateops-postgresql" in listed
    assert "migrateops-sequences" in listed
