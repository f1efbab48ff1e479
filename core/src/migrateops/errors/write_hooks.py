"""What can be wrong with post-write hooks: programs that are run on a new script."""

from __future__ import annotations

from migrateops.errors.base import closest, quoted
from migrateops.errors.scripts import ScriptError


class WriteHookFailed(ScriptError):
    """A post-write hook failed; the script was written before it, and stays.

    Attributes:
        hook: Its name in the configuration.
        path: The script.
        problem: The exit status, or the exception.
    """

    code = "MO262"
    hook: str
    path: str
    problem: str

    def message(self) -> str:
        return f"{self.path!r} was written and stays, but the post-write hook {self.hook!r} {self.problem}"

    def hint(self) -> str:
        return "run it on the file by hand; 'ignore_failure = true' in its table makes this a note"


class UnknownHookType(ScriptError):
    """A post-write hook has a type that nobody has registered."""

    code = "MO263"
    hook: str
    type: str
    known: tuple[str, ...]

    def message(self) -> str:
        known = quoted(self.known)
        return f"the post-write hook {self.hook!r} cannot have the type {self.type!r}; there are {known}"

    def hint(self) -> str:
        near = closest(self.type, self.known)
        if near is not None:
            return f"use {near!r}"
        return (
            f"register it in env.py, with migrateops.script.write_hooks.register({self.type!r}), "
            "and set 'revision_environment' to true"
        )


class HookOptionMissing(ScriptError):
    """A post-write hook lacks an option that its type needs."""

    code = "MO264"
    hook: str
    option: str

    def message(self) -> str:
        return f"the post-write hook {self.hook!r} has no {self.option!r}"

    def hint(self) -> str:
        return f"set {self.option!r} in its table of 'post_write_hooks'"


class HookTargetMissing(ScriptError):
    """What a post-write hook would run is not there.

    Attributes:
        hook: Its name in the configuration.
        option: The option that names it.
        target: What it names.
        program: Where there is a program of that name, which is no entry point.
    """

    code = "MO265"
    hook: str
    option: str
    target: str
    program: str | None = None

    def message(self) -> str:
        return f"the post-write hook {self.hook!r} cannot run: its {self.option} {self.target!r} is not there"

    def hint(self) -> str:
        if self.program is not None:
            return f"it is a program without an entry point: set type = 'exec', executable = {self.target!r}"
        return f"install {self.target!r} here, or correct the hook"


class BadHookOption(ScriptError):
    """An option of a post-write hook is of no use."""

    code = "MO266"
    hook: str
    option: str
    problem: str

    def message(self) -> str:
        return f"the option {self.option!r} of the post-write hook {self.hook!r} {self.problem}"

    def hint(self) -> str:
        return "correct it, or take it out"


class HookTypeTaken(ScriptError):
    """Two functions are registered for one type of post-write hooks."""

    code = "MO267"
    type: str
    owner: str

    def message(self) -> str:
        return f"{self.owner} has registered the type {self.type!r} of post-write hooks already"

    def hint(self) -> str:
        return "choose another name, or pass replace=True to put yours in its place"
