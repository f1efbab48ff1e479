"""What all commands share that run an environment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from migrateops import errors
from migrateops.commands.missing import explained_steps
from migrateops.commands.report import DatabaseReport, RunReport, StepReport
from migrateops.errors.mask import shown
from migrateops.plugins.discovery import discover
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from migrateops.revisions.walk import Step
from migrateops.runtime.environment import EnvironmentContext, all_notes
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.runtime.migration import MigrationContext
    from migrateops.runtime.step import RevisionStep

MakeSteps: TypeAlias = "Callable[[tuple[str, ...], MigrationContext], Iterable[Step]]"
Progress: TypeAlias = "Callable[[RevisionStep, int, int], None]"


class Recorder:
    """Note the steps as they are taken, and pass the news on."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._taken: list[tuple[RevisionStep, float]] = []

    def __call__(self, step: RevisionStep, index: int, total: int) -> None:
        self._taken.append((step, time.perf_counter()))
        if self._progress is not None:
            self._progress(step, index, total)

    def failed(self, step: RevisionStep) -> None:
        """Pass on that a step was begun, and not brought to its end."""
        # Somebody who wants to know says so by having a method for it.
        if told := getattr(self._progress, "failed", None):
            told(step)

    def waiting(self) -> None:
        """Pass on that another run holds the lock."""
        if told := getattr(self._progress, "waiting", None):
            told()

    def reports(self, committed: set[int]) -> tuple[StepReport, ...]:
        """Return what was taken; called when the run is over.

        Args:
            committed: ``id()`` of the steps that are there to stay.
        """
        # Each ends where the next one starts.
        ends = [*(start for _, start in self._taken), time.perf_counter()][1:]
        return tuple(
            StepReport(
                revision=one.revision.revision if one.revision is not None else None,
                direction=one.direction,
                message=one.revision.doc if one.revision is not None else "",
                source=one.step.source,
                destination=one.step.destination,
                database=one.database,
                seconds=end - start,
            )
            for (one, start), end in zip(self._taken, ends, strict=True)
            if id(one) in committed
        )


def project_plugins(config: Config) -> Plugins:
    """Return the plugins of a project, not started yet."""
    policy = PluginPolicy.from_settings(config.settings.plugins)
    # Installed plugins are looked for on the path without the project's own directories.
    return Plugins(policy, partial(discover, tuple(config.prepend_sys_path())))


def run_environment(
    config: Config, script: ScriptDirectory, make_steps: MakeSteps, **opts: Any
) -> EnvironmentContext:
    """Execute ``env.py``, or do without one, with *make_steps* saying what is to be done.

    Args:
        config: The configuration.
        script: The script directory.
        make_steps: From the rows of the version table and the context to the steps.
        **opts: Options of every ``configure()``.

    Raises:
        MigrateOpsError: Whatever stops the run.
    """
    config.before_environment(connecting=not opts.get("as_sql"))
    plugins = project_plugins(config)
    fn = explained_steps(make_steps, script)
    with EnvironmentContext(config, script, fn=fn, plugins=plugins, **opts) as environment:
        if Path(script.env_py_location).is_file():
            script.run_env(environment.registrations)
        else:
            from migrateops.runtime import without_env

            without_env.run(environment)
    environment.check_committed()
    return environment


def visit_databases(
    config: Config, script: ScriptDirectory, make_steps: MakeSteps, **opts: Any
) -> EnvironmentContext:
    """Run an environment as ``run_environment()`` does, in which migrations must be run.

    Raises:
        NothingRun: ``env.py`` has not run any: what it was asked for is not done, and nothing is known.
        MigrateOpsError: Whatever stops the run.
    """
    environment = run_environment(config, script, make_steps, **opts)
    if not any(context.was_run for context in environment.contexts):
        raise errors.runtime.NothingRun(script.env_py_location)
    return environment


def take_steps(
    config: Config,
    make_steps: MakeSteps,
    *,
    progress: Progress | None = None,
    script: ScriptDirectory | None = None,
    **opts: Any,
) -> RunReport:
    """Run an environment and report on what it did.

    Args:
        progress: Called before each step; its method ``rows(table, done, total)``, if it has one, while
            a large table is copied, and its method ``failed(step)`` where a step does not succeed.
    """
    recorder = Recorder(progress)
    # Somebody who wants to know of rows as well says so by having a method for it.
    opts["copying"] = getattr(progress, "rows", None)
    script = script or ScriptDirectory.from_config(config)
    environment = visit_databases(config, script, make_steps, progress=recorder, **opts)
    entered = [context for context in environment.contexts if context.taken.start is not None]
    taken = [context.taken for context in entered]
    return RunReport(
        steps=recorder.reports({id(step) for one in taken for step in one.steps}),
        heads=taken[-1].rows if taken else (),
        databases=tuple(DatabaseReport(_url(context), context.taken.rows) for context in entered),
        notes=tuple(all_notes(environment.contexts)),
        left_out=tuple(environment.plugins.reports),
        hook_errors=tuple(environment.plugins.hooks.errors),
    )


def _url(context: MigrationContext) -> str | None:
    return shown(context.connection.engine.url) if context.connection is not None else None
