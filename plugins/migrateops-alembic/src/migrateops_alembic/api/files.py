"""``alembic.util.pyfiles``: files of a project, as extensions and tests read and write them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from os import PathLike, fspath
from pathlib import Path
from types import ModuleType
from typing import Any


def load_python_file(dir_: str | PathLike[str], filename: str | PathLike[str]) -> ModuleType:
    """Execute a Python file and return it as a module; it is not put into ``sys.modules``.

    Args:
        dir_: Its directory.
        filename: Its name.

    Raises:
        ImportError: There is no such file.
    """
    path = Path(dir_, filename)
    return load_module_py(re.sub(r"\W", "_", path.name), path)


def load_module_py(module_id: str, path: str | PathLike[str]) -> ModuleType:
    """Execute a Python file and return it as a module of a name.

    Raises:
        ImportError: There is no such file.
    """
    spec = importlib.util.spec_from_file_location(module_id, fspath(path))
    if spec is None or spec.loader is None or not Path(path).is_file():
        raise ImportError(f"no Python file at {fspath(path)!r}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def coerce_resource_to_filename(fname_or_resource: str) -> Path:
    """Return a path; ``package:directory`` is a directory in a package."""
    from migrateops.script.locations import directory_of

    return Path(directory_of(fname_or_resource))


def template_to_file(
    template_file: str | PathLike[str],
    dest: str | PathLike[str],
    output_encoding: str,
    *,
    append_with_newlines: bool = False,
    **kw: Any,
) -> None:
    """Write a Mako template filled in.

    Args:
        template_file: The template.
        dest: The new file.
        output_encoding: Its encoding.
        append_with_newlines: Add to a file that exists, behind an empty line.
        **kw: The variables of the template.

    Raises:
        TemplateFailed: Code in the template raised an exception, which is chained.
    """
    from migrateops.script.template import render

    variables: Mapping[str, Any] = kw
    data = render(fspath(template_file), variables).encode(output_encoding)
    target = Path(dest)
    if append_with_newlines and target.is_file():
        data = target.read_bytes().rstrip() + b"\n\n" + data
    target.write_bytes(data)


def open_in_editor(filename: str, environ: Mapping[str, str] | None = None) -> None:
    """Open a file in the user's editor, and wait until it is closed; *environ* is of no effect.

    Raises:
        EditorMissing: There is no editor.
        EditorFailed: It did not end well.
    """
    from migrateops.commands.edit import open_in_editor as opened

    opened((filename,))
