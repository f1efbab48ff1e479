"""From the files of a script directory to its revisions."""

from __future__ import annotations

from collections.abc import Sequence

from migrateops.errors.base import MigrateOpsError
from migrateops.revisions.header import Header
from migrateops.revisions.revision import Revision
from migrateops.script.locations import script_entries
from migrateops.script.module import executed_header, scanned_header

INDEX_ABOVE = 500
"""With no more files than this, reading them all takes no longer than 20 ms."""


def read_revisions(
    locations: Sequence[str], *, recursive: bool = False, sourceless: bool = False, header_index: bool = True
) -> tuple[list[Revision], tuple[MigrateOpsError, ...]]:
    """Return what the scripts in some directories say, and a fault for each that cannot be read.

    Args:
        locations: The directories, in the order in which they are searched.
        recursive: Search their subdirectories too.
        sourceless: Also accept compiled scripts that have no source.
        header_index: Use the header index, and bring it up to date, if there are many files.
    """
    entries = list(script_entries(locations, recursive=recursive, sourceless=sourceless))
    index = None
    if header_index and len(entries) > INDEX_ABOVE:
        from migrateops.script.index import HeaderIndex

        index = HeaderIndex.of(locations)
    revisions: list[Revision] = []
    faults: list[MigrateOpsError] = []
    for entry in entries:
        known = index.find(entry) if index is not None else None
        if known is not None:
            revisions.append(known)
            continue
        path = entry.path
        try:
            scanned = scanned_header(path)
            revision = _revision(scanned or executed_header(path), path)
        except MigrateOpsError as fault:
            faults.append(fault)
            continue
        revisions.append(revision)
        # What a file sets when it is executed may depend on anything, so it is not remembered.
        if scanned is not None and index is not None:
            index.add(entry, revision)
    if index is not None:
        index.save()
    return revisions, tuple(faults)


def _revision(header: Header, path: str) -> Revision:
    return Revision(
        header.revision,
        header.down_revision,
        header.branch_labels,
        header.depends_on,
        header.requires_plugins,
        header.doc,
        path,
    )
