"""What can be wrong with a range of revisions that is to be listed."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError


class RangeNeeded(MigrateOpsError):
    """One revision was given where a range is listed."""

    code = "MO260"
    given: str

    def message(self) -> str:
        return f"{self.given!r} is not a range of revisions"

    def hint(self) -> str:
        if not self.given.strip():
            return "write 'start:end', either end of which may be left out; without -r all are listed"
        return f"write '{self.given}:' for what follows it, ':{self.given}' for what leads to it"


class NothingToShow(MigrateOpsError):
    """One of the scripts was asked for by a name that stands for none: it is before the first one."""

    code = "MO129"
    given: str

    def message(self) -> str:
        return f"{self.given!r} stands for no revision: it is before the first one"

    def hint(self) -> str:
        return "see 'migrateops history': the first revision is the last one there"


class RangeNotConnected(MigrateOpsError):
    """The end of a range does not come after its start."""

    code = "MO261"
    start: str
    end: str

    def message(self) -> str:
        return f"revision {self.end!r} does not come after {self.start!r}"

    def hint(self) -> str:
        return "give the older revision first, and both of one branch"
