"""Keys, their types, and the errors for what is wrong with them."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from migrateops.config import Config, Settings
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.config import (
    ConflictingKeys,
    MissingVariable,
    UnknownKey,
    UnknownSection,
    WrongValue,
)


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MIGRATEOPS_URL", raising=False)


def toml(text: str, name: str | None = None) -> Settings:
    Path("migrateops.toml").write_text(text, encoding="utf-8")
    return Config.from_file("migrateops.toml", name).settings


def ini(text: str, name: str | None = None) -> Settings:
    Path("migrateops.ini").write_text(text, encoding="utf-8")
    return Config.from_file("migrateops.ini", name).settings


def test_every_kind_of_value_in_toml(tmp_path: Path) -> None:
    settings = toml(
        """
        script_location = "db"
        version_locations = ["one", "/abs", "package:two"]
        prepend_sys_path = "src"
        truncate_slug_length = 20
        sourceless = true
        models = ["shop.models:Base.metadata", "b:m"]
        on_version_apply = "shop.db:seen"
        compare_type = "shop.db:compare"
        compare_server_default = true
        transaction = "per_run"
        preflight = "warn"
        generic_dialects = ["x"]
        timezone = "UTC"
        """
    )
    assert settings.script_location == str(tmp_path / "db")
    assert settings.version_locations == (str(tmp_path / "one"), "/abs", "package:two")
    assert settings.prepend_sys_path == (str(tmp_path / "src"),)
    assert settings.truncate_slug_length == 20
    assert settings.sourceless is True
    assert settings.models == ("shop.models:Base.metadata", "b:m")
    assert settings.on_version_apply == ("shop.db:seen",)
    assert settings.compare_type == "shop.db:compare"
    assert settings.compare_server_default is True
    assert settings.transaction == "per_run"
    assert settings.transaction_per_migration is False
    assert settings.preflight == "warn"
    assert settings.generic_dialects == ("x",)
    assert settings.timezone == "UTC"


def test_every_kind_of_value_in_ini() -> None:
    settings = ini(
        f"""
[migrateops]
script_location = db
version_locations = one{os.pathsep}two
truncate_slug_length = 20
sourceless = true
recursive_version_locations = off
models =
    shop.models:Base.metadata
    b:m
