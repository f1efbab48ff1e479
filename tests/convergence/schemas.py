"""Schemas as small plain values, from which models can be made again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from tests.convergence.vocabulary import Vocabulary

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""The naming convention of the models that have one."""

# Of types whose values are in the character set of the table.
_OF_CHARACTERS = ("text", "long", "enum", "set")

Options = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Col:
    """A column; *type*, *default*, *computed* and *identity* are words of the vocabulary."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    computed: tuple[str, str] | None = None
    identity: str | None = None
    collation: str | None = None
    comment: str | None = None
    numbered: bool = False
    was: str | None = None
    """The name that it is said to have had."""


@dataclass(frozen=True)
class Unique:
    name: str | None
    columns: tuple[str, ...]
    options: Options = ()


@dataclass(frozen=True)
class Reference:
    name: str | None
    columns: tuple[str, ...]
    table: str
    referred: tuple[str, ...]
    options: Options = ()


@dataclass(frozen=True)
class Check:
    """A CHECK: a form of the vocabulary, and the column that it is about."""

    name: str | None
    form: str
    column: str


@dataclass(frozen=True)
class Part:
    """A place in an index: a column, or a form of it."""

    column: str
    form: str | None = None
    order: str | None = None
    opclass: str | None = None


@dataclass(frozen=True)
class Index:
    name: str | None
    parts: tuple[Part, ...]
    unique: bool = False
    where: tuple[str, str] | None = None
    options: Options = ()
    include: str | None = None

    @property
    def method(self) -> str:
        said = dict(self.options)
        of_length = "mysql_length" if "mysql_length" in said else "btree"
        return str(said.get("postgresql_using") or said.get("mysql_prefix") or of_length)


@dataclass(frozen=True)
class Exclude:
    """An EXCLUDE: one of the vocabulary, and the column that it is about."""

    name: str | None
    form: str
    column: str
    where: tuple[str, str] | None = None
    options: Options = ()


@dataclass(frozen=True)
class Tab:
    name: str
    columns: tuple[Col, ...]
    key: tuple[str, ...] = ()
    key_name: str | None = None
    unique: tuple[Unique, ...] = ()
    references: tuple[Reference, ...] = ()
    checks: tuple[Check, ...] = ()
    indexes: tuple[Index, ...] = ()
    excludes: tuple[Exclude, ...] = ()
    comment: str | None = None
    options: Options = ()
    was: str | None = None

    def column(self, name: str) -> Col | None:
        return next((one for one in self.columns if one.name == name), None)


@dataclass(frozen=True)
class Schema:
    """Some tables; *conventional* says whether a naming convention makes the names that are not said."""

    tables: tuple[Tab, ...] = ()
    conventional: bool = field(default=False, kw_only=True)

    def table(self, name: str) -> Tab | None:
        return next((one for one in self.tables if one.name == name), None)


def models(schema: Schema, words: Vocabulary) -> sa.MetaData:
    """Return new models of a schema."""
    metadata = sa.MetaData(naming_convention=NAMES if schema.conventional else None)
    for table in schema.tables:
        _table(table, metadata, words)
    return metadata


def _table(table: Tab, metadata: sa.MetaData, words: Vocabulary) -> None:
    where, name = words.place(table.name)
    columns = [_column(one, words) for one in table.columns]
    made = sa.Table(name, metadata, *columns, schema=where, comment=table.comment, **dict(table.options))
    if table.was is not None:
        made.info["renamed_from"] = table.was
    if table.key:
        made.append_constraint(sa.PrimaryKeyConstraint(*table.key, name=table.key_name))
    for key in table.unique:
        made.append_constraint(sa.UniqueConstraint(*key.columns, name=key.name, **dict(key.options)))
    for reference in table.references:
        # Columns are looked up by their objects: a name may have dots.
        there = ".".join(filter(None, words.place(reference.table)))
        target = [f"{there}.{name}" for name in reference.referred]
        made.append_constraint(
            sa.ForeignKeyConstraint(
                list(reference.columns), target, name=reference.name, **dict(reference.options)
            )
        )
    for check in table.checks:
        text = words.checks[check.form].build(made.columns[check.column], words.quoted(check.column))
        made.append_constraint(sa.CheckConstraint(text, name=check.name))
    for exclude in table.excludes:
        made.append_constraint(_exclude(exclude, made, words))
    for index in table.indexes:
        options: dict[str, Any] = {
            name: dict(value) if isinstance(value, tuple) else value for name, value in index.options
        }
        if index.where is not None:
            options |= dict.fromkeys(words.where_options, _condition(index.where, made, words))
        if index.include is not None:
            options["postgresql_include"] = [index.include]
        classes = {_label(one): one.opclass for one in index.parts if one.opclass is not None}
        if classes:
            options["postgresql_ops"] = classes
        parts = [_part(one, made, words) for one in index.parts]
        built: Any = sa.Index(index.name, *parts, unique=index.unique, **options)
        if built.table is None:
            # One of texts alone does not know its table.
            made.append_constraint(built)


def _condition(where: tuple[str, str], table: sa.Table, words: Vocabulary) -> Any:
    form, column = where
    built = words.checks[form].build(table.columns[column], words.quoted(column))
    return sa.text(built) if isinstance(built, str) else built


def _exclude(exclude: Exclude, table: sa.Table, words: Vocabulary) -> postgresql.ExcludeConstraint:
    column: Any = table.columns[exclude.column]
    said = dict(words.excludes[exclude.form].build(column, words.quoted(exclude.column)))
    if exclude.where is not None:
        said["where"] = _condition(exclude.where, table, words)
    return postgresql.ExcludeConstraint(
        *said.pop("elements"), name=exclude.name, **said, **dict(exclude.options)
    )


def _label(part: Part) -> str:
    """Return under which name operator classes are given."""
    return part.column if part.form is None else f"{part.form} of {part.column}"


def _part(part: Part, table: sa.Table, words: Vocabulary) -> Any:
    column: Any = table.columns[part.column]
    if part.form is not None:
        built = words.expressions[part.form].build(column, words.quoted(part.column))
        column = sa.text(f"({built})") if isinstance(built, str) else built
        if part.opclass is not None:
            column = column.label(_label(part))
    return words.orders[part.order](column) if part.order is not None else column


def _column(column: Col, words: Vocabulary) -> sa.Column[Any]:
    items: list[Any] = []
    options: dict[str, Any] = {}
    if column.computed is not None:
        form, of = column.computed
        items.append(words.computed[form](words.quoted(of)))
    elif column.identity is not None:
        items.append(sa.Identity(**words.identities[column.identity]))
    elif column.default is not None:
        options["server_default"] = words.defaults[column.default].build()
    type_ = words.types[column.type].make()
    if column.collation is not None:
        type_ = type_.copy(collation=column.collation)
        type_.collation = column.collation
    if column.was is not None:
        options["info"] = {"renamed_from": column.was}
    return sa.Column(
        column.name,
        type_,
        *items,
        nullable=column.nullable,
        comment=column.comment,
        autoincrement="auto" if column.identity is not None else column.numbered,
        **options,
    )


# -- what may stand together -----------------------------------------------------------------------
def tidy(schema: Schema, words: Vocabulary) -> Schema:
    """Return a schema without what refers to something that is not there, or cannot be."""
    tables = tuple([_tidy_table(table, words, schema.conventional) for table in schema.tables])
    schema = replace(schema, tables=tables)
    tables = tuple([_tidy_references(table, schema, words) for table in schema.tables])
    return replace(schema, tables=tables if words.circles else _without_circles(tables))


def _without_circles(tables: Sequence[Tab]) -> tuple[Tab, ...]:
    """Return tables that refer to themselves and to those before them alone."""
    before: set[str] = set()
    kept: list[Tab] = []
    for table in tables:
        before.add(table.name)
        kept.append(replace(table, references=tuple(one for one in table.references if one.table in before)))
    return tuple(kept)


def _tidy_table(table: Tab, words: Vocabulary, conventional: bool) -> Tab:
    plain = {one.name for one in table.columns if one.computed is None}
    columns: list[Col] = []
    for one in table.columns:
        family = words.types[one.type].family
        if one.computed is not None:
            form, of = one.computed
            source = table.column(of)
            if of not in plain or source is None or not words.fits_computed(form, source.type, one.type):
                one = replace(one, computed=None)
            else:
                one = replace(one, default=None, identity=None, numbered=False, nullable=True)
        if one.default is not None and family not in words.defaults[one.default].families:
            one = replace(one, default=None)
        if one.identity is not None and (family != "int"):
            one = replace(one, identity=None)
        if one.identity is not None:
            one = replace(one, nullable=False, default=None, numbered=False)
        if one.collation is not None and not words.types[one.type].collates:
            one = replace(one, collation=None)
        columns.append(one)
    key = tuple(name for name in table.key if name in plain and words.types[_type(table, name)].keyed)
    table = replace(table, columns=tuple(columns), key=key, key_name=table.key_name if key else None)
    numbered = len(key) == 1 and words.types[_type(table, key[0])].family == "int"
    if words.unnumbered is not None and words.unnumbered in "".join((table.name, *key)):
        numbered = False
    columns = []
    for one in table.columns:
        if one.name in key:
            one = replace(one, nullable=False)
        if one.numbered and not (numbered and one.name == key[0] and one.default is None):
            one = replace(one, numbered=False)
        columns.append(one)
    table = replace(table, columns=tuple(columns))
    if words.numbered_alone:
        table = _without_computed(table)
    # The convention makes a part of a name of the name that is given.
    checks = [one for one in table.checks if one.name is not None or not conventional]
    if not words.names_all:
        nameless = [one for one in checks if one.name is None]
        checks = [one for one in checks if one.name is not None or one is nameless[0]]
    return replace(
        table,
        unique=_distinct([one for one in table.unique if _keyed(table, one.columns, words)], table),
        checks=_distinct([one for one in checks if _fits(table, one.column, one.form, words)], table),
        indexes=_distinct([one for one in table.indexes if _indexed(table, one, words)], table),
        excludes=_distinct([one for one in table.excludes if _excluded(table, one, words)], table),
        references=_distinct(table.references, table),
    )


def _without_computed(table: Tab) -> Tab:
    """Return a table in which nothing is computed of, or checked on, values of the server's making."""
    own = {one.name for one in table.columns if one.numbered}
    sources = {one.computed[1] for one in table.columns if one.computed is not None}
    columns = [
        replace(one, computed=None) if one.computed is not None and one.computed[1] in own else one
        for one in table.columns
    ]
    references = [
        replace(one, options=()) if sources.intersection(one.columns) else one for one in table.references
    ]
    own |= {name for one in references if one.options for name in one.columns}
    checks = [one for one in table.checks if one.column not in own]
    return replace(table, columns=tuple(columns), references=tuple(references), checks=tuple(checks))


