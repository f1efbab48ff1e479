"""``alembic.config``: the configuration as programs make it, and the command line as they call it."""

from __future__ import annotations

import configparser
import io
from collections.abc import Mapping, Sequence
from typing import Any

from migrateops.config import Config as CoreConfig
from migrateops.config.source import Source
from migrateops_alembic.project import project
from migrateops_alembic.reading import MAIN


class Config(CoreConfig):
    """A configuration of Alembic's, from a file or made by a program with ``set_main_option()``."""

    def read(self, file: str | None) -> Source:
        """Return what is in *file*; without a file, a configuration that holds nothing yet."""
        found = None if file is None else project.read(file)
        return project.empty() if found is None else found

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


class CommandLine:
    """The command line as an object; it has the verbs and options of ``migrateops``."""

    def __init__(self, prog: str | None = None) -> None:
        self.prog = prog

    def main(self, argv: Sequence[str] | None = None) -> None:
        """Run the command line, as ``main()`` does."""
        main(argv, self.prog)


def main(argv: Sequence[str] | None = None, prog: str | None = None, **kwargs: Mapping[str, Any]) -> None:
    """Run the command line of migrateops.

    Args:
        argv: The arguments without the program's name; None takes those of the process.
        prog: What the program is called; of no effect.

    Raises:
        SystemExit: The command did not succeed.
    """
    from migrateops.cli.main import main as run

    status = run(argv)
    if status:
        raise SystemExit(status)
