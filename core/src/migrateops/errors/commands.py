"""What can go wrong in commands as such, and in commands of plugins."""

from __future__ import annotations

from typing import Any

from migrateops.errors.base import TRACEBACK, MigrateOpsError, closest, quoted
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
        near = closest(self.template, self.known)
        if near is not None:
            return f"use {near!r}"
        return "see what each of them is for with 'migrateops list_templates'"


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


class EditorMissing(MigrateOpsError):
    """There is no editor to open a script with.

    Attributes:
        tried: The programs that were looked for.
        variable: The environment variable that names one; empty where none is set.
    """

    code = "MO124"
    tried: tuple[str, ...]
    variable: str

    def message(self) -> str:
        where = f", which {self.variable} names," if self.variable else ""
        return f"there is no editor: {quoted(self.tried)}{where} cannot be found"

    def hint(self) -> str:
        return "name an editor that is installed in the environment variable EDITOR"


class EditorFailed(MigrateOpsError):
    """The editor could not be started, or did not end well."""

    code = "MO125"
    editor: str
    problem: str

    def message(self) -> str:
        return f"the editor {self.editor!r} {self.problem}"

    def hint(self) -> str:
        return "see what it says, or name another one in the environment variable EDITOR"


class TemplateDirectoryMissing(MigrateOpsError):
    """Templates were to be looked for in something that is not a directory."""

    code = "MO126"
    path: str

    def message(self) -> str:
        return f"the template directory {self.path!r} does not exist"

    def hint(self) -> str:
        return "correct 'template_directory' in the configuration, or --template-directory"


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
        return "check that its directory is there, and that you may read and write in it"


# What SQLAlchemy says of a url that it cannot use.
_OF_URLS = (
    "ArgumentError: Could not parse SQLAlchemy URL",
    "ArgumentError: Invalid ",
    "NoSuchModuleError",
    "InvalidRequestError: The asyncio extension requires an async driver",
)


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
        if self.problem.startswith(_OF_URLS):
            return "correct the url that env.py connects to, or install its driver"
        if "OperationalError" in self.problem or "Connection" in self.problem:
            return "check that the server runs, and the url that env.py connects to"
        return f"correct env.py; {TRACEBACK}"


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


class NothingToMerge(MigrateOpsError):
    """A merge was asked for, and there are not two revisions to join."""

    code = "MO140"
    revisions: tuple[str, ...]

    def message(self) -> str:
        found = quoted(self.revisions) or "none"
        return f"a merge joins two revisions or more; these are {len(self.revisions)}: {found}"

    def hint(self) -> str:
        return "name the revisions to join, or `heads` for all heads; `migrateops heads` lists them"


class MergeOfAncestor(MigrateOpsError):
    """One of the revisions to join comes before another one, which has it already."""

    code = "MO141"
    ancestor: str
    descendant: str

    def message(self) -> str:
        return f"revision {self.ancestor!r} comes before {self.descendant!r}, so there is nothing to join"

    def hint(self) -> str:
        return f"leave {self.ancestor!r} out"


class AutogenerateDiffsDetected(MigrateOpsError):
    """Models and database differ.

    Attributes:
        operations: What would make the database like the models: operation objects.
        diffs: The same as tuples, as ``compare_metadata()`` returns them.
    """

    code = "MO142"
    operations: tuple[Any, ...]
    diffs: tuple[Any, ...]

    def message(self) -> str:
        count = len(self.operations)
        what = "; ".join(operation.summary() for operation in self.operations[:3])
        more = f"; and {count - 3} more" if count > 3 else ""
        return f"the models and the database differ by {count} operation{'s'[: count != 1]}: {what}{more}"

    def hint(self) -> str:
        return "write them down with `migrateops revision --autogenerate`, or correct the models"


class UnknownSide(MigrateOpsError):
    """What is to be compared is neither a database nor the models nor a file.

    Attributes:
        side: What was given.
        databases: The names of the configured databases.
    """

    code = "MO143"
    side: str
    databases: tuple[str, ...]

    def message(self) -> str:
        return f"{self.side!r} is neither a database nor the models nor a file that is there"

    def hint(self) -> str:
        near = closest(self.side, ("database", "models", *self.databases))
        if near is not None:
            return f"use {near!r}"
        named = f", the name of one ({', '.join(self.databases)})" if self.databases else ""
        return f"give `database`{named}, a url, `models`, or a file that `migrateops snapshot` wrote"


class SeveralDatabases(MigrateOpsError):
    """One database was asked for, and ``env.py`` goes through several."""

    code = "MO144"
    databases: tuple[str, ...]

    def message(self) -> str:
        return f"one database is needed here, and env.py goes through {quoted(self.databases)}"

    def hint(self) -> str:
        return "give the url of one, or choose one with -n, if env.py heeds it"


class DatabaseMissing(MigrateOpsError):
    """The database of a url is not there, and connecting to it would have made it."""

    code = "MO145"
    url: str

    def message(self) -> str:
        return f"there is no database at {self.url}"

    def hint(self) -> str:
        return "correct the url; nothing was created"


class DialectsDiffer(MigrateOpsError):
    """Two snapshots are to be compared whose types and defaults are in the words of different servers."""

    code = "MO146"
    first: str
    second: str

    def message(self) -> str:
        return f"schemas of {self.first} and of {self.second} have no words in common to be compared in"

    def hint(self) -> str:
        return "compare each of them with the models"


class NothingInCommon(MigrateOpsError):
    """Two snapshots have no kind of objects in common, or only in different versions.

    Attributes:
        first, second: The kinds of each, with their versions.
    """

    code = "MO147"
    first: tuple[str, ...]
    second: tuple[str, ...]

    def message(self) -> str:
        sides = (", ".join(one) or "nothing" for one in (self.first, self.second))
        return "there is no kind of object that both snapshots have: {} and {}".format(*sides)

    def hint(self) -> str:
        return "take the older snapshot again"
