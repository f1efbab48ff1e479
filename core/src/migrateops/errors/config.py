"""What can be wrong with the configuration of a project: codes 1xx.

Values that may hold a password (urls) reach these classes masked.
"""

from __future__ import annotations

from migrateops.errors.base import TRACEBACK, MigrateOpsError, closest, quoted


def _place(file: str | None, section: str) -> str:
    """Return ``[section] of 'file'`` with what is known of it."""
    shown = repr(file) if file is not None else "the configuration given in code"
    return f"[{section}] of {shown}" if section else shown


class ConfigurationError(MigrateOpsError):
    """Base of the errors in the configuration."""

    code = "MO100"


class ConfigFileMissing(ConfigurationError):
    """The configuration file that was named does not exist or cannot be read.

    Attributes:
        file: The path as given.
        given_by: ``-c`` or the name of the environment variable; empty where a program named it.
        reason: The operating system's words.
    """

    code = "MO101"
    file: str
    given_by: str
    reason: str

    def message(self) -> str:
        by = f", given by {self.given_by}," if self.given_by else ""
        return f"the configuration file {self.file!r}{by} cannot be read: {self.reason}"

    def hint(self) -> str:
        return "correct the path, or put a file there that may be read"


class ConfigSyntax(ConfigurationError):
    """The configuration file is not valid TOML, or not a valid ini file."""

    code = "MO102"
    file: str
    line: int | None
    problem: str

    def message(self) -> str:
        at = f", line {self.line}" if self.line is not None else ""
        return f"the configuration file {self.file!r} cannot be parsed{at}: {self.problem}"

    def hint(self) -> str:
        return "correct the syntax of the file"


class UnknownKey(ConfigurationError):
    """A key that means nothing here, most often a spelling mistake.

    Attributes:
        section: The table or section as written in the file; empty for the top level.
        known: The keys that are possible in that place.
    """

    code = "MO103"
    file: str | None
    section: str
    key: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"unknown key {self.key!r} in {_place(self.file, self.section)}"

    def hint(self) -> str:
        near = closest(self.key, self.known)
        if near is not None:
            return f"did you mean {near!r}?"
        return "remove it; a key for env.py belongs in the table 'env', one for a plugin in 'plugins.<name>'"


class WrongValue(ConfigurationError):
    """The value of a key has the wrong type, or is not one of those that are possible."""

    code = "MO104"
    file: str | None
    section: str
    key: str
    value: str
    expected: str

    def message(self) -> str:
        place = _place(self.file, self.section)
        return f"the key {self.key!r} in {place} must be {self.expected}, not {self.value}"

    def hint(self) -> str:
        return f"set {self.key!r} to {self.expected}"


class ConflictingKeys(ConfigurationError):
    """Two keys that say the same thing are both present."""

    code = "MO105"
    file: str | None
    section: str
    first: str
    second: str

    def message(self) -> str:
        return f"{self.first!r} and {self.second!r} are both set in {_place(self.file, self.section)}"

    def hint(self) -> str:
        return f"keep one of {self.first!r} and {self.second!r}"


class MissingVariable(ConfigurationError):
    """A value names an environment variable that is not set."""

    code = "MO106"
    variable: str
    key: str
    file: str | None

    def message(self) -> str:
        place = _place(self.file, "")
        return (
            f"the environment variable {self.variable!r} is not set; the key {self.key!r} in {place} uses it"
        )

    def hint(self) -> str:
        return f"set {self.variable!r} in the environment"


class UnknownSection(ConfigurationError):
    """The section or database that was asked for is not in the file."""

    code = "MO107"
    file: str | None
    section: str
    known: tuple[str, ...]

    def message(self) -> str:
        present = f"; it has {quoted(self.known)}" if self.known else ""
        return f"there is no {self.section!r} in {_place(self.file, '')}{present}"

    def hint(self) -> str:
        near = closest(self.section, self.known)
        if near is not None:
            return f"did you mean {near!r}?"
        table = f"databases.{self.section}" if str(self.file or "").endswith(".toml") else self.section
        return f"add [{table}] to the file, or name another one with -n"


class TwoConfigFiles(ConfigurationError):
    """An ini file and a TOML file were both given, where one file is read."""

    code = "MO108"
    ini_file: str
    toml_file: str

    def message(self) -> str:
        return (
            f"two configuration files were given, {self.ini_file!r} and {self.toml_file!r}, but one is read"
        )

    def hint(self) -> str:
        return "give one of the two"


class InterpolationFailed(ConfigurationError):
    """``%(name)s`` in a value names something that is not defined, or itself.

    Attributes:
        circular: True where the name leads back to the value that uses it.
    """

    code = "MO109"
    file: str | None
    section: str
    key: str
    name: str
    circular: bool = False

    def message(self) -> str:
        what = "which leads back to itself" if self.circular else "which is not defined"
        return f"the key {self.key!r} in {_place(self.file, self.section)} uses '%({self.name})s', {what}"

    def hint(self) -> str:
        return f"define {self.name!r} in the section or in [DEFAULT], or write '%%' for a percent sign"


class CallableModuleMissing(ConfigurationError):
    """``module:name`` names a module that cannot be found."""

    code = "MO110"
    spec: str
    module: str

    def message(self) -> str:
        return f"there is no module {self.module!r}, which {self.spec!r} names"

    def hint(self) -> str:
        return "correct the name, or put the directory that holds the module into 'prepend_sys_path'"


class CallableAttributeMissing(ConfigurationError):
    """``module:name`` names something that the module does not have."""

    code = "MO111"
    spec: str
    owner: str
    attribute: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"{self.owner!r} has no attribute {self.attribute!r}, which {self.spec!r} names"

    def hint(self) -> str:
        near = closest(self.attribute, self.known)
        return (
            f"did you mean {near!r}?" if near is not None else f"define {self.attribute!r} in {self.owner!r}"
        )


class CallableModuleFailed(ConfigurationError):
    """The module that ``module:name`` names was found, but raised an error while it was imported."""

    code = "MO112"
    spec: str
    module: str
    error: str

    def message(self) -> str:
        return f"the module {self.module!r}, which {self.spec!r} names, failed on import: {self.error}"

    def hint(self) -> str:
        return f"make 'import {self.module}' work; {TRACEBACK}"


class CallableNameWrong(ConfigurationError):
    """A callable is named in another form than ``module:name``."""

    code = "MO113"
    spec: str

    def message(self) -> str:
        return f"{self.spec!r} does not name an object in a module"

    def hint(self) -> str:
        return "write it as 'package.module:name'"


class UrlCallFailed(ConfigurationError):
    """The function named by ``url = {call = ...}`` raised, or returned something that is no url.

    Attributes:
        problem: The type of what was raised or returned; never its text, which may hold a password.
    """

    code = "MO114"
    spec: str
    raised: bool
    problem: str

    def message(self) -> str:
        what = "raised" if self.raised else "returned"
        return f"{self.spec!r}, called for the database url, {what} {self.problem!r}"

    def hint(self) -> str:
        if self.raised:
            return f"correct the function; {TRACEBACK}"
        return "return the url as a string or as a SQLAlchemy URL"
