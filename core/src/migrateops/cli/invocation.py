"""What the options of the program say, and the configuration that follows from them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click

    from migrateops.config import Config, PluginSettings


class CommandOptions:
    """What the command line says, for ``env.py``: ``context.config.cmd_opts``.

    Beside the options of the program it has those of the command that is being run, under the names that
    Alembic has for them: ``autogenerate``, ``message``, ``sql``, ``tag``, ``revision`` and so on.

    Attributes:
        config: The configuration file.
        name: A section or database of it.
        x: Arguments for ``env.py``.
        quiet: Print results and errors only.
        raiseerr: Print tracebacks.
    """

    def __init__(self, given: Invocation) -> None:
        self.config = given.file
        self.name = given.name
        self.x = given.x
        self.quiet = given.quiet
        self.raiseerr = given.debug
        self._context = given.context

    def __getattr__(self, name: str) -> Any:
        # A copy that is being made has no attributes yet.
        context = None if name.startswith("_") else self._context()
        if context is not None and name in context.params:
            return context.params[name]
        raise AttributeError(f"the command has no option {name!r}")

    @property
    def cmd(self) -> tuple[Any, list[str], list[str]]:
        """The function of the command, and the names of its arguments and of its options."""
        import click

        context = self._context()
        assert context is not None
        listed = context.command.params
        arguments = [one.name or "" for one in listed if isinstance(one, click.Argument)]
        return context.command.callback, arguments, [name for name in context.params if name not in arguments]


class Invocation:
    """The options that stand before or after the command; a command of a plugin gets it as ``ctx.obj``.

    Attributes:
        file: The configuration file.
        name: A section or database of it.
        url: The database url, over the configured one.
        x: Arguments for ``env.py``.
        plugins: ``none``, ``auto`` or ``list:name,name``.
        deny: Distributions that take no part.
        quiet: Print results and errors only.
        debug: Print tracebacks.
        color: Whether a terminal gets colours.
        alone: The process ends with this command.
        words: The command and its arguments, where they were parsed without click.
    """

    def __init__(self, *, alone: bool = False, words: Sequence[str] = ()) -> None:
        self.file: str | None = None
        self.name: str | None = None
        self.url: str | None = None
        self.x: list[str] = []
        self.plugins: str | None = None
        self.deny: list[str] = []
        self.quiet = False
        self.debug = False
        self.color = True
        self.alone = alone
        self.words = words

    def context(self) -> click.Context | None:
        """Return what is being run as click parses it; None where nothing is."""
        import click

        if not self.words:
            return click.get_current_context(silent=True)
        from migrateops.cli.main import program

        verb, *arguments = self.words
        command = program.get_command(click.Context(program), verb)
        assert command is not None
        return command.make_context(verb, arguments, obj=self)

    @cached_property
    def config(self) -> Config:
        """The configuration; found and read at the first use.

        Raises:
            MigrateOpsError: The file cannot be read or parsed.
        """
        import sys

        from migrateops.cli.project import ProjectConfig

        policy = self._policy if self.plugins is not None or self.deny else None
        config = ProjectConfig.find(file=self.file, name=self.name, url=self.url, policy=policy)
        assert isinstance(config, ProjectConfig)
        config.cmd_opts = CommandOptions(self)
        config.stdout = config.output_buffer = sys.stdout
        config.policy = policy
        config.alone = self.alone
        if not self.quiet:
            from migrateops.cli.fast import print_ignored_files

            print_ignored_files(config)
        return config

    def _policy(self, found: PluginSettings) -> PluginSettings:
        if self.plugins == "none":
            found = found._replace(autoload=False, enable=(), require=())
        elif self.plugins == "auto":
            found = found._replace(autoload=True)
        elif self.plugins is not None:
            named = self.plugins.removeprefix("list:").split(",")
            enable = tuple(name.strip() for name in named if name.strip())
            found = found._replace(autoload=False, enable=enable)
        return found._replace(deny=(*found.deny, *self.deny))
