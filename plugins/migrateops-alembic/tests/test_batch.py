"""Batches whose table is made anew as Alembic makes it, where the pack would not, or not so."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops_alembic.api import impl

peers = import_module("plugins.migrateops-alembic.tests.peer")
same_text = import_module("plugins.migrateops-alembic.tests.test_offline_sql").same_text

GIVEN = """
given = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.String(3), index=True),
    sa.Column("c", sa.Enum("x", "y", name="kind")), sa.UniqueConstraint("a", "b", name="uq"))
with op.batch_alter_table("t", recreate="always", copy_from=given) as b:
    b.alter_column("a", type_=sa.String(9), nullable=False, server_default="q", new_column_name="z")
    b.drop_column("b")
    b.add_column(sa.Column("d", sa.Integer))
    b.create_foreign_key("fk", "p", ["d"], ["id"], ondelete="CASCADE")
    b.create_index("ix", ["d"])
"""


@pytest.mark.parametrize("url", ["postgresql+psycopg://", "mysql+pymysql://"])
def test_the_statements_are_those_of_the_real_one(project: Any, url: str) -> None:
    project.revision("aa1", GIVEN.replace("\n    sa.", " sa."))
    same_text(project, url)


MADE = """
op.create_table("p", sa.Column("id", sa.Integer, primary_key=True))
op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.String(20)),
    sa.Column("b", sa.Integer, sa.ForeignKey("p.id", name="fk_b")), sa.UniqueConstraint("a", name="uq"))
op.create_index("ix_b", "t", ["b"])
op.execute("INSERT INTO t (id, a) VALUES (7, 'x')")
"""
CHANGED = """
with op.batch_alter_table("t", recreate="always", partial_reordering=[("b", "a")]) as batch_op:
    batch_op.alter_column("a", nullable=False)
    batch_op.add_column(sa.Column("c", sa.Integer, server_default="4"), insert_after="id")
"""


def described(url: str) -> list[Any]:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    inspector = sa.inspect(engine)
    found: list[Any] = [(column["name"], column["nullable"]) for column in inspector.get_columns("t")]
    found += [each["name"] for each in (*inspector.get_foreign_keys("t"), *inspector.get_indexes("t"))]
    with engine.connect() as connection:
        found.append(tuple(connection.exec_driver_sql("SELECT id, c, b, a FROM t").one()))
    engine.dispose()
    return found


def pointed(project: Any, url: str) -> None:
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text.replace("sqlite:///app.db", url.replace("%", "%%")))


def test_a_new_table_on_a_server_that_could_change_it(project: Any, postgresql_url: str) -> None:
    pointed(project, postgresql_url)
    project.revision("aa1", MADE.replace("\n    sa.", " sa."))
    project.revision("bb2", CHANGED)
    project.run("upgrade", "head")
    # What waits for no other column comes first.
    assert described(postgresql_url) == [
        *[("id", False), ("b", True), ("a", False), ("c", True)],
        *["fk_b", "ix_b", "uq"],
        (7, 4, None, "x"),
    ]


@pytest.mark.parametrize(
    ("groups", "where", "order"),
    [
        ('[("b", "a")]', 'insert_after="a"', "bcdefaz"),
        ('[("c", "a"), ("f", "d")]', 'insert_before="d"', "bcefzad"),
        ("[]", 'insert_after="a"', "azbcdef"),
    ],
)
def test_the_order_of_columns(project: Any, groups: str, where: str, order: str) -> None:
    # The orders are those of Alembic 1.20.1.
    project.revision(
        "aa1",
        f"""
        op.create_table("t", *(sa.Column(name, sa.Integer) for name in "abcdef"))
        with op.batch_alter_table("t", recreate="always", partial_reordering={groups}) as batch_op:
            batch_op.add_column(sa.Column("z", sa.Integer), {where})
            batch_op.alter_column("e", existing_type=sa.Integer, insert_before="f")
        """,
    )
    project.run("upgrade", "head")
    assert "".join(row[1] for row in project.rows("PRAGMA table_info(t)")) == order


@pytest.mark.parametrize(
    ("changes", "order"),
    [
        # What is added waits for the last column; where that goes, for none.
        ("+z -d", "azbc"),
        ("-d +z", "abcz"),
        ("+y +z -d -c", "ayzb"),
        ("+y -d +z", "aybcz"),
        ("+y +z -a +a -c -d", "byza"),
        ("+y -b +b +z", "acdybz"),
        ("-d +d +z", "abcdz"),
        ("+z -z", "abcd"),
    ],
)
def test_the_order_of_columns_that_come_and_go_together(project: Any, changes: str, order: str) -> None:
    # The orders are those of Alembic 1.20.1, but for the last, where it fails.
    calls = {"+": "    batch.add_column(sa.Column({!r}, sa.Integer))", "-": "    batch.drop_column({!r})"}
    body = "\n".join(calls[sign].format(name) for sign, name in changes.split())
    project.revision("aa1", 'op.create_table("t", *(sa.Column(name, sa.Integer) for name in "abcd"))')
    project.revision(
        "bb2",
        f'op.execute("INSERT INTO t VALUES (1, 2, 3, 4)")\nwith op.batch_alter_table("t") as batch:\n{body}',
    )
    project.run("upgrade", "head")
    assert "".join(row[1] for row in project.rows("PRAGMA table_info(t)")) == order
    kept = [name for name in order if name in "abcd" and f"+{name}" not in changes]
    assert project.rows(f"SELECT {', '.join(kept)} FROM t") == [
        tuple("abcd".index(name) + 1 for name in kept)
    ]


OWN = """
from alembic.ddl.sqlite import SQLiteImpl
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite


