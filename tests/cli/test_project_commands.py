"""The commands on a project, in this process: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops.config import Config
from tests.project import Project


@pytest.fixture
def two(project: Project) -> Project:
    """A project with two revisions, each with a table."""
    project.revision(
        "aa1",
        None,
        upgrade='op.create_table("a", sa.Column("x", sa.Integer))',
        downgrade='op.drop_table("a")',
        message="first",
    )
    project.revision(
        "bb2",
        upgrade='op.create_table("b", sa.Column("x", sa.Integer))',
        downgrade='op.drop_table("b")',
        message="second",
    )
    return project


def take_template(project: Project) -> None:
    """Put the template of new scripts where ``init`` puts it."""
    text = Path(Config().get_template_directory(), "plain", "script.py.mako").read_text(encoding="utf-8")
    (project.root / "migrations" / "script.py.mako").write_text(text, encoding="utf-8")


def tables(project: Project) -> set[str]:
    engine = sa.create_engine(project.url, poolclass=sa.NullPool)
    return set(sa.inspect(engine).get_table_names()) - {"migrateops_version"}


def test_upgrade_prints_a_line_for_each_step(two: Project) -> None:
    result = two.run("upgrade")
    assert result.stdout.splitlines() == ["upgrade <base> -> aa1, first", "upgrade aa1 -> bb2, second"]
    assert result.stderr == ""
    assert tables(two) == {"a", "b"}


def test_upgrade_says_that_there_is_nothing_to_do(two: Project) -> None:
    two.run("upgrade")
    assert two.run("upgrade", "head").stdout == "nothing to do: the database is at bb2\n"


def test_upgrade_as_json(two: Project) -> None:
    found = json.loads(two.run("upgrade", "--json").stdout)
    assert [step["revision"] for step in found["steps"]] == ["aa1", "bb2"]
    assert found["heads"] == ["bb2"]
    assert found["hook_errors"] == []


def test_sql_has_stdout_for_itself(two: Project) -> None:
    result = two.run("upgrade", "head", "--sql")
    lines = [line for line in result.stdout.splitlines() if line.startswith(("upgrade", "note", "nothing"))]
    assert lines == []
    assert "CREATE TABLE b" in result.stdout
    assert not (two.root / "app.db").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("downgrade", "-1"),
        ("downgrade", "-1", "--tag", "t"),
        ("downgrade", "-x", "-3", "-1", "--tag", "-2"),
        ("downgrade", "--", "-1"),
    ],
)
def test_a_revision_that_counts_back_is_no_option(two: Project, words: tuple[str, ...]) -> None:
    two.run("upgrade")
    assert two.run(*words).stdout == "downgrade bb2 -> aa1, second\n"
    assert tables(two) == {"a"}


def test_downgrade_needs_a_revision(two: Project) -> None:
    result = two.run("downgrade", check=False)
    assert result.returncode == 2
    assert "Missing argument 'REVISION'" in result.stderr


def test_stamp(two: Project) -> None:
    assert two.run("stamp", "aa1").stdout == "stamp <base> -> aa1, first\n"
    assert two.run("current").stdout == "aa1, first\n"
    assert tables(two) == set()
    two.run("stamp", "--purge", "bb2")
    assert two.run("current").stdout == "bb2 (head), second\n"


def test_current_as_json_and_checked(two: Project) -> None:
    result = two.run("current", "--check-heads", check=False)
    assert (result.returncode, result.stdout) == (4, "")
    assert result.stderr == "the database is at no revision, the scripts' heads are 'bb2'\n"
    two.run("upgrade", "aa1")
    found = json.loads(two.run("current", "--json").stdout)
    assert [(row["revision"], row["is_head"], row["known"]) for row in found] == [("aa1", False, True)]
    assert two.run("current", "--check-heads", check=False).returncode == 4
    two.run("upgrade")
    assert two.run("current", "--check-heads").returncode == 0


def test_history_marks_what_is_current(two: Project) -> None:
    two.run("upgrade", "aa1")
    assert two.run("history", "-i").stdout.splitlines() == [
        "aa1 -> bb2 (head), second",
        "<base> -> aa1 (current), first",
    ]
    assert two.run("history", "-r", "current:").stdout == two.run("history", "-r", "aa1:").stdout
    found = json.loads(two.run("history", "-i", "--json").stdout)
    assert {one["revision"]: one["is_current"] for one in found} == {"aa1": True, "bb2": False}
    assert two.run("show", "current").stdout.startswith("Revision: aa1\n")


def test_history_says_what_a_revision_depends_on(two: Project) -> None:
    two.revision("cc3", None, depends_on="bb2")
    lines = two.run("history").stdout.splitlines()
    assert any(line.startswith("<base> (bb2) -> cc3 ") for line in lines), lines


def test_both_ways_to_read_print_the_same(two: Project) -> None:
    for verb in ("heads", "history"):
        fast, full = two.run(verb), two.run("--no-color", verb)
        assert fast.stdout == full.stdout != ""


def test_revision_writes_a_script(two: Project) -> None:
    take_template(two)
    result = two.run("revision", "-m", "third", "--rev-id", "cc3", "--branch-label", "shop")
    path = two.root / "migrations" / "versions" / "cc3_third.py"
    assert result.stdout == f"wrote {path.relative_to(two.root)}\n"
    assert path.exists()
    assert two.run("heads").stdout == "cc3 (shop) (head), third\n"
    two.run("revision", "-m", "fourth", "--rev-id", "dd4", "--depends-on", "aa1", "--head", "shop@head")
    found = json.loads(two.run("show", "dd4", "--json").stdout)
    assert (found[0]["down_revisions"], found[0]["depends_on"]) == (["cc3"], ["aa1"])


def test_autogenerate_says_what_it_found(project: Project) -> None:
    take_template(project)
    project.build(
        config={"models": "models:metadata", "prepend_sys_path": ["."]},
        files={
            "models.py": "import sqlalchemy as sa\nmetadata = sa.MetaData()\n"
            "sa.Table('customer', metadata, sa.Column('id', sa.Integer, primary_key=True))\n"
        },
    )
    result = project.cli("revision", "--autogenerate", "-m", "customers", "--rev-id", "aa1")
    assert result.stdout.splitlines() == [
        "wrote migrations/versions/aa1_customers.py",
        "  create_table 'customer'",
    ]
    project.cli("upgrade")
    assert tables(project) == {"customer"}
    again = json.loads(project.cli("revision", "--autogenerate", "--rev-id", "bb2", "--json").stdout)
    assert [one["operations"] for one in again] == [[]]


def test_quiet_leaves_results_and_errors(two: Project) -> None:
    assert two.run("-q", "upgrade").stdout == ""
    assert two.run("current", "-q").stdout == "bb2 (head), second\n"
    assert two.run("upgrade", "-q", "nix", check=False).stderr.startswith("error[MO201]: ")


def test_options_of_the_program_stand_before_or_after(two: Project) -> None:
    two.write("other.toml", 'script_location = "migrations"\nurl = "sqlite:///other.db"\n')
    two.run("-c", "other.toml", "upgrade", "aa1")
    assert two.run("current", "--config", "other.toml").stdout == "aa1, first\n"
    assert two.run("current").stdout == ""
    two.run("upgrade", "--url", "sqlite:///third.db", "-x", "a=1", "-x", "b")
    assert two.run("--url", "sqlite:///third.db", "current").stdout == "bb2 (head), second\n"


def test_x_arguments_reach_env_py(project: Project) -> None:
    project.env("""
        from migrateops import context
        assert context.get_x_argument(as_dictionary=True) == {"one": "1", "two": "2"}
        context.configure(url="sqlite://")
        context.run_migrations()
    """)
    project.revision("aa1")
    project.run("-x", "one=1", "upgrade", "--sql", "-x", "two=2")


def test_a_database_is_chosen_by_name(two: Project) -> None:
    two.configure(databases={"reports": {"url": f"sqlite:///{two.root / 'reports.db'}"}})
    two.run("-n", "reports", "upgrade", "aa1")
    assert (two.run("current").stdout, two.run("current", "-n", "reports").stdout) == ("", "aa1, first\n")


def test_behind_current_c_is_check_heads(two: Project) -> None:
    assert two.run("current", "-c", check=False).returncode == 4
    two.run("upgrade", "--url", "sqlite:///other.db")
    two.write("other.toml", 'script_location = "migrations"\nurl = "sqlite:///other.db"\n')
    assert two.run("-c", "other.toml", "current", "-c").stdout == "bb2 (head), second\n"
    assert two.run("current", "--config", "other.toml", "-c").returncode == 0
    assert two.run("current", "-c", "other.toml", check=False).returncode == 2


def test_current_of_a_database_without_revisions(two: Project) -> None:
    assert two.run("current").stdout == ""
    assert two.run("current", "-v").stdout.endswith("/app.db\nRevision: <base>\n")
    assert two.run("current", "--json").stdout == "[]\n"


def test_purge_stamps_also_where_there_is_no_lock(two: Project) -> None:
    two.configure(lock="off")
    two.run("upgrade", "aa1")
    assert two.run("stamp", "--purge", "bb2").stdout == "stamp <base> -> bb2, second\n"
    assert two.run("current").stdout == "bb2 (head), second\n"


def test_branches(two: Project) -> None:
    assert two.run("branches").stdout == ""
    two.revision("cc3", "aa1", message="third")
    assert two.run("branches").stdout.splitlines() == [
        "aa1 (branchpoint), first",
        "    -> bb2 (head), second",
        "    -> cc3 (head), third",
    ]
    assert "Follows: <base>" in two.run("branches", "-v").stdout
    [point] = json.loads(two.run("branches", "--json").stdout)
    assert [one["revision"] for one in point["followed_by"]] == ["bb2", "cc3"]


@pytest.mark.parametrize("words", [[], ["-q"], ["--sql"]])
def test_ensure_version(two: Project, words: list[str]) -> None:
    result = two.run("ensure_version", *words)
    if words == ["--sql"]:
        assert "CREATE TABLE" in result.stdout
        assert not (two.root / "app.db").exists()
        return
    assert result.stdout == ("created migrateops_version\n" if not words else "")
    again = json.loads(two.run("ensure_version", "--json").stdout)
    assert [table["created"] for table in again] == [False]


def test_merge_says_once_what_there_is_to_say(two: Project) -> None:
    take_template(two)
    two.revision("cc3", "aa1")
    hook = '[[post_write_hooks]]\nname = "none"\ntype = "exec"\nexecutable = "false"\nignore_failure = true\n'
    file = two.root / "migrateops.toml"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{hook}", encoding="utf-8")
    assert two.run("merge", "heads").stderr.count("note: ") == 1
