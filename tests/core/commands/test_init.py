"""Every template makes a project that works: its first script, up, down, and as SQL."""

from __future__ import annotations

import sqlite3
import sys
import types
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from migrateops.errors.commands import TemplateDirectoryMissing, UnknownTemplate
from migrateops.errors.scripts import TemplateFailed
from tests.project import Project

MODELS = """
import sqlalchemy as sa

one, two = sa.MetaData(), sa.MetaData()
sa.Table("customer", one, sa.Column("id", sa.Integer, primary_key=True))
sa.Table("purchase", two, sa.Column("id", sa.Integer, primary_key=True))
"""


@pytest.fixture
def made(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A directory with models and nothing else."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    for path in sorted(project.root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    project.write("models_of_init.py", MODELS)
    yield project
    sys.modules.pop("models_of_init", None)


def tables(url: str | Path) -> set[str]:
    engine = sa.create_engine(f"sqlite:///{url}" if isinstance(url, Path) else url, poolclass=sa.NullPool)
    return set(sa.inspect(engine).get_table_names()) - {"migrateops_version"}


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


@pytest.mark.parametrize("template", ["plain", "generic", "async", "pyproject", "pyproject_async"])
def test_one_database(made: Project, template: str) -> None:
    made.run("init", "-t", template)
    file = made.root / ("pyproject.toml" if "pyproject" in template else "migrateops.toml")
    change(file, '# models = "app.models:Base.metadata"', 'models = "models_of_init:one"')
    made.run("revision", "--autogenerate", "-m", "first", "--rev-id", "aa1")
    sql = made.run("upgrade", "head", "--sql").stdout
    assert not (made.root / "app.db").exists()
    made.run("upgrade")
    assert tables(made.root / "app.db") == {"customer"}
    assert made.run("current").stdout == "aa1 (head), first\n"
    made.run("downgrade", "base")
    assert tables(made.root / "app.db") == set()
    assert made.run("current").stdout == ""
    with closing(sqlite3.connect(made.root / "from_sql.db")) as connection:
        connection.executescript(sql)
    assert tables(made.root / "from_sql.db") == {"customer"}


def several(made: Project, *options: str, first: str = "", second: str = "") -> Project:
    """Make a project with two databases, each with models of its own."""
    made.run("init", "-t", "multidb", *options)
    file = next(path for path in made.root.iterdir() if path.suffix in (".toml", ".ini"))
    text = file.read_text()
    text = text.replace("sqlite:///engine1.db", first or "sqlite:///engine1.db")
    text = text.replace("sqlite:///engine2.db", second or "sqlite:///engine2.db")
    for name, place in (("one", "models"), ("two", "more_models")):
        text = text.replace(f"# models = app.{place}:Base.metadata", f"models = models_of_init:{name}")
        text = text.replace(f'# models = "app.{place}:Base.metadata"', f'models = "models_of_init:{name}"')
    file.write_text(text)
    return made


@pytest.mark.parametrize("option", ["--package", "--pyproject", "--ini"])
def test_two_databases(made: Project, option: str) -> None:
    several(made, option)
    one, two = made.root / "engine1.db", made.root / "engine2.db"
    made.run("revision", "--autogenerate", "-m", "first", "--rev-id", "aa1")
    assert made.run("upgrade", "head", "--sql").stdout == ""
    assert not one.exists()
    for path in (one, two):
        with closing(sqlite3.connect(path.with_suffix(".from_sql"))) as connection:
            connection.executescript(path.with_suffix(".sql").read_text())
    made.run("upgrade")
    for suffix in (".db", ".from_sql"):
        assert (tables(one.with_suffix(suffix)), tables(two.with_suffix(suffix))) == (
            {"customer"},
            {"purchase"},
        )
    at_head = "sqlite:///{}.db: aa1 (head), first\n"
    assert made.run("current").stdout == at_head.format("engine1") + at_head.format("engine2")
    made.run("-n", "engine2", "downgrade", "base")
    assert (tables(one), tables(two)) == ({"customer"}, set())
    made.run("upgrade")
    assert (tables(one), tables(two)) == ({"customer"}, {"purchase"})
    assert made.run("check", check=False).returncode == 0
    made.run("downgrade", "base")
    assert (tables(one), tables(two)) == (set(), set())


def test_a_url_is_for_one_database(made: Project) -> None:
    several(made)
    made.run("revision", "--autogenerate", "--rev-id", "aa1")
    url = f"sqlite:///{made.root}/other.db"
    result = made.run("upgrade", "--url", url, check=False)
    assert result.stderr.startswith("error[MO270]: ")
    assert list(made.root.glob("*.db")) == [], result.stderr
    made.run("-n", "engine2", "upgrade", "--url", url)
    assert tables(made.root / "other.db") == {"purchase"}


def test_a_new_script_offline_writes_no_sql(made: Project) -> None:
    several(made)
    file = made.root / "migrateops.toml"
    change(file, "[databases.engine1]", "revision_environment = true\n[databases.engine1]")
    made.run("revision", "--sql", "-m", "x")
    assert list(made.root.glob("*.sql")) == []


@pytest.fixture
def on_two_servers(made: Project, postgresql_url: str) -> tuple[Project, str]:
    return several(made, first=postgresql_url), postgresql_url


def test_databases_of_two_kinds(on_two_servers: tuple[Project, str]) -> None:
    made, url = on_two_servers
    made.run("revision", "--autogenerate", "-m", "first", "--rev-id", "aa1")
    made.run("upgrade")
    assert (tables(url), tables(made.root / "engine2.db")) == ({"customer"}, {"purchase"})
    made.run("upgrade", "head", "--sql")
    assert "BEGIN" in (made.root / "engine1.sql").read_text()
    made.run("downgrade", "-1")
    assert (tables(url), tables(made.root / "engine2.db")) == (set(), set())


def test_where_one_database_fails_the_command_goes_on_from_there(made: Project) -> None:
    several(made)
    made.run("revision", "--autogenerate", "-m", "first", "--rev-id", "aa1")
    script = next((made.root / "migrations" / "versions").glob("*.py"))
    intact = script.read_text()
    script.write_text(intact.replace('"purchase",\n', '"purchase", "no column",\n', 1))
    assert "MO" in made.run("upgrade", check=False).stderr
    one, two = made.root / "engine1.db", made.root / "engine2.db"
    assert (tables(one), tables(two)) == ({"customer"}, set())
    script.write_text(intact)
    made.run("upgrade")
    assert (tables(one), tables(two)) == ({"customer"}, {"purchase"})


def test_two_phases_commit_all_or_nothing(on_two_servers: tuple[Project, str]) -> None:
    made, url = on_two_servers
    file = made.root / "migrateops.toml"
    change(file, "sqlite:///engine2.db", url)
    # One database for both, so that each needs a version table of its own.
    change(file, "[databases.engine2]", '[databases.engine2]\nversion_table = "v2"')
    change(made.root / "migrations" / "env.py", "USE_TWOPHASE = False", "USE_TWOPHASE = True")
    made.run("revision", "-m", "first", "--rev-id", "aa1")
    script = next((made.root / "migrations" / "versions").glob("*.py"))
    for name in ("engine1", "engine2"):
        head = f"def upgrade_{name}() -> None:\n"
        change(script, f"{head}    pass", f'{head}    op.create_table("{name}", sa.Column("id", sa.Integer))')
    result = made.run("upgrade", check=False)
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        possible = connection.scalar(sa.text("SHOW max_prepared_transactions")) != "0"
        count = "SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database()"
        assert connection.scalar(sa.text(count)) == 0
    assert (result.returncode == 0) is possible
    assert tables(url) - {"v2"} == ({"engine1", "engine2"} if possible else set())


def test_a_plain_revision_has_a_function_for_every_database(made: Project) -> None:
    several(made)
    file = made.root / "migrateops.toml"
    change(file, "[databases.engine2]", '[databases."no-2.b"]')
    config = Config.find(made.root)
    [written] = command.revision(config, rev_id="aa1")
    namespace = types.ModuleType("script")
    exec(Path(written.path).read_text(), namespace.__dict__)
    assert {name for name in vars(namespace) if name.startswith("upgrade")} == {
        "upgrade",
        "upgrade_engine1",
        "upgrade_no_2_b",
    }
    for name in ("engine1", "no-2.b", "a database that came later"):
        namespace.upgrade(name)
        namespace.downgrade(name)


def test_names_of_databases_that_python_cannot_tell_apart(made: Project) -> None:
    several(made)
    file = made.root / "migrateops.toml"
    change(file, "[databases.engine1]", '[databases."a-b"]')
    change(file, "[databases.engine2]", "[databases.a_b]")
    with pytest.raises(TemplateFailed) as caught:
        command.revision(Config.find(made.root), rev_id="aa1")
    assert caught.value.exception == "ValueError"
    assert list((made.root / "migrations" / "versions").iterdir()) == []


# ----------------------------------------------------------------------------- own templates


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A directory with the templates of a team: one of their own, and a generic one."""
    for name, readme in (("team", "As we do it.\n\nMore.\n"), ("generic", "")):
        directory = tmp_path / "templates" / name
        (directory / "versions").mkdir(parents=True)
        (directory / "script.py.mako").write_text("revision = ${repr(up_revision)}\n")
        (directory / "README").write_text(readme)
        (directory / "notes" / "deep").mkdir(parents=True)
        (directory / "notes" / "deep" / "x.txt").write_text(name)
    (tmp_path / "templates" / "no template").mkdir()
    return tmp_path / "templates"


def names(config: Config | None = None, place: Path | None = None) -> dict[str, str]:
    return {one.name: one.summary for one in command.list_templates(config, place)}


def test_the_list(ours: Path, made: Project) -> None:
    built_in = names()
    assert set(built_in) == {"async", "generic", "multidb", "plain", "pyproject", "pyproject_async"}
    assert all(summary.endswith(".") for summary in built_in.values())
    with_team = names(None, ours)
    assert set(with_team) == {*built_in, "team"}
    assert (with_team["team"], with_team["generic"]) == ("As we do it.", "")
    made.write("migrateops.toml", f'template_directory = "{ours}"\n')
    assert names(Config.find(made.root)) == with_team


def test_a_template_of_ones_own(ours: Path, made: Project) -> None:
    made.run("init", "one", "-t", "team", "--template-directory", str(ours))
    made.run("init", "two", "-t", str(ours / "team"))
    for name in ("one", "two"):
        assert (made.root / name / "notes" / "deep" / "x.txt").read_text() == "team"
        assert (made.root / name / "versions").is_dir()


def test_a_configuration_that_overrides_the_place(ours: Path, made: Project) -> None:
    class Own(Config):
        def get_template_directory(self) -> str:
            return str(ours)

    assert set(names(Own())) == {"generic", "pyproject", "team"}
    command.init(Own(), "scripts", "team", root=made.root)
    assert (made.root / "scripts" / "notes").is_dir()
    with pytest.raises(UnknownTemplate):
        command.init(Own(), "more", "plain", root=made.root)


def test_a_place_that_is_none(made: Project, tmp_path: Path) -> None:
    with pytest.raises(TemplateDirectoryMissing) as caught:
        command.init(template_directory=tmp_path / "nowhere", root=made.root)
    assert (caught.value.code, caught.value.path) == ("MO126", str(tmp_path / "nowhere"))
    assert not (made.root / "migrations").exists()
