"""What can go wrong in commands that make a project, and in commands of plugins."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError, closest, quoted
from migrateops.errors.plugins import AdvertisedError


class DirectoryNotEmpty(MigrateOpsError):
    """A project was to be made in a directory that has something in it."""

    code = "MO120"
    directory: str

    def message(self) -> str:
        return f"{self.directory!r} exists and is not an empty directory"

    def hint(self) -> str:
        return "name a directory that does not exist yet"


class UnknownTemplate(MigrateOpsError):
    """There is no template of that name."""

    code = "MO121"
    template: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"there is no template {self.template!r}; there are {quoted(self.known)}"

    def hint(self) -> str:
        return f"use {closest(self.template, self.known) or self.known[0]!r}"


class QuickstartFailed(MigrateOpsError):
    """A command of the quick start did not end well; what it printed says why.

    Attributes:
        command: The command line.
        status: Its exit status.
    """

    code = "MO122"
    command: str
    status: int

    def message(self) -> str:
        return f"{self.command!r} ended with status {self.status}"

    def hint(self) -> str:
        return "the project is left as it is: run the command there, with --debug after it"


class PluginCommandFailed(AdvertisedError):
    """The command of a plugin raised an exception, which is chained."""

    code = "MO530"
    problem: str

    def message(self) -> str:
        return f"the command of {self.advert} failed: {self.problem}"

    def hint(self) -> str:
        return f"run it again with --debug, and report the traceback to the authors of {self.distribution!r}"


class FileRefused(MigrateOpsError):
    """The operating system refused something with a file; its words are in *reason*."""

    code = "MO123"
    path: str
    reason: str

    def message(self) -> str:
        return f"{self.path!r}: {self.reason}"

    def hint(self) -> str:
        return f"check that {self.path!r} is there, and may be read and written"


class EnvironmentFailed(MigrateOpsError):
    """``env.py`` raised an exception, which is chained."""

    code = "MO270"
    path: str
    line: int
    problem: str

    def message(self) -> str:
        return f"{self.path!r}, line {self.line}: {self.problem}"

    def hint(self) -> str:
        if self.problem.startswith("ModuleNotFoundError"):
            return "install the package that is missing, or correct env.py"
        if "OperationalError" in self.problem or "Connection" in self.problem:
            return "check that the server runs, and the url that env.py connects to"
        return "correct env.py; --debug shows the whole traceback"


class NothingCompared(MigrateOpsError):
    """Autogenerate ran ``env.py``, and that compared no database with any models."""

    code = "MO271"
    path: str

    def message(self) -> str:
        return f"{self.path!r} did not call context.run_migrations(), so nothing was compared"

    def hint(self) -> str:
        return "call context.run_migrations() in env.py, after context.configure()"


class TokenTaken(MigrateOpsError):
    """Two comparisons of one autogenerate would be written to the same place of the template."""

    code = "MO272"
    token: str

    def message(self) -> str:
        return f"env.py compares several times, and two results are for {self.token!r} of the template"

    def hint(self) -> str:
        return "give each context.configure() an upgrade_token and a downgrade_token of its own"
