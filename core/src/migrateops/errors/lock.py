"""What can go wrong with the migration lock."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError


class LockUnavailable(MigrateOpsError):
    """The lock cannot even be asked for; unless it is required, a run goes on without and says so."""

    code = "MO465"
    reason: str

    def message(self) -> str:
        return f"no migration lock: {self.reason}"

    def hint(self) -> str:
        return "run one migration at a time, or set lock = 'required' to stop here"
