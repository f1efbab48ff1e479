"""Projects of another shape: plugins that read configuration files which are none of ours.

A shape is found only where no file of ours is, and nothing is imported while none is installed.
"""

from __future__ import annotations

# The cheap spelling of typing.TYPE_CHECKING, which type checkers know too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, Protocol

    from sqlalchemy import Connection

    from migrateops.config import Config
    from migrateops.config.model import PluginSettings
    from migrateops.config.source import Source
    from migrateops.revisions.graph import RevisionGraph
    from migrateops.runtime.migration import MigrationContext
    from migrateops.runtime.step import RevisionStep

    Policy = Callable[[PluginSettings], PluginSettings]

    class Shape(Protocol):
        """What an entry point of the group ``migrateops.projects`` names.

        Attributes:
            cut_in_slugs: What stands in names of new files for words that are cut off.
            op_modules: Dotted names of the modules that stand for ``op`` in scripts, besides ours.
        """

        cut_in_slugs: str
        op_modules: tuple[str, ...]

        def find(self, directory: str) -> Source | None:
            """Return what the configuration file of this shape in *directory* holds, or None."""

        def read(self, file: str) -> Source | None:
            """Return what *file* holds, or None if it is no file of this shape."""

        def options(
            self, given: dict[str, Any], dialect: str | None, connection: Connection | None
        ) -> dict[str, Any]:
            """Return the options of a ``configure()`` of such a project on a connection, under our names.

            Twelve of them are for projects of another shape alone: ``versions``, a subclass of
            ``VersionTable`` that writes the rows; ``transactional_sql``, whether offline SQL has BEGIN and
            COMMIT; ``none_for_result``, whether scripts are given None for a result there; ``passes_over``,
            whether what a script asks for in vain is noted and not refused; ``impl_of``, a function from the
            context to what scripts have as ``impl``; ``creates_schemas``, whether autogenerate writes what
            makes a schema that is not there; ``sql_ahead_of_batch``, whether a batch sends SQL of
            ``execute()`` at once; ``run_batch``, a function that makes the changes of a batch in place of the
            pack's; ``lets_commit``, whether a script may call ``commit()`` of its connection, or open another
            one; ``asks_of_each``, whether ``include_object`` is asked about what does not differ, too;
            ``loads_in_run``, whether a script may use ``op`` while it is imported for a run;
            ``of_shape``, what the shape itself wants to find again.
            """
            ...

        def started(self) -> None:
            """Set up what the code of such a project relies on, before a run with something to do."""

        def before_run(self, context: MigrationContext, plan: Sequence[RevisionStep]) -> None:
            """Set up what these steps rely on, before the first statement."""

        def attribute(self, config: Config, name: str, default: object) -> object:
            """Return what the configuration of such a project has under a name that ours does not have."""

        def run_order(self, graph: RevisionGraph, ids: set[str]) -> list[str]:
            """Return revisions in the order in which a run takes them off; an upgrade goes the other way."""
            ...

        def printed(
            self,
            verb: str,
            config: Config,
            found: Sequence[Any],
            *,
            verbose: bool,
            current: Collection[str] | None = None,
        ) -> str:
            """Return what a verb that reads prints on such a project, whose programs may read it.

            Args:
                verb: ``heads``, ``history``, ``show``, ``branches`` or ``current``.
                config: The configuration.
                found: What the command has returned: revisions, branch points, or databases.
                verbose: Several lines for each.
                current: What the database is at, to be marked; None if that is not asked for.
            """
            ...

        def entered(self) -> AbstractContextManager[None]:
            """Have in force within the block what the code of such a project expects."""
            ...


def find(directory: str, policy: Policy | None = None) -> Source | None:
    """Return what the first shape finds in a directory, or None.

    Args:
        directory: Where configuration files are looked for.
        policy: Says which plugins take part, over what is the default.

    Raises:
        MigrateOpsError: A plugin cannot be loaded, or the file cannot be read.
    """
    return next(filter(None, (shape.find(directory) for shape in _shapes(policy))), None)


def read(file: str, policy: Policy | None = None) -> Source | None:
    """Return what the first shape reads in a file, or None if it is of no shape.

    Args:
        file: The path.
        policy: As for ``find()``.

    Raises:
        MigrateOpsError: A plugin cannot be loaded, or the file cannot be read.
    """
    return next(filter(None, (shape.read(file) for shape in _shapes(policy))), None)


def _shapes(policy: Policy | None) -> Iterator[Shape]:
    from migrateops.plugins.glance import may_offer

    if not may_offer("migrateops.projects"):
        return
    from migrateops.config.model import PluginSettings
    from migrateops.plugins.manager import Plugins
    from migrateops.plugins.policy import PluginPolicy

    # There is no configuration yet that could say more of plugins than environment and command line do.
    settings = None if policy is None else policy(PluginSettings())
    yield from Plugins(PluginPolicy.from_settings(settings)).shapes()
