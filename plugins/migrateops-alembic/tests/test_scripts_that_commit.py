"""Scripts that call ``commit()`` of their connection: they run to their end, as with Alembic."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

TABLE = 'op.create_table("{}", sa.Column("id", sa.Integer, primary_key=True))'
COMMITS = f"""
{TABLE.format("t")}
bind = op.get_bind()
bind.execute(sa.text("INSERT INTO t VALUES (1)"))
bind.commit()
bind.execute(sa.text("INSERT INTO t VALUES (2)"))
"""
EACH = "connection=connection, transaction_per_migration=True"


@pytest.fixture(params=["sqlite", "postgresql_url", "mariadb_url"])
def url(request: pytest.FixtureRequest, project: Any) -> str:
    """A database that the project is pointed to."""
    if request.param == "sqlite":
        return f"sqlite:///{project.root / 'app.db'}"
    url: str = request.getfixturevalue(request.param)
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("sqlite:///app.db", url.replace("%", "%%")))
    return url


@pytest.fixture(params=["per run", "per migration"])
def scope(request: pytest.FixtureRequest, project: Any) -> str:
    """What a transaction is around."""
    env = project.root / "migrations" / "env.py"
    if request.param == "per migration":
        env.write_text(env.read_text().replace("connection=connection", EACH))
    scope: str = request.param
    return scope


def found(url: str, query: str) -> list[Any]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return list(connection.execute(sa.text(query)).scalars())


def tables(url: str) -> set[str]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    return set(sa.inspect(engine).get_table_names())


@pytest.mark.usefixtures("scope")
def test_what_is_before_and_after_it_is_kept(project: Any, url: str) -> None:
    project.revision("aa1", TABLE.format("a"))
    project.revision("bb2", COMMITS, 'op.get_bind().commit()\nop.drop_table("t")')
    project.revision("cc3", TABLE.format("c"), 'op.drop_table("c")')
    assert project.run("upgrade", "head").err.count("the script calls commit()") == 1
    assert found(url, "SELECT id FROM t ORDER BY id") == [1, 2]
    assert found(url, "SELECT version_num FROM alembic_version") == ["cc3"]
    project.run("downgrade", "aa1")
    assert tables(url) == {"a", "alembic_version"}
    assert found(url, "SELECT version_num FROM alembic_version") == ["aa1"]


def test_a_failure_after_it_says_what_is_applied(project: Any, url: str, scope: str) -> None:
    project.revision("aa1", TABLE.format("a"))
    project.revision("bb2", f"{COMMITS}\n1 / 0")
    err = project.run("upgrade", "head", status=1).err
    assert err.startswith("error[MO440]: upgrade of revision 'bb2' failed: ZeroDivisionError")
    assert "nothing of it is applied" not in err.splitlines()[0]
    assert found(url, "SELECT version_num FROM alembic_version") == ["aa1"]
    assert found(url, "SELECT id FROM t") == [1]


def test_a_failure_before_it_undoes_all(project: Any) -> None:
    project.revision("aa1", f"{TABLE.format('t')}\n1 / 0\nop.get_bind().commit()")
    project.run("upgrade", "head", status=1)
    assert project.tables() == set()


def test_foreign_keys_of_sqlite_are_as_they_were(project: Any) -> None:
    project.enforce_foreign_keys()
    project.revision("aa1", TABLE.format("p"))
    project.revision("bb2", 'op.create_table("t", sa.Column("id", sa.Integer, sa.ForeignKey("p.id")))')
    project.revision(
        "cc3",
        """
        op.execute("INSERT INTO p VALUES (1)")
        op.execute("INSERT INTO t VALUES (1)")
        op.get_bind().commit()
        with op.batch_alter_table("p", recreate="always") as batch:
            batch.add_column(sa.Column("n", sa.Integer))
        """,
    )
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM t") == [(1,)]
    assert project.rows("SELECT * FROM p") == [(1, None)]


def test_beside_an_autocommit_block(project: Any, url: str) -> None:
    project.revision("aa1", TABLE.format("a"))
    inside = "    op.execute('INSERT INTO t VALUES (3)')"
    project.revision("bb2", f"{COMMITS}\nwith op.get_context().autocommit_block():\n{inside}\nbind.commit()")
    project.run("upgrade", "head")
    assert found(url, "SELECT id FROM t ORDER BY id") == [1, 2, 3]
    assert found(url, "SELECT version_num FROM alembic_version") == ["bb2"]


def test_beside_what_sqlite_does_outside_of_a_transaction(project: Any) -> None:
    env = project.root / "migrations" / "env.py"
    env.write_text(env.read_text().replace("connection=connection", EACH))
    project.revision("aa1", TABLE.format("a"))
    project.revision("bb2", f"op.execute('VACUUM')\n{COMMITS}")
    switched = "op.execute('PRAGMA foreign_keys = OFF')"
    project.revision("cc3", f"{switched}\n{TABLE.format('c')}\nop.get_bind().commit()")
    project.run("upgrade", "head")
    assert project.rows("SELECT id FROM t") == [(1,), (2,)]
    assert project.rows("SELECT version_num FROM alembic_version") == [("cc3",)]


REFUSED = f"""
{TABLE.format("t")}
op.execute("CREATE TABLE k (x int REFERENCES t DEFERRABLE INITIALLY DEFERRED)")
op.execute("INSERT INTO k VALUES (1)")
"""
ENDS = {"commit": "op.get_bind().commit()", "block": "with op.get_context().autocommit_block():\n    pass"}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("url", ["postgresql_url"], indirect=True)
def test_one_that_the_server_refuses_leaves_nothing(project: Any, url: str, scope: str, end: str) -> None:
    project.revision("aa1", TABLE.format("a"))
    project.revision("bb2", f"{REFUSED}\n{end}")
    err = project.run("upgrade", "head", status=1).err
    at = "aa1" if scope == "per migration" else "base"
    assert f"nothing of it is applied, the database is at {at}\n" in err
    assert "while: committing what it has done" in err
    assert "hint: rows are in the way" in err
    assert tables(url) == ({"a", "alembic_version"} if scope == "per migration" else set())


@pytest.mark.usefixtures("scope")
@pytest.mark.parametrize("url", ["postgresql_url"], indirect=True)
def test_in_a_transaction_of_env_py_that_does_not_reach_the_server(project: Any, url: str) -> None:
    """There, each step or run has one of its own on the server."""
    env = project.root / "migrations" / "env.py"
    text = env.read_text().replace(".connect() as", ".begin() as")
    env.write_text(text.replace("pool.NullPool", "pool.NullPool, connect_args={'autocommit': True}"))
    project.revision("aa1", TABLE.format("a"))
    project.revision("bb2", COMMITS)
    project.run("upgrade", "head")
    assert found(url, "SELECT id FROM t ORDER BY id") == [1, 2]
    assert found(url, "SELECT version_num FROM alembic_version") == ["bb2"]
