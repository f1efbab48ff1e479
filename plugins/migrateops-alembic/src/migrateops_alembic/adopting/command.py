"""``migrateops adopt``: say what of a project is covered, and run it with both tools on scratch databases."""

from __future__ import annotations

import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from migrateops.script.directory import ScriptDirectory
from migrateops_alembic.adopting import both
from migrateops_alembic.adopting.scan import Finding, scan
from migrateops_alembic.errors import NoAlembicProject
from migrateops_alembic.project import project

_FOUND = 4
"""The exit status where something is not covered, or differs."""


@click.command()
@click.option("--scan-only", is_flag=True, help="Only read the files; run nothing.")
@click.option("--database", metavar="URL", help="An empty database for migrateops; a SQLite file if omitted.")
@click.option("--peer-database", metavar="URL", help="Another one, for Alembic.")
@click.option("--peer", metavar="PYTHON", help="An interpreter with Alembic, if this one has none.")
@click.pass_context
def adopt(
    context: click.Context, scan_only: bool, database: str | None, peer_database: str | None, peer: str | None
) -> None:
    """Look at a project of Alembic's, change nothing in it, and end with status 4 if it needs attention.

    Scripts and env.py are searched for names that are not covered. Then the history is run to its heads on a
    scratch database; where Alembic is there, also with Alembic on another one, and the schemas are compared.
    """
    config = context.obj.config
    if config.shape is not project:
        raise NoAlembicProject(config.config_file_name or config.toml_file_name or "")
    script = ScriptDirectory.from_config(config)
    revisions = list(script.graph)
    findings = scan([Path(str(one.path)) for one in revisions] + _environment(script))
    click.echo(f"{len(revisions)} scripts, heads: {', '.join(script.get_heads()) or 'none'}")
    for fault in script.faults:
        findings.append(Finding(script.dir, 1, fault.message()))
    for finding in findings:
        click.echo(f"not covered: {finding}")
    if not findings:
        click.echo("all names of Alembic's that the scripts and env.py use are covered")
    differ = False
    if not scan_only and not findings:
        with tempfile.TemporaryDirectory() as directory:
            scratch = [
                f"{_scheme(config)}:///{Path(directory, name).as_posix()}.db" for name in ("ours", "theirs")
            ]
            for given in filter(None, (database, peer_database)):
                both.require_empty(given)
            differ = _run(config, database or scratch[0], peer_database or scratch[1], peer or sys.executable)
    context.exit(_FOUND if findings or differ else 0)


def _scheme(config: Any) -> str:
    """Return the driver for a scratch file: an asynchronous one where ``env.py`` makes such an engine."""
    url = config.get_main_option("sqlalchemy.url") or "sqlite://"
    with suppress(SQLAlchemyError, ImportError):
        if make_url(url).get_dialect().is_async:
            return "sqlite+aiosqlite"
    return "sqlite"


def _environment(script: ScriptDirectory) -> list[Path]:
    path = Path(script.env_py_location)
    return [path] if path.is_file() else []


def _run(config: Any, ours: str, theirs: str, python: str) -> bool:
    """Run the history; return whether the schemas differ."""
    config.set_main_option("sqlalchemy.url", ours.replace("%", "%%"))
    if not both.has_peer(python):
        from migrateops.command import upgrade

        both.require_url(config, ours)
        report = upgrade(config, "heads")
        click.echo(f"{len(report.steps)} scripts run on {make_url(ours).render_as_string()}")
        click.echo("Alembic is not installed here: nothing to compare with (--peer names an interpreter)")
        return False
    found = both.compare(config, ours, theirs, python=python)
    for line in found.differences:
        click.echo(f"differs: {line}")
    if not found.differences:
        click.echo(f"{found.tables} tables are the same with both tools")
    return bool(found.differences)
