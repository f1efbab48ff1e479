"""A run that is one transaction is locked by it, on its own connection and past commits in the middle."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from migrateops import command, errors
from migrateops.config import Config
from migrateops.errors.runtime import LockNotAcquired
from migrateops_postgresql import transaction_lock
from migrateops_postgresql.transaction_lock import number
from tests.project import Project
from tests.runtime.sqlite_environments import online

# Of this database; what is asked by a step is kept in a table, if the step is.
LOCKS = (
    "SELECT count(*), count(*) FILTER (WHERE pid = pg_backend_pid()) FROM pg_locks"
    " WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
KEPT = f'op.execute("INSERT INTO seen {LOCKS}")\n'
TABLE = 'op.execute("CREATE TABLE IF NOT EXISTS seen (n int, own int)")\n'
UNLOCK = "op.execute('SELECT pg_advisory_unlock_all()')\n"
FAILS = """
try:
    op.execute("SELECT nowhere")
except sa.exc.DBAPIError:
    pass
"""
COMMITTING = {
    "autocommit_block()": f"with op.get_context().autocommit_block():\n    {KEPT}",
    "commit()": f"op.get_bind().commit()\n{KEPT}",
    "COMMIT": f"op.execute('COMMIT')\n{KEPT}",
    "COMMIT of what has failed": f"{FAILS}op.execute('COMMIT')\n{KEPT}",
}


@pytest.fixture
def project(project: Project, postgresql_url: str) -> Project:
    project.configure(url=postgresql_url, transaction="per_run", lenient=True)
    project.revision("a1", upgrade=TABLE)
    project.run("upgrade")
    return project


@pytest.fixture
def engine(postgresql_url: str) -> Iterator[sa.Engine]:
    """One whose pool has one connection."""
    engine = sa.create_engine(postgresql_url, pool_size=1, max_overflow=0)
    yield engine
    engine.dispose()


def seen(engine: sa.Engine) -> list[tuple[int, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT n, own FROM seen")]


def held(engine: sa.Engine) -> tuple[int, ...]:
    with engine.connect() as connection:
        return tuple(connection.exec_driver_sql(LOCKS).one())


def upgrade(project: Project, engine: sa.Engine) -> command.RunReport:
    """Upgrade on a connection of the application's, which goes back to its pool."""
    config = Config.find(project.root)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        return command.upgrade(config, "head")


def test_it_is_on_the_connection_of_the_run(project: Project, engine: sa.Engine) -> None:
    project.revision("b2", upgrade=KEPT)
    project.run("upgrade")
    assert seen(engine) == [(1, 1)]


@pytest.mark.parametrize("body", COMMITTING.values(), ids=COMMITTING.keys())
def test_it_outlasts_a_commit_and_is_given_back(project: Project, engine: sa.Engine, body: str) -> None:
    project.revision("b2", upgrade=body)
    project.revision("c3", upgrade=KEPT)
    assert len(upgrade(project, engine).steps) == 2
    assert set(seen(engine)) == {(1, 1)}
    assert held(engine) == (0, 0)


@pytest.mark.parametrize("body", COMMITTING.values(), ids=COMMITTING.keys())
def test_it_is_given_back_by_a_run_that_fails(project: Project, engine: sa.Engine, body: str) -> None:
    project.revision("b2", upgrade=body)
    project.revision("c3", upgrade="op.execute('SELECT nowhere')")
    with pytest.raises(Exception, match="nowhere"):
        upgrade(project, engine)
    assert held(engine) == (0, 0)


def test_one_that_is_lost_after_a_commit_stops_the_run(project: Project, engine: sa.Engine) -> None:
    project.revision("b2", upgrade=COMMITTING["autocommit_block()"])
    project.revision("c3", upgrade=f"{UNLOCK}op.execute('CREATE TABLE t ()')")
    error = json.loads(project.run("upgrade", "--json", check=False).stdout)["error"]
    assert error["code"] == "MO463"
    remains = "what was done up to the last commit is applied, the version table is at a1"
    assert error["message"].endswith(f"after 2 of 2 steps; {remains}")
    assert not sa.inspect(engine).has_table("t")


