"""A script that rebuilds a table by hand keeps the rows of the tables that refer to it."""

from __future__ import annotations

import py_compile
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from migrateops.errors.database import ForeignKeysViolated
from migrateops.errors.runtime import RevisionFailed
from tests.project import Project
from tests.runtime.sqlite_environments import KINDS, env_py, heads, rows

ENFORCED = """\
connection.rollback()
cursor = connection.connection.cursor()
inside = connection.connection.driver_connection.in_transaction
if inside:
    cursor.execute("COMMIT")
cursor.execute("PRAGMA foreign_keys = ON")
if inside:
    cursor.execute("BEGIN")
cursor.close()
"""
SCHEMA = """
op.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
op.execute("CREATE TABLE child (parent INTEGER REFERENCES parent ON DELETE CASCADE)")
op.execute("INSERT INTO parent VALUES (1), (2)")
op.execute("INSERT INTO child VALUES (1), (2)")
"""
REBUILD = """
op.execute("PRAGMA foreign_keys=OFF")
op.execute("CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT)")
op.execute("INSERT INTO new_parent (id) SELECT id FROM parent {where}")
op.execute("DROP TABLE parent")
op.execute("ALTER TABLE new_parent RENAME TO parent")
{then}
op.execute("PRAGMA foreign_keys=ON")
"""
# As applications write it: every new connection enforces.
CONNECT_EVENT = """
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import NullPool

from migrateops import context

engine = sa.create_engine({url!r}, poolclass=NullPool)
seen = context.config.attributes.setdefault("enforced", [])

@event.listens_for(engine, "connect")
def enforce(dbapi_connection, _):
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()

with engine.connect() as connection:
    context.configure(connection=connection)
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        seen.append(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())
engine.dispose()
"""


def prepared(project: Project, where: str = "", then: str = "") -> Path:
    project.build(env=CONNECT_EVENT.format(url=project.url))
    project.revision("aa1", None, upgrade=SCHEMA)
    project.revision("bb2", upgrade=REBUILD.format(where=where, then=then))
    return project.root / "app.db"


def test_rows_that_would_cascade_are_kept(project: Project) -> None:
    file = prepared(project)
    config = Config.find(project.root)
    command.upgrade(config, "head")
    assert heads(file) == ["bb2"]
    assert rows(file, "SELECT parent FROM child ORDER BY 1") == [(1,), (2,)]
    assert rows(file, "SELECT id, name FROM parent ORDER BY 1") == [(1, None), (2, None)]
    # The setting of the connection is what it was.
    assert config.attributes["enforced"] == [1]


def test_rows_that_the_rebuild_orphans_fail_the_step(project: Project) -> None:
    file = prepared(project, where="WHERE id = 1")
    config = Config.find(project.root)
    with pytest.raises(ForeignKeysViolated) as caught:
        command.upgrade(config, "head")
    assert [(row.table, row.parent) for row in caught.value.violations] == [("child", "parent")]
    assert heads(file) == ["aa1"]
    assert rows(file, "SELECT id FROM parent ORDER BY 1") == [(1,), (2,)]
    assert config.attributes["enforced"] == [1]


def test_rows_that_are_orphaned_fail_the_commit_of_a_whole_run(project: Project) -> None:
    file = prepared(project, where="WHERE id = 1")
    config = Config.find(project.root)
    command.upgrade(config, "aa1")
    project.configure(transaction="per_run")
    with pytest.raises(ForeignKeysViolated) as caught:
        command.upgrade(Config.find(project.root), "head")
    assert caught.value.notes == ("committing the run; nothing of it is applied, the database is at aa1",)
    assert rows(file, "SELECT id FROM parent ORDER BY 1") == [(1,), (2,)]


def test_a_rebuild_that_fails_leaves_everything_and_the_setting(project: Project) -> None:
    file = prepared(project, then='op.execute("INSERT INTO nowhere VALUES (1)")')
    config = Config.find(project.root)
    with pytest.raises(RevisionFailed):
        command.upgrade(config, "head")
    assert heads(file) == ["aa1"]
    assert rows(file, "SELECT parent FROM child ORDER BY 1") == [(1,), (2,)]
    assert rows(file, "SELECT id FROM parent ORDER BY 1") == [(1,), (2,)]
    assert config.attributes["enforced"] == [1]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "aiosqlite"])
def test_on_every_kind_of_connection(project: Project, kind: str) -> None:
    project.build(env=env_py(project.url, kind, before=ENFORCED))
    project.revision("aa1", None, upgrade=SCHEMA)
    project.revision("bb2", upgrade=REBUILD.format(where="", then=""))
    command.upgrade(Config.find(project.root), "head")
    file = project.root / "app.db"
    assert heads(file) == ["bb2"]
    assert rows(file, "SELECT parent FROM child ORDER BY 1") == [(1,), (2,)]


def test_a_dropped_table_cascades_by_no_statement_of_ours(project: Project) -> None:
    # Against the same rebuild by hand, without migrateops: the rows are gone.
    engine = sa.create_engine(project.url)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.commit()
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE child (parent INTEGER REFERENCES parent ON DELETE CASCADE)")
        connection.exec_driver_sql("INSERT INTO parent VALUES (1)")
        connection.exec_driver_sql("INSERT INTO child VALUES (1)")
        connection.exec_driver_sql("DROP TABLE parent")
        connection.commit()
        assert connection.exec_driver_sql("SELECT * FROM child").all() == []
    engine.dispose()


def test_a_rebuild_after_an_autocommit_block_keeps_them_too(project: Project) -> None:
    file = prepared(project)
    body = """
    with op.get_context().autocommit_block():
        op.execute("ANALYZE")
    with op.batch_alter_table("child"):
        pass
    op.execute("CREATE TABLE new_parent (id INTEGER PRIMARY KEY)")
    op.execute("INSERT INTO new_parent SELECT id FROM parent")
    op.execute("DROP TABLE parent")
    op.execute("ALTER TABLE new_parent RENAME TO parent")
    """
    project.revision("bb2", "aa1", upgrade=dedent(body))
    config = Config.find(project.root)
    command.upgrade(config, "head")
    assert heads(file) == ["bb2"]
    assert rows(file, "SELECT parent FROM child ORDER BY 1") == [(1,), (2,)]
    assert config.attributes["enforced"] == [1]


def compiled(path: Path) -> None:
    py_compile.compile(str(path), cfile=str(path) + "c")
    path.unlink()


def marked(path: Path) -> None:
    path.write_bytes(BOM_UTF8 + path.read_bytes())


def in_latin_1(path: Path) -> None:
    text = "# coding: latin-1\n" + path.read_text(encoding="utf-8") + "# \xe9\n"
    path.write_bytes(text.encode("latin-1"))


@pytest.mark.parametrize("stored", [compiled, marked, in_latin_1])
def test_a_script_may_rebuild_however_it_is_stored(project: Project, stored: Callable[[Path], None]) -> None:
    project.configure(sourceless=True)
    project.env(CONNECT_EVENT.format(url=project.url))
    project.revision("one", None, upgrade=SCHEMA)
    batch = """
    with op.batch_alter_table("parent") as batch:
        batch.alter_column("id", type_=sa.BigInteger())
    """
    stored(project.revision("two", upgrade=batch))
    command.upgrade(Config.find(project.root))
    assert rows(project.root / "app.db", "SELECT * FROM child") == [(1,), (2,)]
