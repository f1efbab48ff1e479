"""The pack does what every pack has to do that has no server here: it writes SQL, or says why not."""

from __future__ import annotations

from migrateops.testing import suite


class TestWritten(suite.Written):
    dialect = "oracle"
