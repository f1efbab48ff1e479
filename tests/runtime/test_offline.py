"""SQL that is written instead of executed: what it does to a database, and what is said when it cannot be."""

from __future__ import annotations

import errno
import io
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.offline import NotEncodable, RangeNotDownwards, RangeNotUpwards, StreamRefused
from migrateops.errors.operations import UnboundParameter
from migrateops.errors.revisions import AmbiguousWalk, CurrentNotKnown
from migrateops.errors.runtime import NotOffline, PurgeOffline, RangeOnline, RevisionFailed, StartNeeded
from tests.project import Project
from tests.runtime.sqlite_environments import heads, tables

TABLES = """
op.create_table(
    "item",
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False, server_default="it's 100% é"),
    sa.Column("price", sa.Numeric(8, 2)),
    sa.Column("seen", sa.Date),
    sa.Column("ready", sa.Boolean, nullable=False, server_default=sa.true()),
)
op.create_index("ix_item_name", "item", ["name"])
"""
DATA = r"""
import datetime
from decimal import Decimal

item = sa.table(
    "item",
    sa.column("id", sa.Integer),
    sa.column("name", sa.String),
    sa.column("price", sa.Numeric),
    sa.column("seen", sa.Date),
    sa.column("ready", sa.Boolean),
)
op.bulk_insert(
    item,
    [
        {"id": 1, "name": "100% 'é' :no \\ back", "price": Decimal("1.50"), "seen": None, "ready": True},
        {"id": 2, "name": "--; 東京", "price": None, "seen": datetime.date(2024, 2, 29), "ready": False},
    ],
)
op.execute(item.update().where(item.c.id == 2).values(name=item.c.name + "%s"))
op.execute(r"INSERT INTO item (id, name) VALUES (3, 'time 12\:30, %(x)s')")
op.execute("INSERT INTO item (id) VALUES (4)")
"""


def branches(project: Project) -> None:
    """Write two branches, a merge of them, and what follows.

    aa1 - bb2 - bb3 - dd5 - ee6
        \\ cc4 -------/
    """
    project.revision("aa1", None, upgrade=TABLES, downgrade='op.drop_table("item")')
    project.revision("bb2", "aa1", upgrade=DATA, downgrade='op.execute("DELETE FROM item")')
    column = 'sa.Column("late", sa.Text)'
    project.revision(
        "bb3", upgrade=f'op.add_column("item", {column})', downgrade='op.drop_column("item", "late")'
    )
    other = 'op.create_table("other", sa.Column("x", sa.Integer))'
    project.revision("cc4", "aa1", upgrade=other, downgrade='op.drop_table("other")')
    project.revision("dd5", ["bb3", "cc4"])
    insert = 'op.execute("INSERT INTO other VALUES (1)")'
    project.revision("ee6", upgrade=insert, downgrade='op.execute("DELETE FROM other")')


def written(project: Project, verb: str, revision: str, **more: Any) -> str:
    """Return what a command writes offline."""
    config = Config.find(project.root)
    config.output_buffer = io.StringIO()
    getattr(command, verb)(config, revision, sql=True, **more)
    return config.output_buffer.getvalue()


def execute(url: str, script: str) -> None:
    """Execute a script as a database's own client does: one statement after the other, in autocommit."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            driver.executescript(script)
        else:
            for statement in script.split(";\n\n"):
                if not all(line.startswith("--") for line in statement.strip().splitlines()):
                    driver.execute(statement)


def state(url: str) -> dict[str, Any]:
    """Return tables, columns, indexes and rows of a database."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        metadata = sa.MetaData()
        metadata.reflect(connection)
        return {
            table.name: (
                [(column.name, str(column.type), column.nullable) for column in table.columns],
                sorted(column.name for column in table.primary_key),
                sorted(str(index.name) for index in table.indexes),
                sorted(map(repr, connection.execute(table.select()))),
            )
            for table in metadata.sorted_tables
        }


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, project: Project) -> str:
    found = project.url
    if request.param == "postgresql":
        found = request.getfixturevalue("postgresql_url")
    project.configure(url=found)
    return found


def emptied(url: str) -> None:
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).unlink()
    else:
        execute(url, "DROP SCHEMA public CASCADE;\n\nCREATE SCHEMA public;\n\n")


