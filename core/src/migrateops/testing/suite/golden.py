"""SQL that is written offline, word for word."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext

Case = Callable[[Any], None]


class Golden:
    """Compare the SQL of small scripts with files; ``--update``, where pytest has it, writes these.

    Attributes:
        dialect: SQLAlchemy's name of the dialect.
        directory: Where the files are, ``<case>.sql``.
        cases: Functions that are given ``op``; their names are those of the files.
        options: Further options of ``context.configure``.
    """

    dialect: ClassVar[str]
    directory: ClassVar[Path]
    cases: ClassVar[list[Case]]
    options: ClassVar[Mapping[str, Any]] = {}

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "case" in metafunc.fixturenames:
            metafunc.parametrize("case", self.cases, ids=lambda case: case.__name__)

    def written(self, case: Case, **more: Any) -> str:
        """Return the SQL of a case, in one transaction."""
        stream = io.StringIO()
        options = {"as_sql": True, "output_buffer": stream, "transaction": "per_run", **self.options, **more}
        context = MigrationContext.configure(dialect_name=self.dialect, opts=options)
        with context.begin_transaction():
            case(Operations(context))
        return stream.getvalue()

    def file(self, case: Case) -> Path:
        """Return the file of a case."""
        return self.directory / f"{case.__name__}.sql"

    def test_text(self, case: Case, request: pytest.FixtureRequest) -> None:
        if request.config.getoption("--update", default=False):
            self.file(case).write_text(self.written(case), encoding="utf-8")
        said = "look at the difference; --update takes it"
        assert self.file(case).read_text(encoding="utf-8") == self.written(case), said

    def test_every_file_has_a_case(self) -> None:
        assert {*self.directory.glob("*.sql")} == {self.file(case) for case in self.cases}
