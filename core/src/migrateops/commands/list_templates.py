"""``list_templates``: what ``init`` can make a project from."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from migrateops import errors
from migrateops.config import Config

Place: TypeAlias = "str | os.PathLike[str]"

SCRIPT = "script.py.mako"
"""What makes a directory a template."""
_PYPROJECT = {"pyproject": "generic", "pyproject_async": "async"}


@dataclass(frozen=True)
class TemplateInfo:
    """A template for ``init``.

    Attributes:
        name: What ``init -t`` takes.
        summary: What it is for: the first line of its README.
        path: Its directory.
        config_file: The file that it configures; None where that is open.
    """

    name: str
    summary: str
    path: str
    config_file: str | None = None


def list_templates(
    config: Config | None = None, template_directory: str | os.PathLike[str] | None = None
) -> tuple[TemplateInfo, ...]:
    """Return the templates, sorted by name.

    Of several under one name, that in *template_directory* counts, then that in the configured
    one, then our own.

    Args:
        config: The configuration, whose ``template_directory`` has more of them.
        template_directory: A directory with more of them.

    Raises:
        TemplateDirectoryMissing: A directory that is named is none.
    """
    config = Config() if config is None else config
    known = _known(config, (template_directory, config.settings.template_directory))
    return tuple(known[name] for name in sorted(known))


def find_template(name: str, config: Config, places: Iterable[Place | None]) -> TemplateInfo:
    """Return the template of a name, or in a directory.

    Args:
        name: The name, or the path of the directory.
        config: Says where our own are.
        places: Directories with more of them.

    Raises:
        UnknownTemplate: There is none.
        TemplateDirectoryMissing: A directory that is named is none.
    """
    known = _known(config, places)
    if name in known:
        return known[name]
    if Path(name, SCRIPT).is_file():
        return _described(Path(name))
    raise errors.commands.UnknownTemplate(name, tuple(sorted(known)))


def _known(config: Config, places: Iterable[Place | None]) -> dict[str, TemplateInfo]:
    found: dict[str, TemplateInfo] = {}
    for place in (*places, config.get_template_directory()):
        if place is None:
            continue
        if not Path(place).is_dir():
            raise errors.commands.TemplateDirectoryMissing(os.fspath(place))
        for script in Path(place).glob(f"*/{SCRIPT}"):
            template = _described(script.parent)
            found.setdefault(template.name, template)
    for name, like in _PYPROJECT.items():
        if like in found and name not in found:
            summary = f"{found[like].summary} Configured in pyproject.toml."
            found[name] = TemplateInfo(name, summary, found[like].path, "pyproject.toml")
    return found


def _described(directory: Path) -> TemplateInfo:
    readme = directory / "README"
    lines = readme.read_text(encoding="utf-8", errors="replace").splitlines() if readme.is_file() else []
    return TemplateInfo(directory.resolve().name, lines[0].strip() if lines else "", str(directory))
