"""Small scripts whose SQL is that of the real Alembic, statement for statement."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

peers = import_module("plugins.migrateops-alembic.tests.peer")

ROWS_OF_A_NEW_TABLE = """
table = op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Text))
op.bulk_insert(table, [{"a": "x"}, {"id": 2, "a": None}])
"""

A_RENAMED_COLUMN = """
op.create_table("t", sa.Column("a", sa.String(9)), sa.Column("b", sa.Integer))
op.alter_column("t", "a", new_column_name="c", existing_type=sa.String(9))
op.alter_column("t", "b", new_column_name="d", existing_type=sa.Integer, existing_nullable=False)
"""
BODIES = {"rows of a new table": ROWS_OF_A_NEW_TABLE, "a renamed column": A_RENAMED_COLUMN}

CHANGED_COLUMNS = """
op.alter_column("t", "a", type_=sa.String(40), server_default="x")
op.alter_column("t", "a", type_=sa.String(40), server_default=None, nullable=False, comment="z",
    new_column_name="b", existing_type=sa.Integer(), schema="s")
op.alter_column("t", "a", nullable=False, server_default=None, existing_type=sa.Boolean())
op.alter_column("t", "a", existing_type=sa.Integer(), server_default=None, existing_nullable=True)
op.alter_column("t", "a", existing_type=sa.Integer(), new_column_name="a")
op.alter_column("t", "a", existing_type=sa.DateTime(), nullable=True)
op.alter_column("t", "a", existing_type=sa.DateTime(), server_default=None)
op.alter_column("t", "a", existing_type=sa.DateTime(), server_default=sa.func.now(), nullable=False)
op.alter_column("t", "a", existing_type=sa.DateTime(), new_column_name="c")
op.alter_column("t", "a", existing_type=sa.DateTime(), existing_nullable=False)
op.alter_column("t", "a", existing_type=sa.TIMESTAMP(), server_default=sa.text("CURRENT_TIMESTAMP"))
op.alter_column("t", "a", type_=sa.Boolean(create_constraint=True, name="new"),
    existing_type=sa.Enum("a", "b", name="old", create_constraint=True, native_enum=False))
op.alter_column("t", "a", existing_type=sa.Integer(), type_=sa.BigInteger(), autoincrement=True)
"""
ADDED_COLUMNS = """
op.add_column("t", sa.Column("a", sa.Integer, sa.ForeignKey("u.id")))
op.add_column("t", sa.Column("b", sa.Integer, sa.ForeignKey("u.id", name="fk", ondelete="CASCADE")),
    schema="s")
op.add_column("t", sa.Column("c", sa.Integer, sa.ForeignKey("u.id", name="fk")), inline_references=True)
op.add_column("t", sa.Column("d", sa.Integer, unique=True))
op.add_column("t", sa.Column("e", sa.Integer, index=True))
op.add_column("t", sa.Column("f", sa.Boolean(create_constraint=True, name="ck"), server_default=sa.false()))
op.add_column("t", sa.Column("g", sa.Integer, sa.CheckConstraint("g > 3", name="ck")))
"""


def same_text(project: Any, url: str, *, own_process: bool = False) -> str:
    """Return what we write of a project, which is what the real one writes.

    Args:
        url: Of the database that is written for.
        own_process: Whether the project changes classes for good, and is run in a process of its own.
    """
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("sqlite:///app.db", url))
    arguments = ("upgrade", "head", "--sql")
    theirs = peers.peer(project.root, *arguments)
    assert theirs.returncode == 0, theirs.stderr
    ours: str = peers.ours(project.root, *arguments) if own_process else project.run(*arguments).out
    assert peers.statements(ours) == peers.statements(theirs.stdout)
    return ours


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://", "mysql+pymysql://"])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_it_is_the_same(project: Any, url: str, body: str) -> None:
    project.revision("aa1", body)
    same_text(project, url)


@pytest.mark.parametrize("url", ["postgresql+psycopg://", "mysql+pymysql://", "mariadb+pymysql://"])
def test_columns_are_the_same(project: Any, url: str) -> None:
    project.revision("aa1", (CHANGED_COLUMNS + ADDED_COLUMNS).replace("\n    ", " "))
    same_text(project, url)


def test_options_of_the_other_name_are_none_of_mariadb(project: Any) -> None:
    project.revision(
        "aa1",
        """
        op.create_table("t", sa.Column("a", sa.Text), mysql_charset="latin1", mariadb_engine="Aria")
        op.create_index("ix", "t", ["a"], mysql_length=3)
        """,
    )
    same_text(project, "mariadb+pymysql://")


def test_the_comments_are_those_of_the_real_one(project: Any) -> None:
    for name in ("aa1", "bb2"):
        project.revision(name, 'op.execute("SELECT 1")')
    assert project.run("upgrade", "head", "--sql").out.startswith("CREATE TABLE alembic_version")
    said = [
        line
        for arguments in ("upgrade head", "downgrade bb2:base", "stamp head", "stamp bb2:base")
        for line in project.run(*arguments.split(), "--sql").out.splitlines()
        if line.startswith("--")
    ]
    assert said == [
        *("-- Running upgrade  -> aa1", "-- Running upgrade aa1 -> bb2"),
        *("-- Running downgrade bb2 -> aa1", "-- Running downgrade aa1 -> "),
        *("-- Running stamp_revision  -> bb2", "-- Running stamp_revision bb2 -> "),
    ]


# A package of a dialect has its class for Alembic beside the dialect, and is imported for the dialect.
PACKAGE = """
from alembic.ddl import mysql, postgresql
from alembic.ddl.base import AddColumn, Column, RenameTable, add_column, alter_table, compiles
from alembic.ddl.impl import DefaultImpl
from sqlalchemy import event, Table
from sqlalchemy.engine.default import DefaultDialect


