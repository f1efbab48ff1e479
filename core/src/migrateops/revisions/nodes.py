"""The nodes of a script's syntax tree, in a fraction of the time that the module ``ast`` takes.

What is never asked for is left out: operators, and whether a name is loaded or stored.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator, Sequence

_parsing = threading.Lock()

# Fields that hold a text, a number or such a node.
_BARE = frozenset(
    {
        "arg",
        "asname",
        "attr",
        "conversion",
        "ctx",
        "id",
        "is_async",
        "kind",
        "level",
        "module",
        "op",
        "ops",
        "rest",
        "simple",
        "type_comment",
        "type_ignores",
    }
)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
"""What has names of its own, apart from comprehensions."""
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
_LEAVES = (ast.Name, ast.Constant)  # and most nodes are one of them
# By kind of node, which of its fields may have nodes.
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


def children(node: ast.AST) -> Sequence[ast.AST]:
    """Return the nodes directly below one, in the order of the text."""
    if isinstance(node, _LEAVES):
        return ()
    own = node.__dict__
    # A tree is walked for several questions, and the nodes are found once.
    found: list[ast.AST] | None = own.get("_children")
    if found is None:
        kind = type(node)
        fields = _FIELDS.get(kind)
        if fields is None:
            fields = _FIELDS[kind] = tuple(name for name in kind._fields if name not in _BARE)
        found = own["_children"] = []
        for name in fields:
            value = own.get(name)
            if isinstance(value, ast.AST):
                found.append(value)
            elif isinstance(value, list):
                found += [one for one in value if isinstance(one, ast.AST)]
    return found


def walk(root: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it, in no particular order."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += children(node)


def statements(root: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all statements below it, but no expressions."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        for name in _BLOCKS:
            # The body of a lambda is an expression.
            if isinstance(block := getattr(node, name, None), list):
                stack += block


def syntax_tree(text: str) -> ast.Module:
    """Return the syntax tree of Python source, made by one thread at a time.

    CPython 3.11 counts the depth of a tree for all threads together, and raises SystemError where they mix:
    https://github.com/python/cpython/issues/106905

    Raises:
        SyntaxError: The text is not Python.
    """
    with _parsing:
        return ast.parse(text)
