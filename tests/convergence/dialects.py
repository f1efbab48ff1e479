"""The vocabulary of each dialect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from tests.convergence import postgresql_words
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


_OF_TEXTS = {"mysql_length": (), "FULLTEXT": ()}


def mariadb(dialect: sa.Dialect) -> Vocabulary:
    types = {
        "tinyint": Type(mysql.TINYINT, "int"),
        "unsigned": Type(lambda: mysql.INTEGER(unsigned=True), "natural"),
        "mediumtext": Type(mysql.MEDIUMTEXT, "long", keyed=False, collates=True, methods=_OF_TEXTS),
        "datetime6": Type(lambda: mysql.DATETIME(fsp=6), "exact"),
        "year": Type(mysql.YEAR, "year"),
        "native": Type(lambda: mysql.ENUM("a", "b"), "enum"),
        "set": Type(lambda: mysql.SET("a", "b"), "set"),
        "real": Type(sa.Float, "num"),
        "latin": Type(lambda: mysql.VARCHAR(20, charset="latin1"), "text"),
    }
    kept = {name: type_ for name, type_ in TYPES.items() if name != "json"}
    for name in ("string20", "string40"):
        kept[name] = replace(kept[name], methods=_OF_TEXTS)
    return Vocabulary(
        dialect,
        types={
            **kept,
            **types,
            "text": replace(TYPES["text"], family="long", methods=_OF_TEXTS),
            "binary": replace(TYPES["binary"], methods={"mysql_length": ()}),
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
        # Not the one that goes with latin1: a column that names both is one that names either.
        collations=("utf8mb4_bin", "latin1_general_ci"),
        renames=True,
        references=(
            (("ondelete", "CASCADE"),),
            (("ondelete", "SET NULL"),),
            (("onupdate", "CASCADE"),),
        ),
        numbered_alone=True,
        renumbers=True,
        table_options=(
            (("mysql_engine", "InnoDB"), ("mysql_row_format", "COMPACT")),
            (("mysql_default_charset", "utf8mb3"),),
            (("mysql_collate", "utf8mb4_unicode_ci"),),
        ),
        methods={"mysql_length": (("mysql_length", 5),), "FULLTEXT": (("mysql_prefix", "FULLTEXT"),)},
        updates_null=True,
        orders=DESC,
        # The server makes nothing else of a uuid.
        related=(frozenset({one.family for one in {**kept, **types}.values()} - {"uuid"} | {"long"}),),
        # The server makes longer names of foreign keys of them.
        odd_names=tuple(name[:40] for name in ODD_NAMES),
    )


VOCABULARIES: dict[str, Callable[[sa.Dialect], Vocabulary]] = {
    "sqlite": sqlite,
    "postgresql": postgresql_words.words,
    "duckdb": duckdb,
    "mariadb": mariadb,
}
