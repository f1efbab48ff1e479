"""Comparing and writing many tables: no drift, an initial migration, and a server that is far away."""

from __future__ import annotations

import textwrap

from bench.projects import SERVER_DATABASE, Project
from bench.workload import Growth, Workload

# Twelve columns a table, two indexes, a foreign key, a unique constraint, comments.
_MODELS = """
import resource, sys, time
import sqlalchemy as sa
from {tool}.autogenerate import compare_metadata, produce_migrations, render_python_code
from {tool}.runtime.migration import MigrationContext

models = sa.MetaData()
for n in range({count}):
    parent = [sa.ForeignKey(f"table_{n - 1:05}.id", name=f"fk_{n}")] if n else []
    sa.Table(
        f"table_{n:05}",
        models,
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(f"name_{i}", sa.String(50), nullable=False, comment=f"name {i}") for i in range(4)),
        *(sa.Column(f"number_{i}", sa.Integer, server_default="0") for i in range(3)),
        sa.Column("price", sa.Numeric(10, 2)),
        sa.Column("made", sa.DateTime, server_default=sa.func.now()),
        sa.Column("flag", sa.Boolean),
        sa.Column("parent_id", sa.Integer, *parent),
        sa.UniqueConstraint("name_0", "number_0", name=f"uq_{n}"),
        sa.Index(f"ix_a_{n}", "name_1"),
        sa.Index(f"ix_b_{n}", "name_2", "number_1"),
        comment="a table",
    )
"""
_COMPARE = (
    _MODELS
    + """
opts = {"target_metadata": models, "compare_server_default": True}
server = "{url}".startswith("postgresql")
engine = sa.create_engine("{url}", connect_args={"options": "-csearch_path=compared"} if server else {})
# A server holds only so many locks in one transaction.
with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
    if server:
        connection.execute(sa.schema.CreateSchema("compared", if_not_exists=True))
    kept = sa.inspect(connection).get_table_names()
    if len(kept) != {count}:
        for name in kept:
            connection.exec_driver_sql(f"DROP TABLE {name}" + (" CASCADE" if server else ""))
        for table in models.sorted_tables:
            table.create(connection)
{link}
with engine.connect() as connection:
    context = MigrationContext.configure(connection, opts=opts)
    connection.execute(sa.text("SELECT 1"))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    found = compare_metadata(context, models)
    cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - grown
assert found == [], found[:3]
print({printed})
"""
)
# Each message to the server waits a moment on its way.
_LINK = """
import subprocess
there = [engine.url.host, str(engine.url.port)]
relay = subprocess.Popen([sys.executable, "-c", RELAY, *there], stdout=subprocess.PIPE)
engine = sa.create_engine(
    engine.url.set(port=int(relay.stdout.readline())),
    connect_args={"options": "-csearch_path=compared", "sslmode": "disable", "gssencmode": "disable"},
)
import atexit
atexit.register(relay.kill)
"""
_RELAY = """
import socket, sys, threading, time
def copy(source, target, delay):
    while data := source.recv(1 << 16):
        time.sleep(delay)
        target.sendall(data)
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
while True:
    client, _ = listening.accept()
    server = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    threading.Thread(target=copy, args=(client, server, 0.002), daemon=True).start()
    threading.Thread(target=copy, args=(server, client, 0), daemon=True).start()
"""
_RENDER = (
    _MODELS
    + """
engine = sa.create_engine("sqlite://")
with engine.connect() as connection:
    context = MigrationContext.configure(connection, opts={"target_metadata": models})
    cpu, wall = time.process_time_ns(), time.perf_counter_ns()
    script = produce_migrations(context, models)
    text = render_python_code(script.upgrade_ops), render_python_code(script.downgrade_ops)
    cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
assert text[0].count("create_table(") == text[1].count("drop_table(") == {count}
print(cpu, wall)
"""
)


def compared(target: float, count: int, *, server: bool = False, what: str = "") -> Workload:
    """Return a comparison of models with a database that is like them.

    Args:
        what: ``"memory"`` measures how much the process grows; ``"2 ms away"`` puts that in front of
            the server.
    """
    url = SERVER_DATABASE if server else f"sqlite:///compared-{count}.db"
    far = what == "2 ms away"
    program = _COMPARE.replace("{link}", f"RELAY = {_RELAY!r}\n{_LINK}" if far else "")
    program = program.replace("{printed}", "grown" if what == "memory" else "wall" if far else "cpu, wall")
    note = f", {what}" if what else ""
    name = f"compare, {count} tables{note}, {'PostgreSQL' if server else 'SQLite'}"
    return Workload(
        name,
        target,
        ("-c", textwrap.dedent(program).replace("{count}", str(count)).replace("{url}", url)),
        Project(1, server=server),
        itself=True,
        full=count > 100,
        rounds=5,
        unit="KiB" if what == "memory" else "ns",
    )


def rendered(target: float, count: int) -> Workload:
    """Return an initial migration that is produced and written, both directions."""
    program = _RENDER.replace("{count}", str(count))
    name = f"produce and render, {count} tables"
    return Workload(name, target, ("-c", program), Project(1), itself=True, full=count > 100, rounds=5)


AUTOGENERATE = (
    compared(0.25, 100),
    compared(0.25, 100, server=True),
    compared(0.08, 1000),
    compared(0.08, 1000, server=True),
    compared(0.3, 1000, what="memory"),
    compared(0.3, 1000, server=True, what="memory"),
    compared(0.05, 1000, server=True, what="2 ms away"),
    compared(0.08, 3000),
    compared(0.08, 3000, server=True),
    rendered(0.30, 100),
    rendered(0.12, 1000),
)
AUTOGENERATE_GROWTHS = (
    Growth("compare, SQLite", 1.1, "compare, 1000 tables, SQLite", "compare, 3000 tables, SQLite", 3),
    Growth(
        "compare, PostgreSQL", 1.1, "compare, 1000 tables, PostgreSQL", "compare, 3000 tables, PostgreSQL", 3
    ),
)
