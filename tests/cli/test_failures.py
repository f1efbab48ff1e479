"""How the program ends when something is wrong: a coded error or usage, a status, no traceback."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

import migrateops
from tests.distributions import Site
from tests.project import Project, Result

TEMPLATES = Path(migrateops.__file__).parent / "templates"

AFTER = """
from migrateops.plugins import hookimpl

class Plugin:
    @hookimpl
    def migrateops_after_run(self, ctx, plan, error):
        raise ValueError("too late")

plugin = Plugin()
"""


def check_report(result: Result, code: str) -> None:
    """Assert that an error with a hint was printed, and nothing that only a developer can read."""
    assert result.returncode == 1
    assert result.stderr.startswith(f"error[{code}]: "), result.stderr
    assert "\n  hint: " in result.stderr
    assert "Traceback" not in result.stderr + result.stdout


@pytest.mark.parametrize(
    ("words", "meant"),
    [(["upgrad"], "upgrade"), (["histroy"], "history"), (["plugin"], "plugins")],
)
def test_an_unknown_command_is_wrong_usage(project: Project, words: list[str], meant: str) -> None:
    result = project.run(*words, check=False)
    assert result.returncode == 2
    assert f"Did you mean {meant!r}?" in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["--nix"],
        ["upgrade", "--nix"],
        ["show"],
        ["heads", "more"],
        ["--plugins", "some", "heads"],
        ["completion", "csh"],
        ["merge"],
        ["upgrade", "--sql", "--json"],
        ["stamp", "head", "--json", "--sql"],
        ["ensure_version", "--sql", "--json"],
    ],
)
def test_wrong_usage(project: Project, words: list[str]) -> None:
    result = project.run(*words, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith("Usage: migrateops")


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["upgrade", "--help"], ["plugins", "-h"]])
def test_help_is_no_error(project: Project, words: list[str]) -> None:
    assert project.run(*words).stdout.startswith("Usage: migrateops")


def test_every_fault_of_the_scripts_is_printed(project: Project) -> None:
    project.revision("aa1", "gone")
    project.revision("bb2", "lost")
    for words in (["heads"], ["upgrade"]):
        result = project.run(*words, check=False)
        assert result.returncode == 1
        assert result.stderr.count("error[MO224]: ") == 2
        assert result.stderr.count("hint: ") == 2


def test_a_mistake_of_ours_has_no_traceback_unless_asked_for(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kw: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("migrateops.commands.read.heads", broken)
    for words in (["heads"], ["-q", "heads"]):
        result = project.run(*words, check=False)
        assert result.returncode == 1
        assert result.stderr.splitlines()[0] == "error[MO000]: internal error: ZeroDivisionError: of ours"
        assert "Traceback" not in result.stderr
    shown = project.run("heads", "--debug", check=False)
    assert shown.returncode == 1
    assert "Traceback" in shown.stderr


def test_debug_shows_the_traceback_of_a_coded_error_too(project: Project) -> None:
    result = project.run("--debug", "show", "nix", check=False)
    assert "Traceback" in result.stderr
    assert "\nerror[MO201]: " in result.stderr


@pytest.mark.parametrize("words", [["heads"], ["-q", "heads"], ["upgrade"], ["check"], ["merge", "heads"]])
def test_an_error_is_a_document_where_one_is_asked_for(project: Project, words: list[str]) -> None:
    project.revision("aa1", "gone")
    project.revision("bb2", "lost")
    result = project.run(*words, "--json", check=False)
    assert result.returncode == 1
    found = json.loads(result.stdout)
    assert found["error"]["code"] == "MO221"
    assert [fault["code"] for fault in found["faults"]] == ["MO224", "MO224"]
    # In words, too, for whoever reads the log.
    assert result.stderr.count("error[MO224]: ") == 2


def test_a_mistake_of_ours_is_a_document_too(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kw: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("migrateops.commands.read.heads", broken)
    for words in (["heads"], ["-q", "heads"]):
        result = project.run(*words, "--json", check=False)
        assert (result.returncode, json.loads(result.stdout)["error"]["code"]) == (1, "MO000")


@pytest.mark.parametrize(
    ("statements", "hint"),
    [
        (["raise LookupError('no')"], "correct the code that raises it; --debug shows the traceback"),
        (["op.execute('SELECT x FROM nowhere')"], "correct the script, or what it does not fit to"),
        (["op.execute('ALTER TABLE t ADD COLUMN y INTEGER PRIMARY KEY')"], "correct the statement"),
        (["op.execute('INSERT INTO t VALUES (NULL)')"], "rows are in the way"),
        (
            [
                "with op.get_context().autocommit_block():",
                "    op.execute('INSERT INTO t VALUES (1)')",
                "op.execute('INSERT INTO t VALUES (NULL)')",
            ],
            "take back by hand what is applied",
        ),
        (
            [
                "with op.get_context().autocommit_block():",
                "    op.execute('INSERT INTO t VALUES (1)')",
                "raise LookupError('no')",
            ],
            "take back by hand what is applied, or take it out of the script; then run it again; --debug",
        ),
    ],
    ids=["own code", "nothing known", "not done", "rows", "partly applied", "own code, partly applied"],
)
def test_what_to_do_after_a_failed_step(project: Project, statements: list[str], hint: str) -> None:
    project.revision("aa1", upgrade='op.create_table("t", sa.Column("x", sa.Integer, nullable=False))')
    project.revision("bb2", "aa1", upgrade="\n".join(statements))
    found = json.loads(project.run("upgrade", "--json", check=False).stdout)["error"]
    assert found["code"] == "MO440"
    assert found["hint"].startswith(hint)
    assert ("nothing of it is applied" in found["message"]) is not hint.startswith("take back")


def test_notes_of_an_error_are_in_its_document(project: Project) -> None:
    project.revision("aa1", upgrade="raise LookupError('no')")
    found = json.loads(project.run("upgrade", "--json", check=False).stdout)
    assert found["error"]["code"] == "MO440"
    assert any("aa1" in note for note in found["error"]["notes"])


def test_the_peers_name_for_debug_is_known(project: Project) -> None:
    for words in (["--raiseerr", "show", "nix"], ["upgrade", "nix", "--raiseerr"]):
        result = project.run(*words, check=False)
        assert "Traceback" in result.stderr
    assert "--raiseerr" not in project.run("--help").stdout + project.run("upgrade", "--help").stdout


def test_an_error_of_env_py_names_file_and_line(project: Project) -> None:
    project.env("import migrateops\n\nraise LookupError('nothing here')\n")
    project.revision("aa1")
    result = project.run("upgrade", check=False)
    check_report(result, "MO270")
    assert "env.py', line 3: LookupError: nothing here" in result.stderr


@pytest.mark.parametrize("url", ["postgres://h/x", "no url", "sqlite://x.db"])
def test_a_wrong_url_in_env_py_is_not_the_fault_of_the_file(project: Project, url: str) -> None:
    project.env(f"import sqlalchemy as sa\nsa.create_engine({url!r})\n")
    project.revision("aa1")
    result = project.run("upgrade", check=False)
    check_report(result, "MO270")
    assert "hint: correct the url that env.py connects to" in result.stderr


def test_a_synchronous_driver_in_an_asyncio_env_py(project: Project) -> None:
    project.env("""
        from sqlalchemy.ext.asyncio import create_async_engine
        create_async_engine("sqlite:///app.db")
    """)
    project.revision("aa1")
    assert "hint: correct the url that env.py connects to" in project.run("upgrade", check=False).stderr


def test_an_unreachable_server_in_env_py_is_no_internal_error(project: Project) -> None:
    project.env("""
        import sqlalchemy as sa
        sa.create_engine("sqlite:////nowhere/at/all/x.db").connect()
    """)
    project.revision("aa1")
    result = project.run("upgrade", check=False)
    check_report(result, "MO450")
    assert "cannot connect to sqlite:////nowhere/at/all/x.db: " in result.stderr
    assert "a file's directory must be there" in result.stderr


@pytest.mark.parametrize("template", ["generic", "async"])
@pytest.mark.parametrize("url", ["nonsense", "nosuch://h/d", "sqlite://app.db", "sqlite+nosuch:///app.db"])
def test_a_url_that_is_wrong_is_no_mistake_of_env_py(project: Project, template: str, url: str) -> None:
    project.configure(url=url)
    project.env((TEMPLATES / template / "env.py").read_text())
    project.revision("aa1")
    result = project.run("upgrade", check=False)
    check_report(result, "MO270")
    assert "  hint: correct the url that env.py connects to" in result.stderr


def test_a_file_that_is_refused(project: Project) -> None:
    project.write("file", "not a directory")
    check_report(project.run("init", "file/migrations", check=False), "MO123")


def test_after_hooks_that_fail_have_a_status(project: Project, fake_dist: Site) -> None:
    project.revision("aa1")
    fake_dist(
        "acme-after",
        modules={"acme_after.py": AFTER},
        entry_points={"migrateops.plugins": {"after": "acme_after:plugin"}},
    )
    result = project.cli("upgrade", check=False)
    assert result.returncode == 3
    assert result.stderr.startswith("error[MO519]: ")
    assert project.cli("current").stdout == "aa1 (head), aa1\n"
    assert project.cli("downgrade", "base", "--json", check=False).returncode == 3


@pytest.mark.parametrize(
    "words", [["stamp", "aa1"], ["upgrade", "--sql"], ["upgrade", "--json"], ["-q", "upgrade"]]
)
def test_every_way_to_run_shows_what_after_hooks_raised(
    project: Project, fake_dist: Site, words: list[str]
) -> None:
    project.revision("aa1")
    fake_dist(
        "acme-after",
        modules={"acme_after.py": AFTER},
        entry_points={"migrateops.plugins": {"after": "acme_after:plugin"}},
    )
    result = project.cli(*words, check=False)
    assert result.returncode == 3
    assert [line for line in result.stderr.splitlines() if line.startswith("error[MO519]: ")]
    printed = json.loads(result.stdout)["hook_errors"] if "--json" in words else []
    assert [error["code"] for error in printed] == (["MO519"] if "--json" in words else [])
    assert "MO519" not in result.stdout or printed


@pytest.mark.parametrize("words", [["upgrade"], ["upgrade", "--sql"], ["stamp", "head"]])
def test_plugins_that_are_left_out_are_noted(project: Project, fake_dist: Site, words: list[str]) -> None:
    project.revision("aa1")
    fake_dist(
        "acme-broken",
        modules={"acme_broken.py": "raise ValueError('in the plugin')\n"},
        entry_points={"migrateops.plugins": {"broken": "acme_broken:plugin"}},
    )
    result = project.cli(*words)
    [line] = [line for line in result.stderr.splitlines() if line.startswith("note: left out: ")]
    assert "acme-broken" in line
    assert "acme-broken" not in result.stdout
    project.cli("stamp", "base")
    [left_out] = json.loads(project.cli("upgrade", "--json").stdout)["left_out"]
    assert left_out["code"] == "MO501"
    assert "acme-broken" in left_out["message"]


def test_without_a_command_the_help_is_shown(project: Project) -> None:
    result = project.run(check=False)
    assert result.returncode == 2
    assert "Commands:" in result.stdout + result.stderr


@pytest.mark.parametrize("words", [["history"], ["-q", "history"]])
def test_a_reader_may_go_away(project: Project, words: list[str]) -> None:
    for number in range(2000):
        project.revision(f"aa{number}")
    process = subprocess.Popen(
        [sys.executable, "-m", "migrateops", *words],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complaint = process.stderr.read()
    process.stderr.close()
    assert (process.wait(60), complaint) == (0, b"")


@pytest.mark.parametrize("words", [["current"], ["status"], ["upgrade"], ["ensure_version"], ["graph", "-i"]])
@pytest.mark.parametrize("with_env", [False, True])
def test_a_version_table_of_another_kind_is_no_mistake_of_ours(
    project: Project, words: list[str], with_env: bool
) -> None:
    project.revision("aa1")
    with closing(sqlite3.connect(project.root / "app.db")) as database:
        database.execute("CREATE TABLE migrateops_version (something TEXT)")
    if with_env:
        project.env(f"""
            import sqlalchemy as sa
            from migrateops import context
            with sa.create_engine({project.url!r}).connect() as connection:
                context.configure(connection=connection)
                context.run_migrations()
        """)
    check_report(project.run(*words, check=False), "MO473")


@pytest.mark.parametrize("words", [["current"], ["ensure_version"], ["stamp", "aa1"]])
def test_a_file_that_is_no_database(project: Project, words: list[str]) -> None:
    project.revision("aa1")
    project.write("app.db", "no database at all, and long enough to be taken for one that is damaged")
    check_report(project.run(*words, check=False), "MO473")


def test_a_version_table_that_may_not_be_created(project: Project) -> None:
    with closing(sqlite3.connect(project.root / "app.db")) as database:
        database.execute("CREATE TABLE other (x)")
    url = f"sqlite:///file:{project.root / 'app.db'}?mode=ro&uri=true"
    check_report(project.run("ensure_version", "--url", url, check=False), "MO473")


def test_a_database_that_env_py_cannot_reach_is_named(project: Project) -> None:
    project.env("""
        import sqlalchemy as sa
        from migrateops import context

        sa.create_engine("postgresql+psycopg://me:geheim@127.0.0.1:9/shop").connect()
    """)
    project.revision("aa1")
    found = json.loads(project.run("upgrade", "--json", check=False).stdout)["error"]
    assert (found["code"], found["notes"]) == ("MO450", [])
    assert "cannot connect to postgresql+psycopg://me:***@127.0.0.1:9/shop: " in found["message"]


def test_a_statement_of_ours_that_is_refused_is_no_mistake_of_ours(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.revision("aa1")

    def refused(self: object, connection: sa.Connection) -> tuple[int, ...]:
        connection.exec_driver_sql("SELECT version_of_a_server")
        return ()

    monkeypatch.setattr("migrateops.dialects.sqlite.dialect.SQLiteDialect.server_version", refused)
    result = project.run("upgrade", check=False)
    assert result.stderr.startswith("error[MO477]: the database refused 'SELECT version_of_a_server': ")


def test_a_row_without_a_revision(project: Project) -> None:
    project.revision("aa1")
    project.run("upgrade")
    with closing(sqlite3.connect(project.root / "app.db")) as connection:
        connection.executescript(
            "DROP TABLE migrateops_version; CREATE TABLE migrateops_version (version_num VARCHAR(32));"
            "INSERT INTO migrateops_version VALUES ('aa1'), (NULL);"
        )
    for words in (["current"], ["upgrade"], ["status"]):
        result = project.run(*words, check=False)
        assert result.returncode == 1
        assert "error[MO475]: " in result.stderr
    project.run("stamp", "--purge", "head")
    assert project.run("current").stdout == "aa1 (head), aa1\n"


def test_a_version_table_that_may_not_be_read(project: Project, postgresql_url: str) -> None:
    project.configure(url=postgresql_url)
    project.revision("aa1")
    project.run("upgrade")
    role = f"reader_{sa.make_url(postgresql_url).database}"
    engine = sa.create_engine(postgresql_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
        try:
            project.configure(
                url=sa.make_url(postgresql_url).set(username=role).render_as_string(hide_password=False)
            )
            for words in (["current"], ["upgrade"], ["status"]):
                result = project.run(*words, check=False)
                assert result.returncode == 1
                assert "error[MO473]: " in result.stderr
        finally:
            connection.exec_driver_sql(f"DROP ROLE {role}")


def test_a_step_that_fails_is_told_from_one_that_is_done(project: Project) -> None:
    project.revision("aa1", message="first")
    project.revision("bb2", message="second", upgrade="raise LookupError('no')")
    assert project.run("upgrade", check=False).stdout.splitlines() == [
        "upgrade <base> -> aa1, first",
        "upgrade aa1 -> bb2, second",
        "failed: upgrade aa1 -> bb2, second",
    ]


@pytest.mark.parametrize(
    ("url", "advice"),
    [
        ("sqlite:////nowhere/x.db", "a file's directory must be there"),
        ("postgresql+psycopg://u:s3cret@localhost:1/d", "check that the server runs"),
    ],
)
def test_what_env_py_cannot_connect_to(project: Project, url: str, advice: str) -> None:
    project.configure(url=url)
    project.env((Path(migrateops.__file__).parent / "templates/generic/env.py").read_text())
    project.revision("aa1")
    result = project.run("upgrade", check=False)
    assert result.stderr.startswith("error[MO450]: ")
    assert advice in result.stderr.partition("hint: ")[2]
    assert "s3cret" not in result.stderr


def test_several_databases_and_none_is_chosen(project: Project) -> None:
    project.configure(url=None, databases={name: {"url": "sqlite://"} for name in ("pg", "my")})
    project.revision("aa1")
    result = project.run("upgrade", check=False)
    assert result.stderr.startswith("error[MO476]: ")
    assert "choose one with -n: pg, my" in result.stderr


@pytest.mark.parametrize(
    ("words", "undone"),
    [
        (["current"], "the version table was not read"),
        (["upgrade"], "the version table was not read"),
        (["check"], "the version table was not read"),
        (["diff", "{url}", "models"], "the tables were not read"),
    ],
    ids=lambda each: each[0] if isinstance(each, list) else "",
)
def test_a_database_that_another_process_has_locked(project: Project, words: list[str], undone: str) -> None:
    project.write("models.py", "from sqlalchemy import MetaData\n\nmetadata = MetaData()\n")
    project.configure(models="models:metadata", prepend_sys_path=["."], url=f"{project.url}?timeout=0.6")
    project.revision("aa1")
    project.run("upgrade")
    with closing(sqlite3.connect(project.root / "app.db", isolation_level=None)) as outside:
        outside.execute("BEGIN EXCLUSIVE")
        result = project.run(*(word.format(url=project.url) for word in words), check=False)
    check_report(result, "MO407")
    said = result.stderr.splitlines()[0]
    assert "app.db' is locked by another process or connection, and was so for " in said
    assert said.endswith(f" seconds; {undone}")
