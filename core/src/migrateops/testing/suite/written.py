"""Every example as SQL, without a server."""

from __future__ import annotations

from typing import ClassVar

import pytest

from migrateops import errors
from migrateops.dialects import Dialect
from migrateops.runtime.migration import MigrationContext
from migrateops.testing.examples import Example, examples
from migrateops.testing.written import REFUSED, as_sql

CODES = frozenset({"MO313", "MO315"})
"""How a pack refuses: the server cannot do it, or the call lacks what the server needs."""


class Written:
    """Every example as SQL, without a server: written whole, or refused with a code and nothing written.

    Attributes:
        dialect: SQLAlchemy's name of the dialect.
    """

    dialect: ClassVar[str]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "example" in metafunc.fixturenames:
            metafunc.parametrize("example", examples.of(self.dialect), ids=lambda example: example.name)

    def test_it_is_written_or_refused(self, example: Example) -> None:
        text = as_sql(example.operation(), self.dialect)
        if text.startswith(REFUSED):
            assert text.removeprefix(REFUSED).split()[0] in CODES
            return
        pack: Dialect = MigrationContext.configure(dialect_name=self.dialect, opts={"as_sql": True}).pack
        # Behind the last statement as behind all others.
        assert text.rstrip("\n").endswith(pack.separator({}) or pack.terminator)

    def test_its_opposite_is_written_or_refused(self, example: Example) -> None:
        if not example.reversible:
            with pytest.raises(errors.operations.NotReversible):
                example.operation().reverse()
            return
        text = as_sql(example.operation().reverse(), self.dialect)
        assert not text.startswith(REFUSED) or text.removeprefix(REFUSED).split()[0] in CODES

    def test_the_opposite_of_its_opposite_is_written_as_it_is(self, example: Example) -> None:
        if example.reversible:
            again = example.operation().reverse().reverse()
            assert as_sql(again, self.dialect) == as_sql(example.operation(), self.dialect)
