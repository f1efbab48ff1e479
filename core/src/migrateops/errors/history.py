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
        return f"write '{self.given}:' for what follows it, ':{self.given}' for what leads to it"


class RangeNotConnected(MigrateOpsError):
    """The end of a range does not come after its start."""

    code = "MO261"
    start: str
    end: str

    def message(self) -> str:
        return f"revision {self.end!r} does not come after {self.start!r}"

    def hint(self) -> str:
        return "give the older revision first, and both of one branch"
