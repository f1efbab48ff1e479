"""Examples of options and operations that PostgreSQL has, which tests of packs run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from migrateops.operations import MigrateOperation, ops
from migrateops.testing import Example
from migrateops.testing.club import START, club
from migrateops_postgresql.exclude import CreateExcludeConstraintOp
from migrateops_postgresql.outside import ValidateConstraintOp

_POSTGRESQL = frozenset({"postgresql"})
# Servers that have the operation refused.
_WITHOUT = frozenset({"mysql", "mariadb"})


def _written(
    dialects: frozenset[str], case: str, operation: Callable[[], MigrateOperation], *, reversible: bool = True
) -> Example:
    return Example(operation, case, START, START, reversible, runs=False, dialects=dialects)


def _game(case: str, **options: Any) -> Example:
    """Return the example of a table's options on PostgreSQL."""

    def made(metadata: sa.MetaData) -> None:
        sa.Table("game", metadata, sa.Column("id", sa.Integer), **options)

    return Example(
        lambda: ops.CreateTableOp("game", [sa.Column("id", sa.Integer)], kw=options),
        case,
        START,
        club(also=made),
        dialects=_POSTGRESQL,
    )


EXAMPLES = [
    _game("postgresql_with", postgresql_with={"fillfactor": 50}, postgresql_using="heap"),
    _game("postgresql_tablespace", postgresql_tablespace="pg_default"),
    _game("postgresql_partition_by", postgresql_partition_by="RANGE (id)"),
    _game("postgresql_with_oids", postgresql_with_oids=False),
    Example(
        lambda: ops.CreateTableOp(
            "game", [sa.Column("place", sa.String(5))], kw={"postgresql_inherits": "team"}
        ),
        "postgresql_inherits",
        START,
        START,
        runs=False,
        dialects=_POSTGRESQL,
    ),
    _written(
        _POSTGRESQL,
        "postgresql_on_commit",
        lambda: ops.CreateTableOp(
            "game",
            [sa.Column("id", sa.Integer)],
            kw={"prefixes": ["TEMPORARY"], "postgresql_on_commit": "DELETE ROWS"},
        ),
    ),
    _written(
        _POSTGRESQL,
        "postgresql_include",
        lambda: ops.CreatePrimaryKeyOp("pk", "player", ["id"], kw={"postgresql_include": ["name"]}),
    ),
    _written(
        _POSTGRESQL,
        "postgresql_include",
        lambda: ops.CreateUniqueConstraintOp("uq", "player", ["id"], kw={"postgresql_include": ["name"]}),
    ),
    _written(
        _POSTGRESQL,
        "postgresql_tablespace",
        lambda: ops.CreateIndexOp("ix", "player", ["name"], kw={"postgresql_tablespace": "pg_default"}),
    ),
    _written(
        _POSTGRESQL,
        "options",
        lambda: CreateExcludeConstraintOp(
            "ex",
            "player",
            [("name", "="), (sa.column("number", sa.Integer) + 1, "<>")],
            where=sa.text("id > 0"),
            schema="other",
            deferrable=True,
            initially="DEFERRED",
            using="gist",
            ops={"name": "gist_text_ops"},
        ),
    ),
    _written(
        _POSTGRESQL, "schema", lambda: ValidateConstraintOp("ck", "player", schema="other"), reversible=False
    ),
    _written(
        _POSTGRESQL,
        "postgresql_enum",
        lambda: ops.AddColumnOp("player", sa.Column("moods", postgresql.ARRAY(sa.Enum("fine", name="mood")))),
    ),
    _written(
        _POSTGRESQL,
        "postgresql_enum",
        lambda: ops.AlterColumnOp(
            "player",
            "name",
            modify_type=sa.Enum("fine", "so so", name="mood"),
            kw={"postgresql_using": "name::mood"},
        ),
        reversible=False,
    ),
    _written(
        _POSTGRESQL,
        "collation",
        lambda: ops.AlterColumnOp("player", "name", modify_type=sa.String(20, collation="C")),
        reversible=False,
    ),
    _written(
        _POSTGRESQL,
        "collation",
        lambda: ops.AddColumnOp("player", sa.Column("added", sa.String(20, collation="C"))),
    ),
    _written(
        _POSTGRESQL, "plain", lambda: ValidateConstraintOp("ck_player_number", "player"), reversible=False
    ),
    _written(
        _WITHOUT,
        "plain",
        lambda: ValidateConstraintOp("ck_player_number", "player"),
        reversible=False,
    ),
    Example(
        lambda: CreateExcludeConstraintOp(
            "ex_player", "player", [("number", "=")], where="id > 0", using="btree"
        ),
        "plain",
        START,
        club(
            dict,
            lambda: postgresql.ExcludeConstraint(
                ("number", "="), name="ex_player", where="id > 0", using="btree"
            ),
        ),
        dialects=_POSTGRESQL,
    ),
    Example(
        lambda: ops.CreateIndexOp("ix_player_name", "player", ["name"], kw={"postgresql_concurrently": True}),
        "postgresql_concurrently",
        START,
        club(dict, lambda: sa.Index("ix_player_name", "name")),
        runs=False,
        dialects=_POSTGRESQL,
    ),
    _written(
        _POSTGRESQL,
        "postgresql_concurrently",
        lambda: ops.DropIndexOp("ix_player_name", "player", kw={"postgresql_concurrently": True}),
        reversible=False,
    ),
    _written(
        _POSTGRESQL,
        "postgresql_not_null_check",
        lambda: ops.AlterColumnOp(
            "player", "name", modify_nullable=False, kw={"postgresql_not_null_check": True}
        ),
        reversible=False,
    ),
    Example(
        lambda: ops.CreateIndexOp(
            "ix_player",
            "player",
            ["name"],
            unique=True,
            kw={
                "postgresql_where": sa.text("name <> '%'"),
                "postgresql_include": ["number"],
                "postgresql_ops": {"name": "varchar_pattern_ops"},
                "postgresql_using": "btree",
                "postgresql_with": {"fillfactor": 50},
                "postgresql_nulls_not_distinct": True,
            },
        ),
        "postgresql_options",
        START,
        club(
            dict,
            lambda: sa.Index(
                "ix_player",
                "name",
                unique=True,
                postgresql_where=sa.text("name <> '%'"),
                postgresql_include=["number"],
                postgresql_ops={"name": "varchar_pattern_ops"},
                postgresql_with={"fillfactor": 50},
                postgresql_nulls_not_distinct=True,
            ),
        ),
        dialects=_POSTGRESQL,
    ),
    _written(
        _POSTGRESQL,
        "postgresql_using",
        lambda: ops.AlterColumnOp(
            "player",
            "name",
            modify_type=sa.Integer(),
            kw={"postgresql_using": "replace(name, '%', '')::integer"},
        ),
        reversible=False,
    ),
    _written(
        _POSTGRESQL,
        "postgresql_not_valid",
        lambda: ops.CreateForeignKeyOp(
            "fk", "player", "team", ["team_id"], ["id"], kw={"postgresql_not_valid": True}
        ),
    ),
    _written(
        _POSTGRESQL,
        "postgresql_not_valid",
        lambda: ops.CreateCheckConstraintOp("ck", "player", "number > 0", kw={"postgresql_not_valid": True}),
    ),
    _written(
        _POSTGRESQL,
        "postgresql_nulls_not_distinct",
        lambda: ops.CreateUniqueConstraintOp(
            "uq", "player", ["number"], kw={"postgresql_nulls_not_distinct": True}
        ),
    ),
    _written(
        _POSTGRESQL,
        "no_identity",
        lambda: ops.AlterColumnOp(
            "player", "id", modify_server_default=None, existing_server_default=sa.Identity()
        ),
    ),
    _written(
        _POSTGRESQL,
        "not_computed",
        lambda: ops.AlterColumnOp(
            "player", "id", modify_server_default=None, existing_server_default=sa.Computed("1")
        ),
    ),
]
