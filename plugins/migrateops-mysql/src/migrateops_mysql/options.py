"""Options of the dialect, under either of its names."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from migrateops import errors
from migrateops.operations import MigrateOperation, Target, ops
from migrateops_mysql.errors import UnknownOption
from migrateops_mysql.server import Server

ONLY_OWN = "mysql_only_own_options"
"""Option of ``configure()``: options count under the name of the connection's dialect alone."""
_PREFIXES = ("mysql_", "mariadb_")

OpT = TypeVar("OpT", bound=MigrateOperation)


def with_own_options(op: OpT, target: Target) -> OpT:
    """Return *op* with the options of the family under the name that SQLAlchemy reads.

    SQLAlchemy looks at those of the connection's own name only: a script with ``mysql_length`` would lose it
    where the url says ``mariadb``, and a MariaDB server's options would be lost where the url says ``mysql``.
    """
    kw: Mapping[str, Any] = getattr(op, "kw", {})
    options = own_options(kw, target)
    if options == kw:
        return op
    changed = copy.copy(op)
    setattr(changed, "kw", options)
    return changed


def with_table_options(op: OpT, target: Target, directive: str = "create_table") -> OpT:
    """Return *op* with the options of the family under the name that SQLAlchemy reads, numbers as text.

    Args:
        op: The operation, which has options of a table.
        target: The server.
        directive: What the operation is called in scripts.

    Raises:
        WrongType: A value is neither a string nor a number.
    """
    changed: Any = copy.copy(with_own_options(op, target))
    values: dict[str, Any] = {}
    for name, value in changed.kw.items():
        if name.startswith(_PREFIXES) and not isinstance(value, str):
            if not isinstance(value, int):
                raise errors.operations.WrongType(directive, name, "a string or a number", repr(value))
            value = str(int(value))
        values[name] = value
    changed.kw = values
    return cast("OpT", changed)


def with_index_options(op: ops.CreateIndexOp, target: Target) -> ops.CreateIndexOp:
    """Return *op* with the options of the family under the name that SQLAlchemy reads.

    Raises:
        WrongType: A length is no number.
    """
    changed = with_own_options(op, target)
    name = f"{target.name}_length"
    length = changed.kw.get(name)
    lengths = length.values() if isinstance(length, Mapping) else [length]
    if length is not None and not all(type(one) is int for one in lengths):
        raise errors.operations.WrongType(
            "create_index", name, "a number, or a number for each name", repr(length)
        )
    return changed


def own_options(kw: Mapping[str, Any], target: Target) -> dict[str, Any]:
    """Return options under the name of the target's dialect; its server's own win over the family's."""
    own = f"{target.name}_"
    names = list(_PREFIXES) if Server.of(target).mariadb else ["mysql_"]
    if target.options.get(ONLY_OWN):
        names = [own]
    options = {name: value for name, value in kw.items() if not name.startswith(_PREFIXES)}
    for prefix in names:
        options |= {
            own + name.removeprefix(prefix): value for name, value in kw.items() if name.startswith(prefix)
        }
    return options


def refuse_dialect_options(op: MigrateOperation) -> None:
    """Refuse an option of the dialect where an operation has none: it would be lost in silence.

    Raises:
        UnknownOption: There is one.
    """
    for option in getattr(op, "kw", {}):
        if option.startswith(_PREFIXES):
            raise UnknownOption(op.describe(), option)
