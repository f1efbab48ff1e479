"""Projects from each template of the real one, and what alembic.ini says of files: the same by both."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

peers = import_module("plugins.migrateops-alembic.tests.peer")
real = import_module("plugins.migrateops-alembic.tests.test_real_projects")

SCRIPT = """
from alembic import op
import sqlalchemy as sa

revision = {name!r}
down_revision = {down!r}


def upgrade({given}):
    {upgrade}


def downgrade({given}):
    {downgrade}
"""


class Made:
    """A directory that the real one has made from a template, and both run on it."""

    def __init__(self, project: Any, root: Path) -> None:
        self._project = project
        self.root = root
        self._template: str | None = None

    def ours(self, *arguments: str) -> str:
        """Run ours and return what it prints."""
        out: str = self._project.run(*arguments).out
        return out

    def theirs(self, *arguments: str) -> str:
        """Run the real one and return what it prints."""
        done = peers.peer(self.root, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        out: str = done.stdout
        return out

    def point_to(self, url: str) -> None:
        """Write a url into ``alembic.ini``, in place of that of the template or of the one before."""
        path = self.root / "alembic.ini"
        if self._template is None:
            self._template = path.read_text()
        path.write_text(self._template.replace("driver://user:pass@localhost/dbname", url.replace("%", "%%")))

    def script(self, name: str, down: str | None, upgrade: str, downgrade: str, given: str = "") -> None:
        """Write a script."""
        text = SCRIPT.format(name=name, down=down, upgrade=upgrade, downgrade=downgrade, given=given)
        (self.root / "scripts" / "versions" / f"{name}_.py").write_text(text)

    def replace(self, file: str, *pairs: tuple[str, str]) -> None:
        """Change a file."""
        path = self.root / file
        text = path.read_text()
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text)


@pytest.fixture
def made(project: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    def make(template: str) -> Made:
        root = tmp_path / "made"
        root.mkdir()
        monkeypatch.chdir(root)
        found = Made(project, root)
        found.theirs("init", "-t", template, "scripts")
        return found

    return make


def history(made: Made, given: str = "") -> None:
    made.script(
        "aa1",
        None,
        'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.String(9)))',
        'op.drop_table("t")',
        given,
    )
    made.script(
        "bb2",
        "aa1",
        'op.create_index("ix_t_n", "t", ["n"])\n    op.execute("INSERT INTO t (id, n) VALUES (1, \'a\')")',
        'op.drop_index("ix_t_n", table_name="t")',
        given,
    )


def compared(made: Made, own: str, other: str, seen: Any = None) -> None:
    """Run up, down and up again with both, on a database each.

    Args:
        made: The project.
        own: The url of ours.
        other: The url of the real one.
        seen: From the url to the one that this test looks at the schema with.
    """
    seen = seen or (lambda url: url)
    for url, run in ((other, made.theirs), (own, made.ours)):
        made.point_to(url)
        run("upgrade", "head")
        run("downgrade", "base")
        run("upgrade", "bb2")
        assert run("current").startswith("bb2 (head)")
    assert real.schema(seen(own)) == real.schema(seen(other))
    assert "t" in real.schema(seen(own))
    # The real one finds what ours has left.
    assert made.theirs("current").startswith("bb2 (head)")
    ours = peers.statements(made.ours("upgrade", "head", "--sql"))
    assert ours == peers.statements(made.theirs("upgrade", "head", "--sql"))


@pytest.fixture
def second_postgresql_url() -> Iterator[str]:
    """The url of another new PostgreSQL database."""
    yield from import_module("tests.servers").postgresql_url.__wrapped__()


@pytest.fixture
def second_mariadb_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The url of another new MariaDB database."""
    yield from import_module("tests.servers").mariadb_url.__wrapped__(monkeypatch)


def test_generic(made: Any, tmp_path: Path) -> None:
    found = made("generic")
    history(found)
    compared(found, f"sqlite:///{tmp_path}/own.db", f"sqlite:///{tmp_path}/other.db")


def test_mariadb(made: Any, mariadb_url: str, second_mariadb_url: str) -> None:
    found = made("generic")
    history(found)
    compared(found, mariadb_url, second_mariadb_url)


def test_async_on_sqlite(made: Any, tmp_path: Path) -> None:
    found = made("async")
    history(found)
    own, other = (f"sqlite+aiosqlite:///{tmp_path}/{name}.db" for name in ("own", "other"))
    compared(found, own, other, lambda url: url.replace("+aiosqlite", ""))


def test_async_on_postgresql(made: Any, postgresql_url: str, second_postgresql_url: str) -> None:
    found = made("async")
    history(found)
    found.script(
        "bb2",
        "aa1",
        'op.run_async(lambda connection: connection.execute(sa.text("CREATE INDEX ix_t_n ON t (n)")))',
        'op.drop_index("ix_t_n", table_name="t")',
    )
    own, other = (
        sa.make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)
        for url in (postgresql_url, second_postgresql_url)
    )
    seen = {own: postgresql_url, other: second_postgresql_url}
    for url, run in ((other, found.theirs), (own, found.ours)):
        found.point_to(url)
        run("upgrade", "head")
        run("downgrade", "base")
        run("upgrade", "head")
        assert run("current").startswith("bb2 (head)")
    schemas = [real.schema(seen[url]) for url in (own, other)]
    assert schemas[0] == schemas[1]
    assert "ix_t_n" in str(schemas[0])


