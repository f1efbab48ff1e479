"""Changes of schemas that are known, so that it is known that there is a difference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from tests.convergence.choosing import COLUMNS, Schemas, plausible, with_table
from tests.convergence.renaming import rename_column, rename_table
from tests.convergence.schemas import (
    Check,
    Col,
    Exclude,
    Index,
    Reference,
    Schema,
    Tab,
    Unique,
    tidy,
)
from tests.convergence.vocabulary import Vocabulary

Change = Callable[[Schemas, Schema, Tab], Schema | None]
CHANGES: dict[str, Change] = {}


def change(kind: str) -> Callable[[Change], Change]:
    def note(function: Change) -> Change:
        CHANGES[kind] = function
        return function

    return note


@change("table: added")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    names = [name for name in made.table_names() if schema.table(name) is None]
    new = made.table(made.choice.of(names))
    schema = replace(schema, tables=(*schema.tables, new))
    return made.with_reference(schema, new.name)


@change("table: dropped")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    return replace(schema, tables=tuple(one for one in schema.tables if one.name != table.name))


@change("table: comment")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    if not made.words.comments:
        return None
    return with_table(schema, replace(table, comment=made.comment()))


@change("table: renamed")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    places = made.words.places
    names = [name for name in made.table_names() if schema.table(name) is None and name not in places]
    # No table moves into another schema.
    return None if table.name in places else rename_table(schema, table.name, made.choice.of(names))


@change("column: renamed")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    names = [name for name in (*COLUMNS, *made.words.odd_names) if table.column(name) is None]
    column = made.choice.of(table.columns)
    return rename_column(schema, table.name, column.name, made.choice.of(names))


@change("column: added")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    names = [name for name in (*COLUMNS, *made.words.odd_names) if table.column(name) is None]
    new = made.column(made.choice.of(names))
    return with_table(schema, replace(table, columns=(*table.columns, new)))


@change("column: dropped")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    if len(table.columns) < 2:
        return None
    column = made.choice.of(table.columns[1:])
    return with_table(
        schema, replace(table, columns=tuple(one for one in table.columns if one is not column))
    )


def _replaced(schema: Schema, table: Tab, old: Any, new: Any) -> Schema:
    return with_table(
        schema, replace(table, columns=tuple(new if one is old else one for one in table.columns))
    )


def _plain(made: Schemas, table: Tab) -> Col | None:
    columns = [one for one in table.columns[1:] if one.computed is None]
    return made.choice.of(columns) if columns else None


@change("column: type")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    column = _plain(made, table)
    if column is None:
        return None
    types = made.words.types
    family = types[column.type].family
    near = [name for name, one in types.items() if one.family == family]
    far = [name for name in types if made.words.changes_into(column.type, name)]
    type_ = made.choice.of(near if made.choice.happens(2) else far)
    return _replaced(schema, table, column, replace(column, type=type_))


@change("column: type of a key")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    keys = [one for one in table.references if len(one.columns) == 1 and one.table != table.name]
    if not keys:
        return None
    key = made.choice.of(keys)
    target = schema.table(key.table)
    assert target is not None
    there, here = target.column(key.referred[0]), table.column(key.columns[0])
    assert there is not None
    assert here is not None
    types = [
        name
        for name, one in made.words.types.items()
        if one.keyed and made.words.changes_into(there.type, name)
    ]
    type_ = made.choice.of(types)
    schema = _replaced(schema, target, there, replace(there, type=type_))
    return _replaced(schema, table, here, replace(here, type=type_))


@change("column: nullable")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    column = _plain(made, table)
    if column is None:
        return None
    return _replaced(schema, table, column, replace(column, nullable=not column.nullable))


@change("column: default")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    column = _plain(made, table)
    if column is None:
        return None
    defaults = made.defaults(made.words.types[column.type].family)
    return _replaced(schema, table, column, replace(column, default=made.choice.maybe(defaults, 3)))


@change("column: comment")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    if not made.words.comments:
        return None
    column = made.choice.of(table.columns)
    return _replaced(schema, table, column, replace(column, comment=made.comment()))


@change("column: collation")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    columns = [one for one in table.columns if made.words.types[one.type].collates]
    if not columns or not made.words.collations:
        return None
    column = made.choice.of(columns)
    return _replaced(
        schema, table, column, replace(column, collation=made.choice.maybe(made.words.collations))
    )


@change("column: computed")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    if not made.words.computed:
        return None
    columns = [one for one in table.columns if one.computed is not None]
    if not columns:
        return with_table(schema, made.with_computed(table))
    column = made.choice.of(columns)
    form = made.choice.maybe(tuple(made.words.computed))
    assert column.computed is not None
    computed = (form, column.computed[1]) if form is not None else None
    return _replaced(schema, table, column, replace(column, computed=computed))


@change("column: identity")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    columns = [
        one for one in table.columns if made.words.types[one.type].family == "int" and not one.numbered
    ]
    if not columns or not made.words.identities:
        return None
    column = made.choice.of(columns)
    identity = made.choice.maybe(tuple(made.words.identities))
    return _replaced(schema, table, column, replace(column, identity=identity))


@change("primary key")
def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
    if any(one.numbered for one in table.columns) and not made.words.renumbers:
        return None
    keyed = made.keyed(table)
    key = made.choice.some(keyed, 2) if keyed and not made.choice.happens(3) else ()
    return with_table(schema, replace(table, key=key))


ITEMS = {
    "unique": "unique",
    "foreign key": "references",
    "check": "checks",
    "index": "indexes",
    "exclude": "excludes",
}
ADD: dict[str, Callable[[Schemas, Tab], Tab | None]] = {
    "unique": Schemas.add_unique,
    "check": Schemas.add_check,
    "index": Schemas.add_index,
    "exclude": Schemas.add_exclude,
}
SHORT = {"unique": "uq", "foreign key": "fk", "check": "ck", "index": "ix", "exclude": "ex"}


def _with(table: Tab, attribute: str, items: Iterable[Any]) -> Tab:
    changes: dict[str, Any] = {attribute: tuple(items)}
    return replace(table, **changes)


def _changes_of(kind: str) -> None:
    attribute = ITEMS[kind]

    @change(f"{kind}: added")
    def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
        if kind == "foreign key":
            return made.with_reference(schema, table.name)
        added = ADD[kind](made, table)
        return None if added is None else with_table(schema, added)

    @change(f"{kind}: dropped")
    def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
        items = getattr(table, attribute)
        if not items:
            return None
        gone = made.choice.of(items)
        left = tuple(one for one in items if one is not gone)
        return with_table(schema, _with(table, attribute, left))

    @change(f"{kind}: renamed")
    def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
        items = getattr(table, attribute)
        if not items or not (made.words.renames or kind == "index"):
            return None
        old = made.choice.of(items)
        if old.name is None and not (made.words.names_all or schema.conventional):
            # A name that one side does not say differs from none.
            return None
        new = replace(old, name=made.name(f"{SHORT[kind]}2", table.name))
        return with_table(schema, _with(table, attribute, tuple(new if one is old else one for one in items)))

    @change(f"{kind}: changed")
    def _(made: Schemas, schema: Schema, table: Tab) -> Schema | None:
        items = getattr(table, attribute)
        if not items:
            return None
        old = made.choice.of(items)
        new = _changed_item(made, table, old)
        if new is None:
            return None
        return with_table(schema, _with(table, attribute, tuple(new if one is old else one for one in items)))


def _changed_item(made: Schemas, table: Tab, old: Any) -> Any:
    match old:
        case Unique():
            if made.words.unique_options and made.choice.happens(2):
                return replace(old, options=made.choice.maybe(made.words.unique_options) or ())
            return replace(old, columns=made.choice.some(made.keyed(table), 2))
        case Check():
            check = made.check(table)
            return None if check is None else Check(old.name, *check)
        case Exclude():
            added = made.add_exclude(replace(table, excludes=()))
            return None if added is None else replace(added.excludes[0], name=old.name)
        case Reference():
            return replace(old, options=made.choice.maybe(made.words.references) or ())
        case Index():
            added = made.add_index(replace(table, indexes=()))
            if added is None:
                return None
            new = added.indexes[0]
            attribute = made.choice.of(("parts", "unique", "where", "options", "include"))
            return plausible(replace(old, **{attribute: getattr(new, attribute)}))
    return None


for _kind in ITEMS:
    _changes_of(_kind)


def _kinds(words: Vocabulary) -> tuple[str, ...]:
    return tuple([kind for kind in CHANGES if words.excludes or not kind.startswith("exclude")])


def changed(made: Schemas, schema: Schema) -> tuple[Schema, str]:
    """Return a schema that differs in one thing, and what it is; the same one where nothing came of it."""
    kind = made.choice.of(_kinds(made.words)) if schema.tables else "table: added"
    table = made.choice.of(schema.tables) if schema.tables else made.table("t")
    new = CHANGES[kind](made, schema, table)
    return (schema if new is None else tidy(new, made.words)), kind


def _is_possible(old: Schema, new: Schema, words: Vocabulary) -> bool:
    """Say whether the server makes the types of the one schema of those of the other, in one step."""
    for table in new.tables:
        before = old.table(table.was or table.name) or old.table(table.name)
        for column in table.columns if before is not None else ():
            assert before is not None
            # Where the new name is there, too, it is not known which of the two the column was.
            for name in (column.was, column.name):
                was = before.column(name) if name is not None else None
                if was is not None and not words.changes_into(was.type, column.type):
                    return False
    return True


def pair(made: Schemas) -> tuple[Schema, Schema, str]:
    """Return two schemas, and what the second is: a change of the first, several, or another one."""
    old = made.schema()
    if made.choice.happens(6):
        return old, made.other(old), "another schema"
    new, kind = changed(made, old)
    if made.choice.happens(3):
        for _ in range(1 + made.choice.below(4)):
            more, _kind = changed(made, new)
            if _is_possible(old, more, made.words):
                new = more
        kind = "several changes"
    return old, new, kind
