"""Before a run: can the pending scripts run here?  Only what is proven stops them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from migrateops import errors
from migrateops.errors.base import MigrateOpsError
from migrateops.plugins.checks import missing
from migrateops.plugins.discovery import normalise

if TYPE_CHECKING:
    from packaging.requirements import Requirement

    from migrateops.plugins.manager import Plugins
    from migrateops.revisions.revision import Revision
    from migrateops.revisions.script_text import ScriptText
    from migrateops.revisions.survey import OpCall

Mode = Literal["error", "warn", "off"]


class Pending(NamedTuple):
    """A script that the run will execute, and its text."""

    revision: Revision
    text: ScriptText


class Preflight(NamedTuple):
    """What was found.

    Attributes:
        blocking: What makes the run fail for certain.
        reports: What may, under conditions that only the run will know.
        needed: The distributions that the run cannot do without, for ``Plugins.start``.
    """

    blocking: tuple[MigrateOpsError, ...] = ()
    reports: tuple[MigrateOpsError, ...] = ()
    needed: frozenset[str] = frozenset()

    def raise_blocking(self) -> None:
        """Raise everything that blocks, in one error.

        Raises:
            PreflightFailed: Something does.
        """
        if self.blocking:
            raise errors.plugins.PreflightFailed(self.blocking)


def _runs_everywhere(name: str) -> bool | str:
    return True


def preflight(
    pending: Iterable[Pending],
    plugins: Plugins,
    *,
    dialects: Collection[str],
    offers: Callable[[str], object],
    supports: Callable[[str], bool | str] = _runs_everywhere,
    known: Collection[str] = (),
    mode: Mode = "error",
) -> Preflight:
    """Compare what pending scripts need with what there is; sends nothing to a database.

    A script blocks the run by a distribution in ``requires_plugins``, or by a call that is reached
    in any case, of an operation that nobody offers and a known distribution provides, that cannot
    be loaded, or that the dialect does not have.  Everything else is reported.

    Args:
        pending: The scripts, in order.
        plugins: The plugins of the environment.
        dialects: The dialect's name, and the further names that conditions may use for it.
        offers: Whether any layer offers an operation, false or an ``AttributeError`` if not.  It
            should load what it finds: what it raises else is what stands against the operation.
        supports: True if the dialect has an operation that is offered, else False or the reason; it
            may raise as *offers* does.
        known: Names of operations that are offered here.
        mode: ``"warn"`` only reports; ``"off"`` looks at nothing.
    """
    if mode == "off":
        return Preflight()
    others = plugins.operation_names().union(known) - plugins.builtin
    check = _Check(plugins, tuple(dialects), offers, supports, others)
    for script in pending:
        check.header(script.revision)
        if check.is_plain(script.text):
            continue
        seen = script.text.survey
        if seen.dynamic:
            check.reports.append(
                errors.plugins.UncheckedNames(script.revision.revision, script.revision.path)
            )
        for call in seen.calls:
            check.call(script.revision, call)
    blocking, reports = check.faults()
    if mode == "warn":
        blocking, reports = [], [*blocking, *reports]
    return Preflight(tuple(blocking), tuple(reports), frozenset(check.needed))


class _Need:
    """What the scripts ask of one distribution."""

    def __init__(self) -> None:
        self.specifiers: list[str] = []
        self.uses: list[errors.plugins.Use] = []


class _Check:
    def __init__(
        self,
        plugins: Plugins,
        dialects: tuple[str, ...],
        offers: Callable[[str], object],
        supports: Callable[[str], bool | str],
        others: Set[str],
    ) -> None:
        self.plugins = plugins
        self.dialects = dialects
        self.offers = offers
        self.supports = supports
        # Names of operations that are not core's.
        self.others = others
        self.reports: list[MigrateOpsError] = []
        self.needed: set[str] = set()
        # By whether they block, then by distribution, or by operation.
        self._missing: dict[bool, dict[str, _Need]] = {True: {}, False: {}}
        self._unsupported: dict[bool, dict[str, list[errors.plugins.Use]]] = {True: {}, False: {}}
        self._broken: dict[bool, dict[str, MigrateOpsError]] = {True: {}, False: {}}
        self._unknown: dict[str, MigrateOpsError] = {}
        self._answers: dict[str, MigrateOpsError | bool] = {}
        # Why the dialect does not have an operation; None if it has.
        self._lacks: dict[str, str | None] = {}

    def header(self, revision: Revision) -> None:
        """Note what ``requires_plugins`` asks for on this dialect."""
        for name, condition in dict(revision.requires_plugins).items():
            try:
                requirement = _requirement(name, condition, self.dialects)
            except ValueError:
                where = f"requires_plugins of revision {revision.revision!r}"
                self.reports.append(errors.plugins.BadRequirement(f"{name}: {condition!r}", where))
                continue
            if requirement is None:
                continue
            distribution = normalise(requirement.name)
            self.needed.add(distribution)
            need = self._missing[True].setdefault(distribution, _Need())
            if requirement.specifier:
                need.specifiers.append(str(requirement.specifier))
            need.uses.append(errors.plugins.Use(revision.revision, revision.path))

    def is_plain(self, text: ScriptText) -> bool:
        """Return whether no call in a script can be objected to, nor needs a plugin, as its words show."""
        operations, core = text.operations, self.plugins.builtin
        if operations is None or not operations <= core or "getattr" in text.words:
            return False
        if not text.words.isdisjoint(self.others):
            return False
        return all(self._answer(name) is True and self._lacks[name] is None for name in text.words & core)

    def call(self, revision: Revision, call: OpCall) -> None:
        """Note what one call needs."""
        blocks = call.unconditional
        use = errors.plugins.Use(revision.revision, revision.path, call.line, call.name)
        answer = self._answer(call.name)
        if isinstance(answer, MigrateOpsError):
            self._broken[blocks].setdefault(call.name, answer)
        elif answer:
            if blocks:
                self.needed |= self.plugins.providers([call.name])
            if self._lacks[call.name] is not None:
                self._unsupported[blocks].setdefault(call.name, []).append(use)
        else:
            unknown = self.plugins.unknown(call.name)
            if unknown.distribution is not None and not unknown.outside_batch:
                self._missing[blocks].setdefault(unknown.distribution, _Need()).uses.append(use)
            elif call.receiver == "op" and not call.name.startswith("_"):
                # A batch has members of its own that are no operations.
                self._unknown.setdefault(call.name, unknown)

    def _answer(self, name: str) -> MigrateOpsError | bool:
        """Return whether an operation is offered, or what stands against it."""
        if name not in self._answers:
            try:
                self._answers[name] = bool(self.offers(name))
                supported = self._answers[name] is False or self.supports(name)
                self._lacks[name] = None if supported is True else supported or ""
            except AttributeError:
                self._answers[name] = False
            except MigrateOpsError as error:
                self._answers[name] = error
        return self._answers[name]

    def faults(self) -> tuple[list[MigrateOpsError], list[MigrateOpsError]]:
        """Return what blocks and what is reported."""
        blocking, possible = ([*self._found(blocks)] for blocks in (True, False))
        absent = {fault.distribution for fault in blocking if isinstance(fault, errors.plugins.MissingPlugin)}
        # What a script may need under a condition is not said again where another needs it for certain.
        reports = [
            one
            for one in possible
            if not (isinstance(one, errors.plugins.MissingPlugin) and one.distribution in absent)
        ]
        return blocking, [*self.reports, *reports, *self._unknown.values()]

    def _found(self, blocks: bool) -> Iterator[MigrateOpsError]:
        for distribution, need in sorted(self._missing[blocks].items()):
            fault = self._missing_plugin(distribution, need)
            if fault is not None:
                yield fault
        for name, error in sorted(self._broken[blocks].items()):
            if blocks or name not in self._broken[True]:
                yield error
        for name, uses in sorted(self._unsupported[blocks].items()):
            yield errors.plugins.UnsupportedByDialect(
                name, self.dialects[0], self._lacks[name] or None, tuple(uses), not blocks
            )

    def _missing_plugin(self, distribution: str, need: _Need) -> errors.plugins.MissingPlugin | None:
        from packaging.requirements import Requirement

        plugins = self.plugins
        requirement = Requirement(distribution + ",".join(dict.fromkeys(need.specifiers)))
        fault = missing(plugins.policy, plugins.discovery, requirement, plugins.required)
        if fault is None:
            # Installed, new enough for the headers, and still without the operation.
            uses = tuple(use for use in need.uses if use.name is not None)
            if not uses:
                return None
            version = plugins.discovery.version_of(distribution)
            return errors.plugins.MissingPlugin(distribution, str(requirement), version, uses=uses)
        return errors.plugins.MissingPlugin(
            fault.distribution, fault.requirement, fault.installed, fault.blocked, tuple(need.uses)
        )


def _requirement(name: str, condition: Any, dialects: Sequence[str]) -> Requirement | None:
    """Return what a line of ``requires_plugins`` asks for, or None on this dialect.

    Raises:
        ValueError: It is not written as such a line is.
    """
    from packaging.requirements import Requirement

    version: Any = condition
    if isinstance(condition, Mapping):
        version = condition.get("version", "")
        only: Any = condition.get("dialect")
        if set(condition) - {"version", "dialect"}:
            raise ValueError(condition)
        if only is not None and not set([only] if isinstance(only, str) else only) & set(dialects):
            return None
    if not isinstance(version, str):
        raise ValueError(condition)
    # InvalidRequirement is a ValueError.
    return Requirement(f"{name}{version}")
