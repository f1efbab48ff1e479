"""The header of a migration script, read from its text without executing it."""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrateops.errors.scripts import BadHeaderValue, NoRevisionHeader

NAMES = ("revision", "down_revision", "branch_labels", "depends_on", "requires_plugins")

# Through these a module can set its own variables in a way that no reading finds.
REFLECTION = frozenset({"globals", "locals", "vars", "exec", "eval", "setattr"})


@dataclass(frozen=True, slots=True)
class Header:
    """The values of a header in one canonical form.

    Attributes:
        revision: The id.
        down_revision: An id, several, or None.
        branch_labels: Labels on this revision.
        depends_on: Ids or labels that must be applied before.
        requires_plugins: From distribution to version specifier, or to a mapping with conditions.
        docstring: The whole docstring of the script, or "".
    """

    revision: str
    down_revision: str | tuple[str, ...] | None = None
    branch_labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    requires_plugins: Mapping[str, Any] = field(default_factory=dict, hash=False)
    docstring: str = ""

    @property
    def doc(self) -> str:
        """The first line of the docstring."""
        return self.docstring.strip().partition("\n")[0].strip()


def scan(text: str) -> Header | None:
    """Return the header of a script from its source *text*, or None if only executing it can tell.

    The ordinary shape (docstring, imports, literal assignments) is read by regular expressions,
    any other from the syntax tree.  None means that some value is not a literal, or that a name
    of the header is bound in a way that depends on execution.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return scan_ordinary(text) or scan_tree(text)


def header_of(namespace: Mapping[str, Any], path: str) -> Header:
    """Return the header that an executed script has left in its *namespace*.

    Args:
        namespace: The variables of the module.
        path: The file, for errors.

    Raises:
        NoRevisionHeader: ``revision`` is not set.
        BadHeaderValue: A variable has a value of the wrong type.
    """
    if namespace.get("revision") is None:
        raise NoRevisionHeader(path)
    values = {name: namespace[name] for name in NAMES if name in namespace}
    try:
        return _header(values, namespace.get("__doc__"))
    except _BadValue as bad:
        raise BadHeaderValue(path, bad.variable, repr(values[bad.variable])) from None


# ------------------------------------------------------------------ the canonical form of values


class _BadValue(Exception):
    def __init__(self, variable: str) -> None:
        self.variable = variable


def _header(values: Mapping[str, Any], docstring: str | None) -> Header:
    revision = values["revision"]
    if not isinstance(revision, str):
        raise _BadValue("revision")
    down = _names(values, "down_revision")
    requires = values.get("requires_plugins") or {}
    if not isinstance(requires, Mapping) or not all(isinstance(key, str) for key in requires):
        raise _BadValue("requires_plugins")
    return Header(
        revision,
        None if not down else down[0] if len(down) == 1 else down,
        _names(values, "branch_labels"),
        _names(values, "depends_on"),
        requires,
        docstring or "",
    )


def _names(values: Mapping[str, Any], variable: str) -> tuple[str, ...]:
    value = values.get(variable)
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise _BadValue(variable)


# ------------------------------------------------------------------------- the ordinary shape

_TEXT = r'(?:"[^"\\\n]*"|\'[^\'\\\n]*\')'
_GAP = r"[ \t\f\n]*"
_TEXTS = rf"{_GAP}(?:{_TEXT}{_GAP},{_GAP})*(?:{_TEXT}{_GAP})?"
_END = r"[ \t]*(?:\#[^\n]*)?(?:\n|\Z)"
_DOCSTRING = re.compile(
    r"[rRuU]?("
    r'"""[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*"""|'
    r"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''|"
    r'"(?!"")(?:[^"\\\n]|\\.)*"|'
    r"'(?!'')(?:[^'\\\n]|\\.)*')" + _END,
    re.DOTALL,
)
_BLANK = re.compile(r"(?:[ \t\f]*(?:\#[^\n]*)?\n)*(?:[ \t\f]*(?:\#[^\n]*)?\Z)?")
_IMPORT = re.compile(rf"(?:from[ \t]+[\w.]+[ \t]+)?import(?:[ \t]+[\w., \t]+|[ \t]*\([\w, \t\f\n]*\)){_END}")
_ASSIGNMENT = re.compile(
    r"(revision|down_revision|branch_labels|depends_on)[ \t]*"
    r"(?::[\w.\[\], |\t]*)?=[ \t]*"
    rf"(None|{_TEXT}|\({_TEXTS}\)|\[{_TEXTS}\]){_END}"
)
# What must not occur in the part that is not read ("revision" also finds "down_revision").
_HAZARDS = ("revision", *NAMES[2:], "globals", "locals", "vars", "eval", "setattr", "__dict__")
_EXECUTION = re.compile(r"exec(?!ut)")
_STAR_IMPORT = re.compile(r"import(?:[ \t\f]|\\\n)*\*")


def scan_ordinary(text: str) -> Header | None:
    """Return the header of a *text* with ``\\n`` line ends if it has the ordinary shape, else None."""
    values, docstring = _ordinary(text)
    return _checked(values, docstring) if "revision" in values else None


def _ordinary(text: str) -> tuple[dict[str, Any], str]:
    """Return the values and the docstring; no values if the text has another shape."""
    position = _skip(text, 0)
    docstring = ""
    if match := _DOCSTRING.match(text, position):
        try:
            docstring = _docstring_value(match[0], match[1])
        except (SyntaxError, ValueError):  # an escape that is not one
            return {}, ""
        position = match.end()
    values: dict[str, Any] = {}
    unread: list[str] = []
    while True:
        position = _skip(text, position)
        if match := _ASSIGNMENT.match(text, position):
            values[match[1]] = _value(match[2])
        elif match := _IMPORT.match(text, position):
            unread.append(match[0])
        else:
            break
        position = match.end()
    unread.append(text[position:])
    return ({}, "") if _is_hazardous("".join(unread)) else (values, docstring)


def _skip(text: str, position: int) -> int:
    match = _BLANK.match(text, position)
    return position if match is None else match.end()


def _docstring_value(line: str, literal: str) -> str:
    if "\\" in literal:
        return str(ast.literal_eval(line.strip()))
    width = 3 if literal.startswith(('"""', "'''")) else 1
    return literal[width:-width]


def _value(source: str) -> Any:
    if source == "None":
        return None
    if source[0] in "\"'":
        return source[1:-1]
    return ast.literal_eval(source)


def _is_hazardous(text: str) -> bool:
    if not text.isascii():
        # Python compares identifiers in this form.
        text = unicodedata.normalize("NFKC", text)
    # Plain substrings first: they are found at the speed of memchr, and a false alarm costs no
    # more than reading the syntax tree.
    for hazard in _HAZARDS:
        if hazard in text:
            return True
    return bool(
        ("exec" in text and _EXECUTION.search(text)) or ("import" in text and _STAR_IMPORT.search(text))
    )


def _checked(values: Mapping[str, Any], docstring: str | None) -> Header | None:
    try:
        return _header(values, docstring)
    except _BadValue:
        return None  # executing the file gives the same value, and an error that names the file


# ------------------------------------------------------------------------- any other shape


def scan_tree(text: str) -> Header | None:
    """Return the header of any *text* from its syntax tree, or None if only executing it can tell."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _scan_broken(text)
    values: dict[str, Any] = {}
    for statement in tree.body:
        found = _assigned(statement)
        if found is not None:
            values.update(found)
        elif _binds_header(statement, bool(values)):
            return None
    if "revision" not in values:
        return None
    return _checked(values, ast.get_docstring(tree, clean=False))


def _scan_broken(text: str) -> Header | None:
    # A file that is not Python can never be run, so that its first lines cannot mislead a run;
    # but both ids must be there, or a broken line would turn a revision into a base.
    lines = text.splitlines(keepends=True)
    for end in range(len(lines), 0, -1):
        if lines[end - 1].startswith(NAMES):
            values, docstring = _ordinary("".join(lines[:end]))
            if "revision" in values and "down_revision" in values:
                return _checked(values, docstring)
    return None


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
    return any(_may_bind(inner, header_seen) for inner in _own_scope(node))


def _own_scope(root: ast.AST) -> Iterator[ast.AST]:
    """Yield *root* and what is below it; of nested scopes, only what can reach the module's variables."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Global | ast.Attribute) or (
                    isinstance(inner, ast.Name) and inner.id in REFLECTION
                ):
                    yield inner
            # A walrus in a decorator or default belongs to the scope around it.
            yield from (inner for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
        else:
            stack.extend(ast.iter_child_nodes(node))


def _may_bind(node: ast.AST, header_seen: bool) -> bool:
    match node:
        case ast.Name(id=name, ctx=context):
            return name in REFLECTION or (name in NAMES and not isinstance(context, ast.Load))
        case ast.Attribute(attr=name, ctx=context):
            return name in ("__dict__", "f_globals", "f_locals") or (
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
