"""Examples of options that MySQL and MariaDB have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from migrateops.operations import MigrateOperation, ops
from migrateops.testing import Example, Schema
from migrateops.testing.club import KEYED, START, club

DIALECTS = frozenset({"mysql", "mariadb"})


def written(case: str, operation: Callable[[], MigrateOperation], *, reversible: bool = True) -> Example:
    return Example(operation, case, START, START, reversible, runs=False, dialects=DIALECTS)


def run(case: str, operation: Callable[[], MigrateOperation], after: Schema) -> Example:
    return Example(operation, case, START, after, dialects=DIALECTS)


def game(metadata: sa.MetaData, **options: Any) -> None:
    """Make a table; SQLAlchemy reads its options under the connection's own name alone."""
    own = {name.replace("mysql_", "mariadb_"): value for name, value in options.items()}
    sa.Table("game", metadata, sa.Column("id", sa.Integer, primary_key=True), **options, **own)


def new_game(**options: Any) -> Callable[[], MigrateOperation]:
    return lambda: ops.CreateTableOp("game", [sa.Column("id", sa.Integer, primary_key=True)], kw=options)


def index(*columns: Any, **options: Any) -> Callable[[], MigrateOperation]:
    return lambda: ops.CreateIndexOp("ix", "player", list(columns), kw=options)


def indexed(*columns: Any, **options: Any) -> Schema:
    own = {name.replace("mysql_", "mariadb_"): value for name, value in options.items()}
    return club(dict, lambda: sa.Index("ix", *columns, **options, **own))


def altered(**change: Any) -> Callable[[], MigrateOperation]:
    return lambda: ops.AlterColumnOp("player", "name", **change)


ENGINE = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "latin1",
    "mysql_collate": "latin1_bin",
    "mysql_row_format": "DYNAMIC",
    "mysql_auto_increment": 50,
}
LATIN = mysql.VARCHAR(20, charset="latin1", collation="latin1_bin")
CHANGED_AT = sa.text("CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)")

EXAMPLES = [
    run("mysql_options", new_game(**ENGINE), club(also=game)),
    run(
        "mysql_partitions",
        new_game(mysql_partition_by="HASH(id)", mysql_partitions=3),
        club(also=game),
    ),
    written("mysql_type_options", lambda: ops.CreateTableOp("game", [*all_kinds_of_columns()])),
    run(
        "mysql_options",
        index("name", "number", mysql_length={"name": 7}, mysql_using="btree"),
        indexed("name", "number", mysql_length={"name": 7}, mysql_using="btree"),
    ),
    run(
        "mysql_prefix",
        index("name", mysql_prefix="FULLTEXT"),
        indexed("name", mysql_prefix="FULLTEXT"),
    ),
    written("mysql_prefix_spatial", index("place", mysql_prefix="SPATIAL")),
    written("mysql_length", index("name", sa.column("number").desc(), mysql_length={"name": 7})),
    written("mysql_with_parser", index("name", mysql_prefix="FULLTEXT", mysql_with_parser="ngram")),
    written("mariadb_length", index("name", mysql_length=7, mariadb_length=8)),
    Example(
        lambda: ops.CreatePrimaryKeyOp("pk_player", "player", ["id"], kw={"mysql_using": "btree"}),
        "mysql_using",
        START,
        KEYED,
        dialects=DIALECTS,
    ),
    written(
        "insert_after",
        lambda: ops.AddColumnOp("player", sa.Column("added", sa.Integer), insert_after="name"),
    ),
    written(
        "insert_after",
        altered(
            modify_comment="new",
            existing_type=LATIN,
            existing_nullable=True,
            existing_server_default=None,
            insert_after="number",
        ),
    ),
    written(
        "autoincrement",
        altered(
            existing_type=mysql.INTEGER(unsigned=True),
            existing_nullable=False,
            existing_server_default=None,
            kw={"autoincrement": True, "existing_autoincrement": False},
        ),
    ),
    written(
        "existing_autoincrement",
        altered(
            modify_comment="it's 5%",
            existing_type=mysql.INTEGER(unsigned=True),
            existing_nullable=False,
            existing_server_default=None,
            kw={"existing_autoincrement": True},
        ),
    ),
    written(
        "charset",
        altered(
            modify_type=mysql.VARCHAR(30),
            existing_type=LATIN,
            existing_nullable=False,
            existing_server_default="it's 5%",
            existing_comment="old",
        ),
    ),
    written(
        "on_update",
        altered(
            modify_nullable=False,
            existing_nullable=True,
            existing_type=mysql.TIMESTAMP(fsp=3),
            existing_server_default=CHANGED_AT,
        ),
    ),
    written(
        "on_update_taken_away",
        altered(
            modify_server_default="2001-02-03",
            existing_nullable=True,
            existing_type=mysql.TIMESTAMP(fsp=3),
            existing_server_default=CHANGED_AT,
        ),
    ),
    written(
        "on_update_with_digits",
        altered(
            modify_type=mysql.DATETIME(fsp=6),
            existing_nullable=True,
            existing_type=mysql.TIMESTAMP(fsp=3),
            existing_server_default=CHANGED_AT,
        ),
    ),
    written(
        "generated",
        altered(
            modify_comment="made",
            existing_type=sa.Integer(),
            existing_nullable=True,
            existing_server_default=sa.Computed("number * 2", persisted=True),
        ),
    ),
    written(
        "enum",
        altered(
            modify_type=sa.Enum("a", "50%", "it's"),
            existing_type=sa.Enum("a", "50%"),
            existing_nullable=False,
            existing_server_default="50%",
        ),
    ),
    written("identity_of_the_key", lambda: ops.CreateTableOp("game", [identity_key()])),
]


def all_kinds_of_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("small", mysql.SMALLINT(5, unsigned=True, zerofill=True)),
        sa.Column("latin", mysql.TEXT(charset="latin1", collation="latin1_bin")),
        sa.Column("seen", mysql.SET("a", "b%")),
        sa.Column("at", mysql.DATETIME(fsp=3), server_default=CHANGED_AT),
    ]


def identity_key() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, sa.Identity(), primary_key=True)
