"""The classes of operations under the names of Alembic's that extensions give and read; needs to be imported.

They are core's own classes, as operations are told apart by their class.
"""

from __future__ import annotations

from functools import wraps
from operator import attrgetter
from typing import Any

from migrateops.operations import ops

_NAMES: dict[type[Any], dict[str, str]] = {
    ops.CreateTableOp: {"_constraints_included": "constraints_included", "_namespace_metadata": ""},
    ops.DropTableOp: {"table_kw": "kw", "_reverse": "origin", "_namespace_metadata": ""},
    ops.DropColumnOp: {"_reverse": "origin"},
    ops.DropIndexOp: {"_reverse": "origin"},
    ops.DropConstraintOp: {"_reverse": "origin"},
}
"""By Alembic's name, the field; empty for what has no counterpart."""


def _known_by(cls: Any, names: dict[str, str]) -> None:
    made = cls.__init__

    @wraps(made)
    def init(self: Any, *args: Any, **kw: Any) -> None:
        for name in names.keys() & kw.keys():
            value = kw.pop(name)
            if names[name]:
                kw[names[name]] = value
        made(self, *args, **kw)

    cls.__init__ = init
    for name, field in names.items():
        setattr(cls, name, property(attrgetter(field)) if field else None)


def _from_table(cls: Any) -> None:
    made = cls.from_table.__func__

    @wraps(made)
    def from_table(cls: Any, table: Any, _namespace_metadata: Any = None) -> Any:
        return made(cls, table)

    cls.from_table = classmethod(from_table)


for _cls, _names in _NAMES.items():
    _known_by(_cls, _names)
for _cls in (ops.CreateTableOp, ops.DropTableOp):
    _from_table(_cls)
