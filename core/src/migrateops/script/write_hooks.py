"""Post-write hooks: formatters and other programs that are run on each new script.

What is configured is checked before the script is written, so that a hook that cannot run leaves
nothing behind.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from migrateops import errors
from migrateops.script.module import REGISTRATIONS

FILENAME = "REVISION_SCRIPT_FILENAME"
"""Stands for the path of the script in the option ``options``."""

HookFunction = Callable[[str, dict[str, Any]], object]
Function = TypeVar("Function", bound=HookFunction)

_OPTIONS = ("name", "type", "options", "cwd", "ignore_failure")
_LINES_SHOWN = 5


class PostWriteHook(NamedTuple):
    """A hook that can run.

    Attributes:
        name: Its name in the configuration.
        run: What is called with the path of the script.
        may_fail: A failure is reported, and stops nothing.
    """

    name: str
    run: Callable[[str], object]
    may_fail: bool = False

    def __call__(self, path: str) -> errors.write_hooks.WriteHookFailed | None:
        """Run it on a script; return the failure of a hook that may fail.

        Raises:
            WriteHookFailed: It failed.
        """
        try:
            self.run(path)
        except Exception as error:
            failed = _failure(self.name, path, error)
            if not self.may_fail:
                raise failed from error
            return failed
        return None


# ----------------------------------------------------------------------------------- own types

_lock = threading.Lock()
_of_process: dict[str, HookFunction] = {}
_of_environment: WeakKeyDictionary[Any, dict[str, HookFunction]] = WeakKeyDictionary()


def register(name: str, replace: bool = False) -> Callable[[Function], Function]:
    """Register the decorated function as a type of post-write hooks.

    It is called as ``function(path, options)``: the path of the new script, and the hook's table
    as a dictionary.  What ``env.py`` itself defines holds for that environment; what a module
    defines, for the process.  The same function may be registered again.

    Args:
        name: The type, as hooks of the configuration name it.
        replace: Take the place of another function, or of a built-in type.

    Raises:
        HookTypeTaken: The name stands for another function, or for a built-in type.
    """

    def decorate(function: Function) -> Function:
        with _lock:
            types = _layer(getattr(function, "__globals__", {}).get(REGISTRATIONS))
            known = types.get(name)
            if not replace:
                if known is None and name in _BUILT_IN:
                    raise errors.write_hooks.HookTypeTaken(name, "migrateops")
                if known is not None and _owner(known) != _owner(function):
                    raise errors.write_hooks.HookTypeTaken(name, _owner(known))
            types[name] = function
        return function

    return decorate


def _layer(registrations: Any) -> dict[str, HookFunction]:
    """Return the types that one environment has registered, or those of the process."""
    if registrations is None:
        return _of_process
    return _of_environment.setdefault(registrations, {})


def _owner(function: Any) -> str:
    kind = function if hasattr(function, "__qualname__") else type(function)
    return f"{kind.__module__}.{kind.__qualname__}"


# -------------------------------------------------------------------------------- preparation


def prepared(
    hooks: Iterable[Mapping[str, Any] | Callable[[str], object]],
    registrations: Any = None,
    more_paths: Iterable[str] = (),
) -> tuple[PostWriteHook, ...]:
    """Check hooks and return them ready to run.

    Args:
        hooks: Tables of the configuration, or functions that are called with the path.
        registrations: The record of the environment whose own types count too.
        more_paths: Where modules are looked for that are not installed.

    Raises:
        HookOptionMissing: A table lacks an option.
        UnknownHookType: Nobody has registered its type.
        BadHookOption: An option is of no use.
        HookTargetMissing: What it would run is not there.
    """
    ready = []
    for hook in hooks:
        if isinstance(hook, Mapping):
            ready.append(_prepared(hook, registrations, tuple(more_paths)))
        else:
            ready.append(PostWriteHook(getattr(hook, "__name__", repr(hook)), hook))
    return tuple(ready)


def _prepared(table: Mapping[str, Any], registrations: Any, paths: tuple[str, ...]) -> PostWriteHook:
    name = str(table.get("name", ""))
    _needed(name, table, "name")
    kind = _needed(name, table, "type")
    own: Mapping[str, HookFunction] = {} if registrations is None else _of_environment.get(registrations, {})
    function = own.get(kind) or _of_process.get(kind)
    run: Callable[[str], object]
    if function is not None:
        run = partial(_call, function, dict(table))
    elif kind in _BUILT_IN:
        run = _command(name, kind, table, paths)
    else:
        raise errors.write_hooks.UnknownHookType(name, kind, tuple(sorted({*_BUILT_IN, *_of_process, *own})))
    return PostWriteHook(name, run, bool(table.get("ignore_failure", False)))


def _call(function: HookFunction, options: dict[str, Any], path: str) -> None:
    function(path, dict(options))


def _needed(name: str, table: Mapping[str, Any], option: str) -> str:
    value = table.get(option)
    if not value:
        raise errors.write_hooks.HookOptionMissing(name, option)
    return str(value)


# ------------------------------------------------------------------------------ built-in types


def _command(
    name: str, kind: str, table: Mapping[str, Any], paths: tuple[str, ...]
) -> Callable[[str], object]:
    """Return a function that runs the program of a hook on a path."""
    named, program = _BUILT_IN[kind]
    for option in table:
        if option not in (*_OPTIONS, named):
            raise errors.write_hooks.BadHookOption(name, option, f"is none that the type {kind!r} has")
    directory = table.get("cwd") or None
    if directory is not None and not os.path.isdir(directory):  # noqa: PTH112
        raise errors.write_hooks.HookTargetMissing(name, "cwd", directory)
    try:
        words = shlex.split(str(table.get("options", "")), posix=os.name != "nt")
    except ValueError as error:
        raise errors.write_hooks.BadHookOption(name, "options", f"cannot be split: {error}") from None
    if not any(FILENAME in word for word in words):
        words.insert(0, FILENAME)
    target = _needed(name, table, named)
    started = program(target, paths)
    if started is None:
        # Some packages, such as ruff, bring a program and no function to call.
        raise errors.write_hooks.HookTargetMissing(name, named, target, shutil.which(target))
    return partial(_run, [*started, *words], directory)


def _console_script(target: str, paths: tuple[str, ...]) -> list[str] | None:
    from importlib.metadata import entry_points

    for found in entry_points(group="console_scripts", name=target):
        call = f"sys.exit(attrgetter({found.attr!r})(import_module({found.module!r}))())"
        imports = "import sys; from importlib import import_module; from operator import attrgetter"
        return _python(f"{imports}; sys.argv[0] = {target!r}; {call}")
    return None


def _module(target: str, paths: tuple[str, ...]) -> list[str] | None:
    from importlib.machinery import PathFinder
    from importlib.util import find_spec

    # Only the outermost package is looked for: a look inside would import it.
    package = target.partition(".")[0]
    if find_spec(package) is None and PathFinder.find_spec(package, list(paths)) is None:
        return None
    run = f"runpy.run_module({target!r}, run_name='__main__', alter_sys=True)"
    return _python(f"import sys, runpy; sys.path += {list(paths)!r}; {run}")


def _python(code: str) -> list[str]:
    # Safe path: what lies about in the working directory is not imported in place of what is installed.
    return [sys.executable, "-P", "-c", code]


def _executable(target: str, paths: tuple[str, ...]) -> list[str] | None:
    found = shutil.which(target)
    return None if found is None else [os.path.abspath(found)]  # noqa: PTH100


_BUILT_IN: dict[str, tuple[str, Callable[[str, tuple[str, ...]], list[str] | None]]] = {
    "console_scripts": ("entrypoint", _console_script),
    "exec": ("executable", _executable),
    "module": ("module", _module),
}
"""By type, the option that says what to run, and what makes a command line of it."""


class _Ended(Exception):
    """A program that ended badly: how, and what it printed."""


def _run(command: list[str], directory: str | None, path: str) -> None:
    done = subprocess.run(
        [word.replace(FILENAME, path) for word in command],
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        status = done.returncode
        how = f"ended with status {status}" if status > 0 else f"was ended by signal {-status}"
        raise _Ended(how, done.stdout.decode("utf-8", "replace"))


def _failure(name: str, path: str, error: Exception) -> errors.write_hooks.WriteHookFailed:
    if not isinstance(error, _Ended):
        return errors.write_hooks.WriteHookFailed(name, path, f"raised {type(error).__name__}: {error}")
    how, printed = error.args
    failed = errors.write_hooks.WriteHookFailed(name, path, how)
    lines = [line.rstrip() for line in printed.splitlines() if line.strip()]
    for line in lines[-_LINES_SHOWN:]:
        failed.add_note(f"{name!r} printed: {line}")
    return failed
