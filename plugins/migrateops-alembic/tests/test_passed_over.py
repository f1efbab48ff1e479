"""What Alembic takes without a word, and other projects are refused: noted, and passed over."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

TABLE = 'op.create_table("t", sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="uq"))'
MISSPELT = """
with op.batch_alter_table("t") as batch_op:
    batch_op.alter_column("a", nullabe=False, default="x", type_=sa.BigInteger())
"""


def table(url: str) -> dict[str, Any]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    inspector = sa.inspect(engine)
    (column,) = inspector.get_columns("t")
    keys = inspector.get_unique_constraints("t")
    engine.dispose()
    return {
        "column": (str(column["type"]), column["nullable"]),
        "uniques": [(each["name"], each["column_names"]) for each in keys],
    }


def on(project: Any, url: str) -> None:
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("sqlite:///app.db", url.replace("%", "%%")))


@pytest.mark.parametrize("server", ["postgresql_url", "mariadb_url"])
@pytest.mark.parametrize("batch", [True, False], ids=["batch", "op"])
def test_parameters_that_there_are_not(
    project: Any, request: pytest.FixtureRequest, server: str, batch: bool
) -> None:
    url = request.getfixturevalue(server)
    on(project, url)
    alone = 'op.alter_column("t", "a", nullabe=False, default="x", type_=sa.BigInteger())'
    project.revision("aa1", f"{TABLE}\n{MISSPELT if batch else alone}")
    said = project.run("upgrade", "head").err
    assert "there is no parameter 'nullabe'; it is passed over" in said
    assert "there is no parameter 'default'; it is passed over" in said
    kind, nullable = table(url)["column"]
    assert (kind.partition("(")[0], nullable) == ("BIGINT", True)


def test_parameters_that_there_are_not_in_a_batch_of_sqlite(project: Any) -> None:
    project.revision("aa1", f"{TABLE}\n{MISSPELT}")
    assert "there is no parameter 'nullabe'; it is passed over" in project.run("upgrade", "head").err
    assert table(f"sqlite:///{project.root}/app.db")["column"] == ("BIGINT", True)


def test_a_column_for_the_name_of_one(project: Any) -> None:
    project.revision("aa1", f'{TABLE}\nop.alter_column("t", sa.Column("a", sa.String(36), nullable=False))')
    said = project.run("upgrade", "head").err
    assert "column_name must be a string, got Column('a', String(length=36)" in said
    assert table(f"sqlite:///{project.root}/app.db")["column"] == ("INTEGER", True)


def test_what_sqlalchemy_refuses_is_refused(project: Any) -> None:
    project.revision("aa1", TABLE.replace("name=", "nmae="))
    assert "nmae" in project.run("upgrade", "head", status=1).err


def test_a_number_for_a_flag(project: Any) -> None:
    project.revision("aa1", f'{TABLE}\nop.create_index("ix", "t", ["a"], unique=1)')
    project.run("upgrade", "head")
    ((sql,),) = project.rows("SELECT sql FROM sqlite_master WHERE name = 'ix'")
    assert sql == "CREATE UNIQUE INDEX ix ON t (a)"


@pytest.mark.parametrize("flag", [0, 1])
def test_a_number_for_nullable_in_a_batch(project: Any, flag: int) -> None:
    project.revision(
        "aa1",
        f"""
        op.create_table("t", sa.Column("a", sa.Integer, nullable={not flag}))
        with op.batch_alter_table("t") as batch_op:
            batch_op.alter_column("a", nullable={flag})
        """,
    )
    project.run("upgrade", "head")
    assert table(f"sqlite:///{project.root}/app.db")["column"] == ("INTEGER", bool(flag))


def test_a_constraint_of_a_name_that_the_table_has(project: Any) -> None:
    body = """
with op.batch_alter_table("t") as batch_op:
    batch_op.create_unique_constraint("uq", ["a"])
"""
    project.revision("aa1", f"{TABLE}\n{body}")
    assert "the new one takes its place" in project.run("upgrade", "head").err
    assert table(f"sqlite:///{project.root}/app.db")["uniques"] == [("uq", ["a"])]


def test_a_check_without_a_name_goes_with_its_column(project: Any) -> None:
    body = """
