"""Commands that take a revision, which may begin with a minus sign."""

from __future__ import annotations

import re

import click

_RELATIVE = re.compile(r"-\d+")


class Relative(click.Command):
    """Takes ``-1`` for a revision, where click sees an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move revisions that count back behind the options."""
        if "--" in args:
            return super().parse_args(ctx, args)
        back = [one for one in args if _RELATIVE.fullmatch(one)]
        rest = [one for one in args if not _RELATIVE.fullmatch(one)]
        return super().parse_args(ctx, [*rest, "--", *back] if back else rest)
