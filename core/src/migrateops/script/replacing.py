"""Writing files at once: one, or several of which all are replaced or none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from migrateops import errors


def put(path: Path, content: bytes, *, parents: bool = False) -> None:
    """Put a file in place at once, or not at all; what was there is replaced, and its mode kept.

    Args:
        path: The file.
        content: What is to be in it.
        parents: Make the directories that it is in.

    Raises:
        FileRefused: The operating system does not let it be written.
    """
    # Through a link to the file that it stands for, or the link would be replaced.
    target = path.resolve()
    if parents:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise refusal(path.parent, error) from error
    unfinished = _beside(target)
    try:
        unfinished.write_bytes(content)
        if target.exists():
            shutil.copymode(target, unfinished)
        unfinished.replace(target)
    except OSError as error:
        raise refusal(path, error) from error
    finally:
        _remove([unfinished])


def refusal(path: str | Path, error: OSError) -> errors.commands.FileRefused:
    """Return the error that says what the operating system has against a file."""
    return errors.commands.FileRefused(str(path), error.strerror or str(error) or type(error).__name__)


def replace_all(contents: Mapping[str, bytes]) -> None:
    """Give each file its new content.

    Everything is written beside the files first, and then put in their places.  What was replaced
    before an error is put back.

    Args:
        contents: By path; the files exist.

    Raises:
        FileRefused: The operating system refuses something; the files are as they were.
    """
    targets = {Path(path).resolve(): content for path, content in contents.items()}
    before: dict[Path, bytes] = {}
    unfinished: dict[Path, Path] = {}
    replaced: list[Path] = []
    try:
        for path, content in targets.items():
            with _refusing(path):
                before[path] = path.read_bytes()
                unfinished[path] = _beside(path)
                _write(unfinished[path], content, like=path)
        for path, written in unfinished.items():
            with _refusing(path):
                written.replace(path)
            replaced.append(path)
    except BaseException:
        _put_back({path: before[path] for path in replaced})
        raise
    finally:
        _remove(unfinished.values())


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    """Let an error of the operating system be about *path*, not about what is written beside it."""
    try:
        yield
    except OSError as error:
        raise refusal(path, error) from error


def _beside(path: Path) -> Path:
    # No name that a reader takes for a script, nor one that is too long where that of the file is not.
    return path.with_name(f".{os.urandom(6).hex()}.unfinished")


def _write(path: Path, content: bytes, *, like: Path) -> None:
    path.write_bytes(content)
    shutil.copymode(like, path)


def _put_back(contents: Mapping[Path, bytes]) -> None:
    for path, content in contents.items():
        written = _beside(path)
        _write(written, content, like=path)
        written.replace(path)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()
