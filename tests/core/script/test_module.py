"""Executing migration files, and reading their headers where the text does not tell."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from migrateops.current import headers_only
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.scripts import (
    BadHeaderValue,
    FunctionNotCalled,
    MissingFunction,
    NoRevisionHeader,
    ScriptImportError,
    ScriptSyntaxError,
)
from migrateops.script.module import (
    REGISTRATIONS,
    direction_of,
    load_script,
    read_header,
    run_file,
)


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    # Scripts of other tests stay as long as their directories do.
    for name in left_behind():
        del sys.modules[name]
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("migrateops_revision_"):
            del sys.modules[name]


def write(tmp_path: Path, text: str, name: str = "a1.py") -> str:
    path = tmp_path / name
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return str(path)


def left_behind() -> list[str]:
    return [name for name in sys.modules if name.startswith(("migrateops_revision_", "migrateops_env"))]


def test_load(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1\ndef upgrade(): return 5\n")
    record = object()
    module = load_script(path, revision="a1", registrations=record)
    assert sys.modules[module.__name__] is module
    assert module.__name__.startswith("migrateops_revision_a1")
    assert module.__file__ == path
    assert getattr(module, REGISTRATIONS) is record
    assert direction_of(module, "upgrade")() == 5
    with pytest.raises(MissingFunction) as caught:
        direction_of(module, "downgrade")
    assert (caught.value.path, caught.value.function) == (path, "downgrade")


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        ("async def upgrade(): pass", "a coroutine function"),
        ("def upgrade(): yield", "a generator function"),
        ("async def upgrade(): yield", "an asynchronous generator function"),
    ],
)
def test_a_function_of_which_a_call_runs_nothing(tmp_path: Path, definition: str, kind: str) -> None:
    path = write(tmp_path, f"{definition}\ndef downgrade(): return 5\n")
    module = load_script(path)
    with pytest.raises(FunctionNotCalled) as caught:
        direction_of(module, "upgrade")
    assert (caught.value.code, caught.value.path) == ("MO259", path)
    assert (caught.value.function, caught.value.kind) == ("upgrade", kind)
    assert direction_of(module, "downgrade")() == 5


def test_a_coroutine_function_that_is_wrapped_is_called(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        import asyncio, functools

        def run(function):
            @functools.wraps(function)
            def called():
                return asyncio.run(function())
            return called

        @run
        async def upgrade():
            return 5
        """,
    )
    assert direction_of(load_script(path), "upgrade")() == 5


def test_each_load_is_a_module_of_its_own(tmp_path: Path) -> None:
    path = write(tmp_path, "items = []\n")
    first, second = load_script(path), load_script(path)
    assert first is not second
    assert first.__name__ != second.__name__
    assert first.items is not second.items


