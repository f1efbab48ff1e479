"""Distributions made up for a test: a package and its metadata on disk, as an installer would leave them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest


@dataclass
class Site:
    """A directory on the path of this process and of those it starts, into which distributions are put.

    Call it to put one there::

        fake_dist("acme-ops", "1.2", modules={"acme_ops.py": "..."},
                  entry_points={"migrateops.operations": {"do_x": "acme_ops:DoXOp"}})
    """

    path: Path
    packages: set[str] = field(default_factory=set)
    set_aside: dict[str, ModuleType] = field(default_factory=dict)

    @staticmethod
    def imported(packages: set[str]) -> list[str]:
        """Return the names of the imported modules of these packages."""
        return [name for name in sys.modules if name.partition(".")[0] in packages]

    def __call__(
        self,
        name: str,
        version: str = "1.0",
        *,
        modules: Mapping[str, str] | None = None,
        entry_points: Mapping[str, Mapping[str, str]] | None = None,
        requires: Sequence[str] = (),
        summary: str = "Made up for a test",
    ) -> Path:
        """Write a distribution and return its ``.dist-info`` directory.

        Args:
            name: The distribution's name, as in ``pip install``.
            version: Its version.
            modules: Source text by path below the site directory, ``"acme_ops/__init__.py"``.
            entry_points: Values by name, by group.
            requires: Requirement lines.
            summary: One line.
        """
        info = f"{name.replace('-', '_')}-{version}.dist-info"
        metadata = [
            "Metadata-Version: 2.1",
            f"Name: {name}",
            f"Version: {version}",
            f"Summary: {summary}",
            *(f"Requires-Dist: {line}" for line in requires),
        ]
        groups = [
            "\n".join([f"[{group}]", *(f"{entry} = {value}" for entry, value in entries.items())])
            for group, entries in (entry_points or {}).items()
        ]
        files = {
            **(modules or {}),
            f"{info}/METADATA": "\n".join(metadata) + "\n",
            f"{info}/INSTALLER": "pip\n",
            f"{info}/entry_points.txt": "\n\n".join(groups) + "\n",
        }
        record = [*files, f"{info}/RECORD"]
        files[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in record)
        for path, text in files.items():
            target = self.path / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        added = {Path(path).parts[0].removesuffix(".py") for path in modules or {}} - self.packages
        self.packages |= added
        self.set_aside |= {name: sys.modules.pop(name) for name in self.imported(added)}
        return self.path / info


@pytest.fixture
def fake_dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A `Site`: installs made-up distributions for this test alone."""
    site = Site(tmp_path / "site")
    site.path.mkdir()
    monkeypatch.syspath_prepend(str(site.path))
    monkeypatch.setenv("PYTHONPATH", str(site.path), prepend=os.pathsep)
    yield site
    for name in site.imported(site.packages):
        del sys.modules[name]
    # A real package of the same name is the one that other tests have imported.
    sys.modules.update(site.set_aside)
