"""What is measured, with each tool in the same words, and the ratio that has to be reached."""

from __future__ import annotations

from collections.abc import Mapping

from bench.adopted import ADOPTED
from bench.autogenerate import AUTOGENERATE, AUTOGENERATE_GROWTHS
from bench.bulk import BULK
from bench.projects import Project, identifier
from bench.workload import Growth, Workload

NO_INDEX = {"MIGRATEOPS_HEADER_INDEX": "0"}


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
# What runs is all of it, from the call in a script to the text in the stream; every operation has names of
# its own.
OFFLINE = """
import time
from io import StringIO
import sqlalchemy as sa
from {tool} import op
from {tool}.operations import Operations
from {tool}.runtime.migration import MigrationContext

COUNT, best, written = 200, float("inf"), StringIO()
options = {"as_sql": True, "output_buffer": written}
with Operations.context(MigrationContext.configure(dialect_name="{dialect}", opts=options)):
    for turn in range(20):
        names = [f"{turn}_{number}" for number in range(COUNT)]
        start = time.process_time_ns()
        for name in names:
            {call}
        best = min(best, (time.process_time_ns() - start) / COUNT)
        assert written.getvalue().count("{text}") == COUNT
        written.seek(0)
        written.truncate()
print(best)
"""
# Asking for the heads reads all revisions.
SCRIPTS = """
import time
from {tool}.script import ScriptDirectory
scripts = ScriptDirectory("migrations")
"""
TIMED = """
start = time.process_time_ns()
found = {expression}
taken = time.process_time_ns() - start
assert {check}, found
print(taken)
"""
LOAD = f"{SCRIPTS}{TIMED}"
LOADED = f"{SCRIPTS}scripts.get_heads()\n{TIMED}"
MANY = f"""{SCRIPTS}
scripts.get_heads()
scripts.get_revision("{{partial}}")
start = time.process_time_ns()
for _ in range(50):
    found = scripts.get_revision("{{partial}}")
print((time.process_time_ns() - start) / 50)
assert found.revision == "{{whole}}"
"""


def directive(name: str, operation: str, call: str) -> Workload:
    program = DIRECTIVE.replace("{operation}", operation).replace("{call}", call)
    return Workload(name, 0.5, ("-c", program), Project(1), itself=True)


def offline(target: float, operation: str, call: str, text: str, dialect: str) -> Workload:
    """Return an operation written into a stream; *text* is in what it writes, once."""
    program = OFFLINE.replace("{call}", call).replace("{text}", text).replace("{dialect}", dialect)
    return Workload(f"{operation}, offline, {dialect}", target, ("-c", program), Project(1), itself=True)


def command(
    target: float,
    words: str,
    project: Project,
    *,
    note: str = "",
    full: bool = False,
    rounds: int = 99,
    environment: Mapping[str, str] | None = None,
    printed: bool = True,
) -> Workload:
    """Return a command in a project, which says the id of the head."""
    return Workload(
        f"{words}, {project.count}{note}",
        target,
        ("-m", "{tool}", *words.split()),
        project,
        project.head if printed else "",
        full=full,
        rounds=rounds,
        environment=environment or {},
    )


def load(
    target: float, project: Project, *, note: str = "", index: bool = True, rounds: int = 99
) -> Workload:
    program = LOAD.replace("{expression}", "scripts.get_heads()").replace(
        "{check}", f"found == [{project.head!r}]"
    )
    environment = {} if index else NO_INDEX
    return Workload(
        f"load, {project.count}{note}",
        target,
        ("-c", program),
        project,
        itself=True,
        full=project.count > 1000,
        rounds=rounds,
        environment=environment,
    )


def iterate(target: float, project: Project, *, note: str = "", rounds: int = 99) -> Workload:
    expression = "sum(1 for _ in scripts.walk_revisions())"
    program = LOADED.replace("{expression}", expression).replace("{check}", f"found == {project.count}")
    return Workload(
        f"iterate, {project.count}{note}",
        target,
        ("-c", program),
        project,
        itself=True,
        full=project.count > 1000,
        rounds=rounds,
    )


