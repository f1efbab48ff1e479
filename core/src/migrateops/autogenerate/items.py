"""Constraints and indexes of one table as SQLAlchemy objects, found by their records."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ClauseElement,
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    collate,
    desc,
    nulls_first,
    nulls_last,
    text,
)
from sqlalchemy.sql.elements import conv

from migrateops.autogenerate.schema_items import target_of_key
from migrateops.operations.schema_objects import from_type
from migrateops.snapshot.difference import What
from migrateops.snapshot.models import ModelReader, unordered
from migrateops.snapshot.names import Unsaid
from migrateops.snapshot.records import (
    CheckRecord,
    ForeignKeyRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    Options,
    OtherConstraintRecord,
)
from migrateops.snapshot.spacing import spaced
from migrateops.snapshot.texts import Texts

AnyRecord = KeyRecord | ForeignKeyRecord | CheckRecord | IndexRecord | OtherConstraintRecord

# Where text() reads a parameter: a colon before a word, that is not one of two.
_COLON = re.compile(r"(?<![:\w\\]):(?=\w+(?!:))")

_ORDERING = ("order", "nulls", "collation")
_KINDS: tuple[tuple[type[Any], What, str], ...] = (
    (PrimaryKeyConstraint, What.PRIMARY_KEY, "primary_key_constraint"),
    (UniqueConstraint, What.UNIQUE, "unique_constraint"),
    (ForeignKeyConstraint, What.FOREIGN_KEY, "foreign_key_constraint"),
    (CheckConstraint, What.CHECK, "check_constraint"),
    (Index, What.INDEX, "index"),
)


def kind_of_item(item: Any) -> What:
    """Return which kind of constraint an object is, as differences call it."""
    return next((kind for cls, kind, _ in _KINDS if isinstance(item, cls)), What.OTHER)


def type_word(item: Any) -> str:
    """Return what ``include_object`` is told that an object is."""
    return next((word for cls, _, word in _KINDS if isinstance(item, cls)), str(item.__visit_name__))


def escaped(sql: str) -> Any:
    """Return SQL that is not to be searched for parameters as ``text()``."""
    return text(_COLON.sub(r"\\:", sql))


class Items:
    """The constraints and indexes of a table.

    Args:
        table: The table, of the models or reflected.
        texts: What writes expressions as records have them.
        given: What the table itself says, of records that are in the words of the server.
    """

    def __init__(self, table: Table, texts: Texts, given: Iterable[tuple[AnyRecord, AnyRecord]] = ()) -> None:
        self.table = table
        self._texts = texts
        self._given = {id(record): own for record, own in given}
        self._all: dict[What, list[Any]] = {}
        for item in _items(table):
            self._all.setdefault(kind_of_item(item), []).append(item)
        self._known: dict[int, Any] = {}

    def find(self, kind: What, record: AnyRecord) -> Any:
        """Return the object that a record is of, or None.

        One without a name is found by what it says.
        """
        found = self._known.get(id(record))
        if found is None:
            found = self._find(kind, record)
            if found is not None:
                self._known[id(record)] = found
                self._all[kind_of_item(found)].remove(found)
        return found

    def _find(self, kind: What, record: AnyRecord) -> Any:
        listed = self._all.get(kind, [])
        if kind == What.UNIQUE:
            # Where they are one and the same, a record is of either.
            listed = [*listed, *(index for index in self._all.get(What.INDEX, []) if index.unique)]
        if kind == What.PRIMARY_KEY:
            return listed[0] if listed else None
        nameless = []
        for item in listed:
            name = self._texts.name(item)
            if name is None:
                nameless.append(item)
            elif record.name in (name, item.name):
                return item
        said = _said(self._given.get(id(record), record))
        alike = [item for item in nameless if self._says(item) == said]
        if alike or not isinstance(record, CheckRecord | OtherConstraintRecord):
            return alike[0] if alike else None
        # Where the record is in words of the server.
        return max(nameless, key=lambda item: _likeness(self._says(item), _said(record)), default=None)

    def _says(self, item: Any) -> Any:
        if isinstance(item, CheckConstraint):
            return self._texts.expression(item.sqltext)
        if kind_of_item(item) == What.OTHER:
            reader = ModelReader(self._texts, lambda table, column, error: None)
            return "".join(one.definition for one in reader.other(self.table, item))
        if isinstance(item, ForeignKeyConstraint):
            referred = target_of_key(item.elements[0]).split(".")[-2]
            return [str(column.name) for column in item.columns], referred
        if isinstance(item, Index):
            return [str(getattr(part, "name", part)) for part in item.expressions]
        return [str(column.name) for column in getattr(item, "columns", ())]

    def made(self, kind: What, record: AnyRecord, like: Any = None) -> Any:
        """Return an object that says what a record does, in the table; None for a kind of one dialect.

        For what SQLAlchemy's reflection leaves out.

        Args:
            kind: What the record is of.
            record: The record.
            like: An object that says some of it; its SQL is taken, as texts of records are only like it.
        """
        name = None if record.name is None else conv(record.name)
        if isinstance(record, CheckRecord):
            said = self._words(like).get(record.expression) or spaced(record.expression)
            check = CheckConstraint(escaped(said), name=name)
            self.table.append_constraint(check)
            return check
        if isinstance(record, IndexRecord):
            return self._index(name, record, self._words(like))
        if isinstance(record, ForeignKeyRecord):
            where = ".".join(filter(None, (record.referred_schema, record.referred_table)))
            key = ForeignKeyConstraint(
                record.columns,
                [f"{where}.{column}" for column in record.referred_columns],
                name=name,
                onupdate=record.onupdate,
                ondelete=record.ondelete,
                deferrable=record.deferrable or None,
                initially=record.initially,
                match=record.match,
            )
            self.table.append_constraint(key)
            return key
        if isinstance(record, KeyRecord):
            timing: dict[str, Any] = {
                "deferrable": record.deferrable or None,
                "initially": record.initially,
            }
            unique = UniqueConstraint(*record.columns, name=name, **timing, **self._options(record.options))
            self.table.append_constraint(unique)
            return unique
        other = self._texts.pack.constraint_of(record)
        if other is not None:
            self.table.append_constraint(other)
        return other

    def _words(self, item: Any) -> dict[str, str]:
        """Return the SQL of a constraint or an index by the form that records have of it."""
        said: list[Any] = []
        if isinstance(item, CheckConstraint):
            said = [item.sqltext]
        elif isinstance(item, Index):
            said = [unordered(part)[0] for part in item.expressions if not isinstance(part, Column)]
            said += [value for value in item.dialect_kwargs.values() if isinstance(value, ClauseElement)]
        return {self._texts.expression(one): self._texts.sql(one) for one in said}

    def _index(self, name: str | None, record: IndexRecord, words: Mapping[str, str]) -> Index:
        parts = [self._ordered(part, words) for part in record.parts]
        said = [
            (option, words.get(text) or spaced(text) if option == "where" else text)
            for option, text in record.options
        ]
        options = self._options(tuple(said))
        for part in record.parts:
            for option, value in () if part.expression else part.options:
                if option not in _ORDERING:
                    of_parts = options.setdefault(f"{self._texts.dialect.name}_{option}", {})
                    of_parts[part.text] = int(value) if value.isdigit() else value
        index = Index(name, *parts, unique=record.unique, **options)
        if index.table is None:
            # One on expressions alone: SQLAlchemy cannot tell the table from them.
            where: dict[str, Any] = {"schema": self.table.schema, "extend_existing": True}
            Table(self.table.name, self.table.metadata, index, **where)
        return index

    def _ordered(self, part: IndexPartRecord, known: Mapping[str, str]) -> Any:
        said = known.get(part.text) or spaced(part.text)
        options = dict(part.options)
        made: Any
        if part.expression:
            # All in one text: options of the dialect are given by the name of a column, and it has none.
            words = [_group(said)]
            if "collation" in options:
                words += ["COLLATE", self._texts.quoted(options["collation"])]
            words += [value for name, value in part.options if name not in _ORDERING]
            made = escaped(" ".join(words))
        else:
            made = self.table.columns[part.text]
            if "collation" in options:
                made = collate(made, options["collation"])
        if options.get("order") == "desc":
            made = desc(made)
        if "nulls" in options:
            made = (nulls_first if options["nulls"] == "first" else nulls_last)(made)
        return made

    def _options(self, options: Options) -> dict[str, Any]:
        """Return options of the dialect as SQLAlchemy takes them."""
        return {f"{self._texts.dialect.name}_{name}": _value(name, text) for name, text in options}


def _value(name: str, text: str) -> Any:
    if text in ("true", "false"):
        return text == "true"
    if name == "where":
        return escaped(text)
    if name == "include":
        return text.split(", ")
    if name == "with":
        return dict(part.split(" = ", 1) for part in text.split(", "))
    return text


def _group(sql: str) -> str:
    """Return an expression as an index takes it: in brackets, where it is no call of a function."""
    depth = 0
    for position, mark in enumerate(sql):
        depth += (mark == "(") - (mark == ")")
        if depth == 0 and mark == ")":
            called = re.match(r"[\w.]*\(", sql) is not None
            return sql if called and position == len(sql) - 1 else f"({sql})"
    return f"({sql})"


def _items(table: Table) -> Iterator[Any]:
    yield from table.constraints
    for column in table.columns:
        for one in column.constraints:
            if isinstance(one, CheckConstraint) and one not in table.constraints:
                yield one
    yield from table.indexes


def counterparts(
    stored: Sequence[AnyRecord], given: Sequence[AnyRecord]
) -> Iterator[tuple[AnyRecord, AnyRecord]]:
    """Yield each record in words of the server with what the models say.

    The names that the server would give do not tell which is which: by them, others may have changed places.

    Args:
        stored: Records of checks, or of constraints of one dialect.
        given: The same ones, in the words of the models.
    """
    unsaid = [place for place, one in enumerate(given) if one.name is None or isinstance(one.name, Unsaid)]
    likest = sorted(
        itertools.product(unsaid, unsaid),
        key=lambda pair: _likeness(_said(stored[pair[0]]), _said(given[pair[1]])),
        reverse=True,
    )
    partner = [*range(len(given))]
    left, free = set(unsaid), set(unsaid)
    for one, other in likest:
        if one in left and other in free:
            partner[one] = other
            left.remove(one)
            free.remove(other)
    yield from zip(stored, (given[place] for place in partner), strict=True)


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()


def _said(record: Any) -> Any:
    if isinstance(record, CheckRecord):
        return record.expression
    if isinstance(record, OtherConstraintRecord):
        return record.definition
    if isinstance(record, ForeignKeyRecord):
        return list(record.columns), record.referred_table
    if isinstance(record, IndexRecord):
        return [part.text for part in record.parts]
    return list(getattr(record, "columns", ()))


def columns_of(record: AnyRecord) -> Iterable[str]:
    """Return the names of the columns that a constraint or an index is known to be on."""
    if isinstance(record, IndexRecord):
        return [part.text for part in record.parts if not part.expression]
    return getattr(record, "columns", ())


def mentions(record: AnyRecord, column: str) -> bool:
    """Say whether a constraint or an index is on a column, or speaks of it."""
    if column in columns_of(record):
        return True
    if isinstance(record, CheckRecord):
        texts = [record.expression]
    elif isinstance(record, IndexRecord):
        texts = [part.text for part in record.parts if part.expression]
        texts += [value for _, value in record.options]
    elif isinstance(record, OtherConstraintRecord):
        texts = [record.definition]
    else:
        return False
    # In quotes, those in a name are doubled.
    names = {column, column.replace('"', '""'), column.replace("`", "``")}
    word = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, names))})(?!\w)", re.IGNORECASE)
    return any(word.search(one) for one in texts)


def is_of_type(item: Constraint | Index, column: Column[Any]) -> bool:
    """Say whether a constraint is the CHECK that the type of a column makes."""
    return (
        isinstance(item, CheckConstraint)
        and from_type(item)
        and any(str(one.name) == column.name for one in item.columns)
    )
