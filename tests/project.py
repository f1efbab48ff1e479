"""A migration project in a temporary directory, and the two ways to run commands on it."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent, indent
from typing import Any

import pytest

from tests.processes import run_module

Result = subprocess.CompletedProcess[str]

_PREVIOUS = "the revision written before"


class Project:
    """A project directory: `migrateops.toml`, `migrations/versions/`, and an `env.py` only if asked for.

    The configuration starts as ``script_location`` and a ``url`` of a SQLite file in the directory.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings: dict[str, Any] = {
            "script_location": "migrations",
            "url": f"sqlite:///{root / 'app.db'}",
        }
        self._last: str | None = None
        (root / "migrations" / "versions").mkdir(parents=True, exist_ok=True)
        self.configure()

    @property
    def url(self) -> str:
        return str(self.settings["url"])

    def write(self, path: str, text: str) -> Path:
        """Write a file below the directory; the text is dedented."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return target

    def configure(self, **settings: Any) -> None:
        """Change the configuration: a value of None takes the key out, a dict is a table."""
        self.settings.update(settings)
        given = {key: value for key, value in self.settings.items() if value is not None}
        self.write("migrateops.toml", _toml(given))

    def env(self, source: str) -> Path:
        """Write ``migrations/env.py``."""
        return self.write("migrations/env.py", source)

    def revision(
        self,
        revision: str,
        down: str | Sequence[str] | None = _PREVIOUS,
        *,
        upgrade: str = "pass",
        downgrade: str = "pass",
        message: str = "",
        imports: str = "",
        directory: str = "migrations/versions",
        **header: Any,
    ) -> Path:
        """Write a revision file.

        Args:
            revision: Its id; the file is named after it.
            down: The id or ids it follows; left out, the one written before it here.
            upgrade: The body of ``upgrade()``.
            downgrade: The body of ``downgrade()``.
            message: The docstring; left out, the id.
            imports: Source put under the import of ``op`` and ``sa``.
            directory: Where, below the project directory.
            header: Further header names, such as ``branch_labels``, ``depends_on``, ``requires_plugins``.
        """
        if down == _PREVIOUS:
            down = self._last
        self._last = revision
        assigned = {"revision": revision, "down_revision": down, **header}
        parts = [
            f'"""{message or revision}"""\n',
            "import sqlalchemy as sa\n\nfrom migrateops import op",
            dedent(imports).strip("\n") + "\n",
            *(f"{name} = {value!r}" for name, value in assigned.items()),
            *(
                f"\n\ndef {name}():\n{indent(dedent(body).strip(chr(10)), '    ')}"
                for name, body in (("upgrade", upgrade), ("downgrade", downgrade))
            ),
        ]
        return self.write(f"{directory}/{revision}.py", "\n".join(parts) + "\n")

    def build(
        self,
        *,
        config: Mapping[str, Any] | None = None,
        env: str | None = None,
        revisions: Mapping[str, str | Mapping[str, Any]] | None = None,
        files: Mapping[str, str] | None = None,
    ) -> Project:
        """Write a whole project from data, and return it.

        Args:
            config: Changes to the configuration, as for `configure`.
            env: The source of ``env.py``; None for a project without one.
            revisions: By id, in order: the source of a whole file, or the arguments of `revision`.
            files: Any other files, by path.
        """
        self.configure(**(config or {}))
        if env is not None:
            self.env(env)
        for name, content in (revisions or {}).items():
            if isinstance(content, str):
                self.write(f"migrations/versions/{name}.py", content)
                self._last = name
            else:
                self.revision(name, **content)
        for path, text in (files or {}).items():
            self.write(path, text)
        return self

    def run(self, *argv: str, check: bool = True) -> Result:
        """Run a command in this process, inside the directory.

        Args:
            argv: The words after ``migrateops``.
            check: Fail the test if the exit status is not 0.
        """
        from migrateops.__main__ import main

        out, err = io.StringIO(), io.StringIO()
        with (
            contextlib.chdir(self.root),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                status = main(list(argv))
            except SystemExit as stop:
                status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        return _checked(Result(list(argv), status or 0, out.getvalue(), err.getvalue()), check)

    def cli(
        self,
        *argv: str,
        check: bool = True,
        env: Mapping[str, str] | None = None,
        input: str | None = None,
        timeout: float = 60,
        anew: bool = False,
    ) -> Result:
        """Run a command as a user does, in a process of its own.

        Args:
            argv: The words after ``migrateops``.
            check: Fail the test if the exit status is not 0.
            env: Environment variables to add.
            input: Text for its standard input.
            timeout: Seconds until it is killed and the test fails.
            anew: Start Python for it, so that several can run at once.
        """
        result = run_module(
            "migrateops", *argv, cwd=self.root, environment=env, input=input, timeout=timeout, anew=anew
        )
        return _checked(result, check)


def _checked(result: Result, check: bool) -> Result:
    if check and result.returncode:
        pytest.fail(
            f"migrateops {' '.join(result.args)}: exit status {result.returncode}\n"
            f"{result.stdout}{result.stderr}"
        )
    return result


def _toml(settings: Mapping[str, Any], prefix: str = "") -> str:
    tables = {key: value for key, value in settings.items() if isinstance(value, Mapping)}
    # JSON's scalars and lists of them are written the same way in TOML.
    lines = [f"{json.dumps(key)} = {json.dumps(settings[key])}" for key in settings if key not in tables]
    for key, value in tables.items():
        name = f"{prefix}{json.dumps(key)}"
        lines += [f"\n[{name}]", _toml(value, f"{name}.")]
    return "\n".join(lines) + "\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A `Project` in a directory of its own."""
    return Project(tmp_path / "project")
