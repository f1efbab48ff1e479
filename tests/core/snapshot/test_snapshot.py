"""Snapshots: what they hold, their JSON form, their fingerprints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa

from migrateops.errors.autogenerate import BadSnapshot, KindExists
from migrateops.snapshot import ColumnRecord, Key, Snapshot, SnapshotKind, TableRecord, TablesKind


@dataclass(frozen=True)
class ViewRecord:
    schema: str | None
    name: str
    query: str
    columns: tuple[str, ...] = ()


class Views(SnapshotKind[ViewRecord]):
    name: ClassVar[str] = "view"
    record: ClassVar[type[Any]] = ViewRecord

    def identity(self, record: ViewRecord) -> tuple[str | None, str]:
        return record.schema, record.name

    def read(self, connection: sa.Connection, schemas: Sequence[str | None]) -> Iterator[ViewRecord]:
        yield ViewRecord(None, "v", "SELECT  1")

    def from_metadata(self, metadata: sa.MetaData, dialect: Any) -> Iterator[ViewRecord]:
        yield from metadata.info["views"]

    def canonical(self, record: ViewRecord) -> ViewRecord:
        return ViewRecord(record.schema, record.name, " ".join(record.query.split()), record.columns)


class LaterViews(Views):
    version: ClassVar[int] = 2


A = TableRecord(None, "a", (ColumnRecord("id", "INTEGER", False),))
B = TableRecord("s", "a", (ColumnRecord("id", "INTEGER", False), ColumnRecord("n", "TEXT", True, "'x'")))
V = ViewRecord(None, "v", "SELECT 1", ("one",))


def tables(*records: TableRecord) -> Snapshot:
    kind = TablesKind()
    made = Snapshot([kind])
    made.add(kind, records)
    return made


def both() -> Snapshot:
    kinds: tuple[SnapshotKind[Any], ...] = (TablesKind(), Views())
    made = Snapshot(kinds)
    made.add(kinds[0], [A, B])
    made.add(kinds[1], [V])
    return made


def test_records_are_found_by_key() -> None:
    found = tables(A, B)
    assert found.of("table") == {Key("table", None, "a"): A, Key("table", "s", "a"): B}
    assert found.of("view") == {}


def test_records_are_kept_in_their_canonical_form() -> None:
    metadata = sa.MetaData(info={"views": [ViewRecord(None, "v", " SELECT\n 1")]})
    found = Snapshot.from_metadata(metadata, sa.create_engine("sqlite://").dialect, [Views()])
    assert list(found.of("view").values()) == [ViewRecord(None, "v", "SELECT 1")]


def test_json_and_back() -> None:
    data = json.loads(json.dumps(both().to_json()))
    assert data == both().to_json()
    found = Snapshot.from_json(data, [TablesKind(), Views()])
    assert found.of("table") == both().of("table")
    assert found.of("view") == both().of("view")
    assert found.unknown == {}
    assert found.fingerprints() == both().fingerprints()


def test_an_unknown_kind_is_kept_as_it_is() -> None:
    data = both().to_json()
    data["kinds"][1]["more"] = {"of": ["what", 1, None]}
    found = Snapshot.from_json(data, [TablesKind()])
    assert set(found.unknown) == {("view", 1)}
    assert found.to_json() == data
    assert found.versions == {("table", 2), ("view", 1)}
    assert found.fingerprint() == both().fingerprint()


def test_another_version_of_a_kind_is_unknown() -> None:
    found = Snapshot.from_json(both().to_json(), [TablesKind(), LaterViews()])
    assert set(found.unknown) == {("view", 1)}
    assert found.of("view") == {}


def test_a_fingerprint_does_not_depend_on_the_order_of_records() -> None:
    assert tables(A, B).fingerprints() == tables(B, A).fingerprints()
    assert tables(A, B).to_json() == tables(B, A).to_json()


@pytest.mark.parametrize(
    "other",
    [
        tables(A),
        tables(A, TableRecord(None, "b", B.columns)),
        tables(A, TableRecord("s", "a", B.columns[::-1])),
        tables(A, TableRecord("s", "a", (B.columns[0], ColumnRecord("n", "TEXT", True, "'y'")))),
    ],
)
def test_a_fingerprint_tells_what_differs(other: Snapshot) -> None:
    assert other.fingerprint() != tables(A, B).fingerprint()


def test_a_further_kind_changes_no_fingerprint_of_the_others() -> None:
    plain, more = tables(A, B), both()
    assert more.fingerprints()["table", 2] == plain.fingerprints()["table", 2]
    shared = plain.versions & more.versions
    assert more.fingerprint(shared) == plain.fingerprint(shared)
    assert more.fingerprint() != plain.fingerprint()


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(KindExists) as caught:
        Snapshot([Views(), LaterViews()])
    assert caught.value.kind == "view"
    assert [name.rpartition(".")[2] for name in caught.value.classes] == ["Views", "LaterViews"]


@pytest.mark.parametrize(
    "data", [[], {}, {"format": 2, "kinds": []}, {"format": 1}, {"format": 1, "kinds": [{}]}]
)
def test_what_is_no_snapshot_is_refused(data: Any) -> None:
    with pytest.raises(BadSnapshot) as caught:
        Snapshot.from_json(data, [TablesKind()])
    assert caught.value.code == "MO340"
