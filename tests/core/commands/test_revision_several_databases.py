"""``revision --autogenerate`` with an ``env.py`` that runs for several databases, or for none."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from migrateops.errors.commands import NothingCompared, TokenTaken
from migrateops.errors.plugins import PluginHookError
from migrateops.script.directory import ScriptDirectory
from tests.distributions import Site
from tests.project import Project

ENV = """
from pathlib import Path

import sqlalchemy as sa

from migrateops import context


def of(*tables):
    metadata = sa.MetaData()
    for name in tables:
        sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True))
    return metadata


def run(name, metadata, **options):
    engine = sa.create_engine(f"sqlite:///{Path(__file__).parents[1]}/{name}.db", poolclass=sa.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, **options)
        with context.begin_transaction():
            context.run_migrations(name=name)


def tokens(name):
    return {"upgrade_token": f"{name}_upgrades", "downgrade_token": f"{name}_downgrades"}


"""
TEMPLATE = '''"""${message}"""
import sqlalchemy as sa
from migrateops import op
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade(name):
    globals()[f"upgrade_{name}"]()


def downgrade(name):
    globals()[f"downgrade_{name}"]()
% for name in ("one", "two"):


def upgrade_${name}():
    ${context.get(f"{name}_upgrades", "pass")}


def downgrade_${name}():
    ${context.get(f"{name}_downgrades", "pass")}
% endfor
'''
BEFORE = """
from migrateops.plugins import hookimpl

class Plugin:
    @hookimpl
    def migrateops_before_run(self, ctx, plan):
        raise ValueError("a run")

plugin = Plugin()
"""
SEVERAL = ENV + 'run("one", of("a"), **tokens("one"))\nrun("two", of("b"), **tokens("two"))\n'


def with_env(project: Project, env: str, template: str = TEMPLATE) -> Config:
    project.env(textwrap.dedent(env))
    (project.root / "migrations" / "script.py.mako").write_text(template)
    return Config.find(project.root)


def tables(project: Project, name: str) -> set[str]:
    engine = sa.create_engine(f"sqlite:///{project.root / name}.db", poolclass=sa.NullPool)
    return set(sa.inspect(engine).get_table_names()) - {"migrateops_version"}


def scripts(project: Project) -> list[str]:
    return sorted(path.name for path in Path(project.root, "migrations", "versions").glob("*.py"))


def test_every_database_gets_its_own_difference(project: Project) -> None:
    config = with_env(project, SEVERAL)
    [made] = command.revision(config, "both", autogenerate=True, rev_id="aa1")
    assert made.operations == ("create_table 'a'", "create_table 'b'")
    command.upgrade(config)
    assert (tables(project, "one"), tables(project, "two")) == ({"a"}, {"b"})
    command.downgrade(config, "base")
    assert (tables(project, "one"), tables(project, "two")) == (set(), set())


def test_every_part_is_written_with_the_options_of_its_database(project: Project) -> None:
    for name, table in (("one", "a"), ("two", "b")):
        engine = sa.create_engine(f"sqlite:///{project.root / name}.db", poolclass=sa.NullPool)
        with engine.begin() as connection:
            connection.execute(
                sa.text(f"CREATE TABLE {table} (id INTEGER NOT NULL PRIMARY KEY, more INTEGER)")
            )
    env = SEVERAL.replace('**tokens("one")', 'render_as_batch=True, **tokens("one")')
    [made] = command.revision(with_env(project, env), autogenerate=True)
    text = Path(made.path).read_text()
    # Both ways of the first one, and nothing else.
    assert text.count('with op.batch_alter_table("a")') == text.count("batch_alter_table") == 2
    assert text.count('op.drop_column("b", "more")') == 1


def test_what_neither_comparison_looked_at_is_said_once(project: Project) -> None:
    config = with_env(project, ENV + 'run("one", of("a"), **tokens("one"))\n')
    [alone] = command.revision(config, autogenerate=True)
    Path(alone.path).unlink()
    [both] = command.revision(with_env(project, SEVERAL), autogenerate=True)
    assert both.not_compared == alone.not_compared != ()


@pytest.mark.parametrize(
    ("second", "taken"),
    [
        ("", "upgrades"),
        ('upgrade_token="more_upgrades"', "downgrades"),
        ('upgrade_token="downgrades", downgrade_token="more"', "downgrades"),
        ('upgrade_token="same", downgrade_token="same"', "same"),
    ],
)
def test_two_databases_for_one_place_in_the_template(project: Project, second: str, taken: str) -> None:
    config = with_env(project, ENV + f'run("one", of("a"))\nrun("two", of("b"), {second})\n')
    with pytest.raises(TokenTaken) as caught:
        command.revision(config, autogenerate=True)
    assert (caught.value.code, caught.value.token) == ("MO272", taken)
    assert scripts(project) == []


def test_the_projects_function_is_called_for_each_and_sees_all_so_far(project: Project) -> None:
    seen: list[list[int]] = []

    def process(context: object, revision: object, directives: list[object]) -> None:
        [directive] = directives
        seen.append([len(ops.ops) for ops in directive.upgrade_ops_list])  # type: ignore[attr-defined]
        if not any(ops.ops for ops in directive.upgrade_ops_list):  # type: ignore[attr-defined]
            directives.clear()

    # The first has no difference, so that the function takes the script away before the second is compared.
    config = with_env(project, SEVERAL.replace('of("a")', "of()"))
    [made] = command.revision(config, autogenerate=True, process_revision_directives=process)
    assert seen == [[0], [0, 1]]
    assert made.operations == ("create_table 'b'",)


def test_no_difference_anywhere_may_write_nothing(project: Project) -> None:
    def process(context: object, revision: object, directives: list[object]) -> None:
        directives.clear()

    config = with_env(project, SEVERAL)
    assert command.revision(config, autogenerate=True, process_revision_directives=process) == ()
    assert scripts(project) == []


def test_an_env_py_that_runs_nothing(project: Project) -> None:
    config = with_env(project, ENV)
    with pytest.raises(NothingCompared) as caught:
        command.revision(config, autogenerate=True)
    assert caught.value.code == "MO271"
    assert caught.value.path == ScriptDirectory.from_config(config).env_py_location
    assert scripts(project) == []


def test_without_autogenerate_the_environment_may_run_nothing(project: Project) -> None:
    project.configure(revision_environment=True)
    config = with_env(project, ENV)
    [made] = command.revision(config, rev_id="aa1")
    assert (made.revision, made.operations) == ("aa1", ())


@pytest.mark.parametrize("sql", [False, True])
def test_without_autogenerate_the_environment_needs_no_models(project: Project, sql: bool) -> None:
    project.configure(revision_environment=True)
    config = with_env(project, ENV + 'run("one", None)\n')
    [made] = command.revision(config, rev_id="aa1", sql=sql)
    assert (made.revision, made.operations) == ("aa1", ())


def test_it_is_no_run_for_plugins(project: Project, fake_dist: Site) -> None:
    project.configure(run_hooks=True)
    fake_dist(
        "acme-before",
        modules={"acme_before.py": BEFORE},
        entry_points={"migrateops.plugins": {"before": "acme_before:plugin"}},
    )
    config = with_env(project, SEVERAL)
    [made] = command.revision(config, autogenerate=True)
    assert len(made.operations) == 2
    with pytest.raises(PluginHookError):
        command.upgrade(config)
