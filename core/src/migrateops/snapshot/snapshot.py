"""A schema as plain records: taken from a database or from models, kept as JSON, fingerprinted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.snapshot.kind import Key, SnapshotKind

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData
    from sqlalchemy.engine import Dialect

FORMAT = 1
"""Version of the JSON form around the records; each kind has a version of its own."""

KindVersion = tuple[str, int]


class Snapshot:
    """The schema objects of one side, by kind.

    Attributes:
        kinds: The kinds whose records it holds, by name.
        unknown: What a JSON file held of kinds that are not known here, as it was.
    """

    def __init__(self, kinds: Iterable[SnapshotKind[Any]] = ()) -> None:
        self.kinds: dict[str, SnapshotKind[Any]] = {}
        for kind in kinds:
            if kind.name in self.kinds:
                classes = (type(self.kinds[kind.name]), type(kind))
                raise errors.autogenerate.KindExists(
                    kind.name, tuple(f"{c.__module__}.{c.__qualname__}" for c in classes)
                )
            self.kinds[kind.name] = kind
        self.unknown: dict[KindVersion, Mapping[str, Any]] = {}
        self._records: dict[str, dict[Key, Any]] = {name: {} for name in self.kinds}

    @classmethod
    def read(
        cls, connection: Connection, schemas: Sequence[str | None], kinds: Iterable[SnapshotKind[Any]]
    ) -> Snapshot:
        """Return the snapshot of a database.

        Args:
            connection: A connection to it.
            schemas: Names of the schemas to read, unquoted; None is the default schema.
            kinds: The kinds of objects to read.
        """
        made = cls(kinds)
        for kind in made.kinds.values():
            made.add(kind, kind.read(connection, schemas))
        return made

    @classmethod
    def from_metadata(
        cls,
        metadata: MetaData | Sequence[MetaData],
        dialect: Dialect,
        kinds: Iterable[SnapshotKind[Any]],
    ) -> Snapshot:
        """Return the snapshot of models, as *dialect* would have them."""
        made = cls(kinds)
        listed = metadata if isinstance(metadata, Sequence) else (metadata,)
        for kind in made.kinds.values():
            for one in listed:
                made.add(kind, kind.from_metadata(one, dialect))
        return made

    def add(self, kind: SnapshotKind[Any], records: Iterable[Any]) -> None:
        """Put records of one of its kinds into the snapshot, in their canonical form."""
        held = self._records[kind.name]
        for record in records:
            held[kind.key(record)] = kind.canonical(record)

    def with_others(self, kind: SnapshotKind[Any], records: Iterable[Any]) -> Snapshot:
        """Return the snapshot with other records of one of its kinds."""
        made = Snapshot(self.kinds.values())
        made.unknown = self.unknown
        made._records = {**self._records, kind.name: {kind.key(record): record for record in records}}
        return made

    def of(self, kind: str) -> Mapping[Key, Any]:
        """Return the records of a kind, by key; none for a kind that the snapshot does not hold."""
        return self._records.get(kind, {})

    @property
    def versions(self) -> frozenset[KindVersion]:
        """The kinds that it holds, with their versions, those that are not known here included."""
        return frozenset({*((kind.name, kind.version) for kind in self.kinds.values()), *self.unknown})

    # -- JSON ---------------------------------------------------------------------------------
    def to_json(self) -> dict[str, Any]:
        """Return the snapshot as JSON data; the same schema gives the same data."""
        entries = [*(self._entry(kind) for kind in self.kinds.values()), *self.unknown.values()]
        entries.sort(key=lambda entry: (entry["kind"], entry["version"]))
        return {"format": FORMAT, "kinds": entries}

    def _entry(self, kind: SnapshotKind[Any]) -> dict[str, Any]:
        held = self._records[kind.name]
        records = [kind.to_json(held[key]) for key in sorted(held, key=lambda key: key.sorting)]
        return {"kind": kind.name, "version": kind.version, "records": records}

    @classmethod
    def from_json(cls, data: Any, kinds: Iterable[SnapshotKind[Any]]) -> Snapshot:
        """Return the snapshot that `to_json` made *data* of.

        Args:
            data: JSON data.
            kinds: The kinds that are known; others, and other versions, are kept in `unknown`.

        Raises:
            BadSnapshot: *data* is no snapshot, or one of a later format.
        """
        if not isinstance(data, Mapping) or "format" not in data:
            raise errors.autogenerate.BadSnapshot("it has no 'format'")
        if data["format"] != FORMAT:
            raise errors.autogenerate.BadSnapshot(
                f"its format is {data['format']!r}, and {FORMAT} can be read"
            )
        known = {(kind.name, kind.version): kind for kind in kinds}
        entries: dict[KindVersion, Mapping[str, Any]] = {}
        try:
            for entry in data["kinds"]:
                entries[entry["kind"], entry["version"]] = entry
        except (KeyError, TypeError) as exc:
            raise errors.autogenerate.BadSnapshot(f"its kinds are not what they should be: {exc}") from exc
        made = cls(known[which] for which in entries if which in known)
        for which, entry in entries.items():
            if which in known:
                kind = known[which]
                try:
                    made.add(kind, map(kind.from_json, entry["records"]))
                except (AttributeError, KeyError, TypeError, ValueError) as exc:
                    raise errors.autogenerate.BadSnapshot(
                        f"a record of kind {kind.name!r} is not what it should be: {exc}"
                    ) from exc
            else:
                made.unknown[which] = entry
        return made

    # -- fingerprints -------------------------------------------------------------------------
    def fingerprints(self) -> dict[KindVersion, str]:
        """Return the SHA-256 of each kind's records, in hexadecimal."""
        return {
            (entry["kind"], entry["version"]): _digest(entry["records"]) for entry in self.to_json()["kinds"]
        }

    def fingerprint(self, among: Collection[KindVersion] | None = None) -> str:
        """Return one SHA-256 over the fingerprints of several kinds, in hexadecimal.

        Args:
            among: The kinds that count; those that two snapshots both have, when they are to be
                compared.  All when omitted.
        """
        found = self.fingerprints()
        return _digest([[*which, found[which]] for which in sorted(found) if among is None or which in among])


def _digest(data: Any) -> str:
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
