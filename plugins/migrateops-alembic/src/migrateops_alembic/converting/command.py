"""``migrateops convert``: make a project of Alembic's one of ours, or take that back."""

from __future__ import annotations

from pathlib import Path

import click

from migrateops_alembic.converting.convert import RECORD, written_since
from migrateops_alembic.converting.convert import convert as run
from migrateops_alembic.converting.convert import undo as take_back
from migrateops_alembic.errors import AlreadyConverted, NoAlembicProject
from migrateops_alembic.project import project

_LATER = (
    "what was left was written since `migrateops convert`, and imports migrateops. Alembic runs it when it "
    "says `from alembic import op`, and uses no more than Alembic has"
)
_OUTSIDE = (
    "what was left is none of the project's files, and finds no migration in progress when it uses Alembic: "
    "have it import migrateops, or give it op and context from the script"
)


@click.command()
@click.option("--undo", is_flag=True, help="Put everything back as it was.")
@click.option("--dry-run", is_flag=True, help="Only say what would be written.")
@click.pass_context
def convert(context: click.Context, undo: bool, dry_run: bool) -> None:
    """Write migrateops.ini, and turn the imports of Alembic in scripts, env.py and template into ours.

    Modules of the project that scripts import, and that use op or context, are turned with them. Revision
    ids, the version table and alembic.ini stay as they are. What was there before is kept in
    migrateops-convert.json, for --undo.
    """
    config = context.obj.config
    file = config.config_file_name or config.toml_file_name or ""
    here = Path(file).resolve().parent if file else Path.cwd()
    if undo:
        later = written_since(config, here)
        for name in take_back(here):
            click.echo(f"restored {name}")
        for name in later:
            click.echo(f"left {name}", err=True)
        if later:
            click.echo(f"note: {_LATER}", err=True)
        return
    if (here / RECORD).is_file():
        raise AlreadyConverted(str(here / RECORD))
    if config.shape is not project:
        raise NoAlembicProject(file)
    done = run(config, write=not dry_run)
    verb = "would write" if dry_run else "wrote"
    for name in (done.configuration, *done.rewritten):
        click.echo(f"{verb} {name}")
    for text in done.left:
        click.echo(f"left {text}", err=True)
    if done.left:
        click.echo(f"note: {_OUTSIDE}", err=True)