def _type(table: Tab, name: str) -> str:
    column = table.column(name)
    assert column is not None
    return column.type


def _keyed(table: Tab, names: tuple[str, ...], words: Vocabulary) -> bool:
    columns = [table.column(name) for name in names]
    return all(one is not None and words.types[one.type].keyed and one.computed is None for one in columns)


def _fits(table: Tab, column: str, form: str, words: Vocabulary) -> bool:
    found = table.column(column)
    return found is not None and words.types[found.type].family in words.checks[form].families


def _indexed(table: Tab, index: Index, words: Vocabulary) -> bool:
    for part in index.parts:
        column = table.column(part.column)
        if column is None or column.computed is not None:
            return False
        type_ = words.types[column.type]
        by_itself = type_.keyed if index.method in ("btree", "hash") else index.method in type_.methods
        if part.form is None and not by_itself:
            return False
        if part.form is not None and type_.family not in words.expressions[part.form].families:
            return False
        if part.opclass is not None and part.opclass not in type_.methods.get(index.method, ()):
            return False
    if index.include is not None and (
        table.column(index.include) is None or index.include in (part.column for part in index.parts)
    ):
        return False
    if index.where is not None:
        return _fits(table, index.where[1], index.where[0], words)
    return True


def _excluded(table: Tab, exclude: Exclude, words: Vocabulary) -> bool:
    column = table.column(exclude.column)
    if column is None or column.computed is not None:
        return False
    if words.types[column.type].family not in words.excludes[exclude.form].families:
        return False
    return exclude.where is None or _fits(table, exclude.where[1], exclude.where[0], words)


