"""``alembic.config.CommandLine``: Alembic's verbs and options, for programs that build on its parser."""

from __future__ import annotations

import inspect
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from typing import Any

from migrateops.errors.base import MigrateOpsError
from migrateops_alembic.alias.table import VERSION
from migrateops_alembic.api import command
from migrateops_alembic.api.config import Config
from migrateops_alembic.reading import INI, MAIN, PYPROJECT

_VERBS = (
    *("branches", "check", "current", "downgrade", "edit", "ensure_version", "heads", "history", "init"),
    *("list_templates", "merge", "revision", "show", "stamp", "upgrade"),
)
_FLAG: dict[str, Any] = {"action": "store_true"}
_OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "template": (("-t", "--template"), {"default": "generic", "help": "template of the new directory"}),
    "package": (("--package",), {**_FLAG, "help": "make packages of the directories"}),
    "message": (("-m", "--message"), {"help": "message of the new script"}),
    "sql": (("--sql",), {**_FLAG, "help": "write the SQL and send nothing"}),
    "tag": (("--tag",), {"help": "text for env.py"}),
    "head": (("--head",), {"default": "head", "help": "what the new script follows"}),
    "splice": (("--splice",), {**_FLAG, "help": "let it follow what is no head"}),
    "depends_on": (("--depends-on",), {"action": "append", "help": "what the new script depends on"}),
    "rev_id": (("--rev-id",), {"help": "id of the new script"}),
    "version_path": (("--version-path",), {"help": "directory of the new script"}),
    "branch_label": (("--branch-label",), {"help": "label of the new script"}),
    "verbose": (("-v", "--verbose"), {**_FLAG, "help": "print more"}),
    "resolve_dependencies": (("--resolve-dependencies",), {**_FLAG, "help": "leave out what others need"}),
    "autogenerate": (("--autogenerate",), {**_FLAG, "help": "compare the models with the database"}),
    "rev_range": (("-r", "--rev-range"), {"help": "start:end"}),
    "indicate_current": (("-i", "--indicate-current"), {**_FLAG, "help": "mark what the database is at"}),
    "purge": (("--purge",), {**_FLAG, "help": "empty the version table first"}),
    "check_heads": (("-c", "--check-heads"), {**_FLAG, "help": "fail unless the database is at the heads"}),
}
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "revision": {"help": "id of a script, or an expression for it"},
    "rev": {"help": "id of a script, or an expression for it"},
    "revisions": {"nargs": "+", "help": "ids of scripts, or heads"},
    "directory": {"help": "directory of the scripts"},
}


class CommandLine:
    """A parser with a command for each verb, to which programs add options and commands of their own.

    Args:
        prog: What the program is called in its help.

    Attributes:
        parser: The parser.
        subparsers: Where commands are added to it.
    """

    def __init__(self, prog: str | None = None) -> None:
        self.prog = prog
        self.parser = self._made(prog)
        self.subparsers = self.parser.add_subparsers()
        for verb in _VERBS:
            self.register_command(getattr(command, verb))

    def _made(self, prog: str | None) -> ArgumentParser:
        parser = ArgumentParser(prog=prog)
        parser.add_argument("--version", action="version", version=f"%(prog)s {VERSION}")
        parser.add_argument("-c", "--config", action="append", help="configuration file; may be given twice")
        parser.add_argument("-n", "--name", default=MAIN, help="section of the ini file")
        parser.add_argument("-x", action="append", help="argument for env.py")
        parser.add_argument("--raiseerr", action="store_true", help="print a traceback for an error")
        parser.add_argument("-q", "--quiet", action="store_true", help="print less")
        return parser

    def register_command(self, fn: Callable[..., Any]) -> None:
        """Add a function as a command: its parameters behind the configuration are the arguments.

        Args:
            fn: The function; the first paragraph of its docstring is the help.
        """
        _, *parameters = inspect.signature(fn).parameters.values()
        positional = [one.name for one in parameters if one.default is one.empty]
        named = [one.name for one in parameters if one.default is not one.empty]
        if fn is command.stamp:
            positional = ["revisions"]
        text = " ".join((inspect.getdoc(fn) or "").partition("\n\n")[0].split())
        parser = self.subparsers.add_parser(fn.__name__, help=text)
        parser.set_defaults(cmd=(fn, positional, named))
        for name in named:
            if name in _OPTIONS:
                flags, options = _OPTIONS[name]
                parser.add_argument(*flags, dest=name, **options)
        for name in positional:
            parser.add_argument(name, **_ARGUMENTS.get(name, {}))

    def run_cmd(self, config: Config, options: Namespace) -> None:
        """Call the function of the chosen command.

        Args:
            config: The configuration.
            options: What the parser has found.

        Raises:
            SystemExit: It has failed; the error is printed.
            MigrateOpsError: It has failed, and ``--raiseerr`` is given.
        """
        fn, positional, named = options.cmd
        given = [getattr(options, name, None) for name in positional]
        try:
            fn(config, *given, **{name: getattr(options, name, None) for name in named})
        except MigrateOpsError as error:
            if options.raiseerr:
                raise
            sys.stderr.write(f"{error.report()}\n")
            raise SystemExit(255) from error

    def main(self, argv: Sequence[str] | None = None) -> None:
        """Run the command that the arguments name.

        Args:
            argv: The arguments without the program's name; None takes those of the process.

        Raises:
            SystemExit: The arguments are wrong, or the command has failed.
        """
        options = self.parser.parse_args(argv)
        if not hasattr(options, "cmd"):
            self.parser.error("no command is given")
        toml, ini = self._inis_from_config(options)
        config = Config(file_=ini, toml_file=toml, ini_section=options.name, cmd_opts=options)
        self.run_cmd(config, options)

    def _inis_from_config(self, options: Namespace) -> tuple[str, str]:
        """Return the TOML file and the ini file that the options name, or the usual ones."""
        named = list(options.config or [os.environ.get("ALEMBIC_CONFIG") or INI])
        tomls = [name for name in named if name.endswith(".toml")]
        inis = [name for name in named if not name.endswith(".toml")]
        if len(tomls) > 1 or len(inis) > 1:
            raise MigrateOpsError("one ini file and one pyproject.toml may be given, no more")
        return (tomls or [PYPROJECT])[0], (inis or [INI])[0]


def main(argv: Sequence[str] | None = None, prog: str | None = None, **kwargs: Any) -> None:
    """Run the command line.

    Args:
        argv: The arguments without the program's name; None takes those of the process.
        prog: What the program is called.
        **kwargs: Of no effect.

    Raises:
        SystemExit: The arguments are wrong, or the command has failed.
    """
    CommandLine(prog).main(argv)
