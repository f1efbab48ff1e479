"""The environment that both tools are measured in: one interpreter, one SQLAlchemy, the peer pinned."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEER = "alembic==1.20.1"
DIRECTORY = ROOT / ".venv" / "bench"


def child_environment() -> dict[str, str]:
    """Return this process's environment, less what would make every run compile every file again."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH") and not name.startswith("MIGRATEOPS_")
    }


def python() -> Path:
    """Make the environment if it is not there as wanted, and return its interpreter."""
    interpreter = DIRECTORY / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    plugins = ("migrateops-alembic", "migrateops-postgresql")
    members = [ROOT / "core", *(ROOT / "plugins" / name for name in plugins)]
    wanted = [PEER, *(f"{name}=={version(name)}" for name in ("SQLAlchemy", "psycopg", "psycopg-binary"))]
    for member in members:
        wanted += ["-e", str(member)]
    texts = [(member / "pyproject.toml").read_text() for member in members]
    state = "\n".join([sys.version, *wanted, *texts])
    stamp = DIRECTORY / "bench-stamp"
    if not (stamp.exists() and stamp.read_text() == state):
        print(f"making {DIRECTORY.relative_to(ROOT)} with {PEER}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", DIRECTORY], check=True)
        pip = [str(interpreter), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted], check=True)
        stamp.write_text(state)
    return interpreter
