"""Values that are written in place: what they are in the database is what they would be online."""

from __future__ import annotations

import datetime
import io
import uuid
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import CompileError

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from tests.project import Project
from tests.runtime.test_offline import execute, url

__all__ = ["url"]


class Reversed(sa.TypeDecorator[Any]):
    """A type of a project's own, kept as JSON."""

    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return list(reversed(value))


class Plain(sa.TypeDecorator[Any]):
    """Another, that changes no value."""

    impl = sa.LargeBinary
    cache_ok = True


COLUMNS: dict[str, Any] = {
    "number": sa.Integer,
    "amount": sa.Numeric(10, 2),
    "text": sa.Text,
    "day": sa.Date,
    "at": sa.DateTime,
    "yes": sa.Boolean,
    "raw": sa.LargeBinary,
    "plain": Plain,
    "data": sa.JSON,
    "kept": Reversed,
    "key": sa.Uuid,
    "kind": sa.Enum("a", "b", name="kinds"),
}
ROWS: list[dict[str, Any]] = [
    {
        "number": -1,
        "amount": Decimal("1.50"),
        "text": "it's 100% \\ :x é\n--",
        "day": datetime.date(2024, 2, 29),
        "at": datetime.datetime(2024, 2, 29, 12, 30, 1, 5),
        "yes": True,
        "raw": b"\x00\xff'\\x41",
        "plain": b"\\x41",
        "data": {"a": ["é'\"\\", None, 1.5]},
        "kept": [1, 2],
        "key": uuid.UUID(int=7),
        "kind": "b",
    },
    dict.fromkeys(COLUMNS) | {"data": {}, "kept": [], "raw": b""},
]


def columns() -> list[sa.Column[Any]]:
    return [sa.Column(name, type_) for name, type_ in COLUMNS.items()]


def test_rows_are_what_they_would_be(url: str, project: Project) -> None:
    dialect = sa.make_url(url).get_backend_name()
    stream = io.StringIO()
    op = Operations(MigrationContext.configure(dialect_name=dialect, opts={"output_buffer": stream}))
    op.bulk_insert(op.create_table("written", *columns()), ROWS)
    execute(url, stream.getvalue())
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        with context.begin_transaction():
            # The type of the enumeration is there already.
            online = Operations(context)
            table = sa.Table("sent", sa.MetaData(), *columns())
            online.create_table("sent", *columns()) if dialect == "sqlite" else table.create(connection)
            online.bulk_insert(table, ROWS)
        found = [
            [dict(row) for row in connection.execute(sa.text(f"SELECT * FROM {name}")).mappings()]
            for name in ("written", "sent")
        ]
    engine.dispose()
    assert found[0] == found[1]
    assert found[0][0]["text"] == ROWS[0]["text"]


def test_a_value_without_any_literal_is_an_error() -> None:
    opts = {"output_buffer": io.StringIO(), "literal_binds": True}
    context = MigrationContext.configure(dialect_name="sqlite", opts=opts, plugins=())
    with pytest.raises(CompileError, match="datatype"):
        context.execute(sa.select(sa.literal(object(), sa.types.NullType())))
