"""Programs that use Alembic's API: each is run by the real one and under the alias, and prints the same."""

from __future__ import annotations

import subprocess
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.processes import run_module

peers = import_module("plugins.migrateops-alembic.tests.peer")

INSTALL = "import migrateops_alembic\nmigrateops_alembic.install()\n"
TABLE = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'


def run_ours(module: str, *, root: Path) -> subprocess.CompletedProcess[str]:
    return run_module(module, cwd=root)


def same(project: Any, source: str) -> str:
    """Run a program with both, and return what both have printed."""
    text = dedent(source)
    printed = []
    for run, given in ((peers.run_peer, text), (run_ours, INSTALL + text)):
        (project.root / "app.db").unlink(missing_ok=True)
        project.write("of_both.py", given)
        done = run("of_both", root=project.root)
        assert done.returncode == 0, done.stdout + done.stderr
        printed.append(done.stdout)
    theirs, ours = printed
    assert ours == theirs
    return str(ours)


@pytest.fixture
def branched(project: Any) -> Any:
    """Two branches, one of which the other depends on, and a merge."""
    project.revision("aa1", TABLE, header='branch_labels = ("first",)')
    project.revision("bb2", "pass")
    project.revision("bb3", "pass", header='down_revision = "aa1"')
    project.revision("cc4", "pass", header='down_revision = ("bb2", "bb3")')
    project.revision("dd5", "pass", header='down_revision = None\nbranch_labels = ("second",)')
    project.revision("dd6", "pass", header='depends_on = "cc4"')
    return project


def test_scripts_say_the_same_of_themselves(branched: Any) -> None:
    out = same(
        branched,
        """
        import re
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        directory = ScriptDirectory.from_config(Config("alembic.ini"))
        for script in directory.walk_revisions():
            print(script.cmd_format(False))
            print(script.cmd_format(False, True, True, True))
            print(script.cmd_format(False, tree_indicators=False))
            lines = script.log_entry.splitlines()
            print([sorted(re.split(", |: ", line)) for line in lines])
            print(script.revision, script.down_revision, script.dependencies, sorted(script.branch_labels))
            print(script._all_down_revisions, script._versioned_down_revisions, script._is_real_head)
        found = directory.revision_map
        print(found.heads, found.bases, found._real_heads)
        print([one.revision for one in found.iterate_revisions("dd6", "base")])
        print([one.revision for one in directory.iterate_revisions("cc4", "aa1")])
        print(found.get_revision("dd").revision if False else found.get_revision("dd6").revision)
        print(found.get_current_head("second"))
        """,
    )
    assert "(effective head)" in out


def test_verbose_commands_print_the_same(branched: Any) -> None:
    out = same(
        branched,
        """
        import io
        import re
        from alembic import command
        from alembic.config import Config

        config = Config("alembic.ini")
        # The real one takes labels, and what the database is at, in any order.
        text = io.StringIO()
        command.history(Config("alembic.ini", stdout=text), verbose=True)
        print([sorted(re.split(", |: ", line)) for line in text.getvalue().splitlines()])
        command.heads(config, verbose=True)
        command.heads(config)
        command.heads(config, resolve_dependencies=True)
        command.show(config, "cc4")
        command.upgrade(config, "heads")
        text = io.StringIO()
        command.current(Config("alembic.ini", stdout=text))
        print(sorted(text.getvalue().splitlines()))
        command.history(config, indicate_current=True)
        command.history(config, rev_range="aa1:cc4")
        command.history(config, rev_range=":current")
        """,
    )
    assert "Branch names:" in out


def test_branches_print_the_same(branched: Any) -> None:
    # The real one takes those that follow in any order, in a line as well.
    text = """
    import io
    from alembic import command
    from alembic.config import Config

    config = Config("alembic.ini", stdout=io.StringIO())
    command.branches(config)
    command.branches(config, verbose=True)
    lines = config.stdout.getvalue().splitlines()
    print(sorted(" ".join(sorted(line.replace(",", "").split())) for line in lines))
    """
    assert "->" in same(branched, text)


def test_the_graph_of_a_program(project: Any) -> None:
    same(
        project,
        """
        from alembic.script.revision import Revision, RevisionMap, ResolutionError, tuple_rev_as_scalar

        found = RevisionMap(
            lambda: [Revision("a1", None, branch_labels="x"), Revision("b2", "a1"), Revision("c3", ("b2",))]
        )
        print([one.revision for one in found.iterate_revisions("heads", "base")])
        print(found.heads, found.bases, found.get_current_head())
        print(found.get_revision("b2").down_revision, found.get_revision("b2").nextrev == {"c3"})
        print([one.revision for one in found.get_revisions(("a1", "heads"))])
        try:
            found.get_revision("zz")
        except ResolutionError:
            print("ResolutionError")
        print(tuple_rev_as_scalar(("a",)), tuple_rev_as_scalar(("a", "b")), tuple_rev_as_scalar(()))
        """,
    )


