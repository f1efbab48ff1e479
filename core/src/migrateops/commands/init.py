"""``init``: a directory for migration scripts, and a configuration file that names it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Literal

from migrateops.config import Config
from migrateops.config.variables import literal
from migrateops.errors.commands import DirectoryNotEmpty, UnknownTemplate

ConfigFile = Literal["migrateops.toml", "pyproject.toml", "migrateops.ini"]
_TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
_SCRIPT = "script.py.mako"


@dataclass(frozen=True)
class NewProject:
    """What was made.

    Attributes:
        directory: The directory of the scripts, as it was named.
        files: The files in it, relative to it, sorted.
        config_file: The file that configures the project.
        config_written: Whether it was written; one that was there is left as it is.
        has_env: Whether there is an ``env.py`` to edit.
    """

    directory: str
    files: tuple[str, ...]
    config_file: str
    config_written: bool
    has_env: bool


def templates() -> tuple[str, ...]:
    """Return the names of the templates, sorted."""
    return tuple(sorted(path.parent.name for path in _TEMPLATES.glob(f"*/{_SCRIPT}")))


def init(
    directory: str = "migrations",
    template: str = "plain",
    *,
    config_file: ConfigFile = "migrateops.toml",
    package: bool = False,
    root: str | os.PathLike[str] = "",
) -> NewProject:
    """Make the directory of the scripts, and write a configuration unless there is one.

    Either all files are there afterwards or none.

    Args:
        directory: Where the scripts go, below *root*.
        template: One of `templates`; ``plain`` has no ``env.py``.
        config_file: What to write the configuration to; the table ``tool.migrateops`` is added to
            a ``pyproject.toml``.
        package: Put an ``__init__.py`` into the directory, and into ``versions``.
        root: The directory of the project; the working directory when omitted.

    Raises:
        DirectoryNotEmpty: There is something at *directory*.
        UnknownTemplate: There is no such template.
    """
    known = templates()
    if template not in known:
        raise UnknownTemplate(template, known)
    target = Path(root, directory)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise DirectoryNotEmpty(str(target))
    present = Config.find(root)
    found = present.toml_file_name or present.config_file_name
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _copy(template, unfinished, package=package)
        if target.exists():
            target.rmdir()
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    if found is None:
        try:
            _configure(Path(root, config_file), directory, template)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
    files = tuple(sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()))
    return NewProject(
        directory, files, found or str(Path(root, config_file)), found is None, "env.py" in files
    )


def _copy(template: str, target: Path, *, package: bool) -> None:
    shutil.copytree(_TEMPLATES / template, target, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "versions").mkdir()
    if package:
        for place in (target, target / "versions"):
            (place / "__init__.py").touch()


def _configure(named: Path, directory: str, template: str) -> None:
    """Write the configuration, or add it to what is there."""
    # What a symbolic link points to is the file; the link stays.
    file = named.resolve()
    text = Template((_TEMPLATES / "config" / named.name).read_text(encoding="utf-8"))
    written = _in_ini if named.suffix == ".ini" else _in_toml
    # An asyncio env.py cannot use the driver that the database has by default.
    driver = _TEMPLATES / "config" / "drivers" / template
    added = text.substitute(
        script_location=written(Path(directory).as_posix()),
        driver=driver.read_text(encoding="utf-8") if driver.is_file() else "",
    )
    # Not as text, which would lose the line ends.
    before = file.read_bytes().decode("utf-8") if file.is_file() else ""
    if before:
        end = "\r\n" if "\r\n" in before else "\n"
        added = before.rstrip() + f"\n\n{added}".replace("\n", end)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.unfinished")
    try:
        unfinished.write_text(added, encoding="utf-8", newline="")
        if file.exists():
            shutil.copymode(file, unfinished)
        unfinished.replace(file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def _in_toml(value: str) -> str:
    """Return *value* as it stands between the quotes of a TOML string."""
    import json

    # TOML has the escapes of JSON, except for those of characters that need none.
    return json.dumps(literal(value), ensure_ascii=False)[1:-1]


def _in_ini(value: str) -> str:
    return literal(value).replace("%", "%%")
