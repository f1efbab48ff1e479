"""Projects that are written for Alembic, run as they are.

``install()`` is for programs that call ``alembic.command`` themselves; the program ``migrateops``
needs no call.
"""

from migrateops_alembic.alias.finder import install

__all__ = ["install"]
