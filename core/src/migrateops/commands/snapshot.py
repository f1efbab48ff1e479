"""``snapshot``: the schema of a database, or of the models, as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrateops.commands.sides import DATABASE, MODELS, read_side
from migrateops.script.replacing import put

if TYPE_CHECKING:
    from migrateops.config import Config


@dataclass(frozen=True)
class SchemaSnapshot:
    """A schema, and where it is from.

    Attributes:
        dialect: The dialect whose words it is in, or the one that it is a kind of.
        source: ``"database"`` or ``"models"``.
        fingerprint: A SHA-256 over all its objects, in hexadecimal.
        content: Its kinds of objects with their records, and the version of this format.
    """

    dialect: str
    source: str
    fingerprint: str
    content: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON data: what ``Snapshot.from_json()`` and ``diff`` read."""
        return {
            "format": self.content["format"],
            "dialect": self.dialect,
            "source": self.source,
            "fingerprint": self.fingerprint,
            "kinds": self.content["kinds"],
        }


def snapshot(
    config: Config, models: bool = False, output: str | PathLike[str] | None = None
) -> SchemaSnapshot:
    """Return the schema of the configured database; writes nothing to it.

    The same schema gives the same data, byte for byte.

    Args:
        config: The configuration.
        models: Take the models instead, in the words in which the database would have them.
        output: A file to write it to as JSON; one that is there is replaced, at once or not at all.

    Raises:
        NoModels: There are none.
        SeveralDatabases: ``env.py`` goes through several databases.
        FileRefused: The file cannot be written.
        MigrateOpsError: The database cannot be reached, or refuses.
    """
    side = read_side(config, MODELS if models else DATABASE)
    content = side.snapshot.to_json()
    found = SchemaSnapshot(side.dialect or "", side.source, side.snapshot.fingerprint(), content)
    if output is not None:
        text = json.dumps(found.as_dict(), indent=2) + "\n"
        put(Path(fspath(output)), text.encode())
    return found
