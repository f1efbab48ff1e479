"""Each option of each operation has an example, so that a golden file shows what it is written as."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.schema import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from migrateops.operations import MigrateOperation, ops
from migrateops.operations.declare import Made, Role
from migrateops.operations.registry import process
from migrateops.testing import examples
from migrateops_postgresql.exclude import CreateExcludeConstraintOp
from migrateops_postgresql.lower import ALTER_OPTIONS
from migrateops_postgresql.outside import ValidateConstraintOp
from tests.golden import sqlite_examples

examples.add(*sqlite_examples.EXAMPLES)


def built_in() -> set[type[MigrateOperation]]:
    return {
        directive.op_cls
        for (form, _), by_maker in process.directives.items()
        for maker, directive in by_maker.items()
        if form == "op" and maker.module.startswith("migrateops.operations.")
    }


def options_of(op_cls: type[MigrateOperation]) -> set[str]:
    spec = op_cls.__op_spec__
    assert spec is not None
    left_out = {Role.HIDDEN, Role.BATCH_ONLY, Role.OPTIONS}
    return {field.param for field in spec.fields if field.role not in left_out}


def given_to(operation: MigrateOperation) -> Iterator[str]:
    """Yield the parameters and the options of dialects that an operation is given values of."""
    spec = operation.__op_spec__
    assert spec is not None
    kw: Any = getattr(operation, spec.options) if spec.options else {}
    yield from kw
    for field in spec.fields:
        if field.role is Role.KW_ITEM:
            continue
        default = field.default.make() if isinstance(field.default, Made) else field.default
        value = getattr(operation, field.name)
        if value is not default:
            yield field.param


def exemplified(op_cls: type[MigrateOperation], dialect: str | None = None) -> set[str]:
    """Return the options with an example, of those for all dialects or of those for one."""
    chosen = [one for one in examples if one.dialects is None or dialect in one.dialects]
    made = [one.operation() for one in chosen]
    return {name for operation in made if type(operation) is op_cls for name in given_to(operation)}


OWN = sorted(built_in(), key=lambda op_cls: op_cls.__name__)
ON_POSTGRESQL = [CreateExcludeConstraintOp, ValidateConstraintOp]


@pytest.mark.parametrize("op_cls", OWN, ids=lambda op_cls: op_cls.__name__)
def test_of_built_in_operations(op_cls: type[MigrateOperation]) -> None:
    assert options_of(op_cls) - exemplified(op_cls) == set()


@pytest.mark.parametrize("op_cls", ON_POSTGRESQL, ids=lambda op_cls: op_cls.__name__)
def test_of_operations_that_postgresql_adds(op_cls: type[MigrateOperation]) -> None:
    assert options_of(op_cls) - exemplified(op_cls, "postgresql") == set()


OF_READING = frozenset({"ignore_search_path", "invalid"})
MAKES: dict[type[Any], type[MigrateOperation]] = {
    Table: ops.CreateTableOp,
    Index: ops.CreateIndexOp,
    PrimaryKeyConstraint: ops.CreatePrimaryKeyOp,
    UniqueConstraint: ops.CreateUniqueConstraintOp,
    ForeignKeyConstraint: ops.CreateForeignKeyOp,
    CheckConstraint: ops.CreateCheckConstraintOp,
}


def test_of_what_postgresql_takes() -> None:
    """SQLAlchemy lists the options of its dialect."""
    wanted = {
        (op_cls.__name__, f"postgresql_{option}")
        for made, listed in PGDialect.construct_arguments or ()
        for option in listed
        if (op_cls := MAKES.get(made)) is not None and option not in OF_READING
    }
    wanted |= {(ops.AlterColumnOp.__name__, option) for option in ALTER_OPTIONS}
    wanted.add((ops.DropIndexOp.__name__, "postgresql_concurrently"))
    shown = {
        (op_cls.__name__, name)
        for op_cls in [*MAKES.values(), ops.AlterColumnOp, ops.DropIndexOp]
        for name in exemplified(op_cls, "postgresql")
    }
    assert wanted - shown == set()