def test_bytecode_is_cached(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1\n")
    code = "import sys; from migrateops.script.module import load_script; load_script(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, path], check=True, env=_environment())
    assert [file.suffix for file in (tmp_path / "__pycache__").iterdir()] == [".pyc"]


def _environment() -> dict[str, str]:
    import os

    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def test_data_classes_with_postponed_annotations(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        from __future__ import annotations
        from dataclasses import dataclass, fields
        from typing import ClassVar

        @dataclass
        class Row:
            kept: ClassVar[int] = 1
            x: int = 0

        def upgrade():
            @dataclass
            class Inner:
                kept: ClassVar[int] = 1
                y: int = 0
            return [field.name for cls in (Row, Inner) for field in fields(cls)]
        """,
    )
    assert direction_of(load_script(path), "upgrade")() == ["x", "y"]


def test_syntax_error(tmp_path: Path) -> None:
    path = write(tmp_path, "x = 1\ndef upgrade(:\n")
    with pytest.raises(ScriptSyntaxError) as caught:
        load_script(path)
    assert (caught.value.path, caught.value.line) == (path, 2)
    assert not left_behind()


def test_error_at_import(tmp_path: Path) -> None:
    path = write(tmp_path, "\nimport nothing_of_this_name\n")
    with pytest.raises(ScriptImportError) as caught:
        load_script(path)
    assert (caught.value.path, caught.value.line) == (path, 2)
    assert caught.value.exception == "ModuleNotFoundError"
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)
    assert not left_behind()


def test_a_syntax_error_elsewhere_is_an_error_at_import(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "def (\n", "broken_neighbour.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ScriptImportError) as caught:
        load_script(write(tmp_path, "import broken_neighbour\n"))
    assert caught.value.exception == "SyntaxError"


def test_our_own_errors_pass(tmp_path: Path) -> None:
    path = write(
        tmp_path, "from migrateops.errors.scripts import NoRevisionHeader\nraise NoRevisionHeader('other')\n"
    )
    with pytest.raises(NoRevisionHeader) as caught:
        load_script(path)
    assert caught.value.path == "other"
    assert len(caught.value.notes) == 1


def test_run_file_lets_exceptions_pass(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        run_file(write(tmp_path, "1 / 0\n", "env.py"), "migrateops_env")
    with pytest.raises(ScriptSyntaxError):
        # Of another length: bytecode of the same second and length would be taken for its own.
        run_file(write(tmp_path, "def upgrade(\n", "env.py"), "migrateops_env")
    assert not left_behind()


def test_run_file_is_fresh_each_time(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"import sys\nassert '__seen' not in globals()\n__seen = 1\n{REGISTRATIONS}.append(__name__)\n",
        "env.py",
    )
    record: list[str] = []
    run_file(path, "migrateops_env", registrations=record)
    run_file(path, "migrateops_env", registrations=record)
    assert record == ["migrateops_env", "migrateops_env"]


# ------------------------------------------------------------------------------------ headers


def test_a_literal_header_executes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "revision = 'a1'\ndown_revision = None\nraise SystemExit\n")
    assert read_header(path).revision == "a1"


def test_a_computed_header_executes_the_file_for_its_header(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        """
        from migrateops.current import headers_only
        import sys
        sys.header_mode = headers_only.get()
        revision = "a" + "1"
        down_revision = ("b" + "1",)
        """,
    )
    header = read_header(path)
    assert (header.revision, header.down_revision) == ("a1", "b1")
    assert sys.__dict__.pop("header_mode") is True
    assert headers_only.get() is False
    assert not left_behind()


def test_executing_for_the_header_registers_nothing_in_the_process(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"""
        import sys
        sys.header_record = {REGISTRATIONS}
        revision = "a" + "1"
        """,
    )
    read_header(path)
    from migrateops.operations.registry import Registrations

    assert isinstance(sys.__dict__.pop("header_record"), Registrations)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x = 1\n", NoRevisionHeader),
        ("revision = 5\n", BadHeaderValue),
        ("revision = 'a'\ndown_revision = 5\n", BadHeaderValue),
        ("revision = 'a' + 1\n", ScriptImportError),
        ("def (\n", ScriptSyntaxError),
    ],
)
def test_bad_headers(tmp_path: Path, text: str, error: type[MigrateOpsError]) -> None:
    with pytest.raises(error) as caught:
        read_header(write(tmp_path, text))
    assert vars(caught.value)["path"] == str(tmp_path / "a1.py")


def test_the_id_of_a_very_old_script_is_its_name(tmp_path: Path) -> None:
    header = read_header(write(tmp_path, "down_revision = None\n", "4c0ffee.py"))
    assert header.revision == "4c0ffee"
    with pytest.raises(NoRevisionHeader):
        read_header(write(tmp_path, "down_revision = None\n", "named.py"))


def test_encodings(tmp_path: Path) -> None:
    path = tmp_path / "a1.py"
    path.write_bytes("# -*- coding: latin-1 -*-\n'''gr\xfc\xdfe'''\nrevision = 'a1'\n".encode("latin-1"))
    assert read_header(str(path)).doc == "gr\xfc\xdfe"
    path.write_bytes(b"\xef\xbb\xbf'''x'''\r\nrevision = 'a1'\r\n")
    assert read_header(str(path)).doc == "x"
    path.write_bytes(b"'''\xff'''\nrevision = 'a1'\n")
    with pytest.raises(ScriptSyntaxError):
        read_header(str(path))
