"""One transaction a revision, one for the run, or none; blocks in autocommit."""

from __future__ import annotations

import fcntl
import resource
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from migrateops import command
from migrateops.commands.report import RunReport
from migrateops.config import Config
from migrateops.errors.database import TransactionControl
from migrateops.errors.runtime import NoConnection, RevisionFailed
from migrateops.plugins import hookimpl
from tests.project import Project
from tests.runtime.programs import upgrading
from tests.runtime.sqlite_environments import KINDS, env_py, heads, online, rows, tables

FIRST = 'op.create_table("first", sa.Column("id", sa.Integer, primary_key=True))'
SECOND = 'op.execute("INSERT INTO first VALUES (1)")'
FAILING = SECOND + '\nop.execute("INSERT INTO nowhere VALUES (1)")'
# VACUUM is refused inside a transaction.
IN_BLOCK = """
op.execute("INSERT INTO first VALUES (1)")
with op.get_context().autocommit_block():
    op.get_bind().connection.cursor().execute("VACUUM")
op.execute("INSERT INTO first VALUES (2)")
"""


def upgrade(project: Project) -> RunReport:
    return command.upgrade(Config.find(project.root), "head")


def with_env(project: Project, **settings: object) -> Path:
    project.build(config=settings, env=env_py(project.url))
    return project.root / "app.db"


def at_first(project: Project, scope: str) -> Path:
    """Bring a project to its first revision, and return the database's file."""
    file = with_env(project, transaction=scope)
    project.revision("aa1", None, upgrade=FIRST)
    upgrade(project)
    return file


@pytest.mark.parametrize("env", [True, False], ids=["env.py", "no env.py"])
def test_one_transaction_for_the_run(project: Project, env: bool) -> None:
    project.build(config={"transaction": "per_run"}, env=env_py(project.url) if env else None)
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=FAILING)
    with pytest.raises(RevisionFailed) as caught:
        upgrade(project)
    assert caught.value.revision == "bb2"
    assert tables(project.root / "app.db") == set()
    project.revision("bb2", "aa1", upgrade=SECOND)
    assert upgrade(project).heads == ("bb2",)
    assert heads(project.root / "app.db") == ["bb2"]
    assert rows(project.root / "app.db", "SELECT id FROM first") == [(1,)]


def test_the_option_of_configure_wins_over_the_file(project: Project) -> None:
    body = """\
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()
"""
    project.build(config={"transaction": "per_revision"}, env=online(project.url, body))
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=FAILING)
    with pytest.raises(RevisionFailed):
        upgrade(project)
    assert tables(project.root / "app.db") == set()


def test_no_transaction_commits_each_statement(project: Project) -> None:
    file = with_env(project, transaction="none")
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=FAILING)
    with pytest.raises(RevisionFailed) as caught:
        upgrade(project)
    assert caught.value.revision == "bb2"
    # What the failed revision did before its error stays, and the version table does not say so.
    assert heads(file) == ["aa1"]
    assert rows(file, "SELECT id FROM first") == [(1,)]


def test_begin_transaction_holds_nothing_around_revisions_with_their_own(project: Project) -> None:
    body = """\
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        inside = connection.in_transaction()
        context.run_migrations()
        context.config.attributes["seen"] = (inside, connection.in_transaction())
"""
    project.build(env=online(project.url, body))
    project.revision("aa1", None, upgrade=FIRST)
    config = Config.find(project.root)
    command.upgrade(config, "head")
    assert config.attributes["seen"] == (False, False)


def test_without_begin_transaction_revisions_are_committed_all_the_same(project: Project) -> None:
    body = """\
with engine.connect() as connection:
    context.configure(connection=connection)
    context.run_migrations()
"""
    project.build(env=online(project.url, body))
    project.revision("aa1", None, upgrade=FIRST)
    upgrade(project)
    assert heads(project.root / "app.db") == ["aa1"]


