"""Sequences as records: read, canonical, compared, stored."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Dialect

from migrateops.operations import MigrateOperation
from migrateops.snapshot import Snapshot
from migrateops_sequences.catalog import catalog_of
from migrateops_sequences.hooks import plugin
from migrateops_sequences.kind import SequenceKind, SequenceRecord
from migrateops_sequences.ops import AlterSequenceOp, CreateSequenceOp, DropSequenceOp


def dialect_of(name: str) -> Dialect:
    return sa.make_url(f"{name}://").get_dialect()()


def kind_for(dialect: Dialect) -> SequenceKind:
    catalog = catalog_of(dialect)
    assert catalog is not None
    return SequenceKind(catalog, dialect)


POSTGRESQL = kind_for(dialect_of("postgresql+psycopg"))
MARIADB = kind_for(dialect_of("mariadb+pymysql"))
USUAL = SequenceRecord(None, "s", "bigint", 1, 1, 1, 2**63 - 1, False, 1)


def canonical(kind: SequenceKind, **said: Any) -> tuple[Any, ...]:
    full = kind.canonical(SequenceRecord(None, "s", **said))
    return (
        full.data_type,
        full.start,
        full.increment,
        full.minvalue,
        full.maxvalue,
        full.cycle,
        full.cache,
    )


def call(op: MigrateOperation) -> dict[str, str]:
    assert op.__op_spec__ is not None
    return {str(name): repr(value) for name, value in op.__op_spec__.arguments(op, "op") if name is not None}


@pytest.mark.parametrize(
    ("kind", "said", "expected"),
    [
        (POSTGRESQL, {}, ("bigint", 1, 1, 1, 2**63 - 1, False, 1)),
        (POSTGRESQL, {"data_type": "smallint"}, ("smallint", 1, 1, 1, 2**15 - 1, False, 1)),
        (POSTGRESQL, {"increment": -2}, ("bigint", -1, -2, -(2**63), -1, False, 1)),
        (
            POSTGRESQL,
            {"data_type": "integer", "increment": -1},
            ("integer", -1, -1, -(2**31), -1, False, 1),
        ),
        (POSTGRESQL, {"minvalue": 0, "cache": 0}, ("bigint", 0, 1, 0, 2**63 - 1, False, 1)),
        (POSTGRESQL, {"maxvalue": -3, "increment": -1}, ("bigint", -3, -1, -(2**63), -3, False, 1)),
        (MARIADB, {}, ("bigint", 1, 1, 1, 2**63 - 2, False, 1000)),
        (MARIADB, {"increment": -1, "cache": 0}, ("bigint", -1, -1, -(2**63) + 1, -1, False, 0)),
    ],
)
def test_canonical(kind: SequenceKind, said: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert canonical(kind, **said) == expected
    once = kind.canonical(SequenceRecord(None, "s", **said))
    assert kind.canonical(once) == once


def test_a_new_sequence_says_no_more_than_it_must() -> None:
    def created(**said: Any) -> dict[str, str]:
        (op,) = POSTGRESQL.diff(None, POSTGRESQL.canonical(SequenceRecord("shop", "s", **said)))
        assert isinstance(op, CreateSequenceOp)
        assert op.sequence_name == "s"
        return call(op)

    assert created() == {"schema": "'shop'"}
    assert created(start=1, increment=1, cache=1, cycle=False) == {"schema": "'shop'"}
    assert created(increment=-1) == {"schema": "'shop'", "increment": "-1"}
    assert created(minvalue=5) == {"schema": "'shop'", "minvalue": "5"}
    assert created(minvalue=5, start=9, cycle=True, cache=3, data_type="integer") == {
        "schema": "'shop'",
        "data_type": "Integer()",
        "minvalue": "5",
        "start": "9",
        "cycle": "True",
        "cache": "3",
    }


def test_what_changed_is_altered_and_known() -> None:
    old = POSTGRESQL.canonical(SequenceRecord(None, "s", increment=1, maxvalue=9, cycle=True))
    new = POSTGRESQL.canonical(SequenceRecord(None, "s", increment=2, data_type="smallint", cycle=True))
    (op,) = POSTGRESQL.diff(old, new)
    assert isinstance(op, AlterSequenceOp)
    assert call(op) == {
        "data_type": "SmallInteger()",
        "existing_data_type": "BigInteger()",
        "increment": "2",
        "existing_increment": "1",
        "nomaxvalue": "True",
        "existing_maxvalue": "9",
    }
    assert call(op.reverse()) == call(POSTGRESQL.diff(new, old)[0])


def test_the_same_is_no_difference() -> None:
    assert POSTGRESQL.diff(USUAL, SequenceRecord(None, "s")) == []


def test_a_dropped_sequence_is_known() -> None:
    (op,) = POSTGRESQL.diff(POSTGRESQL.canonical(SequenceRecord(None, "s", start=4)), None)
    assert isinstance(op, DropSequenceOp)
    assert call(op.reverse()) == {"start": "4"}


def test_what_a_column_owns_is_not_dropped() -> None:
    assert POSTGRESQL.diff(SequenceRecord(None, "t_id_seq", owned_by="t.id"), None) == []


def test_json_and_fingerprint() -> None:
    snapshot = Snapshot([POSTGRESQL])
    snapshot.add(POSTGRESQL, [SequenceRecord("shop", "s", start=3), SequenceRecord(None, "t")])
    back = Snapshot.from_json(snapshot.to_json(), [POSTGRESQL])
    assert back.of("sequence") == snapshot.of("sequence")
    assert back.fingerprint() == snapshot.fingerprint()
    back.add(POSTGRESQL, [SequenceRecord(None, "t", cache=2)])
    assert back.fingerprint() != snapshot.fingerprint()


def models() -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Sequence("alone", metadata=metadata, start=5, data_type=sa.Integer(), schema="shop")
    sa.Sequence("spare", metadata=metadata, optional=True)
    sa.Table("t", metadata, sa.Column("id", sa.Integer, sa.Sequence("of_column"), primary_key=True))
    return metadata


def test_the_models() -> None:
    records = POSTGRESQL.from_metadata(models(), dialect_of("postgresql+psycopg"))
    assert list(records) == [
        SequenceRecord(None, "of_column"),
        SequenceRecord("shop", "alone", "integer", start=5),
    ]


def test_an_optional_sequence_is_there_where_nothing_else_makes_keys() -> None:
    names = [record.name for record in MARIADB.from_metadata(models(), dialect_of("mariadb+pymysql"))]
    assert names == ["of_column", "alone", "spare"]


def test_the_default_schema_has_no_name() -> None:
    dialect = dialect_of("postgresql+psycopg")
    dialect.default_schema_name = "shop"
    schemas = {record.name: record.schema for record in POSTGRESQL.from_metadata(models(), dialect)}
    assert schemas == {"of_column": None, "alone": None}


@pytest.mark.parametrize(
    ("dialect", "kinds"),
    [
        (dialect_of("postgresql+psycopg"), 1),
        (dialect_of("mariadb+pymysql"), 1),
        (dialect_of("mysql+pymysql"), 0),
        (dialect_of("sqlite"), 0),
        (dialect_of("oracle"), 0),
    ],
)
def test_the_hook_offers_it_where_sequences_are_read(dialect: Dialect, kinds: int) -> None:
    class Context:
        pass

    context: Any = Context()
    context.dialect = dialect
    assert len(plugin.migrateops_kinds(context)) == kinds


def test_read_postgresql(postgresql_connection: sa.Connection) -> None:
    connection = postgresql_connection
    for statement in (
        "CREATE SCHEMA other",
        "CREATE SEQUENCE a AS smallint START 3 INCREMENT 2 MINVALUE 1 MAXVALUE 99 CYCLE CACHE 4",
        'CREATE SEQUENCE other."B b"',
        "CREATE SEQUENCE public.c",
        "CREATE TABLE s (id serial PRIMARY KEY)",
        "CREATE TABLE i (id bigint GENERATED ALWAYS AS IDENTITY)",
    ):
        connection.execute(sa.text(statement))
    kind = kind_for(connection.dialect)
    sent = count_statements(connection)
    assert list(kind.read(connection, [None, "other"])) == [
        SequenceRecord("other", "B b", "bigint", 1, 1, 1, 2**63 - 1, False, 1),
        SequenceRecord(None, "a", "smallint", 3, 2, 1, 99, True, 4),
        SequenceRecord(None, "c", "bigint", 1, 1, 1, 2**63 - 1, False, 1),
        SequenceRecord(None, "s_id_seq", "integer", 1, 1, 1, 2**31 - 1, False, 1, owned_by="s.id"),
    ]
    assert len(sent) == 1
    assert [record.name for record in kind.read(connection, ["other"])] == ["B b"]
    assert list(kind.read(connection, [])) == []


def test_read_mariadb(mariadb_connection: sa.Connection) -> None:
    connection = mariadb_connection
    for statement in (
        "CREATE SEQUENCE a START 3 INCREMENT 2 MINVALUE 1 MAXVALUE 99 CYCLE CACHE 4",
        "CREATE SEQUENCE `B b 5%`",
        "CREATE TABLE t (id bigint PRIMARY KEY AUTO_INCREMENT)",
    ):
        connection.exec_driver_sql(statement.replace("%", "%%"))
    kind = kind_for(connection.dialect)
    sent = count_statements(connection)
    assert list(kind.read(connection, [None])) == [
        SequenceRecord(None, "a", "bigint", 3, 2, 1, 99, True, 4),
        SequenceRecord(None, "B b 5%", "bigint", 1, 1, 1, 2**63 - 2, False, 1000),
    ]
    assert len(sent) == 2
    assert list(kind.read(connection, ["mysql"])) == []


def test_many_are_read_in_few_statements(mariadb_connection: sa.Connection) -> None:
    names = [f"s{number:03}" for number in range(210)]
    for name in names:
        mariadb_connection.exec_driver_sql(f"CREATE SEQUENCE {name}")
    sent = count_statements(mariadb_connection)
    kind = kind_for(mariadb_connection.dialect)
    assert [record.name for record in kind.read(mariadb_connection, [None])] == names
    assert len(sent) == 3


def count_statements(connection: sa.Connection) -> list[str]:
    sent: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    return sent
