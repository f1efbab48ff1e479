"""``completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from migrateops.cli.bash import register
from migrateops.cli.fast import COMPLETING
from migrateops.cli.output import say

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """For bash, put `eval "$(migrateops completion bash)"` into ~/.bashrc; zsh has it in ~/.zshrc. For fish:
    `migrateops completion fish > ~/.config/fish/completions/migrateops.fish`.
    """
    register()
    made = get_completion_class(shell)
    assert made is not None
    say(made(context.find_root().command, {}, "migrateops", COMPLETING).source())
