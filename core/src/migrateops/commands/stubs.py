"""``stubs``: write the signatures of all directives for type checkers and editors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from migrateops import operations  # noqa: F401  registers the built-in ones
from migrateops.commands.plugins import plugins_of
from migrateops.errors.base import MigrateOpsError
from migrateops.operations.base import Operations, members
from migrateops.operations.declare import Form
from migrateops.operations.registry import Directive, Namespace
from migrateops.operations.stub import op_stub, surface_stub

if TYPE_CHECKING:
    from migrateops.config import Config

OP, SURFACE = "op.pyi", "operations/_surface.pyi"
# A type checker takes the modules of a package that it finds first, and the others where it finds them.
_PACKAGES = ("__init__.py", "operations/__init__.py")
# Members that are no use in a script.
_FOR_PROGRAMS = frozenset({"call", "context", "directive", "form"})


@dataclass(frozen=True)
class StubReport:
    """What was written, or compared.

    Attributes:
        files: The paths, relative to the working directory where they were given so.
        changed: Those of them whose text is new.
        faults: Why operations of plugins were left out.
    """

    files: tuple[str, ...]
    changed: tuple[str, ...]
    faults: tuple[MigrateOpsError, ...]


def core_stubs() -> dict[str, str]:
    """Return the texts of core's own stub files, by their path in the package."""
    core = Namespace()
    found: dict[Form, list[Directive]] = {"op": [], "batch": []}
    for form, listed in found.items():
        for name in core.names(form):
            directive = core.directive(form, name)
            if directive.maker.module.startswith("migrateops."):
                listed.append(directive)
    return _texts(found)


def stubs(config: Config, out: str = "typings", *, check: bool = False) -> StubReport:
    """Write stub files with the directives of core and of the enabled plugins, a package below *out*.

    Args:
        config: Whose plugins take part.
        out: The directory; pyright looks into ``typings`` by itself, mypy is told with ``mypy_path``.
        check: Write nothing; say what would change.
    """
    namespace = Namespace(plugins_of(config))
    found: dict[Form, list[Directive]] = {"op": [], "batch": []}
    faults: dict[int, MigrateOpsError] = {}
    for form, listed in found.items():
        for name in namespace.names(form):
            try:
                listed.append(namespace.directive(form, name))
            except MigrateOpsError as fault:
                faults.setdefault(id(fault), fault)
    package = Path(out, "migrateops")
    texts = {str(package / name): text for name, text in _texts(found).items()}
    for name in _PACKAGES:
        source = Path(__file__).resolve().parent.parent / name
        texts[str((package / name).with_suffix(".pyi"))] = source.read_text(encoding="utf-8")
    changed = tuple(path for path, text in texts.items() if _read(path) != text)
    if not check:
        for path in changed:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(texts[path], encoding="utf-8")
    return StubReport(tuple(texts), changed, tuple(faults.values()))


def _texts(found: Mapping[Form, Iterable[Directive]]) -> dict[str, str]:
    op, batch = (sorted(found[form], key=lambda one: one.name) for form in ("op", "batch"))
    offered = (name for name in members(Operations) if not name.startswith("_"))
    return {
        OP: op_stub(op, (name for name in offered if name not in _FOR_PROGRAMS)),
        SURFACE: surface_stub(op, batch),
    }


def _read(path: str) -> str | None:
    file = Path(path)
    return file.read_text(encoding="utf-8") if file.is_file() else None
