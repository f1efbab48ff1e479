"""``Config``: options by section, in the way that env.py and programs ask for them."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import engine_from_config
from sqlalchemy.engine import make_url

from migrateops.config import Config
from migrateops.errors.config import (
    CallableAttributeMissing,
    CallableModuleFailed,
    CallableModuleMissing,
    CallableNameWrong,
    InterpolationFailed,
    MissingVariable,
    UrlCallFailed,
    WrongValue,
)


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MIGRATEOPS_URL", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))


def written(name: str, text: str) -> Config:
    Path(name).write_text(text, encoding="utf-8")
    return Config(name)


INI = """
[DEFAULT]
host = db1
[migrateops]
script_location = %(here)s/migrations
url = postgresql://u:p%%40w@%(host)s/x%3D
[shop]
other = %(host)s
[formatter_generic]
format = %(levelname)s
"""
TOML = """
script_location = "migrations"
url = "postgresql://u:p%40w@db1/x%3D"
sourceless = true
[env]
other = "db1"
"""


@pytest.mark.parametrize(("name", "text"), [("a.ini", INI), ("a.toml", TOML)])
def test_the_same_answers_from_either_format(name: str, text: str, tmp_path: Path) -> None:
    config = written(name, text)
    assert config.get_main_option("script_location") == str(tmp_path / "migrations")
    assert config.get_main_option("sqlalchemy.url") == "postgresql://u:p%40w@db1/x%3D"
    assert config.get_main_option("url") == "postgresql://u:p%40w@db1/x%3D"
    assert config.get_main_option("timezone") is None
    assert config.get_main_option("timezone", "UTC") == "UTC"
    section = config.get_section(config.config_ini_section, {})
    assert section["sqlalchemy.url"] == "postgresql://u:p%40w@db1/x%3D"
    assert "url" not in section
    other = "env" if name.endswith("toml") else "shop"
    assert config.get_section_option(other, "other") == "db1"
    assert config.get_section_option(other, "absent", "x") == "x"
    assert config.get_section("absent") is None
    assert config.get_section("absent", {"a": "b"}) == {"a": "b"}


def test_values_of_toml_as_strings() -> None:
    config = written("a.toml", 'sourceless = true\nmodels = ["a:b", "c:d"]\ntruncate_slug_length = 3\n')
    assert config.get_main_option("sourceless") == "true"
    assert config.get_main_option("models") == "a:b, c:d"
    assert config.get_main_option("truncate_slug_length") == "3"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.toml", "url = 'sqlite:///${FILE}'\nsqlalchemy.echo = true\n"),
        ("a.ini", "[migrateops]\nsqlalchemy.url = sqlite:///${FILE}\nsqlalchemy.echo = true\n"),
        ("pyproject.toml", "[tool.migrateops]\nurl = 'sqlite:///${FILE}'\nsqlalchemy.echo = true\n"),
    ],
)
def test_the_generic_env_py_makes_an_engine(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = written(name, text)
    monkeypatch.delenv("FILE", raising=False)
    with pytest.raises(MissingVariable):
        config.get_section(config.config_ini_section, {})
    monkeypatch.setenv("FILE", "x.db")
    engine = engine_from_config(config.get_section(config.config_ini_section, {}), prefix="sqlalchemy.")
    assert engine.url.database == "x.db"
    assert engine.echo is True


def test_the_order_of_urls(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("migrateops.toml").write_text("url = 'from://file'\n")
    config = Config.find()
    assert config.database_url() == "from://file"
    monkeypatch.setenv("MIGRATEOPS_URL", "from://environment${X}%40")
    assert config.database_url() == "from://environment${X}%40"
    assert config.get_main_option("sqlalchemy.url") == "from://environment${X}%40"
    assert config.settings.url == "from://environment${X}%40"
    given = Config.find(url="from://given${X}%40")
    assert given.database_url() == "from://given${X}%40"
    given.set_main_option("url", "from://program")
    assert given.database_url() == "from://program"


def test_the_environments_url_goes_before_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRATEOPS_URL", "from://environment")
    config = written("a.toml", "url = {call = 'absent_module:url'}\n")
    assert config.database_url() == "from://environment"


def test_the_environments_url_is_that_of_the_section_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.toml").write_text("[databases.shop]\nurl = 'a://shop'\n[databases.log]\nurl = 'a://log'\n")
    monkeypatch.setenv("MIGRATEOPS_URL", "a://environment")
    config = Config("a.toml", ini_section="shop")
    assert config.database_url() == "a://environment"
    assert config.get_section_option("log", "sqlalchemy.url") == "a://log"


def test_without_any_file(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config()
    config.set_main_option("script_location", "x")
    config.set_main_option("my_own", "y")
    config.set_main_option("sqlalchemy.url", "a://b")
    assert config.settings.script_location == "x"
    assert config.settings.url == "a://b"
    assert config.get_main_option("my_own") == "y"
    assert config.get_section("migrateops") == {
        "script_location": "x",
        "my_own": "y",
        "sqlalchemy.url": "a://b",
    }
    monkeypatch.setenv("MIGRATEOPS_URL", "a://environment")
    assert Config().get_section("migrateops") == {"sqlalchemy.url": "a://environment"}


@pytest.mark.parametrize(("name", "text"), [("a.ini", "[migrateops]\n"), ("a.toml", "")])
def test_setting_and_removing(name: str, text: str, tmp_path: Path) -> None:
    key = "version_table = old\n" if name == "a.ini" else "version_table = 'old'\n"
    config = written(name, text + key)
    assert config.settings.version_table == "old"
    config.set_main_option("version_table", "a%%b%(here)s%c")
    assert config.settings.version_table == f"a%b{tmp_path}%c"
    assert config.get_main_option("version_table") == f"a%b{tmp_path}%c"
    config.remove_main_option("version_table")
    assert config.settings.version_table == "migrateops_version"
    assert config.get_main_option("version_table") is None
    config.set_section_option("mine", "a", "1")
    assert config.get_section("mine") == {"a": "1"}
    assert config.get_section_option("mine", "a") == "1"
    config.set_main_option("sourceless", "perhaps")
    with pytest.raises(WrongValue) as caught:
        _ = config.settings
    assert caught.value.file is None


def test_what_is_set_is_not_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("X", "no")
    config = Config()
    config.set_main_option("version_table", "${X}")
    config.set_main_option("url", "a://${X}$${X}")
    assert config.settings.version_table == "${X}"
    assert config.database_url() == "a://${X}$${X}"


def test_interpolation_with_what_is_set_and_with_arguments() -> None:
    text = "[migrateops]\nurl = a://%(user)s@%(host)s\n[DEFAULT]\nuser = %(prefix)su\n"
    config = written("a.ini", text)
    with pytest.raises(InterpolationFailed) as caught:
        config.database_url()
    assert (caught.value.code, caught.value.key, caught.value.name) == ("MO109", "url", "prefix")
    config = Config("a.ini", config_args={"prefix": "x%%"})
    config.set_main_option("HOST", "h")
    assert config.database_url() == "a://x%%u@h"


def test_interpolation_in_a_circle() -> None:
    with pytest.raises(InterpolationFailed) as caught:
        written("a.ini", "[migrateops]\n[a]\nx = %(y)s\ny = %(x)s\n").get_section("a")
    assert caught.value.circular


def test_databases_of_a_toml_file_are_sections() -> None:
    text = """
    url = "a://main"
    version_table = "shared"
    [databases.shop]
    url = "a://shop"
    sqlalchemy.echo = true
    [databases.log]
    url = {call = "absent:x"}
    """
    config = written("a.toml", text)
    assert config.get_main_option("databases") == "shop, log"
    assert config.get_section("shop") == {
        "version_table": "shared",
        "sqlalchemy.echo": True,
        "sqlalchemy.url": "a://shop",
    }
    config.set_section_option("shop", "sqlalchemy.url", "a://other")
    assert config.get_section_option("shop", "sqlalchemy.url") == "a://other"
    assert config.settings.databases["shop"].url == "a://other"
    assert config.database_url() == "a://main"


def test_a_variable_of_one_database_is_not_asked_for_another() -> None:
    config = written("a.toml", "url = 'a://b'\n[databases.shop]\nurl = '${ABSENT_VARIABLE}'\n")
    assert config.get_section("migrateops") == {"sqlalchemy.url": "a://b"}
    assert config.get_main_option("databases") == "shop"


@pytest.mark.parametrize("kind", ["text", "url"])
def test_a_function_for_the_url(kind: str) -> None:
    Path("urls.py").write_text(
        "from sqlalchemy.engine import make_url\n"
        "def text(): return 'postgresql://u:pw@h/d'\n"
        "def url(): return make_url(text())\n"
    )
    config = written("a.toml", f"prepend_sys_path = '.'\nurl = {{call = 'urls:{kind}'}}\n")
    try:
        assert config.settings.url is None
        assert make_url(config.database_url() or "").password == "pw"
        assert config.get_main_option("sqlalchemy.url") == "postgresql://u:pw@h/d"
    finally:
        sys.modules.pop("urls", None)


@pytest.mark.parametrize(
    ("body", "raised", "problem"),
    [("return None", False, "NoneType"), ("raise ValueError('pw')", True, "ValueError")],
)
def test_a_function_that_gives_no_url(body: str, raised: bool, problem: str) -> None:
    Path("bad_urls.py").write_text(f"def url():\n    {body}\n")
    config = written("a.ini", "[migrateops]\nprepend_sys_path = .\nurl_call = bad_urls:url\n")
    try:
        with pytest.raises(UrlCallFailed) as caught:
            config.database_url()
    finally:
        sys.modules.pop("bad_urls", None)
    assert (caught.value.raised, caught.value.problem) == (raised, problem)
    assert "pw" not in caught.value.report()


def test_load_callable() -> None:
    Path("src").mkdir()
    Path("src/loadable.py").write_text("class A:\n    b = 1\n")
    Path("src/broken.py").write_text("import absent_thing\n")
    Path("src/failing.py").write_text("1 / 0\n")
    config = written("a.toml", "prepend_sys_path = ['src']\n")
    try:
        assert config.load_callable("loadable:A.b") == 1
        with pytest.raises(CallableAttributeMissing) as attribute:
            config.load_callable("loadable:A.c")
        assert (attribute.value.owner, attribute.value.attribute) == ("loadable.A", "c")
        for spec, missing in [("absent_module:x", "absent_module"), ("loadable.sub:x", "loadable.sub")]:
            with pytest.raises(CallableModuleMissing) as module:
                config.load_callable(spec)
            assert module.value.module == missing
        for spec in ("broken:x", "failing:x"):
            with pytest.raises(CallableModuleFailed) as failed:
                config.load_callable(spec)
            assert failed.value.__cause__ is not None
        with pytest.raises(CallableNameWrong):
            config.load_callable("loadable")
    finally:
        sys.modules.pop("loadable", None)


def test_prepend_sys_path_gives_the_path_as_it_was(tmp_path: Path) -> None:
    before = list(sys.path)
    config = written("a.toml", "prepend_sys_path = ['one', 'two']\n")
    assert config.prepend_sys_path() == before
    assert sys.path == [str(tmp_path / "one"), str(tmp_path / "two"), *before]
    assert config.prepend_sys_path() == before
    assert sys.path == [str(tmp_path / "one"), str(tmp_path / "two"), *before]


def test_print_stdout_and_attributes() -> None:
    out = io.StringIO()
    shared: dict[object, object] = {"connection": 1}
    config = Config(stdout=out, attributes=shared)
    config.print_stdout("%s of %d", "one", 2)
    config.print_stdout("100%")
    assert out.getvalue() == "one of 2\n100%\n"
    assert config.attributes is shared
    assert Config().attributes == {}
    assert config.cmd_opts is None


def test_the_template_directory_is_in_the_package() -> None:
    assert Path(Config().get_template_directory()).parts[-2:] == ("migrateops", "templates")


def test_importing_it_imports_no_sqlalchemy() -> None:
    code = (
        "import sys, migrateops.config; print(sorted(m for m in sys.modules if m.startswith('sqlalchemy')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