a, b = sa.Column("a", sa.Integer), sa.Column("b", sa.Boolean)
op.create_table("t", a, b, sa.CheckConstraint("b IN (0, 1)"))
with op.batch_alter_table("t") as batch_op:
    batch_op.drop_column("b")
"""
    project.revision("aa1", body)
    assert "a check without a name went with it" in project.run("upgrade", "head").err
    assert table(f"sqlite:///{project.root}/app.db")["column"] == ("INTEGER", True)


def test_a_check_on_two_columns_does_not(project: Any) -> None:
    body = """
op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), sa.CheckConstraint("b > a"))
with op.batch_alter_table("t") as batch_op:
    batch_op.drop_column("b")
"""
    project.revision("aa1", body)
    assert "MO357" in project.run("upgrade", "head", status=1).err


TWO_TABLES = """
op.create_table("p", sa.Column("id", sa.Integer), sa.Column("n", sa.String(9)),
    sa.PrimaryKeyConstraint("id", name="pk_p"))
op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer),
    sa.ForeignKeyConstraint(["b"], ["p.id"], name="fk"))
op.execute("INSERT INTO t VALUES (6, 5)")
"""
# What becomes of the tables; the texts are those that Alembic's schema comes to.
BATCHES = {
    "another primary key": (
        'with op.batch_alter_table("p") as b:\n    b.create_primary_key("pk2", ["n"])',
        "the new one takes its place",
        ("n",),
        ["fk"],
    ),
    "a key that is referred to": (
        (
            'with op.batch_alter_table("p") as b:\n'
            '    b.drop_constraint("pk_p", type_="primary")\n'
            '    b.create_primary_key("pk_p", ["n", "id"])'
        ),
        "would refer to nothing in 'p'",
        ("n", "id"),
        ["fk"],
    ),
    "rows that refer to nothing": (
        'with op.batch_alter_table("t") as b:\n    b.create_foreign_key("fk2", "p", ["a"], ["id"])',
        "no row of 'p' is what they refer to",
        ("id",),
        ["fk", "fk2"],
    ),
    "a constraint that went with its column": (
        (
            'with op.batch_alter_table("t") as b:\n'
            '    b.drop_column("b")\n    b.drop_constraint("fk", type_="foreignkey")'
        ),
        "",
        ("id",),
        [],
    ),
}


@pytest.mark.parametrize(("body", "note", "primary", "foreign"), BATCHES.values(), ids=BATCHES)
def test_batches_of_sqlite_that_are_refused_elsewhere(
    project: Any, body: str, note: str, primary: tuple[str, ...], foreign: list[str]
) -> None:
    project.revision("aa1", TWO_TABLES.strip().replace("\n    ", " "))
    project.revision("bb2", body)
    assert note in project.run("upgrade", "head").err
    inspector = sa.inspect(sa.create_engine(f"sqlite:///{project.root}/app.db", poolclass=sa.NullPool))
    assert tuple(inspector.get_pk_constraint("p")["constrained_columns"]) == primary
    assert sorted(str(key["name"]) for key in inspector.get_foreign_keys("t")) == foreign


def test_a_column_that_is_dropped_and_added_again_keeps_what_was_on_it(project: Any) -> None:
    project.revision(
        "aa1",
        """
        op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer),
            sa.UniqueConstraint("a", "b", name="uq"))
        op.create_index("ix", "t", ["b"])
        with op.batch_alter_table("t") as batch_op:
            batch_op.drop_column("b")
            batch_op.add_column(sa.Column("b", sa.Text))
        """.replace("\n            sa.", " sa."),
    )
    project.run("upgrade", "head")
    inspector = sa.inspect(sa.create_engine(f"sqlite:///{project.root}/app.db", poolclass=sa.NullPool))
    assert [each["name"] for each in inspector.get_indexes("t")] == ["ix"]
    assert [each["name"] for each in inspector.get_unique_constraints("t")] == ["uq"]


def test_a_column_that_is_dropped_and_added_again_keeps_the_check_that_has_a_name(project: Any) -> None:
    table = """
    op.create_table("t", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer),
        sa.CheckConstraint("a > b", name="ck"))
    """.replace("\n        sa.", " sa.")
    change = 'with op.batch_alter_table("t") as batch_op:\n    batch_op.drop_column("b")'
    project.revision("aa1", table)
    project.revision("bb2", f'{change}\n    batch_op.add_column(sa.Column("b", sa.BigInteger))')
    project.revision("cc3", change)
    project.run("upgrade", "bb2")
    inspector = sa.inspect(sa.create_engine(f"sqlite:///{project.root}/app.db", poolclass=sa.NullPool))
    assert [each["name"] for each in inspector.get_check_constraints("t")] == ["ck"]
    # Nor does Alembic drop it for good: there, the server refuses the table.
    assert "check constraint 'ck' of table 't' uses column 'b'" in project.run("upgrade", "cc3", status=1).err


@pytest.mark.parametrize("server", ["sqlite", "postgresql_url"])
def test_sql_in_a_batch_is_sent_ahead_of_its_changes(
    project: Any, request: pytest.FixtureRequest, server: str
) -> None:
    url = f"sqlite:///{project.root}/app.db"
    if server != "sqlite":
        url = request.getfixturevalue(server)
        on(project, url)
    project.revision(
        "aa1",
        f"""
        {TABLE}
        op.execute("INSERT INTO t VALUES (NULL)")
        with op.batch_alter_table("t") as batch_op:
            batch_op.alter_column("a", nullable=False)
            batch_op.execute("UPDATE t SET a = 3")
        """,
    )
    project.run("upgrade", "head")
    assert table(url)["column"] == ("INTEGER", False)


@pytest.mark.parametrize(
    "columns",
    [
        'sa.Column("a", sa.Integer)',
        'sa.Column("a", sa.String(9), primary_key=True)',
    ],
)
def test_a_key_that_is_to_count_on_where_there_is_none(project: Any, columns: str) -> None:
    project.revision(
        "aa1",
        f"""
        op.create_table("t", {columns})
        op.execute("INSERT INTO t VALUES ('1')")
        with op.batch_alter_table("t", recreate="always", table_kwargs={{"sqlite_autoincrement": True}}):
            pass
        """,
    )
    said = project.run("upgrade", "head").err
    assert "sqlite_autoincrement=True where no INTEGER column is the primary key" in said
    assert [str(one) for (one,) in project.rows("SELECT a FROM t")] == ["1"]


@pytest.mark.parametrize(
    "unnamed", ['sa.Column("a", sa.Integer, unique=True)', '*both, sa.UniqueConstraint("a")']
)
def test_a_key_with_a_name_on_the_columns_of_one_without(project: Any, unnamed: str) -> None:
    """Alembic makes it beside the other, which it sees no more when it makes the next table."""
    columns = unnamed.replace("both", '[sa.Column("a", sa.Integer)]')
    project.revision(
        "aa1",
        f"""
        op.create_table("t", {columns}, sa.Column("b", sa.Integer))
        with op.batch_alter_table("t") as batch:
            batch.create_unique_constraint("uq", ["a"])
        """,
    )
    project.revision(
        "bb2",
        """
        with op.batch_alter_table("t") as batch:
            batch.drop_constraint("uq", type_="unique")
            batch.create_unique_constraint("uq", ["a", "b"])
        """,
    )
    assert "the new one takes its place" in project.run("upgrade", "head").err
    keys = sa.inspect(sa.create_engine(f"sqlite:///{project.root}/app.db")).get_unique_constraints("t")
    assert [(key["name"], key["column_names"]) for key in keys] == [("uq", ["a", "b"])]


def test_what_sqlite_refuses_is_sent(project: Any) -> None:
    project.revision("aa1", 'op.create_table("t", sa.Column("a", sa.Integer))')
    project.revision(
        "bb2",
        """
        for change in {"type_": sa.String(9)}, {"nullable": False}, {"server_default": "1"}:
            try:
                op.alter_column("t", "a", **change)
            except sa.exc.OperationalError:
                pass
            else:
                raise AssertionError(change)
        """,
    )
    project.run("upgrade", "head")
    project.revision("cc3", 'op.alter_column("t", "a", existing_type=sa.Integer, type_=sa.String(9))')
    err = project.run("upgrade", "head", status=1).err
    assert "sqlite does not support changing the type of a column: use op.batch_alter_table" in err
    sql = project.run("upgrade", "bb2:cc3", "--sql").out
    assert "ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(9);" in sql
