"""What a run did, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from migrateops.errors.base import MigrateOpsError


class StepReport(NamedTuple):
    """A step that was taken.

    Attributes:
        revision: Its id; None for a stamp of the base.
        direction: ``upgrade``, ``downgrade`` or ``stamp``.
        message: The first line of the script's docstring.
        source: Ids that it started from.
        destination: Ids that it arrived at.
        database: The url of the database, without its password; None where SQL was written.
        seconds: How long it took.
    """

    revision: str | None
    direction: str
    message: str
    source: tuple[str, ...]
    destination: tuple[str, ...]
    database: str | None
    seconds: float


class DatabaseReport(NamedTuple):
    """Where a run has left a database.

    Attributes:
        database: Its url, without its password; None where SQL was written.
        heads: What it is at now.
    """

    database: str | None
    heads: tuple[str, ...]


class RunReport(NamedTuple):
    """What a run did.

    Attributes:
        steps: The committed steps, in order.
        heads: What the database is at now; of the last one, where there are several databases.
        databases: Where each database is, if the run had to enter them.
        notes: What users should be told, one sentence each.
        left_out: Plugins that are broken and took no part, as nothing that ran needed them.
        hook_errors: What hooks that are called after the fact raised.
    """

    steps: tuple[StepReport, ...] = ()
    heads: tuple[str, ...] = ()
    databases: tuple[DatabaseReport, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[MigrateOpsError, ...] = ()
    hook_errors: tuple[MigrateOpsError, ...] = ()
