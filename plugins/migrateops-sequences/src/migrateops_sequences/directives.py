"""The directives of ``op`` with their types, for scripts that are type-checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec

from migrateops import op
from migrateops_sequences.ops import AlterSequenceOp, CreateSequenceOp, DropSequenceOp

P = ParamSpec("P")


def _directive(name: str, op_cls: Callable[P, object]) -> Callable[P, None]:
    """Return ``op.<name>``, typed like the constructor of its class: both have the same fields."""

    def directive(*args: P.args, **kw: P.kwargs) -> None:
        getattr(op, name)(*args, **kw)

    directive.__name__ = directive.__qualname__ = name
    directive.__doc__ = op_cls.__doc__
    return directive


create_sequence = _directive("create_sequence", CreateSequenceOp)
alter_sequence = _directive("alter_sequence", AlterSequenceOp)
drop_sequence = _directive("drop_sequence", DropSequenceOp)
