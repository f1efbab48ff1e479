"""Revisions as Alembic writes them: in one line, and in several."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from migrateops.commands.read import RevisionInfo


def title(
    info: RevisionInfo, *, parents: bool = False, implicit: Collection[str] = (), mark: str = ""
) -> str:
    """Return the id of a revision, with what it follows and what it is.

    Args:
        info: The revision.
        parents: Begin with what it follows.
        implicit: Ids that it depends on.
        mark: What else is to be said of it, such as ``(current)``.
    """
    words = []
    if parents:
        words.append(", ".join(info.down_revisions) or "<base>")
        if implicit:
            words.append(f"({', '.join(implicit)})")
        words.append("->")
    words.append(info.revision)
    if info.branch_labels:
        words.append(f"({', '.join(info.branch_labels)})")
    if mark:
        words.append(mark)
    if info.is_head:
        words.append("(head)")
    if info.is_branch_point:
        words.append("(branchpoint)")
    if info.is_merge:
        words.append("(mergepoint)")
    return " ".join(words)


def line(info: RevisionInfo, *, parents: bool = False, mark: str = "") -> str:
    """Return a revision in one line, with its message."""
    return f"{title(info, parents=parents, implicit=info.depends_on, mark=mark)}, {info.message}"


def entry(info: RevisionInfo, *, mark: str = "") -> str:
    """Return several lines on a revision."""
    lines = [f"Rev: {title(info, mark=mark)}"]
    if info.is_merge:
        lines.append(f"Merges: {', '.join(info.down_revisions)}")
    else:
        lines.append(f"Parent: {', '.join(info.down_revisions) or '<base>'}")
    if info.depends_on:
        lines.append(f"Also depends on: {', '.join(info.depends_on)}")
    lines += [f"Path: {info.path}", "", f"    {info.message}", ""]
    return "\n".join(lines)
