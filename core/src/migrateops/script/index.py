# pathlib is not worth its import on the way to `heads`.
# ruff: noqa: PTH103, PTH105, PTH108, PTH109, PTH111, PTH112, PTH116, PTH117, PTH118, PTH120, PTH123
"""The header index: what the headers of very many scripts say, kept in the user's cache directory.

A cache and never more.  A row counts only as long as its file has the size, times and inode that it
had; on any doubt the file is read; and whatever goes wrong here goes unnoticed.

The file is text, so that loading it can execute nothing.  It has a line for each column, because
that takes one ``split`` for each of them, and not one for each of 20,000 revisions.
"""

from __future__ import annotations

import os
import sys
import time
from binascii import crc32
from collections.abc import Mapping, Sequence
from typing import Any

from migrateops import __version__
from migrateops.revisions.revision import Revision

VARIABLE = "MIGRATEOPS_HEADER_INDEX"
"""The environment variable that, set to ``0``, turns the index off."""

# Another version of either may read the same text as another header.
_FORMAT = f"migrateops header index 1, {__version__}, {sys.implementation.cache_tag}"
# The clocks of file systems may be as coarse as this, in nanoseconds: a file that was changed just
# now may change again and have the same time.
_SETTLED_AFTER = 2_000_000_000


class HeaderIndex:
    """The rows of one index, and where they are kept.

    Args:
        file: The file of the index, which need not exist.
        key: What it is the index of; an index of anything else is not used.
    """

    def __init__(self, file: str, key: str) -> None:
        self._file = file
        self._key = key
        # What changes from now on may change again while it is being read.
        self._settled_before = time.time_ns() - _SETTLED_AFTER
        self._known = self._load()
        self._kept: dict[str, tuple[str, Revision]] = {}
        self._has_new = False

    @classmethod
    def of(cls, locations: Sequence[str]) -> HeaderIndex | None:
        """Return the index of the scripts in some directories, or None if there is to be none."""
        home = _cache_home()
        try:
            here = os.getcwd()
        except OSError:
            return None
        key = "\t".join(os.path.join(here, location) for location in locations)
        if home is None or os.environ.get(VARIABLE) == "0" or "\n" in key or not _is_encodable(key):
            return None
        return cls(os.path.join(home, "migrateops", f"headers-{crc32(_encoded(key)):08x}"), key)

    def find(self, entry: os.DirEntry[str]) -> Revision | None:
        """Return what a file says if it is as it was; to be called before it is read."""
        try:
            stamp = _stamp(entry.stat())
        except OSError:
            return None
        row = self._known.get(entry.path)
        if row is None or row[0] != stamp:
            return None
        self._kept[entry.path] = row
        return row[1]

    def add(self, entry: os.DirEntry[str], revision: Revision) -> None:
        """Remember what the text of a file says, unless the file was changed just now."""
        try:
            status = entry.stat()  # which `find` has asked for: it is from before the file was read
        except OSError:
            return
        row = (_stamp(status), revision)
        if max(status.st_mtime_ns, status.st_ctime_ns) < self._settled_before and _fields(*row) is not None:
            self._kept[entry.path] = row
            self._has_new = True

    def save(self) -> None:
        """Write the index if it has changed and can be written."""
        if not self._has_new and len(self._kept) == len(self._known):
            return
        lines = filter(None, (_fields(*row) for row in self._kept.values()))
        columns = ("\t".join(column) for column in zip(*lines, strict=True))
        body = _encoded("\n".join((_FORMAT, self._key, *columns)))
        try:
            _replace(self._file, b"%08x\n%b" % (crc32(body), body))
        except OSError:
            return

    def _load(self) -> dict[str, tuple[str, Revision]]:
        """Return the stamps and revisions by path; none where there is no index, or one in doubt."""
        try:
            checksum, _, body = _content(self._file).partition(b"\n")
            form, key, *columns = body.decode("utf-8", "surrogateescape").split("\n")
            if checksum != b"%08x" % crc32(body) or (form, key) != (_FORMAT, self._key):
                return {}
            return _rows(*(column.split("\t") for column in columns))
        except (OSError, ValueError, TypeError):
            return {}


