"""``env.py`` that asks for AUTOCOMMIT: each statement stands by itself, as it does with Alembic."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

ENV = """
import sqlalchemy as sa
from alembic import context

url = context.config.get_main_option("sqlalchemy.url")
with {connection} as connection:
    context.configure(connection=connection{options})
    with context.begin_transaction():
        context.run_migrations()
"""
MADE = "sa.create_engine(url, poolclass=sa.NullPool"
LEVEL = 'isolation_level="AUTOCOMMIT"'
ASKED = {
    "of the engine": f"{MADE}, {LEVEL}).connect()",
    "of the connection": f"{MADE}).connect().execution_options({LEVEL})",
    "of another engine": f"{MADE}).execution_options({LEVEL}).connect()",
    "of the engine, in a transaction in name": f"{MADE}, {LEVEL}).begin()",
}
OF_THE_DRIVER = {
    "of the driver": f"{MADE}, connect_args=dict(autocommit=True)).connect()",
    "of the driver, in a transaction in name": f"{MADE}, connect_args=dict(autocommit=True)).begin()",
}
TABLE = 'op.create_table("t", sa.Column("id", sa.Integer))'


@pytest.mark.parametrize("options", ["", ", transaction_per_migration=True"])
@pytest.mark.parametrize("asked", ASKED)
def test_what_runs_in_no_transaction(project: Any, postgresql_url: str, asked: str, options: str) -> None:
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("sqlite:///app.db", postgresql_url.replace("%", "%%")))
    project.write("migrations/env.py", ENV.format(connection=ASKED[asked], options=options))
    project.revision("aa1", TABLE)
    project.revision(
        "bb2", 'op.execute("VACUUM t")\nop.create_index("ix", "t", ["id"], postgresql_concurrently=True)'
    )
    project.run("upgrade", "head")
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").all() == [("bb2",)]
        assert [index["name"] for index in sa.inspect(connection).get_indexes("t")] == ["ix"]
    engine.dispose()


@pytest.mark.parametrize("options", ["", ", transaction_per_migration=True"])
@pytest.mark.parametrize("asked", [*ASKED, *OF_THE_DRIVER])
def test_a_block_in_autocommit(project: Any, postgresql_url: str, asked: str, options: str) -> None:
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("sqlite:///app.db", postgresql_url.replace("%", "%%")))
    made = (ASKED | OF_THE_DRIVER)[asked]
    project.write("migrations/env.py", ENV.format(connection=made, options=options))
    project.revision(
        "aa1",
        f"""
        {TABLE}
        with op.get_context().autocommit_block():
            op.create_index("ix", "t", ["id"], postgresql_concurrently=True)
        op.execute("INSERT INTO t VALUES (7)")
        """,
    )
    project.run("upgrade", "head")
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM t").all() == [(7,)]
        assert [index["name"] for index in sa.inspect(connection).get_indexes("t")] == ["ix"]
    engine.dispose()


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
def test_the_connection_goes_on_so(
    project: Any, request: pytest.FixtureRequest, server: str, asked: str
) -> None:
    url: str = request.getfixturevalue(server)
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("sqlite:///app.db", url.replace("%", "%%")))
    after = """\
    connection.execute(sa.text("INSERT INTO t VALUES (7)"))
    context.configure(connection=connection, version_table="again")
    assert context.get_context().transactions.scope == "none"
"""
    project.write("migrations/env.py", ENV.format(connection=ASKED[asked], options="") + after)
    project.revision("aa1", TABLE)
    project.run("upgrade", "head")
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT id FROM t").all() == [(7,)]
    engine.dispose()


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_done_before_a_failure_is_kept_and_said(project: Any, asked: str) -> None:
    project.write("migrations/env.py", ENV.format(connection=ASKED[asked], options=""))
    project.revision("aa1", TABLE)
    project.revision("bb2", 'op.execute("INSERT INTO t VALUES (1)")\nraise ValueError("no")')
    said = project.run("upgrade", "head", status=1).err
    assert "is applied" in said
    assert project.rows("SELECT id FROM t") == [(1,)]
    assert project.rows("SELECT version_num FROM alembic_version") == [("aa1",)]


def test_a_batch_is_whole_all_the_same(project: Any) -> None:
    project.write("migrations/env.py", ENV.format(connection=ASKED["of the engine"], options=""))
    project.revision("aa1", f'{TABLE}\nop.execute("INSERT INTO t VALUES (1)")')
    project.revision(
        "bb2",
        """
        with op.batch_alter_table("t") as batch_op:
            batch_op.create_check_constraint("small", "id < 1")
        """,
    )
    said = project.run("upgrade", "head", status=1).err
    assert "small" in said
    assert project.rows("SELECT id FROM t") == [(1,)]
    assert project.tables() == {"t", "alembic_version"}
