"""Making a directory from templates of Alembic's form, which libraries such as Flask-Migrate bring."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from migrateops import errors
from migrateops.script.template import render
from migrateops_alembic.reading import MAIN

_CONFIGURATIONS = {"alembic.ini.mako": "", "pyproject.toml.mako": f"[tool.{MAIN}]"}
"""Templates of configuration files, with what says in a file that it is configured already."""


def is_of_alembic(template: Path) -> bool:
    """Say whether a directory of templates has a configuration file of Alembic's among them."""
    return any((template / name).is_file() for name in _CONFIGURATIONS)


def make(template: Path, directory: Path, files: Mapping[str, Path | None], *, package: bool) -> None:
    """Copy templates into a new directory, and write the configuration; all of it or nothing.

    Args:
        template: Where the templates are.
        directory: The new directory.
        files: By name of the template, the configuration file; one that is there is kept.
        package: Put an ``__init__.py`` into the directory, and into ``versions``.

    Raises:
        DirectoryNotEmpty: There is something at *directory*.
        TemplateFailed: Code in a template raised an exception, which is chained.
    """
    if directory.exists() and not (directory.is_dir() and not any(directory.iterdir())):
        raise errors.commands.DirectoryNotEmpty(str(directory))
    written = dict(filter(None, (_configuration(template / one, files.get(one), directory) for one in files)))
    unfinished = directory.with_name(f".{directory.name}.{os.getpid()}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        left_out = shutil.ignore_patterns("__pycache__", *_CONFIGURATIONS)
        shutil.copytree(template, unfinished, ignore=left_out)
        (unfinished / "versions").mkdir(exist_ok=True)
        for place in (unfinished, unfinished / "versions") if package else ():
            (place / "__init__.py").touch()
        if directory.exists():
            directory.rmdir()
        unfinished.rename(directory)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    for file, text in written.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _configuration(template: Path, file: Path | None, directory: Path) -> tuple[Path, str] | None:
    """Return a configuration file and its text, or None if it stays as it is."""
    if file is None or not template.is_file():
        return None
    before = file.read_text(encoding="utf-8") if file.is_file() else ""
    if before and _CONFIGURATIONS[template.name] in before:
        return None
    place = directory.as_posix()
    if not directory.is_absolute():
        relative = os.path.relpath(directory.absolute(), file.absolute().parent)
        place = f"%(here)s/{Path(relative).as_posix()}"
    text = render(str(template), {"script_location": place})
    return file, f"{before.rstrip()}\n\n{text}" if before else text