def test_it_cannot_be_lost_before_one(project: Project, engine: sa.Engine) -> None:
    project.revision("b2", upgrade=UNLOCK + KEPT)
    project.run("upgrade")
    assert seen(engine) == [(1, 1)]


@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "AUTOCOMMIT"])
def test_of_four_runs_one_migrates(project: Project, engine: sa.Engine, level: str) -> None:
    """Those that wait see what was done meanwhile, at any level."""
    project.revision("b2", upgrade=f"import time\ntime.sleep(0.3)\n{KEPT}")
    together = threading.Barrier(4)

    def one(_: int) -> int:
        own = sa.create_engine(engine.url, poolclass=sa.NullPool, isolation_level=level)  # type: ignore[arg-type]
        together.wait()
        return len(upgrade(project, own).steps)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == [0, 0, 0, 1]
    # At the others, the first statement decides what is seen; the lock has to be had before.
    assert seen(engine) == [(1, int(level in ("READ COMMITTED", "AUTOCOMMIT")))]


def test_whoever_waits_is_in_no_transaction(project: Project, engine: sa.Engine) -> None:
    """What waits for all transactions would else wait for the run that waits for it."""
    project.revision("b2")
    key = number(f"{engine.url.database}//migrateops_version")
    asking = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try_advisory_lock%%'"
    asking += " AND datname = current_database()"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as holder:
        holder.exec_driver_sql(f"SELECT pg_advisory_lock({key})")
        with ThreadPoolExecutor(1) as pool:
            waiter = pool.submit(lambda: command.upgrade(Config.find(project.root), "head"))
            while not holder.exec_driver_sql(asking).scalar():
                assert not waiter.done()
            holder.exec_driver_sql("SET lock_timeout = '5s'")
            holder.exec_driver_sql("CREATE INDEX CONCURRENTLY ix ON seen (n)")
            holder.exec_driver_sql(f"SELECT pg_advisory_unlock({key})")
            assert len(waiter.result().steps) == 1


AROUND = """
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        {body}
        context.run_migrations()
"""
OF_ENV = {
    "autocommit_block()": "with context.get_context().autocommit_block():\n            {statement}",
    "COMMIT": "{statement}\n        connection.exec_driver_sql('COMMIT')",
}


@pytest.mark.parametrize("body", OF_ENV.values(), ids=OF_ENV.keys())
def test_it_outlasts_what_env_py_commits_ahead_of_the_steps(
    project: Project, postgresql_url: str, engine: sa.Engine, body: str
) -> None:
    """In a block that has begun the transaction of the run."""
    body = body.format(statement="connection.exec_driver_sql('CREATE SCHEMA s')")
    project.env(online(postgresql_url, AROUND.format(body=body), engine="sa.create_engine(URL)"))
    project.revision("b2", upgrade=KEPT)
    project.run("upgrade")
    assert seen(engine) == [(1, 1)]
    assert held(engine) == (0, 0)


def test_each_commit_by_text_is_made_with_it(project: Project, engine: sa.Engine) -> None:
    body = f"op.execute('COMMIT')\n{UNLOCK}op.execute('CREATE TABLE t ()')\nop.execute('COMMIT')"
    project.revision("b2", upgrade=body)
    error = json.loads(project.run("upgrade", "--json", check=False).stdout)["error"]
    assert error["code"] == "MO463"
    assert not sa.inspect(engine).has_table("t")


def test_a_commit_that_gives_it_to_somebody_else_stops_the_run(project: Project, engine: sa.Engine) -> None:
    """The server has made a ROLLBACK of it."""
    key = number(f"{engine.url.database}//migrateops_version")
    project.revision("b2", upgrade=f"{FAILS}op.execute('COMMIT')\nopen('went on', 'w').close()")
    config = Config.find(project.root)
    own = sa.create_engine(engine.url, poolclass=sa.NullPool)
    with engine.connect() as other, own.connect() as connection:

        @event.listens_for(own, "before_cursor_execute")
        def take(_: object, __: object, statement: str, *___: object) -> None:
            if "pg_try_advisory_lock" in statement:
                assert other.exec_driver_sql(f"SELECT pg_try_advisory_lock({key})").scalar_one()

        config.attributes["connection"] = connection
        with pytest.raises(errors.runtime.LockLost), contextlib.chdir(project.root):
            command.upgrade(config, "head")
    assert not (project.root / "went on").exists()


