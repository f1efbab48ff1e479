"""A table with one of everything that a rebuild could lose, and a way to look at all of a database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext

EVERYTHING = """
CREATE TABLE parent (id INTEGER PRIMARY KEY);
CREATE TABLE item (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- the number
    name VARCHAR(80) COLLATE NOCASE NOT NULL DEFAULT 'x, y' CHECK (length(name) > 0),
    amount TEXT /* as text */,
    double AS (amount * 2) STORED,
    parent_id INTEGER CONSTRAINT fk_item_parent REFERENCES parent (id) ON DELETE SET NULL,
    flag BOOLEAN,
    CHECK (flag IN (0, 1)),
    CONSTRAINT uq_item UNIQUE (name, parent_id) ON CONFLICT IGNORE
);
CREATE TABLE child (id INTEGER PRIMARY KEY, item_id INTEGER REFERENCES item (id) ON DELETE CASCADE);
CREATE INDEX ix_expression ON item (lower(name) DESC) WHERE amount IS NOT NULL;
CREATE VIEW named AS SELECT id, name FROM item;
CREATE TABLE log (text);
CREATE TRIGGER logged AFTER UPDATE ON item BEGIN INSERT INTO log VALUES (new.name); END;
CREATE TRIGGER of_parent AFTER DELETE ON parent BEGIN DELETE FROM item WHERE parent_id = old.id; END;
INSERT INTO parent VALUES (1);
INSERT INTO item (id, name, amount, parent_id, flag) VALUES (1, 'one', '10', 1, 1), (2, 'two', NULL, 1, 0);
INSERT INTO item (id, name) VALUES (100, 'gone');
DELETE FROM item WHERE id = 100;
INSERT INTO child VALUES (1, 1), (2, 2);
"""


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        script(opened, EVERYTHING)
        yield opened
    engine.dispose()


@pytest.fixture
def operations(connection: sa.Connection) -> Operations:
    return Operations(MigrationContext.configure(connection, plugins=()))


def script(connection: sa.Connection, text: str) -> None:
    driver: Any = connection.connection.driver_connection
    driver.executescript(text)


def objects(connection: sa.Connection) -> dict[str, str]:
    """Return the text of every object by its name."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    return {str(name): str(sql) for name, sql in rows}


def rows(connection: sa.Connection, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")]


def everything(connection: sa.Connection) -> tuple[Any, ...]:
    """Return all objects and all rows."""
    found = objects(connection)
    tables = [name for name, sql in found.items() if sql.startswith("CREATE TABLE")]
    return found, {name: rows(connection, f'"{name}"') for name in tables}
