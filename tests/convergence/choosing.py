"""Schemas at random."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from tests.convergence.schemas import (
    Check,
    Col,
    Exclude,
    Index,
    Part,
    Reference,
    Schema,
    Tab,
    Unique,
    tidy,
)
from tests.convergence.vocabulary import TIMING, Vocabulary

T = TypeVar("T")
TABLES = ("t", "u", "v")
COLUMNS = ("a", "b", "c", "d", "e")


class Choice:
    """Choose, by numbers that somebody else draws.

    Args:
        below: Returns a number from 0 to one less than what it is given; smaller is simpler.
    """

    def __init__(self, below: Callable[[int], int]) -> None:
        self.below = below

    def of(self, items: Sequence[T]) -> T:
        return items[self.below(len(items))]

    def maybe(self, items: Sequence[T], one_in: int = 2) -> T | None:
        """Return one of the items, or none, which is simpler."""
        if not items or self.below(one_in) != one_in - 1:
            return None
        return self.of(items)

    def happens(self, one_in: int) -> bool:
        return self.below(one_in) == one_in - 1

    def some(self, items: Sequence[T], most: int) -> tuple[T, ...]:
        """Return different ones, at least one where there is any."""
        left = list(items)
        count = min(1 + self.below(most), len(left))
        return tuple([left.pop(self.below(len(left))) for _ in range(count)])


class Schemas:
    """Make up schemas and changes in the words of a dialect."""

    def __init__(self, choice: Choice, words: Vocabulary) -> None:
        self.choice, self.words = choice, words
        self._count = 0

    # -- whole schemas ------------------------------------------------------------------------
    def schema(self) -> Schema:
        names = self.choice.some(self.table_names(), 3)
        conventional = self.choice.happens(3)
        schema = Schema(tuple(self.table(name) for name in names), conventional=conventional)
        for table in schema.tables:
            for _ in range(self.choice.below(3)):
                schema = self.with_reference(schema, table.name)
        return tidy(schema, self.words)

    def table_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*TABLES, *self.words.places, *self.words.odd_names)))

    def other(self, schema: Schema) -> Schema:
        """Return a schema that has little to do with *schema*, but for some names."""
        made = self.schema()
        names = [one.name for one in schema.tables]
        tables = [
            replace(table, name=self.choice.maybe(names) or table.name, references=())
            for table in made.tables
        ]
        tables = [self._after(schema.table(table.name), table) for table in tables]
        distinct = tuple({table.name: table for table in tables}.values())
        return tidy(replace(made, tables=distinct, conventional=schema.conventional), self.words)

    def _after(self, old: Tab | None, new: Tab) -> Tab:
        """Return a table in which columns that were there have types that the server makes of theirs."""
        columns: list[Col] = []
        for one in new.columns:
            was = old.column(one.name) if old is not None else None
            if was is not None:
                if not self.words.changes_into(was.type, one.type):
                    one = replace(one, type=was.type)
                # Whether a column numbers itself is told, and not changed.
                one = replace(one, numbered=was.numbered)
            columns.append(one)
        numbered = [one.name for one in columns if one.numbered]
        if old is not None:
            new = replace(new, options=old.options)
        return replace(new, columns=tuple(columns), key=tuple(numbered) or new.key)

    def table(self, name: str) -> Tab:
        names = ("id", *self.choice.some((*COLUMNS, *self.words.odd_names), 5))
        columns = tuple(self.column(one) for one in names[1:])
        key = self.choice.of((("id",), ("id",), ("id", names[1]), ()))
        numbered = key == ("id",) and self.choice.happens(2)
        table = Tab(
            name,
            (Col("id", "integer", nullable=False, numbered=numbered), *columns),
            key,
            self.choice.maybe([self.name("pk", name)]),
            comment=self.comment(),
            options=self.choice.maybe(self.words.table_options, 4) or (),
        )
        for add in (self.add_unique, self.add_check, self.add_index, self.add_exclude):
            for _ in range(self.choice.below(3)):
                table = add(table) or table
        return self.with_computed(table) if self.words.computed and self.choice.happens(3) else table

    def column(self, name: str) -> Col:
        type_ = self.choice.of(tuple(self.words.types))
        family = self.words.types[type_].family
        integer = family == "int"
        return Col(
            name,
            type_,
            nullable=not self.choice.happens(3),
            default=self.choice.maybe(self.defaults(family)),
            identity=self.choice.maybe(tuple(self.words.identities), 6) if integer else None,
            collation=self.choice.maybe(self.words.collations, 4)
            if self.words.types[type_].collates
            else None,
            comment=self.comment(),
        )

    def defaults(self, family: str) -> tuple[str, ...]:
        return tuple(name for name, one in self.words.defaults.items() if family in one.families)

    def comment(self) -> str | None:
        if not self.words.comments:
            return None
        return self.choice.maybe(("said", 'it\'s 100% "so"; a\\b :x'), 3)

    def name(self, kind: str, table: str) -> str:
        self._count += 1
        odd = self.choice.maybe(self.words.odd_names, 6) or ""
        return f"{kind} {odd}"[:40] + str(self._count) if odd else f"{kind}_{table[:10]}_{self._count}"

    def optional_name(self, kind: str, table: str) -> str | None:
        return self.choice.maybe([self.name(kind, table)])

    # -- what stands on a table -----------------------------------------------------------------
    def keyed(self, table: Tab) -> list[str]:
        return [
            one.name for one in table.columns if self.words.types[one.type].keyed and one.computed is None
        ]

    def with_computed(self, table: Tab) -> Tab:
        sources = [one.name for one in table.columns if self.words.types[one.type].family == "int"]
        taken = {one.name for one in table.columns}
        names = [name for name in (*COLUMNS, "made") if name not in taken]
        if not names:
            return table
        of = self.choice.of(tuple(self.words.computed)), self.choice.of(sources or ["id"])
        column = Col(self.choice.of(names), "bigint", computed=of)
        return replace(table, columns=(*table.columns, column))

    def add_unique(self, table: Tab) -> Tab | None:
        columns = self.choice.some(self.keyed(table), 2)
        if not columns:
            return None
        options = self.choice.maybe(self.words.unique_options, 4) or ()
        one = Unique(self.optional_name("uq", table.name), columns, options)
        return replace(table, unique=(*table.unique, one))

    def check(self, table: Tab) -> tuple[str, str] | None:
        """Return a form and a column that it fits."""
        column = self.choice.of(table.columns)
        if column.computed is not None:
            return None
        family = self.words.types[column.type].family
        forms = [name for name, one in self.words.checks.items() if family in one.families]
        return (self.choice.of(forms), column.name) if forms else None

    def add_check(self, table: Tab) -> Tab | None:
        check = self.check(table)
        if check is None:
            return None
        one = Check(self.optional_name("ck", table.name), *check)
        return replace(table, checks=(*table.checks, one))

    def add_exclude(self, table: Tab) -> Tab | None:
        column = self.choice.of(table.columns)
        family = self.words.types[column.type].family
        forms = [name for name, one in self.words.excludes.items() if family in one.families]
        if not forms or column.computed is not None:
            return None
        where = self.check(table) if self.choice.happens(3) else None
        options = self.choice.maybe(TIMING, 4) or ()
        one = Exclude(
            self.optional_name("ex", table.name), self.choice.of(forms), column.name, where, options
        )
        return replace(table, excludes=(*table.excludes, one))

    def add_index(self, table: Tab) -> Tab | None:
        by_method = [
            (one.name, method)
            for one in table.columns
            for method in self.words.types[one.type].methods
            if one.computed is None
        ]
        if by_method and self.choice.happens(3):
            return self._add_index_by(table, *self.choice.of(by_method))
        columns = self.choice.some(self.keyed(table), 2)
        parts: list[Part] = []
        for name in columns:
            column = table.column(name)
            assert column is not None
            family = self.words.types[column.type].family
            forms = [form for form, one in self.words.expressions.items() if family in one.families]
            parts.append(
                Part(name, self.choice.maybe(forms, 4), self.choice.maybe(tuple(self.words.orders), 4))
            )
        if not parts:
            return None
        where = self.check(table) if self.words.where_options and self.choice.happens(4) else None
        options = self.choice.maybe(self.words.index_options, 6) or ()
        unique = self.choice.happens(4)
        index = Index(self.name("ix", table.name), tuple(parts), unique, where, options)
        if self.words.includes and self.choice.happens(5):
            index = replace(index, include=self.choice.of(table.columns).name)
        index = plausible(index)
        return replace(table, indexes=(*table.indexes, index))

    def _add_index_by(self, table: Tab, name: str, method: str) -> Tab:
        """Return a table with an index by a method, or with operators, that are not the usual ones."""
        column = table.column(name)
        assert column is not None
        type_ = self.words.types[column.type]
        forms = [
            form for form in self.words.labelled if type_.family in self.words.expressions[form].families
        ]
        form = self.choice.maybe(forms, 3) if method == "btree" else None
        classes = type_.methods[method]
        part = Part(
            name, form, None, self.choice.maybe(classes) or (classes[0] if method == "btree" else None)
        )
        options = () if method == "btree" else self.words.methods.get(method, (("postgresql_using", method),))
        index = Index(self.name("ix", table.name), (part,), options=options)
        return replace(table, indexes=(*table.indexes, index))

    def with_reference(self, schema: Schema, name: str) -> Schema:
        table = schema.table(name)
        target = self.choice.of(schema.tables)
        referred = self.choice.of(
            [*([target.key] if target.key else []), *(one.columns for one in target.unique)] or [()]
        )
        if table is None or not referred:
            return schema
        # A column that refers is like the one that it refers to.
        columns = list(table.columns)
        own: list[str] = []
        for other in referred:
            there = target.column(other)
            assert there is not None
            free = [
                at
                for at, one in enumerate(columns)
                if one.name not in (*own, *table.key)
                and one.computed is None
                and not (name == target.name and one.name in referred)
                and self.words.changes_into(one.type, there.type)
            ]
            if not free:
                return schema
            at = self.choice.of(free)
            alike = replace(
                columns[at], type=there.type, collation=there.collation, nullable=True, identity=None
            )
            columns[at] = alike
            own.append(alike.name)
        options = self.choice.maybe(self.words.references) or ()
        one = Reference(self.optional_name("fk", name), tuple(own), target.name, referred, options)
        new = replace(table, columns=tuple(columns), references=(*table.references, one))
        return with_table(schema, new)


def plausible(index: Index) -> Index:
    """Return an index without options that do not go together."""
    # SQLAlchemy writes no brackets around an operator before DESC.
    parts = [replace(one, order=None) if one.form == "twice" else one for one in index.parts]
    index = replace(index, parts=tuple(parts))
    if index.method != "btree":
        part = replace(index.parts[0], order=None)
        return replace(index, parts=(part,), unique=False, include=None)
    if ("postgresql_nulls_not_distinct", True) in index.options:
        return replace(index, unique=True)
    return index


def with_table(schema: Schema, table: Tab) -> Schema:
    return replace(schema, tables=tuple(table if one.name == table.name else one for one in schema.tables))
