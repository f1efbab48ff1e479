"""Every example that can be part of a batch, in one."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from migrateops.errors.base import MigrateOpsError
from migrateops.operations import MigrateOperation, Operations
from migrateops.runtime.migration import MigrationContext
from migrateops.testing.examples import Example, examples
from migrateops.testing.state import expected, look, make
from migrateops.testing.suite.conformance import Conformance


class Batches(Conformance):
    """Every example in a ``batch_alter_table``: run, compare, take back in another, compare with the start.

    Attributes:
        refuses: Names of examples that the server cannot do in a batch either: they must be refused with
            a code, with nothing changed.
        stays_changed: Names of examples that cannot be taken back without a trace, and why.
        stays: Names of examples of which the server refuses the opposite, and why; nothing is changed then.
    """

    refuses: ClassVar[frozenset[str]] = frozenset()
    stays_changed: ClassVar[dict[str, str]] = {}
    stays: ClassVar[dict[str, str]] = {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "example" in metafunc.fixturenames:
            known = [one for one in examples.of(self.dialect) if one.runs and _has_batch_form(one)]
            metafunc.parametrize("example", known, ids=lambda example: example.name)

    def test_what_is_said_of_examples_is_said_of_ones_that_there_are(self) -> None:
        named = {*self.refuses, *self.stays_changed, *self.stays}
        assert named - {one.name for one in examples.of(self.dialect) if _has_batch_form(one)} == set()

    def test_it_does_the_same_in_a_batch(self, example: Example, connection: Connection) -> None:
        operations = Operations(MigrationContext.configure(connection))
        operation, also = example.operation(), example.also
        if example.name in self.refuses:
            make(example.before, connection)
            start = look(connection, also)
            with pytest.raises(MigrateOpsError):
                _in_batch(operations, operation)
            connection.rollback()
            assert look(connection, also) == start
            return
        after = expected(example.after, connection, also)
        make(example.before, connection)
        start = look(connection, also)
        _in_batch(operations, operation)
        connection.commit()
        assert look(connection, also) == after
        if not example.reversible:
            return
        if example.name in self.stays:
            with pytest.raises((DBAPIError, MigrateOpsError)):
                _in_batch(operations, operation.reverse())
            connection.rollback()
            assert look(connection, also) == after
            return
        _in_batch(operations, operation.reverse())
        connection.commit()
        assert (look(connection, also) != start) == (example.name in self.stays_changed)


def _has_batch_form(example: Example) -> bool:
    operation = example.operation()
    return "batch" in type(operation).__op_names__ and hasattr(operation, "table_name")


def _in_batch(operations: Operations, operation: MigrateOperation) -> None:
    made: Any = operation
    with operations.batch_alter_table(made.table_name) as batch:
        batch.invoke(operation)
