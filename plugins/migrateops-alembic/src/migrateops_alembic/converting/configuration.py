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
    """Return the text of ``migrateops.ini``: all sections, the main one under our name.

    Keys of the project's own stand in ``[DEFAULT]``: a section of ours takes none, and is asked for
    them all the same.
    """
    parser = configparser.RawConfigParser()
    own = unknown(source)
    shared = {key: str(source.sections[THEIRS][key]).replace("${", "$${") for key in own}
    parser.read_dict({configparser.DEFAULTSECT: {**source.defaults, **shared}})
    for name, keys in source.sections.items():
        kept = {key: str(value) for key, value in keys.items() if key != "version_path_separator"}
        if name == THEIRS:
            # What Alembic does where nothing is said.
            usual = {"version_table": "alembic_version", "transaction": "per_run", "lenient": "true"}
            kept = usual | kept
            kept = {key: value for key, value in kept.items() if key not in own}
        if "url" in kept or "sqlalchemy.url" in kept or name == THEIRS:
            kept = {key: value.replace("${", "$${") for key, value in kept.items()}
        parser.read_dict({MAIN if name == THEIRS else name: kept})
    text = io.StringIO()
    parser.write(text)
    return text.getvalue().rstrip() + "\n"


def unknown(source: Source, section: str = THEIRS) -> list[str]:
    """Return the keys of a section that are the project's own, which a section of ours does not take."""
    keys = source.sections.get(section, {})
    return [key for key in keys if key not in (*KNOWN, *_NOT_OURS) and not key.startswith(ENGINE)]


def apart(source: Source) -> list[tuple[str, str]]:
    """Return sections with such keys that can be chosen with ``-n``, where they cannot be kept apart."""
    chosen = [name for name, keys in source.sections.items() if "script_location" in keys and name != THEIRS]
    return [(name, key) for name in chosen for key in unknown(source, name)]
