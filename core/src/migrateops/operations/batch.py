"""What ``batch_alter_table`` was told: the table, the changes, and how to make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from migrateops import errors

if TYPE_CHECKING:
    from sqlalchemy import Table

    from migrateops.operations.declare import MigrateOperation

Recreate = Literal["auto", "always", "never"]


class TableBatch(NamedTuple):
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


def require_arguments(batch: TableBatch) -> None:
    """Refuse what ``batch_alter_table`` can do nothing with, before anything is done.

    Raises:
        BatchArgument: There is such an argument.
    """
    from sqlalchemy import Column, Constraint, Table

    def require(ok: bool, argument: str, given: Any, wanted: str) -> None:
        if not ok:
            raise errors.batch.BatchArgument(str(batch.table_name), argument, repr(given), wanted)

    def is_group(given: Any) -> bool:
        return isinstance(given, list | tuple) and all(isinstance(name, str) for name in given)

    require(isinstance(batch.table_name, str), "table_name", batch.table_name, "a string")
    require(batch.schema is None or isinstance(batch.schema, str), "schema", batch.schema, "a string")
    require(
        batch.recreate in ("auto", "always", "never"),
        "recreate",
        batch.recreate,
        "'auto', 'always' or 'never'",
    )
    for group in _listed(batch.partial_reordering, "partial_reordering", require):
        require(is_group(group), "partial_reordering", batch.partial_reordering, "tuples of names of columns")
    require(
        batch.copy_from is None or isinstance(batch.copy_from, Table), "copy_from", batch.copy_from, "a Table"
    )
    for item in _listed(batch.table_args, "table_args", require):
        require(isinstance(item, Column | Constraint), "table_args", item, "a Column or a Constraint")
    for name in ("table_kwargs", "naming_convention"):
        given = getattr(batch, name)
        require(given is None or isinstance(given, Mapping), name, given, "a dictionary")


def _listed(given: Any, argument: str, require: Callable[[bool, str, Any, str], None]) -> Sequence[Any]:
    require(isinstance(given, list | tuple), argument, given, "a list")
    listed: Sequence[Any] = given
    return listed
