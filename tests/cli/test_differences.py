"""How `check`, `diff`, `snapshot` and `coverage` end, and what a person sees of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops.config import Config
from tests.cli.test_terminal import on_terminal
from tests.project import Project

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("customer", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String(9)))
sa.Table("odd[red]name", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""


def execute(url: str, *statements: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


@pytest.fixture
def one(project: Project) -> Project:
    """A project in which a table is missing, one is too many, and one differs."""
    template = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text(encoding="utf-8")
    project.build(
        config={"models": "models_of_differences:metadata", "prepend_sys_path": ["."]},
        files={"models_of_differences.py": MODELS, "migrations/script.py.mako": template},
    )
    execute(
        project.url,
        "CREATE TABLE customer (id INTEGER NOT NULL PRIMARY KEY, n VARCHAR(5))",
        "CREATE TABLE gone (x INTEGER)",
    )
    return project


LINES = [
    "+ table odd[red]name (id)",
    "~ table customer",
    "    ~ column n: type varchar(5) -> varchar(9)",
    "- table gone (x)",
]


@pytest.mark.parametrize("words", [["check"], ["diff"]], ids=" ".join)
def test_a_line_for_each_difference_and_no_colours_in_a_pipe(one: Project, words: list[str]) -> None:
    result = one.run(*words, check=False)
    assert result.returncode == 4
    assert result.stdout.splitlines() == LINES
    assert result.stderr == ""


@pytest.mark.parametrize("words", [["check"], ["diff"], ["revision", "--autogenerate"]], ids=" ".join)
def test_what_is_there_and_not_compared_is_one_short_line(one: Project, words: list[str]) -> None:
    execute(one.url, *(f"CREATE VIEW v{number} AS SELECT 1" for number in range(7)))
    execute(one.url, "CREATE TRIGGER t AFTER INSERT ON gone BEGIN SELECT 1; END")
    found = "note: not compared: trigger (1), view (7); `migrateops coverage` lists them\n"
    assert one.run(*words, check=False).stderr.endswith(found)
    assert one.run("diff", "-q", check=False).stderr == ""


def test_another_order_of_columns_is_said_where_differences_are_asked_for(one: Project) -> None:
    """Nothing changes it: `check` and `revision` would say it for ever."""
    execute(
        one.url,
        "DROP TABLE customer",
        "CREATE TABLE customer (n VARCHAR(9), id INTEGER NOT NULL PRIMARY KEY)",
    )
    said = "note: columns are in another order than in the models, and stay so: table customer\n"
    assert one.run("diff", check=False).stderr == said
    assert one.run("diff", "-q", check=False).stderr == ""
    assert one.run("check", check=False).stderr == ""
    found = json.loads(one.run("check", "--json", check=False).stdout)
    assert "table customer: columns are in the order n, id" in found["not_compared"]
    assert one.run("revision", "--autogenerate").stderr == ""


def test_models_without_a_table_are_not_passed_over(one: Project) -> None:
    """Whoever names the module of the base class, and not those of the models, would drop all there is."""
    one.write("base_of_models.py", "import sqlalchemy as sa\n\nmetadata = sa.MetaData()\n")
    one.configure(models="base_of_models:metadata")
    result = one.run("check", check=False)
    assert result.returncode == 4
    assert "note: the models have no tables" in result.stderr
    assert "note: the models have no tables" in one.run("revision", "--autogenerate").stderr


@pytest.mark.parametrize("words", [["check"], ["diff"]], ids=" ".join)
def test_colours_on_a_terminal(one: Project, words: list[str]) -> None:
    shown = on_terminal(one, *words, status=4, COLUMNS="20")
    for number, line in zip((32, 33, 33, 31), LINES, strict=True):
        assert f"\x1b[{number}m{line}\x1b[0m" in shown


@pytest.mark.parametrize(("words", "variable"), [(["--no-color"], ""), ([], "1")])
def test_no_colours_where_none_are_wanted(one: Project, words: list[str], variable: str) -> None:
    shown = on_terminal(one, "check", *words, status=4, NO_COLOR=variable)
    assert shown.splitlines()[:4] == LINES


def test_what_was_renamed(one: Project) -> None:
    one.write(
        "models_of_renames.py",
        """
        import sqlalchemy as sa

        metadata = sa.MetaData()
        name = sa.Column("name", sa.String(5), info={"renamed_from": "n"})
        sa.Table("customer", metadata, sa.Column("id", sa.Integer, primary_key=True), name)
        sa.Table("kept", metadata, sa.Column("x", sa.Integer), info={"renamed_from": "gone"})
        """,
    )
    one.configure(models="models_of_renames:metadata")
    assert one.run("diff", check=False).stdout.splitlines() == [
        "~ table gone",
        "    ~ renamed to kept",
        "~ table customer",
        "    ~ column n: renamed to name",
    ]


def test_no_difference(one: Project) -> None:
    for words in (["diff", "database", "database"], ["diff", "models", "models"]):
        result = one.run(*words)
        assert (result.returncode, result.stdout) == (0, "no difference\n")
        assert one.run(*words, "-q").stdout == ""


def test_a_snapshot_in_a_pipe_and_in_a_file(one: Project) -> None:
    printed = json.loads(one.run("snapshot").stdout)
    assert one.run("snapshot", "-o", "now.json").stdout == "wrote now.json\n"
    assert json.loads((one.root / "now.json").read_text()) == printed
    assert one.run("snapshot", "--fingerprint").stdout == printed["fingerprint"] + "\n"
    assert json.loads(one.run("snapshot", "-o", "now.json", "--json").stdout) == printed
    assert one.run("snapshot", "-q", "-o", "now.json").stdout == ""


def test_what_env_py_prints_is_not_in_the_document(one: Project) -> None:
    one.env("""
        import sqlalchemy as sa
        from migrateops import context

        print("loud")
        with sa.create_engine(context.config.get_main_option("url")).connect() as connection:
            context.configure(connection=connection)
            context.run_migrations()
    """)
    result = one.run("snapshot")
    assert json.loads(result.stdout)["source"] == "database"
    assert "loud" in result.stderr


def test_coverage_shows_five_names_of_a_kind(one: Project) -> None:
    execute(one.url, *(f"CREATE VIEW v{number} AS SELECT 1" for number in range(7)))
    lines = one.run("coverage").stdout.splitlines()
    assert "  table (2)" in lines
    assert "  view (7): v0, v1, v2, v3, v4, and 2 more" in lines
    assert "    no plugin is known for it" in lines


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["diff", "nowhere.json"], "MO143"),
        (["diff", "migrateops.toml", "database"], "MO340"),
        (["diff", "nix://"], "MO451"),
        (["snapshot", "-o", "no/where.json"], "MO123"),
        (["snapshot", "--url", "postgresql+psycopg://nobody@127.0.0.1:9/x"], "MO450"),
        (["coverage", "--url", "oracle+nix://x"], "MO451"),
    ],
)
def test_what_cannot_be_done_has_a_code(one: Project, words: list[str], code: str) -> None:
    result = one.run(*words, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(f"error[{code}]: ")
    assert json.loads(one.run(*words, "--json", check=False).stdout)["error"]["code"] == code


def test_a_permission_that_is_missing_has_a_code(one: Project, postgresql_url: str) -> None:
    """The statement that the server refused is said."""
    name = "reader_" + str(sa.make_url(postgresql_url).database)[-20:]
    execute(
        postgresql_url,
        f"CREATE ROLE {name} LOGIN",
        "CREATE TABLE migrateops_version (version_num VARCHAR(64) NOT NULL PRIMARY KEY)",
    )
    url = sa.make_url(postgresql_url).set(username=name).render_as_string(hide_password=False)
    try:
        for words in (["snapshot"], ["coverage"], ["diff"], ["check"]):
            result = one.run(*words, "--url", url, check=False)
            assert result.returncode == 1
            assert "permission denied" in result.stderr
            assert result.stderr.startswith("error[MO4")
    finally:
        execute(postgresql_url, f"DROP ROLE {name}")
