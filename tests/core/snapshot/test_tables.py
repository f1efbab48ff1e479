"""Records of tables, from a database and from models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from migrateops.snapshot import ColumnRecord, TableRecord, TablesKind


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    if request.param == "sqlite":
        url = request.getfixturevalue("sqlite_url")
    else:
        url = request.getfixturevalue("postgresql_schema").url
    engine = sa.create_engine(url)
    with engine.connect() as made:
        yield made
    engine.dispose()


def models(count: int = 2) -> sa.MetaData:
    metadata = sa.MetaData()
    for number in range(count):
        sa.Table(
            f"t{number}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("name", sa.String(20), server_default="it's", nullable=False),
            sa.Column("at", sa.DateTime, server_default=sa.text("CURRENT_TIMESTAMP")),
        )
    return metadata


def read(connection: sa.Connection, kind: TablesKind, *schemas: str | None) -> dict[str, TableRecord]:
    return {record.name: record for record in kind.read(connection, schemas or (None,))}


def test_the_models_as_records(connection: sa.Connection) -> None:
    found = list(TablesKind().from_metadata(models(1), connection.dialect))
    at = connection.dialect.type_compiler_instance.process(sa.DateTime())
    assert found == [
        TableRecord(
            None,
            "t0",
            (
                ColumnRecord("id", "INTEGER", False),
                ColumnRecord("name", "VARCHAR(20)", False, "'it''s'"),
                ColumnRecord("at", at, True, "CURRENT_TIMESTAMP"),
            ),
        )
    ]


def test_the_database_as_records(connection: sa.Connection) -> None:
    models().create_all(connection)
    connection.exec_driver_sql("CREATE VIEW v AS SELECT 1 AS one")
    found = read(connection, TablesKind())
    wanted = {record.name: record for record in TablesKind().from_metadata(models(), connection.dialect)}
    assert {name: _without_defaults(record) for name, record in found.items()} == {
        name: _without_defaults(record) for name, record in wanted.items()
    }
    assert [column.default is None for column in found["t0"].columns] == [True, False, False]


def _without_defaults(record: TableRecord) -> Any:
    return [(column.name, column.type, column.nullable) for column in record.columns]


def test_the_default_schema_is_none_on_both_sides(connection: sa.Connection) -> None:
    models().create_all(connection)
    metadata = sa.MetaData(schema=connection.dialect.default_schema_name)
    sa.Table("t0", metadata, sa.Column("id", sa.Integer))
    (record,) = TablesKind().from_metadata(metadata, connection.dialect)
    assert record.schema is None
    assert read(connection, TablesKind())["t0"].schema is None


def test_what_is_left_out_by_name_is_not_read(connection: sa.Connection) -> None:
    models(3).create_all(connection)
    asked: list[tuple[str | None, str]] = []

    def include(schema: str | None, name: str) -> bool:
        asked.append((schema, name))
        return name != "t1"

    assert set(read(connection, TablesKind(include))) == {"t0", "t2"}
    assert sorted(asked, key=str) == [(None, "t0"), (None, "t1"), (None, "t2")]


def test_a_schema_is_read_in_a_constant_number_of_statements(postgresql_schema: Any) -> None:
    engine = sa.create_engine(postgresql_schema.url)
    counts = []
    with engine.connect() as connection:
        for count in (2, 12):
            models(count).create_all(connection)
            statements: list[str] = []
            event.listen(
                connection, "before_cursor_execute", lambda *args, kept=statements: kept.append(args[2])
            )
            assert len(read(connection, TablesKind())) == count
            counts.append(len(statements))
    engine.dispose()
    # The second listener is called as well as the first, each with a list of its own.
    assert counts[1] <= counts[0]
    assert counts[0] > 0


def test_generated_columns(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    sa.Table(
        "g",
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer, sa.Computed("a + 1", persisted=True)),
    )
    metadata.create_all(connection)
    (wanted,) = TablesKind().from_metadata(metadata, connection.dialect)
    assert wanted.columns[1].default == "GENERATED ALWAYS AS (a + 1) STORED"
    default = read(connection, TablesKind())["g"].columns[1].default
    assert default is not None
    assert default.replace("(", "").replace(")", "") == "GENERATED ALWAYS AS a + 1 STORED"


def test_a_record_in_json() -> None:
    record = TableRecord("s", "t", (ColumnRecord("id", "INTEGER", False, "1"),))
    kind = TablesKind()
    assert kind.from_json(kind.to_json(record)) == record
    assert kind.to_json(record) == {
        "schema": "s",
        "name": "t",
        "columns": [{"name": "id", "type": "INTEGER", "nullable": False, "default": "1"}],
    }
