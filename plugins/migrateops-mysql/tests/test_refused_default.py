"""A default of the models that the server does not take is refused before a script says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import produce_migrations
from migrateops.errors.autogenerate import DefaultRefused
from migrateops.runtime.migration import MigrationContext

State = Callable[[], dict[str, str]]

REFUSED: dict[str, tuple[Any, Any]] = {
    "a word for a number": (sa.Integer, "many"),
    "no day": (sa.Date, "2020-02-31"),
    "a function": (sa.Integer, sa.text("(made_later(1))")),
    "no syntax": (sa.String(20), sa.text("'open")),
    "a question": (sa.Integer, sa.text("(SELECT 1)")),
    "too long": (sa.String(2), "abc"),
    "no time": (sa.Integer, sa.text("0 ON UPDATE CURRENT_TIMESTAMP")),
}
TAKEN: list[tuple[Any, Any]] = [
    (sa.Integer, "5"),
    (sa.String(20), "100%"),
    (sa.Text, sa.text("(concat('a', 'b'))")),
    (sa.Integer, sa.text("(id + 1)")),
    (sa.DateTime, sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")),
    (sa.Enum("a", "b"), "b"),
    (sa.Boolean, sa.true()),
]


def models(*columns: sa.Column[Any]) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)
    return metadata


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("there", [False, True], ids=["new table", "new column"])
def test_it_is_refused(connection: sa.Connection, state: State, case: str, there: bool) -> None:
    type_, default = REFUSED[case]
    if there:
        models().create_all(connection)
    before = state()
    wanted = models(
        *(sa.Column(f"c{number}", sa.Integer, server_default="5") for number in range(40)),
        sa.Column("bad", type_, server_default=default),
    )
    with pytest.raises(DefaultRefused) as caught:
        produce_migrations(MigrationContext.configure(connection), wanted)
    assert caught.value.code == "MO346"
    assert (caught.value.table, caught.value.column) == ("t", "bad")
    assert state() == before


def test_it_is_taken(connection: sa.Connection) -> None:
    columns = [sa.Column(f"c{n}", type_, server_default=said) for n, (type_, said) in enumerate(TAKEN)]
    script = produce_migrations(MigrationContext.configure(connection), models(*columns))
    assert len(script.upgrade_ops_list[0].ops) == 1
