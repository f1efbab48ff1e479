"""Sequences for migrateops.

``create_sequence``, ``alter_sequence`` and ``drop_sequence`` are those of ``migrateops.op``, with the
types that a checker needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrateops_sequences.directives import alter_sequence, create_sequence, drop_sequence

__all__ = ["alter_sequence", "create_sequence", "drop_sequence"]


def __getattr__(name: str) -> Any:
    # Late, so that the hooks can be imported without SQLAlchemy.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from migrateops_sequences import directives

    return getattr(directives, name)
