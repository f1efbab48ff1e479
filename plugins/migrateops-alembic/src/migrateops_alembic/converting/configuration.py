"""The configuration of a project as ``migrateops.ini``."""

from __future__ import annotations

import configparser
import io
from typing import TYPE_CHECKING

from migrateops.config.model import ENGINE, KNOWN
from migrateops.config.source import MAIN
from migrateops_alembic.reading import MAIN as THEIRS

if TYPE_CHECKING:
    from migrateops.config.source import Source

_NOT_OURS = ("version_path_separator", "databases")


def written(source: Source) -> str:
    """Return the text of ``migrateops.ini``: all sections, the main one under our name."""
    parser = configparser.RawConfigParser()
    parser.read_dict({configparser.DEFAULTSECT: source.defaults})
    for name, keys in source.sections.items():
        own = {key: str(value) for key, value in keys.items() if key != "version_path_separator"}
        if name == THEIRS:
            # What Alembic does where nothing is said.
            own = {"version_table": "alembic_version", "transaction": "per_run", **own}
        if "url" in own or "sqlalchemy.url" in own or name == THEIRS:
            own = {key: value.replace("${", "$${") for key, value in own.items()}
        parser.read_dict({MAIN if name == THEIRS else name: own})
    text = io.StringIO()
    parser.write(text)
    return text.getvalue().rstrip() + "\n"


def unknown(source: Source) -> list[str]:
    """Return the keys of the main section that are the project's own, which our files do not take."""
    keys = source.sections.get(THEIRS, {})
    return [key for key in keys if key not in (*KNOWN, *_NOT_OURS) and not key.startswith(ENGINE)]
