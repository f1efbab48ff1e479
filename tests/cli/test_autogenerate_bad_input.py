"""What is wrong with models, functions of the project or the database: a code, no file, nothing changed."""

from __future__ import annotations

import sqlite3
import uuid

import pytest
import sqlalchemy as sa

from tests.project import Project

HEAD = """
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import UserDefinedType

metadata = sa.MetaData()
sa.Table("kept", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""
ENV = """
from migrateops import context
from models_of_bad_input import metadata

{function}

from sqlalchemy import create_engine
with create_engine(context.config.get_main_option("url")).connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, {option})
    {before}
    context.run_migrations()
"""
TABLE = 'sa.Table("bad", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("c", {}))'


def made(project: Project, models: str, *, url: str | None = None, env: str | None = None) -> Project:
    # A module of the same name would be the one of the test before.
    module = f"models_{uuid.uuid4().hex}"
    config = {"models": f"{module}:metadata", "prepend_sys_path": [str(project.root)]}
    project.build(
        config=config | ({"url": url} if url else {}),
        env=env and env.replace("models_of_bad_input", module),
        files={f"{module}.py": f"{HEAD}\n{models}\n"},
    )
    project.write("migrations/script.py.mako", TEMPLATE)
    return project


TEMPLATE = """
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade(op):
    ${upgrades if upgrades else "pass"}


def downgrade(op):
    ${downgrades if downgrades else "pass"}
"""


def refused(project: Project, code: str, *words: str) -> None:
    """Hold that the command fails with a code and words, writes no file and changes no database."""
    before = tables(project.url)
    done = project.run("revision", "--autogenerate", "-m", "x", check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"error[{code}]" in done.stderr
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert list((project.root / "migrations" / "versions").iterdir()) == []
    assert tables(project.url) == before


def tables(url: str) -> dict[str, list[str]]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        return {
            name: [column["name"] for column in inspector.get_columns(name)]
            for name in sorted(inspector.get_table_names())
        }


def test_a_type_that_the_dialect_does_not_have(project: Project) -> None:
    refused(made(project, TABLE.format("postgresql.INT4RANGE()")), "MO341", "'bad.c'")


def test_a_type_without_a_renderer(project: Project) -> None:
    models = """
class Odd(UserDefinedType):
    cache_ok = True
    def get_col_spec(self, **kw): return "odd"
    def __repr__(self): return "<odd>"
"""
    refused(made(project, models + TABLE.format("Odd()")), "MO335", "'bad.c'")


def test_a_default_that_sqlite_refuses(project: Project) -> None:
    default = 'sa.Integer, server_default=sa.text("(1 + id)")'
    refused(made(project, TABLE.format(default)), "MO346", "'bad.c'", "(1 + id)")


@pytest.mark.parametrize(
    "default", ['sa.Integer, server_default="many"', 'sa.Integer, server_default=sa.text("id + 1")']
)
@pytest.mark.parametrize("there", [False, True], ids=["new table", "new column"])
def test_a_default_that_postgresql_refuses(
    project: Project, postgresql_url: str, default: str, there: bool
) -> None:
    url = postgresql_url
    if there:
        engine = sa.create_engine(url, poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE bad (id serial PRIMARY KEY)"))
    refused(made(project, TABLE.format(default), url=url), "MO346", "'bad.c'")


@pytest.mark.parametrize(
    ("option", "function", "code", "words"),
    [
        ("include_name=asked", "return 1 / 0", "MO342", ["include_name", "the default schema"]),
        ("include_name=asked", "return args[0] is None or 1 / 0", "MO342", ["include_name", "table 'kept'"]),
        ("include_object=asked", "return 1 / 0", "MO342", ["include_object", "table 'bad'"]),
        ("compare_type=asked", "return 1 / 0", "MO342", ["compare_type", "kept.id"]),
        ("compare_type=asked", "return 'yes'", "MO338", ["compare_type", "kept.id", "True, False or None"]),
        ("compare_server_default=asked", "return 1 / 0", "MO342", ["kept.n"]),
        ("render_item=asked", "return 1 / 0", "MO342", ["render_item"]),
        ("render_item=asked", "return 5", "MO338", ["render_item", "a string"]),
        ("process_revision_directives=asked", "return 1 / 0", "MO342", ["process_revision_directives"]),
        ("process_revision_directives=asked", "args[2][:] = [7]", "MO338", ["process_revision_directives"]),
    ],
)
def test_a_function_that_fails_or_answers_nonsense(
    project: Project, option: str, function: str, code: str, words: list[str]
) -> None:
    models = (
        'metadata.tables["kept"].append_column(sa.Column("n", sa.Integer, server_default="1"))\n'
        + TABLE.format("sa.Integer")
    )
    env = ENV.format(function=f"def asked(*args):\n    {function}", option=option, before="")
    made(project, models, env=env)
    with sqlite3.connect(project.root / "app.db") as connection:
        connection.execute("CREATE TABLE kept (id INTEGER NOT NULL PRIMARY KEY, n INTEGER DEFAULT 1)")
        connection.execute("CREATE TABLE old (id INTEGER)")
    connection.close()
    refused(project, code, *words)


def test_two_models_for_one_table(project: Project) -> None:
    models = (
        'sa.Table("kept", other := sa.MetaData(), sa.Column("id", sa.Integer))\nmetadata = [metadata, other]'
    )
    env = ENV.format(function="", option="", before="")
    refused(made(project, models, env=env), "MO332", "'kept'")


def test_a_database_that_does_not_let_itself_be_read(project: Project) -> None:
    function = """
import sqlite3

def denied(action, first, *others):
    hidden = action == sqlite3.SQLITE_READ and first in ("sqlite_master", "sqlite_schema")
    return sqlite3.SQLITE_DENY if hidden else sqlite3.SQLITE_OK
"""
    env = ENV.format(function=function, option="", before="connection.connection.set_authorizer(denied)")
    refused(made(project, TABLE.format("sa.Integer"), env=env), "MO345", "cannot be read", "prohibited")
