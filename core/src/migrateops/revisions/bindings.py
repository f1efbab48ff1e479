"""What a name in a migration script stands for, as far as its text proves it."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from migrateops.revisions.nodes import children, statements, walk

Sort = Literal[
    "op",  # the module that stands for the running operations
    "op function",  # one of its functions; ``name`` says which
    "batch",  # what ``op.batch_alter_table()`` yields
    "batch function",
    "batch manager",  # what it returns
    "context",  # the migration context
    "autocommit",  # its block without a transaction
    "bind",  # the connection
    "global",  # a module, or a member of one; ``name`` is the dotted path
    "function",  # a function of this file
    "builtin",
    "value",  # data, or an SQL construct: its methods have no effect on the database
    "unknown",
]


class Meaning(NamedTuple):
    """What an expression stands for."""

    sort: Sort
    name: str = ""
    function: ast.FunctionDef | None = None


UNKNOWN = Meaning("unknown")
VALUE = Meaning("value")

_HARMLESS_MODULES = frozenset(
    [
        "base64",
        "collections",
        "copy",
        "datetime",
        "decimal",
        "enum",
        "fractions",
        "hashlib",
        "itertools",
        "json",
        "logging",
        "math",
        "random",
        "re",
        "secrets",
        "string",
        "textwrap",
        "time",
        "typing",
        "uuid",
    ]
)
_EFFECTFUL_PARTS = ("sqlalchemy.orm", "sqlalchemy.ext", "sqlalchemy.create_", "sqlalchemy.event")


def is_harmless(dotted: str) -> bool:
    """Return whether calling this global cannot change the database, unless it is given a connection."""
    root = dotted.partition(".")[0]
    if root == "sqlalchemy":
        return not dotted.startswith(_EFFECTFUL_PARTS)
    return root in _HARMLESS_MODULES


class Scope:
    """The names of a module, function or comprehension, each with everything that binds it.

    A name is proven only if all that binds it in its scope gives it the same meaning.

    Args:
        node: What opens the scope.
        outer: The scope around it, None for a module.
        op_modules: Dotted names of the modules that stand for ``op``.
        given: Meanings of parameters, where the call proves them.
    """

    def __init__(
        self,
        node: ast.AST,
        outer: Scope | None,
        op_modules: frozenset[str],
        given: Mapping[str, Meaning] | None = None,
    ) -> None:
        self.outer = outer
        self.op_modules = op_modules
        self._given = given or {}
        self._bindings: dict[str, list[_Binding]] = {}
        self._meanings: dict[str, Meaning] = {}
        for name, binding in _bindings(node):
            self._bindings.setdefault(name, []).append(binding)

    def binds(self, name: str) -> bool:
        """Return whether something in this scope itself binds *name*."""
        return name in self._bindings

    def lookup(self, name: str) -> Meaning:
        """Return what a name stands for here."""
        if name in self._meanings:
            return self._meanings[name]
        if name not in self._bindings:
            if self.outer is not None:
                return self.outer.lookup(name)
            star_imported = "*" in self._bindings
            return UNKNOWN if star_imported or not hasattr(builtins, name) else Meaning("builtin", name)
        self._meanings[name] = UNKNOWN  # a name that is bound to itself proves nothing
        found = {self._meaning_of_binding(name, binding) for binding in self._bindings[name]}
        if "*" in self._bindings and self.outer is None:
            found.add(UNKNOWN)
        self._meanings[name] = found.pop() if len(found) == 1 else UNKNOWN
        return self._meanings[name]

    def _meaning_of_binding(self, name: str, binding: _Binding) -> Meaning:
        match binding:
            case "parameter":
                return self._given.get(name, UNKNOWN)
            case str(dotted) if dotted != "opaque":
                return self.global_meaning(dotted)
            case ast.FunctionDef():
                # An inner function is read where it is defined, whether or not it is called.
                return Meaning("function", name, binding) if self.outer is None else VALUE
            case ast.withitem(context_expr=manager):
                return Meaning("batch") if self.meaning(manager).sort == "batch manager" else UNKNOWN
            case ast.expr():
                return self.meaning(binding)
            case _:
                return UNKNOWN

    def global_meaning(self, dotted: str) -> Meaning:
        """Return what a dotted path stands for."""
        if dotted in self.op_modules:
            return Meaning("op")
        parent, _, last = dotted.rpartition(".")
        if parent in self.op_modules:
            return Meaning("op function", last)
        return Meaning("global", dotted)

    def meaning(self, node: ast.expr) -> Meaning:
        """Return what an expression stands for, without looking at its effects."""
        if isinstance(node, ast.Constant):
            return VALUE
        match node:
            case ast.Name(id=name):
                return self.lookup(name)
            case ast.Attribute(value=value, attr=attribute):
                return self._attribute(self.meaning(value), attribute)
            case ast.Call(func=function):
                return self._result(self.meaning(function))
            case ast.NamedExpr(value=value):
                return self.meaning(value)
            case ast.Subscript(value=value):
                return VALUE if self.meaning(value).sort == "value" else UNKNOWN
            case ast.Lambda():
                return VALUE  # read where it is written
            case ast.Await() | ast.IfExp() | ast.BoolOp() | ast.Starred():
                return UNKNOWN
            case ast.List() | ast.Tuple() | ast.Set() | ast.Dict():
                inner = [child for child in children(node) if isinstance(child, ast.expr)]
                return VALUE if all(self.meaning(child).sort == "value" for child in inner) else UNKNOWN
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                return UNKNOWN
            case _:
                return VALUE  # formatted strings, comparisons, arithmetic

    def _attribute(self, owner: Meaning, attribute: str) -> Meaning:
        match owner.sort:
            case "op":
                return Meaning("op function", attribute)
            case "batch":
                return Meaning("batch function", attribute)
            case "global":
                return self.global_meaning(f"{owner.name}.{attribute}")
            case "context" if attribute in ("bind", "connection"):
                return Meaning("bind")
            case "context":
                return Meaning("value", attribute)
            case "value":
                return VALUE
            case _:
                return UNKNOWN

    def _result(self, function: Meaning) -> Meaning:
        name = function.name
        match function.sort:
            case "op function" | "batch function":
                return _RESULTS.get(name, VALUE if name in ("create_table", "f") else UNKNOWN)
            case "value" if name == "autocommit_block":
                return Meaning("autocommit")
            case "value":
                return VALUE
            case "builtin":
                return UNKNOWN if name in _BUILTINS_OF_ANYTHING else VALUE
            case "global" if self.is_context(name):
                return _RESULTS.get(name.rpartition(".")[2], VALUE)
            case "global" if is_harmless(name):
                return VALUE
            case _:
                return UNKNOWN

    def is_context(self, dotted: str) -> bool:
        """Return whether this is a member of the module ``context`` beside a module ``op``."""
        module = dotted.rpartition(".")[0]
        package, _, last = module.rpartition(".")
        return last == "context" and f"{package}.op" in self.op_modules


_BUILTINS_OF_ANYTHING = frozenset({"getattr", "vars", "globals", "locals", "eval", "__import__"})
_RESULTS = {
    "batch_alter_table": Meaning("batch manager"),
    "get_bind": Meaning("bind"),
    "get_context": Meaning("context"),
}

# A dotted path of an import, "parameter", "opaque", or the node that gives the value.
_Binding = str | ast.FunctionDef | ast.withitem | ast.expr


def _bindings(root: ast.AST) -> Iterator[tuple[str, _Binding]]:
    """Yield what binds names in the scope that *root* opens, without the scopes inside it."""
    stack: list[ast.AST]
    match root:
        case ast.FunctionDef(args=arguments, body=body) | ast.AsyncFunctionDef(args=arguments, body=body):
            yield from ((name, "parameter") for name in parameters(arguments))
            stack = list(body)
        case ast.Lambda(args=arguments, body=expression):
            yield from ((name, "parameter") for name in parameters(arguments))
            stack = [expression]
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            for generator in root.generators:
                yield from ((name, "opaque") for name in _targets(generator.target))
            stack = []
        case _:
            stack = list(children(root))
    while stack:
        node = stack.pop()
        if isinstance(node, _BINDING):
            yield from _bound_by(node)
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda() | ast.ClassDef():
                yield from _escaping(node)
                stack.extend(around(node))
            case _:
                stack += children(node)


def around(scope: ast.AST) -> list[ast.expr]:
    """Return what is evaluated where a function or class is defined: decorators, defaults, bases."""
    match scope:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            defaults = [*scope.args.defaults, *scope.args.kw_defaults]
            return [*scope.decorator_list, *(default for default in defaults if default is not None)]
        case ast.Lambda(args=arguments):
            defaults = [*arguments.defaults, *arguments.kw_defaults]
            return [default for default in defaults if default is not None]
        case ast.ClassDef():
            return [*scope.decorator_list, *scope.bases, *(keyword.value for keyword in scope.keywords)]
        case _:
            return []


def _escaping(scope: ast.AST) -> Iterator[tuple[str, _Binding]]:
    # What an inner scope may do to names of this one.
    for node in statements(scope):
        if isinstance(node, ast.Nonlocal | ast.Global):
            yield from ((name, "opaque") for name in node.names)


# What `_bound_by` knows: most nodes are none of it.
_BINDING = (ast.stmt, ast.NamedExpr, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping)


def _bound_by(node: ast.AST) -> Iterator[tuple[str, _Binding]]:
    match node:
        case ast.Import(names=aliases):
            for alias in aliases:
                yield (
                    alias.asname or alias.name.partition(".")[0],
                    (alias.name if alias.asname else alias.name.partition(".")[0]),
                )
        case ast.ImportFrom(module=module, names=aliases, level=level):
            for alias in aliases:
                yield alias.asname or alias.name, f"{'.' * level}{module or ''}.{alias.name}"
        case ast.FunctionDef(name=name):
            yield name, node
        case ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, "opaque"
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, value
                else:
                    yield from ((name, "opaque") for name in _targets(target))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.NamedExpr(target=ast.Name(id=name), value=value):
            yield name, value
        case ast.With(items=items) | ast.AsyncWith(items=items):
            for item in items:
                if isinstance(item.optional_vars, ast.Name):
                    yield item.optional_vars.id, item
                elif item.optional_vars is not None:
                    yield from ((name, "opaque") for name in _targets(item.optional_vars))
        case ast.AugAssign(target=target) | ast.For(target=target) | ast.AsyncFor(target=target):
            yield from ((name, "opaque") for name in _targets(target))
        case ast.Delete(targets=targets):
            yield from ((name, "opaque") for target in targets for name in _targets(target))
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name, "opaque"
        case ast.MatchMapping(rest=str(name)):
            yield name, "opaque"
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            yield from ((name, "opaque") for name in names)
        case _:
            pass


def _targets(target: ast.expr) -> Iterator[str]:
    return (
        node.id for node in walk(target) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    )


def parameters(arguments: ast.arguments) -> Iterable[str]:
    """Return the names of all parameters."""
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    stars = [star for star in (arguments.vararg, arguments.kwarg) if star is not None]
    return [argument.arg for argument in (*plain, *stars)]
