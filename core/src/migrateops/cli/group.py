"""The group of all commands: ours by their modules, those of plugins by their metadata."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import cleandoc
from typing import TYPE_CHECKING, Any

import click

from migrateops.cli.failure import coded_error
from migrateops.cli.fast import abandon
from migrateops.cli.invocation import Invocation
from migrateops.cli.options import options
from migrateops.errors.base import MigrateOpsError, closest

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from migrateops.plugins.discovery import Advert
    from migrateops.plugins.manager import Plugins

VERBS = {
    "init": ("init", "Make a directory for migration scripts, and a configuration file."),
    "list_templates": ("list_templates", "Show what `init` can begin with."),
    "revision": ("revision", "Write a new script."),
    "merge": ("merge", "Write a script that joins branches."),
    "rebase": ("rebase", "Put one branch behind another, so that there is one head."),
    "check": ("check", "Say whether models and database differ."),
    "diff": ("diff", "Show in what two databases, models or snapshots differ."),
    "snapshot": ("snapshot", "Print the schema of the database, or of the models, as JSON."),
    "coverage": ("coverage", "Show what the database has and no comparison looks at."),
    "upgrade": ("run", "Run scripts up to a revision."),
    "downgrade": ("run", "Take scripts back down to a revision."),
    "status": ("status", "Show on one screen where the project stands."),
    "current": ("current", "Show what revisions the database is at."),
    "heads": ("read", "Show the revisions that none follows."),
    "history": ("read", "Show the revisions, the newest first."),
    "show": ("read", "Show a revision."),
    "graph": ("graph", "Draw the history, with its branches and merges."),
    "edit": ("edit", "Open the script of a revision in an editor."),
    "branches": ("branches", "Show where the history divides."),
    "stamp": ("run", "Set what the database is at, and run nothing."),
    "ensure_version": ("ensure_version", "Create the version table, if it is not there."),
    "plugins": ("plugins", "Show what plugins are installed, and what is wrong with them."),
    "stubs": ("stubs", "Write the signatures of all operations for type checkers and editors."),
    "completion": ("completion", "Print what makes a shell complete commands, options and revisions."),
    "quickstart": ("quickstart", "Make a small project and show the daily work on it."),
}
"""By verb, the module in ``cli.verbs`` that has it, and the first line of its help."""


class Verbs(click.Group):
    """Imports a command when it is typed; a plugin that is broken breaks nothing but its own command."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._ready: dict[str, click.Command] = {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return our verbs, then those that enabled plugins add."""
        return [*VERBS, *(advert.name for advert in _offered(_plugins(ctx)))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command behind a verb, importing its module, or None.

        Raises:
            MigrateOpsError: A plugin offers it, and cannot be loaded.
        """
        if cmd_name not in VERBS:
            return _of_plugin(ctx, cmd_name)
        if cmd_name not in self._ready:
            module, summary = VERBS[cmd_name]
            command: click.Command = getattr(import_module(f"migrateops.cli.verbs.{module}"), cmd_name)
            command.help = f"{summary}\n\n{cleandoc(command.help or '')}"
            _take_options(command)
            self._ready[cmd_name] = command
        return self._ready[cmd_name]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs; nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, summary) for verb, (_, summary) in VERBS.items()])
        offered = _of_plugins(ctx)
        if offered:
            with formatter.section("Commands of plugins"):
                formatter.write_dl(offered)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return the commands and options that begin like *incomplete*; no command is imported for it."""
        from click.shell_completion import CompletionItem

        summaries = [*((verb, summary) for verb, (_, summary) in VERBS.items()), *_of_plugins(ctx)]
        found = [CompletionItem(verb, help=about) for verb, about in summaries if verb.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is typed.

        Raises:
            click.UsageError: There is none of that name; it says what was most likely meant.
        """
        verb = args[0]
        if self.get_command(ctx, verb) is None and not ctx.resilient_parsing:
            ctx.fail(f"No such command {verb!r}.{_guess(ctx, verb, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> int:
        """Run the command that is typed and return the exit status."""
        try:
            result = super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, MigrateOpsError):
            raise
        except BrokenPipeError as error:
            coded = coded_error(error)
            if coded is not None:
                # It is env.py that has printed something, and has not come to its end.
                raise coded from error
            abandon(sys.stdout)
            return 0
        except Exception as error:
            advert: Advert | None = ctx.meta.get(_ADVERT)
            if advert is None:
                raise
            problem = " ".join(f"{type(error).__name__}: {error}".split())
            from migrateops.errors.commands import PluginCommandFailed

            raise PluginCommandFailed(
                advert.distribution, advert.version, advert.entry_point, problem
            ) from error
        return result if isinstance(result, int) and _ADVERT not in ctx.meta else 0


_ADVERT = "migrateops.advert"


def _take_options(command: click.Command) -> None:
    """Let the options of the program stand after a command too, where it has no others of that name."""
    own = {name for parameter in command.params for name in parameter.opts}
    for one in options(hidden=True):
        one.opts = [name for name in one.opts if name not in own]
        if one.opts:
            command.params.append(one)
    for inner in getattr(command, "commands", {}).values():
        _take_options(inner)


def _plugins(ctx: click.Context) -> Plugins:
    """Return the plugins of the project; those of no project where its configuration is broken."""
    from migrateops.plugins.manager import Plugins
    from migrateops.plugins.policy import PluginPolicy

    try:
        settings = ctx.ensure_object(Invocation).config.settings.plugins
    except MigrateOpsError:
        settings = None
    return Plugins(PluginPolicy.from_settings(settings))


def _offered(plugins: Plugins) -> Iterator[Advert]:
    """Yield who offers which verb; where two do, neither is there."""
    from migrateops.plugins.discovery import COMMANDS

    for verb in sorted(plugins.discovery.offers[COMMANDS]):
        if verb not in VERBS:
            try:
                advert = plugins.choose(COMMANDS, verb)
            except MigrateOpsError:
                continue
            if advert is not None:
                yield advert


def _of_plugins(ctx: click.Context) -> list[tuple[str, str]]:
    """Return the verbs that plugins add, each with whom it is from."""
    from migrateops.plugins.glance import may_offer

    # Discovery takes longer than all the rest of `--help`, and most plugins add no verbs.
    if os.environ.get("MIGRATEOPS_PLUGINS") == "none" or not may_offer("migrateops.commands"):
        return []
    return [
        (advert.name, f"from {advert.distribution} {advert.version}") for advert in _offered(_plugins(ctx))
    ]


def _of_plugin(ctx: click.Context, verb: str) -> click.Command | None:
    from migrateops.plugins.discovery import COMMANDS

    if verb.startswith("-"):
        return None
    plugins = _plugins(ctx)
    advert = plugins.choose(COMMANDS, verb)
    if advert is None:
        return None
    found = plugins.command(verb)
    if not isinstance(found, click.Command):
        shown = f"{type(found).__name__} {found!r}"
        from migrateops.errors.plugins import WrongPluginObject

        raise WrongPluginObject(
            advert.distribution, advert.version, advert.entry_point, "a click command", shown
        )
    ctx.meta[_ADVERT] = advert
    return found


def _guess(ctx: click.Context, verb: str, known: list[str]) -> str:
    """Return what to say about a verb that does not exist: who would have it, or what was meant."""
    from migrateops.plugins.discovery import COMMANDS

    plugins = _plugins(ctx)
    for advert in plugins.discovery.offers[COMMANDS].get(verb, ()):
        return f" {advert.distribution} {advert.version} has it, and takes no part here."
    near = closest(verb, known)
    return f" Did you mean {near!r}?" if near is not None else ""