def _distinct(items: Any, table: Tab) -> Any:
    """Return items without such as have the same name, or say the same: servers make one of these."""
    kept: list[Any] = []
    for one in items:
        content = replace(one, name=None, **({"options": ()} if hasattr(one, "options") else {}))
        if isinstance(one, Index):
            content = tuple((part.column, part.form) for part in one.parts), one.method
        elif isinstance(one, Reference):
            content = one.columns
        if isinstance(one, Unique) and (frozenset(one.columns) == frozenset(table.key)):
            continue
        if any((one.name is not None and one.name == other[0].name) or content == other[1] for other in kept):
            continue
        kept.append((one, content))
    return tuple(one for one, _ in kept)


def _tidy_references(table: Tab, schema: Schema, words: Vocabulary) -> Tab:
    kept = [one for one in table.references if _refers(table, one, schema, words)]
    return replace(table, references=tuple(kept))


def _refers(table: Tab, reference: Reference, schema: Schema, words: Vocabulary) -> bool:
    target = schema.table(reference.table)
    if target is None:
        return False
    # What is checked later is nothing to refer to.
    keys = [one.columns for one in target.unique if not dict(one.options).get("deferrable")]
    if reference.referred not in (target.key, *keys):
        return False
    for name, other in zip(reference.columns, reference.referred, strict=True):
        here, there = table.column(name), target.column(other)
        if here is None or there is None or here.computed is not None:
            return False
        if (here.type, here.collation) != (there.type, there.collation):
            return False
        if words.types[here.type].family in _OF_CHARACTERS and table.options != target.options:
            return False
    nullable = all(one.nullable for one in table.columns if one.name in reference.columns)
    said = dict(reference.options)
    may_be_null = any(one.nullable for one in target.columns if one.name in reference.referred)
    if words.updates_null and said.get("onupdate") == "CASCADE" and may_be_null:
        return nullable
    return nullable or "SET NULL" not in said.values()
