"""The SQL of each dialect, exactly; ``--update`` writes the files in ``golden/`` again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.errors.operations import UnsupportedOperation
from migrateops.operations import MigrateOperation
from migrateops_sequences.grammar import GRAMMARS
from migrateops_sequences.ops import AlterSequenceOp, CreateSequenceOp, DropSequenceOp

GOLDEN = Path(__file__).parent / "golden"
DIALECTS = [name for name in GRAMMARS if name != "mysql"]

OPERATIONS: list[MigrateOperation] = [
    CreateSequenceOp("s"),
    CreateSequenceOp("Select's", schema="My Shop"),
    CreateSequenceOp(
        "s", schema="shop", start=7, increment=-2, minvalue=-9, maxvalue=9, cycle=True, cache=20
    ),
    CreateSequenceOp("s", nominvalue=True, nomaxvalue=True, cycle=False, cache=0),
    CreateSequenceOp("s", nominvalue=False, nomaxvalue=False, cache=1),
    CreateSequenceOp("s", data_type=sa.SmallInteger()),
    CreateSequenceOp("s", order=True),
    CreateSequenceOp("s", order=False),
    CreateSequenceOp("s", schema="shop", owned_by="orders.Line"),
    CreateSequenceOp("s", if_not_exists=True),
    AlterSequenceOp("s", schema="shop", increment=5, minvalue=1, maxvalue=9, cycle=True, cache=20),
    AlterSequenceOp("s", nominvalue=True, nomaxvalue=True, cycle=False, cache=0),
    AlterSequenceOp("s", start=7),
    AlterSequenceOp("s", restart=True),
    AlterSequenceOp("s", restart=70, increment=5),
    AlterSequenceOp("s", data_type=sa.BigInteger()),
    AlterSequenceOp("s", order=False),
    AlterSequenceOp("s", owned_by=None),
    AlterSequenceOp("s", cache=5, if_exists=True),
    AlterSequenceOp("It's", new_sequence_name="Other's", increment=2),
    AlterSequenceOp("s", schema="shop", new_sequence_name="t"),
    DropSequenceOp("s", schema="My Shop"),
    DropSequenceOp("s", if_exists=True),
]


def text_of(stream: Any) -> str:
    """Write every operation that the dialect has; the others as a comment that names what is missing."""
    for operation in OPERATIONS:
        try:
            stream.op.invoke(operation)
        except UnsupportedOperation as refused:
            stream.buffer.write(f"-- refused: {operation.describe()}: {refused.what}\n\n")
    return str(stream.text).rstrip("\n") + "\n"


@pytest.mark.parametrize("dialect", DIALECTS)
def test_golden(offline: Callable[[str], Any], dialect: str, request: pytest.FixtureRequest) -> None:
    path = GOLDEN / f"{dialect}.sql"
    text = text_of(offline(dialect))
    if request.config.getoption("--update"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text, "run the test with --update, and read the difference"
