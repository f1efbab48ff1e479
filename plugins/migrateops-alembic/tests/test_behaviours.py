"""What scripts of real projects rely on, past the operations themselves."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

TABLE = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String(9)))'


def applied(project: Any) -> list[str]:
    return [row[0] for row in project.rows("SELECT version_num FROM alembic_version")]


def test_the_table_of_create_table_is_inserted_into(project: Any) -> None:
    project.revision(
        "aa1",
        f'made = {TABLE}\nop.bulk_insert(made, [{{"id": 1, "n": "a"}}])\n'
        'op.execute(made.insert().values(id=2, n="b"))',
    )
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM t ORDER BY id") == [(1, "a"), (2, "b")]


def test_a_session_on_the_bind(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.revision(
        "bb2",
        """
        session = Session(bind=op.get_bind())
        session.add(Row(id=5, n="five"))
        session.commit()
        assert session.query(Row).count() == 1
        """,
        imports="""
        from sqlalchemy.orm import Session, declarative_base
        Base = declarative_base()
        class Row(Base):
            __tablename__ = "t"
            id = sa.Column(sa.Integer, primary_key=True)
            n = sa.Column(sa.String)
        """,
    )
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM t") == [(5, "five")]
    assert applied(project) == ["bb2"]


def test_the_inspector_on_the_bind(project: Any) -> None:
    project.revision(
        "aa1",
        f'{TABLE}\nassert [c["name"] for c in sa.inspect(op.get_bind()).get_columns("t")] == ["id", "n"]',
    )
    project.run("upgrade", "head")
    assert applied(project) == ["aa1"]


def test_the_version_table_is_there_before_the_first_step(project: Any) -> None:
    project.revision(
        "aa1",
        f"""
        {TABLE}
        key = sa.inspect(op.get_bind()).get_pk_constraint("alembic_version")
        assert key["constrained_columns"] == ["version_num"]
        """,
    )
    project.run("upgrade", "head")
    assert applied(project) == ["aa1"]


@pytest.mark.parametrize("arguments", ["upgrade head", "stamp heads", "stamp base", "downgrade base"])
def test_a_run_leaves_the_version_table_behind_though_there_is_nothing_to_do(
    project: Any, arguments: str
) -> None:
    project.run("current")
    assert project.tables() == set()
    project.run(*arguments.split())
    assert project.tables() == {"alembic_version"}
    # It finds it then.
    project.run(*arguments.split())


def test_the_context_within_a_script(project: Any) -> None:
    project.revision(
        "aa1",
        """
        found = op.get_context()
        assert context.get_context() is found
        assert context.get_bind() is op.get_bind()
        assert found.as_sql is False
        assert found.dialect.name == "sqlite" == op.get_bind().dialect.name
        assert found.config is context.config
        assert context.config.get_main_option("sqlalchemy.url") == "sqlite:///app.db"
        assert context.config.attributes == {}
        assert found.impl.transactional_ddl in (True, False)
        assert not context.is_offline_mode()
        assert context.get_x_argument(as_dictionary=True) == {"k": "v"}
        """,
        imports="from alembic import context",
    )
    project.run("-x", "k=v", "upgrade", "head")
    assert applied(project) == ["aa1"]


def test_an_autocommit_block(project: Any) -> None:
    project.revision("aa1", f'{TABLE}\nwith op.get_context().autocommit_block():\n    op.execute("VACUUM")')
    project.run("upgrade", "head")
    assert applied(project) == ["aa1"]


def test_offline_the_connection_is_what_writes(project: Any) -> None:
    project.revision(
        "aa1",
        """
        ctx = op.get_context()
        ctx.connection.execute(sa.text("SELECT 'one'"))
        if ctx.connection.engine.name == ctx.connection.dialect.name == "sqlite":
            op.create_table("t", sa.Column("id", sa.Integer))
        table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer))
        with op.batch_alter_table("t", copy_from=table) as b:
            b.alter_column("id", nullable=False)
        """,
    )
    out = project.run("upgrade", "head", "--sql").out
    assert "SELECT 'one';" in out
    assert "CREATE TABLE t (" in out


def test_offline_there_is_no_result_and_no_inspector(project: Any) -> None:
    project.revision(
        "aa1",
        """
        if op.get_context().as_sql:
            assert op.get_bind().execute(sa.text("SELECT 1")) is None
            try:
                sa.inspect(op.get_bind())
            except sa.exc.NoInspectionAvailable:
                op.execute("SELECT 'no inspector'")
        """,
    )
    out = project.run("upgrade", "head", "--sql").out
    assert "SELECT 1;" in out
    assert "SELECT 'no inspector';" in out


def test_current_shows_heads_without_a_row(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.revision("bb2", "pass", header='down_revision = None\nbranch_labels = "other"')
    project.revision("cc3", "pass", header='down_revision = "aa1"\ndepends_on = "bb2"')
    project.run("upgrade", "heads")
    assert applied(project) == ["cc3"]
    # In the short way and in the long one.
    for options in ((), ("-v",), ("--check-heads",)):
        said = project.run("current", *options).out
        listed = [line.removeprefix("Rev: ")[:3] for line in said.splitlines()]
        assert [name for name in ("aa1", "bb2", "cc3") if name in listed] == ["bb2", "cc3"]


def test_merging_heads_leaves_out_what_others_depend_on(project: Any) -> None:
    """Alembic fails with a KeyError where a script follows all three."""
    project.revision("aa1", "pass")
    project.revision("bb2", "pass", header="down_revision = None")
    project.revision("cc3", "pass", header='down_revision = "aa1"\ndepends_on = "bb2"')
    merged = project.revision("dd4", "pass", header="down_revision = None")
    project.run("merge", "heads", "--rev-id", "ee5")
    [written] = (project.root / "migrations" / "versions").glob("ee5*.py")
    assert "down_revision: Union[str, Sequence[str], None] = ('cc3', 'dd4')" in written.read_text()
    written.unlink()
    merged.unlink()
    project.run("merge", "heads", "--rev-id", "ee5")
    [written] = (project.root / "migrations" / "versions").glob("ee5*.py")
    assert "= ('bb2', 'cc3')" in written.read_text()
    project.run("upgrade", "head")
    assert applied(project) == ["ee5"]


def test_batches_by_import_path(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.revision(
        "bb2",
        """
        def change(batch: BatchOperations) -> None:
            assert isinstance(batch, BatchOperations)
            batch.add_column(sa.Column("x", sa.Integer, server_default="1"))
            batch.alter_column("n", existing_type=sa.String(9), nullable=False, server_default="")
            batch.create_unique_constraint(op.f("uq_t_n"), ["n"])
            batch.create_index(batch.f("ix_t_x"), ["x"], unique=False)

        with op.batch_alter_table("t", schema=None) as batch_op:
            change(batch_op)
        """,
        """
        with op.batch_alter_table("t", schema=None) as batch_op:
            batch_op.drop_index(batch_op.f("ix_t_x"))
            batch_op.drop_constraint("uq_t_n", type_="unique")
            batch_op.drop_column("x")
        """,
        imports="""
        from alembic.operations import BatchOperations
        from alembic.operations.base import Operations
        """,
    )
    project.run("upgrade", "head")
    assert project.rows("SELECT name FROM sqlite_master WHERE name = 'ix_t_x'") == [("ix_t_x",)]
    project.run("downgrade", "aa1")
    assert [row[1] for row in project.rows("PRAGMA table_info(t)")] == ["id", "n"]


def test_single_functions_at_module_level(project: Any) -> None:
    project.revision(
        "aa1",
        """
        create_table("t", sa.Column("id", sa.Integer, primary_key=True))
        execute("INSERT INTO t VALUES (3)")
        """,
        imports="from alembic.op import create_table, execute\nimport alembic.op\nimport alembic",
    )
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM t") == [(3,)]


def test_the_operations_behind_op(project: Any) -> None:
    project.revision(
        "aa1", "op.execute(f'CREATE TABLE {op._proxy.migration_context.dialect.name} (a)')\nop._proxy.f('x')"
    )
    assert "note:" not in project.run("upgrade", "head").err
    assert "sqlite" in project.tables()


@pytest.mark.parametrize("url", ["sqlite", "postgresql_url"])
def test_the_bind_at_module_level(project: Any, request: pytest.FixtureRequest, url: str) -> None:
    if url != "sqlite":
        url = request.getfixturevalue(url).replace("%", "%%")
        ini = (project.root / "alembic.ini").read_text()
        project.write("alembic.ini", ini.replace("sqlite:///app.db", url))
    project.revision("aa1", "op.create_table('t', sa.Column('k', sa.Integer, primary_key=True))")
    project.revision(
        "bb2",
        "op.add_column('t', sa.Column('e', kind))",
        "op.drop_column('t', 'e')\nkind.drop(op.get_bind())",
        imports="""
        kind = sa.Enum("x", "y", name="kind")
        kind.create(op.get_bind(), checkfirst=True)
        """,
    )
    project.run("upgrade", "head")
    assert project.run("current").out == "bb2 (head)\n"
    project.run("downgrade", "aa1")
    assert project.run("current").out == "aa1\n"


def test_what_is_imported_wherever_alembic_is(project: Any) -> None:
    project.revision(
        "aa1",
        """
        types = [sa.JSON().with_variant(one(), "postgresql") for one in (sa.dialects.postgresql.JSONB,)]
        op.create_table("t", sa.Column("data", types[0]))
        """,
    )
    # Another test may have imported it.
    done = subprocess.run(
        [sys.executable, "-m", "migrateops", "upgrade", "head"],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert applied(project) == ["aa1"]


def test_modules_of_the_application(project: Any) -> None:
    project.write("app/__init__.py", "")
    project.write(
        "app/steps.py",
        "from alembic import op\n\ndef fill():\n    op.execute('INSERT INTO t VALUES (1, 2)')\n",
    )
    project.revision("aa1", f"{TABLE}\nfill()", imports="from app.steps import fill")
    try:
        project.run("upgrade", "head")
    finally:
        sys.path[:] = [path for path in sys.path if path != str(project.root)]
        for name in ("app", "app.steps"):
            sys.modules.pop(name, None)
    assert project.rows("SELECT * FROM t") == [(1, "2")]


def test_merges(project: Any) -> None:
    project.revision("aa1", TABLE)
    for number in range(12):
        project.revision(f"b{number}", "pass", header='down_revision = "aa1"')
    heads = tuple(f"b{number}" for number in range(12))
    project.revision("cc3", "pass", header=f"down_revision = {heads!r}")
    project.run("upgrade", "head")
    assert applied(project) == ["cc3"]
    project.run("downgrade", "base")
    assert applied(project) == []


def test_two_labelled_branches_tied_by_depends_on(project: Any) -> None:
    project.revision("aa1", TABLE, header='branch_labels = ("first",)')
    project.revision("aa2", "pass")
    project.revision("bb1", "pass", header='down_revision = None\nbranch_labels = ("second",)')
    project.revision("bb2", 'op.execute("INSERT INTO t VALUES (1, 1)")', header='depends_on = "aa2"')
    project.run("upgrade", "second@head")
    assert applied(project) == ["bb2"]
    assert project.rows("SELECT count(*) FROM t") == [(1,)]
    project.run("downgrade", "second@base")
    assert applied(project) == ["aa2"]


FAMILY = """
op.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY, n INTEGER)")
op.execute("CREATE TABLE child (id INTEGER PRIMARY KEY, p INTEGER REFERENCES parent (id) ON DELETE CASCADE)")
op.execute("INSERT INTO parent VALUES (1, 1)")
op.execute("INSERT INTO child VALUES (10, 1)")
"""
BATCH = 'with op.batch_alter_table("parent") as batch_op:\n    batch_op.alter_column("n", type_=sa.String(9))'


def enforced(project: Any) -> None:
    env = (project.root / "migrations" / "env.py").read_text()
    # A listener of the class would stay for the tests behind this one.
    own = env.replace(
        "    with connectable.connect()", "    enforce(connectable)\n    with connectable.connect()"
    )
    project.write(
        "migrations/env.py",
        "from sqlalchemy import event\n\ndef enforce(engine):\n"
        '    event.listen(engine, "connect", lambda c, r: c.execute("PRAGMA foreign_keys=ON"))\n\n' + own,
    )


def test_children_survive_a_batch_that_switches_enforcement_off(project: Any) -> None:
    enforced(project)
    project.revision("aa1", FAMILY)
    project.revision(
        "bb2", f'op.execute("PRAGMA foreign_keys=OFF")\n{BATCH}\nop.execute("PRAGMA foreign_keys=ON")'
    )
    project.run("upgrade", "aa1")
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM child") == [(10, 1)]
    assert project.rows("SELECT * FROM parent") == [(1, "1")]
    assert applied(project) == ["bb2"]


def test_children_survive_one_that_does_not(project: Any) -> None:
    enforced(project)
    project.revision("aa1", FAMILY)
    project.revision("bb2", BATCH)
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM child") == [(10, 1)]
    assert applied(project) == ["bb2"]


def test_options_of_configure(project: Any) -> None:
    env = (project.root / "migrations" / "env.py").read_text()
    more = """connection=connection, version_table="versions", render_as_batch=True,
            compare_type=True, compare_server_default=True, include_object=lambda *a: True,
            include_name=lambda *a: True, render_item=lambda *a: False, user_module_prefix=None,
            alembic_module_prefix="op.", sqlalchemy_module_prefix="sa.", transaction_per_migration=True,
            include_schemas=False, on_version_apply=lambda **kw: print("applied", sorted(kw)),
            process_revision_directives=lambda *a: None, an_option_of_their_own=1,"""
    project.write("migrations/env.py", env.replace("connection=connection,", more))
    project.revision("aa1", TABLE)
    found = project.run("upgrade", "head")
    assert "applied ['ctx', 'heads', 'run_args', 'step']" in found.out
    assert "an_option_of_their_own" in found.out + found.err
    assert project.rows("SELECT * FROM versions") == [("aa1",)]


def test_models_with_a_naming_convention(project: Any) -> None:
    env = (project.root / "migrations" / "env.py").read_text()
    models = """from sqlalchemy import MetaData
