"""What ``env.py`` is told, what it may configure, and what callbacks get."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from migrateops.errors.offline import StartOnline
from migrateops.errors.operations import NoEnvironment
from migrateops.errors.runtime import NotConfigured, UnknownOption
from migrateops.runtime.environment import EnvironmentContext
from migrateops.runtime.migration import MigrationContext
from migrateops.script.directory import ScriptDirectory
from tests.core.runtime.env_files import HEAD, ONLINE, offline, online, run, two
from tests.distributions import Site
from tests.project import Project
from tests.runtime.sqlite_environments import heads, rows, tables

# -- what the command says ----------------------------------------------------------------------

ASKS = """
seen["before"] = [
    context.is_offline_mode(),
    context.requires_connection(),
    context.get_tag_argument(),
    context.get_revision_argument(),
    context.get_head_revisions(),
    context.get_x_argument(),
    context.get_x_argument(as_dictionary=True),
]
"""


class Said:
    x = ("tenant=a=b", "dry")


@pytest.mark.parametrize("sql", [True, False])
def test_what_the_command_says(project: Project, sql: bool) -> None:
    two(project)
    project.env(HEAD + ASKS + (offline() if sql else online()))
    config = Config.find(project.root)
    config.output_buffer = io.StringIO()
    config.cmd_opts = Said()
    command.upgrade(config, "left@head", sql=sql, tag="seven")
    x = ["tenant=a=b", "dry"]
    expected = [sql, not sql, "seven", "bb2", ("bb2", "cc3"), x, {"tenant": "a=b", "dry": ""}]
    assert config.attributes["before"] == expected


@pytest.mark.parametrize(
    ("verb", "given", "sql", "expected"),
    [
        ("upgrade", "head", False, "aa1"),
        ("upgrade", "+1", False, "+1"),
        ("upgrade", "base:aa1", True, "aa1"),
        ("stamp", ["aa1"], False, "aa1"),
        ("stamp", "base", False, None),
    ],
)
def test_where_the_command_goes(project: Project, verb: str, given: Any, sql: bool, expected: Any) -> None:
    project.revision("aa1", None)
    ask = 'seen["to"] = context.get_revision_argument()\n'
    project.env(HEAD + ask + (offline() if sql else online()))
    assert run(project, verb, given, sql=sql).attributes["to"] == expected


def test_what_counts_from_the_database_is_known_when_that_is(project: Project) -> None:
    project.revision("aa1", None)
    project.revision("bb2")
    run(project, "upgrade", "aa1")
    project.env(online() + 'seen["to"] = context.get_revision_argument()\n')
    assert run(project, "upgrade", "+1").attributes["to"] == "bb2"


@pytest.mark.parametrize(
    ("given", "expected"),
    [("base:heads", None), ("aa1:heads", "aa1"), ("heads:heads", ("bb2", "cc3")), ("heads", None)],
)
def test_where_an_offline_run_starts(project: Project, given: str, expected: Any) -> None:
    two(project)
    ask = 'seen["{}"] = context.get_starting_revision_argument()\n'
    project.env(HEAD + ask.format("before") + offline() + ask.format("after"))
    found = run(project, "upgrade", given, sql=True).attributes
    assert (found["before"], found["after"]) == (expected, expected)


def test_where_an_online_run_starts(project: Project) -> None:
    two(project)
    run(project, "upgrade", "aa1")
    body = ONLINE.replace(
        "    with context", '    seen["at"] = context.get_starting_revision_argument()\n    with context'
    )
    project.env(HEAD + body.format(more="", kw=""))
    assert run(project, "upgrade", "bb2").attributes["at"] == "aa1"


def test_members_before_configure(project: Project) -> None:
    script = ScriptDirectory.from_config(Config.find(project.root))
    with EnvironmentContext(Config.find(project.root), script) as environment:
        for ask in (
            environment.get_context,
            environment.get_bind,
            environment.get_impl,
            environment.is_transactional_ddl,
            environment.run_migrations,
            environment.begin_transaction,
            environment.get_starting_revision_argument,
        ):
            with pytest.raises(NotConfigured):
                ask()


def test_context_outside_of_an_environment() -> None:
    from migrateops import context

    with pytest.raises(NoEnvironment):
        context.get_context()


def test_context_has_every_public_member() -> None:
    from migrateops import context

    names = (
        "begin_transaction config configure execute get_bind get_context get_head_revision"
        " get_head_revisions get_impl get_revision_argument get_starting_revision_argument"
        " get_tag_argument get_x_argument is_offline_mode is_transactional_ddl requires_connection"
        " run_migrations script static_output"
    )
    project_names = {*dir(context), "config", "script"}
    assert set(names.split()) <= project_names


# -- what may be configured ---------------------------------------------------------------------


def test_the_tag_may_be_configured(project: Project) -> None:
    project.revision("aa1", None)
    project.env(online('tag="mine"') + 'seen["tag"] = context.get_tag_argument()\n')
    assert run(project, "upgrade", "head").attributes["tag"] == "mine"


def test_the_start_may_be_configured_offline(project: Project) -> None:
    project.revision("aaa1", None)
    project.revision("bbb2")
    project.env(offline('starting_rev="bbb2-1"'))
    config = run(project, "upgrade", "head", sql=True)
    assert isinstance(config.output_buffer, io.StringIO)
    assert "-> bbb2" in config.output_buffer.getvalue()
    assert "-> aaa1" not in config.output_buffer.getvalue()


def test_a_database_says_itself_where_it_is(project: Project) -> None:
    project.revision("aa1", None)
    project.env(online('starting_rev="aa1"'))
    with pytest.raises(StartOnline) as caught:
        run(project, "upgrade", "head")
    assert caught.value.given == "aa1"


def test_the_connection_wins_over_url_and_dialect(project: Project) -> None:
    project.revision("aa1", None)
    project.env(
        online('url="postgresql://", dialect_name="mysql"')
        + 'seen["name"] = context.get_context().dialect.name'
    )
    assert run(project, "upgrade", "head").attributes["name"] == "sqlite"


@pytest.mark.parametrize("style", ["named", "qmark", "pyformat"])
def test_options_of_the_dialect(project: Project, style: str) -> None:
    stream = io.StringIO()
    context = MigrationContext.configure(
        dialect_name="sqlite",
        dialect_opts={"paramstyle": style},
        opts={"output_buffer": stream, "as_sql": True},
        plugins=(),
    )
    context.execute(sa.select(sa.literal("x").label("y")))
    assert context.dialect.paramstyle == style
    assert {"named": ":", "qmark": "?", "pyformat": "%("}[style] in stream.getvalue()


def test_literal_binds(project: Project) -> None:
    statement = sa.select(sa.literal("x").label("y"))
    for literal, expected in ((True, "SELECT 'x' AS y;"), (False, "SELECT :param_1 AS y;")):
        stream = io.StringIO()
        opts = {"output_buffer": stream, "literal_binds": literal}
        MigrationContext.configure(dialect_name="sqlite", opts=opts, plugins=()).execute(statement)
        assert stream.getvalue().strip() == expected


def test_what_the_pack_says_of_ddl_may_be_overridden(project: Project) -> None:
    project.revision("aa1", None)
    project.env(offline("transactional_ddl=False") + 'seen["ddl"] = context.is_transactional_ddl()\n')
    config = run(project, "upgrade", "head", sql=True)
    assert isinstance(config.output_buffer, io.StringIO)
    assert config.attributes["ddl"] is False
    assert "BEGIN" not in config.output_buffer.getvalue()


def test_variables_of_the_template(project: Project) -> None:
    project.configure(revision_environment=True)
    project.env(online('template_args={"ticket": "T-17"}'))
    template = (
        '"""${message}"""\nrevision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n'
        "branch_labels = ${repr(branch_labels)}\ndepends_on = ${repr(depends_on)}\n# ${ticket}\n"
    )
    project.write("migrations/script.py.mako", template)
    config = Config.find(project.root)
    [made] = command.revision(config, message="m")
    assert "# T-17" in (project.root / made.path).read_text()


@pytest.mark.parametrize("primary_key", [True, False])
def test_the_version_table(project: Project, primary_key: bool) -> None:
    project.revision("aa1", None)
    project.env(online(f'version_table="mine", version_table_pk={primary_key}'))
    run(project, "upgrade", "head")
    file = project.root / "app.db"
    assert rows(file, "SELECT version_num FROM mine") == [("aa1",)]
    [(sql,)] = rows(file, "SELECT sql FROM sqlite_master WHERE name = 'mine'")
    assert ("CONSTRAINT mine_pkc PRIMARY KEY (version_num)" in str(sql)) is primary_key
    assert "VARCHAR(64) NOT NULL" in str(sql)


def test_a_version_table_that_is_there_already_keeps_its_columns(project: Project) -> None:
    engine = sa.create_engine(project.url)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "CREATE TABLE migrateops_version (version_num VARCHAR(99) PRIMARY KEY, who TEXT DEFAULT 'me')"
            )
        )
    engine.dispose()
    project.revision("aa1", None)
    project.revision("bb2")
    run(project, "upgrade", "head")
    assert rows(project.root / "app.db", "SELECT * FROM migrateops_version") == [("bb2", "me")]


@pytest.mark.parametrize(
    ("option", "guess"),
    [
        ("compare_typ", "compare_type"),
        ("alembic_module_prefix", "operations_module_prefix"),
        ("zzz_batch_separator", None),
    ],
)
def test_an_unknown_option_is_refused(project: Project, option: str, guess: str | None) -> None:
    project.revision("aa1", None)
    project.env(online(f"{option}='x'"))
    with pytest.raises(UnknownOption) as caught:
        run(project, "upgrade", "head")
    assert (caught.value.name, caught.value.guess) == (option, guess)


def test_the_latest_configuration_counts_and_takes_nothing_from_the_one_before(project: Project) -> None:
    project.revision("aa1", None)
    again = ', version_table="first")\n    context.configure(connection=connection'
    project.env(HEAD + ONLINE.format(more=again, kw=""))
    run(project, "upgrade", "head")
    assert tables(project.root / "app.db") == {"migrateops_version"}


def test_keywords_reach_the_scripts(project: Project) -> None:
    source = (
        "from migrateops import op\nrevision, down_revision = 'aa1', None\n"
        "def upgrade(tenant):\n    op.execute(f'CREATE TABLE of_{tenant} (x INTEGER)')\n"
        "def downgrade(tenant):\n    op.execute(f'DROP TABLE of_{tenant}')\n"
    )
    project.write("migrations/versions/aa1.py", source)
    project.env(online(kw='tenant="acme"'))
    run(project, "upgrade", "head")
    assert "of_acme" in tables(project.root / "app.db")
    run(project, "downgrade", "base")
    assert "of_acme" not in tables(project.root / "app.db")


def test_the_models_that_the_configuration_names_are_the_models_of_env_py(
    project: Project, fake_dist: Site
) -> None:
    source = (
        "import sqlalchemy as sa\n\nmetadata = sa.MetaData()\n"
        'sa.Table("customer", metadata, sa.Column("id", sa.Integer, primary_key=True))\n'
    )
    fake_dist("shop", modules={"shop_models.py": source})
    template = (
        '"""${message}"""\nimport sqlalchemy as sa\nfrom migrateops import op\n${imports}\n'
        "revision = ${repr(up_revision)}\ndown_revision = ${repr(down_revision)}\n"
        "def upgrade():\n    ${upgrades}\ndef downgrade():\n    ${downgrades}\n"
    )
    project.write("migrations/script.py.mako", template)
    project.configure(models="shop_models:metadata")
    # Without target_metadata, and with None as the templates have it.
    for number, more in enumerate(("", "target_metadata=None")):
        project.env(online(more) + 'seen["models"] = context.get_context().metadata\n')
        config = Config.find(project.root)
        [made] = command.revision(config, message=f"m{number}", autogenerate=True, rev_id=f"r{number}")
        assert config.attributes["models"].tables.keys() == {"customer"}
        assert bool(made.operations) is (number == 0)
        command.upgrade(config)
    assert "customer" in tables(project.root / "app.db")


def test_models_of_env_py_win_over_those_of_the_configuration(project: Project) -> None:
    project.configure(models="nowhere:metadata")
    project.revision("aa1", None)
    project.env(online("target_metadata=sa.MetaData()"))
    run(project, "upgrade", "head")
    assert heads(project.root / "app.db") == ["aa1"]


# -- the context --------------------------------------------------------------------------------


def test_the_attributes_of_a_context(project: Project) -> None:
    project.revision("aa1", None)
    names = (
        "as_sql bind config connection dialect environment_context impl opts purge script version_table"
        " version_table_schema"
    )
    project.env(
        online() + f"seen.update({{n: getattr(context.get_context(), n) for n in {names.split()!r}}})\n"
    )
    found = run(project, "upgrade", "head").attributes
    assert found["bind"] is found["connection"]
    assert found["impl"].dialect is found["dialect"]
    assert found["environment_context"].script is found["script"]
    assert (found["as_sql"], found["purge"]) == (False, False)
    assert (found["version_table"], found["version_table_schema"]) == ("migrateops_version", None)


def test_text_goes_into_the_stream_as_it_is(project: Project) -> None:
    project.revision("aa1", None)
    project.env(offline() + 'context.static_output("-- the end")\ncontext.execute("SELECT 1")\n')
    config = run(project, "upgrade", "head", sql=True)
    assert isinstance(config.output_buffer, io.StringIO)
    assert config.output_buffer.getvalue().endswith("-- the end\n\nSELECT 1;\n\n")
    project.env(online("output_buffer=config.output_buffer") + 'context.static_output("-- the end")\n')
    config = run(project, "downgrade", "base")
    assert config.output_buffer.getvalue() == ""  # type: ignore[union-attr]
