"""Create, alter and drop sequences."""

from __future__ import annotations

from dataclasses import KW_ONLY
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

from migrateops import errors
from migrateops.operations import MigrateOperation, Operations, Target, hidden, operation, schema

IntegerType = TypeEngine[Any] | type[TypeEngine[Any]]

OPTIONS = (
    "data_type",
    "start",
    "increment",
    "minvalue",
    "maxvalue",
    "nominvalue",
    "nomaxvalue",
    "cycle",
    "cache",
    "order",
)
"""The options that a sequence is created with and that can be altered, but for its owner."""

# From 2.1 on SQLAlchemy has the option under the name of the one dialect that knows it.
_ORDER = "oracle_order" if hasattr(sa.Sequence, "dialect_options") else "order"

# What is changed together: a limit is a number, or explicitly none.
_GROUPS = (
    ("data_type",),
    ("start",),
    ("increment",),
    ("minvalue", "nominvalue"),
    ("maxvalue", "nomaxvalue"),
    ("cycle",),
    ("cache",),
    ("order",),
)


@Operations.register_operation("create_sequence")
@operation
class CreateSequenceOp(MigrateOperation):
    """Create a sequence.

    ``CREATE SEQUENCE``; an option that is left out is left to the server.

    Args:
        sequence_name: Name of the sequence, unquoted.
        schema: Schema to create it in, unquoted; the connection's default when omitted.
        data_type: Type of its values, an integer type.
        start: First value.
        increment: Step between values; negative for a descending sequence.
        minvalue: Smallest value.
        maxvalue: Greatest value.
        nominvalue: Say that the smallest value is that of the direction and the type.
        nomaxvalue: Say that the greatest value is that of the direction and the type.
        cycle: Begin again when the last value is used up.
        cache: How many values a session fetches in advance; 0 for none.
        order: Hand out values in the order of the requests, on a cluster.
        owned_by: ``"table.column"``, unquoted and in the sequence's schema; the sequence is dropped
            with the column.
        if_not_exists: Say IF NOT EXISTS.
    """

    sequence_name: str
    _: KW_ONLY
    schema: str | None = schema(default=None)
    data_type: IntegerType | None = None
    start: int | None = None
    increment: int | None = None
    minvalue: int | None = None
    maxvalue: int | None = None
    nominvalue: bool | None = None
    nomaxvalue: bool | None = None
    cycle: bool | None = None
    cache: int | None = None
    order: bool | None = None
    owned_by: str | None = None
    if_not_exists: bool | None = None

    @classmethod
    def from_sequence(cls, sequence: sa.Sequence) -> CreateSequenceOp:
        """Return the operation that creates *sequence*."""
        return cls(
            _plain(sequence.name),
            schema=_plain(sequence.schema) if sequence.schema is not None else None,
            **{name: getattr(sequence, name) for name in OPTIONS},
        )

    def to_sequence(self) -> sa.Sequence:
        """Return the sequence, in no MetaData; SQLAlchemy's has no owner."""
        options = {name: getattr(self, name) for name in OPTIONS if name != "order"}
        if self.order is not None:
            options[_ORDER] = self.order
        return sa.Sequence(self.sequence_name, schema=self.schema, **options)

    def reverse(self) -> DropSequenceOp:
        return DropSequenceOp(
            self.sequence_name, schema=self.schema, if_exists=self.if_not_exists, origin=self
        )

    def to_diff_tuple(self) -> Any:
        return ("add_sequence", self.to_sequence())

    def footprint(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(), frozenset({_dotted(self.schema, self.sequence_name)})

    def applied(self, target: Target, inspector: Any) -> bool | None:
        return bool(inspector.has_sequence(self.sequence_name, schema=self.schema))


@Operations.register_operation("drop_sequence")
@operation
class DropSequenceOp(MigrateOperation):
    """Drop a sequence.

    ``DROP SEQUENCE``.

    Args:
        sequence_name: Name of the sequence, unquoted.
        schema: Schema of the sequence, unquoted.
        if_exists: Say IF EXISTS.
    """

    sequence_name: str
    _: KW_ONLY
    schema: str | None = schema(default=None)
    if_exists: bool | None = None
    origin: CreateSequenceOp | None = hidden(default=None)

    @classmethod
    def from_sequence(cls, sequence: sa.Sequence) -> DropSequenceOp:
        """Return the operation that drops *sequence* and remembers how to create it."""
        return CreateSequenceOp.from_sequence(sequence).reverse()

    def to_sequence(self) -> sa.Sequence:
        """Return the sequence as it was; one without options where they are not known."""
        if self.origin is not None:
            return self.reverse().to_sequence()
        return sa.Sequence(self.sequence_name, schema=self.schema)

    def reverse(self) -> CreateSequenceOp:
        origin = self.origin
        if origin is None:
            raise errors.operations.NotReversible(
                self.describe(), "the options of the sequence are not known"
            )
        return CreateSequenceOp(
            self.sequence_name,
            schema=self.schema,
            owned_by=origin.owned_by,
            if_not_exists=self.if_exists,
            **{name: getattr(origin, name) for name in OPTIONS},
        )

    def to_diff_tuple(self) -> Any:
        return ("remove_sequence", self.to_sequence())

    def footprint(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(), frozenset({_dotted(self.schema, self.sequence_name)})

    def applied(self, target: Target, inspector: Any) -> bool | None:
        return not inspector.has_sequence(self.sequence_name, schema=self.schema)


@Operations.register_operation("alter_sequence")
@operation
class AlterSequenceOp(MigrateOperation):
    """Alter a sequence.

    ``ALTER SEQUENCE``; an option that is left out stays as it is.  The ``existing_`` options are what
    ``reverse()`` goes back to.

    Args:
        sequence_name: Present name of the sequence, unquoted.
        schema: Schema of the sequence, unquoted; it stays in it.
        new_sequence_name: New name, unquoted.
        data_type: New type of its values.
        start: New first value, for when it is restarted without a value.
        increment: New step.
        minvalue: New smallest value.
        maxvalue: New greatest value.
        nominvalue: Make the smallest value that of the direction and the type.
        nomaxvalue: Make the greatest value that of the direction and the type.
        cycle: Whether it begins again when the last value is used up.
        cache: How many values a session fetches in advance; 0 for none.
        order: Whether values are handed out in the order of the requests, on a cluster.
        owned_by: New owner, ``"table.column"``; None for no owner, False leaves it.
        restart: The next value; True for the first one.
        if_exists: Say IF EXISTS.
        existing_data_type: Present type.
        existing_start: Present first value.
        existing_increment: Present step.
        existing_minvalue: Present smallest value.
        existing_maxvalue: Present greatest value.
        existing_nominvalue: The smallest value is at present that of the direction and the type.
        existing_nomaxvalue: The greatest value is at present that of the direction and the type.
        existing_cycle: Whether it begins again at present.
        existing_cache: How many values are fetched in advance at present.
        existing_order: Whether values are in the order of requests at present.
        existing_owned_by: Present owner; None for no owner, False for not given.
    """

    sequence_name: str
    _: KW_ONLY
    schema: str | None = schema(default=None)
    new_sequence_name: str | None = None
    data_type: IntegerType | None = None
    start: int | None = None
    increment: int | None = None
    minvalue: int | None = None
    maxvalue: int | None = None
    nominvalue: bool | None = None
    nomaxvalue: bool | None = None
    cycle: bool | None = None
    cache: int | None = None
    order: bool | None = None
    owned_by: str | Literal[False] | None = False
    restart: int | Literal[True] | None = None
    if_exists: bool | None = None
    existing_data_type: IntegerType | None = None
    existing_start: int | None = None
    existing_increment: int | None = None
    existing_minvalue: int | None = None
    existing_maxvalue: int | None = None
    existing_nominvalue: bool | None = None
    existing_nomaxvalue: bool | None = None
    existing_cycle: bool | None = None
    existing_cache: int | None = None
    existing_order: bool | None = None
    existing_owned_by: str | Literal[False] | None = False

    def reverse(self) -> AlterSequenceOp:
        if self.restart is not None:
            raise errors.operations.NotReversible(
                self.describe(), "the value that the sequence was at is not known"
            )
        values: dict[str, Any] = {}
        for group in _GROUPS:
            present = {name: getattr(self, f"existing_{name}") for name in group}
            new = {name: getattr(self, name) for name in group}
            if not _any_given(new):
                new, present = present, new
            elif not _any_given(present):
                raise errors.operations.NotReversible(self.describe(), f"existing_{group[0]} is not known")
            values |= present
            values |= {f"existing_{name}": value for name, value in new.items()}
        owners = self.existing_owned_by, self.owned_by
        if self.owned_by is False:
            owners = False, self.existing_owned_by
        elif self.existing_owned_by is False:
            raise errors.operations.NotReversible(self.describe(), "existing_owned_by is not known")
        return AlterSequenceOp(
            self.new_sequence_name or self.sequence_name,
            schema=self.schema,
            new_sequence_name=self.sequence_name if self.new_sequence_name else None,
            owned_by=owners[0],
            existing_owned_by=owners[1],
            if_exists=self.if_exists,
            **values,
        )

    def to_diff_tuple(self) -> Any:
        """Return ``("modify_sequence", schema, name, existing options, new options)``."""
        new = {name: getattr(self, name) for name in OPTIONS if getattr(self, name) is not None}
        existing = {name: getattr(self, f"existing_{name}") for name in OPTIONS}
        known = {name: value for name, value in existing.items() if value is not None}
        if self.owned_by is not False:
            new["owned_by"] = self.owned_by
        if self.existing_owned_by is not False:
            known["owned_by"] = self.existing_owned_by
        if self.restart is not None:
            new["restart"] = self.restart
        if self.new_sequence_name is not None:
            new["name"] = self.new_sequence_name
        return ("modify_sequence", self.schema, self.sequence_name, known, new)

    def footprint(self) -> tuple[frozenset[str], frozenset[str]]:
        names = {self.sequence_name, self.new_sequence_name or self.sequence_name}
        return frozenset(), frozenset(_dotted(self.schema, name) for name in names)


def _any_given(values: dict[str, Any]) -> bool:
    return any(value is not None for value in values.values())


def _dotted(schema_name: str | None, name: str) -> str:
    return f"{schema_name}.{name}" if schema_name else name


def _plain(name: str) -> str:
    """Return a name without the mark that nothing was said about its quoting."""
    return str(name) if getattr(name, "quote", None) is None else name
