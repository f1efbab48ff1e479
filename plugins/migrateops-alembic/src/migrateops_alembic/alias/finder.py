"""The import of ``alembic`` and its modules, led to ours.

One finder stands first on ``sys.meta_path`` while the alias is in force.  The modules are made once
per process and are the same ones each time, so that what was imported by one run fits the next.
"""

from __future__ import annotations

import dis
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType
from typing import Any, TypeVar

from migrateops.errors.base import MigrateOpsError
from migrateops_alembic.alias.table import MODULES, VERSION, Names
from migrateops_alembic.errors import AlembicImported, ImportNotCovered, NameNotCovered

_IMPORT_FROM = dis.opmap["IMPORT_FROM"]
_lock = threading.RLock()
_made: dict[str, ModuleType] = {}
_holders = 0


class _Aliased(ModuleType):
    """A module whose names are those of the table, resolved when they are first asked for."""

    def __init__(self, name: str, names: Names) -> None:
        super().__init__(name, f"The names of {name}, led to migrateops.")
        self.__dict__["__migrateops_names__"] = names
        if name == "alembic":
            self.__dict__["__version__"] = VERSION

    def __getattr__(self, name: str) -> Any:
        names: Names = self.__dict__["__migrateops_names__"]
        # What Python itself asks every module for is answered as usual.
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if f"{self.__name__}.{name}" in MODULES:
            return import_module(f"{self.__name__}.{name}")
        target = names.target(name)
        if target is None:
            # An AttributeError would be turned into an ImportError with no word about why.
            frame = sys._getframe(1)
            if frame.f_code.co_code[frame.f_lasti] == _IMPORT_FROM:
                raise _located(ImportNotCovered(self.__name__, name))
            raise _located(NameNotCovered(self.__name__, name))
        module, _, attribute = target.partition(":")
        found = getattr(import_module(module), attribute) if attribute else import_module(module)
        self.__dict__[name] = found
        return found

    def __dir__(self) -> list[str]:
        names: Names = self.__dict__["__migrateops_names__"]
        return sorted({*super().__dir__(), *names.known()})


_Error = TypeVar("_Error", bound=MigrateOpsError)


def _located(error: _Error) -> _Error:
    """Return the error with a note of the file and the line that ask for the name."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename.startswith((__file__, "<frozen importlib")):
        frame = frame.f_back
    if frame is not None:
        error.add_note(f"importing in {frame.f_code.co_filename}:{frame.f_lineno}")
    return error


class _Finder:
    """Finds ``alembic`` and what is below it; loads it too."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: object = None) -> ModuleSpec | None:
        if name.partition(".")[0] != "alembic":
            return None
        if name not in MODULES:
            missing = _located(ImportNotCovered(name))
            # So that the import system asks the module of a `from` import for the name itself.
            missing.name = name
            raise missing
        return ModuleSpec(name, self, is_package=MODULES[name].package)  # type: ignore[arg-type]

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        # The import system takes what is in sys.modules afterwards.
        sys.modules[module.__name__] = _module(module.__name__, module.__spec__)


def _module(name: str, spec: ModuleSpec | None) -> ModuleType:
    """Return the module that stands for *name*; made at the first use."""
    with _lock:
        found = _made.get(name)
        if found is None:
            names = MODULES[name]
            if names.beside is not None:
                import_module(names.beside)
            if names.same is not None:
                found = import_module(names.same)
            else:
                found = _Aliased(name, names)
                found.__spec__ = spec
                if names.package:
                    found.__path__ = []
            _made[name] = found
        return found


_finder = _Finder()


@contextmanager
def entered() -> Iterator[None]:
    """Have ``import alembic`` lead to migrateops within the block, in the whole process.

    Blocks may overlap, also in threads; with the last one the alias goes.

    Raises:
        AlembicImported: The process has imported the real one.
    """
    _hold()
    try:
        yield
    finally:
        _release()


def install() -> None:
    """Have ``import alembic`` lead to migrateops from now on, for the life of the process.

    Call it before anything imports ``alembic``, as libraries such as Flask-Migrate do; it may be called
    again.

    Raises:
        AlembicImported: The process has imported the real one.
    """
    _hold()


def _hold() -> None:
    global _holders
    with _lock:
        if _holders == 0:
            real = sys.modules.get("alembic")
            if real is not None:
                raise AlembicImported(str(getattr(real, "__file__", None) or real.__name__))
            sys.modules.update(_made)
            sys.meta_path.insert(0, _finder)
        _holders += 1


def _release() -> None:
    global _holders
    with _lock:
        _holders -= 1
        if _holders == 0:
            sys.meta_path.remove(_finder)
            for name in _made:
                sys.modules.pop(name, None)