@pytest.mark.parametrize("scope", ["per_revision", "per_run", "none"])
def test_an_autocommit_block_commits_what_was_done_and_goes_on(project: Project, scope: str) -> None:
    file = with_env(project, transaction=scope)
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=IN_BLOCK)
    assert upgrade(project).heads == ("bb2",)
    assert heads(file) == ["bb2"]
    assert rows(file, "SELECT id FROM first ORDER BY 1") == [(1,), (2,)]


def test_what_was_committed_for_a_block_stays_when_the_rest_fails(project: Project) -> None:
    file = with_env(project)
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=IN_BLOCK + 'op.execute("INSERT INTO nowhere VALUES (1)")')
    with pytest.raises(RevisionFailed) as caught:
        upgrade(project)
    assert "nothing of it is applied" not in caught.value.remains
    assert heads(file) == ["aa1"]
    assert rows(file, "SELECT id FROM first") == [(1,)]


def test_an_error_inside_a_block_ends_the_revision(project: Project) -> None:
    file = with_env(project)
    body = """
    with op.get_context().autocommit_block():
        op.execute("INSERT INTO first VALUES (1)")
        op.execute("INSERT INTO nowhere VALUES (1)")
    """
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade="\n".join(line[4:] for line in body.splitlines()))
    with pytest.raises(RevisionFailed):
        upgrade(project)
    assert heads(file) == ["aa1"]
    assert rows(file, "SELECT id FROM first") == [(1,)]


def test_blocks_leave_the_connection_as_it_was(project: Project) -> None:
    file = with_env(project)
    block = 'with op.get_context().autocommit_block():\n    op.execute("INSERT INTO first VALUES ({})")\n'
    look = 'assert op.get_bind().get_isolation_level() == "SERIALIZABLE"\n'
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=block.format(1) + look + block.format(2) + look)
    project.revision("cc3", upgrade=FAILING.replace("VALUES (1)", "VALUES (3)", 1))
    with pytest.raises(RevisionFailed) as caught:
        upgrade(project)
    # The revision after the blocks has a real transaction again.
    assert caught.value.revision == "cc3"
    assert heads(file) == ["bb2"]
    assert rows(file, "SELECT id FROM first ORDER BY 1") == [(1,), (2,)]


def test_a_statement_outside_the_transaction_is_said_in_the_notes(project: Project) -> None:
    file = with_env(project)
    project.revision("aa1", None, upgrade='op.execute("PRAGMA journal_mode=WAL")\n' + FIRST)
    report = upgrade(project)
    assert len(report.notes) == 1
    assert "journal_mode" in report.notes[0]
    assert rows(file, "PRAGMA journal_mode") == [("wal",)]
    assert heads(file) == ["aa1"]


def test_one_transaction_that_nobody_holds_is_one_a_revision(project: Project) -> None:
    body = """\
with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=False)
    context.run_migrations()
"""
    project.build(env=online(project.url, body))
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=FAILING)
    with pytest.raises(RevisionFailed) as caught:
        upgrade(project)
    assert caught.value.remains == "nothing of it is applied, the database is at aa1"
    assert heads(project.root / "app.db") == ["aa1"]


PER_RUN = """\
with engine.connect() as connection:
    connection.exec_driver_sql("PRAGMA foreign_keys = ON")
    connection.commit()
    context.configure(connection=connection)
    with context.begin_transaction():
        keys = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
        context.config.attributes["seen"] = (connection.in_transaction(), keys)
        context.run_migrations()
"""


@pytest.mark.parametrize(
    ("body", "enforced"), [(FIRST, 1), (FIRST + "\nop.execute('PRAGMA foreign_keys')", 0)]
)
def test_one_transaction_switches_keys_off_where_a_step_may_rebuild(
    project: Project, body: str, enforced: int
) -> None:
    project.build(config={"transaction": "per_run"}, env=online(project.url, PER_RUN))
    project.revision("aa1", None, upgrade=body)
    project.revision("bb2", upgrade=SECOND)
    config = Config.find(project.root)
    assert command.upgrade(config, "head").heads == ("bb2",)
    assert config.attributes["seen"] == (True, enforced)
    assert heads(project.root / "app.db") == ["bb2"]


