"""Arguments that would be lost, or misread, in silence."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from migrateops.errors.operations import NotAList, UnknownOption
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext

Call = Callable[[Operations], object]


@pytest.fixture
def written() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def op(written: io.StringIO) -> Operations:
    opts = {"output_buffer": written}
    return Operations(MigrationContext.configure(dialect_name="sqlite", opts=opts, plugins=()))


@pytest.mark.parametrize(
    ("call", "option", "near"),
    [
        (lambda op: op.alter_column("t", "c", type=sa.Text()), "type", "type_"),
        (lambda op: op.alter_column("t", "c", new_column_nmae="d"), "new_column_nmae", "new_column_name"),
        (lambda op: op.alter_column("t", "c", foo=1), "foo", None),
        (lambda op: op.drop_table("t", if_exist=True), "if_exist", "if_exists"),
        (lambda op: op.create_table("t", sa.Column("a"), foo=3), "foo", None),
        (lambda op: op.create_index("i", "t", ["a"], uniqe=True), "uniqe", "unique"),
    ],
)
def test_a_keyword_that_nobody_knows(
    op: Operations, written: io.StringIO, call: Call, option: str, near: str | None
) -> None:
    with pytest.raises(UnknownOption) as caught:
        call(op)
    assert (caught.value.option, caught.value.near) == (option, near)
    assert written.getvalue() == ""


def test_options_of_dialects_and_of_tables_pass(op: Operations, written: io.StringIO) -> None:
    op.create_table(
        "t", sa.Column("a", sa.Integer), sqlite_with_rowid=False, info={"x": 1}, prefixes=["TEMPORARY"]
    )
    op.create_index("i", "t", ["a"], sqlite_where=sa.text("a > 1"))
    assert "CREATE TEMPORARY TABLE t" in written.getvalue()
    assert "WHERE a > 1" in written.getvalue()


def test_a_name_where_a_list_is_wanted(op: Operations, written: io.StringIO) -> None:
    with pytest.raises(NotAList) as caught:
        op.create_index("i", "t", "name")
    assert (caught.value.code, caught.value.parameter) == ("MO320", "columns")
    assert written.getvalue() == ""
