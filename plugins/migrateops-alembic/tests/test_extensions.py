"""Published libraries that extend Alembic produce and apply a migration under the alias."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

peers = import_module("plugins.migrateops-alembic.tests.peer")

MODELS = """
import enum

import sqlalchemy as sa
from alembic_utils.pg_function import PGFunction
from alembic_utils.replaceable_entity import register_entities
from sqlalchemy.orm import declarative_base

import alembic_postgresql_enum

Base = declarative_base()


class Color(enum.Enum):
    red = "red"
    green = "green"


class Thing(Base):
    __tablename__ = "thing"

    id = sa.Column(sa.Integer, primary_key=True)
    color = sa.Column(sa.Enum(Color, name="color"))


register_entities(
    [
        PGFunction(
            schema="public",
            signature="more(i integer)",
            definition="RETURNS integer AS $$ SELECT i + 1 $$ LANGUAGE SQL",
        )
    ]
)
"""


def run(project: Any, *arguments: str) -> str:
    return str(peers.ours(project.root, *arguments))


def written(project: Any, name: str) -> str:
    (path,) = (project.root / "migrations" / "versions").glob(f"*_{name}.py")
    text: str = path.read_text()
    return text


@pytest.fixture
def extended(project: Any, postgresql_url: str) -> Any:
    project.write("models.py", MODELS)
    lines = (project.root / "alembic.ini").read_text()
    lines = lines.replace("sqlite:///app.db", postgresql_url.replace("%", "%%"))
    lines = lines.replace(
        "prepend_sys_path = .", f"path_separator = newline\nprepend_sys_path = .\n    {peers.extensions()}"
    )
    project.write("alembic.ini", lines)
    env = (project.root / "migrations" / "env.py").read_text()
    models = "import models\ntarget_metadata = models.Base.metadata"
    project.write("migrations/env.py", env.replace("target_metadata = None", models))
    return project


def test_functions_and_enums(extended: Any) -> None:
    run(extended, "revision", "--autogenerate", "-m", "first")
    first = written(extended, "first")
    assert "sa.Enum('red', 'green', name='color').create(op.get_bind())" in first
    assert 'postgresql.ENUM("red", "green", name="color", create_type=False)' in first
    assert "op.create_entity(public_more)" in first
    run(extended, "upgrade", "head")
    assert run(extended, "check").startswith("no difference")

    models: Path = extended.root / "models.py"
    models.write_text(models.read_text().replace('green = "green"', 'green = "green"\n    blue = "blue"'))
    run(extended, "revision", "--autogenerate", "-m", "second")
    assert "op.add_enum_value(" in written(extended, "second")
    run(extended, "upgrade", "head")
    assert run(extended, "check").startswith("no difference")
    assert "ADD VALUE 'blue'" in run(extended, "upgrade", "head", "--sql")
    run(extended, "downgrade", "base")
    assert run(extended, "current") == ""


REWRITES = """
import sqlalchemy as sa
from alembic.autogenerate import renderers, rewriter
from alembic.autogenerate.render import _add_table
from alembic.operations import Operations, ops

writer = rewriter.Rewriter()


@Operations.register_operation("create_special_table")
class CreateSpecialTableOp(ops.CreateTableOp):
    @classmethod
    def create_special_table(cls, operations, table_name, *columns, **kw):
        return operations.invoke(cls(table_name, columns, **kw))

    @classmethod
    def from_table(cls, table, _namespace_metadata=None):
        return super().from_table(table, _namespace_metadata)


@renderers.dispatch_for(CreateSpecialTableOp)
def render(autogen_context, op):
    return _add_table(autogen_context, op).replace(".create_table(", ".create_special_table(")


@writer.rewrites(ops.CreateTableOp)
def special(context, revision, op):
    return CreateSpecialTableOp(
        op.table_name,
        op.columns,
        schema=op.schema,
        _namespace_metadata=op._namespace_metadata,
        _constraints_included=op._constraints_included,
        **op.kw,
    )


@writer.rewrites(ops.DropTableOp)
def dropped(context, revision, op):
    assert op.table_kw == {}
    return ops.DropTableOp(op.table_name, schema=op.schema, table_kw=op.table_kw, _reverse=op._reverse)


target_metadata = sa.MetaData()
sa.Table("t", target_metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Text))
"""


def test_operations_under_names_that_extensions_know(project: Any) -> None:
    project.write("rewriting.py", REWRITES)
    env = (project.root / "migrations" / "env.py").read_text()
    env = env.replace("target_metadata = None", "from rewriting import target_metadata, writer")
    env = env.replace("connection=connection,", "connection=connection, process_revision_directives=writer,")
    project.write("migrations/env.py", env)
    run(project, "revision", "--autogenerate", "-m", "found")
    text = written(project, "found")
    assert "op.create_special_table(" in text
    assert 'sa.PrimaryKeyConstraint("id")' in text
    run(project, "upgrade", "head")
    assert "t" in project.tables()
    run(project, "downgrade", "base")
    assert "t" not in project.tables()


REPLACES = """
from alembic.operations import Operations, ops, toimpl

@Operations.implementation_for(ops.AlterColumnOp, replace=True)
def _noted(operations, operation):
    toimpl.alter_column(operations, operation)
    operations.execute(f"INSERT INTO noted VALUES ('{operation.column_name}')")
"""


def test_a_built_in_operation_is_replaced_on_every_dialect(project: Any, postgresql_url: str) -> None:
    env = (project.root / "migrations" / "env.py").read_text()
    project.write("migrations/env.py", f"{REPLACES}\n{env}")
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("sqlite:///app.db", postgresql_url.replace("%", "%%")))
    project.revision(
        "aa1",
        """
        op.create_table("noted", sa.Column("a", sa.String(9)))
        op.alter_column("noted", "a", new_column_name="b")
        """,
    )
    project.run("upgrade", "head")
    engine = sa.create_engine(postgresql_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT b FROM noted").all() == [("a",)]
    engine.dispose()
