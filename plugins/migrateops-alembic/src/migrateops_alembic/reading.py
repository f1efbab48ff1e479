# pathlib is not worth its import on the way to `heads`.
# ruff: noqa: PTH100, PTH113, PTH118, PTH119, PTH120, PTH123
"""``alembic.ini`` and ``[tool.alembic]``: from the files to the sections that core knows."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from migrateops import errors
from migrateops.config import ini
from migrateops.config.source import Source
from migrateops.config.values import SEPARATORS

MAIN, INI, PYPROJECT = "alembic", "alembic.ini", "pyproject.toml"
HOOKS = "post_write_hooks"
SETTINGS: Mapping[str, Any] = {"version_table": "alembic_version", "transaction": "per_run"}
"""Settings that have another default in Alembic."""

_LISTS = ("version_locations", "prepend_sys_path")
_OF_OLD = {"version_locations": r"[,\s]+", "prepend_sys_path": r"[,:\s]+"}
"""What separates the paths of a list where the file does not say."""
_WORDS = {"os": os.pathsep, "space": " ", "newline": "\n", ":": ":", ";": ";", "space_or_comma": " "}


def found(directory: str, named: str | None, shape: Any) -> Source | None:
    """Return what the files of a directory hold, or None if there are none of Alembic's.

    Args:
        directory: Where they are; empty is the working directory.
        named: An ini file that counts whatever it is called.
        shape: Who asks.
    """
    file = named or os.path.join(directory, INI)
    table = _table(os.path.join(directory, PYPROJECT))
    if named is None and not os.path.isfile(file):
        if table is None:
            return None
        return source(os.path.join(directory, PYPROJECT), {}, table, shape)
    parsed = _parsed(file)
    return source(file, parsed.sections, table or {}, shape, parsed.defaults)


def read(file: str, shape: Any) -> Source | None:
    """Return what one file holds, or None if it is not one of Alembic's."""
    if file.endswith(".toml"):
        table = _table(file)
        return None if table is None else source(file, {}, table, shape)
    parsed = _parsed(file)
    if MAIN not in parsed.sections and os.path.basename(file) != INI:
        return None
    table = _table(os.path.join(os.path.dirname(file), PYPROJECT))
    return source(file, parsed.sections, table or {}, shape, parsed.defaults)


def both(file: str, toml_file: str, shape: Any) -> Source:
    """Return what an ini file and a TOML file hold together; either may be missing."""
    exists = os.path.isfile(file)
    table = _table(toml_file)
    if not exists and table is not None:
        return source(toml_file, {}, table, shape)
    parsed = _parsed(file)
    return source(file, parsed.sections, table or {}, shape, parsed.defaults)


def source(
    file: str | None,
    sections: Mapping[str, Mapping[str, object]],
    table: Mapping[str, Any],
    shape: Any,
    defaults: Mapping[str, str] | None = None,
) -> Source:
    """Return the sections under the keys that core knows.

    Args:
        file: The file.
        sections: Of the ini file.
        table: ``[tool.alembic]``; its keys come before those of the ini file.
        shape: Who reads the file.
        defaults: ``[DEFAULT]`` of the ini file.
    """
    named = {name: dict(keys) for name, keys in sections.items()}
    for name, keys in named.items():
        if name == MAIN or any(key in keys for key in _LISTS):
            _separate(keys)
    if table:
        main = named.setdefault(MAIN, {})
        # A list of TOML is separated already; so is then what the ini file has.
        word = str(main.get("path_separator", "os"))
        for key in _LISTS:
            if key in main:
                main[key] = "\n".join(re.split(SEPARATORS.get(word, re.escape(word)), str(main[key])))
        main["path_separator"] = "newline"
        hooks = table.get(HOOKS)
        if isinstance(hooks, list):
            named[HOOKS] = _hooks(hooks)
        main.update((key, _text(value)) for key, value in table.items() if key != HOOKS)
    elif file is None:
        named[MAIN] = {"path_separator": "os"}
    _let_fail(named.get(HOOKS, {}))
    here = None if file is None else os.path.dirname(os.path.abspath(file))
    return Source(file, here, True, named, defaults or {}, MAIN, MAIN, shape, SETTINGS)


def _parsed(file: str) -> Source:
    try:
        with open(file, "rb") as opened:
            content = opened.read()
    except OSError as error:
        raise errors.config.ConfigFileMissing(
            file, "ALEMBIC_CONFIG", error.strerror or type(error).__name__
        ) from None
    return ini.source(file, content)


def _table(file: str) -> Mapping[str, Any] | None:
    """Return ``[tool.alembic]`` of a TOML file, or None."""
    try:
        with open(file, "rb") as opened:
            content = opened.read()
    except OSError:
        return None
    if MAIN.encode() not in content:
        return None
    from migrateops.config import toml

    tool = toml.parse(file, content).get("tool")
    table = tool.get(MAIN) if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else None


def _separate(keys: dict[str, object]) -> None:
    """Have the lists of a section separated by what its ``path_separator`` says afterwards."""
    if keys.get("path_separator"):
        return
    # It is looked at for that list alone: new projects had a comment behind it for years.
    asked = keys.get("version_path_separator") if keys.get("version_locations") else None
    word = str(asked or "space_or_comma")
    between = _WORDS.get(word)
    if between is None:
        keys["path_separator"] = word  # refused by whoever reads the key
        return
    for key in _LISTS:
        if key in keys and (word == "space_or_comma" or key == "prepend_sys_path"):
            parts = re.split(_OF_OLD[key], str(keys[key]))
            keys[key] = between.join(part for part in parts if part)
    keys["path_separator"] = word


def _hooks(tables: list[Any]) -> dict[str, object]:
    """Return post-write hooks as an ini file has them."""
    given = [table for table in tables if isinstance(table, dict)]
    section: dict[str, object] = {"hooks": ", ".join(str(table.get("name")) for table in given)}
    for table in given:
        for key, value in table.items():
            if key != "name":
                section[f"{table.get('name')}.{key}".lower()] = _text(value)
    return section


def _let_fail(section: dict[str, object]) -> None:
    """Have it noted, not raised, that a hook's command fails: a formatter that mends a file does so."""
    for name in map(str.strip, str(section.get("hooks", "")).lower().split(",")):
        if section.get(f"{name}.type") in ("console_scripts", "exec", "module"):
            section.setdefault(f"{name}.ignore_failure", "true")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    return str(value)
