"""Print the signatures of directives as type checkers read them, one by one or as whole stub files."""

from __future__ import annotations

import ast
import builtins
import inspect
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from inspect import Parameter, Signature
from types import ModuleType
from typing import Any

from migrateops.operations.declare import Form, OpSpec, Role
from migrateops.operations.registry import Directive

_WIDTH = 110
_STARS: dict[Any, str] = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}
_WRITTEN = "# Written by `migrateops stubs`; change the operations, not this file.\n"


class _Source(str):
    """An annotation that is printed as the source that it is, without quotes."""

    __slots__ = ()

    __repr__ = str.__str__


def plain(signature: Signature) -> str:
    """Return *signature* as source: annotations unquoted, defaults that are no literals as ``...``."""
    params = [
        p.replace(annotation=_source(p.annotation), default=_default(p.default))
        for p in signature.parameters.values()
    ]
    return str(signature.replace(parameters=params, return_annotation=_source(signature.return_annotation)))


def _source(annotation: Any) -> Any:
    if annotation is Parameter.empty:
        return annotation
    return _Source(annotation if isinstance(annotation, str) else getattr(annotation, "__name__", annotation))


def _default(default: Any) -> Any:
    if default is Parameter.empty or isinstance(default, str | int | float | None):
        return default
    return _Source("...")


def surface_stub(op: Sequence[Directive], batch: Sequence[Directive]) -> str:
    """Return the stub of ``migrateops.operations._surface``: the directives as methods.

    Args:
        op: The directives of ``op``.
        batch: The directives of a batch.
    """
    imports = _Imports()
    classes = []
    forms: tuple[tuple[Form, Sequence[Directive], str, str], ...] = (
        ("op", op, "OperationsSurface", "The directives of ``op``."),
        ("batch", batch, "BatchSurface", "The directives of a batch."),
    )
    for form, directives, name, summary in forms:
        methods = [_definition(one, form, imports) for one in directives]
        classes.append(f'class {name}:\n    """{summary}"""\n\n' + "\n".join(methods))
    return f"{_WRITTEN}\n{imports.lines()}\n{chr(10).join(classes)}"


def op_stub(directives: Sequence[Directive], members: Iterable[str]) -> str:
    """Return the stub of ``migrateops.op``: the directives as functions.

    Args:
        directives: The directives of ``op``.
        members: The names of ``Operations`` itself that the module has too.
    """
    imports = _Imports()
    imports.use("collections.abc", "Callable")
    imports.use("typing", "Any")
    imports.use("migrateops.operations.base", "Operations")
    names = sorted({*members, *(one.name for one in directives)})
    lines = [
        _WRITTEN,
        imports.lines(),
        "_current: Operations\n",
        "".join(f"{name} = _current.{name}\n" for name in names),
        "# What a plugin or the project registers: `migrateops stubs` writes its signatures for a project.",
        "def __getattr__(name: str) -> Callable[..., Any]: ...\n",
    ]
    return "\n".join(lines)


class _Imports:
    """The names that a stub uses: each bound once, under another name where two have the same."""

    def __init__(self) -> None:
        self._bound: dict[str, tuple[str, str | None]] = {}

    def use(self, module: str, name: str | None, bound: str = "") -> str:
        """Import *name* from *module* (the module itself for None); return what it is called here."""
        bound = bound or name or module
        number = 1
        known = bound
        while self._bound.setdefault(known, (module, name)) != (module, name):
            number += 1
            known = f"{bound}_{number}"
        return known

    def lines(self) -> str:
        """Return the imports: standard library, others, our own; sorted as ruff has them."""
        whole: dict[str, list[str]] = {}
        parts: dict[str, list[str]] = {}
        for bound, (module, name) in self._bound.items():
            if name is None:
                whole.setdefault(module, []).append(
                    f"import {module}" + (f" as {bound}" if bound != module else "")
                )
            else:
                parts.setdefault(module, []).append(name if bound == name else f"{name} as {bound}")
        sections: dict[int, list[str]] = {}
        for module in sorted(whole):
            sections.setdefault(_section(module), []).extend(sorted(whole[module]))
        for module in sorted(parts):
            names = ", ".join(sorted(parts[module], key=lambda name: (not name.isupper(), name)))
            sections.setdefault(_section(module), []).append(f"from {module} import {names}")
        return "\n".join("\n".join(sections[key]) + "\n" for key in sorted(sections))


def _section(module: str) -> int:
    top = module.partition(".")[0]
    return 0 if top in sys.stdlib_module_names else 2 if top == "migrateops" else 1