HIDDEN = {
    "between": "CREATE TABLE t (); COMMIT; BEGIN",
    "on a line of its own": "CREATE TABLE t ();\n-- so far\nCOMMIT WORK;\nBEGIN;",
}


@pytest.mark.parametrize("statement", HIDDEN.values(), ids=HIDDEN.keys())
def test_it_outlasts_a_commit_among_other_statements(
    project: Project, engine: sa.Engine, statement: str
) -> None:
    project.revision("b2", upgrade=f"op.execute({statement!r})\n{KEPT}")
    project.run("upgrade")
    assert seen(engine) == [(1, 1)]
    assert held(engine) == (0, 0)


def test_whoever_cannot_wait_for_it_does_not_run_beside_the_one_that_has_it(
    project: Project, engine: sa.Engine
) -> None:
    """It is waited for on a connection of its own, which there may be none for."""
    project.revision("b2", upgrade=KEPT)
    key = number(f"{engine.url.database}//migrateops_version")
    role = f"migrateops_{uuid4().hex}"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as holder:
        holder.exec_driver_sql(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
        try:
            holder.exec_driver_sql(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
            holder.exec_driver_sql(f"SELECT pg_advisory_lock({key})")
            project.configure(url=engine.url.set(username=role).render_as_string(hide_password=False))
            error = json.loads(project.run("upgrade", "--json", check=False).stdout)["error"]
            assert error["code"] == "MO465"
            holder.exec_driver_sql(f"SELECT pg_advisory_unlock({key})")
            assert holder.exec_driver_sql("SELECT count(*) FROM seen").scalar_one() == 0
            there = f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{role}'"
            while holder.exec_driver_sql(there).scalar_one():
                time.sleep(0.01)  # its one connection may not have ended yet
            project.run("upgrade")
        finally:
            holder.exec_driver_sql(f"DROP OWNED BY {role}")
            holder.exec_driver_sql(f"DROP ROLE {role}")
    assert seen(engine) == [(1, 1)]


def test_a_connection_that_is_lost_while_it_is_asked_for_is_not_replaced(
    project: Project, postgresql_url: str, engine: sa.Engine
) -> None:
    """What ``env.py`` has set on it, a search path or a role, would be gone."""
    body = """
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE SCHEMA s")
        connection.exec_driver_sql("SET search_path = s")
        connection.commit()
        context.configure(connection=connection)

        @event.listens_for(connection, "before_cursor_execute")
        def end(connection, cursor, statement, *_):
            if "pg_try_advisory_xact_lock" in statement:
                pid = cursor.connection.info.backend_pid
                with engine.connect() as other:
                    other.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")

        with context.begin_transaction():
            context.run_migrations()
    """
    project.env(online(postgresql_url, dedent(body), engine="sa.create_engine(URL)"))
    project.revision("b2", upgrade="op.execute('CREATE TABLE t ()')")
    assert project.run("upgrade", check=False).returncode == 1
    assert not sa.inspect(engine).has_table("t")


def test_what_has_failed_may_be_committed_where_the_driver_does_not_know_of_it(
    project: Project, postgresql_url: str, engine: sa.Engine
) -> None:
    """The server makes a ROLLBACK of it, and a script goes on from there."""
    project.configure(url=postgresql_url.replace("+psycopg", "+asyncpg"))
    project.revision("b2", upgrade=COMMITTING["COMMIT of what has failed"])
    project.run("upgrade")
    assert seen(engine) == [(1, 1)]
    assert held(engine) == (0, 0)


def test_a_script_that_closes_the_connection_leaves_it_to_nobody(project: Project, engine: sa.Engine) -> None:
    """The session goes back to the pool, and cannot be asked to give the lock back."""
    project.revision("b2", upgrade="op.execute('COMMIT')\nwith op.get_bind():\n    pass")
    with pytest.raises(errors.database.NoLongerAtomic):
        upgrade(project, engine)
    assert held(engine) == (0, 0)


RAW = """
raw = op.get_bind().connection.driver_connection
raw.execute("CREATE TABLE t ()")
raw.commit()
raw.execute("CREATE TABLE u ()")
"""


def test_a_commit_that_nobody_was_told_of_ends_the_run(project: Project, engine: sa.Engine) -> None:
    """On the driver's own connection, which is in a transaction again when the script returns."""
    project.revision("b2", upgrade=RAW)
    result = project.run("upgrade", check=False)
    assert result.stderr.startswith("error[MO401]: ")
    assert "nothing of it is applied" not in result.stderr
    assert "what was done up to the last commit is applied" in result.stderr
    assert (sa.inspect(engine).has_table("t"), sa.inspect(engine).has_table("u")) == (True, False)
    assert project.run("current").stdout.startswith("a1")


# -- in a transaction that env.py or a program has begun ----------------------------------------------------


def inside(project: Project, engine: sa.Engine) -> command.RunReport:
    """Upgrade in a transaction of the caller's."""
    config = Config.find(project.root)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        return command.upgrade(config, "head")


@pytest.mark.parametrize("scope", ["per_revision", "per_run"])
def test_the_callers_transaction_has_it(project: Project, engine: sa.Engine, scope: str) -> None:
    project.configure(transaction=scope, lock="required")
    project.revision("b2", upgrade=KEPT)
    report = inside(project, engine)
    assert (len(report.steps), report.notes) == (1, ())
    assert seen(engine) == [(1, 1)]
    assert held(engine) == (0, 0)


@pytest.mark.parametrize("scope", ["per_revision", "per_run"])
def test_of_four_programs_one_migrates(project: Project, engine: sa.Engine, scope: str) -> None:
    project.configure(transaction=scope)
    project.revision("b2", upgrade=f"import time\ntime.sleep(0.3)\n{KEPT}")
    together = threading.Barrier(4)

    def one(_: int) -> int:
        own = sa.create_engine(engine.url, poolclass=sa.NullPool)
        together.wait()
        return len(inside(project, own).steps)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == [0, 0, 0, 1]
    assert seen(engine) == [(1, 1)]


def test_a_caller_waits_no_longer_than_it_may(project: Project, engine: sa.Engine) -> None:
    project.configure(lock_timeout=0)
    project.revision("b2")
    key = number(f"{engine.url.database}//migrateops_version")
    own = sa.create_engine(engine.url, poolclass=sa.NullPool)
    with own.connect() as holder:
        holder.exec_driver_sql(f"SELECT pg_advisory_lock({key})")
        with pytest.raises(LockNotAcquired):
            inside(project, engine)
    assert len(inside(project, engine).steps) == 1


@pytest.mark.parametrize("level", ["REPEATABLE READ", "AUTOCOMMIT"])
def test_where_the_callers_transaction_cannot_have_it_the_run_says_so(
    project: Project, engine: sa.Engine, level: str
) -> None:
    project.revision("b2", upgrade=KEPT)
    own = sa.create_engine(engine.url, poolclass=sa.NullPool, isolation_level=level)  # type: ignore[arg-type]
    report = inside(project, own)
    assert [note for note in report.notes if note.startswith("no migration lock: ")] == list(report.notes)
    assert len(report.notes) == 1
    assert seen(engine) == [(0, 0)]


def test_a_server_that_knows_no_such_lock_leaves_the_callers_transaction_as_it_was(
    project: Project, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transaction_lock, "_TRY_WITHIN", "SELECT no_such_lock(:key)")
    project.revision("b2", upgrade=KEPT)
    report = inside(project, engine)
    assert (len(report.steps), len(report.notes)) == (1, 1)
    assert seen(engine) == [(0, 0)]
