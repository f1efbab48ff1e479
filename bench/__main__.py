"""Measure migrateops beside the pinned peer: ``python3 dev.py bench [--full] [--only NAME] [--rounds N]``.

The two take turns, so that what the machine does meanwhile falls on both; the figure is the median of the
ratios of each round, and the range of those ratios says how far to trust it. Nothing is written to the
repository. The exit status is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from math import log
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.environment import child_environment, python
from bench.projects import TOOLS, server_database
from bench.workload import AnyProject, Growth, Workload
from bench.workloads import GROWTHS, WORKLOADS

WIDTH = 58
# The header index trusts no file that is younger.
SETTLING = 2.5

Medians = dict[str, tuple[float, float]]


class Failed(Exception):
    """A tool did not do what was to be measured."""


def measure(workload: Workload, tool: str, interpreter: Path, directory: Path) -> tuple[float, float]:
    """Run *workload* once and return the seconds it took, of CPU time and on the clock.

    One that measures itself has printed nanoseconds.
    """
    workload.project.prepare(directory)
    arguments = [argument.replace("{tool}", tool) for argument in workload.arguments]
    environment = {**child_environment(), "XDG_CACHE_HOME": str(directory / "cache"), **workload.environment}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    result = subprocess.run(
        [interpreter, *arguments], cwd=directory, env=environment, capture_output=True, text=True
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode or workload.printed not in result.stdout:
        raise Failed(f"{tool}: {(result.stderr or result.stdout).strip().rpartition(chr(10))[2]}")
    if workload.itself:
        printed = [float(number) for number in result.stdout.split()]
        return printed[0], printed[-1]
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, wall


def shown(workload: Workload, value: float) -> str:
    if workload.unit == "KiB":
        return f"{value:,.0f} KiB"
    milliseconds = value / 1e6 if workload.itself else value * 1000
    return f"{value:,.0f} ns" if milliseconds < 0.1 else f"{milliseconds:,.4g} ms"


def rows(
    workload: Workload, rounds: int, interpreter: Path, directories: Mapping[str, Path], medians: Medians
) -> Iterator[tuple[str, bool]]:
    """Yield the lines of the table, and whether the target is met."""
    values: dict[str, list[tuple[float, float]]] = {tool: [] for tool in TOOLS}
    try:
        for number in range(min(rounds, workload.rounds) + 1):
            for tool in TOOLS if number % 2 else reversed(TOOLS):
                value = measure(workload, tool, interpreter, directories[tool])
                if number:  # the first round warms the caches and the compiled files
                    values[tool].append(value)
    except Failed as error:
        yield f"{workload.name:{WIDTH}} not measured: {error}", False
        return
    clocks = (("", workload.target), (", on the clock", workload.wall))
    for place, (note, target) in enumerate(clocks):
        if target is not None:
            ours, peer = ([value[place] for value in values[tool]] for tool in TOOLS)
            name = f"{workload.name}{note}"
            medians[name] = median(ours), median(peer)
            yield _row(name, workload, ours, peer, target)


def _row(
    name: str, workload: Workload, ours: Sequence[float], peer: Sequence[float], target: float
) -> tuple[str, bool]:
    ratios = [mine / theirs for mine, theirs in zip(ours, peer, strict=True)]
    ratio = median(ratios)
    met = ratio <= target
    figures = f"{shown(workload, median(ours)):>11} {shown(workload, median(peer)):>11} {ratio:>7.3f}"
    spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
    return f"{name:{WIDTH}} {figures}  {spread}  {target:>6}  {_verdict(met)}", met


def growth(wanted: Growth, medians: Medians) -> tuple[str, bool]:
    """Return the line of an exponent, and whether the target is met."""
    pairs = zip(medians[wanted.less], medians[wanted.more], strict=True)
    ours, peer = (log(more / less) / log(wanted.factor) for less, more in pairs)
    met = ours <= wanted.target
    line = (
        f"{'growth: ' + wanted.name:{WIDTH}} {ours:>11.2f} {peer:>11.2f} {'':>7}  {'':14}  {wanted.target:>6}"
    )
    return f"{line}  {_verdict(met)}", met


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"


def main() -> int:
    assert __doc__
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="also what takes the peer minutes")
    parser.add_argument("--only", default="", metavar="NAME", help="what has this in its name")
    parser.add_argument("--rounds", type=int, default=7, help="rounds after the first (default: 7)")
    options = parser.parse_args()
    chosen = [one for one in WORKLOADS if options.only in one.name and (options.full or not one.full)]
    interpreter = python()
    ours, peer = TOOLS
    all_met = bool(chosen)
    medians: Medians = {}
    with ExitStack() as stack:
        root = Path(stack.enter_context(TemporaryDirectory(prefix="migrateops-bench-")))
        if any(workload.project.server for workload in chosen):
            stack.enter_context(server_database())
        directories = {project: _written(project, root) for project in {one.project for one in chosen}}
        time.sleep(SETTLING)
        print(
            f"{'CPU time':{WIDTH}} {ours:>11} {peer:>11} {'ratio':>7}  {'range':14}  {'target':>6}",
            flush=True,
        )
        for workload in chosen:
            lines = rows(workload, options.rounds, interpreter, directories[workload.project], medians)
            for line, met in lines:
                print(line, flush=True)
                all_met = all_met and met
    for exponent in GROWTHS:
        if {exponent.less, exponent.more} <= medians.keys():
            line, met = growth(exponent, medians)
            print(line, flush=True)
            all_met = all_met and met
    return 0 if all_met else 1


def _written(project: AnyProject, root: Path) -> dict[str, Path]:
    directories = {tool: root / f"{tool}-{project.name}" for tool in TOOLS}
    for tool, directory in directories.items():
        project.write(directory, tool)
    return directories


if __name__ == "__main__":
    sys.exit(main())
