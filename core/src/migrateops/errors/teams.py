"""What stands against putting the revisions of one branch behind those of another."""

from __future__ import annotations

from typing import ClassVar

from migrateops.errors.base import MigrateOpsError, quoted


class RebaseError(MigrateOpsError):
    """The family of errors about rebasing a branch."""

    code = "MO280"


class BranchNotChosen(RebaseError):
    """There are several heads, and nothing says which branch is to move.

    Attributes:
        heads: What there is to choose from.
        reason: A key of ``REASONS``: why it does not follow from anything.
    """

    code = "MO281"
    REASONS: ClassVar[dict[str, str]] = {
        "several": "more than one could be",
        "deliberate": "they have labels or bases of their own, so there is more than one on purpose",
        "no database": "no database says which one is applied",
        "neither applied": "the database has applied neither",
        "both applied": "the database has applied revisions of both",
    }
    heads: tuple[str, ...]
    reason: str

    def message(self) -> str:
        return (
            f"it is not clear which of the heads {quoted(self.heads)} is to move: {self.REASONS[self.reason]}"
        )

    def hint(self) -> str:
        first, *others = self.heads
        onto = f" --onto {others[0]}" if len(others) > 1 else ""
        return f"name it, as in 'migrateops rebase {first}{onto}'"


class OntoNotChosen(RebaseError):
    """There are more than two heads, and nothing says behind which one the branch is to be put."""

    code = "MO282"
    head: str
    others: tuple[str, ...]

    def message(self) -> str:
        return f"there is more than one head that {self.head!r} could be put behind: {quoted(self.others)}"

    def hint(self) -> str:
        return f"name one, as in 'migrateops rebase {self.head} --onto {self.others[0]}'"


class OntoNotAHead(RebaseError):
    """A branch was to be put behind a revision that others follow, which would leave as many heads."""

    code = "MO283"
    revision: str
    heads: tuple[str, ...]

    def message(self) -> str:
        return f"{self.revision!r} is not a head; the heads are {quoted(self.heads)}"

    def hint(self) -> str:
        return f"give a head: '--onto {self.heads[0]}'"


class OntoItself(RebaseError):
    """A branch was to be put behind its own head."""

    code = "MO284"
    head: str

    def message(self) -> str:
        return f"the branch that is to move has the head {self.head!r} itself"

    def hint(self) -> str:
        return "give the head of the other branch with --onto"


class BranchShared(RebaseError):
    """Revisions of a third branch follow one that would move, and would move along."""

    code = "MO285"
    revision: str
    followers: tuple[str, ...]
    head: str
    other_head: str

    def message(self) -> str:
        return (
            f"revision {self.revision!r} would move, and {quoted(self.followers)} of another branch with it"
        )

    def hint(self) -> str:
        return f"make one branch of the two first: 'migrateops rebase {self.other_head} --onto {self.head}'"


class RebaseCircle(RebaseError):
    """A revision would come to stand behind another that needs it.

    Attributes:
        chain: From the new parent, each needed by the one before it, to what would move.
    """

    code = "MO286"
    chain: tuple[str, ...]

    def message(self) -> str:
        needs = " needs ".join(map(repr, self.chain))
        return f"{self.chain[-1]!r} cannot be put behind {self.chain[0]!r}: {needs}"

    def hint(self) -> str:
        return "move the other branch behind this one, or join the two with 'migrateops merge heads'"


class AlreadyApplied(RebaseError):
    """The database has applied revisions that were to move.

    Attributes:
        revisions: Those, oldest first.
        back_to: What they stand behind now; None if there is no such one revision.
    """

    code = "MO287"
    revisions: tuple[str, ...]
    back_to: str | None = None

    def message(self) -> str:
        return f"the database has applied what is to move: {quoted(self.revisions)}"

    def hint(self) -> str:
        merge = "join the heads with 'migrateops merge heads'"
        if self.back_to is None:
            return merge
        return f"take it back first with 'migrateops downgrade {self.back_to}', or {merge}"


class AppliedNotKnown(RebaseError):
    """No database could be asked whether it has applied what is to move."""

    code = "MO288"
    problem: str

    def message(self) -> str:
        return f"it is not known what is applied: {self.problem}"

    def hint(self) -> str:
        return "give --url, or --no-database if no database has applied what is to move"


class HeaderNotRewritable(RebaseError):
    """A script's ``down_revision`` cannot be changed in its text."""

    code = "MO289"
    path: str
    reason: str

    def message(self) -> str:
        return f"'down_revision' in {self.path!r} cannot be changed: {self.reason}"

    def hint(self) -> str:
        return "write the header as literals, or change the file by hand"
