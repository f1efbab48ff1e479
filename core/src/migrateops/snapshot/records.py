"""Tables and what belongs to them, as plain records in the form in which equal ones are equal.

All texts are canonical: types, defaults and expressions as the dialect's pack writes them, so that
two records of one table agree, whichever side they were taken from.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(**_: Any) -> Any:
        """Make a record, which nobody changes.

        That is for type checkers to hold: at run time, a frozen one takes sixteen times as long to
        make, and a comparison makes tens of thousands.
        """
        return dataclasses.dataclass(slots=True, unsafe_hash=True)


Options = tuple[tuple[str, str], ...]
"""What one dialect adds: ``(name, canonical text)``, sorted by name; what says nothing is left out."""


@dataclass(frozen=True, slots=True)
class ComputedRecord:
    """What makes a column a generated one.

    Attributes:
        expression: Its expression.
        persisted: Whether the value is stored; None where the server takes its default.
    """

    expression: str
    persisted: bool | None = None


@dataclass(frozen=True, slots=True)
class IdentityRecord:
    """What makes a column an identity; None is what the server takes where nothing is said.

    Attributes:
        always: Whether a value that is given is refused.
        start, increment, minvalue, maxvalue, cycle, cache: Those of its sequence.
    """

    always: bool = False
    start: int | None = None
    increment: int | None = None
    minvalue: int | None = None
    maxvalue: int | None = None
    cycle: bool | None = None
    cache: int | None = None


@dataclass(frozen=True, slots=True)
class ColumnRecord:
    """A column.

    Attributes:
        name: Its name, unquoted.
        type: Its type, without collation.
        nullable: Whether it accepts NULL.
        default: Its default on the server; None for none.
        computed: What generates it; None for a column that has values of its own.
        identity: What numbers it; None for a column that is no identity.
        collation: Its collation; None for that of the table or database.
        comment: Its comment; None for none.
        autoincrement: Whether it numbers itself by other means than an identity.
        options: What the dialect adds.
        inherited: Whether another table has it, with whose column it comes, changes and goes.
        own: Whether it stays where the other table loses it.
    """

    name: str
    type: str
    nullable: bool
    default: str | None = None
    computed: ComputedRecord | None = None
    identity: IdentityRecord | None = None
    collation: str | None = None
    comment: str | None = None
    autoincrement: bool = False
    options: Options = ()
    inherited: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A primary key or a unique constraint.

    Attributes:
        name: Its name, unquoted; None for none, or where nobody has said one.
        columns: Names of its columns, in their order.
        deferrable: Whether it may be deferred.
        initially: ``"deferred"``, or None for immediate.
        comment: Its comment; None for none.
        options: What the dialect adds.
    """

    name: str | None
    columns: tuple[str, ...]
    deferrable: bool = False
    initially: str | None = None
    comment: str | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class ForeignKeyRecord:
    """A foreign key.

    Attributes:
        name: Its name, unquoted; None for none, or where nobody has said one.
        columns: Names of its columns, in their order.
        referred_schema: Schema of the table referred to; None for the default schema.
        referred_table: Name of the table referred to.
        referred_columns: Names of the columns referred to, in their order.
        onupdate, ondelete: The action, in lower case; None for none (NO ACTION).
        deferrable: Whether it may be deferred.
        initially: ``"deferred"``, or None for immediate.
        match: ``"full"`` or ``"partial"``; None for simple.
        comment: Its comment; None for none.
        options: What the dialect adds.
    """

    name: str | None
    columns: tuple[str, ...]
    referred_schema: str | None
    referred_table: str
    referred_columns: tuple[str, ...]
    onupdate: str | None = None
    ondelete: str | None = None
    deferrable: bool = False
    initially: str | None = None
    match: str | None = None
    comment: str | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """A CHECK constraint, of a table or of a column.

    Attributes:
        name: Its name, unquoted; None for none, or where nobody has said one.
        expression: What has to hold.
        comment: Its comment; None for none.
        options: What the dialect adds.
    """

    name: str | None
    expression: str
    comment: str | None = None
    options: Options = ()


class Definition(str):
    """A definition in canonical form, with the SQL that it was made of, so that nothing of it is lost.

    Args:
        canonical: The form that is compared.
        sql: What the server says.
    """

    __slots__ = ("sql",)
    sql: str

    def __new__(cls, canonical: str, sql: str = "") -> Definition:
        made = super().__new__(cls, canonical)
        made.sql = sql
        return made


@dataclass(frozen=True, slots=True)
class OtherConstraintRecord:
    """A constraint of a kind that one dialect alone has.

    Attributes:
        kind: The kind, such as ``"exclude"``.
        name: Its name, unquoted; None for none.
        definition: All that it says.
        comment: Its comment; None for none.
    """

    kind: str
    name: str | None
    definition: str
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class IndexPartRecord:
    """What an index is ordered by in one place.

    Attributes:
        text: Name of the column, unquoted, or the expression.
        expression: Whether it is an expression.
        options: Order, collation, operator class and the like, where they are not the usual ones.
    """

    text: str
    expression: bool = False
    options: Options = ()


@dataclass(frozen=True, slots=True)
class IndexRecord:
    """An index that no constraint stands for.

    Attributes:
        name: Its name, unquoted.
        parts: Its columns and expressions, in their order.
        unique: Whether it is unique.
        comment: Its comment; None for none.
        options: What the dialect adds: method, condition, included columns and the like.
    """

    name: str | None
    parts: tuple[IndexPartRecord, ...]
    unique: bool = False
    comment: str | None = None
    options: Options = ()


@dataclass(frozen=True, slots=True)
class TableRecord:
    """A table.

    Attributes:
        schema: Its schema, unquoted; None for the connection's default schema.
        name: Its name, unquoted.
        columns: Its columns, in their order.
        primary_key: Its primary key; None for none.
        unique: Its unique constraints, sorted.
        foreign_keys: Its foreign keys, sorted.
        checks: Its CHECK constraints, sorted.
        indexes: Its indexes, sorted.
        others: Its constraints of other kinds, sorted.
        comment: Its comment; None for none.
        options: What the dialect adds.
        part_of: What it belongs to, in words for people, such as a partitioned table or an
            extension; it is never dropped by itself.
    """

    schema: str | None
    name: str
    columns: tuple[ColumnRecord, ...]
    primary_key: KeyRecord | None = None
    unique: tuple[KeyRecord, ...] = ()
    foreign_keys: tuple[ForeignKeyRecord, ...] = ()
    checks: tuple[CheckRecord, ...] = ()
    indexes: tuple[IndexRecord, ...] = ()
    others: tuple[OtherConstraintRecord, ...] = ()
    comment: str | None = None
    options: Options = ()
    part_of: str | None = None