def test_the_command_line(branched: Any) -> None:
    same(
        branched,
        """
        import contextlib
        import io
        from alembic.config import CommandLine, Config, main

        line = CommandLine(prog="own")
        line.parser.add_argument("--tenant", default="none")
        options = line.parser.parse_args(["--tenant", "acme", "-c", "alembic.ini", "upgrade", "aa1"])
        config = Config(options.config[0], ini_section=options.name, cmd_opts=options)
        print(options.tenant, options.revision, options.sql, options.cmd[0].__name__)
        line.run_cmd(config, options)
        line.run_cmd(config, line.parser.parse_args(["current"]))

        def greet(config, who, message="hello"):
            "Greet."
            print(message, who, config.get_main_option("script_location").rpartition("/")[2])

        line.register_command(greet)
        line.main(["greet", "-m", "good day", "world"])
        main(["-x", "a=b", "stamp", "cc4"])
        main(argv=["current"])
        main(["history", "-r", "aa1:cc4", "-i"])
        main(["heads", "-v"])
        for wrong in (["upgrade", "nowhere"], ["nothing"], []):
            try:
                # What is wrong is said in other words.
                with contextlib.redirect_stdout(io.StringIO()):
                    main(wrong)
            except SystemExit as end:
                print(bool(end.code))
        try:
            main(["--raiseerr", "upgrade", "nowhere"])
        except Exception as error:
            print("raised")

        class Own(CommandLine):
            def main(self, argv=None):
                options = self.parser.parse_args(argv)
                self.run_cmd(Config("alembic.ini", cmd_opts=options), options)

        Own().main(["current"])
        """,
    )


def test_steps_that_a_program_asks_for(branched: Any) -> None:
    same(
        branched,
        """
        import sqlalchemy as sa
        from alembic.config import Config
        from alembic.runtime.environment import EnvironmentContext
        from alembic.runtime.migration import MigrationContext
        from alembic.script import ScriptDirectory

        config = Config("alembic.ini")
        script = ScriptDirectory.from_config(config)

        def up(rev, context):
            return script._upgrade_revs("cc4", rev)

        with EnvironmentContext(config, script, fn=up, destination_rev="cc4") as environment:
            script.run_env()
        engine = sa.create_engine("sqlite:///app.db", poolclass=sa.NullPool)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection)
            print(context.get_current_revision(), context.get_current_heads())
            print({one.revision for one in script.get_all_current(context.get_current_heads())})
        with engine.connect() as connection:
            with EnvironmentContext(config, script) as environment:
                environment.configure(
                    connection=connection, fn=lambda rev, context: script._downgrade_revs("aa1", rev)
                )
                with environment.begin_transaction():
                    environment.run_migrations()
        with engine.connect() as connection:
            print(MigrationContext.configure(connection).get_current_heads())
            print(sorted(sa.inspect(connection).get_table_names()))
        with engine.begin() as connection:
            MigrationContext.configure(connection).stamp(script, "heads")
        with engine.connect() as connection:
            print(sorted(MigrationContext.configure(connection).get_current_heads()))
        """,
    )


def test_operations_of_a_program(project: Any) -> None:
    same(
        project,
        """
        import sqlalchemy as sa
        from alembic.migration import MigrationContext
        from alembic.operations import Operations

        engine = sa.create_engine("sqlite://")
        with engine.connect() as connection:
            found = MigrationContext.configure(connection)
            op = Operations(found)
            with found.begin_transaction():
                op.create_table("own", sa.Column("id", sa.Integer, primary_key=True))
                op.impl.add_column("own", sa.Column("n", sa.Integer))
                with op.batch_alter_table("own") as batch:
                    print(batch.impl.table_name, batch.impl.schema)
            print([one["name"] for one in sa.inspect(connection).get_columns("own")])
            print(found.impl.__dialect__, found.impl.dialect.name, found.impl.bind is connection)
        """,
    )


