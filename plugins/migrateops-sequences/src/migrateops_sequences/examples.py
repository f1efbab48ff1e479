"""Examples of the operations, which the tests of every dialect pack run where this plugin is installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, MetaData

from migrateops.operations import MigrateOperation
from migrateops.testing import Example, Schema
from migrateops_sequences.catalog import catalog_of
from migrateops_sequences.kind import SequenceKind
from migrateops_sequences.ops import AlterSequenceOp, CreateSequenceOp, DropSequenceOp

# Where there is a server they run, and elsewhere they are only written.
_ALL = frozenset({"postgresql", "mariadb"})
_FEW = frozenset({"duckdb"})
_WRITTEN = frozenset({"mysql", "mssql", "oracle"})
_DUCKDB = (
    "SELECT sequence_name, start_value, increment_by, min_value, max_value, cycle FROM duckdb_sequences()"
    " WHERE schema_name = current_schema() ORDER BY ALL"
)


def _sequences(connection: Connection) -> Any:
    """Return the sequences of the default schema."""
    catalog = catalog_of(connection.dialect)
    if catalog is None:
        # One of which no sequences are compared.
        return [tuple(row) for row in connection.exec_driver_sql(_DUCKDB)]
    kind = SequenceKind(catalog, connection.dialect)
    return [kind.canonical(record) for record in kind.read(connection, [None])]


def _with(*names: str, **options: Any) -> Schema:
    def made(metadata: MetaData) -> None:
        for name in names:
            sa.Sequence(name, metadata=metadata, **options)

    return made


NONE, PLAIN = _with(), _with("numbers")
SOME: dict[str, Any] = {"start": 7, "increment": 2, "minvalue": 3, "maxvalue": 99, "cycle": True}
FULL = {**SOME, "cache": 20}


def _example(
    case: str,
    operation: Callable[[], MigrateOperation],
    after: Schema,
    before: Schema,
    *,
    reversible: bool = True,
    runs: frozenset[str] = _ALL,
) -> list[Example]:
    return [
        Example(operation, case, before, after, reversible, dialects <= runs, dialects, _sequences)
        for dialects in (_ALL, _FEW, _WRITTEN)
    ]


_EVERYWHERE = _ALL | _FEW

EXAMPLES = [
    *_example("plain", lambda: CreateSequenceOp("numbers"), PLAIN, NONE, runs=_EVERYWHERE),
    *_example("options", lambda: CreateSequenceOp("numbers", **FULL), _with("numbers", **FULL), NONE),
    *_example(
        "some_options",
        lambda: CreateSequenceOp("numbers", **SOME),
        _with("numbers", **SOME),
        NONE,
        runs=_EVERYWHERE,
    ),
    *_example(
        "if_not_exists",
        lambda: CreateSequenceOp("numbers", if_not_exists=True),
        PLAIN,
        NONE,
        runs=_EVERYWHERE,
    ),
    *_example(
        "no_limits",
        lambda: CreateSequenceOp("numbers", nominvalue=True, nomaxvalue=True, cycle=False, cache=0),
        # No cache is not the default everywhere.
        _with("numbers", cache=0),
        NONE,
        runs=frozenset(),
    ),
    *_example(
        "type",
        lambda: CreateSequenceOp("numbers", data_type=sa.SmallInteger()),
        PLAIN,
        NONE,
        runs=frozenset(),
    ),
    *_example("order", lambda: CreateSequenceOp("numbers", order=True), PLAIN, NONE, runs=frozenset()),
    *_example("owned_by", lambda: CreateSequenceOp("numbers", owned_by="t.c"), PLAIN, NONE, runs=frozenset()),
    *_example("schema", lambda: CreateSequenceOp("numbers", schema="other"), PLAIN, NONE, runs=frozenset()),
    *_example(
        "options",
        lambda: AlterSequenceOp(
            "numbers", increment=5, existing_increment=1, maxvalue=99, existing_nomaxvalue=True
        ),
        _with("numbers", increment=5, maxvalue=99),
        PLAIN,
    ),
    *_example(
        "if_exists",
        lambda: AlterSequenceOp("numbers", cycle=True, existing_cycle=False, if_exists=True),
        _with("numbers", cycle=True),
        PLAIN,
    ),
    *_example(
        "name", lambda: AlterSequenceOp("numbers", new_sequence_name="Other's"), _with("Other's"), PLAIN
    ),
    *_example(
        "restart",
        lambda: AlterSequenceOp("numbers", restart=5),
        PLAIN,
        PLAIN,
        reversible=False,
        runs=frozenset(),
    ),
    *_example("plain", lambda: CreateSequenceOp("numbers", **FULL).reverse(), NONE, _with("numbers", **FULL)),
    *_example("unknown", lambda: DropSequenceOp("numbers"), NONE, PLAIN, reversible=False, runs=_EVERYWHERE),
    *_example(
        "if_exists",
        lambda: DropSequenceOp("numbers", if_exists=True),
        NONE,
        PLAIN,
        reversible=False,
        runs=_EVERYWHERE,
    ),
]
"""Each operation with each of its options."""