@pytest.mark.parametrize("scope", ["per_revision", "per_run"])
@pytest.mark.parametrize("before", ["", 'op.execute("CREATE TABLE second (x)")\n'])
def test_a_commit_that_is_refused_has_applied_nothing(project: Project, scope: str, before: str) -> None:
    file = at_first(project, scope)
    project.revision("bb2", upgrade=f"{before}op.get_bind().commit()")
    with pytest.raises(TransactionControl) as caught:
        upgrade(project)
    assert "nothing of it is applied" in caught.value.notes[-1]
    assert tables(file) == {"first", "migrateops_version"}
    assert heads(file) == ["aa1"]


@pytest.mark.parametrize("scope", ["per_revision", "per_run"])
def test_a_transaction_that_the_database_takes_back_has_applied_nothing(project: Project, scope: str) -> None:
    """As SQLite does by itself where the disk is full."""
    file = at_first(project, scope)
    project.revision(
        "bb2",
        upgrade="""
        op.execute("PRAGMA cache_size = 2")
        op.execute("CREATE TABLE second AS SELECT 1")
        numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 500)"
        op.execute(f"{numbers} INSERT INTO second SELECT zeroblob(1000) FROM n")
        """,
    )
    # What writes more is refused as on a full disk.
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limit[1]))
    try:
        with pytest.raises(RevisionFailed) as caught:
            upgrade(project)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert caught.value.remains.endswith("nothing of it is applied, the database is at aa1")
    assert caught.value.kind in ("full", "lost")
    assert tables(file) == {"first", "migrateops_version"}


@pytest.mark.parametrize("scope", ["per_revision", "per_run"])
def test_a_driver_that_commits_behind_an_error_that_was_caught(project: Project, scope: str) -> None:
    """A statement that has failed is no sign that the database took anything back."""
    file = at_first(project, scope)
    project.revision(
        "bb2",
        upgrade="""
        op.execute("CREATE TABLE second (x)")
        try:
            op.execute("DROP INDEX nowhere")
        except Exception:
            pass
        op.get_bind().connection.executescript("CREATE TABLE third (x); nonsense;")
        """,
    )
    with pytest.raises(RevisionFailed) as caught:
        upgrade(project)
    assert {"second", "third"} < tables(file)
    assert "nothing of it is applied" not in caught.value.remains
    assert caught.value.partly


@pytest.mark.parametrize("scope", ["per_revision", "per_run"])
def test_current_only_looks(project: Project, scope: str) -> None:
    file = with_env(project, transaction=scope, run_hooks=True, lock="required", lock_timeout=0)
    project.revision("aa1", None, upgrade=FIRST)
    upgrade(project)
    lock = file.with_name("app.db.migrateops-lock")
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert [row.revision for row in command.current(Config.find(project.root))] == ["aa1"]
    outside = sqlite3.connect(file, isolation_level=None)
    outside.execute("BEGIN IMMEDIATE")
    assert [row.revision for row in command.current(Config.find(project.root))] == ["aa1"]
    # Nothing is pending: not even the write lock is taken.
    assert upgrade(project.build(config={"run_hooks": None})).heads == ("aa1",)
    outside.close()


def test_current_without_a_connection_is_told(project: Project) -> None:
    body = "context.configure(url=URL)\ncontext.run_migrations()\n"
    project.build(env=online(project.url, body))
    with pytest.raises(NoConnection) as caught:
        command.current(Config.find(project.root))
    assert caught.value.command == "current"


def test_the_rows_that_a_purge_deletes_are_in_no_report(project: Project) -> None:
    project.revision("aa1", None)
    project.revision("bb2")
    told: list[set[str]] = []
    env = online(
        project.url,
        """\
with engine.connect() as connection:
    told = context.config.attributes["told"]
    context.configure(connection=connection, on_version_apply=lambda heads, **_: told.append(heads))
    context.run_migrations()
""",
    )
    project.build(env=env)
    config = Config.find(project.root)
    config.attributes["told"] = told
    command.upgrade(config, "aa1")
    assert command.stamp(config, "bb2", purge=True).heads == ("bb2",)
    assert told == [{"aa1"}, {"bb2"}]
    assert heads(project.root / "app.db") == ["bb2"]
    assert command.stamp(config, "base", purge=True).heads == ()
    assert heads(project.root / "app.db") == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "aiosqlite"])
