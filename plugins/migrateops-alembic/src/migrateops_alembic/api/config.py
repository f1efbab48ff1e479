"""``alembic.config``: the configuration as programs make it."""

from __future__ import annotations

import configparser
import io
import os
import sys
from collections.abc import Mapping
from typing import IO, Any, TextIO

from migrateops.config import Config as CoreConfig
from migrateops.config.source import Source
from migrateops_alembic import reading
from migrateops_alembic.project import project
from migrateops_alembic.reading import MAIN


class Config(CoreConfig):
    """A configuration of Alembic's, from a file or made by a program with ``set_main_option()``."""

    def __init__(
        self,
        file_: str | os.PathLike[str] | None = None,
        toml_file: str | os.PathLike[str] | None = None,
        ini_section: str = MAIN,
        output_buffer: IO[Any] | None = None,
        stdout: TextIO = sys.stdout,
        cmd_opts: Any = None,
        config_args: Mapping[str, Any] | None = None,
        attributes: dict[Any, Any] | None = None,
    ) -> None:
        """Make a configuration of files that need not exist; keys of the TOML file come first."""
        if file_ is not None and toml_file is not None:
            self._beside, toml_file = os.fspath(toml_file), None
        super().__init__(
            file_,
            toml_file,
            ini_section=None if ini_section == MAIN else ini_section,
            output_buffer=output_buffer,
            stdout=stdout,
            cmd_opts=cmd_opts,
            config_args=config_args,
            attributes=attributes,
        )
        self.config_args: Mapping[str, Any] = config_args or {}

    _beside: str | None = None

    def read(self, file: str | None) -> Source:
        """Return what is in *file*; without a file, a configuration that holds nothing yet."""
        if self._beside is not None:
            return reading.both(file or "", self._beside, project)
        found = None if file is None else project.read(file)
        return project.empty() if found is None else found

    @property
    def config_file_name(self) -> str | None:
        """The path of the ini file; a program may set it, for ``init()``."""
        return super().config_file_name

    @config_file_name.setter
    def config_file_name(self, name: str | None) -> None:
        self._file = name

    @property
    def messaging_opts(self) -> dict[str, Any]:
        """What is said of messages: ``quiet``, as the command line has it."""
        return {"quiet": bool(getattr(self.cmd_opts, "quiet", False))}

    def _get_file_separator_char(self, *names: str) -> str | None:
        """Return what the first configured option of some says is between paths, or None."""
        words = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}
        given = next(filter(None, map(self.get_main_option, names)), None)
        return None if given is None else words[given]

    @property
    def config_ini_section(self) -> str:
        """The section in use; ``alembic`` unless another one is chosen."""
        return MAIN if self._section is None else self._section

    @config_ini_section.setter
    def config_ini_section(self, name: str) -> None:
        self._section = name

    @property
    def file_config(self) -> configparser.ConfigParser:
        """What is configured, as a parser with ``%(here)s``; what is changed in it changes nothing else."""
        source = self._options.source
        # By way of the text: a parser that interpolates refuses to be given what logging has in a file.
        raw, text = configparser.RawConfigParser(), io.StringIO()
        raw.read_dict({configparser.DEFAULTSECT: source.defaults, **source.sections})
        raw.write(text)
        parser = configparser.ConfigParser({"here": (source.here or "").replace("%", "%%")})
        parser.read_string(text.getvalue())
        for section in source.sections:
            for name, value in self._options.given(section).items():
                parser.set(section, name, str(value).replace("%", "%%"))
        return parser

    def get_alembic_option(self, name: str, default: str | None = None) -> str | None:
        """Return an option of the main section, wherever it is configured."""
        return self.get_main_option(name, default)

    def get_alembic_boolean_option(self, name: str) -> bool:
        """Return whether an option of the main section is ``true``."""
        return self.get_main_option(name) == "true"

    def get_prepend_sys_paths_list(self) -> list[str] | None:
        """Return the directories that are put in front of ``sys.path``, or None."""
        return list(self.settings.prepend_sys_path) or None

    def get_version_locations_list(self) -> list[str] | None:
        """Return the directories of the scripts, or None if they are where they are by default."""
        return list(self.settings.version_locations) or None

    def get_hooks_list(self) -> list[dict[str, Any]]:
        """Return the options of each post-write hook."""
        return [dict(hook) for hook in self.settings.post_write_hooks]
