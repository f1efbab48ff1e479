"""What core is told about scripts: which modules stand for ``op`` in them."""

from __future__ import annotations


class _Plugin:
    op_modules = ("alembic.op",)


plugin = _Plugin()
