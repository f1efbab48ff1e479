"""What can be wrong with a migration script, its directory, or the writing of a new one."""

from __future__ import annotations

from migrateops.errors.base import TRACEBACK, MigrateOpsError, quoted


class ScriptError(MigrateOpsError):
    """The family of errors about migration scripts."""

    code = "MO240"


class ScriptSyntaxError(ScriptError):
    """A script is not Python."""

    code = "MO241"
    path: str
    line: int | None
    text: str

    def message(self) -> str:
        line = "" if self.line is None else f":{self.line}"
        return f"'{self.path}{line}' is not valid Python: {self.text}"

    def hint(self) -> str:
        if self.line is None:
            return "save it as text in UTF-8, or name its encoding in the first line"
        return "correct that line"


class ScriptImportError(ScriptError):
    """A script raised an exception while it was loaded; the cause is chained."""

    code = "MO242"
    path: str
    line: int | None
    exception: str
    text: str

    def message(self) -> str:
        line = "" if self.line is None else f":{self.line}"
        return f"'{self.path}{line}' cannot be loaded: {self.exception}: {self.text}"

    def hint(self) -> str:
        if self.exception not in ("ImportError", "ModuleNotFoundError"):
            return f"correct the script; {TRACEBACK}"
        return "make the script importable: what it imports must be installed and on 'prepend_sys_path'"


class ScriptUnreadable(ScriptError):
    """The operating system does not let a script be read; its words are in *reason*."""

    code = "MO127"
    path: str
    reason: str

    def message(self) -> str:
        return f"the script {self.path!r} cannot be read: {self.reason}"

    def hint(self) -> str:
        return "put a file there that may be read, or take the name out of the versions directory"


class MissingFunction(ScriptError):
    """A script has no function for the direction of the run."""

    code = "MO243"
    path: str
    function: str

    def message(self) -> str:
        return f"{self.path!r} has no function {self.function!r}"

    def hint(self) -> str:
        return f"add 'def {self.function}() -> None:' to it"


class NoRevisionHeader(ScriptError):
    """A file among the scripts does not say which revision it is."""

    code = "MO244"
    path: str

    def message(self) -> str:
        return f"{self.path!r} does not set 'revision'"

    def hint(self) -> str:
        return "move it out of the versions directory, or add 'revision' and 'down_revision'"


class BadHeaderValue(ScriptError):
    """A variable of the header has a value of the wrong type."""

    code = "MO245"
    path: str
    variable: str
    value: str

    def message(self) -> str:
        return f"{self.variable!r} in {self.path!r} cannot be {self.value}"

    def hint(self) -> str:
        if self.variable == "requires_plugins":
            return "write a dictionary from distribution to version: {'name': '>=1.0'}"
        if self.variable == "revision":
            return "write a string"
        return "write a string, a tuple of strings, or None"


class ScriptDirectoryMissing(ScriptError):
    """``script_location`` is not a directory."""

    code = "MO246"
    path: str

    def message(self) -> str:
        return f"the script directory {self.path!r} does not exist"

    def hint(self) -> str:
        return "create it with 'migrateops init', or correct 'script_location'"


class NoProject(ScriptDirectoryMissing):
    """Neither a configuration file nor a script directory is where a project was looked for.

    Attributes:
        directory: Where.
    """

    code = "MO128"
    directory: str

    def message(self) -> str:
        return f"no configuration file was found in {self.directory!r}, and no script directory {self.path!r}"

    def hint(self) -> str:
        return "go to the directory of the project, or name its file with -c; 'migrateops init' makes one"


class EnvironmentFileMissing(ScriptError):
    """The run needs an ``env.py`` and there is none."""

    code = "MO247"
    path: str

    def message(self) -> str:
        return f"there is no {self.path!r}"

    def hint(self) -> str:
        return "configure 'url', with which a project needs no env.py, or restore the file"


class ScriptExists(ScriptError):
    """A new script would overwrite a file."""

    code = "MO248"
    path: str

    def message(self) -> str:
        return f"{self.path!r} exists already"

    def hint(self) -> str:
        return "put '%(rev)s' in 'file_template', so that file names differ"


class NotAHead(ScriptError):
    """A new revision would follow one that already has a follower."""

    code = "MO249"
    revision: str
    heads: tuple[str, ...]

    def message(self) -> str:
        return f"revision {self.revision!r} is not a head; heads are {quoted(self.heads)}"

    def hint(self) -> str:
        return "start a new branch there with '--splice'"


