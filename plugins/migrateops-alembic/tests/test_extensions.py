"""Published libraries that extend Alembic produce and apply a migration under the alias."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

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
