"""Running a history with both tools, each on a database of its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from sqlalchemy import make_url

from migrateops.commands.current import databases
from migrateops.config import Config
from migrateops_alembic.adopting.schemas import differences, schema_of
from migrateops_alembic.errors import DatabaseNotEmpty, PeerFailed, UrlNotUsed

_PEER = """
import sys
from alembic import command
from alembic.config import Config
config = Config(sys.argv[1], ini_section=sys.argv[2])
config.set_main_option("sqlalchemy.url", sys.argv[3].replace("%", "%%"))
command.upgrade(config, "heads")
"""


@dataclass(frozen=True)
class Comparison:
    """What both tools have made.

    Attributes:
        tables: How many tables there are.
        differences: What differs, one line each.
    """

    tables: int
    differences: tuple[str, ...]


def has_peer(python: str) -> bool:
    """Say whether an interpreter has the real Alembic."""
    # A directory of scripts is often called so as well, and can be imported, too.
    found = subprocess.run([python, "-c", "import alembic.command"], capture_output=True, check=False)
    return found.returncode == 0


def require_empty(url: str) -> None:
    """Make sure that a database has no tables, so that all scripts are run.

    Raises:
        DatabaseNotEmpty: It has some.
    """
    if found := sorted(schema_of(url)):
        raise DatabaseNotEmpty(make_url(url).render_as_string(), tuple(found))


def require_url(config: Config, url: str) -> None:
    """Make sure that ``env.py`` connects to *url* if the configuration says so; writes nothing.

    Raises:
        UrlNotUsed: It connects to something else, which is not to be touched.
    """
    for database in databases(config):
        if make_url(database.url).set(password=None) != make_url(url).set(password=None):
            raise UrlNotUsed(database.url)


def compare(config: Config, ours: str, theirs: str, *, python: str | None = None) -> Comparison:
    """Run the history to its heads with both tools and compare the schemas.

    Args:
        config: The configuration, whose url is *ours*.
        ours: The url of an empty database.
        theirs: The url of another one.
        python: The interpreter that has the real Alembic; this one when omitted.

    Raises:
        UrlNotUsed: ``env.py`` does not connect to the configured url.
        PeerFailed: Alembic has ended with an error.
        MigrateOpsError: The history does not run.
    """
    from migrateops.command import upgrade

    require_url(config, ours)
    upgrade(config, "heads")
    file = config.config_file_name or config.toml_file_name or ""
    command = [python or sys.executable, "-c", _PEER, file, config.config_ini_section, theirs]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise PeerFailed(lines[-1] if lines else f"status {done.returncode}")
    own = schema_of(ours)
    return Comparison(len(own), tuple(differences(own, schema_of(theirs))))
