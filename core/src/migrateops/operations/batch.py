"""What ``batch_alter_table`` was told: the table, the changes, and how to make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from sqlalchemy import Table

    from migrateops.operations.declare import MigrateOperation

Recreate = Literal["auto", "always", "never"]


@dataclass(frozen=True)
class TableBatch:
    """Changes to one table, to be made together.

    Attributes:
        table_name: Name of the table, unquoted.
        schema: Its schema, unquoted.
        operations: The changes, in order.
        recreate: ``"always"`` builds the table anew, ``"never"`` alters it, ``"auto"`` does what is needed.
        partial_reordering: Tuples of names of columns that are to stand in that order.
        copy_from: The table's definition, in place of the database's.
        table_args: Constraints and columns to add to the new table.
        table_kwargs: Table options of the dialect for the new table.
        naming_convention: Names for constraints that have none in the database.
    """

    table_name: str
    schema: str | None
    operations: tuple[MigrateOperation, ...]
    recreate: Recreate = "auto"
    partial_reordering: Sequence[Sequence[str]] = ()
    copy_from: Table | None = None
    table_args: Sequence[Any] = ()
    table_kwargs: Mapping[str, Any] | None = None
    naming_convention: Mapping[str, Any] | None = None

    @property
    def describes_new_table(self) -> bool:
        """Whether it says something of the new table that no operation says."""
        return bool(self.partial_reordering or self.table_args or self.table_kwargs)

    def describe(self) -> str:
        """Return what it is, on one line."""
        return f"batch_alter_table {self.table_name!r}"
