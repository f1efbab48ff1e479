"""What can be wrong with a plugin: its advert, its code, its version, or that it is not there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from migrateops.errors.base import MigrateOpsError


class PluginError(MigrateOpsError):
    """Base of the 5xx codes."""


def install_line(requirement: str) -> str:
    """Return the shell line that installs a distribution, quoted where a shell needs it."""
    plain = all(character.isalnum() or character in "-_." for character in requirement)
    return f"pip install {requirement}" if plain else f"pip install {requirement!r}"


def unblock(distribution: str, blocked: str) -> str:
    """Return what to change so that a blocked distribution takes part.

    Args:
        distribution: Its normalised name.
        blocked: What blocks it: ``"deny"``, ``"autoload"``, ``"MIGRATEOPS_PLUGINS"`` or ``"plugins=()"``.
    """
    if blocked == "deny":
        return f"remove {distribution!r} from deny in the table plugins, or leave out --deny"
    if blocked == "autoload":
        return f"add {distribution!r} to enable in the table plugins, or to --plugins list:"
    if blocked == "plugins=()":
        return "leave out plugins=(), which turns all plugins off"
    return "unset MIGRATEOPS_PLUGINS, which turns all plugins off"


class AdvertisedError(PluginError):
    """Base of what is wrong with one entry point.

    Attributes:
        distribution: The distribution's normalised name.
        version: Its version.
        entry_point: ``[group] name = value``.
    """

    distribution: str
    version: str
    entry_point: str

    @property
    def advert(self) -> str:
        """Distribution, version and entry point, as every message names them."""
        return f"{self.distribution} {self.version} {self.entry_point}"


class PluginLoadError(AdvertisedError):
    """An entry point cannot be imported."""

    code = "MO501"
    reason: str

    def message(self) -> str:
        return f"cannot load {self.advert}: {self.reason}"

    def hint(self) -> str:
        return f"repair or upgrade {self.distribution!r}, or add it to deny in the table plugins"


class WrongPluginObject(AdvertisedError):
    """An entry point leads to an object of the wrong kind for its group."""

    code = "MO502"
    expected: str
    found: str

    def message(self) -> str:
        return f"{self.advert} is not {self.expected} but {self.found}"

    def hint(self) -> str:
        return f"let the entry point name {self.expected}, and install {self.distribution!r} again"


class BadEntryPoint(AdvertisedError):
    """An entry point is not written as its group asks; it is ignored."""

    code = "MO503"
    problem: str

    def message(self) -> str:
        return f"{self.advert} is ignored: {self.problem}"

    def hint(self) -> str:
        return f"correct the entry point in the metadata of {self.distribution!r}, and install it again"


class UnreadableMetadata(PluginError):
    """The metadata of an installed distribution cannot be read; it is ignored."""

    code = "MO504"
    place: str
    problem: str

    def message(self) -> str:
        return f"the metadata in {self.place!r} is ignored: {self.problem}"

    def hint(self) -> str:
        return "install that distribution again, or remove the left-over directory"


class DuplicateDistribution(PluginError):
    """One distribution is on the path in two versions; the first is used, as an import would."""

    code = "MO505"
    distribution: str
    version: str
    place: str
    other_version: str
    other_place: str

    def message(self) -> str:
        return (
            f"{self.distribution!r} is on the path twice: {self.version} in {self.place!r} is used, "
            f"{self.other_version} in {self.other_place!r} is not"
        )

    def hint(self) -> str:
        return f"uninstall {self.distribution!r} until it is gone, then install it once"


class PluginConflict(PluginError):
    """Two distributions offer the same thing, and nothing says which one counts.

    Attributes:
        name: The name in the ``prefer`` table: an operation, ``dialect.<name>``,
            ``command.<verb>``, or ``<dialect>.<operation>`` for an implementation.
        offers: Each offer, with distribution, version and entry point.
        distributions: The normalised names of the distributions.
    """

    code = "MO506"
    name: str
    offers: tuple[str, ...]
    distributions: tuple[str, ...]

    def message(self) -> str:
        return f"{self.name!r} is offered by more than one distribution: {' and '.join(self.offers)}"

    def hint(self) -> str:
        key = self.name if self.name.isidentifier() else f'"{self.name}"'
        return f'say which one counts: in plugins.prefer, {key} = "{self.distributions[0]}"'


class TakenName(AdvertisedError):
    """A plugin offers an operation under a name of core's."""

    code = "MO507"
    name: str

    def message(self) -> str:
        return f"{self.advert} takes the name of {self.name!r}, which is built in"

    def hint(self) -> str:
        return f"add {self.distribution!r} to deny in the table plugins, and ask its author to rename it"


