"""Where git has the script of a revision that is missing here, and how to get it."""

from __future__ import annotations

from typing import NamedTuple

from migrateops.errors.base import quoted


class Whereabouts(NamedTuple):
    """Where git has the script of a revision.

    Attributes:
        path: The file, from the top of the checkout.
        commit: A commit that has it.
        branches: Other branches that have it now; none if it was deleted everywhere, or is on no branch.
        checked_out: What is checked out has it, so that only the file is missing; other branches
            are not looked at.
        deleted_in: The commit that deleted it, where no branch has it.
    """

    path: str
    commit: str
    branches: tuple[str, ...] = ()
    checked_out: bool = False
    deleted_in: str | None = None

    def advice(self) -> str:
        """Return what is known and the one thing to do, for a hint."""
        restore = f"'git checkout {self.commit} -- :/{self.path}'"
        if self.checked_out:
            return f"the file is in git and missing here: bring it back with {restore}"
        if self.branches:
            have = "branches" if len(self.branches) > 1 else "branch"
            return f"merge or check out {have} {quoted(self.branches, limit=3)}, with {self.path!r}"
        if self.deleted_in is not None:
            return f"commit {self.deleted_in} deleted {self.path!r}: bring it back with {restore}"
        return f"commit {self.commit} has {self.path!r}: bring it back with {restore}"