def test_pyproject(made: Any, tmp_path: Path) -> None:
    found = made("pyproject")
    history(found)
    compared(found, f"sqlite:///{tmp_path}/own.db", f"sqlite:///{tmp_path}/other.db")


def test_multidb(made: Any, tmp_path: Path) -> None:
    found = made("multidb")
    history(found, "engine_name")
    ini = (found.root / "alembic.ini").read_text()
    for directory, run in (("other", found.theirs), ("own", found.ours)):
        (tmp_path / directory).mkdir()
        text = ini.replace("driver://user:pass@localhost/dbname2", f"sqlite:///{tmp_path}/{directory}/two.db")
        text = text.replace("driver://user:pass@localhost/dbname", f"sqlite:///{tmp_path}/{directory}/one.db")
        (found.root / "alembic.ini").write_text(text)
        run("upgrade", "head")
        run("downgrade", "base")
        run("upgrade", "head")
        assert run("current").count("bb2 (head)") == 2
    for name in ("one", "two"):
        schemas = [real.schema(f"sqlite:///{tmp_path}/{where}/{name}.db") for where in ("own", "other")]
        assert schemas[0] == schemas[1]
        assert "t" in schemas[0]
    # With --sql, a file for each database is written.
    written = []
    for run in (found.theirs, found.ours):
        run("upgrade", "head", "--sql")
        files = sorted(found.root.glob("*.sql"))
        written.append({file.name: peers.statements(file.read_text()) for file in files})
        for file in files:
            file.unlink()
    assert written[0] == written[1]
    assert len(written[0]) == 2
    message = ("revision", "-m", "third", "--rev-id", "cc3")
    path = found.root / "scripts" / "versions" / "cc3_third.py"
    texts = []
    for run in (found.theirs, found.ours):
        run(*message)
        lines = path.read_text().rstrip().splitlines()
        texts.append([line for line in lines if "Create Date" not in line])
        path.unlink()
    assert texts[0] == texts[1]


FILES = """
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = .:lib
version_path_separator = :
version_locations = %(here)s/migrations/versions:%(here)s/more
recursive_version_locations = true
file_template = %%(year)d/%%(month).2d/%%(slug)s__%%(rev)s
truncate_slug_length = 12
timezone = UTC
output_encoding = utf-8
revision_environment = true
sqlalchemy.url = sqlite:///app.db

[post_write_hooks]
hooks = note, count
note.type = exec
note.executable = sh
note.options = -c "echo '# noted' >> REVISION_SCRIPT_FILENAME"
count.type = module
count.module = counting
count.options = REVISION_SCRIPT_FILENAME --all

[loggers]
keys = root

[handlers]
keys =

[formatters]
keys =

[logger_root]
level = WARNING
handlers =
qualname =
"""


def test_what_the_ini_file_says_of_new_files(project: Any) -> None:
    project.write("alembic.ini", FILES)
    project.write(
        "counting.py",
        "import pathlib, sys\npath = pathlib.Path(sys.argv[1])\n"
        "path.write_text(path.read_text() + '# ' + ' '.join(sys.argv[2:]) + '\\n')\n",
    )
    project.write("lib/helper.py", "VALUE = 5\n")
    (project.root / "more").mkdir()
    project.revision("aa1", "assert helper.VALUE == 5", imports="import helper")
    found: list[tuple[str, list[str]]] = []

    def theirs(*arguments: str) -> None:
        done = peers.peer(project.root, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr

    for run in (theirs, project.run):
        common = ("--rev-id", "bb2", "--version-path")
        run("revision", "-m", "Éa long-ish message, with signs!", *common, str(project.root / "more"))
        files = [*(project.root / "more").rglob("*.py")]
        lines = {str(file.relative_to(project.root)): file.read_text().splitlines() for file in files}
        (path,) = lines
        (date,) = (line for line in lines[path] if line.startswith("Create Date"))
        assert date.endswith("+00:00")
        # The real one leaves the underscore where it cuts.
        cut = path.replace("ish___bb2", "ish__bb2")
        # With revision_environment, the real one puts remarks around the body.
        kept = [line for line in lines[path] if line not in (date, "") and "# ###" not in line]
        found.append((cut, kept))
        shutil.rmtree(project.root / "more")
        (project.root / "more").mkdir()
    assert found[0] == found[1]
    assert found[0][1][-2:] == ["# noted", "# --all"]
    project.run("upgrade", "head")
    assert project.rows("SELECT * FROM alembic_version") == [("aa1",)]


@pytest.mark.parametrize(
    ("message", "name"),
    [("abc defghijklmnopq", "r1_abc_.py"), ("abcdefghijklmnop", "r1_abcdefghijkl_.py"), ("a b", "r1_a_b.py")],
)
def test_words_that_a_file_name_has_no_room_for(project: Any, message: str, name: str) -> None:
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("[alembic]", "[alembic]\ntruncate_slug_length = 12"))
    project.run("revision", "-m", message, "--rev-id", "r1")
    assert (project.root / "migrations" / "versions" / name).exists()


def test_a_hook_that_fails_leaves_the_command_as_it_is(project: Any) -> None:
    options = 'Mend.options = -c "exit 3" REVISION_SCRIPT_FILENAME'
    hooks = f"[post_write_hooks]\nhooks = Mend\nMend.type = exec\nMend.executable = sh\n{options}\n"
    project.write("alembic.ini", f"{(project.root / 'alembic.ini').read_text()}\n{hooks}")
    assert "'Mend' ended with status 3" in project.run("revision", "-m", "a", "--rev-id", "r1").err
