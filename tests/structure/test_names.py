"""What files are called, how long they are, and which words core does not know."""

from __future__ import annotations

import re
import tokenize
from pathlib import Path

from tests.structure.tree import CORE, ROOT, shown, sources

LINES = 600
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "common", "misc"}
DIALECT_NAMES = re.compile(
    "sqlite|postgres|psycopg|asyncpg|pg8000|mysql|mariadb|mssql|pyodbc|sql.?server|oracle|oracledb|duckdb"
    "|cockroach|redshift|snowflake|bigquery|clickhouse|databricks|firebird|sybase|vertica|spanner",
    re.IGNORECASE,
)


def may_name_dialects(path: str) -> bool:
    """The embedded default's own package, and the generated table of known distributions."""
    return path.startswith("dialects/sqlite/") or path == "plugins/known.py"


def test_no_file_in_core_names_a_dialect() -> None:
    found = [
        f"{shown(path)}:{number}: {line.strip()}"
        for path in sources(CORE, "*.py", "*.pyi", "*.mako")
        if not may_name_dialects(path.relative_to(CORE).as_posix())
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if DIALECT_NAMES.search(line)
    ]
    assert found == []


def test_core_knows_nothing_of_the_projects_of_another_tool() -> None:
    """What its own names are is told in words; nothing in the code is made for it."""
    found = [
        f"{shown(path)}:{token.start[0]}: {token.string}"
        for path in sources(CORE, "*.py")
        for token in tokens_of(path)
        if token.type == tokenize.NAME and "alembic" in token.string.lower()
        # SQLAlchemy has a parameter of this name.
        if token.string != "_alembic_quote"
    ]
    assert found == []


def test_such_a_name_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "one.py"
    path.write_text("import alembic  # Alembic\n")
    assert [token.string for token in tokens_of(path) if token.type == tokenize.NAME] == ["import", "alembic"]


def tokens_of(path: Path) -> list[tokenize.TokenInfo]:
    with path.open("rb") as file:
        return list(tokenize.tokenize(file.readline))


def test_no_file_is_too_long() -> None:
    lengths = {
        shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources(ROOT, "*.py")
    }
    assert {name: length for name, length in lengths.items() if length > LINES} == {}


def test_a_module_is_named_by_what_is_in_it() -> None:
    found = [
        shown(path)
        for path in sources(ROOT, "*.py", "*.pyi")
        if EMPTY_NAMES.intersection(part.strip("_") for part in path.relative_to(ROOT).with_suffix("").parts)
    ]
    assert found == []
