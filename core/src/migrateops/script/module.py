# pathlib is not worth its import on the way to `heads`.
# ruff: noqa: PTH119
"""Executing one migration file, or ``env.py``, as a module of its own."""

from __future__ import annotations

import itertools
import os
import re
import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, SourceFileLoader, SourcelessFileLoader
from importlib.util import decode_source, module_from_spec, spec_from_file_location
from types import ModuleType, TracebackType
from typing import Any

from migrateops import errors
from migrateops.current import reading_headers
from migrateops.errors.base import MigrateOpsError
from migrateops.revisions.header import Header, header_of, scan

REGISTRATIONS = "__migrateops_registrations__"
"""The global in which an executed file finds the record of the environment that it is for."""

_numbers = itertools.count(2)
_HEXADECIMAL = r"[0-9a-f]+"
_O_BINARY = getattr(os, "O_BINARY", 0)
_PART = 8192
_COOKIE = rb"^[ \t\f]*#.*?coding[:=]"


def load_script(path: str, *, revision: str | None = None, registrations: Any = None) -> ModuleType:
    """Execute a migration file as a module of its own, using the interpreter's bytecode cache.

    The module is in ``sys.modules`` under its unique name, which data classes with postponed
    annotations need as long as the module is used; the caller removes it there.

    Args:
        path: A ``.py`` file, or a compiled one.
        revision: Its id, for the module's name.
        registrations: The record that takes what the file registers; None is the process's own.

    Raises:
        ScriptSyntaxError: It is not Python.
        ScriptImportError: It raised an exception, which is chained.
        MigrateOpsError: It raised one of our errors, which passes as it is.
    """
    module, spec = _new_module(f"migrateops_revision_{revision or _stem(path)}", path, registrations)
    try:
        _execute(module, spec)
    except BaseException as error:
        sys.modules.pop(module.__name__, None)
        if isinstance(error, MigrateOpsError):
            error.add_note(f"loading {path!r}")
            raise
        if not isinstance(error, Exception):
            raise
        raise _load_error(path, error) from error
    return module


def run_file(path: str, name: str, *, registrations: Any = None) -> None:
    """Execute a file such as ``env.py`` as a fresh module; its exceptions pass as they are.

    Args:
        path: The file.
        name: Of the module; made unique.
        registrations: The record that takes what the file registers.

    Raises:
        ScriptSyntaxError: It is not Python.
    """
    module, spec = _new_module(name, path, registrations)
    try:
        _execute(module, spec)
    except SyntaxError as error:
        if error.filename == path:
            raise _load_error(path, error) from error
        raise
    finally:
        sys.modules.pop(module.__name__, None)


def read_header(path: str) -> Header:
    """Return the header of a script; executes the file only if its text does not tell.

    Raises:
        NoRevisionHeader: It has none.
        BadHeaderValue: A value has the wrong type.
        ScriptSyntaxError: It is not Python.
        ScriptUnreadable: The operating system does not let it be read.
        ScriptImportError: It had to be executed, and raised an exception.
    """
    return scanned_header(path) or executed_header(path)


def scanned_header(path: str) -> Header | None:
    """Return the header of a script from its text, or None if only executing it can tell.

    Raises:
        ScriptSyntaxError: Its bytes are not text.
        ScriptUnreadable: The operating system does not let it be read.
    """
    return scan(_source(path)) if path.endswith(".py") else None


def executed_header(path: str) -> Header:
    """Return the header that a script has when it is executed; what it registers is dropped.

    Raises:
        NoRevisionHeader: It has none.
        BadHeaderValue: A value has the wrong type.
        ScriptSyntaxError: It is not Python.
        ScriptImportError: It raised an exception.
    """
    with _throwaway(path) as module:
        namespace = dict(vars(module))
        if namespace.get("revision") is None and "down_revision" in namespace:
            # Very old scripts have their id only in the file's name.
            stem = _stem(path)
            if re.fullmatch(_HEXADECIMAL, stem):
                namespace["revision"] = stem
        return header_of(namespace, path)


def direction_of(module: ModuleType, direction: str) -> Callable[..., Any]:
    """Return the function of a loaded script for ``upgrade`` or ``downgrade``.

    Raises:
        MissingFunction: It has none.
        FunctionNotCalled: It is a coroutine or generator function, of which a call runs nothing.
    """
    import inspect

    function = getattr(module, direction, None)
    if not callable(function):
        raise errors.scripts.MissingFunction(str(module.__file__), direction)
    for applies, kind in (
        (inspect.iscoroutinefunction, "a coroutine function"),
        (inspect.isasyncgenfunction, "an asynchronous generator function"),
        (inspect.isgeneratorfunction, "a generator function"),
    ):
        if applies(function):
            raise errors.scripts.FunctionNotCalled(str(module.__file__), direction, kind)
    found: Callable[..., Any] = function
    return found


@contextmanager
def _throwaway(path: str) -> Iterator[ModuleType]:
    # Executing for the header must leave no registration behind, so it gets a record of its own.
    from migrateops.operations.registry import Registrations

    with reading_headers():
        module = load_script(path, registrations=Registrations())
    try:
        yield module
    finally:
        sys.modules.pop(module.__name__, None)


def _stem(path: str) -> str:
    return os.path.basename(path).partition(".")[0]


def _source(path: str) -> str:
    try:
        data = _content(path)
    except OSError as error:
        raise errors.scripts.ScriptUnreadable(path, error.strerror or type(error).__name__) from error
    try:
        if b"coding" in data and any(re.match(_COOKIE, line) for line in data.split(b"\n", 2)[:2]):
            return decode_source(data)
        return data.removeprefix(BOM_UTF8).decode()
    except (SyntaxError, UnicodeDecodeError) as error:
        raise errors.scripts.ScriptSyntaxError(path, None, str(error)) from error


def _content(path: str) -> bytes:
    # Half of what `open` costs, which counts for thousands of small files.
    descriptor = os.open(path, os.O_RDONLY | _O_BINARY)
    try:
        data = b""
        while part := os.read(descriptor, _PART):
            data += part
        return data
    finally:
        os.close(descriptor)


def _new_module(name: str, path: str, registrations: Any) -> tuple[ModuleType, ModuleSpec]:
    loader_type = SourceFileLoader if path.endswith(".py") else SourcelessFileLoader
    unique = name
    while True:
        spec = spec_from_file_location(unique, path, loader=loader_type(unique, path))
        assert spec is not None  # it is only None without a loader
        module = module_from_spec(spec)
        if registrations is not None:
            setattr(module, REGISTRATIONS, registrations)
        # setdefault is atomic: two threads may load the same file.
        if sys.modules.setdefault(unique, module) is module:
            return module, spec
        unique = f"{name}_{next(_numbers)}"


def _execute(module: ModuleType, spec: ModuleSpec) -> None:
    assert spec.loader is not None
    spec.loader.exec_module(module)


def _load_error(path: str, error: Exception) -> MigrateOpsError:
    if isinstance(error, SyntaxError) and error.filename == path:
        return errors.scripts.ScriptSyntaxError(path, error.lineno, error.msg)
    return errors.scripts.ScriptImportError(
        path, _line_in(path, error.__traceback__), type(error).__name__, str(error)
    )


def _line_in(path: str, traceback: TracebackType | None) -> int | None:
    line = None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == path:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line
