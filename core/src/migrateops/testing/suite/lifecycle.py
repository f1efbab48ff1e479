"""Every example on a real database."""

from __future__ import annotations

from typing import ClassVar

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.errors.base import MigrateOpsError
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from migrateops.testing.examples import Example, examples
from migrateops.testing.state import expected, look, make
from migrateops.testing.suite.conformance import Conformance
from migrateops.testing.suite.written import CODES
from migrateops.testing.written import REFUSED, as_sql, run_script


class Lifecycle(Conformance):
    """Every example: run, compare, take back, compare with the start, run again; and the same from its SQL.

    Attributes:
        refuses: Names of examples that the server cannot do: they must be refused with a code, with
            nothing changed.
        stays_changed: Names of examples that cannot be taken back without a trace, and why.
        stays: Names of examples of which the server refuses the opposite, and why; nothing is changed then.
    """

    refuses: ClassVar[frozenset[str]] = frozenset()
    stays_changed: ClassVar[dict[str, str]] = {}
    stays: ClassVar[dict[str, str]] = {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "example" in metafunc.fixturenames:
            known = [example for example in examples.of(self.dialect) if example.runs]
            metafunc.parametrize("example", known, ids=lambda example: example.name)

    def test_what_is_said_of_examples_is_said_of_ones_that_there_are(self) -> None:
        named = {*self.refuses, *self.stays_changed, *self.stays}
        assert named - {one.name for one in examples.of(self.dialect)} == set()

    def test_it_does_what_it_says_and_is_taken_back(self, example: Example, connection: Connection) -> None:
        operation = example.operation()
        operations = Operations(MigrationContext.configure(connection))
        also = example.also
        if example.name in self.refuses:
            make(example.before, connection)
            start = look(connection, also)
            with pytest.raises(MigrateOpsError) as caught:
                operations.invoke(operation)
            assert caught.value.code in CODES
            assert look(connection, also) == start
            return
        after = expected(example.after, connection, also)
        make(example.before, connection)
        start = look(connection, also)
        assert start != after
        operations.invoke(operation)
        connection.commit()
        assert look(connection, also) == after
        if not example.reversible:
            with pytest.raises(errors.operations.NotReversible):
                operation.reverse()
            return
        if example.name in self.stays:
            with pytest.raises((DBAPIError, MigrateOpsError)):
                operations.invoke(operation.reverse())
            connection.rollback()
            assert look(connection, also) == after
            return
        operations.invoke(operation.reverse())
        connection.commit()
        taken_back = look(connection, also)
        assert (taken_back != start) == (example.name in self.stays_changed)
        operations.invoke(operation.reverse().reverse())
        connection.commit()
        assert look(connection, also) == after

    def test_its_sql_does_the_same(self, example: Example, connection: Connection) -> None:
        text = as_sql(example.operation(), self.dialect)
        if text.startswith(REFUSED):
            # Without a connection less is known; what runs offline may still ask for more.
            assert text.removeprefix(REFUSED).split()[0] in CODES
            return
        assert example.name not in self.refuses
        after = expected(example.after, connection, example.also)
        make(example.before, connection)
        run_script(connection, text)
        assert look(connection, example.also) == after
