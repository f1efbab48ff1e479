"""The options of the program, which may stand before or after the command."""

from __future__ import annotations

from typing import Any

import click

from migrateops.cli.invocation import Invocation

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
