"""What is the same for these servers, whether it is said or not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from migrateops.snapshot.canonical import sorted_by_name
from migrateops.snapshot.records import (
    ForeignKeyRecord,
    IndexPartRecord,
    IndexRecord,
    Options,
    TableRecord,
)

_SAME = {
    "default_charset": "charset",
    "character_set": "charset",
    "default_character_set": "charset",
    "default_collate": "collate",
    "type": "engine",
}
# Of the rows or of the files, not of what the table is; or what the server says in no other place.
_NOT_COMPARED = frozenset(
    {
        "auto_increment",
        "comment",
        "connection",
        "data_directory",
        "index_directory",
        "insert_method",
        "password",
        "union",
    }
)
OF_CHARACTERS = frozenset({"charset", "collate"})
_OF_PARTITIONS = ("partition", "subpartition")
_OF_TABLE = re.compile(r".+_ibfk_\d+", re.DOTALL)
_FRACTION = re.compile(r"[+-]?\d+\.\d*")
_OLD = re.compile(r"utf8(?=_|$)")


def table_options(said: Iterable[tuple[str, str]]) -> Options:
    """Return options of a table under one of the names that they have; what says nothing is left out.

    Args:
        said: Names, without the dialect's, and values.
    """
    options: dict[str, str] = {}
    for name, value in said:
        name, value = option_name(name), value.lower()
        if not value or value == "default" or name in _NOT_COMPARED or name.startswith(_OF_PARTITIONS):
            continue
        options[name] = collation_name(value) if name in ("charset", "collate") else value
    return tuple(sorted(options.items()))


def option_name(name: str) -> str:
    """Return one of the names that an option of a table has.

    Args:
        name: Any of them, without the dialect's.
    """
    name = name.lower().replace(" ", "_")
    return _SAME.get(name, name)


def collation_name(name: str) -> str:
    """Return the name of a collation or a character set, of which one has two."""
    return _OLD.sub("utf8mb3", name.lower(), count=1)


def default_of(type_: str, default: str | None) -> str | None:
    """Return a default as a column of that type has it: of a decimal number without zeros at the end."""
    if default is not None and type_.startswith("decimal") and _FRACTION.fullmatch(default):
        return default.rstrip("0").rstrip(".")
    return default


def made_for_key(index: IndexRecord, references: Iterable[ForeignKeyRecord]) -> bool:
    """Say whether an index is as the server makes it for a foreign key, which needs one.

    It has the name of the key, or that of the first column where the key was given none; and keeps one that
    the server has made of the name that the table had.
    """
    if index.unique or index.options or any(part.options or part.expression for part in index.parts):
        return False
    columns = tuple([part.text for part in index.parts])
    name = str(index.name)
    for key in references:
        if key.columns == columns:
            after = name.removeprefix(columns[0])
            if (
                name == key.name
                or _OF_TABLE.fullmatch(name)
                or (after != name and re.fullmatch(r"(_\d+)?", after))
            ):
                return True
    return False


def renamed(record: TableRecord, before: TableRecord) -> TableRecord:
    """Return a record with foreign keys as the server calls them, where it made their names of the table's.

    Args:
        record: The table under its new name, with foreign keys that are called as before.
        before: The table as it is.
    """
    made = f"{before.name}_ibfk_"
    keys = [
        replace(key, name=f"{record.name}_ibfk_{key.name.removeprefix(made)}")
        if key.name is not None and key.name.startswith(made)
        else key
        for key in record.foreign_keys
    ]
    return replace(record, foreign_keys=sorted_by_name(keys))


def index_for_key(key: ForeignKeyRecord, table: TableRecord) -> IndexRecord | None:
    """Return the index that the server makes for a foreign key, or None where another one serves.

    Args:
        key: The foreign key.
        table: The table that it is on.
    """
    count = len(key.columns)
    keys = [*table.unique, *([table.primary_key] if table.primary_key is not None else [])]
    served = [one.columns for one in keys]
    served += [
        tuple([part.text for part in index.parts])
        for index in table.indexes
        if not index.options and not any(dict(part.options).get("length") for part in index.parts)
    ]
    if any(columns[:count] == key.columns for columns in served):
        return None
    return IndexRecord(key.name or key.columns[0], tuple([IndexPartRecord(name) for name in key.columns]))
