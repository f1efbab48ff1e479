"""The words that schemas are made of, for each dialect; any two of a kind differ in meaning there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True)
class Type:
    make: Callable[[], Any]
    family: str
    keyed: bool = True
    collates: bool = False
    methods: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Operator classes other than the usual one, by the index method, or by what else an index may be."""


@dataclass(frozen=True)
class Default:
    build: Callable[[], Any]
    families: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """What is made of a column: SQL in which ``{c}`` is its name, or a function of the column."""

    said: str | Callable[[Any], Any]
    families: tuple[str, ...]

    def build(self, column: Any, quoted: str) -> Any:
        return self.said.format(c=quoted) if isinstance(self.said, str) else self.said(column)


@dataclass(frozen=True)
class Exclusion:
    """What no two rows may have in common: the options of the constraint, made of a column."""

    build: Callable[[Any, str], Mapping[str, Any]]
    families: tuple[str, ...]


def text_of(value: str) -> Callable[[], Any]:
    return lambda: sa.text(value)


TYPES: dict[str, Type] = {
    "integer": Type(sa.Integer, "int"),
    "bigint": Type(sa.BigInteger, "int"),
    "smallint": Type(sa.SmallInteger, "int"),
    "string20": Type(lambda: sa.String(20), "text", collates=True),
    "string40": Type(lambda: sa.String(40), "text", collates=True),
    "text": Type(sa.Text, "text", keyed=False, collates=True),
    "numeric10": Type(lambda: sa.Numeric(10, 2), "num"),
    "numeric12": Type(lambda: sa.Numeric(12, 4), "num"),
    "double": Type(sa.Double, "num"),
    "boolean": Type(sa.Boolean, "bool"),
    "date": Type(sa.Date, "date"),
    "datetime": Type(sa.DateTime, "time"),
    "binary": Type(sa.LargeBinary, "binary", keyed=False),
    "json": Type(sa.JSON, "json", keyed=False),
    "uuid": Type(sa.Uuid, "uuid"),
    "enum": Type(lambda: sa.Enum("a", "b", native_enum=False, length=24), "text"),
    "interval": Type(sa.Time, "clock"),
}
DEFAULTS: dict[str, Default] = {
    "zero": Default(lambda: "0", ("int", "num")),
    "seven": Default(lambda: "7", ("int", "num")),
    "five": Default(text_of("5"), ("int", "num")),
    "negative": Default(text_of("-1"), ("int", "num")),
    "sum": Default(text_of("(1 + 2)"), ("int", "num")),
    "product": Default(text_of("((1 + 2) * 3)"), ("int", "num")),
    "fraction": Default(text_of("1.5"), ("num",)),
    "x": Default(lambda: "x", ("text",)),
    "quote": Default(lambda: "it's", ("text",)),
    "percent": Default(lambda: "100%", ("text",)),
    "colon": Default(lambda: "a:b", ("text",)),
    "backslash": Default(lambda: "back\\slash", ("text",)),
    "empty": Default(lambda: "", ("text",)),
    "digits": Default(lambda: "12", ("text",)),
    "null-word": Default(lambda: "NULL", ("text",)),
    "umlaut": Default(lambda: "Ümläut ", ("text",)),
    "newline": Default(lambda: "a\nb", ("text",)),
    "function": Default(text_of("(lower('ABC'))"), ("text",)),
    "concatenated": Default(text_of("('a' || 'b')"), ("text",)),
    "true": Default(sa.true, ("bool",)),
    "false": Default(sa.false, ("bool",)),
    "today": Default(sa.func.current_date, ("date",)),
    "day": Default(lambda: "2020-02-29", ("date",)),
    "now": Default(sa.func.now, ("time",)),
    "moment": Default(lambda: "2020-02-29 12:30:00", ("time",)),
    "noon": Default(lambda: "12:00:00", ("clock",)),
}
CHECKS: dict[str, Form] = {
    "positive": Form("{c} > 0", ("int", "num")),
    "less": Form(lambda c: c < 1000, ("int", "num")),
    "between": Form("{c} BETWEEN 1 AND 5", ("int", "num")),
    "listed": Form(lambda c: c.in_([1, 2, 3]), ("int",)),
    "nested": Form("({c} > 0 AND {c} < 10) OR {c} = 50 OR {c} IS NULL", ("int", "num")),
    "grouped": Form("({c} > 0 OR {c} < -10) AND {c} <> 50", ("int", "num")),
    "arithmetic": Form("({c} + 1) * 2 <> 8", ("int", "num")),
    "case": Form("CASE WHEN {c} > 5 THEN 1 ELSE 0 END = 1", ("int", "num")),
    "not": Form("NOT ({c} = 3)", ("int",)),
    "long": Form("length({c}) > 2", ("text",)),
    "quoted": Form("{c} <> 'it''s'", ("text",)),
    "colon": Form(r"{c} <> 'a\:b'", ("text",)),
    "like": Form("{c} LIKE 'a%'", ("text",)),
    "not-like": Form(lambda c: c.not_like("b%"), ("text",)),
    "one-of": Form(lambda c: c.in_(["a", "b"]), ("text",)),
    "not-of": Form("{c} NOT IN ('a', 'b')", ("text",)),
    "upper": Form(lambda c: sa.func.upper(c) != "X", ("text",)),
    "small": Form("lower({c}) = {c}", ("text",)),
    "coalesced": Form("coalesce({c}, 'x') <> 'y'", ("text",)),
    "given": Form("{c} IS NOT NULL", ("date", "time", "bool", "uuid")),
    "recent": Form("{c} > '2000-01-01'", ("date",)),
}
EXPRESSIONS: dict[str, Form] = {
    "lower": Form(lambda c: sa.func.lower(c), ("text",)),
    "upper": Form("upper({c})", ("text",)),
    "length": Form("length({c}) + 1", ("text",)),
    "twice": Form(lambda c: c * 2, ("int",)),
    "absolute": Form("abs({c})", ("int", "num")),
    "coalesced": Form("coalesce({c}, 0)", ("int", "num")),
}


