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

# Here they run, and elsewhere they are only written.
_RUN_ON = frozenset({"postgresql", "mariadb"})
_WRITTEN_FOR = frozenset({"mysql", "mssql", "oracle"})


def _sequences(connection: Connection) -> Any:
    """Return the sequences of the default schema as they are compared; None where they are not read."""
    catalog = catalog_of(connection.dialect)
    if catalog is None:
        return None
    kind = SequenceKind(catalog, connection.dialect)
    return [kind.canonical(record) for record in kind.read(connection, [None])]


def _with(*names: str, **options: Any) -> Schema:
    def made(metadata: MetaData) -> None:
        for name in names:
            sa.Sequence(name, metadata=metadata, **options)

    return made


NONE, PLAIN = _with(), _with("numbers")
FULL: dict[str, Any] = {"start": 7, "increment": 2, "minvalue": 3, "maxvalue": 99, "cycle": True, "cache": 20}


def _example(
    case: str,
    operation: Callable[[], MigrateOperation],
    after: Schema,
    before: Schema,
    *,
    reversible: bool = True,
    runs: bool = True,
) -> list[Example]:
    return [
        Example(
            operation, case, before, after, reversible, runs and dialects is _RUN_ON, dialects, _sequences
        )
        for dialects in (_RUN_ON, _WRITTEN_FOR)
    ]


EXAMPLES = [
    *_example("plain", lambda: CreateSequenceOp("numbers"), PLAIN, NONE),
    *_example("options", lambda: CreateSequenceOp("numbers", **FULL), _with("numbers", **FULL), NONE),
    *_example("if_not_exists", lambda: CreateSequenceOp("numbers", if_not_exists=True), PLAIN, NONE),
    *_example(
        "no_limits",
        lambda: CreateSequenceOp("numbers", nominvalue=True, nomaxvalue=True, cycle=False, cache=0),
        # No cache is not the default everywhere.
        _with("numbers", cache=0),
        NONE,
        runs=False,
    ),
    *_example(
        "type", lambda: CreateSequenceOp("numbers", data_type=sa.SmallInteger()), PLAIN, NONE, runs=False
    ),
    *_example("order", lambda: CreateSequenceOp("numbers", order=True), PLAIN, NONE, runs=False),
    *_example("owned_by", lambda: CreateSequenceOp("numbers", owned_by="t.c"), PLAIN, NONE, runs=False),
    *_example("schema", lambda: CreateSequenceOp("numbers", schema="other"), PLAIN, NONE, runs=False),
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
        "restart", lambda: AlterSequenceOp("numbers", restart=5), PLAIN, PLAIN, reversible=False, runs=False
    ),
    *_example("plain", lambda: CreateSequenceOp("numbers", **FULL).reverse(), NONE, _with("numbers", **FULL)),
    *_example("unknown", lambda: DropSequenceOp("numbers"), NONE, PLAIN, reversible=False),
    *_example("if_exists", lambda: DropSequenceOp("numbers", if_exists=True), NONE, PLAIN, reversible=False),
]
"""Each operation with each of its options."""