generic_dialects = x, y
timezone =
compare_type = shop.db:compare
"""
    )
    # As with Alembic, paths in an ini file belong to the working directory.
    assert settings.script_location == "db"
    assert settings.version_locations == ("one", "two")
    assert settings.truncate_slug_length == 20
    assert settings.sourceless is True
    assert settings.recursive_version_locations is False
    assert settings.models == ("shop.models:Base.metadata", "b:m")
    assert settings.generic_dialects == ("x", "y")
    assert settings.timezone is None
    assert settings.compare_type == "shop.db:compare"


@pytest.mark.parametrize(
    ("separator", "text"), [("space", "a b"), ("newline", "\n  a\n  b"), (":", "a:b"), (";", "a;b")]
)
def test_path_separator(separator: str, text: str) -> None:
    written = f"[migrateops]\npath_separator = {separator}\nprepend_sys_path = {text}\n"
    assert ini(written).prepend_sys_path == ("a", "b")


def test_the_default_script_location_is_beside_a_toml_file(tmp_path: Path) -> None:
    assert toml("").script_location == str(tmp_path / "migrations")
    assert ini("[migrateops]\n").script_location == "migrations"


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("sourceless", '"true"', "true or false"),
        ("sourceless", "1", "true or false"),
        ("truncate_slug_length", "true", "a whole number, and not negative"),
        ("truncate_slug_length", "-1", "a whole number, and not negative"),
        ("truncate_slug_length", '"20"', "a whole number, and not negative"),
        ("script_location", "1", "a string"),
        ("version_table", '""', "a name"),
        ("version_locations", "[1]", "a string or a list of strings"),
        ("models", '"no colon"', "a string 'module:name'"),
        ("compare_type", '"maybe"', "true, false or a string 'module:name'"),
        ("transaction", '"sometimes"', "'per_revision' or 'per_run' or 'none'"),
        ("transaction_per_migration", '"yes"', "true or false"),
        ("path_separator", '","', "'os' or 'space' or 'newline' or ':' or ';' or 'space_or_comma'"),
        ("url", "1", "a string or {call = 'module:name'}"),
        ("url", '{command = "x"}', "a string or {call = 'module:name'}"),
        ("plugins", "1", "a table"),
        ("env", "1", "a table"),
        ("databases", "1", "a table"),
        ("databases", "{a = 1}", "a table"),
    ],
)
def test_a_wrong_value(key: str, value: str, expected: str) -> None:
    with pytest.raises(WrongValue) as caught:
        toml(f"{key} = {value}\n")
    assert caught.value.code == "MO104"
    assert caught.value.file == "migrateops.toml"
    assert caught.value.key == ("a" if value == "{a = 1}" else key)
    assert caught.value.expected == expected


def test_a_wrong_value_in_ini() -> None:
    with pytest.raises(WrongValue) as caught:
        ini("[migrateops]\nsourceless = perhaps\n")
    assert (caught.value.section, caught.value.key) == ("migrateops", "sourceless")


@pytest.mark.parametrize(
    ("text", "section", "key", "hint"),
    [
        ("version_tabel = 'x'\n", "", "version_tabel", "did you mean 'version_table'?"),
        ("[pluggins]\nautoload = true\n", "", "pluggins", "did you mean 'plugins'?"),
        ("[plugins]\nautolaod = true\n", "plugins", "autolaod", "did you mean 'autoload'?"),
        ("[databases.shop]\nulr = 'x'\n", "databases.shop", "ulr", "did you mean 'url'?"),
        ("[databases.shop.plugins]\n", "databases.shop", "plugins", None),
    ],
)
def test_an_unknown_key(text: str, section: str, key: str, hint: str | None) -> None:
    with pytest.raises(UnknownKey) as caught:
        toml(text)
    error = caught.value
    assert (error.code, error.file, error.section, error.key) == ("MO103", "migrateops.toml", section, key)
    if hint is not None:
        assert error.hint() == hint


def test_an_unknown_key_in_pyproject_and_in_ini() -> None:
    Path("pyproject.toml").write_text("[tool.migrateops]\nx = 1\n")
    with pytest.raises(UnknownKey) as caught:
        _ = Config("pyproject.toml").settings
    assert caught.value.section == "tool.migrateops"
    with pytest.raises(UnknownKey) as caught:
        ini("[DEFAULT]\nmine = 1\n[migrateops]\nversion_tabel = x\n")
    assert (caught.value.section, caught.value.key) == ("migrateops", "version_tabel")


def test_defaults_of_an_ini_file_are_settings_or_for_others() -> None:
    settings = ini("[DEFAULT]\nversion_table = t\nmine = 1\n[migrateops]\n")
    assert settings.version_table == "t"


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("url = 'a'\nsqlalchemy.url = 'b'\n", "url", "sqlalchemy.url"),
        ("url = 'a'\nurl_call = 'b:c'\n", "url", "url_call"),
        (
            "transaction = 'none'\ntransaction_per_migration = true\n",
            "transaction",
            "transaction_per_migration",
        ),
    ],
)
def test_two_keys_for_one_thing(text: str, first: str, second: str) -> None:
    with pytest.raises(ConflictingKeys) as caught:
        toml(text)
    assert (caught.value.code, caught.value.first, caught.value.second) == ("MO105", first, second)


@pytest.mark.parametrize(("value", "expected"), [("true", "per_revision"), ("false", "per_run")])
def test_alembics_name_for_the_transaction(value: str, expected: str) -> None:
    assert toml(f"transaction_per_migration = {value}\n").transaction == expected
    assert ini(f"[migrateops]\ntransaction_per_migration = {value}\n").transaction == expected


def test_plugins() -> None:
    written = """
        [plugins]
        autoload = false
        enable = ["migrateops-sequences"]
        require = ["migrateops-sequences>=1.4,<2"]
        [plugins.prefer]
        create_view = "migrateops-views"
        [plugins.migrateops-sequences]
        cache = 20
        """
    settings = toml(written)
    assert settings.plugins.autoload is False
    assert settings.plugins.enable == ("migrateops-sequences",)
    assert settings.plugins.deny == ()
    assert settings.plugins.require == ("migrateops-sequences>=1.4,<2",)
    assert settings.plugins.prefer == {"create_view": "migrateops-views"}
    assert settings.options == {"migrateops-sequences": {"cache": 20}}


def test_plugins_in_ini() -> None:
    settings = ini(
        """
[migrateops]
[plugins]
autoload = no
deny = a, b
require =
    migrateops-sequences>=1.4,<2
    other
[plugins.prefer]
create_view = migrateops-views
[plugins.migrateops-sequences]
cache = 20
[env]
mine = %(here)s
"""
    )
    assert settings.plugins.autoload is False
    assert settings.plugins.deny == ("a", "b")
    assert settings.plugins.require == ("migrateops-sequences>=1.4,<2", "other")
    assert settings.plugins.prefer == {"create_view": "migrateops-views"}
    assert settings.options == {"migrateops-sequences": {"cache": "20"}}
    assert settings.env == {"mine": str(Path.cwd())}


DATABASES = """
url = "postgresql://main"
version_table = "shared"
version_locations = ["v"]
[databases.shop]
url = "postgresql://shop"
version_locations = ["shop"]
[databases.log]
version_table = "own"
"""


def test_databases_start_from_the_top_level_without_its_url(tmp_path: Path) -> None:
    settings = toml(DATABASES)
    assert settings.url == "postgresql://main"
    assert list(settings.databases) == ["shop", "log"]
    shop, log = settings.databases["shop"], settings.databases["log"]
    assert (shop.url, shop.version_table) == ("postgresql://shop", "shared")
    assert shop.version_locations == (str(tmp_path / "shop"),)
    assert (log.url, log.version_table) == (None, "own")
    assert log.version_locations == (str(tmp_path / "v"),)
    assert toml(DATABASES, "shop") == shop
    with pytest.raises(UnknownSection) as caught:
        toml(DATABASES, "shp")
    assert caught.value.known == ("migrateops", "shop", "log")
    assert caught.value.hint() == "did you mean 'shop'?"


def test_a_database_may_have_any_name() -> None:
    settings = toml("version_table = 'top'\n[databases.migrateops]\nversion_table = 'x'\n[databases.env]\n")
    assert settings.version_table == "top"
    assert settings.databases["migrateops"].version_table == "x"
    assert settings.env == {}


def test_databases_of_an_ini_file_are_its_sections() -> None:
    text = """
