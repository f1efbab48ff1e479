"""How indexes are written: on columns, with how much of each, and on expressions."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import literal_column
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ColumnClause, TextClause, UnaryExpression

from migrateops import errors
from migrateops.ddl import lower
from migrateops.operations import Operations, Target, ops
from migrateops_mysql.definition import Token, in_backticks, tokens
from migrateops_mysql.options import with_index_options
from migrateops_mysql.server import Server

_ORDERS = {operators.asc_op: "ASC", operators.desc_op: "DESC"}


@Operations.lowering_for(ops.CreateIndexOp, dialect="mysql")
def create_index(op: ops.CreateIndexOp, target: Target) -> Iterator[Any]:
    """Yield CREATE INDEX, with the options of the family; an expression is put in brackets."""
    made = with_index_options(op, target)
    server = Server.of(target)
    if not server.indexes_expressions and any(_is_expression(item) for item in op.columns):
        raise errors.operations.UnsupportedOperation(
            op.describe(),
            target.name,
            f"an index on an expression, in {server.name}",
            "add a generated column, and index that",
        )
    made = copy.copy(made)
    made.columns = [_bracketed(item) if isinstance(item, TextClause) else item for item in op.columns]
    yield from lower.create_index(_with_lengths(made, target), target)


def _is_expression(item: Any) -> bool:
    element = item.__clause_element__() if hasattr(item, "__clause_element__") else item
    if isinstance(element, UnaryExpression):
        # A column with DESC.
        return _is_expression(element.element)
    if isinstance(element, TextClause):
        return not _names_a_column(_without_order(element.text)[0])
    return not isinstance(element, str | ColumnClause)


def _bracketed(item: TextClause) -> TextClause:
    expression, order = _without_order(item.text)
    if _names_a_column(expression) or [one.text for one in expression if not one.depth] == ["(", ")"]:
        return item
    changed = copy.copy(item)
    text = item.text[: expression[-1].end] if expression else ""
    changed.text = f"({text.strip()}){order}"
    return changed


def _without_order(text: str) -> tuple[list[Token], str]:
    found = list(tokens(text))
    if len(found) > 1 and found[-1].text.upper() in _ORDERS.values():
        return found[:-1], f" {found[-1].text}"
    return found, ""


def _names_a_column(words: list[Token]) -> bool:
    """Say whether text is a name, with or without how much of the column it takes."""
    if not words or words[0].kind not in ("word", "name"):
        return False
    rest = [word.text for word in words[1:]]
    return not rest or (len(rest) == 3 and rest[0] == "(" and rest[1].isdecimal() and rest[2] == ")")


def _with_lengths(op: ops.CreateIndexOp, target: Target) -> ops.CreateIndexOp:
    """Return an operation whose lengths stand at its columns, where SQLAlchemy cannot put them there.

    It finds them by the name of each item, and one with DESC and a text have none.
    """
    option = f"{target.name}_length"
    lengths = op.kw.get(option)
    if not isinstance(lengths, Mapping) or all(isinstance(item, str) for item in op.columns):
        return op
    changed = copy.copy(op)
    changed.kw = {name: value for name, value in op.kw.items() if name != option}
    changed.columns = [_with_length(item, lengths) for item in op.columns]
    return changed


def _with_length(item: Any, lengths: Mapping[str, int]) -> Any:
    element, order = item.__clause_element__() if hasattr(item, "__clause_element__") else item, ""
    if isinstance(element, UnaryExpression) and element.modifier in _ORDERS:
        element, order = element.element, f" {_ORDERS[element.modifier]}"
    name = element.name if isinstance(element, ColumnClause) else element
    if not isinstance(name, str) or name not in lengths:
        return item
    return literal_column(f"{in_backticks(name)}({lengths[name]}){order}")


@Operations.lowering_for(ops.DropIndexOp, dialect="mysql")
def drop_index(op: ops.DropIndexOp, target: Target) -> Iterator[Any]:
    """Yield DROP INDEX .. ON; the names of indexes are those of their table."""
    if not op.table_name:
        raise errors.operations.IncompleteOperation(op.describe(), target.name, "table_name")
    yield from lower.drop_index(op, target)
