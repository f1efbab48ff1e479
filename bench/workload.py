"""One thing that is measured, and the ratio that has to be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from bench.projects import Project

_USUAL = Project(1000)


class AnyProject(Protocol):
    """Where a workload runs."""

    @property
    def name(self) -> str: ...

    @property
    def server(self) -> bool: ...

    def write(self, directory: Path, tool: str) -> None: ...

    def prepare(self, directory: Path) -> None: ...


@dataclass(frozen=True)
class Workload:
    """One thing to do with both tools.

    Attributes:
        name: As the table shows it.
        target: The ratio to the peer, of CPU time, that a release must reach.
        arguments: What follows ``python``; ``{tool}`` stands for the package's name.
        project: Where it is done; it is made ready each time.
        printed: What has to be in the output of both, or the measurement counts for nothing.
        itself: The program measures itself and prints nanoseconds, of CPU time and on the clock.
        unit: Of what it prints then; ``KiB`` for memory.
        full: Only part of ``--full``.
        rounds: No more than so many, as the peer takes long.
        wall: The ratio of the times on the clock; None where it says nothing more.
        environment: Variables to set.
    """

    name: str
    target: float
    arguments: Sequence[str]
    project: AnyProject = _USUAL
    printed: str = ""
    itself: bool = False
    unit: Literal["ns", "KiB"] = "ns"
    full: bool = False
    rounds: int = 99
    wall: float | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Growth:
    """How much longer something takes with more revisions: an exponent, 1 where that is in proportion.

    Attributes:
        name: As the table shows it.
        target: The largest exponent.
        less, more: Names of two workloads.
        factor: How many times more revisions the second one has.
    """

    name: str
    target: float
    less: str
    more: str
    factor: float
