"""What is wrong with an installation, as far as metadata and policy tell: faults as data."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from migrateops import errors
from migrateops.errors.base import MigrateOpsError, closest
from migrateops.plugins.discovery import (
    COMMANDS,
    DIALECTS,
    PROBES,
    Advert,
    Discovery,
    Distribution,
    normalise,
)
from migrateops.plugins.known import KNOWN_DIALECTS, KNOWN_OPERATIONS
from migrateops.plugins.policy import PluginPolicy

if TYPE_CHECKING:
    from packaging.requirements import Requirement


def required(policy: PluginPolicy) -> dict[str, Requirement | errors.plugins.BadRequirement]:
    """Return what the policy requires, by normalised name; what cannot be read, by its text."""
    if not policy.require:
        return {}
    from packaging.requirements import InvalidRequirement, Requirement

    found: dict[str, Requirement | errors.plugins.BadRequirement] = {}
    for text in policy.require:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            found[text] = errors.plugins.BadRequirement(text, "require in the table plugins")
        else:
            found[normalise(requirement.name)] = requirement
    return found


def policy_faults(
    policy: PluginPolicy,
    discovery: Discovery,
    requirements: Mapping[str, Requirement | errors.plugins.BadRequirement],
) -> Iterator[MigrateOpsError]:
    """Yield what is wrong with the policy itself; with any of these no run starts.

    The emergency brake also silences the policy's own faults, so that it works when the
    configuration is what is broken.
    """
    if policy.misspelt is not None:
        yield errors.plugins.BadPluginsVariable(policy.misspelt)
    if policy.off is not None:
        return
    installed = discovery.distributions
    # A known distribution that is not installed is denied successfully; it is no misspelling.
    known = {*KNOWN_OPERATIONS.values(), *KNOWN_DIALECTS.values()}
    named = [("enable", name) for name in policy.enable]
    named += [("deny", name) for name in policy.deny if name not in known]
    named += [("prefer", name) for name in policy.prefer.values()]
    for key, name in named:
        if name not in installed:
            yield errors.plugins.UnknownPlugin(name, key, closest(name, installed))
    for name, requirement in requirements.items():
        if isinstance(requirement, errors.plugins.BadRequirement):
            yield requirement
            continue
        fault = missing(policy, discovery, requirement, requirements)
        if fault is not None:
            yield fault
        elif name not in installed:
            yield errors.plugins.UnknownPlugin(name, "require", closest(name, installed))


def missing(
    policy: PluginPolicy, discovery: Discovery, requirement: Requirement, required: Container[str]
) -> errors.plugins.MissingPlugin | None:
    """Return the fault if a requirement is not installed, too old, or turned off.

    Args:
        policy: The policy.
        discovery: What is installed.
        requirement: What is needed.
        required: The names that the policy requires, and so enables.
    """
    name = normalise(requirement.name)
    version = discovery.version_of(name)
    fits = version is not None and _fits(requirement, version)
    blocked = policy.blocks(name, required) if fits else None
    if fits and blocked is None:
        return None
    return errors.plugins.MissingPlugin(name, f"{name}{requirement.specifier}", version, blocked)


def _fits(requirement: Requirement, version: str) -> bool:
    from packaging.version import InvalidVersion

    try:
        return not requirement.specifier or requirement.specifier.contains(version, prereleases=True)
    except InvalidVersion:
        return False


def core_fault(distribution: Distribution) -> errors.plugins.NeedsOtherCore | None:
    """Return the fault if a distribution's metadata excludes the version of core that runs."""
    lines = [line for line in distribution.requires if normalise(line).startswith("migrateops")]
    from migrateops import __version__ as core

    if all(_plainly_fits(line, core) for line in lines):
        return None
    from packaging.requirements import InvalidRequirement, Requirement

    for line in lines:
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if normalise(requirement.name) != "migrateops":
            continue
        # An extra's requirements hold only with that extra; evaluating without one leaves them out.
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        if not _fits(requirement, core):
            text = f"migrateops{requirement.specifier}"
            return errors.plugins.NeedsOtherCore(distribution.name, distribution.version, text, core)
    return None


_BOUND = r"(>=|<) *([0-9]+(?:\.[0-9]+)*)"


def _plainly_fits(requirement: str, core: str) -> bool:
    """Say whether core is within ``migrateops>=0.1,<1``; False for anything written in another way.

    This is what nearly all of them say, and importing what reads the others takes long.
    """
    if not re.fullmatch(r"[0-9.]+", core):
        return False
    bounds = requirement.removeprefix("migrateops").split(",")
    found = [re.fullmatch(_BOUND, bound.strip()) for bound in bounds]
    return all(one is not None and (_release(core) < _release(one[2])) is (one[1] == "<") for one in found)


def _release(text: str) -> list[int]:
    """Return the numbers of a version, without zeros at its end: 1.0 is 1."""
    numbers = [int(number) for number in text.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


def prefer_key(advert: Advert) -> str:
    """Return the name under which the ``prefer`` table settles who offers this."""
    if advert.group in (DIALECTS, PROBES):
        return f"dialect.{advert.name}"
    if advert.group == COMMANDS:
        return f"command.{advert.name}"
    return advert.name


def choose(offers: Iterable[Advert], policy: PluginPolicy) -> Advert | None:
    """Return the offer that counts.

    Raises:
        PluginConflict: Several distributions offer it, and ``prefer`` names none of them.
    """
    candidates = list(offers)
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    key = prefer_key(candidates[0])
    for advert in candidates:
        if advert.distribution == policy.prefer.get(key):
            return advert
    raise errors.plugins.PluginConflict(
        key, tuple(map(str, candidates)), tuple(one.distribution for one in candidates)
    )