def test_the_written_script_does_what_the_run_does(project: Project, url: str) -> None:
    branches(project)
    ups = ["base:aa1", "aa1:bb2", "bb2:heads", "ee6:heads"]
    downs = [("ee6", "dd5"), ("dd5", "aa1"), ("aa1", "base")]
    by_script = []
    for step in ups:
        execute(url, written(project, "upgrade", step))
        by_script.append(state(url))
    for start, end in downs:
        execute(url, written(project, "downgrade", f"{start}:{end}"))
        by_script.append(state(url))
    emptied(url)
    by_run = []
    for step in ups:
        command.upgrade(Config.find(project.root), step.partition(":")[2])
        by_run.append(state(url))
    for _, end in downs:
        command.downgrade(Config.find(project.root), end)
        by_run.append(state(url))
    assert by_script == by_run
    names = [row for row in by_run[1]["item"][3] if "東京" in row]
    assert len(names) == 1


def test_what_cannot_run_in_a_transaction_is_written_outside_of_it(
    project: Project, postgresql_url: str
) -> None:
    project.configure(url=postgresql_url)
    project.revision("aa1", None, upgrade='op.create_table("t", sa.Column("x", sa.Integer))')
    index = 'op.create_index("ix", "t", ["x"], postgresql_concurrently=True)'
    project.revision("bb2", upgrade=f"with op.get_context().autocommit_block():\n    {index}")
    execute(postgresql_url, written(project, "upgrade", "head"))
    assert state(postgresql_url)["t"][2] == ["ix"]
    assert command.upgrade(Config.find(project.root), "head").steps == ()


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg", "psycopg2"])
def test_the_driver_of_the_url_makes_no_difference(project: Project, driver: str) -> None:
    branches(project)
    project.configure(url="postgresql://nobody@nowhere/db")
    expected = written(project, "upgrade", "heads")
    project.configure(url=f"postgresql+{driver}://nobody@nowhere/db")
    assert written(project, "upgrade", "heads") == expected


def test_from_base_again_after_a_way_down(project: Project, url: str) -> None:
    branches(project)
    script = written(project, "upgrade", "heads")
    execute(url, script)
    execute(url, written(project, "downgrade", "heads:base"))
    # The version table is there already, and empty.
    execute(url, script)
    assert command.upgrade(Config.find(project.root), "heads").steps == ()


@pytest.mark.parametrize(
    ("revision", "rows"),
    [
        ("aa1:bb3", ["bb3"]),
        ("aa1:heads", ["ee6"]),
        ("bb2,cc4:bb3", ["bb3", "cc4"]),
        ("bb3,cc4:dd5", ["dd5"]),
        ("bb2:+1", ["bb3"]),
        (":aa1", ["aa1"]),
        ("aa1:", ["ee6"]),
    ],
)
def test_what_a_range_leaves_in_the_version_table(project: Project, revision: str, rows: list[str]) -> None:
    branches(project)
    for one in filter(None, revision.partition(":")[0].split(",")):
        command.upgrade(Config.find(project.root), one)
    execute(project.url, written(project, "upgrade", revision))
    assert heads(project.root / "app.db") == rows


@pytest.mark.parametrize(
    ("verb", "revision", "error"),
    [
        ("upgrade", "bb2:aa1", RangeNotUpwards),
        ("upgrade", "bb2:base", RangeNotUpwards),
        ("upgrade", "bb3:cc4", RangeNotUpwards),
        ("upgrade", "aa1:+1", AmbiguousWalk),
        ("downgrade", "aa1:bb2", RangeNotDownwards),
        ("downgrade", "cc4:bb2", RangeNotDownwards),
        ("upgrade", "current:head", CurrentNotKnown),
        ("downgrade", "bb2", StartNeeded),
    ],
)
def test_ranges_that_go_nowhere(
    project: Project, verb: str, revision: str, error: type[MigrateOpsError]
) -> None:
    branches(project)
    with pytest.raises(error):
        written(project, verb, revision)


def test_a_range_needs_sql(project: Project) -> None:
    branches(project)
    for verb in (command.upgrade, command.downgrade):
        with pytest.raises(RangeOnline):
            verb(Config.find(project.root), "bb2:bb3")
    assert not (project.root / "app.db").exists()


def test_a_range_that_is_done_writes_nothing(project: Project) -> None:
    branches(project)
    assert written(project, "upgrade", "aa1:aa1") == ""
    # Somebody who meant another range is told.
    result = project.run("upgrade", "--sql", "aa1:aa1")
    assert (result.stdout, result.stderr) == ("", "note: nothing to do: the SQL is empty\n")


