"""Rows that are inserted together have the values and defaults that SQLAlchemy gives them."""

from __future__ import annotations

import datetime
import enum
import itertools
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.types import TypeDecorator

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext


class Shouted(TypeDecorator[str]):
    """A type that changes its values on the way in."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return None if value is None else value.upper()


class Mood(enum.Enum):
    """An enumeration of Python's."""

    FINE = 1
    BAD = 2


class Counted(sa.Enum):
    """A type that makes something else of the same value each time."""

    cache_ok = True

    def __init__(self) -> None:
        super().__init__("a", native_enum=False, length=9)

    def adapt(self, cls: Any, **kw: Any) -> Any:
        return Counted()

    def bind_processor(self, dialect: Any) -> Any:
        numbers = itertools.cycle((1, 2))
        return lambda value: None if value is None else f"{value}{next(numbers)}"


VALUES: dict[str, tuple[Any, list[Any]]] = {
    "integer": (sa.Integer(), [1, None, -5]),
    "text": (sa.Text(), ["", "it's 100% :x", None]),
    "numeric": (sa.Numeric(10, 2, asdecimal=False), [1.5, 2, None]),
    "bool": (sa.Boolean(), [True, False, None]),
    "bytes": (sa.LargeBinary(), [b"\x00", None]),
    "date": (sa.Date(), [datetime.date(2020, 1, 2), None]),
    "datetime": (sa.DateTime(), [datetime.datetime(2020, 1, 2, 3, 4, 5, 6), None]),
    "time": (sa.Time(), [datetime.time(1, 2), None]),
    "interval": (sa.Interval(), [datetime.timedelta(days=2, seconds=1), None]),
    "uuid": (sa.Uuid(), [uuid.UUID(int=7), None]),
    "json": (sa.JSON(), [{"a": [None]}, None, sa.JSON.NULL]),
    "enum": (sa.Enum("so so", "fine"), ["fine", None, "so so", "fine"]),
    "enumeration": (sa.Enum(Mood), [Mood.FINE, None, Mood.BAD, Mood.FINE]),
    "bool or number": (sa.Boolean(), [True, 1, 0, None]),
    "date or moment": (sa.Date(), [datetime.date(2020, 1, 2), datetime.datetime(2020, 1, 2, 3), None]),
    "same dates": (sa.Date(), [datetime.date(2020, 1, 2), datetime.date(2020, 1, 2), None]),
    "counted": (Counted(), ["a", "a", None]),
    "decorated": (Shouted(), ["a", None]),
}


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def calls(connection: sa.Connection) -> list[tuple[str, bool]]:
    """What the driver was called with: the first word, and whether for many rows at once."""
    seen: list[tuple[str, bool]] = []
    event.listen(
        connection, "before_cursor_execute", lambda *given: seen.append((given[2].split()[0], given[5]))
    )
    return seen


@pytest.mark.parametrize("name", VALUES)
def test_values_are_those_of_sqlalchemy(
    name: str, connection: sa.Connection, calls: list[tuple[str, bool]]
) -> None:
    type_, values = VALUES[name]
    rows = [{"odd name": place, "v": value} for place, value in enumerate(values)]
    op = Operations(MigrationContext.configure(connection))
    found = []
    for table_name in ("by_us", "by_sqlalchemy"):
        table = op.create_table(table_name, sa.Column("odd name", sa.Integer), sa.Column("v", type_))
        calls.clear()
        if table_name == "by_us":
            op.bulk_insert(table, rows)
        else:
            connection.execute(table.insert(), rows)
        assert calls == [("INSERT", True)]
        raw = connection.exec_driver_sql(f'SELECT v, typeof(v) FROM {table_name} ORDER BY "odd name"')
        found.append(raw.all())
    assert found[0] == found[1]


def test_defaults_are_those_of_sqlalchemy(connection: sa.Connection) -> None:
    op = Operations(MigrationContext.configure(connection))
    numbers = iter(range(10, 99))
    table = op.create_table(
        "t",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("by_python", sa.Integer, default=lambda: next(numbers)),
        sa.Column("by_sql", sa.Integer, default=sa.text("2 + 3")),
        sa.Column("by_server", sa.Text, server_default="it's"),
    )
    op.bulk_insert(table, [{"by_python": 1}, {"by_python": 2}])
    op.bulk_insert(table, [{"by_sql": 7}, {"by_sql": 8}])
    assert [tuple(row) for row in connection.execute(sa.select(table).order_by(table.c.id))] == [
        (1, 1, 5, "it's"),
        (2, 2, 5, "it's"),
        (3, 10, 7, "it's"),
        (4, 11, 8, "it's"),
    ]


def test_plain_rows_go_together_also_where_each_was_to_go_alone(
    connection: sa.Connection, calls: list[tuple[str, bool]]
) -> None:
    op = Operations(MigrationContext.configure(connection))
    table = op.create_table("t", sa.Column("id", sa.Integer), sa.Column("v", sa.Integer))
    calls.clear()
    op.bulk_insert(table, [{"id": place, "v": 1} for place in range(100)], multiinsert=False)
    assert calls == [("INSERT", True)]


def test_a_row_with_an_expression_goes_alone_in_its_place(
    connection: sa.Connection, calls: list[tuple[str, bool]]
) -> None:
    op = Operations(MigrationContext.configure(connection))
    table = op.create_table("t", sa.Column("id", sa.Integer))
    count = sa.select(sa.func.count()).select_from(table).scalar_subquery()
    calls.clear()
    op.bulk_insert(table, [{"id": 5}, {"id": 5}, {"id": count}, {"id": 7}, {"id": 8}])
    assert [many for _, many in calls] == [True, False, True]
    assert connection.execute(sa.select(table.c.id)).scalars().all() == [5, 5, 2, 7, 8]
