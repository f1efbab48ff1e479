"""What commands make sure of before they go on with the scripts of a project."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from migrateops import errors
from migrateops.revisions.expressions import split_range
from migrateops.revisions.starts import starts_of

if TYPE_CHECKING:
    from migrateops.script.directory import ScriptDirectory


def refuse_unreadable(script: ScriptDirectory, new_location: str | None = None) -> None:
    """Raise the fault of a script of which not even the header can be read, or of a missing location.

    It may be the newest one: without it ``head`` would stand for another revision, and nobody
    would notice.  A file that says nothing of a revision is no script.

    Args:
        script: The scripts.
        new_location: A location that is about to be made.

    Raises:
        BrokenGraph: Revisions were left out because they do not fit together.
        ScriptError: There is one.
    """
    script.check_graph()
    made = None if new_location is None else os.path.realpath(new_location)
    # Where there is none yet, no scripts can be missing: the first one makes them all.
    none_yet = made is not None and not any(map(os.path.isdir, script.version_locations))
    for fault in script.faults:
        expected = isinstance(fault, errors.scripts.VersionLocationMissing) and (
            none_yet or os.path.realpath(fault.path) == made
        )
        if not expected and not isinstance(fault, errors.scripts.NoRevisionHeader):
            raise fault


def start_of(script: ScriptDirectory, revision: str, sql: bool) -> tuple[tuple[str, ...] | None, str]:
    """Split ``from:to`` into the rows to start from and the target; without a range there are no rows.

    Commas are between several rows.

    Raises:
        RangeOnline: A range without *sql*.
        RevisionError: The start stands for nothing.
    """
    if ":" not in revision:
        return None, revision
    if not sql:
        raise errors.runtime.RangeOnline(revision)
    start, end = split_range(revision) or ("", "")
    return starts_of(script.graph, start or "base"), end or "heads"
