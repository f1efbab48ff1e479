"""The header of a migration script of any shape, read from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from migrateops.revisions.header import NAMES, BadValue, Header, canonical, is_hazardous, scan_ordinary
from migrateops.revisions.nodes import SCOPES, children, syntax_tree, walk

# Through these a module can set its own variables in a way that no reading finds.
REFLECTION = frozenset({"globals", "locals", "vars", "exec", "eval", "setattr"})

_REACHING = (ast.Global, ast.Attribute, ast.NamedExpr)
# The kinds of nodes that `_may_bind` looks at: most are none of them, and ``match`` tries each case.
_BINDING = (
    ast.Name,
    ast.Attribute,
    ast.alias,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.ExceptHandler,
    ast.MatchAs,
    ast.MatchStar,
    ast.MatchMapping,
    ast.NamedExpr,
    ast.Global,
)
# Those that ``scan_ordinary`` reads.
_ORDINARY_NAMES = NAMES[:4]


def scan_tree(text: str) -> Header | None:
    """Return the header of any *text* from its syntax tree, or None if only executing it can tell."""
    try:
        tree = syntax_tree(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _scan_broken(text)
    values: dict[str, Any] = {}
    others: list[tuple[ast.stmt, bool]] = []
    lines = text.split("\n")
    for statement in tree.body:
        found = _assigned(statement)
        if found is None:
            others.append((statement, bool(values)))
            continue
        values.update(found)
        for number in range(statement.lineno - 1, statement.end_lineno or statement.lineno):
            # Another statement may be on the same line.
            lines[number] = "" if ";" not in lines[number] else lines[number]
    # Most often no other line has a word that could bind a name of the header.
    if is_hazardous("\n".join(lines)) and any(_binds_header(*other) for other in others):
        return None
    if "revision" not in values:
        return None
    try:
        return canonical(values, ast.get_docstring(tree, clean=False))
    except BadValue:
        return None  # executing the file gives the same value, and an error that names the file


def _scan_broken(text: str) -> Header | None:
    # A file that is not Python can never be run, so that its first lines cannot mislead a run;
    # but all of its header must be there, or a broken line would turn a revision into a base.
    lines = text.splitlines(keepends=True)
    while lines and not lines[-1].startswith(_ORDINARY_NAMES):
        del lines[-1]
    return scan_ordinary("".join(lines))


def _assigned(statement: ast.stmt) -> dict[str, Any] | None:
    """Return the header variables that a top-level statement sets to literals, if it only does that."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.simple:
        targets = [statement.target]
        if statement.value is None or _binds_header(statement.annotation, False):
            return None
    else:
        return None
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    if len(names) != len(targets) or not set(names).issubset(NAMES):
        return None
    try:
        value = ast.literal_eval(statement.value) if statement.value is not None else None
    except (ValueError, TypeError, RecursionError):
        return None
    return dict.fromkeys(names, value)


def _binds_header(node: ast.AST, header_seen: bool) -> bool:
    """Return whether executing *node* may bind a name of the header."""
    return any(_may_bind(one, header_seen) for one in _own_scope(node) if isinstance(one, _BINDING))


def _own_scope(root: ast.AST) -> Iterator[ast.AST]:
    """Yield *root* and what is below it; of nested scopes, only what can reach the module's variables."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, SCOPES):
            for inner in walk(node):
                # A walrus in a decorator or default belongs to the scope around it.
                if isinstance(inner, _REACHING) or (isinstance(inner, ast.Name) and inner.id in REFLECTION):
                    yield inner
        else:
            stack += children(node)


def _may_bind(node: ast.AST, header_seen: bool) -> bool:
    match node:
        case ast.Name(id=name, ctx=context):
            return name in REFLECTION or (name in NAMES and not isinstance(context, ast.Load))
        case ast.Attribute(attr=name, ctx=context):
            return name in ("__dict__", "__globals__", "f_globals", "f_locals") or (
                name in NAMES and not isinstance(context, ast.Load)
            )
        case ast.alias(name="*"):
            return header_seen
        case ast.alias(name=name, asname=asname):
            return (asname or name.partition(".")[0]) in NAMES
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return name in NAMES
        case ast.ExceptHandler(name=name) | ast.MatchAs(name=name) | ast.MatchStar(name=name):
            return name in NAMES
        case ast.MatchMapping(rest=name):
            return name in NAMES
        case ast.NamedExpr(target=ast.Name(id=name)):
            return name in NAMES
        case ast.Global(names=names):
            return not set(names).isdisjoint(NAMES)
        case _:
            return False
