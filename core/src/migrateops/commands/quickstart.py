"""``quickstart``: make a small project and do the daily work on it, with the real commands."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrateops import errors
from migrateops.commands.running import project_plugins
from migrateops.config import Config
from migrateops.plugins.discovery import DIALECTS, OPERATIONS

_FILES = Path(__file__).resolve().parent.parent / "templates" / "quickstart"
# Set for the user's own project, not for this one.
_NOT_OURS = ("MIGRATEOPS_CONFIG", "MIGRATEOPS_URL")


@dataclass(frozen=True)
class Told:
    """Something said between the commands."""

    text: str


@dataclass(frozen=True)
class Ran:
    """A command that was run in the directory.

    Attributes:
        command: The command line, as a person types it.
        output: All it printed.
        status: Its exit status.
    """

    command: str
    output: str
    status: int


def quickstart(directory: str = "shop") -> Iterator[Told | Ran]:
    """Make a project in *directory* and yield what is done with it, step by step; the project stays.

    Raises:
        DirectoryNotEmpty: There is something at *directory*.
        QuickstartFailed: A command failed that has no reason to.
    """
    root = Path(directory)
    if root.exists() and not (root.is_dir() and not any(root.iterdir())):
        raise errors.commands.DirectoryNotEmpty(directory)
    root.mkdir(parents=True, exist_ok=True)

    yield Told(
        f"A small shop in {directory!r}: models.py has two models, migrateops.toml says where what is."
    )
    _write(root / "models.py", "models.py")
    _write(root / "migrateops.toml", "migrateops.toml")
    yield _run(root, "init")

    yield Told("The database is empty. What do the models have that it has not?")
    yield _run(root, "revision", "--autogenerate", "-m", "customers and purchases")
    yield _run(root, "upgrade", "head")

    yield Told(
        "Customers get an e-mail address: a line more in models.py. The difference is the next script."
    )
    _write(root / "models.py", "models_with_email.py")
    yield _run(root, "revision", "--autogenerate", "-m", "email of customers")
    yield _run(root, "upgrade", "head")
    yield _run(root, "history")
    yield _run(root, "current")

    yield Told("One back, and forward again.")
    yield _run(root, "downgrade", "-1")
    yield _run(root, "upgrade", "head")

    yield from _with_a_plugin(root) if _has_plugins(root) else _with_core(root)
    yield _run(root, "upgrade", "head")

    yield Told(
        f"The project is yours to play with:\n"
        f"\n"
        f"    cd {shlex.quote(directory)}\n"
        f"    change a model in models.py\n"
        f'    migrateops revision --autogenerate -m "what has changed"\n'
        f"    migrateops upgrade head\n"
        f"    migrateops --help"
    )


def _with_a_plugin(root: Path) -> Iterator[Told | Ran]:
    yield Told(
        "A script by hand. op.create_sequence comes from a plugin, migrateops-sequences. 'production' is\n"
        "another database in migrateops.toml, and has sequences. With --sql the SQL is printed, not sent."
    )
    yield _run(root, "revision", "-m", "numbers of purchases")
    _fill_in(_script(root, "numbers_of_purchases"), "purchase_numbers.py")
    yield _run(root, "-n", "production", "upgrade", "head-1:head", "--sql")


def _with_core(root: Path) -> Iterator[Told | Ran]:
    yield Told(
        "A script by hand, with an index and a change of rows. With --sql the SQL is printed, not sent.\n"
        "Other databases and more operations come with plugins: after `pip install migrateops-sequences`,\n"
        "a script has op.create_sequence()."
    )
    yield _run(root, "revision", "-m", "purchases by customer")
    _fill_in(_script(root, "purchases_by_customer"), "purchases_by_customer.py")
    yield _run(root, "upgrade", "head-1:head", "--sql")


def _has_plugins(root: Path) -> bool:
    """Say whether the operation of a plugin, and the database that it is shown for, can be used here."""
    config = Config(root / "migrateops.toml")
    plugins = project_plugins(config)
    dialect = (config.settings.databases["production"].url or "").partition("+")[0]
    return None not in (plugins.choose(OPERATIONS, "create_sequence"), plugins.choose(DIALECTS, dialect))


def _write(target: Path, name: str) -> None:
    target.write_text((_FILES / name).read_text(encoding="utf-8"), encoding="utf-8")


def _script(root: Path, slug: str) -> Path:
    return next(root.glob(f"migrations/versions/*_{slug}.py"))


def _fill_in(script: Path, file: str) -> None:
    """Write ``upgrade()`` and ``downgrade()`` into an empty script."""
    start = "def upgrade()"
    head = script.read_text(encoding="utf-8").partition(start)[0]
    body = (_FILES / file).read_text(encoding="utf-8").partition(start)[2]
    script.write_text(f"{head}{start}{body}", encoding="utf-8")


def _run(root: Path, *words: str) -> Ran:
    """Run a command as its user does: in a process of its own, which sees the models as they are now."""
    line = shlex.join(["migrateops", *words])
    environment = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    done = subprocess.run(
        [sys.executable, "-m", "migrateops", *words],
        cwd=root,
        env={**environment, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        failed = errors.commands.QuickstartFailed(line, done.returncode)
        for text in reversed(done.stdout.splitlines()):
            failed.add_note(text)
        raise failed
    return Ran(line, done.stdout, done.returncode)
