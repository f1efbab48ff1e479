"""Scripts as Alembic writes them: in one line, and in several."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrateops_alembic.api.scripts import Script


def line(
    script: Script,
    *,
    parents: bool = False,
    labels: bool = False,
    message: bool = False,
    heads: bool = True,
    places: bool = True,
    current: bool = False,
) -> str:
    """Return a script in one line.

    Args:
        script: The script.
        parents: Begin with what it follows.
        labels: Name its branch.
        message: End with its message.
        heads: Say that it is a head.
        places: Say where branches part and meet.
        current: Say that a database is at it.
    """
    words = []
    if parents:
        words.append(_parents(script))
        depends_on = script.data.depends_on
        words.append(f"({_listed(depends_on)}) ->" if depends_on else "->")
    words.append(script.revision)
    if labels and script.branch_labels:
        words.append(f"({_listed(sorted(script.branch_labels))})")
    if heads and script.is_head:
        words.append("(head)" if script.is_effective_head else "(effective head)")
    if current:
        words.append("(current)")
    if places and script.is_branch_point:
        words.append("(branchpoint)")
    if places and script.is_merge_point:
        words.append("(mergepoint)")
    text = " ".join(words)
    return f"{text}, {script.doc}" if message else text


def entry(script: Script, *, current: bool = False) -> str:
    """Return several lines on a script, with its whole docstring."""
    marks = {
        "(head)": script.is_head,
        "(branchpoint)": script.is_branch_point,
        "(mergepoint)": script.is_merge_point,
        "(current)": current,
    }
    lines = [" ".join(["Rev:", script.revision, *(mark for mark, there in marks.items() if there)])]
    lines.append(f"{'Merges' if script.is_merge_point else 'Parent'}: {_parents(script)}")
    more = {
        "Also depends on": script.data.depends_on,
        "Branches into": script.nextrev if script.is_branch_point else (),
        "Branch names": sorted(script.branch_labels),
    }
    lines += [f"{what}: {_listed(names)}" for what, names in more.items() if names]
    lines += [f"Path: {script.path}", "", *(f"    {one}" for one in script.longdoc.splitlines()), ""]
    return "\n".join(lines)


def _parents(script: Script) -> str:
    return _listed(script.data.down_revisions) or "<base>"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
