"""What is measured, with each tool in the same words, and the ratio that has to be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

TOOLS = ("migrateops", "alembic")
CONFIGURATION = {
    "migrateops": ("migrateops.toml", 'script_location = "migrations"\n'),
    "alembic": ("alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n"),
}


@dataclass(frozen=True)
class Workload:
    """One thing to do with both tools.

    Attributes:
        name: As the table shows it.
        target: The ratio to the peer, of CPU time, that a release must reach.
        arguments: What follows ``python``; ``{tool}`` stands for the package's name.
        printed: What has to be in the output of both, or the measurement counts for nothing.
        itself: The program measures itself and prints nanoseconds per call, in place of its CPU time.
    """

    name: str
    target: float
    arguments: Sequence[str]
    printed: str = ""
    itself: bool = False


# What runs is the directive alone, from the call in a script to the implementation, which does nothing.
DIRECTIVE = """
import time
import sqlalchemy as sa
from {tool} import op
from {tool}.operations import Operations, ops
from {tool}.runtime.migration import MigrationContext

@Operations.implementation_for(ops.{operation}, replace=True)
def nothing(operations, operation):
    global calls
    calls += 1

calls, column, best = 0, sa.Column("c", sa.Integer()), float("inf")
with Operations.context(MigrationContext.configure(dialect_name="sqlite")):
    for _ in range(20):
        start = time.process_time_ns()
        for _ in range(2000):
            {call}
        best = min(best, (time.process_time_ns() - start) / 2000)
assert calls == 20 * 2000
print(best)
"""


def directive(operation: str, call: str) -> str:
    return DIRECTIVE.replace("{operation}", operation).replace("{call}", call)


REVISIONS = 1000
WORKLOADS = (
    Workload("--version", 0.08, ("-m", "{tool}", "--version")),
    Workload(f"heads, {REVISIONS} revisions", 0.15, ("-m", "{tool}", "heads"), printed=f"{REVISIONS:012x}"),
    Workload("op.execute(text)", 0.5, ("-c", directive("ExecuteSQLOp", 'op.execute("x")')), itself=True),
    Workload(
        "op.add_column(table, column)",
        0.5,
        ("-c", directive("AddColumnOp", 'op.add_column("t", column)')),
        itself=True,
    ),
)


def write_project(directory: Path, tool: str) -> None:
    """Write a project of linear revisions; the two differ in their import lines alone."""
    name, text = CONFIGURATION[tool]
    versions = directory / "migrations" / "versions"
    versions.mkdir(parents=True)
    (directory / name).write_text(text)
    for number in range(1, REVISIONS + 1):
        revision, down = f"{number:012x}", f"{number - 1:012x}" if number > 1 else None
        (versions / f"{revision}_change_{number}.py").write_text(
            f'"""change {number}\n\nRevision ID: {revision}\nRevises: {down or ""}\n"""\n'
            "from typing import Sequence, Union\n\n"
            f"from {tool} import op\n"
            "import sqlalchemy as sa\n\n"
            f'revision: str = "{revision}"\n'
            f"down_revision: Union[str, Sequence[str], None] = {down!r}\n"
            "branch_labels: Union[str, Sequence[str], None] = None\n"
            "depends_on: Union[str, Sequence[str], None] = None\n\n\n"
            f'def upgrade() -> None:\n    op.add_column("t", sa.Column("c{number}", sa.Integer()))\n\n\n'
            f'def downgrade() -> None:\n    op.drop_column("t", "c{number}")\n'
        )
