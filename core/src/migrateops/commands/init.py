"""``init``: a directory for migration scripts, and a configuration file that names it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from string import Template

from migrateops import errors
from migrateops.commands.list_templates import TemplateInfo, find_template
from migrateops.config import Config
from migrateops.config.toml import has_table, parse
from migrateops.config.variables import literal
from migrateops.script.replacing import put, refusal

_CONFIGURATIONS = Path(__file__).resolve().parent.parent / "templates" / "config"
_TOML, _PYPROJECT, _INI = "migrateops.toml", "pyproject.toml", "migrateops.ini"


@dataclass(frozen=True)
class NewProject:
    """What was made.

    Attributes:
        directory: The directory of the scripts, as it was named.
        files: The files in it, relative to it, sorted.
        config_file: The file that configures the project.
        config_written: Whether it was written; one that was there is left as it is.
        has_env: Whether there is an ``env.py``, in which models can be set as well.
        driver: The driver of the url that was written, where it has to be installed; else None.
    """

    directory: str
    files: tuple[str, ...]
    config_file: str
    config_written: bool
    has_env: bool
    driver: str | None = None


def init(
    config: Config | None = None,
    directory: str = "migrations",
    template: str = "plain",
    package: bool = False,
    *,
    config_file: str | None = None,
    template_directory: str | os.PathLike[str] | None = None,
    root: str | os.PathLike[str] = "",
) -> NewProject:
    """Make the directory of the scripts, and write a configuration unless there is one.

    Either all files are there afterwards or none.

    Args:
        config: The configuration.  A file that it names, and that does not exist, is written.
        directory: Where the scripts go, below *root*.
        template: A name from `list_templates`, or a directory with a ``script.py.mako``; ``plain``
            has no ``env.py``.
        package: Put an ``__init__.py`` into the directory, and into ``versions``.
        config_file: What to write the configuration to, below *root*; ``migrateops.toml`` when
            omitted.  Its name says the form: the table ``tool.migrateops`` is added to a
            ``pyproject.toml``, and what does not end in ``.toml`` is an ini file.
        template_directory: A directory with more templates.
        root: The directory of the project; the working directory when omitted.

    Raises:
        DirectoryNotEmpty: There is something at *directory*.
        UnknownTemplate: There is no such template.
        TemplateDirectoryMissing: A directory of templates is named, and is none.
        FileRefused: The operating system does not let a file be written.
    """
    config = Config() if config is None else config
    named = _file_of(config)
    project = Config.find(root) if named is None else config
    found = _file_of(project)
    if found is not None and not _is_configured(Path(found)):
        project, found = Config(), None
    places = (template_directory, project.settings.template_directory)
    chosen = find_template(template, config, places)
    target = Path(root, directory)
    if target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise errors.commands.DirectoryNotEmpty(str(target))
    written = Path(root, config_file or named or chosen.config_file or _TOML)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        _copy(Path(chosen.path), unfinished, package=package)
        if target.exists():
            target.rmdir()
        unfinished.rename(target)
    except BaseException as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        if isinstance(error, OSError):
            raise refusal(target, error) from error
        raise
    if found is None:
        try:
            _configure(written, directory, chosen)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
    files = tuple(sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()))
    driver = _driver(chosen).removeprefix("+") or None
    return NewProject(
        directory,
        files,
        found or str(written),
        found is None,
        "env.py" in files,
        driver if found is None else None,
    )


def _file_of(config: Config) -> str | None:
    return config.toml_file_name or config.config_file_name


def _is_configured(file: Path) -> bool:
    """Say whether the file is there, and is about us."""
    if not file.is_file():
        return False
    return file.name != _PYPROJECT or has_table(parse(str(file), file.read_bytes()))


def _copy(template: Path, target: Path, *, package: bool) -> None:
    shutil.copytree(template, target, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "versions").mkdir(exist_ok=True)
    if package:
        for place in (target, target / "versions"):
            (place / "__init__.py").touch()


def _configure(named: Path, directory: str, template: TemplateInfo) -> None:
    """Write the configuration, or add it to what is there."""
    name = Path(template.path).name
    form = named.name if named.name == _PYPROJECT else _TOML if named.suffix == ".toml" else _INI
    own = _CONFIGURATIONS / name / form
    source = own if own.is_file() else _CONFIGURATIONS / form
    written = _in_ini if form == _INI else _in_toml
    added = Template(source.read_text(encoding="utf-8")).substitute(
        script_location=written(Path(directory).as_posix()),
        driver=_driver(template),
    )
    # Not as text, which would lose the line ends.
    before = named.read_bytes().decode("utf-8") if named.is_file() else ""
    if before:
        end = "\r\n" if "\r\n" in before else "\n"
        added = before.rstrip() + f"\n\n{added}".replace("\n", end)
    put(named, added.encode(), parents=True)


def _in_toml(value: str) -> str:
    """Return *value* as it stands between the quotes of a TOML string."""
    import json

    # TOML has the escapes of JSON, except for those of characters that need none.
    return json.dumps(literal(value), ensure_ascii=False)[1:-1]


def _driver(template: TemplateInfo) -> str:
    """Return what the url says after the dialect; an asyncio ``env.py`` cannot use the usual driver."""
    file = _CONFIGURATIONS / "drivers" / Path(template.path).name
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


def _in_ini(value: str) -> str:
    return literal(value).replace("%", "%%")
