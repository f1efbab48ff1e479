"""Values in a stream: what the server reads of them is what it gets from the driver."""

from __future__ import annotations

import datetime
import io
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from migrateops.testing.written import run_script

MOOD = sa.Enum("fine", "it's", name="mood")
VALUES: dict[str, tuple[Any, Any]] = {
    "inet": (pg.INET(), "10.0.0.1"),
    "macaddr": (pg.MACADDR(), "08:00:2b:01:02:03"),
    "bit": (pg.BIT(3), "101"),
    "tsvector": (pg.TSVECTOR(), "it''s 'b':2"),
    "oid": (pg.OID(), 5),
    "domain": (pg.DOMAIN("positive", sa.Integer(), check="value > 0"), 5),
    "range": (pg.INT4RANGE(), pg.Range(1, 5)),
    "range of times": (pg.TSRANGE(), pg.Range(datetime.datetime(2020, 2, 29, 1, 2), None, bounds="()")),
    "no range": (pg.INT4RANGE(), pg.Range(empty=True)),
    "ranges": (pg.INT4MULTIRANGE(), [pg.Range(1, 5), pg.Range(7, 9)]),
    "numbers": (pg.ARRAY(sa.Integer()), [1, None]),
    "nothing": (pg.ARRAY(sa.Integer()), []),
    "uuids": (pg.ARRAY(sa.Uuid()), [UUID(int=1)]),
    "dates": (pg.ARRAY(sa.Date()), [datetime.date(2020, 2, 29)]),
    "moods": (pg.ARRAY(MOOD), ["it's", "fine"]),
    "grid": (pg.ARRAY(sa.Text(), dimensions=2), [["a", "b"], ["c", "'"]]),
    "jsonb": (pg.JSONB(), {"a": ["it's", None]}),
    "interval": (pg.INTERVAL(), datetime.timedelta(1, 3)),
}


@pytest.mark.parametrize("name", VALUES)
def test_it_is_what_the_driver_sends(name: str, connection: sa.Connection) -> None:
    type_, value = VALUES[name]
    made = sa.Table("t", sa.MetaData(), sa.Column("way", sa.Text), sa.Column("c", type_))
    made.create(connection)
    online = Operations(MigrationContext.configure(connection))
    online.bulk_insert(made, [{"way": "driver", "c": value}])
    connection.commit()
    stream = io.StringIO()
    options: dict[str, Any] = {"as_sql": True, "output_buffer": stream}
    offline = Operations(MigrationContext.configure(dialect_name="postgresql", opts=options))
    offline.bulk_insert(made, [{"way": "stream", "c": value}])
    run_script(connection, stream.getvalue())
    rows = connection.exec_driver_sql("SELECT way, c::text FROM t ORDER BY way").all()
    assert [way for way, _ in rows] == ["driver", "stream"]
    assert rows[0][1] == rows[1][1]
