"""``alembic.autogenerate.RevisionContext``: new scripts, for programs that run the steps themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrateops.commands.directives import Directives, empty_script
from migrateops.commands.revision import write
from migrateops_alembic.api.scripts import Script, ScriptDirectory
from migrateops_alembic.api.values import to_tuple


class RevisionContext:
    """The scripts that a run of an environment fills, and that are written afterwards.

    Args:
        config: The configuration.
        script_directory: Where they are written.
        command_args: The arguments of the command: ``message``, ``head``, ``splice`` and the like.
        process_revision_directives: ``function(context, revision, directives)`` that may change them.

    Attributes:
        command_args: As given.
    """

    def __init__(
        self,
        config: Any,
        script_directory: ScriptDirectory,
        command_args: Mapping[str, Any],
        process_revision_directives: Any = None,
    ) -> None:
        self.config = config
        self.script_directory = script_directory
        self.command_args = command_args
        names = ("rev_id", "message", "splice", "branch_label", "version_path", "depends_on")
        said = {name: command_args.get(name) for name in names}
        directive = empty_script(head=command_args.get("head") or "head", **said)
        self._directives = Directives(script_directory, directive, process_revision_directives)

    @property
    def generated_revisions(self) -> list[Any]:
        """The scripts so far, as directives."""
        return self._directives.listed

    def run_autogenerate(self, rev: Any, migration_context: Any) -> None:
        """Fill the script with the difference between models and database."""
        self._directives.comparing = True
        self._directives.in_context(to_tuple(rev) or (), migration_context)

    def run_no_autogenerate(self, rev: Any, migration_context: Any) -> None:
        """Let the project change the script, and compare nothing."""
        self._directives.in_context(to_tuple(rev) or (), migration_context)

    def generate_scripts(self) -> Iterator[Script | None]:
        """Write the scripts, and yield them."""
        for new in write(self.config, self._directives):
            yield self.script_directory.get_revision(new.revision)
