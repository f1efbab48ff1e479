"""A copy of many rows, of which whoever looks on is told how far it has come."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.core.dialects.sqlite.batch.conftest import script

CHECKED = "SELECT count(*), sum(rowid * a % 1000) FROM long"


@pytest.mark.parametrize("rowids", ["1", "x * 7 - 5000000", "CASE x WHEN 3 THEN 9000000000 ELSE x END"])
def test_a_long_copy_is_made_in_pieces_for_whoever_looks_on(connection: sa.Connection, rowids: str) -> None:
    count = 200_500
    script(
        connection,
        "CREATE TABLE long (id INTEGER PRIMARY KEY, a TEXT)"
        if rowids != "1"
        else "CREATE TABLE long (id, a)",
    )
    numbers = f"WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {count})"
    script(connection, f"{numbers} INSERT INTO long SELECT {rowids}, x FROM n")
    told: list[tuple[str, int, int]] = []
    opts = {"copying": lambda *progress: told.append(progress)}
    operations = Operations(MigrationContext.configure(connection, opts=opts, plugins=()))
    before = connection.exec_driver_sql(CHECKED).one()
    with operations.batch_alter_table("long") as batch:
        batch.alter_column("a", type_=sa.Integer(), nullable=False)
    assert connection.exec_driver_sql(CHECKED).one() == before
    assert told[0] == ("long", 0, count)
    assert len(told) > 2
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
