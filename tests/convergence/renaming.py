"""Schemas in which a table or a column is called otherwise, wherever it is spoken of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.convergence.schemas import Check, Col, Exclude, Index, Reference, Schema, Tab

Name = Callable[[str], str]


def without_hints(schema: Schema) -> Schema:
    """Return a schema in which nothing says what it was called."""
    tables = [
        replace(table, was=None, columns=tuple([replace(one, was=None) for one in table.columns]))
        for table in schema.tables
    ]
    return replace(schema, tables=tuple(tables))


def rename_table(schema: Schema, old: str, new: str) -> Schema:
    """Return a schema in which a table has another name, and says which it had."""

    def name(said: str) -> str:
        return new if said == old else said

    def renamed(table: Tab) -> Tab:
        references = tuple([replace(one, table=name(one.table)) for one in table.references])
        table = replace(table, references=references)
        if table.name != old:
            return table
        return replace(table, name=new, was=_before(table.was, old, new))

    return replace(schema, tables=tuple([renamed(table) for table in schema.tables]))


def rename_column(schema: Schema, table: str, old: str, new: str) -> Schema:
    """Return a schema in which a column has another name, and says which it had."""

    def name(said: str) -> str:
        return new if said == old else said

    def renamed(one: Tab) -> Tab:
        references = tuple([_referring(key, table, name) for key in one.references])
        one = replace(one, references=references)
        return _with_column(one, old, new, name) if one.name == table else one

    return replace(schema, tables=tuple([renamed(one) for one in schema.tables]))


def _before(was: str | None, old: str, new: str) -> str | None:
    first = was or old
    return None if first == new else first


def _referring(key: Reference, table: str, name: Name) -> Reference:
    return replace(key, referred=tuple(map(name, key.referred))) if key.table == table else key


def _with_column(table: Tab, old: str, new: str, name: Name) -> Tab:
    def column(one: Col) -> Col:
        if one.computed is not None:
            one = replace(one, computed=(one.computed[0], name(one.computed[1])))
        return replace(one, name=new, was=_before(one.was, old, new)) if one.name == old else one

    return replace(
        table,
        columns=tuple(map(column, table.columns)),
        key=tuple(map(name, table.key)),
        unique=tuple([replace(one, columns=tuple(map(name, one.columns))) for one in table.unique]),
        references=tuple([replace(one, columns=tuple(map(name, one.columns))) for one in table.references]),
        checks=tuple([_check(one, name) for one in table.checks]),
        indexes=tuple([_index(one, name) for one in table.indexes]),
        excludes=tuple([_exclude(one, name) for one in table.excludes]),
    )


def _check(check: Check, name: Name) -> Check:
    return replace(check, column=name(check.column))


def _where(where: tuple[str, str] | None, name: Name) -> tuple[str, str] | None:
    return None if where is None else (where[0], name(where[1]))


def _exclude(exclude: Exclude, name: Name) -> Exclude:
    return replace(exclude, column=name(exclude.column), where=_where(exclude.where, name))


def _index(index: Index, name: Name) -> Index:
    return replace(
        index,
        parts=tuple([replace(one, column=name(one.column)) for one in index.parts]),
        where=_where(index.where, name),
        include=None if index.include is None else name(index.include),
    )
