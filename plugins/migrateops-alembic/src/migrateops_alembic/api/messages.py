"""``alembic.util.messaging``: what extensions say to whoever sits at the terminal."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO

from migrateops.errors.base import MigrateOpsError

_log = logging.getLogger("alembic.util.messaging")


def write_outstream(stream: TextIO, *text: str) -> None:
    """Write to *stream*, with escapes for what its encoding does not have."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.writelines(one.encode(encoding, "backslashreplace").decode(encoding) for one in text)


def msg(text: str, newline: bool = True, flush: bool = False, quiet: bool = False) -> None:
    """Write a line to stdout."""
    if not quiet:
        write_outstream(sys.stdout, f"  {text}", "\n" if newline else "")
        if flush:
            sys.stdout.flush()


@contextmanager
def status(status_msg: str, newline: bool = False, quiet: bool = False) -> Iterator[None]:
    """Write what is being done, and at the end how it went."""
    msg(f"{status_msg} ...", newline, flush=True, quiet=quiet)
    try:
        yield
    except BaseException:
        if not quiet:
            write_outstream(sys.stdout, "  FAILED\n")
        raise
    if not quiet:
        write_outstream(sys.stdout, "  done\n")


def err(message: str, quiet: bool = False) -> NoReturn:
    """End the command with an error.

    Raises:
        MigrateOpsError: Always.
    """
    _log.error(message)
    raise MigrateOpsError(message)


def warn(message: str, stacklevel: int = 2) -> None:
    """Warn the user."""
    warnings.warn(message, UserWarning, stacklevel=stacklevel)


def warn_deprecated(message: str, stacklevel: int = 2) -> None:
    """Warn the developer."""
    warnings.warn(message, DeprecationWarning, stacklevel=stacklevel)


def obfuscate_url_pw(input_url: Any) -> str:
    """Return a database url with asterisks in place of the password."""
    from sqlalchemy import make_url

    return make_url(input_url).render_as_string(hide_password=True)


def format_as_comma(value: str | Iterable[str] | None) -> str:
    """Return names for a sentence: ``a, b``."""
    if value is None:
        return ""
    return value if isinstance(value, str) else ", ".join(value)
