"""What the options of the program say, and the configuration that follows from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
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

    def __getattr__(self, name: str) -> Any:
        context = click.get_current_context(silent=True)
        if context is not None and name in context.params:
            return context.params[name]
        raise AttributeError(f"the command has no option {name!r}")

    @property
    def cmd(self) -> tuple[Any, list[str], list[str]]:
        """The function of the command, and the names of its arguments and of its options."""
        context = click.get_current_context()
        listed = context.command.params
        arguments = [one.name or "" for one in listed if isinstance(one, click.Argument)]
        return context.command.callback, arguments, [name for name in context.params if name not in arguments]


@dataclass(eq=False, repr=False)
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
    """

    file: str | None = None
    name: str | None = None
    url: str | None = None
    x: list[str] = field(default_factory=list)
    plugins: str | None = None
    deny: list[str] = field(default_factory=list)
    quiet: bool = False
    debug: bool = False
    color: bool = True
    alone: bool = False

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


# A command may have a parameter of its own under the same name.
_PREFIX = "program_"


def _remember(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    """Keep the value of an option; one that stands after the command comes later, and counts."""
    invocation = context.ensure_object(Invocation)
    name = str(parameter.name).removeprefix(_PREFIX)
    if isinstance(value, tuple):
        getattr(invocation, name).extend(value)
    elif name == "no_color":
        invocation.color = invocation.color and not value
    elif value not in (None, False):
        setattr(invocation, name, value)


def _policy(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is not None and value not in ("none", "auto") and not value.startswith("list:"):
        raise click.BadParameter(f"{value!r} is not 'none', 'auto' or 'list:name,name'.", context, parameter)
    _remember(context, parameter, value)


def options(*, hidden: bool = False) -> list[click.Parameter]:
    """Return the options of the program.

    Args:
        hidden: For use after the command, where the help of the program has described them.
    """

    def option(name: str, *flags: str, **more: Any) -> click.Option:
        names = (f"{_PREFIX}{name}", *flags)
        more = {"callback": _remember, "hidden": hidden, **more}
        # Eager, as what `--help` shows depends on some of them.
        return click.Option(names, expose_value=False, is_eager=True, **more)

    return [
        option("file", "-c", "--config", metavar="FILE", help="Read this configuration file."),
        option("name", "-n", "--name", metavar="NAME", help="Use this section or database of the file."),
        option("url", "--url", metavar="URL", help="Use this database, not the configured one."),
        option("x", "-x", multiple=True, metavar="KEY=VALUE", help="Pass an argument to env.py."),
        option(
            "plugins",
            "--plugins",
            callback=_policy,
            metavar="none|auto|list:A,B",
            help="Say which distributions with plugins take part.",
        ),
        option("deny", "--deny", multiple=True, metavar="DIST", help="Let a distribution take no part."),
        option("quiet", "-q", "--quiet", is_flag=True, help="Print results and errors only."),
        option("debug", "--debug", is_flag=True, help="Print the traceback of an error."),
        # What Alembic calls it.
        option("debug", "--raiseerr", is_flag=True, hidden=True),
        option("no_color", "--no-color", is_flag=True, help="Use no colours."),
    ]