def _stamp(status: os.stat_result) -> str:
    """Return what changes whenever a file does."""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


# ------------------------------------------------------------------------------- rows and columns


def _rows(
    paths: list[str],
    stamps: list[str],
    names: list[str],
    downs: list[str],
    labels: list[str],
    dependencies: list[str],
    requires: list[str],
    docs: list[str],
) -> dict[str, tuple[str, Revision]]:
    revisions = map(
        Revision,
        names,
        [_several(text) if "\x1f" in text else text or None for text in downs],
        [_several(text) if text else () for text in labels],
        [_several(text) if text else () for text in dependencies],
        [_mapping(text) if text else {} for text in requires],
        docs,
        paths,
    )
    return dict(zip(paths, zip(stamps, revisions, strict=True), strict=True))


def _fields(stamp: str, revision: Revision) -> tuple[str, ...] | None:
    """Return the texts of a row, or None if they would not be read as the same revision."""
    path = revision.path or ""
    several = (revision.down_revisions, revision.branch_labels, revision.depends_on)
    requires = _encoded_mapping(revision.requires_plugins)
    fields = (path, stamp, revision.revision, *map("\x1f".join, several), requires, revision.doc)
    if "\t" in (text := "".join(fields)) or "\n" in text or not _is_encodable(text):
        return None
    return fields if _rows(*([field] for field in fields))[path][1] == revision else None


def _several(text: str) -> tuple[str, ...]:
    return tuple(text.split("\x1f"))


def _mapping(text: str) -> Mapping[str, Any]:
    import json

    found: Mapping[str, Any] = json.loads(text)
    return found


def _encoded_mapping(mapping: Mapping[str, Any]) -> str:
    if not mapping:
        return ""
    import json

    try:
        return json.dumps(mapping)
    except (TypeError, ValueError):
        return ""


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _is_encodable(text: str) -> bool:
    """Return whether a text is the same when it is read again: half of a surrogate pair is not."""
    try:
        return _encoded(text).decode("utf-8", "surrogateescape") == text
    except UnicodeEncodeError:
        return False


# ------------------------------------------------------------------------------ the cache directory


def _cache_home() -> str | None:
    """Return where this user's programs keep caches, or None if that is not known."""
    if os.name == "nt":
        usual = os.environ.get("LOCALAPPDATA", "")
    else:
        usual = os.path.expanduser("~/Library/Caches" if sys.platform == "darwin" else "~/.cache")
    named = os.environ.get("XDG_CACHE_HOME", "")
    home = named if os.path.isabs(named) else usual
    return home if os.path.isabs(home) else None


def _content(file: str) -> bytes:
    """Return what is in a file if this user wrote it, else nothing."""
    with open(file, "rb", buffering=0) as opened:
        return opened.readall() if _is_ours(os.fstat(opened.fileno())) else b""


def _is_ours(status: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or status.st_uid == os.getuid()


def _replace(file: str, content: bytes) -> None:
    """Put a file in place in one step, readable by this user only.

    Nothing is made in a directory of another user: ``sudo`` may leave HOME as it was.

    Raises:
        OSError: It cannot be written.
    """
    directory = os.path.dirname(file)
    existing = directory
    while not os.path.isdir(existing) and existing != os.path.dirname(existing):
        existing = os.path.dirname(existing)
    if not _is_ours(os.stat(existing)):
        return
    os.makedirs(directory, 0o700, exist_ok=True)
    temporary = f"{file}.{os.getpid()}-{os.urandom(4).hex()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with open(descriptor, "wb") as opened:
            opened.write(content)
        os.replace(temporary, file)
    except BaseException:
        os.unlink(temporary)
        raise
