"""The probe reads the version rows with the driver alone, and knows nothing on any doubt."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points

import pytest
import sqlalchemy as sa

from migrateops_mysql import probe

TABLE = "My `versions` 100%"


@pytest.fixture
def url(mariadb_url: str, engine: sa.Engine) -> str:
    with engine.begin() as connection:
        made = sa.Table(TABLE, sa.MetaData(), sa.Column("version_num", sa.String(64)))
        made.create(connection)
        connection.execute(made.insert(), [{"version_num": "a1"}, {"version_num": "b2"}])
    return mariadb_url


def test_rows(url: str) -> None:
    database = sa.make_url(url).database
    assert probe.heads(url, TABLE, None) == ("a1", "b2")
    assert probe.heads(url, TABLE, database) == ("a1", "b2")
    assert probe.heads(url.replace("mysql+", "mariadb+"), TABLE, None) == ("a1", "b2")
    assert probe.heads(f"{url}?charset=utf8mb4&connect_timeout=5", TABLE, None) == ("a1", "b2")
    assert probe.heads(url, "absent", None) == ()


def test_an_answer_that_does_not_come(url: str, engine: sa.Engine) -> None:
    with engine.connect() as connection:
        quoted = connection.dialect.identifier_preparer.quote(TABLE)
        connection.exec_driver_sql(f"LOCK TABLES {quoted} WRITE")
        assert probe.heads(url, TABLE, None, timeout=0.2) is None
        connection.exec_driver_sql("UNLOCK TABLES")


def test_what_is_no_version_table(url: str, engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE other (version_num int)")
        connection.exec_driver_sql("INSERT INTO other VALUES (1)")
        connection.exec_driver_sql("CREATE TABLE wrong (x int)")
    assert probe.heads(url, "other", None) is None
    assert probe.heads(url, "wrong", None) is None
    assert probe.heads(f"{url}_absent", TABLE, None) is None
    assert probe.heads(url.replace("root@", "nobody:no@"), TABLE, None) is None


def test_a_server_that_is_not_there() -> None:
    assert probe.heads("mysql+pymysql://u@127.0.0.1:1/d", "v", None) is None


def test_no_database() -> None:
    assert probe.heads("mysql+pymysql://root@127.0.0.1", "v", None) is None


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u@h/d",
        "mariadb://u@h/d",
        "mysql+mysqldb://u@h/d",
        "mysql+asyncmy://u@h/d",
        "postgresql+psycopg://u@h/d",
        "mysql+pymysql://u@h/d?ssl_ca=x",
        "mysql+pymysql://u@h/d?charset=a&charset=b",
        "mysql+pymysql://u@h/d?connect_timeout=soon",
        "mysql+pymysql://u@h/d?init_command=SET",
        "mysql+pymysql://u:p@q@h/d",
        "mysql+pymysql://u:1?2@h/d",
        "mysql+pymysql://u:p/q@h/d",
        "mysql+pymysql://u:1#q@h/d",
        "mysql+pymysql://u:p@h:x/d",
        "mysql+pymysql://u@h/d%20e",
        "mysql+pymysql://u@h/d?charset",
        "not a url",
        "",
    ],
)
def test_doubtful_urls(url: str) -> None:
    assert probe.parameters(url) is None
    assert probe.heads(url, "v", None) is None


@pytest.mark.parametrize(
    "url",
    [
        "mysql+pymysql://u@h/d",
        "mariadb+pymysql://u:p%40%2Fq@h:3307/d",
        "mysql+pymysql://u:a%20b+c@[::1]:3307/d",
        "mysql+pymysql:///d?unix_socket=/run/sock",
        "mysql+pymysql://Host/d?charset=latin1&read_timeout=3",
    ],
)
def test_parameters_are_those_of_sqlalchemy(url: str) -> None:
    made = sa.make_url(url)
    _, expected = made.get_dialect()().create_connect_args(made)
    found = probe.parameters(url)
    assert found is not None
    # How many rows an UPDATE reports.
    theirs = {name: value for name, value in expected.items() if name != "client_flag"}
    for arguments in (found, theirs):
        if "host" in arguments:
            arguments["host"] = arguments["host"].lower()
    assert found == theirs


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_it_imports_no_sqlalchemy(dialect: str) -> None:
    [entry] = entry_points(group="migrateops.probes", name=dialect)
    code = (
        f"import sys, {entry.value} as probe; probe.heads('{dialect}+pymysql://u@127.0.0.1:1/d', 'v', None);"
        "print(sorted(name for name in sys.modules if name in ('sqlalchemy', 'migrateops', 'pymysql')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['pymysql']"
