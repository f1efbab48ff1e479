"""Runs without an env.py: what is said of a url that does not work, and what is not."""

from __future__ import annotations

import pytest

from migrateops import command
from migrateops.config import Config
from migrateops.errors.mask import masked
from migrateops.errors.runtime import CannotConnect, MissingDriver
from tests.project import Project

SECRET = "s3cret"
KEYS = ["password", "passwd", "pwd", "sslpassword", "sslkey", "Password", "passphrase", "odbc_connect"]


def _upgrade(project: Project, url: str) -> None:
    project.configure(url=url)
    project.revision("a1", None)
    command.upgrade(Config.find(project.root), "head")


@pytest.mark.parametrize("query", ["password=s3cret&user=u", "user=u&sslpassword=s3cret", "sslkey=/s3cret"])
def test_a_password_in_the_query_is_not_shown(project: Project, query: str) -> None:
    with pytest.raises(CannotConnect) as caught:
        _upgrade(project, f"postgresql+psycopg://127.0.0.1:1/db?{query}")
    assert SECRET not in caught.value.report()
    assert caught.value.url.startswith("postgresql+psycopg://127.0.0.1:1/db?")
    assert ("user=u" in caught.value.url) == ("user=u" in query)


def test_a_password_of_an_unknown_driver_is_not_shown(project: Project) -> None:
    with pytest.raises(MissingDriver) as caught:
        _upgrade(project, "nosuch://u:s3cret@h/d?pwd=s3cret")
    assert SECRET not in caught.value.report()
    assert caught.value.url == "nosuch://u:***@h/d?pwd=***"


@pytest.mark.parametrize("port", ["abc", "s3cret"])
def test_a_port_that_is_no_number(project: Project, port: str) -> None:
    with pytest.raises(MissingDriver) as caught:
        _upgrade(project, f"postgresql+psycopg://u:s3cret@h:{port}/d")
    assert caught.value.code == "MO451"
    assert SECRET not in caught.value.report()
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "url", ["sqlite:///app.db?timeout=abc", "sqlite://app.db", "sqlite+aiosqlite://app.db"]
)
def test_a_url_that_the_dialect_does_not_take(project: Project, url: str) -> None:
    """Also where it would name a file that is there, written properly."""
    project.configure()
    project.revision("a1", None)
    command.upgrade(Config.find(project.root), "head")
    project.configure(url=url)
    for words in (["current"], ["upgrade"], ["check"]):
        result = project.run(*words, check=False)
        assert (result.returncode, result.stderr.partition(":")[0]) == (1, "error[MO451]")


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/x.db", "sqlite+aiosqlite:////nowhere/at/all/x.db"]
)
def test_the_hint_for_a_file_is_about_files(project: Project, url: str) -> None:
    with pytest.raises(CannotConnect) as caught:
        _upgrade(project, url)
    assert "directory" in str(caught.value.hint())


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg", "psycopg_async"])
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_server_that_does_not_run(project: Project, driver: str, host: str) -> None:
    """An asyncio driver looks up names in a thread of the event loop, which is no thread of the driver's."""
    with pytest.raises(CannotConnect, match=f"cannot connect to .*{host}:1/d: "):
        _upgrade(project, f"postgresql+{driver}://u@{host}:1/d")


@pytest.mark.parametrize("key", KEYS)
def test_what_is_masked(key: str) -> None:
    assert masked(f"db://h/d?a=1&{key}=s3cret&b=2") == f"db://h/d?a=1&{key}=***&b=2"


def test_what_is_left_as_it_is() -> None:
    url = "db://u@h/d?sslmode=require&sslrootcert=/a&passfile=/b"
    assert masked(url) == url
