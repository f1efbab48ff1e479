"""Reflected tables under the names that renames give them and their columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Table, TextClause, text

from migrateops.autogenerate.renamed_records import Words


def reword(table: Table, words: Words) -> None:
    """Have the SQL texts of a table speak of its columns by their new names."""

    def said(element: Any) -> Any:
        if isinstance(element, TextClause):
            return text(words.replaced(element.text))
        return words.replaced(element) if isinstance(element, str) else element

    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            constraint.sqltext = said(constraint.sqltext)
    for column in table.columns:
        if isinstance(column.server_default, Computed):
            column.server_default.sqltext = said(column.server_default.sqltext)
    for index in table.indexes:
        parts: Any = index.expressions
        parts[:] = [said(part) for part in parts]
        for name, value in list(index.dialect_kwargs.items()):
            if name.endswith("_where"):
                index.dialect_kwargs[name] = said(value)
            elif name.endswith("_include"):
                index.dialect_kwargs[name] = [words.columns.get(one, one) for one in value]


def refer(table: Table, columns: Mapping[str, str], target: Callable[[str], str]) -> None:
    """Have the foreign keys of a table refer to others by their new names.

    Args:
        table: The table.
        columns: The new name for each old one of its columns.
        target: Returns the new form of ``schema.table.column``.
    """
    for key in list(table.foreign_key_constraints):
        old = [element.target_fullname for element in key.elements]
        new = [target(one) for one in old]
        if new == old:
            continue
        element = key.elements[0]
        made = ForeignKeyConstraint(
            [column.name for column in key.columns],
            new,
            name=key.name,
            onupdate=key.onupdate,
            ondelete=key.ondelete,
            deferrable=key.deferrable,
            initially=key.initially,
            match=element.match,
            comment=key.comment,
            **key.dialect_kwargs,
        )
        table.constraints.discard(key)
        for element in key.elements:
            element.parent.foreign_keys.discard(element)
            table.foreign_keys.discard(element)
        table.append_constraint(made)
