"""The vocabulary of each dialect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from tests.convergence.vocabulary import (
    ACTIONS,
    CHECKS,
    DEFAULTS,
    DEFERRED,
    DESC,
    ODD_NAMES,
    STORED,
    TYPES,
    VIRTUAL,
    Default,
    Form,
    Type,
    Vocabulary,
    text_of,
)


def sqlite(dialect: sa.Dialect) -> Vocabulary:
    return Vocabulary(
        dialect,
        types={**TYPES, "text": replace(TYPES["text"], keyed=True)},
        computed={**STORED, **VIRTUAL},
        collations=("NOCASE", "RTRIM"),
        comments=False,
        references=(*ACTIONS, *DEFERRED),
        where_options=("sqlite_where",),
        orders=DESC,
    )


def postgresql_(dialect: sa.Dialect) -> Vocabulary:
    types = {
        "timestamptz": Type(lambda: sa.DateTime(timezone=True), "time"),
        "timestamp3": Type(lambda: postgresql.TIMESTAMP(precision=3), "time"),
        "varchar": Type(sa.String, "text", collates=True),
        "char": Type(lambda: sa.CHAR(12), "text", collates=True),
        "array": Type(lambda: postgresql.ARRAY(sa.Integer), "array"),
        "jsonb": Type(postgresql.JSONB, "json"),
        "inet": Type(postgresql.INET, "inet"),
        "span": Type(postgresql.INTERVAL, "span"),
        "real": Type(sa.REAL, "num"),
        "bits": Type(lambda: postgresql.BIT(3), "bits", keyed=False),
        "tsvector": Type(postgresql.TSVECTOR, "search", keyed=False),
    }
    defaults = {
        "array": Default(text_of("'{{1,2}}'".replace("{{", "{").replace("}}", "}")), ("array",)),
        "array-made": Default(text_of("ARRAY[1, 2]"), ("array",)),
        "jsonb": Default(text_of("""'{"a"\\: 1}'"""), ("json",)),
        "address": Default(lambda: "10.0.0.1", ("inet",)),
        "span": Default(text_of("'1 day'"), ("span",)),
        "random": Default(sa.func.random, ("num",)),
        "uuid": Default(sa.func.gen_random_uuid, ("uuid",)),
        "later": Default(text_of("now() + interval '1 day'"), ("time",)),
        "substring": Default(text_of("substring('hello' from 2 for 3)"), ("text",)),
        "cast": Default(text_of("CAST(5 AS text)"), ("text",)),
    }
    checks = {
        "any": Form("{c} = ANY (ARRAY[1, 2, 4])", ("int",)),
        "matching": Form("{c} ~ '^a'", ("text",)),
        "ilike": Form(lambda c: c.ilike("q%"), ("text",)),
        "extract": Form("EXTRACT(year FROM {c}) > 2000", ("date",)),
        "cast": Form("{c}\\:\\:text <> '5'", ("int",)),
    }
    return Vocabulary(
        dialect,
        types={**TYPES, **types, "text": replace(TYPES["text"], keyed=True)},
        defaults={**DEFAULTS, **defaults},
        checks={**CHECKS, **checks},
        computed=STORED,
        identities={
            "always": {"always": True},
            "default": {},
            "start": {"start": 5, "increment": 2},
            "limits": {"always": True, "minvalue": -10, "maxvalue": 1000, "cycle": True, "cache": 10},
        },
        collations=("C", "POSIX"),
        unique_options=(
            (("deferrable", True),),
            (("deferrable", True), ("initially", "DEFERRED")),
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
        related=(frozenset({"int", "num"}), frozenset({"date", "time"})),
        orders={
            **DESC,
            "nulls-first": lambda column: sa.nulls_first(column),
            "desc-nulls-last": lambda column: sa.nulls_last(cast(Any, sa.desc(column))),
        },
    )


def duckdb(dialect: sa.Dialect) -> Vocabulary:
    same = {"string40", "text", "enum", "interval"}
    types = {name: type_ for name, type_ in TYPES.items() if name not in same}
    return Vocabulary(
        dialect,
        types={**types, "string20": replace(TYPES["string20"], collates=True)},
        computed=VIRTUAL,
        collations=("nocase", "noaccent"),
        creates=False,
        renames=False,
        unnumbered='"',
        circles=False,
    )


def mariadb(dialect: sa.Dialect) -> Vocabulary:
    types = {
        "tinyint": Type(mysql.TINYINT, "int"),
        "unsigned": Type(lambda: mysql.INTEGER(unsigned=True), "natural"),
        "mediumtext": Type(mysql.MEDIUMTEXT, "long", keyed=False, collates=True),
        "datetime6": Type(lambda: mysql.DATETIME(fsp=6), "exact"),
        "year": Type(mysql.YEAR, "year"),
        "native": Type(lambda: mysql.ENUM("a", "b"), "enum"),
        "set": Type(lambda: mysql.SET("a", "b"), "set"),
        "real": Type(sa.Float, "num"),
        "latin": Type(lambda: mysql.VARCHAR(20, charset="latin1"), "text"),
    }
    kept = {name: type_ for name, type_ in TYPES.items() if name != "json"}
    return Vocabulary(
        dialect,
        types={
            **kept,
            **types,
            "text": replace(TYPES["text"], family="long"),
            "json": Type(sa.JSON, "json", keyed=False),
        },
        defaults={
            **{name: one for name, one in DEFAULTS.items() if name != "concatenated"},
            "letter": Default(lambda: "a", ("enum", "set")),
            "natural": Default(lambda: "3", ("natural",)),
            "leap": Default(lambda: "2020", ("year",)),
            "touched": Default(text_of("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"), ("time",)),
            "exactly": Default(text_of("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"), ("exact",)),
        },
        checks=CHECKS,
        expressions={},
        computed={**STORED, **VIRTUAL},
        collations=("utf8mb4_bin", "latin1_swedish_ci"),
        renames=True,
        references=(
            (("ondelete", "CASCADE"),),
            (("ondelete", "SET NULL"),),
            (("onupdate", "CASCADE"),),
        ),
        numbered_alone=True,
        renumbers=True,
        updates_null=True,
        orders=DESC,
        # The server makes nothing else of a uuid.
        related=(frozenset({one.family for one in {**kept, **types}.values()} - {"uuid"} | {"long"}),),
        # The server makes longer names of foreign keys of them.
        odd_names=tuple(name[:40] for name in ODD_NAMES),
    )


VOCABULARIES: dict[str, Callable[[sa.Dialect], Vocabulary]] = {
    "sqlite": sqlite,
    "postgresql": postgresql_,
    "duckdb": duckdb,
    "mariadb": mariadb,
}
