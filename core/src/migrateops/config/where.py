# pathlib is not worth its import on the way to `heads`.
# ruff: noqa: PTH113, PTH118, PTH123
"""Find the configuration file of a project: one of ours, or of a shape that a plugin knows."""

# Annotations are not postponed here: named tuples compile each one that is, at every start.

import os
from typing import NamedTuple

from migrateops import errors
from migrateops.config import shapes
from migrateops.config.source import Source

VARIABLE = "MIGRATEOPS_CONFIG"
TOML, PYPROJECT, INI = "migrateops.toml", "pyproject.toml", "migrateops.ini"


class Found(NamedTuple):
    """The file that counts.

    Attributes:
        source: What is in it; without a file, an empty one.
        ignored: Other files that are present and hold a configuration, but are not read.
        searched: The directory in which there is none, as given; None where a file is read.
    """

    source: Source
    ignored: tuple[str, ...] = ()
    searched: str | None = None


def read(file: str, given_by: str = "", policy: "shapes.Policy | None" = None) -> Source:
    """Read one file: TOML if its name ends so, else ini; without a section of ours, as a plugin reads it.

    Args:
        file: The path.
        given_by: What has named it.
        policy: Says which plugins take part, over what is the default.

    Raises:
        ConfigFileMissing: It cannot be read.
        ConfigSyntax: It cannot be parsed.
        UnknownSection: It is a ``pyproject.toml`` without our table.
    """
    try:
        with open(file, "rb") as opened:
            content = opened.read()
    except OSError as error:
        raise errors.config.ConfigFileMissing(
            file, given_by, error.strerror or type(error).__name__
        ) from None
    if file.endswith(".toml"):
        from migrateops.config import toml

        document = toml.parse(file, content)
        ours = toml.has_table(document) or "tool" not in document
        return (None if ours else shapes.read(file, policy)) or toml.source(file, document)
    from migrateops.config import ini

    found = ini.source(file, content)
    return (None if found.main in found.sections else shapes.read(file, policy)) or found


def find(directory: str = "", given: str | None = None, policy: "shapes.Policy | None" = None) -> Found:
    """Find and read the file: *given* (``-c``), ``MIGRATEOPS_CONFIG``, or the first of the known names.

    Args:
        directory: Where the known names are looked for; empty is the working directory.
        given: The file, where one is given.
        policy: Says which plugins take part, over what is the default.

    Raises:
        ConfigurationError: See ``read``.
    """
    if given is not None:
        return Found(read(given, "-c", policy))
    named = os.environ.get(VARIABLE)
    if named:
        return Found(read(named, VARIABLE, policy))
    present = [os.path.join(directory, name) for name in (TOML, PYPROJECT, INI)]
    present = [file for file in present if os.path.isfile(file)]
    present = [file for file in present if not file.endswith(PYPROJECT) or _has_table(file)]
    if not present:
        other = shapes.find(directory, policy)
        return Found(Source(), searched=directory) if other is None else Found(other)
    return Found(read(present[0], policy=policy), tuple(present[1:]))


def _has_table(file: str) -> bool:
    with open(file, "rb") as opened:
        content = opened.read()
    if b"migrateops" not in content:
        return False
    from migrateops.config import toml

    return toml.has_table(toml.parse(file, content))
