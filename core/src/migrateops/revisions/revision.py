"""One revision, as its header says it."""

# Annotations are not postponed here: named tuples compile each one that is, at every start.

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

RESERVED = frozenset({"head", "heads", "base", "current"})
SYNTAX = frozenset("@+-:")


def is_legal_name(name: str) -> bool:
    """Return whether *name* can be an id or a label, apart from the syntax of expressions."""
    return bool(name) and name not in RESERVED and SYNTAX.isdisjoint(name)


def is_new_name(name: str) -> bool:
    """Return whether *name* may be given to a new revision or label; older scripts may have others."""
    # A file is named after it: no separator of paths, and no dot, which ends the name of a compiled one.
    return is_legal_name(name) and all(sign.isalnum() or sign == "_" for sign in name)


def has_illegal_name(*groups: Collection[str]) -> bool:
    """Return whether any name of many cannot be an id or a label; looks at all of them at once."""
    for names in groups:
        text = "".join(names)
        if "" in names or any(name in names for name in RESERVED) or any(sign in text for sign in SYNTAX):
            return True
    return False


class Revision(NamedTuple):
    """What one script says about itself; no file is read and nothing is resolved.

    Attributes:
        revision: The id.
        down_revision: What it follows: an id, several (a merge), or None (a base).
        branch_labels: The labels written on this revision itself.
        depends_on: Ids, unique prefixes of ids, or labels, as written.
        requires_plugins: From distribution to version specifier, or to a mapping with conditions.
        doc: The first line of the docstring.
        path: The file, or None for a revision that has none.
    """

    revision: str
    down_revision: str | tuple[str, ...] | None = None
    branch_labels: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    requires_plugins: Mapping[str, Any] = {}
    doc: str = ""
    path: str | None = None

    @property
    def down_revisions(self) -> tuple[str, ...]:
        """What it follows, as a tuple; empty for a base."""
        down = self.down_revision
        if down is None:
            return ()
        return (down,) if isinstance(down, str) else down

    @property
    def is_base(self) -> bool:
        """Whether it follows nothing."""
        return self.down_revision is None

    @property
    def is_merge(self) -> bool:
        """Whether it follows more than one revision."""
        return isinstance(self.down_revision, tuple) and len(self.down_revision) > 1