def partial_id(target: float, project: Project, *, rounds: int = 99) -> Workload:
    whole = identifier(project.count // 2)
    program = MANY.replace("{partial}", whole[:9]).replace("{whole}", whole)
    name = f"partial id, {project.count}"
    full = project.count > 1000
    return Workload(name, target, ("-c", program), project, itself=True, full=full, rounds=rounds)


# Where an existing column cannot be changed, there is nothing to measure.
EVERYWHERE, ALTERING = ("postgresql", "sqlite"), ("postgresql",)
# The operation, the ratio to reach, the call, what it writes once, on which dialects.
OPERATIONS = (
    ("execute", 0.2, 'op.execute(f"UPDATE t_{name} SET a = 1")', "UPDATE t_", EVERYWHERE),
    (
        "add_column",
        0.25,
        'op.add_column(f"t_{name}", sa.Column(f"c_{name}", sa.String(50), nullable=True))',
        "ADD COLUMN c_",
        EVERYWHERE,
    ),
    (
        "alter_column",
        0.25,
        'op.alter_column(f"t_{name}", f"c_{name}", nullable=False)',
        "SET NOT NULL",
        ALTERING,
    ),
    (
        "create_table",
        0.75,
        """op.create_table(
                f"t_{name}",
                sa.Column("id", sa.Integer(), primary_key=True),
                sa.Column("name", sa.String(50), nullable=False),
                sa.Column("price", sa.Numeric(10, 2), server_default="0"),
                sa.Column("made", sa.DateTime()),
            )""",
        "CREATE TABLE t_",
        EVERYWHERE,
    ),
    (
        "create_index",
        0.75,
        'op.create_index(f"ix_{name}", f"t_{name}", ["a", "b"], unique=False)',
        "CREATE INDEX ix_",
        EVERYWHERE,
    ),
)

LINEAR = {count: Project(count) for count in (1, 100, 1000, 5000, 20000)}
MERGES = {count: Project(count, merges=True) for count in (100, 1000, 5000)}
SERVER = Project(1000, server=True)
WITHOUT = ", no index"
WITH_MERGES = ", 5% merges"

WORKLOADS = (
    Workload("--version", 0.05, ("-m", "{tool}", "--version"), LINEAR[1]),
    Workload("--help", 0.15, ("-m", "{tool}", "--help"), LINEAR[1], printed="upgrade"),
    Workload("upgrade --help", 0.15, ("-m", "{tool}", "upgrade", "--help"), LINEAR[1], printed="--sql"),
    command(0.15, "heads", LINEAR[1]),
    command(0.15, "heads", LINEAR[100], full=True),
    command(0.15, "heads", LINEAR[1000]),
    command(0.15, "heads", MERGES[1000], note=WITH_MERGES),
    command(0.15, "history", LINEAR[1000]),
    command(0.15, "show head", LINEAR[1000]),
    command(0.06, "heads", LINEAR[5000], full=True),
    command(0.06, "history", LINEAR[5000], full=True),
    command(0.06, "show head", LINEAR[5000], full=True),
    command(0.12, "heads", LINEAR[5000], note=WITHOUT, full=True, environment=NO_INDEX),
    command(0.06, "heads", LINEAR[20000], full=True, rounds=1),
    command(0.85, "current", LINEAR[1000]),
    command(0.05, "current", LINEAR[5000], full=True, rounds=1),
    command(0.10, "upgrade head", LINEAR[1000], note=", nothing to do", printed=False),
    command(0.50, "upgrade head", SERVER, note=", nothing to do, PostgreSQL", printed=False),
    load(0.15, LINEAR[1000]),
    load(0.15, MERGES[1000], note=WITH_MERGES),
    load(0.15, LINEAR[5000], rounds=3),
    load(0.15, LINEAR[5000], note=WITHOUT, index=False, rounds=3),
    load(0.15, MERGES[5000], note=WITH_MERGES, rounds=3),
    load(0.03, LINEAR[20000], rounds=2),
    load(0.06, LINEAR[20000], note=WITHOUT, index=False, rounds=2),
    iterate(1.0, LINEAR[1000]),
    iterate(1.0, LINEAR[5000], rounds=3),
    iterate(0.1, MERGES[1000], note=WITH_MERGES),
    iterate(0.01, MERGES[5000], note=WITH_MERGES, rounds=3),
    partial_id(0.1, LINEAR[1000]),
    partial_id(0.1, LINEAR[5000], rounds=3),
    directive("op.execute(text)", "ExecuteSQLOp", 'op.execute("x")'),
    directive("op.add_column(table, column)", "AddColumnOp", 'op.add_column("t", column)'),
    *ADOPTED,
    *BULK,
    *AUTOGENERATE,
    *(
        offline(target, operation, call, text, dialect)
        for operation, target, call, text, dialects in OPERATIONS
        for dialect in dialects
    ),
)
GROWTHS = (
    *AUTOGENERATE_GROWTHS,
    Growth("load", 1.1, "load, 5000", "load, 20000", 4),
    Growth("load, no index", 1.1, "load, 5000, no index", "load, 20000, no index", 4),
    Growth("load, 5% merges", 1.1, "load, 1000, 5% merges", "load, 5000, 5% merges", 5),
    Growth("iterate", 1.1, "iterate, 1000", "iterate, 5000", 5),
    Growth("iterate, 5% merges", 1.1, "iterate, 1000, 5% merges", "iterate, 5000, 5% merges", 5),
    Growth("partial id", 0.1, "partial id, 1000", "partial id, 5000", 5),
)