def _definition(directive: Directive, form: Form, imports: _Imports) -> str:
    """Return the ``def`` of one directive, with its docstring, ended by a line end."""
    op_cls = directive.op_cls
    modules = [sys.modules[cls.__module__] for cls in op_cls.__mro__ if cls.__module__ in sys.modules]
    spec: OpSpec | None = vars(op_cls).get("__op_spec__")
    own = inspect.signature(directive.function)
    if spec is not None and not inspect.ismethod(getattr(op_cls, directive.name, None)):
        parameters = list(_declared(spec, form))
        returns = op_cls.__returns__
    else:
        parameters = list(own.parameters.values())[1:]
        returns = own.return_annotation
    shown = [_parameter(one, modules, imports) for one in parameters]
    keyword = next((i for i, one in enumerate(parameters) if one.kind is Parameter.KEYWORD_ONLY), None)
    if keyword is not None and all(one.kind is not Parameter.VAR_POSITIONAL for one in parameters):
        shown.insert(keyword, "*")
    shown.insert(0, "self")
    end = f") -> {_annotation(returns, modules, imports)}:"
    head = f"    def {directive.name}({', '.join(shown)}{end}"
    if len(head) > _WIDTH:
        listed = "".join(f"        {one},\n" for one in shown)
        head = f"    def {directive.name}(\n{listed}    {end}"
    fields = {field.param for field in spec.fields} if spec is not None else set()
    doc = _documented(directive, fields - {one.name for one in parameters})
    if not doc:
        return f"{head} ...\n"
    quotes = 'r"""' if "\\" in doc else '"""'
    body = f"{quotes}{doc}" + ("\n" if "\n" in doc else "") + '"""'
    text = "\n".join(f"        {line}".rstrip() for line in body.splitlines())
    return f"{head}\n{text}\n"


def _documented(directive: Directive, left_out: set[str]) -> str:
    """Return the docstring without the arguments that the other form has."""
    lines = []
    skipping = False
    for line in inspect.cleandoc(directive.function.__doc__ or "").splitlines():
        if not line.startswith("     "):
            skipping = line.startswith("    ") and line.strip().partition(":")[0] in left_out
        if not skipping:
            lines.append(line)
    return "\n".join(lines).removesuffix("\n\nArgs:")


def _declared(spec: OpSpec, form: Form) -> Iterator[Parameter]:
    """Yield the parameters with the annotations of the fields, also for ``*items``."""
    for field in spec.shown(form):
        parameter = field.parameter()
        if field.role is Role.SPREAD:
            parameter = parameter.replace(annotation=_item(field.annotation))
        yield parameter


def _item(annotation: Any) -> Any:
    """Return what ``Sequence[...]`` holds."""
    if isinstance(annotation, str) and annotation.endswith("]"):
        return annotation.partition("[")[2][:-1]
    return Any


def _parameter(parameter: Parameter, modules: Sequence[ModuleType], imports: _Imports) -> str:
    stars = _STARS.get(parameter.kind, "")
    text = f"{stars}{parameter.name}: {_annotation(parameter.annotation, modules, imports)}"
    default = parameter.default
    if default is Parameter.empty:
        return text
    if isinstance(default, str):
        return f"{text} = {json.dumps(default, ensure_ascii=False)}"
    return f"{text} = {default!r}" if default is None or isinstance(default, int) else f"{text} = ..."


def _annotation(annotation: Any, modules: Sequence[ModuleType], imports: _Imports) -> str:
    """Return an annotation as it is written in the stub, its names imported; ``Any`` where that fails."""
    if annotation is None or annotation is type(None):
        return "None"
    if isinstance(annotation, type) and annotation is not Parameter.empty:
        annotation = annotation.__name__
    if not isinstance(annotation, str):
        return imports.use("typing", "Any")
    text = " ".join(annotation.split())
    if '"' not in text:
        text = text.replace("'", '"')
    try:
        names = [node for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)]
    except SyntaxError:
        return imports.use("typing", "Any")
    found = [(node, _origin(node.id, modules)) for node in names]
    if any(origin is None for _, origin in found):
        return imports.use("typing", "Any")
    for node, origin in sorted(found, key=lambda pair: -pair[0].col_offset):
        if origin is not None and origin[0] != "builtins":
            known = imports.use(*origin, bound=node.id)
            text = text[: node.col_offset] + known + text[node.col_offset + len(node.id) :]
    return text


def _origin(name: str, modules: Sequence[ModuleType]) -> tuple[str, str | None] | None:
    """Return the module and the name in it that *name* stands for, where one of *modules* has it."""
    for module in modules:
        found = _bindings(module).get(name)
        if found is not None:
            return found
    return ("builtins", name) if hasattr(builtins, name) else None


@cache
def _bindings(module: ModuleType) -> dict[str, tuple[str, str | None]]:
    """Return what the names of a module are imported from, read in its source.

    The source says where a name is public, and has what is imported for type checkers alone.
    """
    found: dict[str, tuple[str, str | None]] = {
        name: (module.__name__, name) for name in vars(module) if not name.startswith("__")
    }
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError):
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname or "." not in alias.name:
                    found[alias.asname or alias.name] = (alias.name, None)
        elif isinstance(node, ast.ImportFrom):
            package = (module.__package__ or "").split(".")
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *filter(None, [node.module])])
            for alias in node.names:
                found[alias.asname or alias.name] = (source, alias.name)
    return found
