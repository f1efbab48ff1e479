"""Scripts that open a second connection to SQLite: it sees what the first has done, as with Alembic."""

from __future__ import annotations

from typing import Any

import pytest

TABLE = 'op.create_table("{}", sa.Column("id", sa.Integer, primary_key=True))'
ENGINE = "engine = op.get_bind().engine"
READS = f"""
{TABLE.format("t")}
op.execute("INSERT INTO t VALUES (1)")
{ENGINE}
assert {{"a", "t"}} <= set(sa.inspect(engine).get_table_names())
with sa.orm.Session(engine) as session:
    found = session.execute(sa.text("SELECT id FROM t")).scalars().all()
op.bulk_insert(sa.table("t", sa.column("id")), [{{"id": one + 1}} for one in found])
"""
WRITES = f"""
{ENGINE}
sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True)).create(engine)
with engine.begin() as second:
    second.execute(sa.text("INSERT INTO t VALUES (1)"))
op.execute("INSERT INTO t VALUES (2)")
"""


@pytest.fixture(params=["per run", "per migration"], autouse=True)
def scope(request: pytest.FixtureRequest, project: Any) -> str:
    """What a transaction is around."""
    env = project.root / "migrations" / "env.py"
    text = env.read_text()
    if request.param == "per migration":
        text = text.replace("connection=connection", "connection=connection, transaction_per_migration=True")
    env.write_text(f"import sqlalchemy.orm\n{text}")
    scope: str = request.param
    return scope


@pytest.mark.parametrize("script", [READS, WRITES], ids=["reads", "writes"])
def test_what_came_before_is_seen_and_what_comes_after_is_kept(project: Any, script: str) -> None:
    project.revision("aa1", TABLE.format("a"))
    project.revision("bb2", script, f'{ENGINE}\nsa.inspect(engine)\nop.drop_table("t")')
    project.revision("cc3", TABLE.format("c"), 'op.drop_table("c")')
    assert project.run("upgrade", "head").err.count("opens a second connection") == 1
    assert project.rows("SELECT id FROM t ORDER BY id") == [(1,), (2,)]
    assert project.rows("SELECT version_num FROM alembic_version") == [("cc3",)]
    project.run("downgrade", "aa1")
    assert project.tables() == {"a", "alembic_version"}
    assert project.rows("SELECT version_num FROM alembic_version") == [("aa1",)]


def test_a_failure_after_it_says_what_is_applied(project: Any) -> None:
    project.revision("aa1", TABLE.format("a"))
    project.revision("bb2", f"{READS}\n1 / 0")
    err = project.run("upgrade", "head", status=1).err
    assert err.startswith("error[MO440]: upgrade of revision 'bb2' failed: ZeroDivisionError")
    assert "nothing of it is applied" not in err.splitlines()[0]
    assert project.rows("SELECT version_num FROM alembic_version") == [("aa1",)]
    assert project.rows("SELECT id FROM t") == [(1,)]


def test_a_table_is_built_anew_after_it(project: Any) -> None:
    project.enforce_foreign_keys()
    project.revision("aa1", TABLE.format("p"))
    project.revision("bb2", 'op.create_table("t", sa.Column("id", sa.Integer, sa.ForeignKey("p.id")))')
    project.revision(
        "cc3",
        f"""
        op.execute("INSERT INTO p VALUES (1)")
        op.execute("INSERT INTO t VALUES (1)")
        {ENGINE}
        sa.inspect(engine)
        with op.batch_alter_table("p") as batch:
            batch.add_column(sa.Column("n", sa.Integer))
            batch.alter_column("n", nullable=True, new_column_name="m", existing_type=sa.Integer())
        """,
    )
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM t") == [(1,)]
    assert project.rows("SELECT * FROM p") == [(1, None)]
