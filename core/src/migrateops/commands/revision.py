"""``revision``: write a new script, empty or from a comparison of models and database."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrateops.commands.running import run_environment
from migrateops.commands.upgrade import refuse_unreadable
from migrateops.errors.commands import NothingCompared, TokenTaken
from migrateops.errors.runtime import DatabaseNotAtHead, NoModels
from migrateops.script.directory import ScriptDirectory

if TYPE_CHECKING:
    from migrateops.autogenerate import AutogenContext
    from migrateops.config import Config
    from migrateops.operations.ops import MigrationScript
    from migrateops.runtime.migration import MigrationContext
    from migrateops.script.script import Script


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A script that was written.

    Attributes:
        revision: Its id.
        path: Its file.
        message: The first line of its docstring.
        operations: What ``upgrade()`` does, one line each.
        not_compared: What autogenerate did not look at, one phrase each.
    """

    revision: str
    path: str
    message: str
    operations: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()

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

    Raises:
        DatabaseNotAtHead: Autogenerate, and scripts are pending.
        NoModels: Autogenerate, and there are no models.
        NothingCompared: Autogenerate, and ``env.py`` did not run the migrations.
        TokenTaken: Autogenerate of several databases, for one place of the template.
        MigrateOpsError: An argument names nothing, or a file is in the way.
    """
    from migrateops.operations.ops import DowngradeOps, MigrationScript, UpgradeOps

    script = ScriptDirectory.from_config(config)
    refuse_unreadable(script)
    directive = MigrationScript(
        rev_id or uuid.uuid4().hex[-12:],
        UpgradeOps(),
        DowngradeOps(),
        message=message,
        head=head,
        splice=splice,
        branch_label=branch_label,
        version_path=version_path,
        depends_on=depends_on,
    )
    making = _Making(script, directive, process_revision_directives)
    if autogenerate or _runs_environment(config, script):
        making.compare = autogenerate
        run_environment(config, script, making.in_context, as_sql=sql, destination_rev=head, read_only=True)
    if autogenerate and not making.tokens:
        raise NothingCompared(script.env_py_location)
    return tuple(making.write(one) for one in making.directives)


def _runs_environment(config: Config, script: ScriptDirectory) -> bool:
    return bool(config.settings.revision_environment) and Path(script.env_py_location).is_file()


class _Making:
    """The scripts that are to be written, while the environment runs.

    Attributes:
        tokens: The template variables that the comparisons so far are for, with the context of each.
    """

    def __init__(self, script: ScriptDirectory, directive: MigrationScript, process: Any) -> None:
        self.script = script
        self.directives: list[MigrationScript] = [directive]
        self.process = process
        self.compare = False
        self.tokens: dict[str, AutogenContext] = {}
        self.not_compared: tuple[str, ...] = ()
        self.template_args: dict[str, Any] = {}
        self._directive = directive
        self._context: AutogenContext | None = None

    def in_context(self, rows: tuple[str, ...], context: MigrationContext) -> list[Any]:
        """Add the comparison with this database to the script, and let others change it."""
        from migrateops.autogenerate import AutogenContext, rewrite

        plugins = context.plugins
        # Whatever is installed takes part: a plugin left out could mean that its objects are dropped.
        plugins.start(
            env=context.environment_context or context,
            needed=plugins.enabled if self.compare else (),
        )
        self.template_args |= context.opts.get("template_args", {})
        if self.compare and context.metadata is None:
            raise NoModels
        self._context = AutogenContext(context, context.metadata, autogenerate=self.compare)
        if self.compare:
            self._compare(rows, self._context)
        rewrite(self._context, rows, self.directives)
        if self.process is not None:
            self.process(context, rows, self.directives)
        return []

    def _compare(self, rows: tuple[str, ...], context: AutogenContext) -> None:
        from migrateops.autogenerate import produce_script
        from migrateops.autogenerate.produce import COVERAGE

        heads = self.script.get_heads(consider_depends_on=True)
        if set(rows) != set(heads):
            raise DatabaseNotAtHead(rows, tuple(heads))
        made = produce_script(context)
        if not self.directives:
            # Taken out as it was empty so far; another database may differ.
            self.directives.append(self._directive)
        directive = self.directives[0]
        if not self.tokens:
            directive.upgrade_ops_list.clear()
            directive.downgrade_ops_list.clear()
        for token in (
            *(ops.upgrade_token for ops in made.upgrade_ops_list),
            *(ops.downgrade_token for ops in made.downgrade_ops_list),
        ):
            if token in self.tokens:
                raise TokenTaken(token)
            self.tokens[token] = context
        directive.upgrade_ops_list += made.upgrade_ops_list
        directive.downgrade_ops_list += made.downgrade_ops_list
        directive.imports |= made.imports
        directive.requires_plugins |= made.requires_plugins
        self.not_compared = tuple(dict.fromkeys((*self.not_compared, *made.info[COVERAGE])))

    def write(self, directive: MigrationScript) -> NewRevision:
        """Render one script and write its file."""
        more: dict[str, Any] = dict(self.template_args)
        operations: tuple[str, ...] = ()
        if self._context is not None:
            more |= self._rendered(directive, self._context)
            operations = tuple(op.describe() for ops in directive.upgrade_ops_list for op in ops.flat())
        made: Script = self.script.generate_revision(
            directive.rev_id or uuid.uuid4().hex[-12:],
            directive.message,
            head=directive.head,
            splice=bool(directive.splice),
            branch_labels=directive.branch_label,
            version_path=directive.version_path,
            depends_on=directive.depends_on,
            requires_plugins=directive.requires_plugins,
            **more,
        )
        return NewRevision(made.revision, made.path, directive.message or "", operations, self.not_compared)

    def _rendered(self, directive: MigrationScript, last: AutogenContext) -> dict[str, str]:
        """Return the texts for the template, each part written as options and dialect of its context say.

        Args:
            directive: The script.
            last: For parts that come from no comparison.
        """
        from migrateops.autogenerate import template_args
        from migrateops.operations.ops import MigrationScript

        texts: dict[str, str] = {}
        for context in dict.fromkeys((*self.tokens.values(), last)):
            part = MigrationScript(
                None,
                [ops for ops in directive.upgrade_ops_list if self._of(ops.upgrade_token, last) is context],
                [
                    ops
                    for ops in directive.downgrade_ops_list
                    if self._of(ops.downgrade_token, last) is context
                ],
                imports=directive.imports,
            )
            texts |= template_args(context, part)
            directive.requires_plugins |= part.requires_plugins
        return texts

    def _of(self, token: str, last: AutogenContext) -> AutogenContext:
        return self.tokens.get(token, last)