target_metadata = MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})"""
    project.write("migrations/env.py", env.replace("target_metadata = None", models))
    project.revision("aa1", 'op.create_table("t", sa.Column("a", sa.Integer, unique=True))')
    project.run("upgrade", "head")
    ((sql,),) = project.rows("SELECT sql FROM sqlite_master WHERE name = 't'")
    assert "CONSTRAINT uq_t_a UNIQUE (a)" in sql


def test_other_dialects_are_asked_for_by_name(project: Any) -> None:
    project.revision(
        "aa1",
        """
        if op.get_context().dialect.name == "postgresql":
            op.execute("no")
        if op.get_bind().engine.name == "sqlite":
            op.execute("CREATE TABLE t (id INTEGER)")
        """,
    )
    project.run("upgrade", "head")
    assert "t" in project.tables()


def test_an_operation_whose_function_does_the_work_itself(project: Any) -> None:
    project.revision(
        "aa1",
        'op.make_table("t")',
        imports="""
        from alembic.operations import MigrateOperation, Operations

        @Operations.register_operation("make_table")
        class MakeTableOp(MigrateOperation):
            @classmethod
            def make_table(cls, operations, name):
                operations.execute(f"CREATE TABLE {name} (id INTEGER)")
        """,
    )
    project.run("upgrade", "head")
    assert "t" in project.tables()


def test_the_options_of_the_command_are_known_to_env_py(project: Any) -> None:
    """As projects ask that leave out empty migrations, and as templates of Flask-Migrate do."""
    env = (project.root / "migrations/env.py").read_text()
    directives = """
