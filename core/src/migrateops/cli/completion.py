"""What a shell is offered where a revision belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrateops.cli.invocation import Invocation

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

_SYMBOLS = {
    "head": "the newest revision",
    "heads": "the newest revision of each branch",
    "base": "before the first revision",
    "current": "what the database is at",
}


def revisions(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return symbols, labels and ids that begin like *incomplete*; nothing of a project that is broken.

    Only the headers of the scripts are read.
    """
    from click.shell_completion import CompletionItem

    # A range is completed at its end.
    start, colon, typed = incomplete.rpartition(":")
    try:
        offered = _offered(context)
    except Exception:
        # A shell shows whatever is printed in the middle of the line that is typed.
        return []
    return [
        CompletionItem(f"{start}{colon}{name}", help=about)
        for name, about in offered.items()
        if name.startswith(typed)
    ]


def _offered(context: click.Context) -> dict[str, str]:
    from migrateops.script.directory import ScriptDirectory

    invocation = context.ensure_object(Invocation)
    # A note on files that are not read has no place here.
    invocation.quiet = True
    graph = ScriptDirectory.from_config(invocation.config).graph
    labels = {f"{label}@head": f"the newest revision of {label}" for label in sorted(graph.labels)}
    ids = {revision.revision: revision.doc for revision in reversed(graph)}
    return {**_SYMBOLS, **labels, **ids}
