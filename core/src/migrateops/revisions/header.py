"""The header of a migration script, read from its text without executing it."""

# Annotations are not postponed here: named tuples compile each one that is, at every start.

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from migrateops import errors

NAMES = ("revision", "down_revision", "branch_labels", "depends_on", "requires_plugins")


class Header(NamedTuple):
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
    requires_plugins: Mapping[str, Any] = {}
    docstring: str = ""

    @property
    def doc(self) -> str:
        """The first line of the docstring."""
        return self.docstring.strip().partition("\n")[0].strip()


def scan(text: str) -> Header | None:
    """Return the header of a script from its source *text*, or None if only executing it can tell.

    The ordinary shape (docstring, imports, literal assignments) is read by a regular expression,
    any other from the syntax tree.  None means that some value is not a literal, or that a name
    of the header is bound in a way that depends on execution.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = scan_ordinary(text)
    if found is not None:
        return found
    from migrateops.revisions.header_tree import scan_tree

    return scan_tree(text)


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
        raise errors.scripts.NoRevisionHeader(path)
    values = {name: namespace[name] for name in NAMES if name in namespace}
    try:
        return canonical(values, namespace.get("__doc__"))
    except BadValue as bad:
        raise errors.scripts.BadHeaderValue(path, bad.variable, repr(values[bad.variable])) from None


# ------------------------------------------------------------------ the canonical form of values


class BadValue(Exception):
    """A variable of a header has a value of the wrong type."""

    def __init__(self, variable: str) -> None:
        self.variable = variable


def canonical(values: Mapping[str, Any], docstring: str | None) -> Header:
    """Return the header of the *values* by variable, of which ``revision`` must be there.

    Raises:
        BadValue: One of them has the wrong type.
    """
    revision = values["revision"]
    if not isinstance(revision, str):
        raise BadValue("revision")
    requires = values.get("requires_plugins") or {}
    if not isinstance(requires, Mapping) or not all(isinstance(key, str) for key in requires):
        raise BadValue("requires_plugins")
    return Header(
        revision,
        _one_or_several(_names(values, "down_revision")),
        _names(values, "branch_labels"),
        _names(values, "depends_on"),
        requires,
        docstring or "",
    )


def _one_or_several(names: tuple[str, ...]) -> str | tuple[str, ...] | None:
    return names if len(names) > 1 else names[0] if names else None


def _names(values: Mapping[str, Any], variable: str) -> tuple[str, ...]:
    value = values.get(variable)
    if value is None:
        return ()
    if isinstance(value, str):
        # An empty text says as little as None.
        return (value,) if value else ()
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise BadValue(variable)


# ------------------------------------------------------------------------- the ordinary shape

# The quantifiers are possessive, so that a text of another shape fails at once.
_TEXT = r'(?:"[^"\\\n]*+"|\'[^\'\\\n]*+\')'
_GAP = r"[ \t\f\n]*+"
_TEXTS = rf"{_GAP}(?:{_TEXT}{_GAP},{_GAP})*(?:{_TEXT}{_GAP})?+"
_VALUE = rf"(?:None|{_TEXT}|\({_TEXTS}\)|\[{_TEXTS}\])"
_IS = r"[ \t]*+(?::[\w.\[\], |\t]*+)?=[ \t]*+"
_END = r"[ \t]*+(?:\#[^\n]*+)?(?:\n|\Z)"
_BLANK = r"(?:[ \t\f]*+(?:\#[^\n]*+)?\n)*+"
_IMPORT = rf"(?:from[ \t]+[\w.]+[ \t]+)?import(?:[ \t]+[\w., \t]+|[ \t]*\([\w, \t\f\n]*\)){_END}"
# One match for what is nearly always there.  All are compiled at their first use: with a header
# index there is none.
_START = (
    rf"{_BLANK}"
    r'(?:[rRuU]?(?:"""([^"\\]*+(?:"(?!"")[^"\\]*+)*+)"""|'
    r"'''([^'\\]*+(?:'(?!'')[^'\\]*+)*+)''')"
    rf"{_END})?+"
    rf"((?:{_BLANK}{_IMPORT})*+)"
    rf"{_BLANK}revision{_IS}({_TEXT}){_END}"
    rf"(?:{_BLANK}down_revision{_IS}(None|{_TEXT}){_END})?+"
    rf"(?:{_BLANK}branch_labels{_IS}None{_END})?+"
    rf"(?:{_BLANK}depends_on{_IS}None{_END})?+"
)
_VARIABLE = rf"{_BLANK}(down_revision|branch_labels|depends_on){_IS}({_VALUE}){_END}"
_EXECUTION = r"exec(?!ut)"
_STAR_IMPORT = r"import(?:[ \t\f]|\\\n)*\*"
# What must not occur in the part that is not read ("revision" also finds "down_revision").
_HAZARDS = ("revision", *NAMES[2:], "globals", "locals", "vars", "eval", "setattr", "__dict__")
_HAZARD = rf"\b(?:down_|f_|__)?(?:{'|'.join(_HAZARDS)})(?:__)?\b"


@cache
def _start() -> re.Pattern[str]:
    return re.compile(_START)


def scan_ordinary(text: str) -> Header | None:
    """Return the header of a *text* with ``\\n`` line ends if it has the ordinary shape, else None.

    That is: a docstring in triple quotes, imports, ``revision`` and then the other variables, set to
    literals; no backslash in any of them.
    """
    start = _start().match(text)
    if start is None:
        return None
    double, single, imports, revision, down = start.groups()
    rest = text[start.end() :]
    values = {"down_revision": _texts(down)} if down is not None else {}
    if is_hazardous(imports + rest):  # by another name of the header, perhaps, which is read now
        while variable := re.match(_VARIABLE, rest):
            values[variable[1]] = _texts(variable[2])
            rest = rest[variable.end() :]
        if is_hazardous(imports + rest):
            return None
    if "down_revision" not in values:
        return None
    return Header(
        revision[1:-1],
        _one_or_several(values["down_revision"]),
        values.get("branch_labels", ()),
        values.get("depends_on", ()),
        docstring=double or single or "",
    )


def _texts(literal: str) -> tuple[str, ...]:
    """Return the texts in a literal that is None, a text, or a list or tuple of texts."""
    if literal == "None" or not literal[1:-1]:
        return ()
    if literal[0] not in "([":
        return (literal[1:-1],)
    return tuple(text[1:-1] for text in re.findall(_TEXT, literal))


def as_identifiers(text: str) -> str:
    """Return *text* in the form in which Python compares identifiers."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFKC", text)


def is_hazardous(text: str) -> bool:
    """Return whether a word of *text* may bind a name of the header, or has code run that does."""
    text = as_identifiers(text)
    # Plain substrings first: they are found at the speed of memchr. Many tables are called something
    # like ``package_revision``; any other false alarm costs no more than reading the syntax tree.
    if any(hazard in text for hazard in _HAZARDS) and re.search(_HAZARD, text):
        return True
    return bool(
        ("exec" in text and re.search(_EXECUTION, text)) or ("*" in text and re.search(_STAR_IMPORT, text))
    )
