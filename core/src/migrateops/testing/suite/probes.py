"""What a run reads before anything else."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

import pytest
from sqlalchemy import Engine

from migrateops.dialects import Dialect
from migrateops.runtime.migration import MigrationContext
from migrateops.testing.suite.conformance import Conformance


class Probes(Conformance):
    """The rows of the version table, read by the driver alone."""

    @pytest.fixture
    def heads(self) -> Any:
        (found,) = entry_points(group="migrateops.probes", name=self.dialect)
        return found.load().heads

    def test_it_reads_what_the_run_would_read(
        self, heads: Any, conformance_engine: Engine, conformance_url: str
    ) -> None:
        # Some databases let one connection in at a time.
        with conformance_engine.connect() as connection:
            pack: Dialect = MigrationContext.configure(connection).pack
            table = pack.version_table("migrateops_version", None, primary_key=True)
        # Without a table it may be in doubt.
        assert heads(conformance_url, "migrateops_version", None) in ((), None)
        with conformance_engine.begin() as connection:
            table.create(connection)
        assert heads(conformance_url, "migrateops_version", None) == ()
        with conformance_engine.begin() as connection:
            connection.execute(table.insert(), [{"version_num": "b"}, {"version_num": "a"}])
        assert sorted(heads(conformance_url, "migrateops_version", None)) == ["a", "b"]

    def test_in_doubt_it_says_nothing(self, heads: Any, conformance_url: str) -> None:
        mark = "&" if "?" in conformance_url else "?"
        assert heads(f"{conformance_url}{mark}nobody_knows_this=1", "migrateops_version", None) is None
