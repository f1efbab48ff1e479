"""Convert a project, and take the conversion back; all files are written or none."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrateops.errors.base import MigrateOpsError
from migrateops.script.directory import ScriptDirectory
from migrateops_alembic import reading
from migrateops_alembic.adopting.scan import Finding
from migrateops_alembic.converting import configuration
from migrateops_alembic.converting.imported import imported, outside
from migrateops_alembic.converting.imports import converted, in_template
from migrateops_alembic.errors import ChangedSince, NotConverted, NotConvertible
from migrateops_alembic.project import project

if TYPE_CHECKING:
    from migrateops.config import Config

RECORD = "migrateops-convert.json"
"""What was there before, beside the configuration; with it the conversion is taken back."""
CONFIGURATION = "migrateops.ini"
_OURS = re.compile(rb"^\s*(?:from|import)\s+migrateops", re.MULTILINE)


@dataclass(frozen=True)
class Conversion:
    """What was written.

    Attributes:
        configuration: The file that configures the project from now on.
        rewritten: The files whose imports were turned.
        left: Modules outside of the project that scripts import and that use Alembic: what they use, and
            where they are imported.
    """

    configuration: str
    rewritten: tuple[str, ...]
    left: tuple[str, ...]


def convert(config: Config, *, write: bool = True) -> Conversion:
    """Write ``migrateops.ini``, and turn the imports of scripts, ``env.py`` and template.

    Modules of the project that they import are turned, too, where they use ``op`` or ``context``.  Ids,
    version table and the old configuration file stay as they are.

    Args:
        config: The configuration of a project of Alembic's.
        write: False only says what would be done.

    Raises:
        NotConvertible: Something cannot be turned; nothing is written then.
    """
    file = config.config_file_name or config.toml_file_name or reading.INI
    here = Path(file).resolve().parent
    script = ScriptDirectory.from_config(config)
    source = project.read(file)
    assert source is not None  # who calls has asked for the shape
    findings = [
        Finding(file, 1, f"the key {key!r} of [{section}], which is the project's own")
        for section, key in configuration.apart(source)
    ]
    changed: dict[Path, bytes] = {}
    files = list(_files(script))
    scripts = [path for path in files if path.suffix == ".py"]
    directories = config.settings.prepend_sys_path
    beside = imported(scripts, directories, here).difference(files)
    for path in [*files, *sorted(beside)]:
        before = path.read_bytes()
        if path.suffix == ".mako":
            after = in_template(before.decode()).encode()
        else:
            try:
                after, left = converted(before)
            except Exception as error:
                findings.append(Finding(str(path), 1, f"cannot be read: {type(error).__name__}"))
                continue
            findings += [Finding(str(path), line, what) for line, what in left]
        if after != before:
            changed[path] = after
    if findings:
        raise NotConvertible(tuple(map(str, sorted(findings))))
    target = here / CONFIGURATION
    if write:
        changed_with = {target: configuration.written(source).encode(), **changed}
        _record(here, changed_with)
        for path, content in changed_with.items():
            path.write_bytes(content)
    others = [
        f"{path} uses {used}, and is imported in {_name(by, here)}"
        for path, (used, by) in sorted(outside(scripts, directories, here).items())
        if path not in changed
    ]
    return Conversion(str(target), tuple(map(str, changed)), tuple(others))


def undo(directory: Path) -> tuple[str, ...]:
    """Take a conversion back and return the files that are as they were.

    Args:
        directory: Where the configuration is.

    Raises:
        NotConverted: Nothing was converted there.
        ChangedSince: A file was edited after it; nothing is written then.
    """
    files = _recorded(directory)
    paths = {name: directory / name for name in files}
    edited = [
        name for name, path in paths.items() if path.is_file() and _digest(path) != files[name]["after"]
    ]
    if edited:
        raise ChangedSince(tuple(edited))
    for name, path in paths.items():
        before = files[name]["before"]
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(base64.b64decode(before))
    (directory / RECORD).unlink()
    return tuple(files)


def written_since(config: Config, directory: Path) -> tuple[str, ...]:
    """Return the scripts that import ours, and of which no conversion knows: `undo` leaves them as they are.

    Args:
        config: The configuration of the project.
        directory: Where it is.

    Raises:
        NotConverted: Nothing was converted there.
    """
    known = {(directory / name).resolve() for name in _recorded(directory)}
    try:
        script = ScriptDirectory.from_config(config)
    except MigrateOpsError:
        # What is put back may well be what is missing.
        return ()
    return tuple(
        _name(path, directory)
        for path in _files(script)
        if path not in known and _OURS.search(path.read_bytes())
    )


def _recorded(directory: Path) -> dict[str, Any]:
    record = directory / RECORD
    if not record.is_file():
        raise NotConverted(str(directory))
    files: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
    return files


def _files(script: ScriptDirectory) -> Iterable[Path]:
    places = {Path(script.dir), *map(Path, script.version_locations)}
    found = {path.resolve() for place in places if place.is_dir() for path in place.rglob("*.py")}
    found |= {path.resolve() for path in Path(script.dir).glob("*.mako")}
    return sorted(path for path in found if "__pycache__" not in path.parts)


def _record(here: Path, changed: dict[Path, bytes]) -> None:
    files = {
        _name(path, here): {
            "before": base64.b64encode(path.read_bytes()).decode() if path.is_file() else None,
            "after": sha256(content).hexdigest(),
        }
        for path, content in changed.items()
    }
    (here / RECORD).write_text(json.dumps(files, indent=1) + "\n", encoding="utf-8")


def _name(path: Path, here: Path) -> str:
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else path.as_posix()


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