def test_what_is_small(project: Any) -> None:
    project.write("own.py", "VALUE = 7\n")
    project.write("text.mako", "hello ${name}\n")
    same(
        project,
        """
        from alembic import util
        from alembic.util import Dispatcher, PriorityDispatcher, PriorityDispatchResult, DispatchPriority
        from alembic.util.pyfiles import load_python_file, template_to_file
        from alembic.util import sqla_compat
        import sqlalchemy as sa

        print(load_python_file(".", "own.py").VALUE, util.load_python_file is load_python_file)
        template_to_file("text.mako", "text.txt", "utf-8", name="you")
        print(open("text.txt").read().strip())

        table = Dispatcher()

        @table.dispatch_for(sa.types.TypeEngine)
        def general(one):
            return "general"

        @table.dispatch_for(sa.Integer, qualifier="sqlite")
        def special(one):
            return "special"

        print(table.dispatch(sa.String())(1), table.dispatch(sa.BigInteger(), "sqlite")(1))
        print(table.branch().dispatch(sa.Integer)(1))
        try:
            table.dispatch("nothing")
        except ValueError:
            print("ValueError")

        order = []
        called = PriorityDispatcher()
        called.dispatch_for("x", priority=DispatchPriority.LAST, subgroup="g")(lambda: order.append("last"))
        called.dispatch_for("x", subgroup="g")(
            lambda: order.append("stop") or PriorityDispatchResult.STOP
        )
        called.dispatch_for("x", priority=DispatchPriority.FIRST)(lambda: order.append("first"))
        called.dispatch("x")()
        print(order)

        t = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.UniqueConstraint("a"))
        (unique,) = (one for one in t.constraints if isinstance(one, sa.UniqueConstraint))
        print(sqla_compat._table_for_constraint(unique).name, sqla_compat.AUTOINCREMENT_DEFAULT)
        print([one.name for one in sqla_compat._columns_for_constraint(unique)], sqla_compat.sqla_2_1)
        print(sqla_compat.is_expression_index(sa.Index("i", sa.func.lower(t.c.a))))
        print(sqla_compat.constraint_name_or_none(unique.name))
        print(util.asbool("true"), util.to_tuple("a"), util.to_list(None, []), util.unique_list([1, 2, 1]))
        """,
    )


def test_renderers_made_of_pieces(project: Any) -> None:
    same(
        project,
        """
        import sqlalchemy as sa
        from alembic.autogenerate import render_python_code, renderers
        from alembic.autogenerate.api import AutogenContext
        from alembic.autogenerate.render import _add_column, _render_cmd_body, _repr_type
        from alembic.operations import ops

        class Own(ops.AddColumnOp):
            pass

        @renderers.dispatch_for(Own)
        def render(context, op):
            return _add_column(context, op).replace("add_column", "add_own").replace('"', "'")

        op = Own("t", sa.Column("n", sa.Integer(), nullable=True))
        lines = [line.strip() for line in render_python_code(ops.UpgradeOps([op])).splitlines()]
        print([line for line in lines if line[:1] != "#"])
        """,
    )


def test_a_program_that_runs_the_steps_itself(project: Any) -> None:
    found = same(
        project,
        """
        from contextlib import redirect_stdout
        from io import StringIO
        from pathlib import Path
        import sqlalchemy as sa
        from alembic import autogenerate
        from alembic.config import Config
        from alembic.operations import Operations
        from alembic.runtime.environment import EnvironmentContext
        from alembic.script import ScriptDirectory

        for path in Path("migrations/versions").glob("*.py"):
            path.unlink()
        config = Config("alembic.ini")
        script = ScriptDirectory.from_config(config)
        environment = EnvironmentContext(config, script)
        metadata = sa.MetaData()
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
        engine = sa.create_engine("sqlite:///app.db", poolclass=sa.NullPool)
        names = ("sql", "splice", "branch_label", "version_path", "depends_on")
        arguments = {"message": "made", "rev_id": "aa1", "head": ["head"], **dict.fromkeys(names)}
        made = autogenerate.RevisionContext(config, script, arguments)

        def revise(revision, context):
            made.run_autogenerate(revision, context)
            return []

        with engine.connect() as connection:
            environment.configure(connection=connection, target_metadata=metadata)
            context = environment.get_context()
            for number, function in enumerate([
                revise,
                lambda revision, context: script._upgrade_revs("head", revision),
                lambda revision, context: script._downgrade_revs("base", revision),
            ]):
                with context.begin_transaction():
                    context._migrations_fn = function
                    with Operations.context(context):
                        context.run_migrations()
                if not number:
                    # The real one says what it writes.
                    with redirect_stdout(StringIO()):
                        scripts = list(made.generate_scripts())
                    print([one.revision for one in scripts], len(made.generated_revisions))
                print("t" in sa.inspect(connection).get_table_names(), context.get_current_heads())
        """,
    )
    assert "True ('aa1',)" in found
