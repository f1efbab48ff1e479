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
        return "correct env.py; --debug shows the whole traceback"
