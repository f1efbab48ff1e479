"""`status` shows a project in any state, and writes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from tests.distributions import Site
from tests.project import Project


def status(project: Project, *words: str, code: int = 0) -> dict[str, Any]:
    result = project.run("status", "--json", *words, check=False)
    assert result.returncode == code, result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_project_with_pending_scripts(project: Project) -> None:
    project.revision("aa1", message="first")
    project.revision("bb2", message="second")
    project.run("upgrade", "aa1")
    found = status(project)
    assert (found["config_file"], found["revisions"]) == ("migrateops.toml", 2)
    assert [head["revision"] for head in found["heads"]] == ["bb2"]
    [database] = found["databases"]
    assert (database["dialect"], database["driver"]) == ("sqlite", "pysqlite")
    assert database["server_version"][0] == 3
    assert (database["version_table"], database["has_version_table"]) == ("migrateops_version", True)
    assert database["current"] == [{"revision": "aa1", "message": "first", "known": True}]
    assert [one["revision"] for one in database["pending"]] == ["bb2"]
    assert (found["faults"], found["database_faults"]) == ([], [])


def test_the_screen(project: Project, fake_dist: Site) -> None:
    fake_dist("acme-things", version="1.2")
    project.revision("r0")
    for number in range(1, 9):
        project.revision(f"r{number}")
    lines = project.run("status").stdout.splitlines()
    titled = {line.partition(":")[0]: line.partition(":")[2].strip() for line in lines if line[0] != " "}
    assert titled["scripts"] == "migrations (9 revisions)"
    assert titled["heads"] == "r8 (head), r8"
    assert titled["database"].endswith("/app.db")
    assert titled["versions"] == "migrateops_version (not there)"
    assert titled["current"] == "<base>"
    assert titled["pending"] == "9"
    assert lines.index("            and 4 more") > 0
    project.run("upgrade")
    after = project.run("status").stdout
    assert "pending:    nothing\n" in after


def test_several_heads_are_told(project: Project) -> None:
    project.revision("aa1", None)
    project.revision("bb2", None)
    assert "2 heads: join them with `migrateops merge heads`, or `rebase` one" in project.run("status").stdout
    assert [one["revision"] for one in status(project)["databases"][0]["pending"]] == ["aa1", "bb2"]


def test_a_row_that_no_script_has(project: Project) -> None:
    project.revision("aa1")
    project.run("upgrade")
    (project.root / "migrations" / "versions" / "aa1.py").unlink()
    project.revision("bb2", None)
    found = status(project, code=1)
    [database] = found["databases"]
    assert database["current"] == [{"revision": "aa1", "message": "", "known": False}]
    assert database["pending"] is None
    assert [fault["code"] for fault in found["faults"]] == ["MO211"]
    shown = project.run("status", check=False)
    assert "aa1 (no script)" in shown.stdout
    assert "error[MO211]: " in shown.stderr


@pytest.mark.parametrize(
    "url", ["postgresql+psycopg://nobody:geheim@127.0.0.1:9/x", "sqlite:////nowhere/at/all/dir/../x.db"]
)
def test_a_server_that_is_away(project: Project, url: str) -> None:
    project.revision("aa1")
    if url.startswith("sqlite"):
        # Nothing is connected to, as nothing is there to be read.
        assert status(project, "--url", url)["databases"][0]["has_version_table"] is False
        return
    found = status(project, "--url", url, code=1)
    assert [fault["code"] for fault in found["database_faults"]] == ["MO450"]
    assert (found["databases"], found["revisions"]) == ([], 1)
    result = project.run("status", "--url", url, check=False)
    assert "geheim" not in result.stdout + result.stderr + json.dumps(found)
    assert "database:   cannot be asked (MO450)\n" in result.stdout
    assert result.stderr.startswith("error[MO450]: ")


def test_an_env_py_that_fails(project: Project) -> None:
    project.env("raise LookupError('no settings')\n")
    project.revision("aa1")
    found = status(project, code=1)
    assert [fault["code"] for fault in found["database_faults"]] == ["MO270"]
    assert [head["revision"] for head in found["heads"]] == ["aa1"]


def test_no_database_is_configured(project: Project) -> None:
    project.configure(url=None)
    project.revision("aa1")
    assert status(project, code=1)["database_faults"][0]["code"] == "MO445"


def test_scripts_that_do_not_fit_together(project: Project) -> None:
    project.revision("aa1")
    project.run("upgrade")
    project.revision("bb2", "gone")
    project.revision("cc3", "lost")
    found = status(project, code=1)
    assert [fault["code"] for fault in found["faults"]] == ["MO224", "MO224"]
    assert found["revisions"] is None
    assert found["databases"][0]["current"] == [{"revision": "aa1", "message": "", "known": None}]
    result = project.run("status", check=False)
    assert result.stderr.count("error[MO224]: ") == 2
    assert "current:    aa1\npending:    cannot be said\n" in result.stdout


def test_several_databases_of_env_py(project: Project) -> None:
    project.env("""
        import sqlalchemy as sa
        from migrateops import context

        for name in ("one", "two"):
            with sa.create_engine(f"sqlite:///{name}.db").connect() as connection:
                context.configure(connection=connection)
                with context.begin_transaction():
                    context.run_migrations()
    """)
    project.revision("aa1")
    assert [one["url"] for one in status(project)["databases"]] == ["sqlite:///one.db", "sqlite:///two.db"]
    assert not list(project.root.glob("*.db"))


@pytest.mark.parametrize("with_env", [True, False])
def test_one_database_that_is_away_hides_no_other(project: Project, with_env: bool) -> None:
    away = "postgresql+psycopg://nobody:geheim@127.0.0.1:9/x"
    urls = {"one": away, "two": "sqlite:///two.db", "three": away}
    project.configure(url=None, databases={name: {"url": url} for name, url in urls.items()})
    if with_env:
        project.run("init", "-t", "multidb", "other")
        template = project.root / "other" / "env.py"
        project.env(template.read_text(encoding="utf-8"))
    project.revision("aa1")
    found = status(project, code=1)
    assert [one["url"] for one in found["databases"]] == ["sqlite:///two.db"]
    assert [fault["code"] for fault in found["database_faults"]] == ["MO450", "MO450"]
    assert ["asking the database" in fault["notes"][-1] for fault in found["database_faults"]] == [True, True]
    assert "geheim" not in json.dumps(found)


def test_a_mistake_of_ours_hides_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.revision("aa1")

    def broken(*args: object) -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("migrateops.commands.status._database", broken)
    result = project.run("status", check=False)
    assert "heads:      aa1 (head), aa1\n" in result.stdout
    assert "database:   cannot be asked (MO000)\n" in result.stdout
    assert result.stderr.startswith("error[MO000]: ")
    assert status(project, code=1)["error"]["code"] == "MO000"


def test_plugins_that_take_no_part(project: Project, fake_dist: Site) -> None:
    fake_dist(
        "acme-off",
        version="2.1",
        modules={"acme_off.py": "raise ValueError\n"},
        entry_points={"migrateops.plugins": {"off": "acme_off:plugin"}},
    )
    project.configure(plugins={"deny": ["acme-off"]})
    result = project.cli("status", "--json")
    listed = {one["distribution"]: one for one in json.loads(result.stdout)["plugins"]}
    assert (listed["acme-off"]["version"], listed["acme-off"]["state"]) == ("2.1", "deny")


def test_on_postgresql(project: Project, postgresql_url: str) -> None:
    project.configure(url=postgresql_url)
    project.revision("aa1")
    [database] = status(project)["databases"]
    assert (database["dialect"], database["has_version_table"]) == ("postgresql", False)
    assert database["server_version"][0] >= 11
    password = sa.make_url(postgresql_url).password
    assert not password or f":{password}@" not in database["url"]
