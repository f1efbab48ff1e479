"""The documented example of an operation runs word for word, with only its import line changed."""

from __future__ import annotations

import importlib.metadata
import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from migrateops import command
from migrateops.config import Config
from migrateops.errors.plugins import PreflightFailed, UnsupportedByDialect
from migrateops.errors.runtime import RevisionFailed
from tests.contract.environments import GENERIC
from tests.distributions import Site
from tests.project import Project

EXAMPLE = '''\
from migrateops.operations import Operations, MigrateOperation

@Operations.register_operation("create_sequence")
class CreateSequenceOp(MigrateOperation):
    """Create a SEQUENCE."""

    def __init__(self, sequence_name, **kw):
        self.sequence_name = sequence_name
        self.kw = kw

    @classmethod
    def create_sequence(cls, operations, sequence_name, **kw):
        """Issue a "CREATE SEQUENCE" instruction."""

        op = CreateSequenceOp(sequence_name, **kw)
        return operations.invoke(op)

@Operations.implementation_for(CreateSequenceOp)
def create_sequence(operations, operation):
    operations.execute("CREATE SEQUENCE %s" % operation.sequence_name)
'''

# An operation of the same name that leaves another trace, so that it can be seen which one ran.
PLUGIN = """
from migrateops.operations import Operations, MigrateOperation, lowering, operation

@operation
class CreateSequenceOp(MigrateOperation):
    name: str
    start: int | None = None

@lowering
def create_sequence(op, target):
    yield f"CREATE TABLE made_by_the_plugin_{op.name} (id INTEGER)"
"""


@pytest.fixture
def example(project: Project) -> Project:
    project.build(config={"generic_dialects": ["postgresql"]}, env=EXAMPLE + GENERIC)
    project.revision("aa1", upgrade='op.create_sequence("my_sequence")')
    return project


def install_plugin(fake_dist: Site) -> None:
    fake_dist(
        "acme-sequences",
        modules={"acme_sequences.py": PLUGIN},
        entry_points={
            "migrateops.operations": {"create_sequence": "acme_sequences:CreateSequenceOp"},
            "migrateops.implementations": {"default.create_sequence": "acme_sequences:create_sequence"},
        },
    )


@contextmanager
def connected(url: str) -> Iterator[sa.Connection]:
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def written(project: Project) -> str:
    config = Config.find(project.root)
    config.output_buffer = io.StringIO()
    command.upgrade(config, "head", sql=True)
    return config.output_buffer.getvalue()


def test_its_statement_is_sent_to_postgresql(example: Project, postgresql_url: str) -> None:
    example.configure(url=postgresql_url)
    report = command.upgrade(Config.find(example.root), "head")
    assert report.heads == ("aa1",)
    with connected(postgresql_url) as connection:
        assert sa.inspect(connection).get_sequence_names() == ["my_sequence"]
        assert connection.scalar(sa.text("SELECT nextval('my_sequence')")) == 1


def test_what_sqlite_says_to_it_is_sqlites_own(example: Project) -> None:
    with pytest.raises(RevisionFailed) as caught:
        command.upgrade(Config.find(example.root), "head")
    cause = caught.value.__cause__
    assert isinstance(cause, OperationalError)
    assert cause.statement == "CREATE SEQUENCE my_sequence"
    assert "SEQUENCE" in str(cause.orig)


@pytest.mark.parametrize("url", ["sqlite:///never.db", "postgresql+psycopg://127.0.0.1:1/never"])
def test_its_statement_is_written_offline(example: Project, url: str) -> None:
    example.configure(url=url)
    assert "\nCREATE SEQUENCE my_sequence;\n" in written(example)
    assert not (example.root / "never.db").exists()


def test_keyword_arguments_reach_the_operation(example: Project) -> None:
    source = EXAMPLE.replace(
        'operations.execute("CREATE SEQUENCE %s" % operation.sequence_name)',
        'operations.get_context().static_output("%s %s" % (operation.sequence_name, operation.kw))',
    )
    example.env(source + GENERIC)
    example.revision("aa1", None, upgrade='op.create_sequence("my_sequence", start=5, cycle=True)')
    assert "my_sequence {'start': 5, 'cycle': True}" in written(example)


def test_the_plugin_of_the_same_name_is_used_where_the_project_has_none(
    example: Project, fake_dist: Site
) -> None:
    # What the other tests rely on: the made-up plugin works.
    install_plugin(fake_dist)
    example.configure(plugins={"deny": ["migrateops-sequences"]})
    example.env(GENERIC)
    command.upgrade(Config.find(example.root), "head")
    with connected(example.url) as connection:
        assert "made_by_the_plugin_my_sequence" in sa.inspect(connection).get_table_names()


def test_the_projects_own_wins_over_installed_plugins_even_where_these_conflict(
    example: Project, fake_dist: Site
) -> None:
    install_plugin(fake_dist)
    text = written(example)
    assert "\nCREATE SEQUENCE my_sequence;\n" in text
    assert "made_by_the_plugin" not in text


def test_it_wins_on_postgresql_with_a_plugin_installed(
    example: Project, fake_dist: Site, postgresql_url: str
) -> None:
    install_plugin(fake_dist)
    example.configure(url=postgresql_url)
    command.upgrade(Config.find(example.root), "head")
    with connected(postgresql_url) as connection:
        inspector = sa.inspect(connection)
        assert inspector.get_sequence_names() == ["my_sequence"]
        assert inspector.get_table_names() == ["migrateops_version"]


def test_an_implementation_that_the_plugin_advertises_by_name_is_not_given_the_projects_class(
    example: Project, fake_dist: Site
) -> None:
    install_plugin(fake_dist)
    # Without an implementation of its own the project's class has none: the plugin's knows other fields.
    example.env(EXAMPLE.partition("@Operations.implementation_for")[0] + GENERIC)
    with pytest.raises(PreflightFailed) as caught:
        command.upgrade(Config.find(example.root), "head")
    (fault,) = caught.value.faults
    assert isinstance(fault, UnsupportedByDialect)
    assert fault.name == "create_sequence"


def test_it_runs_with_the_sequences_plugin_itself(example: Project, postgresql_url: str) -> None:
    assert "create_sequence" in {
        entry.name for entry in importlib.metadata.entry_points(group="migrateops.operations")
    }
    example.configure(url=postgresql_url)
    command.upgrade(Config.find(example.root), "head")
    with connected(postgresql_url) as connection:
        assert sa.inspect(connection).get_sequence_names() == ["my_sequence"]
