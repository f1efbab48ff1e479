"""A name that nobody has said is no reason to change anything."""

from __future__ import annotations

import pytest

from migrateops.snapshot.difference import differences
from migrateops.snapshot.names import Unsaid
from migrateops.snapshot.records import CheckRecord, KeyRecord, TableRecord


def table(name: str | None) -> TableRecord:
    return TableRecord(None, "t", (), unique=(KeyRecord(name, ("a",)),), checks=(CheckRecord(name, "a > 0"),))


def test_the_name_that_the_server_chooses_is_equal_to_it() -> None:
    assert table("t_a_key") == table(Unsaid("t_a_key"))


@pytest.mark.parametrize("name", ["mine", None])
def test_another_name_is_no_difference(name: str | None) -> None:
    assert differences(table(name), table(Unsaid("t_a_key"))) == []


def test_a_name_that_was_said_is_one() -> None:
    found = differences(table("mine"), table("other"))
    assert [(one.attribute, one.name) for one in found] == [("name", "other")] * 2