class UnknownOperation(PluginError, AttributeError):
    """A script asks for an operation that nobody offers here.

    Attributes:
        operation: The name on ``op``.
        distribution: The distribution that is known to offer it, if one is.
        blocked: What keeps that distribution, which is installed, from taking part; see `unblock`.
        installed: The version of that distribution that is installed and does not offer it.
        suggestion: The offered name that was most likely meant.
        outside_batch: It is offered, but not for the table of a batch.
    """

    code = "MO508"
    operation: str
    distribution: str | None = None
    blocked: str | None = None
    installed: str | None = None
    suggestion: str | None = None
    outside_batch: bool = False

    def message(self) -> str:
        if self.outside_batch:
            of = f" of {self.distribution!r}" if self.distribution else ""
            return f"operation {self.operation!r}{of} cannot be called in a batch"
        start = f"there is no operation {self.operation!r}"
        if self.distribution is None:
            return start
        if self.blocked is not None:
            return f"{start} here: it is offered by {self.distribution!r}, which {self.blocked} turns off"
        if self.installed is not None:
            return f"{start} in {self.distribution!r} {self.installed}"
        return f"{start} here: it is offered by {self.distribution!r}, which is not installed"

    def hint(self) -> str | None:
        if self.outside_batch:
            return f"call op.{self.operation}() outside of the batch"
        if self.distribution is not None:
            if self.blocked is not None:
                return unblock(self.distribution, self.blocked)
            upgrade = "--upgrade " if self.installed is not None else ""
            return f"pip install {upgrade}{self.distribution}"
        return f"did you mean {self.suggestion!r}?" if self.suggestion else None


class UnknownDialect(PluginError):
    """There is no pack for the dialect of a connection.

    Attributes:
        dialect: SQLAlchemy's name of the dialect.
        distribution: The distribution that is known to have the pack, if one is.
        blocked: ``"deny"`` if that distribution is installed and denied.
    """

    code = "MO509"
    dialect: str
    distribution: str | None = None
    blocked: str | None = None

    def message(self) -> str:
        start = f"there is no dialect pack for {self.dialect!r}"
        if self.distribution is None:
            return start
        if self.blocked is not None:
            return f"{start}: {self.distribution!r} has it, and {self.blocked} turns it off"
        return f"{start}: {self.distribution!r} has it, which is not installed"

    def hint(self) -> str:
        if self.distribution is None:
            return f'use what standard SQL offers: generic_dialects = ["{self.dialect}"]'
        if self.blocked is not None:
            return unblock(self.distribution, self.blocked)
        return install_line(self.distribution)


class UnknownPlugin(PluginError):
    """The policy names a distribution that is not installed, or has no plugin.

    Attributes:
        distribution: The name as it was given.
        key: Where: ``enable``, ``deny``, ``prefer`` or ``show``.
        suggestion: The installed distribution that was most likely meant.
    """

    code = "MO510"
    distribution: str
    key: str
    suggestion: str | None = None

    def message(self) -> str:
        return f"no installed distribution {self.distribution!r} has a plugin (named by {self.key})"

    def hint(self) -> str:
        if self.suggestion is not None:
            return f"did you mean {self.suggestion!r}?"
        return "`migrateops plugins list` shows the names"


