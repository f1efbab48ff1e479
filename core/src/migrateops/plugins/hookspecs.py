"""The hooks of a plugin: their names, arguments and answers.

Arguments may be added in a later version, and are never renamed or taken away; an implementation
names only those that it wants.  Hook objects are shared by environments and threads: what belongs
to one run is kept on ``ctx`` or ``env``, never on the plugin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import pluggy

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect

    from migrateops.operations.declare import MigrateOperation

PROJECT = "migrateops"
PREFIX = "migrateops_"
API_VERSION = (1, 0)
"""What a plugin object may ask for by ``MIGRATEOPS_API``: the same major, this minor or a lower one."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class HookContext(Protocol):
    """What a hook may know of a run.  It is read only: a hook answers, or raises."""

    @property
    def connection(self) -> Connection | None:
        """The connection that migrates; None offline."""
        ...

    @property
    def dialect(self) -> SQLAlchemyDialect:
        """SQLAlchemy's dialect object."""
        ...

    @property
    def dialect_name(self) -> str:
        """SQLAlchemy's name of the dialect."""
        ...

    @property
    def server_version(self) -> tuple[int, ...] | None:
        """The server's version as numbers; None when it is not known."""
        ...

    @property
    def as_sql(self) -> bool:
        """Statements are written to a stream; nothing can be asked of a database."""
        ...

    @property
    def metadata(self) -> MetaData | Sequence[MetaData] | None:
        """The models."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """The project's settings for plugins, by distribution."""
        ...


class Hooks:
    """Every hook there is.

    A hook that raises stops the run, with the distribution named; ``after_*`` and ``doctor`` are
    reported when the run is over, and never hide its own error.
    """

    @hookspec
    def migrateops_environment_created(self, env: Any) -> None:
        """Look at an environment that has just been made.

        Args:
            env: The ``EnvironmentContext``, or the context where there is no environment.
        """

    @hookspec
    def migrateops_before_run(self, ctx: HookContext, plan: Sequence[Any]) -> None:
        """Look at a run before its first statement; an error stops it there.

        Args:
            ctx: The run.
            plan: Its steps, in order.
        """

    @hookspec
    def migrateops_after_run(
        self, ctx: HookContext, plan: Sequence[Any], error: BaseException | None
    ) -> None:
        """Learn how a run ended.

        Args:
            ctx: The run.
            plan: Its steps, in order.
            error: What ended it early, or None.
        """

    @hookspec
    def migrateops_before_revision(self, ctx: HookContext, step: Any) -> None:
        """Look at a step before its first statement; an error stops the run there.

        Args:
            ctx: The run.
            step: The step: its revision, and the direction.
        """

    @hookspec
    def migrateops_after_revision(self, ctx: HookContext, step: Any, error: BaseException | None) -> None:
        """Learn how a step ended, after it is committed or rolled back.

        Args:
            ctx: The run.
            step: The step.
            error: What it failed with, or None.
        """

    @hookspec
    def migrateops_before_operation(self, ctx: HookContext, op: MigrateOperation) -> None:
        """Look at an operation before it runs; an error fails the step like the operation itself.

        Args:
            ctx: The run.
            op: The operation; it is not to be changed.
        """

    @hookspec
    def migrateops_after_operation(
        self, ctx: HookContext, op: MigrateOperation, error: BaseException | None
    ) -> None:
        """Learn how an operation ended.

        Args:
            ctx: The run.
            op: The operation.
            error: What it failed with, or None.
        """

    @hookspec
    def migrateops_kinds(self, ctx: HookContext) -> Sequence[Any] | None:
        """Add kinds of schema objects to snapshots, and so to autogenerate.

        Args:
            ctx: The run; a kind that this dialect does not have is left out of the answer.

        Returns:
            ``migrateops.snapshot`` kinds.
        """

    @hookspec
    def migrateops_compare_schema(
        self, ctx: HookContext, kind: Any, pairs: Sequence[Any]
    ) -> Sequence[MigrateOperation] | None:
        """Compare all objects of one kind.

        Args:
            ctx: The run.
            kind: The kind of the objects.
            pairs: ``(model, database)`` records; None where one side does not have the object.

        Returns:
            Operations that make the database like the models.
        """

    @hookspec
    def migrateops_compare_table(
        self, ctx: HookContext, model: Any, database: Any
    ) -> Sequence[MigrateOperation] | None:
        """Compare what core does not compare of a table that both sides have.

        Args:
            ctx: The run.
            model: The table in the models.
            database: The table in the database.

        Returns:
            Operations that make the database like the models.
        """

    @hookspec
    def migrateops_compare_columns(
        self, ctx: HookContext, table: Any, pairs: Sequence[Any]
    ) -> Mapping[str, Any] | None:
        """Compare the columns of one table; called once per table.

        Args:
            ctx: The run.
            table: The table in the models.
            pairs: ``(model, database)`` columns, of those that both sides have.

        Returns:
            An answer by name of column; a column that is left out is compared by core.
        """

    @hookspec(firstresult=True)
    def migrateops_render_value(self, ctx: HookContext, kind: str, value: Any) -> Any:
        """Write a value as Python source in a script; the first answer that is not None counts.

        Args:
            ctx: The run.
            kind: What the value is: ``"type"``, ``"server_default"``, ...
            value: The value.

        Returns:
            The source text with its imports, or None to leave it to others.
        """

    @hookspec
    def migrateops_rewrite_operations(self, ctx: HookContext, script: Any) -> None:
        """Change the operations of a generated script in place, before it is written.

        Args:
            ctx: The run.
            script: The ``MigrationScript``.
        """

    @hookspec
    def migrateops_revision_written(self, config: Any, revision: Any) -> None:
        """Learn of a new script, when it is written and the project's post-write hooks have run on it.

        Called by ``revision`` and ``merge``, once per script.  The script stays, whatever is raised.

        Args:
            config: The ``Config``.
            revision: The ``Script``: ``revision.path`` is its file, ``revision.revision`` its id.
        """

    @hookspec
    def migrateops_check(self, ctx: HookContext, plan: Sequence[Any]) -> Sequence[Any] | None:
        """Find fault with a plan, as a lint rule does.

        Args:
            ctx: The run.
            plan: Its steps, in order.

        Returns:
            Findings.
        """

    @hookspec
    def migrateops_doctor(self, env: Any) -> Sequence[Any] | None:
        """Find fault with the installation.

        Args:
            env: The ``EnvironmentContext``, or None outside of a project.

        Returns:
            ``migrateops.plugins.Finding`` objects.
        """
