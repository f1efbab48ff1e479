"""Changing what a script follows, in its text; every other byte stays as it is."""

from __future__ import annotations

import ast
import io
import re
from tokenize import detect_encoding

from migrateops import errors
from migrateops.revisions.header import Header, scan
from migrateops.script.template import comma, for_docstring

_LINE_END = re.compile(r"\r\n|\r|\n")
_REVISES = re.compile(r"(?<=[\r\n])([ \t]*Revises:[ \t]*)([^\r\n]*?)(?=[ \t]*(?:\r|\n|\Z))")
_QUOTE = re.compile(r"['\"]")

# Where in a text a replacement goes: from, to, and what.
_Edit = tuple[int, int, str]


def with_down_revision(source: bytes, new: tuple[str, ...], path: str) -> bytes:
    """Return the source of a script with another ``down_revision``, there and in its docstring.

    The docstring is changed where a line of it says ``Revises:`` and names what the script follows.

    Args:
        source: The file.
        new: What it is to follow: an id, or several.
        path: Where it is, for errors.

    Raises:
        HeaderNotRewritable: It is computed, or set in a way that cannot be changed alone.
    """
    text, encoding = _decoded(source, path)
    header = scan(text)
    if header is None:
        raise errors.teams.HeaderNotRewritable(path, "the header is computed")
    value = _value_of(text, path)
    places = _Places(text)
    quote = _quote(places.text_of(value), header, text)
    edits = [_edit_of_value(value, places, new, quote)]
    edits += _edits_of_docstring(text, places, header, new)
    changed = _applied(text, edits)
    first, *others = new
    wanted = header._replace(down_revision=new if others else first)
    got = scan(changed)
    # The docstring is free text, and nothing follows from it.
    if got is None or got._replace(docstring=header.docstring) != wanted:
        raise errors.teams.HeaderNotRewritable(path, "what the file says afterwards would be something else")
    try:
        return changed.encode(encoding)
    except UnicodeEncodeError:
        raise errors.teams.HeaderNotRewritable(
            path, f"its encoding {encoding!r} does not have the new id"
        ) from None


def _decoded(source: bytes, path: str) -> tuple[str, str]:
    try:
        encoding, _ = detect_encoding(io.BytesIO(source).readline)
        text = source.decode(encoding)
    except (SyntaxError, UnicodeDecodeError) as error:
        raise errors.teams.HeaderNotRewritable(path, str(error)) from error
    if text.encode(encoding) != source:
        raise errors.teams.HeaderNotRewritable(
            path, f"its encoding {encoding!r} can write the same text in several ways"
        )
    return text, encoding


def _value_of(text: str, path: str) -> ast.expr:
    """Return the literal that ``down_revision`` is set to, by the last statement that does."""
    try:
        statements = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise errors.teams.HeaderNotRewritable(path, f"it is not Python: {error}") from error
    for statement in reversed(statements):
        if isinstance(statement, ast.Assign):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            names = [statement.target.id]
        else:
            continue
        if "down_revision" not in names or statement.value is None:
            continue
        if len(names) > 1:
            raise errors.teams.HeaderNotRewritable(path, f"the same statement sets {comma(names)}")
        return statement.value
    raise errors.teams.HeaderNotRewritable(path, "nothing sets it")


class _Places:
    """Positions in a text by the lines and columns of its syntax tree."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(end.end() for end in _LINE_END.finditer(text)), len(text)]

    def of(self, node: ast.expr) -> tuple[int, int]:
        """Return where a node begins and ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self._at(node.lineno, node.col_offset), self._at(node.end_lineno, node.end_col_offset)

    def text_of(self, node: ast.expr) -> str:
        """Return a node as it is written."""
        start, end = self.of(node)
        return self._text[start:end]

    def _at(self, line: int, column: int) -> int:
        # Columns count the bytes that the line would have in UTF-8.
        start, end = self._starts[line - 1], self._starts[line]
        return start + len(self._text[start:end].encode()[:column].decode())


def _quote(value: str, header: Header, text: str) -> str:
    """Return the quote that the file uses: in the value itself, or else in the id."""
    found = _QUOTE.search(value)
    if found is None:
        found = re.search(rf"['\"](?={re.escape(header.revision)}['\"])", text)
    return found[0] if found else '"'


def _edit_of_value(value: ast.expr, places: _Places, new: tuple[str, ...], quote: str) -> _Edit:
    items = value.elts if isinstance(value, ast.Tuple | ast.List | ast.Set) else []
    texts = [_literal(name, quote) for name in new]
    if len(items) == len(new) == 1:
        return (*places.of(items[0]), texts[0])
    return (*places.of(value), texts[0] if len(texts) == 1 else f"({', '.join(texts)})")


def _literal(name: str, quote: str) -> str:
    plain = name.isprintable() and not {"\\", quote} & set(name)
    return f"{quote}{name}{quote}" if plain else repr(name)


def _edits_of_docstring(text: str, places: _Places, header: Header, new: tuple[str, ...]) -> list[_Edit]:
    first = ast.parse(text).body[0]
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and header.docstring):
        return []
    start, end = places.of(first.value)
    down = header.down_revision
    known = {(down,) if isinstance(down, str) else tuple(sorted(down or ())), ("base",) if not down else ()}
    edits = []
    for line in _REVISES.finditer(text, start, end):
        named = tuple(sorted(word for word in re.split(r"[,\s]+", line[2].strip("()<> ")) if word))
        if named in known:
            edits.append((*line.span(2), for_docstring(comma(new))))
    return edits


def _applied(text: str, edits: list[_Edit]) -> str:
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text
