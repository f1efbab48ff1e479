"""Clean virtual environments, and the wheels of every distribution, built once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DISTRIBUTIONS = [ROOT / "core", *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]

# uv where there is one: beside the interpreter, or on the path.
_UV = shutil.which("uv", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
_BIN = "Scripts" if os.name == "nt" else "bin"
# Nothing of the checkout may reach what is tested.
_HIDDEN = ("PYTHONPATH", "VIRTUAL_ENV", "MIGRATEOPS_URL", "MIGRATEOPS_CONFIG", "MIGRATEOPS_PLUGINS")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "install: makes virtual environments and installs into them")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("install")


def execute(*argv: str | os.PathLike[str], cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program with the checkout out of sight."""
    environ = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
    done = subprocess.run(
        argv, cwd=cwd, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    if check and done.returncode:
        pytest.fail(f"{argv} ended with {done.returncode}\n{done.stdout}{done.stderr}", pytrace=False)
    return done


@dataclass
class Venv:
    """A virtual environment of its own, in which nothing is installed at first."""

    path: Path

    @property
    def python(self) -> Path:
        return self.path / _BIN / "python"

    @property
    def command(self) -> Path:
        """The ``migrateops`` script."""
        return self.path / _BIN / "migrateops"

    def install(self, *what: str | os.PathLike[str]) -> None:
        if _UV is not None:
            options = ("--quiet", "--compile-bytecode", "--python", self.python)
            execute(_UV, "pip", "install", *options, *what, cwd=self.path)
        else:
            pip = (sys.executable, "-m", "pip", "--python", self.python, "--disable-pip-version-check")
            execute(*pip, "install", "--quiet", *what, cwd=self.path)

    def installed(self) -> dict[str, str]:
        """Return the versions of what is installed, by name."""
        listed = "{d.name: d.version for d in importlib.metadata.distributions()}"
        code = f"import importlib.metadata, json; print(json.dumps({listed}))"
        found: dict[str, str] = json.loads(execute(self.python, "-c", code, cwd=self.path).stdout)
        return found

    def migrateops(self, *argv: str, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run the installed command in a directory."""
        return execute(self.command, *argv, cwd=cwd, check=check)


@pytest.fixture(scope="session")
def clean_venv(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Venv]:
    """Make a virtual environment with this Python."""

    def make() -> Venv:
        path = tmp_path_factory.mktemp("venv") / "venv"
        if _UV is not None:
            execute(_UV, "venv", "--quiet", "--python", sys.executable, path, cwd=path.parent)
        else:
            # The pip of this environment installs into it: to put one into each takes longer than to use it.
            execute(sys.executable, "-m", "venv", "--without-pip", path, cwd=path.parent)
        return Venv(path)

    return make


@pytest.fixture(scope="session")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Build the wheel of each distribution, by the name of its directory."""
    place = tmp_path_factory.mktemp("wheels")
    built = {}
    for source in DISTRIBUTIONS:
        out = place / source.name
        # In this environment, which has the build backend: nothing is downloaded.
        build = (sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", out)
        execute(*build, cwd=source)
        (built[source.name],) = out.glob("*.whl")
    return built