class Own(SQLiteDialect_pysqlite):
    name = "own"
    supports_statement_cache = True


class OwnImpl(SQLiteImpl):
    __dialect__ = "own"

    def prep_table_for_batch(self, batch_impl, table):
        assert list(batch_impl.new_table.c) and table.name == "t"
        self.execute("INSERT INTO p VALUES (99)")
"""


@pytest.fixture
def own_impls() -> Iterator[None]:
    yield
    impl._impls.clear()


@pytest.mark.usefixtures("own_impls")
def test_a_dialect_whose_class_says_that_a_batch_needs_a_new_table(project: Any) -> None:
    project.write("own_of_batch.py", OWN)
    env = (project.root / "migrations" / "env.py").read_text()
    registered = "from sqlalchemy.dialects import registry\nregistry.register('own', 'own_of_batch', 'Own')\n"
    project.write("migrations/env.py", registered + env)
    pointed(project, "own:///app.db")
    project.revision("aa1", MADE.replace("\n    sa.", " sa."))
    project.revision(
        "bb2",
        """
        with op.batch_alter_table("t") as batch_op:
            batch_op.add_column(sa.Column("c", sa.Integer, server_default="4"))
        with op.batch_alter_table("t") as batch_op:
            batch_op.drop_constraint("uq", type_="unique")
            batch_op.alter_column("a", nullable=False)
        """,
    )
    project.run("upgrade", "head")
    # The first batch was a column alone.
    assert project.rows("SELECT id FROM p") == [(99,)]
    assert described(f"sqlite:///{project.root}/app.db") == [
        *[("id", False), ("a", False), ("b", True), ("c", True)],
        *["fk_b", "ix_b"],
        (7, 4, None, "x"),
    ]


ADDED = """
from alembic.operations import ops
from alembic.operations.base import BatchOperations, Operations
from alembic.operations.batch import ApplyBatchImpl, BatchOperationsImpl
from sqlalchemy import ForeignKeyConstraint


@Operations.register_operation("drop_references")
@BatchOperations.register_operation("drop_references", "batch_drop_references")
class DropReferencesOp(ops.MigrateOperation):
    def __init__(self, field_name, table_name):
        self.field_name, self.table_name = field_name, table_name

    @classmethod
    def drop_references(cls, operations):
        raise RuntimeError

    @classmethod
    def batch_drop_references(cls, operations, field_name):
        return operations.invoke(cls(field_name, operations.impl.table_name))


