"""Which file counts, and what is read from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrateops.config import Config
from migrateops.errors.config import (
    ConfigFileMissing,
    ConfigSyntax,
    TwoConfigFiles,
    UnknownSection,
)


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MIGRATEOPS_CONFIG", raising=False)
    monkeypatch.delenv("MIGRATEOPS_URL", raising=False)


def test_without_a_file_the_defaults_hold() -> None:
    config = Config.find()
    assert config.settings.file is None
    assert config.settings.script_location == "migrations"
    assert config.settings.version_table == "migrateops_version"
    assert config.settings.transaction == "per_revision"
    assert config.database_url() is None


def test_the_order_of_the_files(tmp_path: Path) -> None:
    (tmp_path / "migrateops.ini").write_text("[migrateops]\nversion_table = from_ini\n")
    assert Config.find().settings.version_table == "from_ini"
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert Config.find().ignored_files == ()
    (tmp_path / "pyproject.toml").write_text("[tool.migrateops]\nversion_table = 'from_pyproject'\n")
    config = Config.find()
    assert config.settings.version_table == "from_pyproject"
    assert config.ignored_files == ("migrateops.ini",)
    (tmp_path / "migrateops.toml").write_text("version_table = 'from_toml'\n")
    config = Config.find()
    assert config.settings.version_table == "from_toml"
    assert config.ignored_files == ("pyproject.toml", "migrateops.ini")


def test_a_pyproject_that_only_depends_on_us_is_not_a_configuration(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\ndependencies = ['migrateops']\n")
    assert Config.find().settings.file is None


def test_another_directory(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "migrateops.toml").write_text("version_locations = ['one']\n")
    settings = Config.find(inner).settings
    assert settings.file == str(inner / "migrateops.toml")
    assert settings.version_locations == (str(inner / "one"),)


def test_the_variable_names_a_file_and_the_option_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "migrateops.toml").write_text("version_table = 'found'\n")
    (tmp_path / "a.toml").write_text("version_table = 'variable'\n")
    (tmp_path / "b.ini").write_text("[migrateops]\nversion_table = option\n")
    monkeypatch.setenv("MIGRATEOPS_CONFIG", "a.toml")
    assert Config.find().settings.version_table == "variable"
    assert Config.find(file="b.ini").settings.version_table == "option"


@pytest.mark.parametrize("by_variable", [False, True])
def test_a_named_file_that_is_missing(by_variable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if by_variable:
        monkeypatch.setenv("MIGRATEOPS_CONFIG", "absent.toml")
    with pytest.raises(ConfigFileMissing) as caught:
        Config.find(file=None if by_variable else "absent.toml")
    assert caught.value.code == "MO101"
    assert caught.value.file == "absent.toml"
    assert caught.value.given_by == ("MIGRATEOPS_CONFIG" if by_variable else "-c")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("bad.toml", "a = \n", None),
        ("bad.toml", b"a = '\xff'\n", None),
        ("bad.ini", "key = 1\n", 1),
        ("bad.ini", "[migrateops]\nsecret-without-value\n", 2),
        ("bad.ini", "[migrateops]\nurl = a\nurl = b\n", 3),
        ("bad.ini", "[a]\n[a]\n", 2),
        ("bad.ini", b"[a]\nb = \xff\n", None),
    ],
)
def test_a_file_that_cannot_be_parsed(tmp_path: Path, name: str, text: str | bytes, line: int | None) -> None:
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigSyntax) as caught:
        Config.find(file=name)
    assert (caught.value.code, caught.value.file, caught.value.line) == ("MO102", name, line)
    assert "secret" not in caught.value.report()


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "migrateops.toml").write_bytes("version_table = 'ä'\n".encode("utf-8-sig"))
    (tmp_path / "a.ini").write_bytes("[migrateops]\nversion_table = ä\n".encode("utf-8-sig"))
    assert Config.find().settings.version_table == "ä"
    assert Config("a.ini").settings.version_table == "ä"


def test_pyproject_without_our_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    with pytest.raises(UnknownSection) as caught:
        Config.find(file="pyproject.toml")
    assert caught.value.section == "tool.migrateops"


def test_a_toml_file_of_any_name_may_have_either_shape(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text("version_table = 'top'\n")
    (tmp_path / "two.toml").write_text("[tool.migrateops]\nversion_table = 'table'\n")
    assert Config("one.toml").settings.version_table == "top"
    assert Config("two.toml").settings.version_table == "table"


def test_one_file_is_read() -> None:
    with pytest.raises(TwoConfigFiles) as caught:
        Config("a.ini", toml_file="b.toml")
    assert (caught.value.ini_file, caught.value.toml_file) == ("a.ini", "b.toml")


def test_the_file_names(tmp_path: Path) -> None:
    (tmp_path / "migrateops.toml").write_text("")
    config = Config.find()
    # env.py gives config_file_name to logging, which cannot read TOML.
    assert config.config_file_name is None
    assert config.toml_file_name == "migrateops.toml"
    assert Config("x.ini").config_file_name == "x.ini"
    assert Config("x.ini").toml_file_name is None


def test_an_ini_section_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.ini").write_text("[staging]\nversion_table = s\n[loggers]\nkeys = root\n")
    with pytest.raises(UnknownSection) as caught:
        _ = Config("a.ini").settings
    assert caught.value.section == "migrateops"
    assert caught.value.known == ("staging", "loggers")
    assert Config("a.ini", ini_section="staging").settings.version_table == "s"


def test_a_file_is_read_late(tmp_path: Path) -> None:
    config = Config("later.ini")
    (tmp_path / "later.ini").write_text("[migrateops]\nversion_table = t\n")
    assert config.get_main_option("version_table") == "t"
