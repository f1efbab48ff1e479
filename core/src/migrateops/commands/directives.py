"""The scripts that are to be written, as directives; an environment is run to fill them."""

from __future__ import annotations

import uuid
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.commands.running import run_environment
from migrateops.revisions.expressions import known_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from migrateops.autogenerate import AutogenContext
    from migrateops.autogenerate.renames import PossibleRename
    from migrateops.config import Config
    from migrateops.operations.ops import MigrationScript
    from migrateops.plugins.manager import Plugins
    from migrateops.runtime.migration import MigrationContext
    from migrateops.script.directory import ScriptDirectory

    Ask = Callable[[PossibleRename], bool]


def empty_script(**options: Any) -> MigrationScript:
    """Return a directive without operations; its id is a random one if none is given."""
    from migrateops.operations.ops import DowngradeOps, MigrationScript, UpgradeOps

    rev_id = options.pop("rev_id", None) or uuid.uuid4().hex[-12:]
    return MigrationScript(rev_id, UpgradeOps(), DowngradeOps(), **options)


class Directives:
    """What an environment makes of one directive: it may be filled, changed, taken out or joined by others.

    Args:
        script: The script directory.
        directive: The directive to begin with.
        process: ``function(context, revision, directives)`` that may change the list.
        rewriting: Whether plugins and the project may change anything.
        ask: Is asked of each `PossibleRename` whether it is one; nobody is when None.

    Attributes:
        listed: The directives.
        tokens: The template variables that the comparisons so far are for, with the context of each.
        not_compared: What was not looked at, one phrase each.
        uncompared: How many objects there are that were not compared, by kind.
        notes: What is to be looked at, one phrase each.
        template_args: What ``env.py`` adds for the template.
        last: The latest context.
        plugins: The plugins of the environment that was run; None where none was.
        comparing: Whether models and databases are compared.
    """

    def __init__(
        self,
        script: ScriptDirectory,
        directive: MigrationScript,
        process: Any = None,
        *,
        rewriting: bool = True,
        ask: Ask | None = None,
    ) -> None:
        self.script = script
        self.listed: list[MigrationScript] = [directive]
        self.tokens: dict[str, AutogenContext] = {}
        self.not_compared: tuple[str, ...] = ()
        self.uncompared: Counter[str] = Counter()
        self.notes: tuple[str, ...] = ()
        self.template_args: dict[str, Any] = {}
        self.last: AutogenContext | None = None
        self.plugins: Plugins | None = None
        self._directive = directive
        self._process = process
        self._rewriting = rewriting
        self._ask = ask
        self.comparing = False

    def compare(self, config: Config, **opts: Any) -> None:
        """Fill the directive with the difference between models and databases.

        Raises:
            DatabaseNotAtHead: Scripts are pending.
            NoModels: There are no models.
            NothingCompared: ``env.py`` did not run the migrations.
            TokenTaken: Several databases are compared for one place of the template.
        """
        self.comparing = True
        run_environment(config, self.script, self.in_context, read_only=True, **opts)
        if not self.tokens:
            raise errors.commands.NothingCompared(self.script.env_py_location)

    def run_if_configured(self, config: Config, **opts: Any) -> None:
        """Run ``env.py`` where ``revision_environment`` says that new scripts need it; compare nothing."""
        if config.settings.revision_environment and Path(self.script.env_py_location).is_file():
            run_environment(config, self.script, self.in_context, read_only=True, **opts)

    def in_context(self, rows: tuple[str, ...], context: MigrationContext) -> list[Any]:
        """Add the comparison with this database to the script, and let others change it."""
        from migrateops.autogenerate import AutogenContext, rewrite

        self.plugins = plugins = context.plugins
        # Whatever is installed takes part: a plugin left out could mean that its objects are dropped.
        plugins.start(
            env=context.environment_context or context,
            needed=plugins.enabled if self.comparing else (),
        )
        self.template_args |= context.opts.get("template_args", {})
        if self.comparing and context.metadata is None:
            raise errors.runtime.NoModels
        self.last = AutogenContext(
            context, context.metadata, {"ask_rename": self._ask}, autogenerate=self.comparing
        )
        if self.comparing:
            self._compare(rows, self.last)
        if self._rewriting:
            rewrite(self.last, rows, self.listed)
            if self._process is not None:
                self._process(context, rows, self.listed)
        return []

    def _compare(self, rows: tuple[str, ...], context: AutogenContext) -> None:
        from migrateops.autogenerate import produce_script
        from migrateops.autogenerate.produce import COVERAGE, NOTES, UNCOMPARED

        heads = self.script.get_heads(consider_depends_on=True)
        known_rows(self.script.graph, rows)
        if set(rows) != set(heads):
            raise errors.runtime.DatabaseNotAtHead(rows, tuple(heads))
        made = produce_script(context)
        if not self.listed:
            # Taken out as it was empty so far; another database may differ.
            self.listed.append(self._directive)
        directive = self.listed[0]
        if not self.tokens:
            directive.upgrade_ops_list.clear()
            directive.downgrade_ops_list.clear()
        for token in (
            *(ops.upgrade_token for ops in made.upgrade_ops_list),
            *(ops.downgrade_token for ops in made.downgrade_ops_list),
        ):
            if token in self.tokens:
                raise errors.commands.TokenTaken(token)
            self.tokens[token] = context
        directive.upgrade_ops_list += made.upgrade_ops_list
        directive.downgrade_ops_list += made.downgrade_ops_list
        directive.imports |= made.imports
        directive.requires_plugins |= made.requires_plugins
        self.not_compared = tuple(dict.fromkeys((*self.not_compared, *made.info[COVERAGE])))
        self.uncompared.update(made.info[UNCOMPARED])
        self.notes = tuple(dict.fromkeys((*self.notes, *made.info[NOTES])))
