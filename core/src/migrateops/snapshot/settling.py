"""Texts of the models in the words in which the server has stored them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from migrateops.snapshot.difference import Difference, Item, What
from migrateops.snapshot.names import Unsaid
from migrateops.snapshot.records import ColumnRecord, TableRecord


def only_texts_differ(found: Sequence[Difference]) -> bool:
    """Say whether there are differences that may be of words alone."""
    return any(
        difference.attribute in ("type", "default", "computed")
        or difference.what in (What.CHECK, What.INDEX, What.OTHER)
        for difference in found
        if difference.old is not None and difference.new is not None
    ) or (
        # One that is said may be that of the table, which is none of its own.
        any(difference.attribute == "collation" for difference in found) or _by_other_words(found)
    )


def _by_other_words(found: Sequence[Difference]) -> bool:
    """Say whether something without a name is on both sides, in other words."""
    gone = {one.what for one in found if one.attribute is None and one.new is None}
    come = {one.what for one in found if one.attribute is None and one.old is None}
    return bool(gone & come & {What.CHECK, What.INDEX, What.OTHER})


def in_stored_words(new: TableRecord, stored: TableRecord) -> TableRecord:
    """Return *new* with the types, defaults and expressions of *stored*.

    Args:
        new: The record of a table of the models.
        stored: What the server made of the same table.
    """
    written = {column.name: column for column in stored.columns}
    columns = tuple(
        dataclasses.replace(
            column,
            type=written[column.name].type,
            default=written[column.name].default,
            collation=written[column.name].collation,
            computed=_computed(column, written[column.name]),
        )
        if column.name in written
        else column
        for column in new.columns
    )
    return dataclasses.replace(
        new,
        columns=columns,
        checks=_in_words(new.checks, stored.checks, lambda item, said: {"expression": said.expression}),
        indexes=_in_words(
            new.indexes, stored.indexes, lambda item, said: {"parts": said.parts, "options": said.options}
        ),
        others=_in_words(new.others, stored.others, lambda item, said: {"definition": said.definition}),
    )


def _computed(column: ColumnRecord, stored: ColumnRecord) -> Any:
    if column.computed is None or stored.computed is None:
        return column.computed
    return dataclasses.replace(column.computed, expression=stored.computed.expression)


def _in_words(
    items: Sequence[Item], stored: Sequence[Item], said: Callable[[Any, Any], dict[str, Any]]
) -> tuple[Item, ...]:
    """Return constraints or indexes with the texts of those that the server made of them."""
    named = {item.name: item for item in stored if item.name is not None}
    nameless = [item for item in items if item.name not in named]
    names = {item.name for item in items}
    others = [item for item in stored if item.name is None or item.name not in names]
    # One alone needs no name to be found; and of several that nobody has named, it is all the same.
    alike = all(item.name is None or isinstance(item.name, Unsaid) for item in nameless)
    paired = len(nameless) == len(others) and (alike or len(others) == 1)
    partner = dict(zip(map(id, nameless), others, strict=True)) if paired else {}
    found = []
    for item in items:
        words = named.get(item.name) if item.name is not None else None
        words = words or partner.get(id(item))
        found.append(item if words is None else dataclasses.replace(item, **said(item, words)))
    return tuple(found)