def directives(context, revision, scripts):
    asked = config.cmd_opts
    assert (asked.message, asked.sql, asked.rev_id, asked.x) == ("two", False, "bb2", ["a=b"])
    assert (asked.cmd[0].__name__, hasattr(asked, "tag")) == ("revision", False)
    if asked.autogenerate and scripts[0].upgrade_ops.is_empty():
        scripts[:] = []
"""
    models = f"import sqlalchemy\ntarget_metadata = sqlalchemy.MetaData()\n{directives}"
    env = env.replace("target_metadata = None\n", models, 1)
    env = env.replace("=connection,", "=connection, process_revision_directives=directives,", 1)
    project.write("migrations/env.py", env)
    project.revision("aa1", "pass")
    project.run("upgrade", "head")
    project.run("-x", "a=b", "revision", "--autogenerate", "-m", "two", "--rev-id", "bb2")
    assert [path.name for path in (project.root / "migrations/versions").glob("*.py")] == ["aa1_.py"]


@pytest.mark.parametrize("words", [["upgrade", "head"], ["--quiet", "upgrade", "head"]])
def test_the_options_of_an_upgrade_are_known_to_env_py(project: Any, words: list[str]) -> None:
    env = (project.root / "migrations/env.py").read_text()
    project.write(
        "migrations/env.py",
        f"""{env}
