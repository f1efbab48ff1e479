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


class PluginNotLoaded(MigrateOpsError, ImportError):
    """A plugin of Alembic's that is installed cannot be set up."""

    code = "AL110"
    plugin: str
    entry_point: str
    problem: str

    def message(self) -> str:
        return f"the plugin {self.plugin!r} ([alembic.plugins] {self.entry_point}) fails: {self.problem}"

    def hint(self) -> str:
        return "upgrade or uninstall the distribution that has it"


class NoAlembicProject(MigrateOpsError):
    """A command for projects of Alembic's was called elsewhere."""

    code = "AL104"
    file: str

    def message(self) -> str:
        found = f"{self.file!r} is no configuration of Alembic's" if self.file else "no alembic.ini is found"
        return f"this is no project of Alembic's: {found}"

    def hint(self) -> str:
        return "run it where alembic.ini is, or name the file with -c"


class UrlNotUsed(MigrateOpsError):
    """``env.py`` does not connect to the url that is configured."""

    code = "AL105"
    url: str

    def message(self) -> str:
        return f"env.py does not use the configured url: it connects to {self.url!r}, which is left alone"

    def hint(self) -> str:
        return "have env.py take config.get_main_option('sqlalchemy.url'), or use --scan-only"


class PeerFailed(MigrateOpsError):
    """Alembic itself could not run the history."""

    code = "AL106"
    problem: str

    def message(self) -> str:
        return f"the history does not run with Alembic: {self.problem}"


class NotConvertible(MigrateOpsError):
    """Something in the project cannot be converted."""

    code = "AL107"
    findings: tuple[str, ...]

    def message(self) -> str:
        return f"nothing is converted, because of {'; '.join(self.findings)}"

    def hint(self) -> str:
        return "use names that are covered; a project need not be converted to be run"


class AlreadyConverted(MigrateOpsError):
    """The project was converted before, and what it was is still kept."""

    code = "AL112"
    record: str

    def message(self) -> str:
        return f"this project is converted already: {self.record!r} holds what it was"

    def hint(self) -> str:
        return "take it back with `migrateops convert --undo`, then convert it anew"


class NotConverted(MigrateOpsError):
    """There is no conversion to take back."""

    code = "AL108"
    directory: str

    def message(self) -> str:
        return f"in {self.directory!r} nothing was converted: there is no migrateops-convert.json"

    def hint(self) -> str:
        return "run it where `migrateops convert` was run; the file is kept with the project"


class ChangedSince(MigrateOpsError):
    """A file was edited after the conversion that is to be taken back."""

    code = "AL109"
    files: tuple[str, ...]

    def message(self) -> str:
        return f"edited after the conversion: {', '.join(self.files)}; nothing is put back"

    def hint(self) -> str:
        return "restore them from version control, or undo the edits first"


class DatabaseNotEmpty(MigrateOpsError):
    """A database on which a history is to be tried has tables already."""

    code = "AL111"
    url: str
    tables: tuple[str, ...]

    def message(self) -> str:
        shown = ", ".join(self.tables[:5]) + (", .." if len(self.tables) > 5 else "")
        return f"the database {self.url!r} is not empty: {shown}"

    def hint(self) -> str:
        return "name one without tables, in which all scripts can be run"
