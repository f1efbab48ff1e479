"""An alteration in an SQL stream: made of what the call says of the present column, or refused."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from migrateops.errors.operations import IncompleteOperation
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext


def offline(dialect: str, /, **change: Any) -> str:
    stream = io.StringIO()
    options: dict[str, Any] = {"as_sql": True, "output_buffer": stream}
    op = Operations(MigrationContext.configure(dialect_name=dialect, opts=options))
    op.alter_column("t", "c", **change)
    return stream.getvalue().strip()


@pytest.mark.parametrize(
    ("change", "needs"),
    [
        ({"nullable": False}, "existing_type, existing_server_default"),
        ({"nullable": False, "existing_type": sa.Integer()}, "existing_server_default"),
        ({"type_": sa.Integer()}, "existing_nullable, existing_server_default"),
        ({"comment": "x"}, "existing_type, existing_nullable, existing_server_default"),
        ({"server_default": sa.func.now()}, "existing_type, existing_nullable"),
        ({"server_default": None}, "existing_nullable"),
        ({"server_default": "2001-02-03"}, "existing_type, existing_nullable"),
    ],
)
def test_offline_asks_for_what_it_needs(change: dict[str, Any], needs: str) -> None:
    with pytest.raises(IncompleteOperation) as caught:
        offline("mysql", **change)
    assert (caught.value.code, caught.value.needs) == ("MO315", needs)


KNOWN: dict[str, Any] = {
    "existing_type": mysql.VARCHAR(20, charset="latin1", collation="latin1_bin"),
    "existing_nullable": False,
    "existing_server_default": "it's 5%",
    "existing_comment": "c",
}


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"server_default": "5%"}, "ALTER COLUMN c SET DEFAULT '5%'"),
        ({"server_default": sa.text("1 + 1")}, "ALTER COLUMN c SET DEFAULT (1 + 1)"),
        ({"server_default": sa.text("(1) + (1)")}, "ALTER COLUMN c SET DEFAULT ((1) + (1))"),
        ({"server_default": sa.text("(1 + 1)")}, "ALTER COLUMN c SET DEFAULT (1 + 1)"),
        ({"server_default": None, "existing_nullable": False}, "ALTER COLUMN c DROP DEFAULT"),
        ({"server_default": None, "existing_nullable": True}, "ALTER COLUMN c SET DEFAULT NULL"),
        ({"new_column_name": "d"}, "RENAME COLUMN c TO d"),
        (
            {"nullable": True, **KNOWN},
            (
                "MODIFY c VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin NULL"
                " DEFAULT 'it''s 5%' COMMENT 'c'"
            ),
        ),
        (
            {"type_": sa.String(30), "new_column_name": "select", **KNOWN},
            (
                "CHANGE c `select` VARCHAR(30) CHARACTER SET latin1 COLLATE latin1_bin"
                " NOT NULL DEFAULT 'it''s 5%' COMMENT 'c'"
            ),
        ),
        (
            {
                "comment": None,
                "existing_type": sa.TIMESTAMP(),
                "existing_nullable": True,
                "existing_server_default": sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
            },
            "MODIFY c TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
        ),
        (
            {
                "server_default": "2001-02-03",
                "existing_type": sa.DateTime(),
                "existing_nullable": False,
                "existing_server_default": sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
            },
            "MODIFY c DATETIME NOT NULL DEFAULT '2001-02-03'",
        ),
        (
            {
                "type_": sa.BigInteger(),
                "existing_type": sa.Integer(),
                "existing_nullable": False,
                "existing_server_default": None,
                "existing_autoincrement": True,
            },
            "MODIFY c BIGINT NOT NULL AUTO_INCREMENT",
        ),
        (
            # MySQL wants the digits of all three to be the same.
            {
                "type_": mysql.DATETIME(fsp=6),
                "existing_type": mysql.TIMESTAMP(fsp=3),
                "existing_nullable": False,
                "existing_server_default": sa.text("now(3) ON UPDATE now(3)"),
            },
            "MODIFY c DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
        ),
        (
            {
                "type_": sa.DateTime(),
                "existing_type": mysql.TIMESTAMP(fsp=3),
                "existing_nullable": False,
                "existing_server_default": sa.text("CURRENT_TIMESTAMP(3)"),
            },
            "MODIFY c DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP",
        ),
        (
            {
                "comment": "x",
                "existing_type": sa.Integer(),
                "existing_nullable": True,
                "existing_server_default": sa.Computed("a % 2", persisted=True),
            },
            "MODIFY c INTEGER GENERATED ALWAYS AS (a % 2) STORED COMMENT 'x'",
        ),
    ],
)
def test_offline(dialect: str, change: dict[str, Any], text: str) -> None:
    assert offline(dialect, **change) == f"ALTER TABLE t {text};"


def test_offline_mariadb_needs_not_know_of_null() -> None:
    assert offline("mariadb", server_default=None) == "ALTER TABLE t ALTER COLUMN c DROP DEFAULT;"