[migrateops]
version_table = shared
databases = shop, log
[shop]
url = postgresql://shop
[log]
sqlalchemy.url = postgresql://log
"""
    settings = ini(text)
    assert settings.databases["shop"].url == "postgresql://shop"
    assert settings.databases["shop"].version_table == "migrateops_version"
    assert settings.databases["log"].url == "postgresql://log"
    assert ini(text, "log").url == "postgresql://log"
    with pytest.raises(UnknownSection) as caught:
        ini("[migrateops]\ndatabases = absent\n")
    assert caught.value.section == "absent"


def test_variables_are_expanded_at_once_but_not_those_for_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ABSENT", raising=False)
    monkeypatch.setenv("PRESENT", "a${ABSENT}b")
    settings = toml(
        """
        version_table = "x${PRESENT}$${PRESENT}$5"
        url = "postgresql://${ABSENT}"
        sqlalchemy.connect_args = {password = "${ABSENT}"}
        [databases.shop]
        url = "${ABSENT}"
        """
    )
    assert settings.version_table == "xa${ABSENT}b${PRESENT}$5"
    with pytest.raises(MissingVariable) as caught:
        _ = settings.url
    assert (caught.value.code, caught.value.variable, caught.value.key, caught.value.file) == (
        "MO106",
        "ABSENT",
        "url",
        "migrateops.toml",
    )
    with pytest.raises(MissingVariable) as caught:
        _ = settings.engine
    assert caught.value.key == "sqlalchemy.connect_args.password"
    monkeypatch.setenv("ABSENT", "here")
    assert settings.url == "postgresql://here"
    assert settings.engine == {"connect_args": {"password": "here"}}
    monkeypatch.delenv("ABSENT")
    with pytest.raises(MissingVariable) as caught:
        toml("models = ['a:b', '${ABSENT}']\n")
    assert caught.value.key == "models"


@pytest.mark.parametrize(
    "written", ["sqlalchemy.echo = true\n", '"sqlalchemy.echo" = true\n', "[sqlalchemy]\necho = true\n"]
)
def test_engine_options(written: str) -> None:
    assert toml(written).engine == {"echo": True}


SECRET = "hunter2"


@pytest.mark.parametrize(
    "text",
    [
        f"url = 'postgresql://u:{SECRET}@h/db'\n",
        f"url = 'postgresql://u:a@{SECRET}@h/db'\n",
        f"url = 'postgresql://u:a {SECRET}@h/db'\n",
        f"url = 'postgresql://h/db?user=u&password={SECRET}'\n",
        f"sqlalchemy.url = 'postgresql://:{SECRET}@h/db'\n",
        f"[sqlalchemy]\nconnect_args = {{ password = '{SECRET}' }}\n",
        f"[databases.a]\nurl = 'postgresql://u:{SECRET}@h/db'\n",
        f"[env]\ntoken = '{SECRET}'\n",
        f"[plugins.x]\ntoken = '{SECRET}'\n",
    ],
)
def test_a_password_is_never_shown(text: str) -> None:
    settings = toml(text)
    assert SECRET not in repr(settings)
    assert "Settings(" in repr(settings)


@pytest.mark.parametrize(
    "text",
    [
        f"models = 'postgresql://u:{SECRET}@h/db'\n",
        "models = 'x${SECRET_VARIABLE}'\n",
        f"url = ['postgresql://u:{SECRET}@h/db']\n",
        f"url = {{ calll = 'postgresql://u:{SECRET}@h/db' }}\n",
    ],
)
def test_errors_show_no_password(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_VARIABLE", SECRET)
    with pytest.raises(MigrateOpsError) as caught:
        toml(text)
    assert SECRET not in caught.value.report() + repr(caught.value)


def test_settings_are_frozen_and_travel() -> None:
    settings: Any = toml(DATABASES)
    with pytest.raises(AttributeError):
        settings.version_table = "x"
    assert pickle.loads(pickle.dumps(settings)) == settings
