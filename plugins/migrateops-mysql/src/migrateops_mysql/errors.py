"""What can go wrong on MySQL and MariaDB alone."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError, quoted


class UnknownOption(MigrateOpsError, TypeError):
    """An operation was given an option of the dialect that it does not have."""

    code = "MY301"
    operation: str
    option: str

    def message(self) -> str:
        return f"{self.operation}: there is no option {self.option!r}"

    def hint(self) -> str:
        return "take it out; options of tables and indexes are given where these are created"


class NoSuchColumn(MigrateOpsError, LookupError):
    """The column that an operation is about is not in the table."""

    code = "MY302"
    operation: str
    dialect: str
    table: str
    column: str

    def message(self) -> str:
        return f"{self.operation}: {self.dialect} has no column {self.column!r} in table {self.table!r}"

    def hint(self) -> str:
        return "compare the database with the revision that it is said to be at"


class NoSuchConstraint(MigrateOpsError, LookupError):
    """The constraint that is to be dropped is not there."""

    code = "MY303"
    operation: str
    dialect: str
    table: str
    constraint: str

    def message(self) -> str:
        return (
            f"{self.operation}: {self.dialect} has no constraint {self.constraint!r} on table {self.table!r}"
        )

    def hint(self) -> str:
        return "an index that is not unique is dropped with drop_index()"


class AmbiguousConstraint(MigrateOpsError, ValueError):
    """Several constraints of one table have the name, as each kind has names of its own."""

    code = "MY304"
    operation: str
    constraint: str
    kinds: tuple[str, ...]

    def message(self) -> str:
        kinds = ", ".join(self.kinds)
        return f"{self.operation}: {self.constraint!r} is the name of several constraints: {kinds}"

    def hint(self) -> str:
        return f"give type_, one of {quoted(self.kinds)}"


class UnreadableTable(MigrateOpsError, ValueError):
    """What the server says of a table is no text: a default of bytes is in it as it is."""

    code = "MY305"
    table: str

    def message(self) -> str:
        return f"the definition of table {self.table!r} cannot be read: bytes that are no text are in it"

    def hint(self) -> str:
        return "drop the default that is bytes, with op.execute(), and set it again after the change"


class KeyNeedsNull(MigrateOpsError, ValueError):
    """A foreign key may write NULL into a column that is NOT NULL, or is to be so."""

    code = "MY306"
    operation: str
    dialect: str
    key: str

    def message(self) -> str:
        return (
            f"{self.operation}: {self.dialect} refuses it, as foreign key {self.key!r} may write NULL there"
        )

    def hint(self) -> str:
        return "drop the key before, and create it without SET NULL, or without ON UPDATE CASCADE, afterwards"
