"""``migrateops convert``: what it writes, that it runs, and the way back."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from migrateops_alembic.converting.imported import outside
from migrateops_alembic.converting.imports import converted

TABLE = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'


def sources(root: Path) -> dict[str, bytes]:
    found = (path for path in root.rglob("*") if path.suffix in (".py", ".ini", ".mako", ".json"))
    return {str(path): path.read_bytes() for path in found if "__pycache__" not in path.parts}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from alembic import op  # kept\n", "from migrateops import op  # kept\n"),
        ("from alembic import op, context\n", "from migrateops import op, context\n"),
        ("from alembic.op import create_table as c\n", "from migrateops.op import create_table as c\n"),
        (
            "from alembic.util import CommandError\n",
            "from migrateops.errors.base import MigrateOpsError as CommandError\n",
        ),
        (
            "if 1:\n    from alembic.operations import Operations, MigrationScript\n",
            dedent(
                """\
                if 1:
                    from migrateops.operations import Operations
                    from migrateops.operations.ops import MigrationScript
                """
            ),
        ),
        ("from alembic.operations import ops as o\n", "from migrateops.operations import ops as o\n"),
        ("x = ( 1,\n  2 )\r\n", "x = ( 1,\n  2 )\r\n"),
        ("from alembicish import op\n", "from alembicish import op\n"),
        ("import alembic\n", "import migrateops\n"),
        ("import alembic.op as o\no.f('x')\n", "import migrateops.op as o\no.f('x')\n"),
        (
            "import os, alembic\nalembic.op.f(alembic.op.f('x'), alembic=1)  # kept\n",
            "import os\nimport migrateops.op\nmigrateops.op.f(migrateops.op.f('x'), alembic=1)  # kept\n",
        ),
        (
            "import alembic\n\ndef f():\n    raise alembic.util.CommandError(alembic.context.config)\n",
            (
                "import migrateops.errors.base\nimport migrateops.context\n\ndef f():\n"
                "    raise migrateops.errors.base.MigrateOpsError(migrateops.context.config)\n"
            ),
        ),
        (
            "from alembic import autogenerate as a, op\na.rewriter.Rewriter()\n",
            "from migrateops import op\nimport migrateops.autogenerate\nmigrateops.autogenerate.Rewriter()\n",
        ),
    ],
)
def test_imports(before: str, after: str) -> None:
    assert converted(before.encode()) == (after.encode(), [])


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import alembic.testing", 2),
        ("from alembic.util import _x", 2),
        ("from alembic.op import *", 2),
        ("import alembic\nprint(alembic.__version__)", 3),
        ("import alembic\nprint(alembic)", 3),
        ("import alembic\nalembic.op.f(alembic.util._x)", 3),
        ("from alembic import util\ndef f(util):\n    util.err()", 3),
        ("from alembic import util\ndef f():\n    from app import util\n    util.more()", 4),
    ],
)
def test_what_is_left(source: str, line: int) -> None:
    text, left = converted(f"\n{source}\n".encode())
    assert text.decode() == f"\n{source}\n"
    assert line in [found for found, _ in left]


def test_a_converted_project_goes_on_where_it_was(project: Any) -> None:
    project.revision("aa1", TABLE, 'op.drop_table("t")')
    project.run("upgrade", "head")
    before = sources(project.root)
    project.revision("bb2", "pass")
    untouched = sources(project.root)
    out = project.run("convert").out
    assert "wrote" in out
    for path, text in sources(project.root).items():
        if path.endswith((".py", ".mako")):
            assert b"alembic" not in text, path
    assert project.run("current").out.startswith("aa1")
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("bb2",)]
    project.run("downgrade", "base")
    assert project.tables() == {"alembic_version"}
    project.run("convert", "--undo")
    assert sources(project.root) == untouched
    assert sources(project.root).items() >= before.items()
    assert project.run("current").out == ""


def test_modules_that_scripts_import_are_turned_with_them(
    project: Any, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path_factory.mktemp("installed") / "installed_for_it.py"
    installed.write_text("def make():\n    from alembic import op\n")
    monkeypatch.syspath_prepend(str(installed.parent))
    project.write("app/__init__.py", "")
    models = "def migrate():\n    import alembic.command\n"
    project.write("app/models.py", models)
    project.write(
        "app/tables.py", "from . import models, naming\nfrom alembic import op\nimport sqlalchemy as sa\n"
    )
    project.write("app/naming.py", "def called():\n    from alembic import op\n    return op.f('t')\n")
    project.write(
        "app/making.py",
        """
        import installed_for_it
        from app.tables import *
        from app import tables

        def make():
            tables.op.create_table(tables.naming.called(), tables.sa.Column("id", tables.sa.Integer))
        """,
    )
    project.revision("aa1", "make()", 'op.drop_table("t")', imports="from app.making import make")
    before = sources(project.root)
    out = project.run("convert").out
    assert out.count("app/") == 2
    project.run("upgrade", "head")
    assert "t" in project.tables()
    assert (project.root / "app/models.py").read_text() == models
    project.run("downgrade", "base")
    project.run("convert", "--undo")
    assert sources(project.root) == before


def test_modules_outside_of_the_project_that_use_alembic_are_named(
    project: Any, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path_factory.mktemp("installed")
    for name, text in {
        "one_module.py": "from alembic import op\n",
        "a_package/__init__.py": "from .inner import make\nimport another\n",
        "a_package/inner.py": "import alembic.op\nraise SystemExit\n",
        "a_package/not_reached.py": "import alembic.op\n",
        "another.py": "import alembic.op\n",
        "calls.py": "import alembic.command\n",
    }.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_text(text)
    monkeypatch.syspath_prepend(str(place))
    project.write("app/making.py", "import one_module\n")
    imports = "from app import making\nfrom a_package import make\nimport calls, not_there"
    project.revision("aa1", TABLE, imports=imports)
    for words in ("--dry-run",), ():
        said = project.run("convert", *words).err
        assert [line for line in said.splitlines() if line.startswith("left ")] == [
            f"left {place}/{module} uses alembic.op, and is imported in {by}"
            for module, by in (
                ("a_package/inner.py", "migrations/versions/aa1_.py"),
                ("one_module.py", "app/making.py"),
            )
        ]
        assert "none of the project's files" in said


def test_a_package_that_many_scripts_import_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "installed" / "a_package").mkdir(parents=True)
    (tmp_path / "installed" / "a_package" / "__init__.py").write_text("from . import inner\n")
    (tmp_path / "installed" / "a_package" / "inner.py").write_text("from alembic import op\n")
    monkeypatch.syspath_prepend(str(tmp_path / "installed"))
    here = tmp_path / "project"
    here.mkdir()
    scripts = [here / f"{name}.py" for name in "abc"]
    for script in scripts:
        script.write_text(f"from a_package import {script.stem}\n")
    read: list[str] = []
    parse = ast.parse
    with monkeypatch.context() as patched:
        patched.setattr(ast, "parse", lambda text: read.append(text) or parse(text))
        found = outside(scripts, [], here)
    assert [path.name for path in found] == ["inner.py"]
    assert len(read) == 5


def test_scripts_may_do_afterwards_what_they_might_do_before(project: Any) -> None:
    env = project.root / "migrations/env.py"
    env.write_text(env.read_text().replace("connection=connection", "connection=connection, nobody_knows=1"))
    project.revision("aa1", TABLE, imports="dialect = op.get_bind().dialect")
    project.revision(
        "bb2",
        """
        op.execute("INSERT INTO t VALUES (1)")
        op.get_bind().commit()
        sa.inspect(op.get_bind().engine)
        with op.batch_alter_table("t", table_kwargs={"sqlite_autoincrement": True}) as batch:
            batch.alter_column("id", nullabe=False)
        """,
    )
    project.run("convert")
    said = project.run("upgrade", "head").err
    for word in ("nobody_knows", "nullabe", "calls commit()", "second connection"):
        assert word in said
    assert project.rows("SELECT id FROM t") == [(1,)]


def test_what_sqlite_refuses_is_sent_afterwards_too(project: Any) -> None:
    """A script may have been written to go on after the error, and SQL may be written."""
    project.revision("aa1", TABLE)
    project.revision(
        "bb2",
        """
        try:
            op.alter_column("t", "id", existing_type=sa.Boolean(create_constraint=True), type_=sa.String(9))
        except sa.exc.OperationalError:
            op.execute("INSERT INTO t VALUES (7)")
        """,
    )
    project.revision("cc3", 'op.alter_column("t", "id", nullable=True)')
    project.run("convert")
    project.run("upgrade", "bb2")
    assert project.rows("SELECT id FROM t") == [(7,)]
    written = project.run("upgrade", "bb2:cc3", "--sql").out
    assert "ALTER TABLE t ALTER COLUMN id DROP NOT NULL;" in written
    said = project.run("upgrade", "head", status=1).err
    assert "sqlite does not support changing NOT NULL of a column: use op.batch_alter_table" in said


def test_dry_run(project: Any) -> None:
    project.revision("aa1", TABLE)
    before = sources(project.root)
    assert "would write" in project.run("convert", "--dry-run").out
    assert sources(project.root) == before


def test_what_cannot_be_converted_stops_all_of_it(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.revision("bb2", "pass", imports="import alembic.testing")
    before = sources(project.root)
    failed = project.run("convert", status=1)
    assert "AL107" in failed.err
    assert "bb2_.py:4: alembic.testing" in failed.err
    assert sources(project.root) == before


def test_keys_of_the_project_go_on_being_there(project: Any) -> None:
    text = (project.root / "alembic.ini").read_text()
    own = "prepend_sys_path = .\nown_key = ${not}%%\nother = %(own_key)s and more"
    project.write("alembic.ini", text.replace("prepend_sys_path = .", own))
    project.revision(
        "aa1",
        """
        config = alembic.context.config
        assert config.get_main_option("own_key") == "${not}%"
        assert config.get_main_option("other") == "${not}% and more"
        alembic.op.create_table("t", sa.Column("id", sa.Integer))
        """,
        imports="import alembic",
    )
    before = sources(project.root)
    project.run("convert")
    assert "import alembic" not in (project.root / "migrations" / "versions" / "aa1_.py").read_text()
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]
    project.run("convert", "--undo")
    assert sources(project.root) == before
    assert project.run("current").out.startswith("aa1 (head)")


def test_keys_of_two_sections_that_can_be_chosen_are_not_mixed(project: Any) -> None:
    text = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", text + "\n[other]\nscript_location = migrations\nown_key = 1\n")
    project.revision("aa1", TABLE)
    before = sources(project.root)
    assert "the key 'own_key' of [other]" in project.run("convert", status=1).err
    assert sources(project.root) == before


def test_edits_are_not_lost_by_going_back(project: Any) -> None:
    path = project.revision("aa1", TABLE)
    project.run("convert")
    path.write_text(path.read_text() + "\n# edited\n")
    before = sources(project.root)
    assert "AL109" in project.run("convert", "--undo", status=1).err
    assert sources(project.root) == before


def test_going_back_names_what_was_written_since(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.run("convert")
    project.run("upgrade", "head")
    project.run("revision", "-m", "later", "--rev-id", "bb2")
    project.revision("cc3", "pass", header='down_revision = "bb2"')
    back = project.run("convert", "--undo")
    assert "left migrations/versions/bb2_later.py\n" in back.err
    assert "cc3" not in back.err
    assert "aa1" not in back.err
    assert "note: what was left" in back.err
    assert "from alembic import op" in back.err


def test_nothing_is_said_where_nothing_was_written_since(project: Any) -> None:
    project.revision("aa1", TABLE)
    project.run("convert")
    assert project.run("convert", "--undo").err == ""


@pytest.mark.parametrize("words", [(), ("-c", "alembic.ini")])
def test_a_second_time_is_refused_and_the_way_back_kept(project: Any, words: tuple[str, ...]) -> None:
    project.revision("aa1", TABLE)
    before = sources(project.root)
    project.run("convert")
    failed = project.run(*words, "convert", status=1)
    assert "error[AL112]" in failed.err
    assert "migrateops convert --undo" in failed.err
    project.run("convert", "--undo")
    assert sources(project.root) == before


def test_nothing_to_take_back(project: Any) -> None:
    assert "AL108" in project.run("convert", "--undo", status=1).err
