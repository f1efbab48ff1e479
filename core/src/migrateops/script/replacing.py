"""Replacing the content of several files: of all of them, or of none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path


def replace_all(contents: Mapping[str, bytes]) -> None:
    """Give each file its new content.

    Everything is written beside the files first, and then put in their places.  What was replaced
    before an error is put back.

    Args:
        contents: By path; the files exist.

    Raises:
        OSError: The operating system refuses something; the files are as they were.
    """
    # Through a link to the file that it stands for, or the link would be replaced.
    targets = {Path(path).resolve(): content for path, content in contents.items()}
    before = {path: path.read_bytes() for path in targets}
    unfinished: dict[Path, Path] = {}
    replaced: list[Path] = []
    try:
        for path, content in targets.items():
            unfinished[path] = _beside(path)
            _write(unfinished[path], content, like=path)
        for path, written in unfinished.items():
            written.replace(path)
            replaced.append(path)
    except BaseException:
        _put_back({path: before[path] for path in replaced})
        raise
    finally:
        _remove(unfinished.values())


def _beside(path: Path) -> Path:
    # No name that a reader takes for a script.
    return path.with_name(f".{path.name}.{os.getpid()}.unfinished")


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
        path.unlink(missing_ok=True)
