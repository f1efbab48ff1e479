# pathlib is not worth its import on the way to `heads`.
# ruff: noqa: PTH100, PTH118, PTH120
"""The configuration of a project: ``Config``, which commands and ``env.py`` are given.

Imports no SQLAlchemy, and works without any file.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import IO, Any, TextIO, overload

from migrateops import errors
from migrateops.config.callables import load, prepend
from migrateops.config.model import URL_KEYS, PluginSettings, Settings
from migrateops.config.options import Options
from migrateops.config.reading import read_project
from migrateops.config.source import MAIN, Source
from migrateops.config.values import Form, names
from migrateops.config.variables import literal
from migrateops.config.where import Found, find, read

__all__ = ["Config", "PluginSettings", "Settings"]

URL_VARIABLE = "MIGRATEOPS_URL"
_NOTHING = object()


class Config:
    """A configuration file, what a program has set on top of it, and objects to share with ``env.py``.

    Options are asked for by section and name.  A TOML file answers as an ini file would: its top
    level is the section ``migrateops``, and each table and each database a section of its own.

    The url of the section in use is what the command line or a program has set, else the
    environment variable ``MIGRATEOPS_URL``, else what the file says.

    Attributes:
        attributes: Objects that a program shares with ``env.py``, such as a connection.
        cmd_opts: The options of the command line, where there is one.
        output_buffer: Where offline SQL is written; None is the standard output of the process.
        stdout: Where ``print_stdout`` writes.
    """

    def __init__(
        self,
        file_: str | os.PathLike[str] | None = None,
        toml_file: str | os.PathLike[str] | None = None,
        ini_section: str | None = None,
        output_buffer: IO[Any] | None = None,
        stdout: TextIO = sys.stdout,
        cmd_opts: Any = None,
        config_args: Mapping[str, Any] | None = None,
        attributes: dict[Any, Any] | None = None,
    ) -> None:
        """Make a configuration; a file is read when something is first asked for.

        Args:
            file_: An ini file, or a TOML file if its name ends in ``.toml``.
            toml_file: A TOML file.
            ini_section: A section of an ini file, or a database of a TOML file; the main one when omitted.
            config_args: Values for ``%(name)s``.

        Raises:
            TwoConfigFiles: Both files are given.
        """
        if file_ is not None and toml_file is not None:
            raise errors.config.TwoConfigFiles(os.fspath(file_), os.fspath(toml_file))
        file = file_ if file_ is not None else toml_file
        self._file = None if file is None else os.fspath(file)
        self._found: Found | None = None
        self._arguments = {name: str(value) for name, value in (config_args or {}).items()}
        self._loaded: Options | None = None
        self._read: tuple[str, Settings] | None = None
        self._section = ini_section
        self.output_buffer = output_buffer
        self.stdout = stdout
        self.cmd_opts = cmd_opts
        self.attributes: dict[Any, Any] = {} if attributes is None else attributes

    @classmethod
    def from_file(cls, path: str | os.PathLike[str], name: str | None = None) -> Config:
        """Make a configuration of one file.

        Args:
            path: An ini file, or a TOML file if its name ends in ``.toml``.
            name: A section of an ini file, or a database of a TOML file.
        """
        return cls(path, ini_section=name)

    @classmethod
    def find(
        cls,
        cwd: str | os.PathLike[str] = "",
        *,
        file: str | os.PathLike[str] | None = None,
        name: str | None = None,
        url: str | None = None,
        policy: Callable[[PluginSettings], PluginSettings] | None = None,
    ) -> Config:
        """Find and read the file of the project in a directory; without one, the defaults hold.

        Args:
            cwd: The directory; empty is the working directory.
            file: The file, as given with ``-c``; then nothing is looked for.
            name: A section or database, as given with ``-n``.
            url: The database url of the command line.
            policy: What the command line says of plugins, over what the project says.

        Raises:
            ConfigurationError: The file cannot be read or parsed.
        """
        config = cls(ini_section=name)
        config._found = find(os.fspath(cwd), None if file is None else os.fspath(file), policy)
        config._file = config._found.source.file
        if url is not None:
            config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
        return config

    @property
    def _options(self) -> Options:
        if self._loaded is None:
            if self._found is None:
                self._found = Found(self.read(self._file))
            self._loaded = Options(self._found.source, self._arguments)
        return self._loaded

    def read(self, file: str | None) -> Source:
        """Return what the configuration starts from: what is in the file that it was made with.

        Args:
            file: The file; None if there is none.

        Raises:
            ConfigurationError: It cannot be read or parsed.
        """
        return Source() if file is None else read(file)

    @property
    def config_ini_section(self) -> str:
        """The section in use (``-n``); the main one, as the file calls it, where none is chosen."""
        return self._options.source.main if self._section is None else self._section

    @config_ini_section.setter
    def config_ini_section(self, name: str) -> None:
        self._section = name

    @property
    def shape(self) -> Any:
        """The plugin that has read the file, as it is none of ours; else None."""
        return self._options.source.shape

    def __getattr__(self, name: str) -> Any:
        # What Python itself looks for, and what is not set yet, is in no file.
        shape = None if name.startswith("_") else self.shape
        found = _NOTHING if shape is None else shape.attribute(self, name, _NOTHING)
        if found is _NOTHING:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return found

    def entered(self) -> AbstractContextManager[None]:
        """Have in force within the block what the code of the project expects, if it is of another shape."""
        found: AbstractContextManager[None] = nullcontext() if self.shape is None else self.shape.entered()
        return found

    @property
    def config_file_name(self) -> str | None:
        """The path of an ini file, which may configure logging too; None for a TOML file."""
        return self._file if self.toml_file_name is None else None

    @property
    def toml_file_name(self) -> str | None:
        """The path of a TOML file, or None."""
        return self._file if self._file is not None and self._file.endswith(".toml") else None

    @property
    def ignored_files(self) -> tuple[str, ...]:
        """Files that hold a configuration too, but do not count beside the one that was found."""
        return () if self._found is None else self._found.ignored

    @property
    def searched(self) -> str | None:
        """Where no file was found, as it was given; None if there is one, or none was looked for."""
        return None if self._found is None else self._found.searched

    @property
    def settings(self) -> Settings:
        """What is configured, read and checked; made anew after an option is set.

        Raises:
            ConfigurationError: A key or a value is wrong, or there is no such section.
        """
        project, options, name = self._project, self._options, self.config_ini_section
        found = project if name == MAIN or options.source.text else project.databases[name]
        url = os.environ.get(URL_VARIABLE)
        if url and not any(key in options.given(self._key(name)) for key in URL_KEYS):
            return found._replace(url_text=literal(url), url_call=None)
        return found

    @property
    def _project(self) -> Settings:
        """The settings of the section in use; of a TOML file those of its top level, with all databases."""
        name = self.config_ini_section
        if self._read is None or self._read[0] != name:
            source = self._options.source
            known = name in source.selectable or (source.text and self._options.has_section(name))
            if source.file is not None and not known:
                raise errors.config.UnknownSection(source.file, name, source.selectable)
            self._read = (name, read_project(self._options, name))
        return self._read[1]

    @property
    def database_names(self) -> tuple[str, ...]:
        """The databases of a project that has several, in the order of its file; also with ``-n``."""
        for name in (self.config_ini_section, self._options.source.main):
            found = self._options.get(self._key(name), "databases")
            if found:
                return tuple(found) if isinstance(found, list) else names(found, Form(True))
        return ()

    def database_url(self) -> str | None:
        """Return the url of the section in use, with its password; a function that is named for it is called.

        Raises:
            MissingVariable: The url names a variable that is not set.
            UrlCallFailed: The function raised, or returned something else than a url.
        """
        return self._url_of(self.settings)

    def _url_of(self, settings: Settings) -> str | None:
        if settings.url_call is None:
            return settings.url
        function = self.load_callable(settings.url_call)
        try:
            url = function()
        except Exception as error:
            raise errors.config.UrlCallFailed(settings.url_call, True, type(error).__name__) from error
        # The text of a SQLAlchemy URL has asterisks in place of the password.
        if hasattr(url, "render_as_string"):
            url = url.render_as_string(hide_password=False)
        if not isinstance(url, str):
            raise errors.config.UrlCallFailed(settings.url_call, False, type(url).__name__)
        return url

    def prepend_sys_path(self) -> list[str]:
        """Put ``prepend_sys_path`` in front of ``sys.path``, once; return the path without it."""
        return prepend(os.path.abspath(path) for path in self.settings.prepend_sys_path)

    def before_environment(self, *, connecting: bool) -> None:
        """Do nothing; called when what runs an environment is imported, and nothing of the project is.

        Args:
            connecting: A connection is going to be made.
        """

    def load_callable(self, spec: str) -> Any:
        """Return what ``module:name`` names, imported with ``prepend_sys_path`` in front of ``sys.path``.

        Raises:
            ConfigurationError: There is no such module or name, or its import fails.
        """
        self.prepend_sys_path()
        with self.entered():
            return load(spec)

    def get_main_option(self, name: str, default: str | None = None) -> str | None:
        """Return an option of the section in use, as a string."""
        return self.get_section_option(self.config_ini_section, name, default)

    def set_main_option(self, name: str, value: str) -> None:
        """Set an option of the section in use, over what the file says; a percent sign is written ``%%``."""
        self.set_section_option(self.config_ini_section, name, value)

    def remove_main_option(self, name: str) -> None:
        """Take an option out of the section in use."""
        self._set(self.config_ini_section, name, None)

    def get_section_option(self, section: str, name: str, default: str | None = None) -> str | None:
        """Return an option of a section, as a string.

        ``sqlalchemy.url`` and ``url`` are the same option, in any way that it is configured.
        """
        owner = self._owner(section) if name in ("url", "sqlalchemy.url") else None
        if owner is not None:
            value: object = self._url_of(owner)
        else:
            value = self._options.get(self._key(section), self._name(name))
        return default if value is None else _as_text(value)

    def set_section_option(self, section: str, name: str, value: str) -> None:
        """Set an option of a section, over what the file says; a percent sign is written ``%%``."""
        self._set(section, name, value)

    @overload
    def get_section(self, name: str, default: None = None) -> dict[str, Any] | None: ...

    @overload
    def get_section(self, name: str, default: Mapping[str, Any]) -> dict[str, Any]: ...

    def get_section(self, name: str, default: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
        """Return the options of a section, those of a TOML file with their types, or *default*.

        The url is there as ``sqlalchemy.url``, in whatever way it is configured, so that the
        section may be given to ``engine_from_config(..., prefix="sqlalchemy.")``.
        """
        options, key, owner = self._options, self._key(name), self._owner(name)
        url = None if owner is None else self._url_of(owner)
        if url is None and not options.has_section(key):
            return None if default is None else dict(default)
        left_out = () if owner is None else URL_KEYS
        found = {option: options.get(key, option) for option in options.names(key) if option not in left_out}
        return found if url is None else {**found, "sqlalchemy.url": url}

    def _set(self, section: str, name: str, value: str | None) -> None:
        self._options.set(self._key(section), self._name(name), value)
        self._read = None

    def _key(self, section: str) -> str:
        return self._options.source.key_of(section)

    def _name(self, name: str) -> str:
        # The names of an ini file have no upper case.
        return name.lower() if self._options.source.text else name

    def _owner(self, section: str) -> Settings | None:
        """Return the settings of a section if a url belongs to it: it is in use, or a database."""
        if section == self.config_ini_section:
            return self.settings
        if section == MAIN and not self._options.source.text:
            return self._project
        return self._project.databases.get(section)

    def print_stdout(self, text: str, *arg: Any) -> None:
        """Write a line to ``stdout``, with *arg* put into *text* by ``%``."""
        self.stdout.write((text % arg if arg else text) + "\n")

    def get_template_directory(self) -> str:
        """Return the directory of the templates for ``init``."""
        return os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "templates")


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | dict):
        return ", ".join(str(item) for item in value)
    return str(value)
