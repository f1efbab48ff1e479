"""What is read from the text of a statement."""

from __future__ import annotations

import pytest

from migrateops_postgresql.statement_text import effect


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("commit", "commits"),
        ("  ; /* a */ -- b\n END TRANSACTION", "commits"),
        ("COMMIT PREPARED 'x'", None),
        ("ROLLBACK", "rolls back"),
        ("ROLLBACK WORK", "rolls back"),
        ("ABORT", "rolls back"),
        ("ROLLBACK TO SAVEPOINT a", "reads"),
        ("ROLLBACK WORK TO a", "reads"),
        ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (x)", "refused"),
        ("create index\n concurrently i on t (x)", "refused"),
        ('CREATE INDEX "concurrently" ON t (x)', None),
        ("DROP INDEX CONCURRENTLY i", "refused"),
        ("REINDEX (VERBOSE) TABLE CONCURRENTLY t", "refused"),
        ("REINDEX TABLE t", None),
        ("VACUUM (ANALYZE) t", "refused"),
        ("ALTER TABLE t DETACH PARTITION p CONCURRENTLY", "refused"),
        ("ALTER TABLE t ADD COLUMN c int", None),
        ("SELECT 1", "reads"),
        ("commitments", None),
        ("DROP DATABASE x", "refused"),
        ("", None),
        ("/*x*/" * 60 + "SELECTED", None),
    ],
)
def test_effect(statement: str, expected: str | None) -> None:
    assert effect(statement) == expected
    # Most statements are told by how they begin.
    assert effect(f"/* */{statement}") == expected