def test_what_others_print_is_not_among_the_sql(project: Project) -> None:
    project.revision("aa1", upgrade="print('from the script')")
    project.env("""
        import sys
        from migrateops import context

        print("from env.py")
        context.configure(dialect_name="sqlite", output_buffer=sys.stdout)
        with context.begin_transaction():
            context.run_migrations()
    """)
    for words in (["upgrade"], ["upgrade", "base:head"], ["stamp", "head"], ["ensure_version"]):
        result = project.run(*words, "--sql")
        assert "from " not in result.stdout
        assert "CREATE TABLE" in result.stdout
        assert "from env.py" in result.stderr
    assert "from the script" in project.run("upgrade", "--sql").stderr


@pytest.mark.parametrize("literal_binds", [True, False])
def test_a_parameter_without_a_value_is_refused_as_a_database_does(
    project: Project, literal_binds: bool
) -> None:
    project.revision("aa1", upgrade="op.execute('INSERT INTO t VALUES (:x)')")
    project.env(f"""
        from migrateops import context

        context.configure(dialect_name="sqlite", literal_binds={literal_binds})
        with context.begin_transaction():
            context.run_migrations()
    """)
    with pytest.raises(UnboundParameter) as caught:
        written(project, "upgrade", "head")
    assert caught.value.name == "x"


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_stream_that_takes_nothing(project: Project) -> None:
    project.revision("aa1")
    config = Config.find(project.root)
    config.output_buffer = Full()
    with pytest.raises(StreamRefused) as caught:
        command.upgrade(config, sql=True)
    assert caught.value.reason == "No space left on device"


def test_a_device_that_is_full(project: Project) -> None:
    project.revision("aa1")
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "migrateops", "upgrade", "--sql"],
            cwd=project.root,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert result.returncode == 1
    assert [line for line in result.stderr.splitlines() if line[0] != " "] == [
        "error[MO479]: the SQL cannot be written: No space left on device"
    ]


