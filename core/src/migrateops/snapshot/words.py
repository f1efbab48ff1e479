"""Records in a few words, for people."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

from migrateops.snapshot.json_form import plain
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IdentityRecord,
    IndexRecord,
    KeyRecord,
    Options,
    OtherConstraintRecord,
    TableRecord,
)
from migrateops.snapshot.spacing import spaced

_NAMES = ("schema", "name")


def in_words(value: Any) -> str | None:
    """Return what a record, or a value in it, says; None for None.

    The name is left out: it stands before the words.
    """
    if value is None or isinstance(value, str):
        return value if value is None else str(value)
    if isinstance(value, TableRecord):
        return ", ".join(column.name for column in value.columns)
    words = _WORDS.get(type(value))
    if words is not None:
        return " ".join(words(value))
    if dataclasses.is_dataclass(value):
        # Of a plugin: all that it says, under the names of its fields.
        said = plain(value).items()
        return ", ".join(
            f"{name} {in_words(item)}" for name, item in said if name not in _NAMES and item is not None
        )
    return json.dumps(plain(value, usual=False), ensure_ascii=False)


def _column(column: ColumnRecord) -> Iterator[str]:
    yield column.type or "?"
    if column.collation is not None:
        yield f"collate {column.collation}"
    if not column.nullable:
        yield "not null"
    if column.default is not None:
        yield f"default {spaced(column.default)}"
    if column.computed is not None:
        yield from _computed(column.computed)
    if column.identity is not None:
        yield from _identity(column.identity)
    if column.autoincrement:
        yield "autoincrement"
    yield from _rest(column.options, column.comment)


def _computed(computed: ComputedRecord) -> Iterator[str]:
    yield f"as ({spaced(computed.expression)})"
    if computed.persisted is not None:
        yield "stored" if computed.persisted else "virtual"


def _identity(identity: IdentityRecord) -> Iterator[str]:
    yield "identity always" if identity.always else "identity"
    for name in ("start", "increment", "minvalue", "maxvalue", "cycle", "cache"):
        value = getattr(identity, name)
        if value is not None:
            yield f"{name} {str(value).lower()}"


def _key(key: KeyRecord) -> Iterator[str]:
    yield _listed(key.columns)
    yield from _deferred(key)
    yield from _rest(key.options, key.comment)


def _reference(key: ForeignKeyRecord) -> Iterator[str]:
    table = (
        key.referred_table if key.referred_schema is None else f"{key.referred_schema}.{key.referred_table}"
    )
    yield f"{_listed(key.columns)} to {table} {_listed(key.referred_columns)}"
    if key.match is not None:
        yield f"match {key.match}"
    if key.onupdate is not None:
        yield f"on update {key.onupdate}"
    if key.ondelete is not None:
        yield f"on delete {key.ondelete}"
    yield from _deferred(key)
    yield from _rest(key.options, key.comment)


def _deferred(key: KeyRecord | ForeignKeyRecord) -> Iterator[str]:
    if key.deferrable:
        yield "deferrable"
    if key.initially is not None:
        yield f"initially {key.initially}"


def _check(check: CheckRecord) -> Iterator[str]:
    yield f"({spaced(check.expression)})"
    yield from _rest(check.options, check.comment)


def _other(constraint: OtherConstraintRecord) -> Iterator[str]:
    yield spaced(constraint.definition)
    yield from _rest((), constraint.comment)


def _index(index: IndexRecord) -> Iterator[str]:
    if index.unique:
        yield "unique"
    yield _listed(" ".join((spaced(part.text), *_options(part.options))) for part in index.parts)
    yield from _rest(index.options, index.comment)


def _listed(items: Any) -> str:
    return f"({', '.join(items)})"


def _rest(options: Options, comment: str | None) -> Iterator[str]:
    yield from _options(options)
    if comment is not None:
        yield f"comment {comment!r}"


def _options(options: Options) -> Iterator[str]:
    for name, value in options:
        yield f"{name}={spaced(value)}"


_WORDS: dict[type[Any], Any] = {
    ColumnRecord: _column,
    ComputedRecord: _computed,
    IdentityRecord: _identity,
    KeyRecord: _key,
    ForeignKeyRecord: _reference,
    CheckRecord: _check,
    OtherConstraintRecord: _other,
    IndexRecord: _index,
}
