"""Measure migrateops beside the pinned peer: ``python3 dev.py bench [--rounds N]``.

The two take turns, so that what the machine does meanwhile falls on both; the figure is the median of the
ratios of each round, and the range of those ratios says how far to trust it. Nothing is written to the
repository. The exit status is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.environment import child_environment, python
from bench.workloads import TOOLS, WORKLOADS, Workload, write_project


class Failed(Exception):
    """A tool did not do what was to be measured."""


def measure(workload: Workload, tool: str, interpreter: Path, directory: Path) -> float:
    """Run *workload* once and return the CPU seconds it took, or the nanoseconds it printed."""
    arguments = [argument.replace("{tool}", tool) for argument in workload.arguments]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(
        [interpreter, *arguments], cwd=directory, env=child_environment(), capture_output=True, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if result.returncode or workload.printed not in result.stdout:
        raise Failed(f"{tool}: {(result.stderr or result.stdout).strip().rpartition(chr(10))[2]}")
    if workload.itself:
        return float(result.stdout)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def shown(workload: Workload, value: float) -> str:
    return f"{value:,.0f} ns" if workload.itself else f"{value * 1000:.0f} ms"


def row(workload: Workload, rounds: int, interpreter: Path, projects: Mapping[str, Path]) -> tuple[str, bool]:
    """Return the line of the table, and whether the target is met."""
    values: dict[str, list[float]] = {tool: [] for tool in TOOLS}
    try:
        for number in range(rounds + 1):
            for tool in TOOLS if number % 2 else reversed(TOOLS):
                value = measure(workload, tool, interpreter, projects[tool])
                if number:  # the first round warms the caches and the compiled files
                    values[tool].append(value)
    except Failed as error:
        return f"{workload.name:32} not measured: {error}", False
    ours, peer = (values[tool] for tool in TOOLS)
    ratios = [mine / theirs for mine, theirs in zip(ours, peer, strict=True)]
    ratio = median(ratios)
    met = ratio <= workload.target
    figures = f"{shown(workload, median(ours)):>11} {shown(workload, median(peer)):>11} {ratio:>7.3f}"
    spread = f"{min(ratios):.3f} to {max(ratios):.3f}"
    return f"{workload.name:32} {figures}  {spread}  {workload.target:>6}  {'met' if met else 'MISSED'}", met


def main() -> int:
    assert __doc__
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7, help="rounds after the first (default: 7)")
    rounds = parser.parse_args().rounds
    interpreter = python()
    ours, peer = TOOLS
    print(f"{'CPU time':32} {ours:>11} {peer:>11} {'ratio':>7}  {'range':14}  {'target':>6}", flush=True)
    all_met = True
    with TemporaryDirectory(prefix="migrateops-bench-") as temporary:
        projects = {tool: Path(temporary) / tool for tool in TOOLS}
        for tool, directory in projects.items():
            write_project(directory, tool)
        for workload in WORKLOADS:
            line, met = row(workload, rounds, interpreter, projects)
            print(line, flush=True)
            all_met = all_met and met
    return 0 if all_met else 1


if __name__ == "__main__":
    sys.exit(main())
