"""Run mypy and pyright on a file as a user of the package does."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[2] / "core" / "src"
EXPECTED = re.compile(r"#! (.+)$")


def expected(source: str) -> dict[int, str]:
    """Return the lines that end in ``#! <pattern>``: each must have an error whose text has it."""
    found = {}
    for number, line in enumerate(source.splitlines(), 1):
        match = EXPECTED.search(line)
        if match is not None:
            found[number] = match[1]
    return found


def mypy(directory: Path, path: Path, paths: tuple[Path, ...] = ()) -> dict[int, str]:
    """Return the errors of ``mypy --strict`` by line."""
    result = _run(
        directory,
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--no-error-summary",
            "--hide-error-context",
            "--config-file=",
        ],
        path,
        {"MYPYPATH": os.pathsep.join(map(str, (*paths, CORE)))},
    )
    errors: dict[int, str] = {}
    for line in result.stdout.splitlines():
        match = re.fullmatch(r".+?:(\d+): error: (.+)", line)
        if match is not None:
            errors[int(match[1])] = errors.get(int(match[1]), "") + match[2]
    assert result.returncode == bool(errors), result.stdout + result.stderr
    return errors


def pyright(directory: Path, path: Path, paths: tuple[Path, ...] = ()) -> dict[int, str]:
    """Return the errors of pyright by line."""
    settings = {"extraPaths": [str(CORE)], "typeCheckingMode": "strict", "reportUnknownMemberType": False}
    settings["venvPath"], settings["venv"] = str(Path(sys.prefix).parent), Path(sys.prefix).name
    (directory / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    result = _run(directory, [sys.executable, "-m", "pyright", "--outputjson"], path, {})
    errors: dict[int, str] = {}
    found = json.loads(result.stdout)
    for one in found["generalDiagnostics"]:
        if one["severity"] == "error":
            line = one["range"]["start"]["line"] + 1
            errors[line] = errors.get(line, "") + one["message"]
    assert found["summary"]["filesAnalyzed"] == 1
    return errors


def _run(
    directory: Path, command: list[str], path: Path, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, str(path)],
        cwd=directory,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


CHECKERS = [pytest.param(mypy, id="mypy"), pytest.param(pyright, id="pyright")]
