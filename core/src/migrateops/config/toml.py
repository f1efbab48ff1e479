# pathlib is not worth its import on the way to `heads`.
# ruff: noqa: PTH100, PTH119, PTH120
"""Read a TOML file: ``migrateops.toml``, or ``[tool.migrateops]`` of ``pyproject.toml``."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from typing import Any

from migrateops import errors
from migrateops.config.source import MAIN, Source

TABLE = "tool.migrateops"


def parse(file: str, content: bytes) -> dict[str, Any]:
    """Return the whole document.

    Raises:
        ConfigSyntax: It is not valid TOML in UTF-8.
    """
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise errors.config.ConfigSyntax(file, None, str(error)) from None


def has_table(document: Mapping[str, Any]) -> bool:
    """Return whether the document has ``[tool.migrateops]``."""
    tool = document.get("tool")
    return isinstance(tool, dict) and isinstance(tool.get(MAIN), dict)


def source(file: str, document: Mapping[str, Any]) -> Source:
    """Return the sections of a document.

    The keys are in ``[tool.migrateops]`` where that exists, and else at the top level; in a file
    called ``pyproject.toml`` the table must exist.

    Raises:
        UnknownSection: The file has no keys for us.
    """
    if has_table(document):
        root, keys = TABLE, document["tool"][MAIN]
    elif os.path.basename(file) == "pyproject.toml":
        raise errors.config.UnknownSection(file, TABLE, ())
    else:
        root, keys = "", document
    main = _flat(keys)
    sections: dict[str, Mapping[str, object]] = {MAIN: main}
    sections.update((name, value) for name, value in main.items() if isinstance(value, dict))
    databases = sections.pop("databases", {})
    tables = ((name, value) for name, value in databases.items() if isinstance(value, dict))
    sections.update((f"databases.{name}", _flat(value)) for name, value in tables)
    return Source(file, os.path.dirname(os.path.abspath(file)), False, sections, {}, root)


def _flat(keys: Mapping[str, object]) -> dict[str, object]:
    """Return the keys with those of the table ``sqlalchemy``, which the bare key ``sqlalchemy.url`` makes."""
    flat = dict(keys)
    engine = flat.get("sqlalchemy")
    if isinstance(engine, dict):
        del flat["sqlalchemy"]
        flat.update((f"sqlalchemy.{name}", value) for name, value in engine.items())
    return flat
