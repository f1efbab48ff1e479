"""Commands that take a revision, which may begin with a minus sign."""

from __future__ import annotations

import re
from itertools import pairwise

import click

_RELATIVE = re.compile(r"-\d+")


class Relative(click.Command):
    """Takes ``-1`` for a revision, where click sees an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move revisions that count back behind the options."""
        if "--" in args:
            return super().parse_args(ctx, args)
        with_value = {name for one in self.params if _takes_value(one) for name in one.opts}
        back: list[str] = []
        rest: list[str] = []
        for before, one in pairwise(["", *args]):
            counts_back = _RELATIVE.fullmatch(one) and before not in with_value
            (back if counts_back else rest).append(one)
        return super().parse_args(ctx, [*rest, "--", *back] if back else rest)


def _takes_value(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Option) and not parameter.is_flag
