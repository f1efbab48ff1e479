"""The directives that ``migrateops_sequences`` exports for type-checked scripts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

import migrateops_sequences
from migrateops.errors.operations import NoEnvironment, UsageError
from migrateops.operations import Operations
from migrateops.plugins import PluginPolicy, Plugins
from migrateops.revisions.survey import survey
from migrateops_sequences import alter_sequence, create_sequence, drop_sequence


def test_they_are_those_of_op(offline: Callable[[str], Any]) -> None:
    stream = offline("postgresql")
    with Operations.context(stream.op.get_context()):
        create_sequence("s", start=5)
        alter_sequence("s", cache=2)
        drop_sequence("s")
        with pytest.raises(UsageError):
            create_sequence("s", begin=5)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    assert stream.text.split("\n\n")[:3] == [
        "CREATE SEQUENCE s START WITH 5;",
        "ALTER SEQUENCE s CACHE 2;",
        "DROP SEQUENCE s;",
    ]


def test_outside_of_a_migration() -> None:
    with pytest.raises(NoEnvironment):
        create_sequence("s")


def test_other_names() -> None:
    with pytest.raises(AttributeError):
        getattr(migrateops_sequences, "rename_sequence")  # noqa: B009


def test_the_check_before_a_run_knows_them() -> None:
    plugins = Plugins(PluginPolicy())
    plugins.start()
    script = "from migrateops_sequences import create_sequence\n\ndef upgrade():\n    create_sequence('s')\n"
    (call,) = survey(script, "upgrade", plugins.op_modules).calls
    assert (call.name, call.unconditional) == ("create_sequence", True)


def test_hooks_import_no_sqlalchemy() -> None:
    code = "import sys, migrateops_sequences.hooks; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