def test_a_block_changes_no_setting_of_the_driver(project: Project, kind: str) -> None:
    keep = "settings = context.config.attributes.setdefault('settings', [])\n"
    look = "settings.append(connection.connection.driver_connection.isolation_level)\n"
    env = env_py(project.url, kind, before=keep + look)
    project.build(env=env.replace("run_migrations()\n", "run_migrations()\n    " + look))
    project.revision("aa1", None, upgrade=FIRST)
    body = """
with op.get_context().autocommit_block():
    op.execute("INSERT INTO first VALUES (1)")
    op.execute("VACUUM")
    op.get_bind().execute(sa.text("INSERT INTO first VALUES (2) RETURNING id"))
    op.execute("VACUUM")
    op.execute("INSERT INTO first VALUES (3)")
    import sqlite3
    seen = sqlite3.connect({file!r}).execute("SELECT id FROM first ORDER BY id").fetchall()
    assert seen == [(1,), (2,), (3,)], seen
op.execute("INSERT INTO first VALUES (4)")
"""
    file = project.root / "app.db"
    project.revision("bb2", upgrade=body.format(file=str(file)))
    config = Config.find(project.root)
    assert command.upgrade(config, "head").heads == ("bb2",)
    assert rows(file, "SELECT id FROM first ORDER BY 1") == [(1,), (2,), (3,), (4,)]
    before, after = config.attributes["settings"]
    assert before == after


# -- hooks ----------------------------------------------------------------------------------------


class Watching:
    """Hooks that note what they are told, and raise afterwards."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.told: list[tuple[str | None, list[str]]] = []

    @hookimpl
    def migrateops_after_revision(self, step: Any, error: BaseException | None) -> None:
        seen = heads(self.file) if "migrateops_version" in tables(self.file) else []
        self.told.append((type(error).__name__ if error else None, seen))
        raise ValueError(step.revision.revision)


def test_after_revision_is_called_when_the_step_is_committed_or_undone(project: Project) -> None:
    project.revision("aa1", None, upgrade=FIRST)
    deferred = """
op.execute("CREATE TABLE child (first INTEGER REFERENCES first DEFERRABLE INITIALLY DEFERRED)")
op.execute("INSERT INTO child VALUES (99)")
"""
    project.revision("bb2", upgrade=deferred)
    file = project.root / "app.db"
    hooks = Watching(file)
    with upgrading(project, hooks) as (connection, environment):
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.commit()
        environment.configure(connection=connection)
        with pytest.raises(RevisionFailed) as caught:
            environment.run_migrations()
    assert hooks.told == [(None, ["aa1"]), ("IntegrityError", ["aa1"])]
    # No report is made of this run: what the hooks raised comes with the error.
    noted = [note for note in caught.value.__notes__ if "migrateops_after_revision" in note]
    assert [note.rpartition(" ")[2] for note in noted] == ["aa1", "bb2"]


@pytest.mark.parametrize("scope", ["per_revision", "per_run"])
def test_where_ddl_is_not_transactional_each_revision_is_committed(project: Project, scope: str) -> None:
    body = """\
with engine.connect() as connection:
    context.configure(connection=connection, transactional_ddl=False)
    with context.begin_transaction():
        context.run_migrations()
"""
    project.build(config={"transaction": scope}, env=online(project.url, body))
    project.revision("aa1", None, upgrade=FIRST)
    project.revision("bb2", upgrade=FAILING)
    with pytest.raises(RevisionFailed):
        upgrade(project)
    # Its data and its version row are kept together all the same.
    assert heads(project.root / "app.db") == ["aa1"]
