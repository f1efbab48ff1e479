"""Examples of options that MySQL and MariaDB have, which tests of packs run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from migrateops.operations import MigrateOperation, ops
from migrateops.testing import Example, Schema
from migrateops.testing.club import KEYED, START, club
from migrateops_mysql.table_options import AlterTableOptionsOp

_DIALECTS = frozenset({"mysql", "mariadb"})


def _written(case: str, operation: Callable[[], MigrateOperation], *, reversible: bool = True) -> Example:
    return Example(operation, case, START, START, reversible, runs=False, dialects=_DIALECTS)


def _run(case: str, operation: Callable[[], MigrateOperation], after: Schema) -> Example:
    return Example(operation, case, START, after, dialects=_DIALECTS)


def _game(metadata: sa.MetaData, **options: Any) -> None:
    """Make a table; SQLAlchemy reads its options under the connection's own name alone."""
    own = {name.replace("mysql_", "mariadb_"): value for name, value in options.items()}
    sa.Table("game", metadata, sa.Column("id", sa.Integer, primary_key=True), **options, **own)


def _new_game(**options: Any) -> Callable[[], MigrateOperation]:
    return lambda: ops.CreateTableOp("game", [sa.Column("id", sa.Integer, primary_key=True)], kw=options)


def _index(*columns: Any, **options: Any) -> Callable[[], MigrateOperation]:
    return lambda: ops.CreateIndexOp("ix", "player", list(columns), kw=options)


def _indexed(*columns: Any, **options: Any) -> Schema:
    own = {name.replace("mysql_", "mariadb_"): value for name, value in options.items()}
    return club(dict, lambda: sa.Index("ix", *columns, **options, **own))


def _altered(**change: Any) -> Callable[[], MigrateOperation]:
    return lambda: ops.AlterColumnOp("player", "name", **change)


_ENGINE = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "latin1",
    "mysql_collate": "latin1_bin",
    "mysql_row_format": "DYNAMIC",
    "mysql_auto_increment": 50,
}
_LATIN = mysql.VARCHAR(20, charset="latin1", collation="latin1_bin")
_CHANGED_AT = sa.text("CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)")

EXAMPLES = [
    _run("mysql_options", _new_game(**_ENGINE), club(also=_game)),
    _run(
        "mysql_partitions",
        _new_game(mysql_partition_by="HASH(id)", mysql_partitions=3),
        club(also=_game),
    ),
    _written("mysql_type_options", lambda: ops.CreateTableOp("game", [*_all_kinds_of_columns()])),
    _run(
        "mysql_options",
        _index("name", "number", mysql_length={"name": 7}, mysql_using="btree"),
        _indexed("name", "number", mysql_length={"name": 7}, mysql_using="btree"),
    ),
    _run(
        "mysql_prefix",
        _index("name", mysql_prefix="FULLTEXT"),
        _indexed("name", mysql_prefix="FULLTEXT"),
    ),
    _written("mysql_prefix_spatial", _index("place", mysql_prefix="SPATIAL")),
    _written("mysql_length", _index("name", sa.column("number").desc(), mysql_length={"name": 7})),
    _written("mysql_with_parser", _index("name", mysql_prefix="FULLTEXT", mysql_with_parser="ngram")),
    _written("mariadb_length", _index("name", mysql_length=7, mariadb_length=8)),
    Example(
        lambda: ops.CreatePrimaryKeyOp("pk_player", "player", ["id"], kw={"mysql_using": "btree"}),
        "mysql_using",
        START,
        KEYED,
        dialects=_DIALECTS,
    ),
    _written(
        "insert_after",
        lambda: ops.AddColumnOp("player", sa.Column("added", sa.Integer), insert_after="name"),
    ),
    _written(
        "insert_after",
        _altered(
            modify_comment="new",
            existing_type=_LATIN,
            existing_nullable=True,
            existing_server_default=None,
            insert_after="number",
        ),
    ),
    _written(
        "autoincrement",
        _altered(
            existing_type=mysql.INTEGER(unsigned=True),
            existing_nullable=False,
            existing_server_default=None,
            kw={"autoincrement": True, "existing_autoincrement": False},
        ),
    ),
    _written(
        "existing_autoincrement",
        _altered(
            modify_comment="it's 5%",
            existing_type=mysql.INTEGER(unsigned=True),
            existing_nullable=False,
            existing_server_default=None,
            kw={"existing_autoincrement": True},
        ),
    ),
    _written(
        "charset",
        _altered(
            modify_type=mysql.VARCHAR(30),
            existing_type=_LATIN,
            existing_nullable=False,
            existing_server_default="it's 5%",
            existing_comment="old",
        ),
    ),
    _written(
        "on_update",
        _altered(
            modify_nullable=False,
            existing_nullable=True,
            existing_type=mysql.TIMESTAMP(fsp=3),
            existing_server_default=_CHANGED_AT,
        ),
    ),
    _written(
        "on_update_taken_away",
        _altered(
            modify_server_default="2001-02-03",
            existing_nullable=True,
            existing_type=mysql.TIMESTAMP(fsp=3),
            existing_server_default=_CHANGED_AT,
        ),
    ),
    _written(
        "on_update_with_digits",
        _altered(
            modify_type=mysql.DATETIME(fsp=6),
            existing_nullable=True,
            existing_type=mysql.TIMESTAMP(fsp=3),
            existing_server_default=_CHANGED_AT,
        ),
    ),
    _written(
        "generated",
        _altered(
            modify_comment="made",
            existing_type=sa.Integer(),
            existing_nullable=True,
            existing_server_default=sa.Computed("number * 2", persisted=True),
        ),
    ),
    _written(
        "enum",
        _altered(
            modify_type=sa.Enum("a", "50%", "it's"),
            existing_type=sa.Enum("a", "50%"),
            existing_nullable=False,
            existing_server_default="50%",
        ),
    ),
    _written(
        "mysql_options",
        lambda: AlterTableOptionsOp(
            "player",
            existing_options={"mysql_row_format": "DYNAMIC", "mysql_max_rows": 0},
            kw={"mysql_engine": "InnoDB", "mysql_row_format": "COMPACT", "mysql_max_rows": 5},
        ),
    ),
    _written("identity_of_the_key", lambda: ops.CreateTableOp("game", [_identity_key()])),
]


def _all_kinds_of_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("small", mysql.SMALLINT(5, unsigned=True, zerofill=True)),
        sa.Column("latin", mysql.TEXT(charset="latin1", collation="latin1_bin")),
        sa.Column("seen", mysql.SET("a", "b%")),
        sa.Column("at", mysql.DATETIME(fsp=3), server_default=_CHANGED_AT),
    ]


def _identity_key() -> sa.Column[Any]:
    return sa.Column("id", sa.Integer, sa.Identity(), primary_key=True)