@Operations.implementation_for(DropReferencesOp)
def drop_references(operations, operation):
    operations.impl.drop_references(operation.field_name)


def dropped(self, column_name):
    for constraint in self.unnamed_constraints:
        if isinstance(constraint, ForeignKeyConstraint) and constraint.column_keys == [column_name]:
            self.unnamed_constraints.remove(constraint)
            break


def noted(self, column):
    self.batch.append(("drop_references", (column,), {}))


BatchOperationsImpl.drop_references = noted
ApplyBatchImpl.drop_references = dropped
"""


def test_changes_that_a_project_adds_to_those_of_a_batch(project: Any) -> None:
    env = (project.root / "migrations" / "env.py").read_text()
    project.write("migrations/env.py", f"{ADDED}\n{env}")
    project.revision("aa1", MADE.replace("\n    sa.", " sa.").replace(', name="fk_b"', ""))
    project.revision(
        "bb2",
        """
        with op.batch_alter_table("t") as batch_op:
            batch_op.add_column(sa.Column("c", sa.Integer, server_default="4"))
            batch_op.drop_references("b")
        """,
    )
    project.run("upgrade", "head")
    assert described(f"sqlite:///{project.root}/app.db") == [
        *[("id", False), ("a", True), ("b", True), ("c", True)],
        "ix_b",
        (7, 4, None, "x"),
    ]


def test_a_table_is_not_renamed_while_it_is_built_anew(project: Any, postgresql_url: str) -> None:
    pointed(project, postgresql_url)
    project.revision("aa1", MADE.replace("\n    sa.", " sa."))
    project.revision(
        "bb2",
        CHANGED + '    batch_op.invoke(ops.RenameTableOp("t", "u"))\n',
        imports="from alembic.operations import ops",
    )
    said = project.run("upgrade", "head", status=1).err
    assert "error[MO313]: rename_table: " in said
    assert "hint: rename it behind the batch" in said


SAID = {
    "constraint": 'table_args=[sa.UniqueConstraint("a", name="uq")]',
    "order": 'partial_reordering=[("c", "a")]',
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
@pytest.mark.parametrize(
    ("change", "anew"),
    [
        ("pass", False),
        ('batch.add_column(sa.Column("d", sa.Integer))', False),
        ('batch.create_index("ix", ["c"])', False),
        ('batch.add_column(sa.Column("d", sa.Integer, server_default=sa.text("(1 + 1)")))', True),
        ('batch.drop_column("b")', True),
    ],
)
def test_what_is_said_of_a_new_table_counts_where_there_is_one(
    project: Any, change: str, said: str, anew: bool
) -> None:
    project.revision(
        "aa1", 'op.create_table("t", *(sa.Column(name, sa.Integer) for name in "abc"))', 'op.drop_table("t")'
    )
    project.revision("bb2", f'with op.batch_alter_table("t", {said}) as batch:\n    {change}')
    outcomes = []
    for run in (peers.peer, peers.ours):
        run(project.root, "upgrade", "head")
        columns = [name for _, name, *_ in project.rows("PRAGMA table_info(t)")]
        outcomes.append((columns, project.rows("SELECT name FROM sqlite_master ORDER BY name")))
        run(project.root, "downgrade", "base")
    assert outcomes[0] == outcomes[1]
    columns, names = outcomes[0]
    assert (("sqlite_autoindex_t_1",) in names or columns.index("c") < columns.index("a")) is anew


@pytest.mark.parametrize("said", SAID.values(), ids=SAID)
def test_what_is_said_of_a_new_table_where_none_may_be_made(project: Any, said: str) -> None:
    project.revision(
        "aa1", 'op.create_table("t", *(sa.Column(name, sa.Integer) for name in "abc"))', 'op.drop_table("t")'
    )
    change = 'batch.add_column(sa.Column("d", sa.Integer))'
    project.revision(
        "bb2", f'with op.batch_alter_table("t", recreate="never", {said}) as batch:\n    {change}'
    )
    found = []
    for run in (peers.peer, peers.ours):
        run(project.root, "upgrade", "head")
        found.append(project.rows("SELECT name FROM pragma_table_info('t')"))
        run(project.root, "downgrade", "base")
    assert found[0] == found[1] == [("a",), ("b",), ("c",), ("d",)]


def test_a_table_that_is_not_there_and_no_change(project: Any) -> None:
    project.revision("aa1", f'with op.batch_alter_table("t", {SAID["constraint"]}):\n    pass')
    project.run("upgrade", "head")
    assert project.tables() == {"alembic_version"}


NAMED = {
    "of the convention": "ck_%(table_name)s_%(constraint_name)s",
    "with signs": "ck_`%(constraint_name)s`",
}


@pytest.mark.parametrize("convention", NAMED.values(), ids=NAMED)
def test_a_check_is_dropped_by_what_the_convention_makes_its_name(project: Any, convention: str) -> None:
    env = project.root / "migrations" / "env.py"
    metadata = f"sqlalchemy.MetaData(naming_convention={{'ck': {convention!r}}})"
    named = f"import sqlalchemy\ntarget_metadata = {metadata}"
    env.write_text(env.read_text().replace("target_metadata = None", named))
    check = """sa.CheckConstraint("k IN ('a', 'b')", name="kind")"""
    project.revision(
        "aa1", f'op.create_table("t", sa.Column("k", sa.String(9), {check}))', 'op.drop_table("t")'
    )
    project.revision(
        "bb2",
        """
        with op.batch_alter_table("t") as batch:
            batch.add_column(sa.Column("n", sa.Integer))
            batch.drop_constraint("kind", type_="check")
            batch.create_check_constraint("kind", "k IN ('a', 'c')")
        """,
    )
    project.revision(
        "cc3",
        """
        with op.batch_alter_table("t") as batch:
            batch.drop_constraint(op.f(%r), type_="check")
        """
        % (convention % {"table_name": "t", "constraint_name": "kind"}),
    )
    checks = []
    for run in (peers.peer, peers.ours):
        for revision in ("bb2", "cc3"):
            run(project.root, "upgrade", revision)
            engine = sa.create_engine(f"sqlite:///{project.root}/app.db", poolclass=sa.NullPool)
            checks.append(sa.inspect(engine).get_check_constraints("t"))
        run(project.root, "downgrade", "base")
    assert checks[:2] == checks[2:]
    assert [len(each) for each in checks] == [1, 0, 1, 0]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ('drop_constraint("uq", type_="unique")', "ValueError"),
        ('drop_constraint(None, type_="unique")', "ValueError"),
        ('drop_column("no")', "KeyError"),
        ('alter_column("no", nullable=False)', "KeyError"),
    ],
)
def test_scripts_go_on_where_something_is_not_there(project: Any, change: str, error: str) -> None:
    project.revision(
        "aa1",
        f"""
        columns = sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer, unique=True)
        op.create_table("t", *columns)
        try:
            with op.batch_alter_table("t") as batch:
                batch.{change}
        except {error}:
            op.add_column("t", sa.Column("without", sa.Integer))
        """,
    )
    project.run("upgrade", "head")
    assert project.rows("SELECT name FROM pragma_table_info('t')") == [("id",), ("n",), ("without",)]


def test_columns_of_a_new_primary_key_may_be_null_as_before(project: Any) -> None:
    project.revision(
        "aa1",
        """
        op.create_table("t", sa.Column("a", sa.String(9)), sa.Column("b", sa.Integer, nullable=False))
        op.execute("INSERT INTO t VALUES (NULL, 1)")
        with op.batch_alter_table("t") as batch:
            batch.create_primary_key("pk", ["a", "b"])
        """,
    )
    project.run("upgrade", "head")
    found = project.rows("SELECT name, \"notnull\", pk FROM pragma_table_info('t')")
    assert found == [("a", 0, 1), ("b", 1, 2)]
    assert project.rows("SELECT * FROM t") == [(None, 1)]