def stored(text: str) -> Callable[[str], Any]:
    return lambda column: sa.Computed(text.format(c=column), persisted=True)


def virtual(text: str) -> Callable[[str], Any]:
    return lambda column: sa.Computed(text.format(c=column), persisted=False)


STORED = {"stored-next": stored("{c} + 1"), "stored-twice": stored("({c} * 2)")}
VIRTUAL = {"virtual-next": virtual("{c} + 1"), "virtual-third": virtual("({c} * 3) + 1")}
ODD_NAMES = (
    "order",
    "Mixed Case",
    "ünïcode",
    'qu"ote',
    "quo'te",
    "back`tick",
    "per%cent",
    "co:lon",
    "semi;colon",
    "UPPER",
    "a-b",
    "l" * 61,
)


@dataclass(frozen=True)
class Vocabulary:
    """What schemas of one dialect are made of; what the dialect does not have is empty.

    Attributes:
        dialect: SQLAlchemy's dialect, for its quotes.
        creates: Whether SQLAlchemy's own statements make such tables.
        renames: Whether names of constraints are kept, so that another name is a difference.
        names_all: Whether the server names what is given no name; else two of one kind and content have
            to have names, or nothing would tell which of them is meant.
        numbered_alone: Whether nothing may be computed of a column that numbers itself, nor of one that
            a foreign key writes to.
        renumbers: Whether a key may change whose column numbers itself.
        updates_null: Whether a key that passes on what a column becomes, which may be NULL, has to accept it.
        unnumbered: What is in no name of a table whose rows number themselves.
        circles: Whether tables can refer to one another in a circle.
        references: Options of foreign keys.
        related: Families of types of which the server makes one another, by itself or as a script tells it;
            None for all.
        places: Schema and name of tables that are not where the others are.
        excludes: What EXCLUDE constraints say.
        table_options: Options of tables, which nothing changes: columns have other meanings with them.
        methods: The options that say what an index is, where these are not of PostgreSQL.
        includes: Whether indexes may keep further columns.
        labelled: Expressions of an index that may have an operator class.
    """

    dialect: sa.Dialect
    types: Mapping[str, Type]
    defaults: Mapping[str, Default] = field(default_factory=lambda: DEFAULTS)
    checks: Mapping[str, Form] = field(default_factory=lambda: CHECKS)
    expressions: Mapping[str, Form] = field(default_factory=lambda: EXPRESSIONS)
    computed: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    identities: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    collations: Sequence[str] = ()
    comments: bool = True
    creates: bool = True
    renames: bool = True
    names_all: bool = False
    numbered_alone: bool = False
    renumbers: bool = False
    updates_null: bool = False
    unnumbered: str | None = None
    circles: bool = True
    unique_options: Sequence[tuple[tuple[str, Any], ...]] = ()
    references: Sequence[tuple[tuple[str, Any], ...]] = ()
    where_options: Sequence[str] = ()
    index_options: Sequence[tuple[tuple[str, Any], ...]] = ()
    orders: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    odd_names: Sequence[str] = ODD_NAMES
    related: Sequence[frozenset[str]] | None = None
    places: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    excludes: Mapping[str, Exclusion] = field(default_factory=dict)
    table_options: Sequence[tuple[tuple[str, Any], ...]] = ()
    methods: Mapping[str, tuple[tuple[str, Any], ...]] = field(default_factory=dict)
    includes: bool = False
    labelled: Sequence[str] = ()

    def quoted(self, name: str) -> str:
        """Return a name as text() has to have it."""
        # Percent signs are doubled with the statement that the text is in.
        quoted = self.dialect.identifier_preparer.quote(name).replace("%%", "%")
        return quoted.replace(":", r"\:")

    def place(self, name: str) -> tuple[str | None, str]:
        """Return the schema and the name in it of a table."""
        return self.places.get(name, (None, name))

    def changes_into(self, old: str, new: str) -> bool:
        """Say whether the server makes the one type of the other without being told how."""
        families = {self.types[old].family, self.types[new].family}
        return len(families) == 1 or self.related is None or any(one >= families for one in self.related)

    def fits_computed(self, form: str, source: str, type_: str) -> bool:
        return self.types[source].family == "int" and type_ in ("bigint", "numeric12")


DESC = {"desc": lambda column: sa.desc(column)}
ACTIONS: Sequence[tuple[tuple[str, Any], ...]] = (
    (("ondelete", "CASCADE"),),
    (("ondelete", "SET NULL"),),
    (("onupdate", "CASCADE"),),
    (("ondelete", "RESTRICT"), ("onupdate", "SET NULL")),
)
TIMING: Sequence[tuple[tuple[str, Any], ...]] = (
    (("deferrable", True),),
    (("deferrable", True), ("initially", "DEFERRED")),
)
DEFERRED: Sequence[tuple[tuple[str, Any], ...]] = (
    *TIMING,
    (("ondelete", "CASCADE"), ("deferrable", True), ("initially", "DEFERRED")),
)
