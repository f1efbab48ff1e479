"""Errors about revisions that no script here has say where git has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from migrateops import errors

if TYPE_CHECKING:
    from migrateops.commands.running import MakeSteps
    from migrateops.revisions.walk import Step
    from migrateops.runtime.migration import MigrationContext
    from migrateops.script.directory import ScriptDirectory


@contextmanager
def explaining(script: ScriptDirectory, context: MigrationContext | None = None) -> Iterator[None]:
    """Say more in the errors of the block that name a revision without a script.

    Args:
        script: Where it is missing.
        context: Of the database that is at it.
    """
    try:
        yield
    except (errors.revisions.UnknownVersionRow, errors.revisions.RevisionNotFound) as error:
        from migrateops.script.whereabouts import explained

        raise explained(error, script.version_locations, _url(context)) from None


def explained_steps(make_steps: MakeSteps, script: ScriptDirectory) -> MakeSteps:
    """Return a function like *make_steps* whose errors say more."""

    def made(rows: tuple[str, ...], context: MigrationContext) -> Iterable[Step]:
        with explaining(script, context):
            return make_steps(rows, context)

    return made


def _url(context: MigrationContext | None) -> str | None:
    from migrateops.errors.mask import shown

    if context is None or context.connection is None:
        return None
    return shown(context.connection.engine.url)
