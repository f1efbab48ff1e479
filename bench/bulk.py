"""Many rows: changes of a large table on SQLite, and inserts."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.projects import SERVER_DATABASE, Project, configured, identifier, script
from bench.workload import Workload

# Columns of a plain table, of which five changes leave none as it was but the key and one more.
_TABLE = """
CREATE TABLE item (
    id INTEGER NOT NULL PRIMARY KEY, code VARCHAR(20) NOT NULL, title TEXT, amount INTEGER,
    price NUMERIC(10, 2), old TEXT, made DATETIME, flag BOOLEAN
);
CREATE INDEX ix_item_code ON item (code);
"""
FIVE = (
    'add_column(sa.Column("added", sa.Integer(), server_default="7"))',
    'drop_column("old")',
    'alter_column("title", new_column_name="name")',
    'alter_column("amount", type_=sa.BigInteger())',
    'alter_column("made", nullable=False)',
)
TEN = (
    *FIVE,
    'alter_column("price", nullable=False)',
    'create_check_constraint("ck_item_amount", "amount >= 0")',
    'alter_column("flag", server_default="1")',
    'add_column(sa.Column("more", sa.Text()))',
    'alter_column("code", type_=sa.String(40))',
)


@dataclass(frozen=True)
class LargeTable:
    """A project whose one revision changes a table of many rows.

    Attributes:
        rows: How many.
        changes: What is done to it.
        batches: Each change is a batch of its own.
    """

    rows: int
    changes: tuple[str, ...]
    batches: bool = False
    server: bool = False

    @property
    def name(self) -> str:
        """What its directories are called by."""
        return f"table-{self.rows}-{len(self.changes)}"

    def write(self, directory: Path, tool: str) -> None:
        """Write the project, and the database as it is before the change."""
        versions = configured(directory, tool, "sqlite:///app.db")
        begin = '    with op.batch_alter_table("item") as batch_op:\n'
        lines = [f"        batch_op.{change}\n" for change in self.changes]
        body = begin.join(["", *lines]) if self.batches else begin + "".join(lines)
        (versions / f"{identifier(1)}_change.py").write_text(script(tool, 1, (), body))
        connection = sqlite3.connect(directory / "before.db")
        connection.executescript(_TABLE)
        count = self.rows
        connection.executemany(
            "INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                # The codes are in no order, so that the index has to be sorted.
                (i, f"c{i * 7919 % count:08d}", f"the title of item {i}", i % 1000, i / 4, "-" * 10,
                 "2024-01-02 03:04:05.000000", i % 2)
                for i in range(count)
            ),
        )  # fmt: skip
        connection.commit()
        connection.close()

    def prepare(self, directory: Path) -> None:
        """Put the database back, with nothing left for the disk to do from before."""
        shutil.copyfile(directory / "before.db", directory / "app.db")
        os.sync()


# The directive and its transaction, after the same with few rows.
_INSERT = """
import datetime, time
from decimal import Decimal
import sqlalchemy as sa
from {tool} import op
from {tool}.operations import Operations
from {tool}.runtime.migration import MigrationContext

metadata = sa.MetaData()
columns = lambda: (sa.Column("id", sa.Integer(), primary_key=True), {columns})
few, many = sa.Table("few", metadata, *columns()), sa.Table("many", metadata, *columns())
engine = sa.create_engine("{url}")
metadata.drop_all(engine)
metadata.create_all(engine)

def insert(table, rows):
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        op.bulk_insert(table, rows{options})

def made(count):
    return [dict(id=i, {values}) for i in range(count)]

insert(few, made(200))
rows = made({count})
cpu, wall = time.process_time_ns(), time.perf_counter_ns()
insert(many, rows)
cpu, wall = time.process_time_ns() - cpu, time.perf_counter_ns() - wall
with engine.connect() as connection:
    assert connection.scalar(sa.select(sa.func.count()).select_from(many)) == {count}
metadata.drop_all(engine)
print(cpu, wall)
"""
# The type and the value of each column, the latter of the row with the number i.
_PLAIN = {
    "code": ("sa.String(20)", 'f"c{i:08d}"'),
    "title": ("sa.Text()", 'f"the title of item {i}" if i % 10 else None'),
    "amount": ("sa.Integer()", "i % 1000"),
    "ratio": ("sa.Float()", "i / 7"),
    "flag": ("sa.Boolean()", "i % 2 == 0"),
}
_TYPED = {
    "code": ("sa.String(20)", 'f"c{i:08d}"'),
    "price": ("sa.Numeric(10, 2)", "Decimal(i) / 4"),
    "day": ("sa.Date()", "datetime.date(2020, 1, 1 + i % 31)"),
    "made": ("sa.DateTime()", "datetime.datetime(2024, 1, 2, 3, i % 60, 5, i)"),
    "data": ("sa.LargeBinary()", 'b"abc%d" % i'),
    "extra": ("sa.JSON()", 'dict(a=i, b=[1, "x"]) if i % 3 else None'),
}


def inserts(
    target: float,
    count: int,
    url: str,
    shape: Mapping[str, tuple[str, str]],
    note: str = "",
    *,
    options: str = "",
) -> Workload:
    columns = ", ".join(f"sa.Column({name!r}, {type_})" for name, (type_, _) in shape.items())
    values = ", ".join(f"{name}={value}" for name, (_, value) in shape.items())
    program = _INSERT.replace("{columns}", columns).replace("{values}", values).replace("{url}", url)
    program = program.replace("{count}", str(count)).replace("{options}", options)
    server = url == SERVER_DATABASE
    name = f"bulk_insert, {count}{note}, {'PostgreSQL' if server else 'SQLite'}"
    return Workload(name, target, ("-c", program), Project(1, server=server), itself=True)


def batch(target: float, rows: int, changes: tuple[str, ...], *, batches: bool = False) -> Workload:
    project = LargeTable(rows, changes, batches)
    what = f"{len(changes)} batches on one table" if batches else f"a batch of {len(changes)} changes"
    name = f"upgrade: {what}, {rows} rows"
    full = rows > 100_000
    arguments = ("-m", "{tool}", "upgrade", "head")
    return Workload(name, target, arguments, project, full=full, rounds=5 if full else 99, wall=target)


_FILE = "sqlite:///rows.db"
_BY_ROW = ", multiinsert=False"

BULK = (
    batch(1.0, 100_000, FIVE),
    batch(1.0, 1_000_000, FIVE),
    batch(0.5, 100_000, TEN, batches=True),
    batch(0.20, 1_000_000, TEN, batches=True),
    inserts(0.5, 100_000, _FILE, _PLAIN),
    inserts(1.0, 100_000, _FILE, _TYPED, " with types"),
    inserts(0.05, 5_000, _FILE, _PLAIN, " row by row", options=_BY_ROW),
    inserts(0.15, 100_000, SERVER_DATABASE, _PLAIN),
    inserts(0.5, 100_000, SERVER_DATABASE, _TYPED, " with types"),
    inserts(0.05, 5_000, SERVER_DATABASE, _PLAIN, " row by row", options=_BY_ROW),
)