class VersionPathUnknown(ScriptError):
    """The directory for a new script is not one of ``version_locations``."""

    code = "MO250"
    path: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"{self.path!r} is not a version location; those are {quoted(self.known)}"

    def hint(self) -> str:
        return "add it to 'version_locations'"


class VersionPathNeeded(ScriptError):
    """A new base could go into several directories."""

    code = "MO251"
    known: tuple[str, ...]

    def message(self) -> str:
        return f"there is more than one version location: {quoted(self.known)}"

    def hint(self) -> str:
        return "choose one with '--version-path'"


class UnknownTimezone(ScriptError):
    """``timezone`` names no time zone of the system."""

    code = "MO252"
    name: str

    def message(self) -> str:
        return f"there is no time zone {self.name!r}"

    def hint(self) -> str:
        return "use a name such as 'UTC' or 'Europe/Berlin'; where the system has none, install 'tzdata'"


class BadFileTemplate(ScriptError):
    """``file_template`` cannot be formatted."""

    code = "MO253"
    template: str
    tokens: tuple[str, ...]

    def message(self) -> str:
        return f"'file_template' cannot be {self.template!r}"

    def hint(self) -> str:
        return f"use only {quoted(self.tokens, limit=20)}, each written '%(name)s'"


class TemplateMissing(ScriptError):
    """There is no ``script.py.mako`` to write a script from."""

    code = "MO254"
    path: str

    def message(self) -> str:
        return f"there is no template {self.path!r}"

    def hint(self) -> str:
        return "restore it, or copy the one that 'migrateops init' writes"


class TemplateFailed(ScriptError):
    """A template raised an exception; the cause is chained."""

    code = "MO255"
    path: str
    line: int | None
    exception: str
    text: str

    def message(self) -> str:
        line = "" if self.line is None else f":{self.line}"
        return f"template '{self.path}{line}' cannot be rendered: {self.exception}: {self.text}"

    def hint(self) -> str:
        return "correct the template at that line"


class TemplateLosesHeader(ScriptError):
    """A template wrote a header that does not say what was asked for."""

    code = "MO256"
    path: str
    variable: str
    asked: str
    written: str

    def message(self) -> str:
        return f"template {self.path!r} writes {self.variable} = {self.written} instead of {self.asked}"

    def hint(self) -> str:
        return f"let the template write '{self.variable} = ${{repr({_TEMPLATE_NAMES[self.variable]})}}'"


class RevisionIdTooLong(ScriptError):
    """A new revision id does not fit into the version table."""

    code = "MO257"
    revision: str
    limit: int

    def message(self) -> str:
        return f"revision id {self.revision!r} has {len(self.revision)} characters; {self.limit} fit"

    def hint(self) -> str:
        return "give a shorter '--rev-id'"


class FileTemplateHasDirectory(ScriptError):
    """``file_template`` puts new scripts where they would not be found."""

    code = "MO258"
    template: str

    def message(self) -> str:
        return f"'file_template' {self.template!r} has a directory that is not searched for scripts"

    def hint(self) -> str:
        return "set 'recursive_version_locations' to true, and stay in the version location"


class FunctionNotCalled(ScriptError):
    """A call of a script's function would run nothing of it."""

    code = "MO259"
    path: str
    function: str
    kind: str

    def message(self) -> str:
        return f"{self.function!r} in {self.path!r} is {self.kind}, which runs nothing when it is called"

    def hint(self) -> str:
        return f"write 'def {self.function}() -> None:', without 'async' and 'yield'"


class NotEncodable(ScriptError):
    """A new script cannot be written in ``output_encoding``.

    Attributes:
        path: The file that was not written.
        encoding: The encoding.
        problem: The character that it does not have, or what else is wrong.
    """

    code = "MO268"
    path: str
    encoding: str
    problem: str

    def message(self) -> str:
        return f"{self.path!r} cannot be written in {self.encoding!r}: {self.problem}"

    def hint(self) -> str:
        return "set 'output_encoding' to 'utf-8', or use other characters"


class VersionLocationMissing(ScriptError):
    """A configured version location does not exist, so that nobody knows what scripts are missing."""

    code = "MO269"
    path: str

    def message(self) -> str:
        return f"the version location {self.path!r} does not exist"

    def hint(self) -> str:
        return "correct 'version_locations', or create the directory (git keeps none that is empty)"


_TEMPLATE_NAMES = {
    "revision": "up_revision",
    "down_revision": "down_revision",
    "branch_labels": "branch_labels",
    "depends_on": "depends_on",
    "requires_plugins": "requires_plugins",
}
