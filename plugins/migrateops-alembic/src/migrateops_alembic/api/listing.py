"""Scripts as Alembic writes them: in one line, and in several."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrateops_alembic.api.scripts import Script, ScriptDirectory


def printed(
    verb: str, directory: ScriptDirectory, found: Sequence[Any], *, verbose: bool, current: Collection[str]
) -> str:
    """Return what a command prints, each line of it ended.

    Args:
        verb: The command.
        directory: The scripts.
        found: What core's command of that name has returned.
        verbose: Several lines for each script.
        current: What the database is at, for those that mark it.
    """
    if verb == "branches":
        return "".join(f"{_branches(directory, point, verbose=verbose)}\n\n" for point in found)
    if verb == "current":
        return "".join(_current(database, verbose=verbose) for database in found)
    ids = [one.revision for one in found]
    if verb == "history" and any(one.is_head or one.is_merge or one.depends_on for one in found[1:]):
        from migrateops_alembic.api.walking import newest_first

        ids = newest_first(directory.graph, set(ids))
    texts = []
    for script in directory.scripts(ids):
        mark = script.revision in current
        if verbose or verb == "show":
            texts.append(entry(script, current=mark))
        elif verb == "history":
            texts.append(line(script, parents=True, labels=True, message=True, current=mark))
        else:
            texts.append(line(script, labels=True, places=False))
    return "".join(f"{text}\n" for text in texts)


def _branches(directory: ScriptDirectory, point: Any, *, verbose: bool) -> str:
    (script,) = directory.scripts([point.revision.revision])
    lines = [entry(script) if verbose else line(script, labels=True)]
    followed_by = directory.scripts(one.revision for one in point.followed_by)
    indent = " " * len(script.revision)
    lines += [f"{indent} -> {line(after, labels=True, message=verbose)}" for after in followed_by]
    return "\n".join(lines)


def _current(database: Any, *, verbose: bool) -> str:
    from migrateops_alembic.api.scripts import Script

    directory = database.script
    graph = directory.graph
    texts = [f"Current revision(s) for {database.url}:"] if verbose else []
    known = [row for row in database.revisions if row in graph]
    # Also heads that have no row, as a revision that has one depends on them.
    at = {one.revision for one in directory.get_all_current(known)}
    scripts = (Script(directory, graph[one]) for one in sorted(at, key=graph.position))
    texts += [entry(script) if verbose else line(script) for script in scripts]
    return "".join(f"{text}\n" for text in texts)


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
        "Branches into": sorted(script.nextrev) if script.is_branch_point else (),
        "Branch names": sorted(script.branch_labels),
    }
    lines += [f"{what}: {_listed(names)}" for what, names in more.items() if names]
    message = "\n".join(f"    {one}" for one in script.longdoc.splitlines())
    lines += [f"Path: {script.path}", "", message, ""]
    return "\n".join(lines)


def _parents(script: Script) -> str:
    return _listed(script.data.down_revisions) or "<base>"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
