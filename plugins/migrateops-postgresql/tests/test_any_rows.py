"""Whatever the values: COPY leaves in the table what INSERT does."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from migrateops.operations import Operations
from migrateops_postgresql import rows as copying

ROWS = 120
# What COPY's text escapes, what a statement escapes, and what takes more than one byte.
_letters = st.sampled_from("\\\t\n\r\b\f\v'\"%:{}N.abtü€😀 ")
_any_letter = st.characters(exclude_characters="\x00", exclude_categories=("Cs",))
_text = st.text(_letters, max_size=12) | st.text(_any_letter, max_size=12)
_offsets = st.integers(-15 * 60, 15 * 60).map(
    lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes))
)
_numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
_json = st.recursive(
    st.none() | st.booleans() | _numbers | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)
_documents = st.lists(_json, max_size=3) | st.dictionaries(_text, _json, max_size=3)
_special = st.sampled_from([Decimal(text) for text in ("NaN", "sNaN", "Infinity", "-Infinity", "1E+40")])

COLUMNS: dict[str, tuple[Any, st.SearchStrategy[Any]]] = {
    "text": (sa.Text(), _text),
    "code": (sa.String(12), _text),
    "small": (sa.SmallInteger(), st.integers(-(2**15), 2**15 - 1)),
    "big": (sa.BigInteger(), st.integers(-(2**63), 2**63 - 1)),
    "float": (sa.Float(), st.floats() | st.integers(-(2**70), 2**70)),
    "numeric": (sa.Numeric(), st.decimals(allow_nan=False, allow_infinity=False, places=4) | _special),
    "money": (sa.Numeric(9, 2), st.decimals("-9999.99", "9999.99", places=3) | st.integers(-99, 99)),
    "bool": (sa.Boolean(), st.booleans()),
    "bytes": (sa.LargeBinary(), st.binary(max_size=12)),
    "date": (sa.Date(), st.dates()),
    "naive": (sa.DateTime(), st.datetimes()),
    "aware": (
        sa.DateTime(timezone=True),
        st.datetimes(datetime.datetime(2, 1, 1), datetime.datetime(9998, 1, 1), timezones=_offsets),
    ),
    "time": (sa.Time(), st.times()),
    "interval": (
        sa.Interval(),
        st.timedeltas(datetime.timedelta(days=-99999), datetime.timedelta(days=99999)),
    ),
    "uuid": (sa.Uuid(), st.uuids()),
    "json": (sa.JSON(), _documents),
    "json_null": (sa.JSON(none_as_null=True), _documents),
    "jsonb": (postgresql.JSONB(), _documents),
    "enum": (sa.Enum("so so", "fi\\ne", "it's", name="mood"), st.sampled_from(["so so", "fi\\ne", "it's"])),
    "words": (sa.Enum("so so", "fi\\ne", native_enum=False), st.sampled_from(["so so", "fi\\ne"])),
}


@pytest.mark.parametrize("style", ["postgres", "sql_standard", "iso_8601"])
def test_any_values_are_those_of_insert(
    operations: Operations, connection: sa.Connection, monkeypatch: pytest.MonkeyPatch, style: str
) -> None:
    connection.exec_driver_sql(f"SET intervalstyle = {style}")
    copied: list[str] = []
    real = copying.copy_rows
    monkeypatch.setattr(
        copying, "copy_rows", lambda insert, on: (copied.append(insert.table.name), real(insert, on))
    )
    by_insert, by_copy = (
        operations.create_table(
            name, sa.Column("id", sa.Integer), *(sa.Column(key, type_) for key, (type_, _) in COLUMNS.items())
        )
        for name in ("by_insert", "by_copy")
    )
    connection.commit()

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.fixed_dictionaries({key: st.none() | values for key, (_, values) in COLUMNS.items()}),
            min_size=1,
            max_size=6,
        )
    )
    def same(some: list[dict[str, Any]]) -> None:
        rows = [{"id": place, **some[place % len(some)]} for place in range(ROWS)]
        copied.clear()
        with connection.begin():
            for table in (by_insert, by_copy):
                connection.execute(table.delete())
            connection.execute(by_insert.insert(), rows)
            operations.bulk_insert(by_copy, rows)
        assert copied == ["by_copy"]
        with connection.begin():
            inserted, arrived = (
                connection.exec_driver_sql(f"SELECT t::text FROM {name} t ORDER BY id").scalars().all()
                for name in ("by_insert", "by_copy")
            )
        assert arrived == inserted

    same()
