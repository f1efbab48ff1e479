"""Projects of Alembic's as they are, run by both tools: published histories, and one with nothing to do."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from bench.projects import SERVER_DATABASE, Project, clear_server, configured
from bench.workload import Workload

# How their wheels are fetched is known to the tests of the plugin.
published: Any = import_module("plugins.migrateops-alembic.tests.peer")


@dataclass(frozen=True)
class History:
    """The scripts of a published wheel, and an empty database.

    Attributes:
        package: The distribution that has them.
        server: The database is on PostgreSQL; else it is a file.
    """

    package: Any
    server: bool = False

    @property
    def name(self) -> str:
        """What its directories are called by."""
        return f"{self.package}{'-s' * self.server}"

    def write(self, directory: Path, tool: str) -> None:
        """Write the project, the same for both."""
        configured(directory, "alembic", SERVER_DATABASE if self.server else "sqlite:///app.db")
        published.lay_out(self.package, directory)

    def prepare(self, directory: Path) -> None:
        """Have the database empty."""
        if self.server:
            clear_server()
        else:
            (directory / "app.db").unlink(missing_ok=True)


def from_base(package: Any, *, server: bool = False) -> Workload:
    history = History(package, server)
    name = f"upgrade heads, {package} from base, {'PostgreSQL' if server else 'SQLite'}"
    return Workload(name, 0.75, ("-m", "{tool}", "upgrade", "heads"), history, rounds=9, wall=0.75)


def at_head(*, server: bool = False) -> Workload:
    name = f"upgrade head, 1000 of Alembic's, nothing to do, {'PostgreSQL' if server else 'SQLite'}"
    project = Project(1000, server=server, adopted=True)
    return Workload(name, 0.70, ("-m", "{tool}", "upgrade", "head"), project)


ADOPTED = (
    at_head(),
    at_head(server=True),
    from_base(published.PLACEMENT),
    from_base(published.PLACEMENT, server=True),
    from_base(published.ARGILLA),
    from_base(published.ARGILLA, server=True),
    from_base(published.AIM),
)
