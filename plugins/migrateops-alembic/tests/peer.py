"""The real Alembic in an environment of its own, and projects that ship their history in their wheel."""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from tests.processes import run_module

PEER = "alembic==1.20.1"
DRIVERS = ("SQLAlchemy", "psycopg", "psycopg-binary", "PyMySQL", "aiosqlite", "asyncpg", "greenlet")
IMPORTED = ("sqlalchemy.dialects.sqlite", "alembic.config", "alembic.autogenerate")
CACHE = Path(__file__).resolve().parents[3] / ".venv" / "peer"


@dataclass(frozen=True)
class Published:
    """A distribution whose wheel has an Alembic history.

    Attributes:
        package: Its name and pinned version.
        versions: The directory of the scripts in the wheel.
        inert: Packages that scripts import, and that need do nothing.
        python: The Python version that the wheel is asked for.
    """

    package: str
    versions: str
    inert: tuple[str, ...] = ()
    python: str | None = None

    def __str__(self) -> str:
        return self.package.partition("=")[0]


PLACEMENT = Published("openstack-placement==16.0.0", "placement/db/sqlalchemy/alembic/versions")
ARGILLA = Published("argilla-server==2.8.0", "argilla_server/alembic/versions")
AIM = Published("aim==3.29.1", "aim/web/migrations/versions", python="3.12")
ANITYA = Published("anitya==2.3.0", "anitya/db/migrations/versions", inert=("anitya", "arrow"))

_INERT = """
class Anything:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args, **kw):
        return self

    def __iter__(self):
        return iter(())


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Anything()
"""


@cache
def python() -> Path:
    """Make the environment of the real one if it is not there as wanted, and return its interpreter."""
    directory = CACHE / "environment"
    interpreter = directory / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = [PEER, *(f"{name}=={version(name)}" for name in DRIVERS)]
    stamp = directory / "stamp"
    state = "\n".join([sys.version, *wanted])
    with _alone():
        if not (stamp.exists() and stamp.read_text() == state):
            subprocess.run([sys.executable, "-m", "venv", "--clear", directory], check=True)
            _pip(interpreter, "install", *wanted)
            stamp.write_text(state)
    return interpreter


@contextmanager
def _alone() -> Iterator[None]:
    """Have no other process of the tests fill the cache meanwhile."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _pip(interpreter: Path, *arguments: str) -> None:
    command = [interpreter, "-m", "pip", "-q", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


def wheel(published: Published) -> Path:
    """Return the wheel, downloaded once."""
    directory, interpreter = CACHE / "wheels" / published.package, python()
    with _alone():
        if not any(directory.glob("*.whl")):
            more = [] if published.python is None else ["--python-version", published.python]
            _pip(
                interpreter, "download", "--no-deps", "--only-binary", ":all:", *more, "-d", str(directory),
                published.package,
            )  # fmt: skip
    return next(directory.glob("*.whl"))


def lay_out(published: Published, root: Path) -> None:
    """Put the scripts into ``migrations/versions`` below *root*, and inert packages beside it."""
    target = root / "migrations" / "versions"
    imported = set(published.inert)
    with zipfile.ZipFile(wheel(published)) as archive:
        for name in archive.namelist():
            if name.startswith(f"{published.versions}/") and name.endswith(".py"):
                text = archive.read(name).decode()
                (target / Path(name).name).write_text(text)
                imported.update(re.findall(r"^(?:from|import) ([\w.]+)", text, re.MULTILINE))
    for module in imported:
        parts = module.split(".")
        if parts[0] in published.inert:
            for end in range(1, len(parts) + 1):
                package = root.joinpath(*parts[:end])
                package.mkdir(exist_ok=True)
                (package / "__init__.py").write_text(_INERT)


def run_peer(module: str, *words: str, root: Path, path: str = "") -> subprocess.CompletedProcess[str]:
    """Run a module in *root*, in the environment of the real one."""
    return run_module(
        module, *words, cwd=root, environment={"PYTHONPATH": path}, python=python(), libraries=IMPORTED
    )


def peer(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real one in *root*."""
    return run_peer("alembic", *arguments, root=root)


def ours(root: Path, *arguments: str) -> str:
    """Run the program in *root*, in a process of its own: what it imports is made for the alias."""
    found = run_module("migrateops", *arguments, cwd=root)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def statements(sql: str) -> list[str]:
    """Return the statements of a script in one spelling of blanks.

    The indexes of one table come in any order from the real one, which keeps them in a set.
    """
    text = re.sub(r"^--.*$", "", sql, flags=re.MULTILINE)
    found = [" ".join(part.split()) for part in text.split(";") if part.strip()]
    ordered: list[str] = []
    indexes: list[str] = []
    for one in [*found, ""]:
        if re.match(r"CREATE (UNIQUE )?INDEX", one):
            indexes.append(one)
        else:
            ordered += [*sorted(indexes), one]
            indexes = []
    return ordered[:-1]


EXTENSIONS = ("alembic_utils==0.8.8", "alembic-postgresql-enum==1.11.0", "flupy==1.2.5", "parse==1.22.4")
APPLICATIONS = (
    "Flask-Migrate==4.1.0",
    "Flask-SQLAlchemy==3.1.1",
    "Flask==3.1.3",
    "Werkzeug==3.1.9",
    "Jinja2==3.1.6",
    "itsdangerous==2.2.0",
    "blinker==1.9.0",
    "pytest-alembic==0.13.1",
    f"click=={version('click')}",
)


def extensions() -> Path:
    """Return a directory with libraries that extend Alembic, without Alembic itself; filled once."""
    return _filled("extensions", EXTENSIONS)


def applications() -> Path:
    """Return a directory with libraries that call Alembic, without Alembic itself; filled once."""
    return _filled("applications", APPLICATIONS)


@cache
def _filled(name: str, wanted: tuple[str, ...]) -> Path:
    directory = CACHE / name
    stamp, interpreter = directory / "stamp", python()
    with _alone():
        if not (stamp.exists() and stamp.read_text() == str(wanted)):
            _pip(interpreter, "install", "--upgrade", "--no-deps", "--target", str(directory), *wanted)
            stamp.write_text(str(wanted))
    return directory