def test_a_reader_that_has_enough_is_no_fault_of_a_revision(project: Project) -> None:
    for number in range(40):
        project.revision(f"r{number}", upgrade=f"op.execute('SELECT 1 -- {'x' * 4000}')")
    words = [sys.executable, "-m", "migrateops", "upgrade", "--sql"]
    with subprocess.Popen(
        words, cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == ""
        assert run.wait() == 0


@pytest.mark.parametrize(
    ("revision", "before", "after"),
    [
        ("heads", (), ["ee6"]),
        ("aa1:bb2", ("aa1",), ["bb2"]),
        ("bb2:aa1", ("bb2",), ["aa1"]),
        ("bb2:base", ("bb2",), []),
    ],
)
def test_stamp(project: Project, revision: str, before: Sequence[str], after: list[str]) -> None:
    branches(project)
    for one in before:
        command.stamp(Config.find(project.root), one)
    execute(project.url, written(project, "stamp", revision))
    assert heads(project.root / "app.db") == after
    assert tables(project.root / "app.db") == {"migrateops_version"}


def test_a_stream_cannot_be_purged(project: Project) -> None:
    branches(project)
    with pytest.raises(PurgeOffline):
        written(project, "stamp", "head", purge=True)


@pytest.mark.parametrize(("start", "creates"), [("base:", True), ("", True), ("aa1:", False)])
def test_the_version_table_is_created_from_base_only(project: Project, start: str, creates: bool) -> None:
    branches(project)
    assert (
        "CREATE TABLE IF NOT EXISTS migrateops_version" in written(project, "upgrade", f"{start}bb2")
    ) is creates


def test_each_step_begins_with_a_comment(project: Project) -> None:
    branches(project)
    lines = written(project, "upgrade", "aa1:dd5").splitlines()
    assert [line for line in lines if line.startswith("--")] == [
        "-- Running upgrade aa1 -> cc4, cc4",
        "-- Running upgrade aa1 -> bb2, bb2",
        "-- Running upgrade bb2 -> bb3, bb3",
        "-- Running upgrade bb3, cc4 -> dd5, dd5",
    ]


# -- a script that cannot be finished -----------------------------------------------------------


@pytest.mark.parametrize("transaction", ["per_revision", "per_run"])
def test_a_script_that_is_not_whole_says_so_and_commits_nothing_of_the_rest(
    project: Project, transaction: str
) -> None:
    project.configure(transaction=transaction)
    project.revision("aa1", None, upgrade='op.execute("CREATE TABLE one (x INTEGER)")')
    project.revision("bb2", upgrade='op.execute("CREATE TABLE two (x INTEGER)")\nraise ValueError("é\\nb")')
    config = Config.find(project.root)
    config.output_buffer = io.StringIO()
    with pytest.raises(RevisionFailed):
        command.upgrade(config, "head", sql=True)
    script = config.output_buffer.getvalue()
    assert script.splitlines()[-2] == "-- INCOMPLETE: nothing follows, because of an error: ValueError: é b"
    assert script.count("INCOMPLETE") == 1
    database = sqlite3.connect(project.root / "app.db")
    # Another script on the same connection must not commit what this one began.
    database.executescript(f"{script}\nBEGIN; COMMIT;")
    database.close()
    committed = {"one", "migrateops_version"} if transaction == "per_revision" else set()
    assert tables(project.root / "app.db") == committed


def test_in_an_autocommit_block_there_is_nothing_to_roll_back(project: Project) -> None:
    body = "with op.get_context().autocommit_block():\n    raise ValueError"
    project.revision("aa1", None, upgrade=body)
    config = Config.find(project.root)
    config.output_buffer = io.StringIO()
    with pytest.raises(RevisionFailed):
        command.upgrade(config, "head", sql=True)
    script = config.output_buffer.getvalue()
    assert (script.count("BEGIN"), script.count("COMMIT;"), script.count("ROLLBACK")) == (1, 1, 0)


@pytest.mark.parametrize(
    "reads",
    [
        "op.get_bind().execute(sa.text('SELECT 1')).all()",
        "op.get_bind().scalar(sa.text('SELECT 1'))",
        "[x for x in op.get_bind().execute(sa.text('SELECT 1'))]",
    ],
)
def test_a_script_that_reads_is_told_that_there_is_nothing_to_read(project: Project, reads: str) -> None:
    project.revision("aa1", None, upgrade=reads)
    with pytest.raises(NotOffline):
        written(project, "upgrade", "head")


def test_who_asks_first_need_not_read(project: Project) -> None:
    body = """\
bind = op.get_bind()
rows = bind.execute(sa.text("SELECT 1"))
assert not rows
assert not hasattr(bind, "scalars")
"""
    project.revision("aa1", None, upgrade=body)
    assert "SELECT 1;" in written(project, "upgrade", "head")


# -- encodings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}],
    ids=["C", "C taken literally"],
)
def test_standard_output_is_utf_8_in_any_locale(project: Project, locale: dict[str, str]) -> None:
    project.revision("aa1", None, upgrade='op.execute("CREATE TABLE é (x INTEGER)")', message="é")
    result = project.cli("upgrade", "--sql", env=locale)
    execute(project.url, result.stdout)
    assert tables(project.root / "app.db") == {"é", "migrateops_version"}


def test_an_encoding_without_the_character_is_an_error(project: Project) -> None:
    project.revision("aa1", None, upgrade='op.execute("CREATE TABLE é (x INTEGER)")')
    result = project.cli("upgrade", "--sql", env={"PYTHONIOENCODING": "ascii"}, check=False)
    assert (result.returncode, NotEncodable.code in result.stderr) == (1, True)
    assert result.stdout.splitlines()[-2].startswith("-- INCOMPLETE")
    assert "CREATE TABLE \\" not in result.stdout


# -- env.py ----------------------------------------------------------------------------------------

SEVERAL = """\
from pathlib import Path

from migrateops import context

for name in ("one", "two"):
    with Path(f"{name}.sql").open("wb") as file:
        context.configure(
            dialect_name="sqlite", output_buffer=file, version_table=f"version_{name}", upgrade_token=name
        )
        with context.begin_transaction():
            context.run_migrations(database=name)
"""


def test_several_databases_have_a_stream_each(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root)
    project.env(SEVERAL)
    source = (
        "from migrateops import op\nrevision, down_revision = 'aa1', None\n"
        "def upgrade(database):\n    op.execute(f'CREATE TABLE in_{database} (x INTEGER)')\n"
    )
    project.write("migrations/versions/aa1.py", source)
    command.upgrade(Config.find(project.root), "head", sql=True)
    for name in ("one", "two"):
        url = f"sqlite:///{project.root / name}.db"
        execute(url, (project.root / f"{name}.sql").read_text(encoding="utf-8"))
        assert tables(project.root / f"{name}.db") == {f"in_{name}", f"version_{name}"}
