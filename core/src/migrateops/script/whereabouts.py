"""Where else a revision is, when no script here has it: on which branch of the git checkout.

Only commands that read are given to git, and it is kept from running hooks, filters and other
programs, from fetching, and from taking locks.  Whatever goes wrong means that nothing is known.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from migrateops import errors

_SECONDS = 2.0
_COMMITS = 10
_BRANCHES = 20
# Words have no digits, and git is not asked about a "haed".
_LIKE_AN_ID = re.compile(r"(?=.*\d)\w{4,}")
_SPECIAL = re.compile(r"([\\.\[\]{}()*+?^$|])")
_SAFE = (
    *("--no-pager", "--literal-pathspecs", "--no-replace-objects"),
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"),
    *("-c", "protocol.allow=never", "-c", "submodule.recurse=false"),
    # What a user may have set otherwise, and what is read here depends on.
    *("-c", "color.ui=never", "-c", "log.showRoot=true", "-c", "log.showSignature=false"),
)
_ENVIRONMENT = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
# Set where git runs a hook, in which these commands may be; the directory says which repository is meant.
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


def whereabouts(
    revision: str, directories: Iterable[str], *, seconds: float = _SECONDS
) -> errors.whereabouts.Whereabouts | None:
    """Return where git has the script of a revision, or None if it has none, or there is no git.

    Args:
        revision: The id.
        directories: Where scripts are looked for; the first one says which checkout is meant.
        seconds: How long git may look.
    """
    places = [Path(place).resolve() for place in directories]
    if not places or not revision.isprintable():
        return None
    # The branch that is checked out may not have the directory.
    there = next(place for place in (places[0], *places[0].parents) if place.is_dir())
    git = _Git(there, seconds)
    try:
        top = Path("".join(git.lines("rev-parse", "--show-toplevel"))).resolve()
        inside = [str(place) for place in places if place.is_relative_to(top)]
        return _found(git, _header_of(revision), inside)
    except _NoAnswer:
        return None


def explained(
    error: errors.revisions.UnknownVersionRow | errors.revisions.RevisionNotFound,
    directories: Iterable[str],
    database: str | None = None,
) -> errors.revisions.UnknownVersionRow | errors.revisions.RevisionNotFound:
    """Return the error with what git knows of the revision.

    Args:
        error: It names a revision that no script has.
        directories: Where scripts are looked for.
        database: The url of the database that is at the revision, without its password.
    """
    searched = tuple(directories)
    if isinstance(error, errors.revisions.UnknownVersionRow):
        return errors.revisions.UnknownVersionRow(
            error.revision, database, searched, whereabouts(error.revision, searched)
        )
    found = whereabouts(error.given, searched) if _LIKE_AN_ID.fullmatch(error.given) else None
    return errors.revisions.RevisionNotFound(error.given, error.closest, found)


class _NoAnswer(Exception):
    """Git is not there, has failed, or needs too long."""


class _Git:
    """Git in one directory, with one time limit for all that it is asked."""

    def __init__(self, directory: Path, seconds: float) -> None:
        self._directory = directory
        self._end = time.monotonic() + seconds
        inherited = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
        self._environment = {**inherited, **_ENVIRONMENT}

    def lines(self, *arguments: str, may_fail: bool = False) -> list[str]:
        """Return what git prints, by lines."""
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise _NoAnswer
        try:
            done = subprocess.run(
                ["git", *_SAFE, "-C", str(self._directory), *arguments],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=remaining,
                check=False,
            )
        except (OSError, ValueError, subprocess.SubprocessError):
            raise _NoAnswer from None
        if done.returncode and not may_fail:
            raise _NoAnswer
        return done.stdout.decode(errors="replace").splitlines()


def _header_of(revision: str) -> str:
    """Return the regular expression of the line that says that a script is this revision."""
    name = _SPECIAL.sub(r"\\\1", revision)
    return f"^revision[[:space:]]*(:[^=]*)?=[[:space:]]*['\"]{name}['\"]"


class _Change(NamedTuple):
    """A commit that adds or deletes such a script."""

    commit: str
    path: str


def _found(git: _Git, header: str, places: list[str]) -> errors.whereabouts.Whereabouts | None:
    _, path = _having(git, header, ["HEAD"], places)
    if path:
        return errors.whereabouts.Whereabouts(path, "HEAD", checked_out=True)
    added: list[_Change] = []
    # The newest commit of another branch is the likely one, and is found without the whole history.
    for revisions in (("--max-count=1", "--all", "--not", "HEAD"), (f"--max-count={_COMMITS}", "--all")):
        added = _changes(git, header, places, "A", *revisions)
        refs, path = _having(git, header, _branches_with(git, added), places)
        if refs:
            branches = tuple(re.sub("^refs/(heads|remotes)/", "", ref) for ref in refs)
            return errors.whereabouts.Whereabouts(path, added[0].commit, branches)
    for change in _changes(git, header, places, "D", "--max-count=1", "--all"):
        return errors.whereabouts.Whereabouts(change.path, f"{change.commit}^", deleted_in=change.commit)
    return errors.whereabouts.Whereabouts(added[0].path, added[0].commit) if added else None


def _changes(git: _Git, header: str, places: list[str], kind: str, *revisions: str) -> list[_Change]:
    """Return the commits that add (``A``) or delete (``D``) a file with that header, newest first."""
    what = (f"-G{header}", f"--diff-filter={kind}", "--no-renames", "--no-ext-diff", "--no-textconv")
    changes = []
    commit = ""
    for line in git.lines("log", *what, "--format=%x00%h", "--name-only", *revisions, "--", *places):
        if line.startswith("\0"):
            commit = line[1:]
        elif line:
            changes.append(_Change(commit, line))
    return changes


def _branches_with(git: _Git, changes: list[_Change]) -> list[str]:
    """Return the branches that have one of some commits, those with the newest commits first."""
    if not changes:
        return []
    limits = (f"--count={_BRANCHES}", "--sort=-committerdate", "--format=%(refname)")
    commits = (f"--contains={change.commit}" for change in changes)
    refs = git.lines("for-each-ref", *limits, *commits, "refs/heads", "refs/remotes")
    return [ref for ref in refs if not ref.endswith("/HEAD")]


def _having(git: _Git, header: str, refs: list[str], places: list[str]) -> tuple[list[str], str]:
    """Return what of *refs* has such a script in its newest commit, and the path there.

    Whoever has the commit that added the script may have deleted it since.
    """
    if not refs:
        return [], ""
    having: list[str] = []
    path = ""
    options = ("--full-name", "--files-with-matches", "--extended-regexp", "--no-textconv", "-e", header)
    for line in git.lines("grep", *options, *refs, "--", *places, may_fail=True):
        ref, _, path = line.partition(":")
        having.append(ref)
    return list(dict.fromkeys(having)), path
