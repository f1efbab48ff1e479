# pathlib is not worth its import on the way to `heads`.
# ruff: noqa: PTH100, PTH120
"""Read an ini file."""

from __future__ import annotations

import configparser
import os
from collections.abc import Mapping

from migrateops import errors
from migrateops.config.source import MAIN, Source


def source(file: str, content: bytes) -> Source:
    """Return the sections of an ini file; names of keys are in lower case.

    Raises:
        ConfigSyntax: It is not a valid ini file in UTF-8.
    """
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(content.decode("utf-8-sig"), source=file)
    except UnicodeDecodeError as error:
        raise errors.config.ConfigSyntax(file, None, str(error)) from None
    except configparser.DuplicateOptionError as error:
        problem = f"{error.option!r} is set twice in [{error.section}]"
        raise errors.config.ConfigSyntax(file, error.lineno, problem) from None
    except configparser.DuplicateSectionError as error:
        raise errors.config.ConfigSyntax(file, error.lineno, f"[{error.section}] is there twice") from None
    except configparser.MissingSectionHeaderError as error:
        raise errors.config.ConfigSyntax(
            file, error.lineno, "there is a line before the first [section]"
        ) from None
    except configparser.ParsingError as error:
        # The parser's own text quotes the line, which may hold a password.
        problem = "a line is neither 'key = value' nor [section]"
        raise errors.config.ConfigSyntax(file, error.errors[0][0], problem) from None
    defaults = dict(parser.defaults())
    sections: dict[str, Mapping[str, object]] = {}
    for name in parser.sections():
        own = dict(parser.items(name))
        sections[name] = {key: value for key, value in own.items() if defaults.get(key) != value}
    return Source(file, os.path.dirname(os.path.abspath(file)), True, sections, defaults, MAIN)
