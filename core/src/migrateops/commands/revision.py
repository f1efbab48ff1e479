"""``revision``: write a new script, empty or from a comparison of models and database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.commands.directives import Directives, empty_script
from migrateops.commands.running import project_plugins
from migrateops.commands.scripts import refuse_unreadable
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.autogenerate import AutogenContext
    from migrateops.commands.directives import Ask
    from migrateops.config import Config
    from migrateops.operations.ops import MigrationScript


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A script that was written.

    Attributes:
        revision: Its id.
        path: Its file.
        message: The first line of its docstring.
        operations: What ``upgrade()`` does, one line each.
        not_compared: What autogenerate did not look at, one phrase each.
        notes: What is to be looked at: what may be a rename, and what went wrong in post-write hooks
            that may fail; one phrase each.
        uncompared: How many objects there are that autogenerate did not look at, by kind.
    """

    revision: str
    path: str
    message: str
    operations: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    uncompared: Mapping[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the attributes by name, as ``--json`` prints them."""
        return asdict(self)


def revision(
    config: Config,
    message: str | None = None,
    autogenerate: bool = False,
    sql: bool = False,
    head: str | Iterable[str] = "head",
    splice: bool = False,
    branch_label: str | Iterable[str] | None = None,
    version_path: str | None = None,
    rev_id: str | None = None,
    depends_on: str | Iterable[str] | None = None,
    process_revision_directives: Any = None,
    ask: Ask | None = None,
) -> tuple[NewRevision, ...]:
    """Write a new script; nothing is sent to the database but questions.

    Args:
        config: The configuration.
        message: The first line of its docstring.
        autogenerate: Compare the models with the database, and write the difference.
        sql: Run ``env.py`` offline, where it is run at all.
        head: What it follows.
        splice: Whether it may follow a revision that is followed already.
        branch_label: Labels to write on it.
        version_path: The directory for it.
        rev_id: Its id; a random one when omitted.
        depends_on: Revisions that must be applied before it.
        process_revision_directives: ``function(context, revision, directives)`` that may change,
            add and remove the scripts before they are written.
        ask: Autogenerate asks it of each `PossibleRename` whether it is one; where it is None, what
            looks like a rename is dropped and added, with a comment and a note.

    Raises:
        DatabaseNotAtHead: Autogenerate, and scripts are pending.
        NoModels: Autogenerate, and there are no models.
        NothingCompared: Autogenerate, and ``env.py`` did not run the migrations.
        TokenTaken: Autogenerate of several databases, for one place of the template.
        WriteHookFailed: A post-write hook failed; what was written stays.
        MigrateOpsError: An argument names nothing, or a file is in the way.
    """
    script = ScriptDirectory.from_config(config)
    refuse_unreadable(script, version_path)
    directive = empty_script(
        rev_id=rev_id,
        message=message,
        head=head,
        splice=splice,
        branch_label=branch_label,
        version_path=version_path,
        depends_on=depends_on,
    )
    directives = Directives(script, directive, process_revision_directives, ask=ask)
    if autogenerate:
        directives.compare(config, as_sql=sql, destination_rev=head)
    else:
        directives.run_if_configured(config, as_sql=sql, destination_rev=head)
    return write(config, directives)


def write(config: Config, directives: Directives) -> tuple[NewRevision, ...]:
    """Render each directive, write its file, and tell the plugins.

    Where one cannot be written, none is there afterwards.

    Raises:
        WriteHookFailed: A post-write hook failed; all files are written by then.
        PluginHookError: The hook of a plugin failed; all files are written by then.
    """
    if not directives.listed:
        return ()
    # Before anything is written: a plugin that is required may be missing.
    plugins = directives.plugins or project_plugins(config)
    plugins.start()
    failures: list[errors.write_hooks.WriteHookFailed] = []
    written: list[NewRevision] = []
    try:
        for one in directives.listed:
            written.append(_written(directives, one, failures))  # noqa: PERF401  kept where the next one fails
    except BaseException:
        for earlier in written:
            Path(earlier.path).unlink(missing_ok=True)
        raise
    for failure in failures:
        raise failure
    for new in written:
        plugins.hooks.call(
            "migrateops_revision_written",
            config=config,
            revision=directives.script.get_revision(new.revision),
        )
    return tuple(written)


def _written(
    directives: Directives, directive: MigrationScript, failures: list[errors.write_hooks.WriteHookFailed]
) -> NewRevision:
    """Write one script; what a post-write hook fails with is added to *failures*."""
    variables: dict[str, Any] = dict(directives.template_args)
    operations: tuple[str, ...] = ()
    if directives.last is not None:
        variables |= _rendered(directives, directive, directives.last)
        operations = tuple(op.summary() for ops in directive.upgrade_ops_list for op in ops.flat())
    script, revision = directives.script, directive.rev_id or uuid.uuid4().hex[-12:]
    script.hook_failures.clear()
    try:
        path = script.generate_revision(
            revision,
            directive.message,
            head=directive.head,
            splice=bool(directive.splice),
            branch_labels=directive.branch_label,
            version_path=directive.version_path,
            depends_on=directive.depends_on,
            requires_plugins=directive.requires_plugins,
            **variables,
        ).path
    except errors.write_hooks.WriteHookFailed as failure:
        # The file is there, and a script that follows it may be still to come.
        failures.append(failure)
        path = failure.path
    notes = (*directives.notes, *(failure.message() for failure in script.hook_failures))
    return NewRevision(
        revision,
        path,
        directive.message or "",
        operations,
        directives.not_compared,
        notes,
        dict(directives.uncompared),
    )


def _rendered(directives: Directives, directive: MigrationScript, last: AutogenContext) -> dict[str, str]:
    """Return the texts for the template, each part written as options and dialect of its context say.

    Args:
        directives: Where the contexts are known.
        directive: The script.
        last: For parts that come from no comparison.
    """
    from migrateops.autogenerate import template_args
    from migrateops.operations.ops import MigrationScript

    tokens = directives.tokens
    texts: dict[str, str] = {}
    for context in dict.fromkeys((*tokens.values(), last)):
        part = MigrationScript(
            None,
            [ops for ops in directive.upgrade_ops_list if tokens.get(ops.upgrade_token, last) is context],
            [ops for ops in directive.downgrade_ops_list if tokens.get(ops.downgrade_token, last) is context],
            imports=directive.imports,
        )
        texts |= template_args(context, part)
        directive.requires_plugins |= part.requires_plugins
    return texts
