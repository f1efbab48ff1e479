"""``merge``: write a script that joins branches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from migrateops import errors
from migrateops.commands.directives import Directives, empty_script
from migrateops.commands.revision import NewRevision, write
from migrateops.commands.scripts import refuse_unreadable
from migrateops.revisions.expressions import resolve
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.revisions.graph import RevisionGraph


def merge(
    config: Config,
    revisions: str | Iterable[str],
    message: str | None = None,
    branch_label: str | Iterable[str] | None = None,
    rev_id: str | None = None,
    splice: bool = False,
) -> NewRevision:
    """Write an empty script that follows several revisions.

    Args:
        config: The configuration.
        revisions: Identifiers of what it follows; ``heads`` is all heads; in a project of another shape,
            those that no revision depends on, if there are two of them.
        message: The first line of its docstring; the ids that it joins when omitted.
        branch_label: Labels to write on it.
        rev_id: Its id; a random one when omitted.
        splice: Whether it may follow a revision that is followed already.

    Raises:
        NothingToMerge: There are not two revisions.
        MergeOfAncestor: One of them comes before another one.
        NotAHead: One is followed already, and *splice* is not set.
        MigrateOpsError: An identifier names nothing, or a file is in the way.
    """
    script = ScriptDirectory.from_config(config)
    refuse_unreadable(script)
    given = [revisions] if isinstance(revisions, str) else revisions
    # The other program that runs such a project may fail at a merge of both.
    parents = joined(script.graph, given, needed=config.shape is None)
    directive = empty_script(
        rev_id=rev_id,
        message=f"merge {', '.join(parents)}" if message is None else message,
        head=parents,
        splice=splice,
        branch_label=branch_label,
    )
    # Nobody may take this script out for being empty: it is meant to be.
    directives = Directives(script, directive, rewriting=False)
    directives.run_if_configured(config, destination_rev=parents)
    [written] = write(config, directives)
    return written


def joined(graph: RevisionGraph, given: Iterable[str], *, needed: bool = True) -> tuple[str, ...]:
    """Return the revisions that a merge of some identifiers follows, each once.

    Args:
        graph: The revisions.
        given: The identifiers.
        needed: Whether ``heads`` has those that others depend on, beside several others, too.

    Raises:
        NothingToMerge: There are not two.
        MergeOfAncestor: One of them comes before another one.
    """
    names = tuple(dict.fromkeys(name for text in given for name in _ids(graph, text, needed)))
    if len(names) < 2:
        raise errors.commands.NothingToMerge(names)
    # All at once: there may be as many heads as revisions.
    parents = (parent for name in names for parent in graph.parents(name))
    superfluous = graph.ancestors(parents, dependencies=False).intersection(names)
    if superfluous:
        ancestor = graph.sorted(superfluous)[0]
        later = graph.descendants([ancestor], dependencies=False)
        raise errors.commands.MergeOfAncestor(
            ancestor, next(name for name in names if name in later and name != ancestor)
        )
    return names


def _ids(graph: RevisionGraph, text: str, needed: bool) -> tuple[str, ...]:
    if text == "heads":
        # One that another depends on is a head as well: `head` stands for one revision only without it.
        return graph.heads if needed or len(graph.effective_heads) < 2 else graph.effective_heads
    return tuple(revision.revision for revision in resolve(graph, text) if revision is not None)