class Own(DefaultDialect):
    name = "own+driver"
    driver = "driver"
    supports_comments = True
    supports_statement_cache = True


class OwnImpl({base}):
    __dialect__ = "own+driver"
    transactional_ddl = True


@compiles(AddColumn, "own+driver")
def _added(element, compiler, **kw):
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{{table}} {{add_column(compiler, element.column)}} ADDED"


@compiles(postgresql.PostgresqlColumnType, "own+driver")
def _typed(*args, **kw):
    return postgresql.visit_column_type(*args, **kw)


@compiles(postgresql.ColumnComment, "own+driver")
def _commented(*args, **kw):
    return postgresql.visit_column_comment(*args, **kw)


for element in (mysql.MySQLModifyColumn, mysql.MySQLChangeColumn):
    @compiles(element, "own+driver")
    def _changed(element, compiler, **kw):
        what = type(element).__name__, element.newname, element.nullable, element.default
        told = element.autoincrement, element.comment, compiler.type_compiler.process(element.type_)
        return f"{{alter_table(compiler, element.table_name, element.schema)}} {{what}} {{told}}"


@compiles(mysql.MySQLAlterDefault, "own+driver")
def _default(element, compiler, **kw):
    return f"{{alter_table(compiler, element.table_name, element.schema)}} DEFAULT {{element.default}}"


@event.listens_for(Table, "before_create")
def _looked_at(table, connection, _ddl_runner, **kw):
    assert _ddl_runner.dialect.name == connection.dialect.name
"""
ALL_OF_A_DIALECT = """
op.create_table("t", sa.Column("a", sa.Integer, comment="of a"), comment="of t")
op.add_column("t", sa.Column("b", sa.Integer, comment="of b"))
op.add_column("t", sa.Column("c", sa.Integer), if_not_exists=True)
op.alter_column("t", "a", type_=sa.String(9), nullable=False, server_default="x", comment="it's",
    new_column_name="d", existing_type=sa.Integer())
op.alter_column("t", "a", server_default="y", existing_type=sa.Integer())
op.alter_column("t", "a", server_default=None, existing_type=sa.Integer(), existing_nullable=False)
op.alter_column("t", "a", server_default="now", existing_type=sa.DateTime(), existing_comment="z")
op.alter_column("t", "a", nullable=True, existing_type=sa.Integer(), existing_server_default="3")
op.create_table_comment("t", "more")
op.drop_table_comment("t")
op.drop_column("t", "b", if_exists=True)
op.drop_constraint("ck", "t", type_="check")
op.rename_table("t", "u", schema="s")
"""


@pytest.mark.parametrize("base", ["DefaultImpl", "postgresql.PostgresqlImpl", "mysql.MySQLImpl"])
def test_a_dialect_with_a_class_in_its_package(project: Any, base: str) -> None:
    project.write("own_dialect.py", PACKAGE.format(base=base))
    env = (project.root / "migrations" / "env.py").read_text()
    registered = "from sqlalchemy.dialects import registry\nregistry.register('own', 'own_dialect', 'Own')\n"
    project.write("migrations/env.py", registered + env)
    body = ALL_OF_A_DIALECT.strip().replace("\n    ", " ")
    project.revision("aa1", body)
    same_text(project, "own://", own_process=True)


EMITS = """
from alembic.ddl.postgresql import PostgresqlImpl

class Own(PostgresqlImpl):
    __dialect__ = "postgresql"

    def emit_begin(self):
        super().emit_begin()
        self.static_output("SET LOCAL lock_timeout = 0;")

    def emit_commit(self):
        self.static_output("SELECT 1;")
        super().emit_commit()
"""


def test_what_a_class_writes_around_a_transaction(project: Any) -> None:
    env = (project.root / "migrations" / "env.py").read_text()
    project.write("migrations/env.py", f"{EMITS}\n{env}")
    project.revision("aa1", ROWS_OF_A_NEW_TABLE)
    assert "SET LOCAL" in same_text(project, "postgresql+psycopg://", own_process=True)