class BadRequirement(PluginError, ValueError):
    """A requirement on a distribution cannot be read.

    Attributes:
        requirement: The text as it was given.
        where: The configuration key, or the revision, that has it.
    """

    code = "MO511"
    requirement: str
    where: str

    def message(self) -> str:
        return f"{self.where} has {self.requirement!r}, which is not a requirement"

    def hint(self) -> str:
        return "write a distribution's name and versions, as in 'migrateops-sequences>=1.4'"


class BadPluginsVariable(PluginError, ValueError):
    """MIGRATEOPS_PLUGINS has a value that means nothing."""

    code = "MO512"
    value: str

    def message(self) -> str:
        return f"MIGRATEOPS_PLUGINS is {self.value!r}; the only value is 'none'"

    def hint(self) -> str:
        return "set MIGRATEOPS_PLUGINS=none to turn all plugins off, or unset it"


class Use(NamedTuple):
    """One line of a script that needs something.

    Attributes:
        revision: The script's revision.
        path: Its file, or None.
        line: The line, or None for what its header says.
        name: The operation, or None for what its header says.
    """

    revision: str
    path: str | None = None
    line: int | None = None
    name: str | None = None

    def __str__(self) -> str:
        where = self.path or f"revision {self.revision}"
        if self.line is not None:
            where = f"{where}:{self.line}"
        return f"{where} calls op.{self.name}" if self.name else f"{where} says so in requires_plugins"


class MissingPlugin(PluginError):
    """A distribution that is needed is not there, too old, or turned off.

    Attributes:
        distribution: Its normalised name.
        requirement: What is needed of it, with versions, as pip takes it.
        installed: The version that is installed, or None.
        blocked: What turns it off although it would do, or None; see `unblock`.
        uses: The script lines that need it; none when the configuration requires it.
    """

    code = "MO513"
    distribution: str
    requirement: str
    installed: str | None = None
    blocked: str | None = None
    uses: tuple[Use, ...] = ()

    def message(self) -> str:
        if self.blocked is not None:
            return f"{self.requirement!r} is needed, and {self.blocked} turns it off"
        if self.installed is not None:
            return f"a newer {self.requirement!r} is needed than {self.installed}, which is installed"
        return f"{self.requirement!r} is needed and not installed"

    def hint(self) -> str:
        if self.blocked is not None:
            return unblock(self.distribution, self.blocked)
        if self.installed is not None and self.requirement == self.distribution:
            return f"pip install --upgrade {self.distribution}"
        return install_line(self.requirement)


class NeedsOtherCore(PluginError):
    """A plugin declares that it needs another version of migrateops than the one that runs."""

    code = "MO514"
    distribution: str
    version: str
    requirement: str
    core: str

    def message(self) -> str:
        return (
            f"{self.distribution} {self.version} needs {self.requirement!r}; this is migrateops {self.core}"
        )

    def hint(self) -> str:
        return install_line(self.requirement)


class NeedsNewerApi(AdvertisedError):
    """A plugin object asks for a newer plugin interface than this version has."""

    code = "MO515"
    needs: tuple[int, ...]
    offers: tuple[int, int]

    def message(self) -> str:
        needs, offers = (".".join(map(str, version)) for version in (self.needs, self.offers))
        return f"{self.advert} needs plugin interface {needs}; this version of migrateops has {offers}"

    def hint(self) -> str:
        return "pip install --upgrade migrateops"


class WrongHookArgument(AdvertisedError):
    """A hook asks for an argument that it does not get."""

    code = "MO516"
    hook: str
    argument: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"{self.advert}: hook {self.hook!r} has no argument {self.argument!r}"

    def hint(self) -> str:
        return f"the arguments of {self.hook} are: {', '.join(self.known)}"


class BadHook(AdvertisedError):
    """A hook implementation is of a form that is not called here."""

    code = "MO517"
    hook: str
    problem: str

    def message(self) -> str:
        return f"{self.advert}: hook {self.hook!r} {self.problem}"

    def hint(self) -> str:
        return f"correct {self.hook} in {self.distribution!r}, or add it to deny in the table plugins"