asked = config.cmd_opts
assert (asked.revision, asked.sql, asked.tag, asked.x, asked.name) == ("head", False, None, [], None)
assert (asked.cmd[0].__name__, asked.cmd[1], hasattr(asked, "message")) == ("upgrade", ["revision"], False)
assert "sql" in asked.cmd[2] and __import__("copy").copy(asked).revision == "head"
""",
    )
    project.revision("aa1", "pass")
    project.run(*words)


def test_server_defaults_are_compared_where_env_py_asks_for_it(project: Any) -> None:
    env = (project.root / "migrations/env.py").read_text()
    models = """
import sqlalchemy as sa
target_metadata = sa.MetaData()
sa.Table("t", target_metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer,
    server_default="5"))
"""
    env = env.replace("target_metadata = None\n", models)
    project.write("migrations/env.py", env)
    project.revision(
        "aa1",
        """
        columns = [sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer)]
        op.create_table("t", *columns)
        """,
    )
    project.run("upgrade", "head")
    project.run("check")
    for said, status in (("None", 0), ("False", 0), ("True", 4)):
        asked = env.replace("=connection,", f"=connection, compare_server_default={said},")
        project.write("migrations/env.py", asked)
        project.run("check", status=status)


def test_autogenerate_names_a_schema_that_is_not_there_and_writes_nothing_of_it(
    project: Any, postgresql_url: str
) -> None:
    """Alembic's scripts do not make schemas, and ``env.py`` often does."""
    ini = project.root / "alembic.ini"
    ini.write_text(ini.read_text().replace("sqlite:///app.db", postgresql_url))
    project.write(
        "billing_models.py",
        'import sqlalchemy as sa\nmetadata = sa.MetaData(schema="billing")\n'
        'sa.Table("invoice", metadata, sa.Column("id", sa.Integer))\n',
    )
    env = project.root / "migrations" / "env.py"
    env.write_text(
        env.read_text().replace(
            "target_metadata = None", "from billing_models import metadata as target_metadata"
        )
    )
    written = project.run("revision", "--autogenerate", "-m", "x")
    assert "note: schema 'billing' is not in the database, and table 'billing.invoice' is" in written.err
    [script] = (project.root / "migrations" / "versions").glob("*_x.py")
    assert "SCHEMA" not in script.read_text()
    assert 'schema="billing"' in script.read_text()
