"""What schemas of PostgreSQL are made of."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from tests.convergence.vocabulary import (
    ACTIONS,
    CHECKS,
    DEFAULTS,
    DEFERRED,
    DESC,
    EXPRESSIONS,
    STORED,
    TIMING,
    TYPES,
    Default,
    Exclusion,
    Form,
    Type,
    Vocabulary,
    text_of,
)


class Level(enum.Enum):
    low = 1
    High = 2


def mood() -> sa.Enum:
    return sa.Enum("a", "it's", name="mood")


_PATTERNS: Mapping[str, tuple[str, ...]] = {"btree": ("text_pattern_ops",)}
_RANGE: Mapping[str, tuple[str, ...]] = {"gist": (), "spgist": ()}
_GIN: Mapping[str, tuple[str, ...]] = {"gin": ()}

_TYPES: dict[str, Type] = {
    "integer": replace(TYPES["integer"], methods={"brin": ("int4_bloom_ops",)}),
    "bigint": replace(TYPES["bigint"], methods={"brin": ("int8_minmax_multi_ops",)}),
    "string20": replace(TYPES["string20"], methods=_PATTERNS),
    "string40": replace(TYPES["string40"], methods={"spgist": (), **_PATTERNS}),
    "text": replace(TYPES["text"], keyed=True, methods={"spgist": (), **_PATTERNS}),
    "binary": replace(TYPES["binary"], keyed=True),
    "timestamptz": Type(lambda: sa.DateTime(timezone=True), "time"),
    "timestamp3": Type(lambda: postgresql.TIMESTAMP(precision=3), "time"),
    "timetz": Type(lambda: postgresql.TIME(timezone=True, precision=0), "clock"),
    "varchar": Type(sa.String, "text", collates=True),
    "unicode": Type(lambda: sa.Unicode(30), "text", collates=True),
    "char": Type(lambda: sa.CHAR(12), "text", collates=True, methods={"btree": ("bpchar_pattern_ops",)}),
    "numeric": Type(sa.Numeric, "num"),
    "numeric0": Type(lambda: sa.Numeric(12), "num"),
    # Which is what the server makes of it.
    "real": Type(lambda: sa.Float(10), "num"),
    "array": Type(lambda: postgresql.ARRAY(sa.Integer), "array", methods=_GIN),
    "texts": Type(lambda: sa.ARRAY(sa.Text), "texts", methods=_GIN),
    # The server adds no foreign key on one to a table that is there ("cannot determine element type").
    "strings": Type(lambda: postgresql.ARRAY(sa.String(10), dimensions=2), "texts", keyed=False),
    "moods": Type(lambda: postgresql.ARRAY(mood()), "moods"),
    "jsonb": Type(postgresql.JSONB, "jsonb", methods={"gin": ("jsonb_path_ops",)}),
    "inet": Type(postgresql.INET, "inet", methods={"spgist": ()}),
    "cidr": Type(postgresql.CIDR, "inet"),
    "macaddr": Type(postgresql.MACADDR, "mac"),
    "span": Type(postgresql.INTERVAL, "span"),
    "minutes": Type(lambda: postgresql.INTERVAL(fields="DAY TO MINUTE"), "span"),
    "span2": Type(lambda: postgresql.INTERVAL(precision=2), "span"),
    "bits": Type(lambda: postgresql.BIT(3), "bits", keyed=False),
    "varbits": Type(lambda: postgresql.BIT(5, varying=True), "bits", keyed=False),
    "tsvector": Type(postgresql.TSVECTOR, "search", keyed=False, methods={"gin": (), "gist": ()}),
    "tsquery": Type(postgresql.TSQUERY, "query", keyed=False),
    "integers": Type(postgresql.INT4RANGE, "range", methods=_RANGE),
    "numbers": Type(postgresql.NUMRANGE, "numrange", methods=_RANGE),
    "period": Type(postgresql.TSTZRANGE, "period", methods=_RANGE),
    "days": Type(postgresql.DATERANGE, "days", methods=_RANGE),
    "multi": Type(postgresql.INT4MULTIRANGE, "multi", keyed=False, methods={"gist": ()}),
    "money": Type(postgresql.MONEY, "money", keyed=False),
    "oid": Type(postgresql.OID, "oid"),
    "regclass": Type(postgresql.REGCLASS, "regclass", keyed=False),
    "mood": Type(mood, "mood"),
    "level": Type(lambda: sa.Enum(Level, name="Level of"), "level"),
    "elsewhere": Type(lambda: postgresql.ENUM("x", "y", name="kind", schema="second"), "kind"),
}
_DEFAULTS: dict[str, Default] = {
    "array": Default(text_of("'{1,2}'"), ("array",)),
    "array-made": Default(text_of("ARRAY[1, 2]"), ("array",)),
    "no-texts": Default(text_of("'{}'"), ("texts", "moods")),
    "texts-made": Default(text_of("ARRAY['a', 'b c']\\:\\:text[]"), ("texts",)),
    "moods-made": Default(text_of("ARRAY['a']\\:\\:mood[]"), ("moods",)),
    "json": Default(text_of("""'{"a"\\: [1, "b"]}'"""), ("json", "jsonb")),
    "json-made": Default(sa.func.jsonb_build_object, ("jsonb",)),
    "address": Default(lambda: "10.0.0.1", ("inet",)),
    "mac": Default(lambda: "08:00:2b:01:02:03", ("mac",)),
    "span": Default(text_of("'1 day'"), ("span",)),
    "span-made": Default(text_of("interval '2 hours'"), ("span",)),
    "random": Default(sa.func.random, ("num",)),
    "uuid": Default(sa.func.gen_random_uuid, ("uuid",)),
    "later": Default(text_of("now() + interval '1 day'"), ("time",)),
    "utc": Default(text_of("timezone('utc', now())"), ("time",)),
    "at-utc": Default(text_of("(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')"), ("time",)),
    "substring": Default(text_of("substring('hello' from 2 for 3)"), ("text",)),
    "cast": Default(text_of("CAST(5 AS text)"), ("text",)),
    "user": Default(text_of("CURRENT_USER"), ("text",)),
    "escaped": Default(text_of(r"E'a\tb'"), ("text",)),
    "range": Default(text_of("'[1,5)'"), ("range", "numrange")),
    "range-made": Default(text_of("int4range(1, 5, '[]')"), ("range",)),
    "period": Default(text_of("tstzrange(now(), NULL)"), ("period",)),
    "mood": Default(lambda: "it's", ("mood",)),
    "mood-cast": Default(text_of("'a'\\:\\:mood"), ("mood",)),
    "level": Default(lambda: "High", ("level",)),
    "kind": Default(lambda: "y", ("kind",)),
    "bytes": Default(text_of(r"'\x00ff'"), ("binary",)),
    "bits": Default(text_of("B'101'"), ("bits",)),
    "price": Default(text_of("'12.50'"), ("money",)),
}
_CHECKS: dict[str, Form] = {
    "any": Form("{c} = ANY (ARRAY[1, 2, 4])", ("int",)),
    "matching": Form("{c} ~ '^a'", ("text",)),
    "ilike": Form(lambda c: c.ilike("q%"), ("text",)),
    "extract": Form("EXTRACT(year FROM {c}) > 2000", ("date",)),
    "cast": Form("{c}\\:\\:text <> '5'", ("int",)),
    "trimmed": Form("trim(both from {c}) <> ''", ("text",)),
    "similar": Form("{c} SIMILAR TO '(a|b)%'", ("text",)),
    "distinct": Form("{c} IS DISTINCT FROM 7", ("int", "num")),
    "symmetric": Form("{c} NOT BETWEEN SYMMETRIC 9 AND 6", ("int",)),
    "some": Form("cardinality({c}) > 0", ("array", "texts", "moods")),
    "first": Form("({c})[1] > 0", ("array",)),
    "contains": Form(lambda c: c.contains([1]), ("array",)),
    "key": Form("{c} ? 'a'", ("jsonb",)),
    "arrow": Form("({c} ->> 'a') IS NOT NULL", ("json", "jsonb")),
    "kind-of": Form("jsonb_typeof({c}) = 'object'", ("jsonb",)),
    "within": Form("{c} << inet '10.0.0.0/8'", ("inet",)),
    "not-empty": Form("NOT isempty({c})", ("range", "numrange", "period", "days")),
    "lower": Form("lower({c}) > 0", ("range",)),
    "good": Form("{c} <> 'a'", ("mood",)),
    "mood": Form("{c} IN ('a', 'it''s')", ("mood",)),
    "high": Form(lambda c: c != Level.low, ("level",)),
}
_EXPRESSIONS: dict[str, Form] = {
    "trimmed": Form("btrim({c}, ' ')", ("text",)),
    "cast": Form("({c}\\:\\:text)", ("int",)),
    "joined": Form("{c} || 'x'", ("text",)),
    "arrow": Form("({c} ->> 'a')", ("json", "jsonb")),
    "year": Form(lambda c: sa.extract("year", c), ("date",)),
    "upper-of": Form("upper({c})", ("range", "numrange", "days")),
    "case": Form("(CASE WHEN {c} > 5 THEN 1 ELSE 0 END)", ("int",)),
}


def _pairs(operator: str, method: str, classes: str | None = None) -> Callable[[Any, str], Mapping[str, Any]]:
    def build(column: Any, quoted: str) -> Mapping[str, Any]:
        said = {"elements": [(column, operator)], "using": method}
        return said if classes is None else {**said, "ops": {column.name: classes}}

    return build


_EXCLUDES: dict[str, Exclusion] = {
    "equal": Exclusion(_pairs("=", "btree"), ("int", "text", "date", "mood", "uuid")),
    "hashed": Exclusion(_pairs("=", "hash"), ("int", "date")),
    "overlapping": Exclusion(_pairs("&&", "gist"), ("range", "numrange", "period", "days")),
    "within": Exclusion(_pairs("&&", "gist", "inet_ops"), ("inet",)),
    "lower": Exclusion(
        lambda column, quoted: {"elements": [(sa.func.lower(column), "=")], "using": "btree"}, ("text",)
    ),
    "spanned": Exclusion(
        lambda column, quoted: {
            "elements": [(sa.text(f"int8range({quoted}, {quoted} + 10)"), "&&")],
            "using": "gist",
        },
        ("int",),
    ),
}


def words(dialect: sa.Dialect) -> Vocabulary:
    types = {**TYPES, **_TYPES}
    families = {one.family for one in types.values()}
    return Vocabulary(
        dialect,
        types=types,
        defaults={**DEFAULTS, **_DEFAULTS},
        checks={**CHECKS, **_CHECKS},
        expressions={**EXPRESSIONS, **_EXPRESSIONS},
        computed=STORED,
        identities={
            "always": {"always": True},
            "default": {},
            "start": {"start": 5, "increment": 2},
            "falling": {"increment": -1, "start": -3},
            # From a first number that is within the limits of others: the counter stays.
            "limits": {
                "always": True,
                "minvalue": -10,
                "start": 1,
                "maxvalue": 1000,
                "cycle": True,
                "cache": 10,
            },
        },
        collations=("C", "POSIX", "de-x-icu"),
        unique_options=(
            *TIMING,
            (("postgresql_nulls_not_distinct", True),),
        ),
        references=(*ACTIONS, *DEFERRED, (("match", "FULL"),), (("ondelete", "SET DEFAULT"),)),
        where_options=("postgresql_where",),
        index_options=(
            (("postgresql_using", "hash"),),
            (("postgresql_with", (("fillfactor", 50),)),),
            (("postgresql_nulls_not_distinct", True),),
        ),
        names_all=True,
        # The others as told: what anything was made of as text, and truth values of numbers.
        related=(
            frozenset({"int", "num", "bool"}),
            frozenset({"date", "time"}),
            frozenset({"json", "jsonb"}),
            *(frozenset({"text", family}) for family in families),
            *(frozenset({"mood", other}) for other in ("level", "kind")),
        ),
        orders={
            **DESC,
            "nulls-first": lambda column: sa.nulls_first(column),
            "desc-nulls-last": lambda column: sa.nulls_last(cast(Any, sa.desc(column))),
        },
        places={"v": ("second", "t"), "w": ("second", "w")},
        excludes=_EXCLUDES,
        includes=True,
        labelled=("lower",),
    )