class UnknownHook(AdvertisedError):
    """A plugin implements a hook that does not exist."""

    code = "MO518"
    hook: str
    suggestion: str | None = None

    def message(self) -> str:
        return f"{self.advert}: there is no hook {self.hook!r}"

    def hint(self) -> str:
        if self.suggestion is not None:
            return f"did you mean {self.suggestion!r}?"
        return "mark a hook that only some versions of migrateops have with @hookimpl(optionalhook=True)"


class PluginHookError(AdvertisedError):
    """A hook raised."""

    code = "MO519"
    hook: str
    reason: str

    def message(self) -> str:
        return f"hook {self.hook!r} of {self.advert} raised {self.reason}"

    def hint(self) -> str:
        return f"repair or upgrade {self.distribution!r}, or add it to deny in the table plugins"


class PluginOrderCycle(PluginError):
    """Plugins ask to be called before and after each other, in a circle."""

    code = "MO520"
    distributions: tuple[str, ...]

    def message(self) -> str:
        return f"the order of plugins is a circle: {' before '.join(map(repr, self.distributions))}"

    def hint(self) -> str:
        return f"add {self.distributions[0]!r} to deny in the table plugins"


class UnsupportedByDialect(PluginError):
    """Pending scripts call an operation that this dialect does not have."""

    code = "MO521"
    name: str
    dialect: str
    reason: str | None
    uses: tuple[Use, ...]
    guarded: bool = False

    def message(self) -> str:
        because = f": {self.reason}" if self.reason else ""
        calls = "; a script calls it under a condition" if self.guarded else ""
        return f"operation {self.name!r} cannot run on {self.dialect!r}{because}{calls}"

    def hint(self) -> str:
        return f'call it only where it can run: if op.get_context().dialect.name != "{self.dialect}"'


class UncheckedNames(PluginError):
    """A script takes names of ``op`` at run time, so that they cannot be checked before."""

    code = "MO522"
    revision: str
    path: str | None = None

    def message(self) -> str:
        where = self.path or f"revision {self.revision!r}"
        return f"{where} takes operations by getattr(), which cannot be checked before the run"


class PreflightFailed(PluginError):
    """Pending scripts cannot run here; nothing has been sent to the database.

    Attributes:
        faults: Everything that stands in the way, each an error with its own code and fields.
    """

    code = "MO523"
    faults: tuple[MigrateOpsError, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """The lines of the scripts that need what is missing, then the ``while:`` lines of any error."""
        uses = ((use, fault) for fault in self.faults for use in getattr(fault, "uses", ()))
        lines = (f"checking the scripts: {use} ({_of(fault)})" for use, fault in uses)
        return (*lines, *super().notes)

    def message(self) -> str:
        return "the pending scripts cannot run: " + "; ".join(
            f"{fault.message()} ({hint})" if (hint := fault.hint()) else fault.message()
            for fault in self.faults
        )

    def hint(self) -> str | None:
        missing = [f for f in self.faults if isinstance(f, MissingPlugin) and f.blocked is None]
        if len(missing) > 1 and len(missing) == len(self.faults):
            return f"pip install {' '.join(_shell_word(fault.requirement) for fault in missing)}"
        return self.faults[0].hint()


def _shell_word(requirement: str) -> str:
    return install_line(requirement).removeprefix("pip install ")


def _of(fault: MigrateOpsError) -> str:
    return getattr(fault, "distribution", None) or getattr(fault, "name", None) or fault.code


def distributions_of(fault: MigrateOpsError) -> tuple[str, ...]:
    """Return the distributions that a fault is about, by normalised name; none for one of the policy."""
    several: Iterable[str] | None = getattr(fault, "distributions", None)
    if several is not None:
        return tuple(several)
    one: str | None = getattr(fault, "distribution", None)
    return (one,) if one else ()
