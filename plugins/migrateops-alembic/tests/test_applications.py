"""Applications whose libraries call Alembic: Flask-Migrate, and tests with pytest-alembic."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from typing import Any

from tests.processes import run_module

peers = import_module("plugins.migrateops-alembic.tests.peer")
real = import_module("plugins.migrateops-alembic.tests.test_real_projects")

APPLICATION = """
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///{database}"
db = SQLAlchemy(app)
Migrate(app, db, render_as_batch=True)


class Customer(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80), nullable=False)
"""
MORE = """    email = db.Column(db.String(80), index=True)
    since = db.Column(db.Date, server_default="2000-01-01")
"""


class Flask:
    """A Flask application, and ``flask db`` on it, run by either."""

    def __init__(self, root: Any) -> None:
        self.root = root

    def write(self, database: str, more: str = "") -> None:
        """Write the application."""
        text = APPLICATION.format(database=self.root / database) + more
        (self.root / "app.py").write_text(text)

    def db(self, *arguments: str, ours: bool = True) -> str:
        """Run a command and return what it prints."""
        path = os.pathsep.join(map(str, (peers.applications(), self.root)))
        words = ("flask", "--app", "app", "db", *arguments)
        if ours:
            words = ("migrateops_alembic", "-m", *words)
            done = run_module(*words, cwd=self.root, environment={"PYTHONPATH": path})
        else:
            done = peers.run_peer(*words, root=self.root, path=path)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def test_flask_migrate(project: Any) -> None:
    flask = Flask(project.root / "flask")
    flask.root.mkdir()
    flask.write("own.db")
    flask.db("init")
    flask.db("migrate", "-m", "first", "--rev-id", "aa1")
    assert flask.db("upgrade") == ""
    flask.write("own.db", MORE)
    flask.db("migrate", "-m", "second", "--rev-id", "bb2")
    flask.db("upgrade")
    assert flask.db("current") == "bb2 (head)\n"
    listings = [flask.db(*words) for words in (("history", "-v"), ("heads",))]
    offline = flask.db("upgrade", "base:aa1", "--sql")

    # The real one takes what was written, and makes the same of it.
    flask.write("other.db", MORE)
    flask.db("upgrade", ours=False)
    schemas = [real.schema(f"sqlite:///{flask.root / name}") for name in ("own.db", "other.db")]
    assert schemas[0] == schemas[1]
    assert "customer" in schemas[0]
    flask.db("check", ours=False)
    theirs = [flask.db(*words, ours=False) for words in (("history", "-v"), ("heads",))]
    assert listings == [one.replace(f"{flask.root}/", "") for one in theirs]
    assert peers.statements(offline) == peers.statements(flask.db("upgrade", "base:aa1", "--sql", ours=False))

    # And the other way round.
    flask.db("downgrade", "aa1")
    assert flask.db("current", ours=False) == "aa1\n"
    flask.db("stamp", "bb2")
    assert flask.db("current") == "bb2 (head)\n"
    flask.db("stamp", "aa1")
    flask.db("downgrade", "base")
    assert real.schema(f"sqlite:///{flask.root / 'other.db'}").keys() == {"alembic_version"}


def test_a_program_that_is_not_there() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "migrateops_alembic"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "usage: python -m migrateops_alembic" in done.stderr


def test_pytest_alembic(project: Any) -> None:
    project.revision(
        "aa1", 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))', 'op.drop_table("t")'
    )
    project.revision(
        "bb2",
        'op.add_column("t", sa.Column("n", sa.String(5)))',
        'with op.batch_alter_table("t") as batch:\n    batch.drop_column("n")',
    )
    models = """import sqlalchemy as sa
target_metadata = sa.MetaData()
sa.Table("t", target_metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String(5)))
engine = context.config.attributes.get("connection")"""
    env = (project.root / "migrations" / "env.py").read_text()
    env = env.replace("target_metadata = None", models).replace(
        "    connectable = engine_from_config(", "    connectable = engine or engine_from_config("
    )
    project.write("migrations/env.py", env)
    project.write(
        "test_migrations.py",
        """
        import pytest
        import sqlalchemy as sa
        from pytest_alembic.tests import (
            test_model_definitions_match_ddl,
            test_single_head_revision,
            test_up_down_consistency,
            test_upgrade,
        )


        @pytest.fixture
        def alembic_config():
            return {"file": "alembic.ini"}


        @pytest.fixture
        def alembic_engine(tmp_path):
            return sa.create_engine(f"sqlite:///{tmp_path}/test.db", poolclass=sa.NullPool)


        def test_data(alembic_runner, alembic_engine):
            alembic_runner.migrate_up_before("bb2")
            alembic_runner.insert_into("t", {"id": 5})
            alembic_runner.migrate_up_one()
            assert alembic_runner.current == "bb2"
            with alembic_engine.connect() as connection:
                assert connection.execute(sa.text("SELECT id, n FROM t")).all() == [(5, None)]
            alembic_runner.migrate_down_one()
            assert alembic_runner.current == "aa1"
        """,
    )
    program = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(project.root)]
    done = run_module(
        "migrateops_alembic",
        *program,
        "test_migrations.py",
        cwd=project.root,
        environment={"PYTHONPATH": str(peers.applications())},
    )
    assert "5 passed" in done.stdout, done.stdout + done.stderr
