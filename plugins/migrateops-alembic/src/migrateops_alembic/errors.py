"""What can go wrong with projects that are written for Alembic alone."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError


class NameNotCovered(MigrateOpsError, AttributeError):
    """A name of a module of Alembic was asked for that has no counterpart here."""

    code = "AL101"
    module: str
    wanted: str

    def message(self) -> str:
        return f"{self.module}.{self.wanted} is not covered by migrateops-alembic"

    def hint(self) -> str:
        return "use a documented name of Alembic's in its place; if this is one, report it"


class ImportNotCovered(MigrateOpsError, ModuleNotFoundError):
    """A module of Alembic, or a name of one, was imported that has no counterpart here."""

    code = "AL102"
    module: str
    wanted: str = ""

    def message(self) -> str:
        what = f"{self.wanted!r} of {self.module!r}" if self.wanted else f"the module {self.module!r}"
        return f"{what} is not covered by migrateops-alembic"

    def hint(self) -> str:
        return "import a documented name of Alembic's in its place; if this is one, report it"


class AlembicImported(MigrateOpsError, RuntimeError):
    """The process has imported the real Alembic before."""

    code = "AL103"
    file: str

    def message(self) -> str:
        return f"this process has already imported Alembic from {self.file!r}"

    def hint(self) -> str:
        return "call migrateops_alembic.install() before anything imports alembic"
