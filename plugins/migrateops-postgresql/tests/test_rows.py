"""Rows by COPY: the same values and defaults as by INSERT, and INSERT wherever they would differ."""

from __future__ import annotations

import datetime
import enum
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from migrateops.operations import Operations
from migrateops_postgresql import rows as copying
from migrateops_postgresql.rows import CopyRows


class Shouted(TypeDecorator[str]):
    """A type that changes its values on the way in."""

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return None if value is None else value.upper()


class Mood(enum.Enum):
    """An enumeration of Python's."""

    FINE = 1


MANY = 150
UTC = datetime.UTC
VALUES: dict[str, tuple[Any, list[Any]]] = {
    "integer": (sa.BigInteger(), [0, -1, 2**40, None]),
    "text": (sa.Text(), ["", "a\tb", "line\nbreak\r", "\\N", "\\", "ünï", None, "it's 100%"]),
    "varchar": (sa.String(5), ["abcde", "", None]),
    "numeric": (sa.Numeric(12, 3), [Decimal("1.235"), Decimal("-0.001"), 5, None, Decimal("NaN")]),
    "float": (sa.Float(), [1.5, float("inf"), 1e-300, 5, None]),
    "bool": (sa.Boolean(), [True, False, None]),
    "bytes": (sa.LargeBinary(), [b"", b"\x00\\x\n", None]),
    "date": (sa.Date(), [datetime.date(1, 1, 1), datetime.date(9999, 12, 31), None]),
    "naive": (sa.DateTime(), [datetime.datetime(2020, 1, 2, 3, 4, 5, 6), None]),
    "aware": (
        sa.DateTime(timezone=True),
        [
            datetime.datetime(2020, 1, 2, tzinfo=UTC),
            datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=5))),
            None,
        ],
    ),
    "time": (sa.Time(), [datetime.time(1, 2, 3), None]),
    "interval": (sa.Interval(), [datetime.timedelta(days=-1, seconds=5), None]),
    "uuid": (sa.Uuid(), [uuid.UUID(int=5), None]),
    "json": (sa.JSON(), [{"a": [1, None]}, [], None]),
    "jsonb": (postgresql.JSONB(none_as_null=True), [{"a": "\t"}, None]),
    "enum": (sa.Enum("so so", "fine", name="mood"), ["so so", None]),
}


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables into which rows went by COPY."""
    seen: list[str] = []
    real: Callable[..., None] = copying.copy_rows

    def noted(insert: CopyRows, connection: sa.Connection) -> None:
        seen.append(insert.table.name)
        real(insert, connection)

    monkeypatch.setattr(copying, "copy_rows", noted)
    return seen


@pytest.mark.parametrize("name", VALUES)
def test_the_values_are_those_of_insert(
    name: str, operations: Operations, connection: sa.Connection, copied: list[str]
) -> None:
    type_, values = VALUES[name]
    rows = [{"id": place, "v": values[place % len(values)]} for place in range(MANY)]
    found = []
    for table_name in ("by_insert", "by_copy"):
        table = operations.create_table(table_name, sa.Column("id", sa.Integer), sa.Column("v", type_))
        if table_name == "by_insert":
            connection.execute(table.insert(), rows)
        else:
            operations.bulk_insert(table, rows)
        text = sa.text(f"SELECT v::text FROM {table_name} ORDER BY id")
        found.append(connection.execute(text).scalars().all())
    assert copied == ["by_copy"]
    assert found[0] == found[1]


def test_what_is_left_out_gets_its_default(
    operations: Operations, connection: sa.Connection, copied: list[str]
) -> None:
    table = operations.create_table(
        "T t",
        sa.Column("id", sa.Integer, sa.Identity(start=7), primary_key=True),
        sa.Column("a%", sa.Integer, key="a"),
        sa.Column("b", sa.Text, server_default="it's"),
        sa.Column("c", sa.Integer, sa.Computed('"a%" * 2', persisted=True)),
        sa.Column("d", sa.Text),
    )
    operations.bulk_insert(table, [{"a": place} for place in range(MANY)])
    assert copied == ["T t"]
    first = connection.execute(sa.select(table).order_by(table.c.id).limit(2)).all()
    assert [tuple(row) for row in first] == [(7, 0, "it's", 0, None), (8, 1, "it's", 2, None)]


def plain(op: Operations) -> sa.Table:
    return op.create_table("t", sa.Column("id", sa.Integer), sa.Column("v", sa.Integer))


def with_a_rule(op: Operations) -> sa.Table:
    table = plain(op)
    op.execute("CREATE RULE r AS ON INSERT TO t DO ALSO SELECT 1")
    return table


INSERTED: dict[str, Callable[[Operations], tuple[Any, list[dict[str, Any]]]]] = {
    "few rows": lambda op: (plain(op), [{"id": 1, "v": 2}]),
    "a default of Python's": lambda op: (
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("v", sa.Integer, default=lambda: 2)),
        [{"id": place} for place in range(MANY)],
    ),
    "a number for a text": lambda op: (
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("v", sa.Text)),
        [{"id": place, "v": 2} for place in range(MANY)],
    ),
    "an offset for a column without": lambda op: (
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("v", sa.DateTime)),
        [{"id": place, "v": datetime.datetime(2020, 1, 1, tzinfo=UTC)} for place in range(MANY)],
    ),
    "a float for a numeric": lambda op: (
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("v", sa.Numeric)),
        [{"id": place, "v": 0.1 + 0.2} for place in range(MANY)],
    ),
    "no values": lambda op: (
        op.create_table("t", sa.Column("id", sa.Integer, sa.Identity(), primary_key=True)),
        [{} for _ in range(MANY)],
    ),
    "JSON's own null": lambda op: (
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("v", sa.JSON)),
        [{"id": place, "v": sa.JSON.NULL} for place in range(MANY)],
    ),
    "a type that changes values": lambda op: (
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("v", Shouted)),
        [{"id": place, "v": "a"} for place in range(MANY)],
    ),
    "an array": lambda op: (
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("v", sa.ARRAY(sa.Text))),
        [{"id": place, "v": ["a,b", None, "{\\"]} for place in range(MANY)],
    ),
    "an enumeration of Python's": lambda op: (
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("v", sa.Enum(Mood))),
        [{"id": place, "v": Mood.FINE} for place in range(MANY)],
    ),
    "a rule": lambda op: (
        with_a_rule(op),
        [{"id": place, "v": 2} for place in range(MANY)],
    ),
}


@pytest.mark.parametrize("name", INSERTED)
def test_where_copy_would_differ_it_is_an_insert(
    name: str, operations: Operations, connection: sa.Connection, copied: list[str]
) -> None:
    table, rows = INSERTED[name](operations)
    operations.bulk_insert(table, rows)
    assert copied == []
    assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == len(rows)


@pytest.mark.parametrize(
    ("stored", "type_", "value"),
    [
        ("numeric(12, 4)", sa.Numeric(10, 2), Decimal("1.2345")),
        ("numeric", sa.Float(), 0.1 + 0.2),
        ("float8", sa.Float(24), 0.1),
        ("timestamp", sa.DateTime(timezone=True), datetime.datetime(2020, 1, 2, tzinfo=UTC)),
        ("timestamp", postgresql.TIMESTAMP(precision=0), datetime.datetime(2020, 1, 2, 3, 4, 5, 700000)),
        ("interval", sa.Interval(second_precision=0), datetime.timedelta(seconds=1.7)),
        ("json", postgresql.JSONB(), {"b": 1, "a": 2}),
        ("text", sa.Integer(), 5),
    ],
)
def test_a_column_of_another_type_than_the_script_says_gets_what_insert_gives(
    operations: Operations,
    connection: sa.Connection,
    copied: list[str],
    stored: str,
    type_: Any,
    value: Any,
) -> None:
    connection.exec_driver_sql("SET TIME ZONE 'Asia/Tokyo'")
    rows = [{"v": value} for _ in range(MANY)]
    found = []
    for name in ("by_insert", "by_us"):
        connection.exec_driver_sql(f"CREATE TABLE {name} (v {stored})")
        table = sa.table(name, sa.column("v", type_))
        if name == "by_us":
            operations.bulk_insert(table, rows)
        else:
            connection.execute(table.insert(), rows)
        found.append(connection.exec_driver_sql(f"SELECT DISTINCT v::text FROM {name}").scalars().all())
    assert copied == []
    assert found[0] == found[1]


def test_an_identity_that_refuses_values_refuses_them(operations: Operations) -> None:
    table = operations.create_table("t", sa.Column("id", sa.Integer, sa.Identity(always=True)))
    with pytest.raises(DBAPIError):
        operations.bulk_insert(table, [{"id": place} for place in range(MANY)])


def test_what_the_server_refuses_is_an_error_of_sqlalchemy(operations: Operations, copied: list[str]) -> None:
    table = operations.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
    with pytest.raises(DBAPIError):
        operations.bulk_insert(table, [{"id": 1} for _ in range(MANY)])
    assert copied == ["t"]


def test_it_is_part_of_the_transaction(
    operations: Operations, connection: sa.Connection, copied: list[str]
) -> None:
    table = operations.create_table("t", sa.Column("id", sa.Integer))
    connection.commit()
    operations.bulk_insert(table, [{"id": place} for place in range(MANY)])
    connection.rollback()
    assert copied == ["t"]
    assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_plain_rows_are_one_statement(operations: Operations, connection: sa.Connection) -> None:
    sent: list[bool] = []
    event.listen(connection, "before_cursor_execute", lambda *given: sent.append(given[5]))
    table = operations.create_table("t", sa.Column("id", sa.Integer))
    sent.clear()
    operations.bulk_insert(table, [{"id": place} for place in range(50)], multiinsert=False)
    # One call of the driver, for many rows.
    assert sent == [True]
    operations.bulk_insert(table, [{"id": 1}, {"id": sa.literal(1) + 1}, {"id": 3}])
    assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 53
