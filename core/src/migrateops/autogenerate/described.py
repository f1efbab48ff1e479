"""Operations as changes of schema objects, for people and programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from inspect import Parameter
from typing import Any

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.types import NULLTYPE, to_instance

from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.defaults import apart
from migrateops.autogenerate.missing_schemas import CreateMissingSchema
from migrateops.operations import ops
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.ops.base import AddConstraintOp
from migrateops.snapshot.changes import How, ObjectChange, PartChange, parts_of
from migrateops.snapshot.difference import CONSTRAINTS, Difference, What, differences
from migrateops.snapshot.models import ModelReader
from migrateops.snapshot.records import ColumnRecord, TableRecord
from migrateops.snapshot.texts import Texts
from migrateops.snapshot.words import in_words

_KINDS = {
    "primary": What.PRIMARY_KEY,
    "unique": What.UNIQUE,
    "foreignkey": What.FOREIGN_KEY,
    "check": What.CHECK,
}
_VERBS = {"create": How.ADDED, "add": How.ADDED, "drop": How.REMOVED, "remove": How.REMOVED}

_UNKNOWN = ""
"""Stands for what is there, and of which no more is known."""

Place = tuple[str, str | None, str]


def changes_of(operations: Iterable[MigrateOperation], context: AutogenContext) -> list[ObjectChange]:
    """Return what operations do to each object, in the order in which they come to the objects.

    Args:
        operations: The operations, none of which holds others.
        context: What they were found with.
    """
    return list(_Described(context).changes(operations))


class _Described:
    """Collect what operations do, object by object."""

    def __init__(self, context: AutogenContext) -> None:
        self._context = context.migration_context
        texts = Texts(context.pack, context.dialect)
        self._reader = ModelReader(texts, lambda table, column, error: None)
        self._whole: dict[Place, ObjectChange] = {}
        self._found: dict[Place, list[Difference]] = {}

    def changes(self, operations: Iterable[MigrateOperation]) -> Iterator[ObjectChange]:
        """Yield the changes."""
        for op in operations:
            self._take(op)
        for place, found in self._found.items():
            whole = self._whole.get(place, ObjectChange(How.CHANGED, *place))
            parts = tuple(parts_of(list(_joined(found))))
            yield ObjectChange(whole.how, *place, whole.old, whole.new, parts + whole.parts)

    def _take(self, op: MigrateOperation) -> None:
        if isinstance(op, ops.CreateTableOp | ops.DropTableOp):
            self._take_table(op)
        elif isinstance(op, CreateMissingSchema):
            self._note(How.ADDED, ("schema", None, op.schema))
        elif isinstance(op, ops.RenameTableOp):
            part = PartChange(How.CHANGED, "table", None, "name", op.old_table_name, op.new_table_name)
            self._note(How.CHANGED, ("table", op.schema, op.old_table_name), parts=(part,))
        elif (found := self._differences(op)) is not None:
            table = str(getattr(op, "table_name", None) or "")
            self._found.setdefault(("table", getattr(op, "schema", None), table), []).extend(found)
        else:
            self._take_other(op)

    def _note(
        self,
        how: How,
        place: Place,
        old: str | None = None,
        new: str | None = None,
        parts: tuple[PartChange, ...] = (),
    ) -> None:
        self._found.setdefault(place, [])
        self._whole[place] = ObjectChange(how, *place, old, new, parts)

    def _take_table(self, op: ops.CreateTableOp | ops.DropTableOp) -> None:
        columns = in_words(self._reader.table(op.to_table(self._context)))
        place = ("table", op.schema, op.table_name)
        if isinstance(op, ops.CreateTableOp):
            self._note(How.ADDED, place, new=columns)
        else:
            self._note(How.REMOVED, place, old=columns)

    def _take_other(self, op: MigrateOperation) -> None:
        """Note what a plugin's operation does, as far as its name says it."""
        directive = op.__op_names__.get("op") or op.__op_names__.get("batch") or type(op).__name__
        verb, _, noun = directive.partition("_")
        name = next(_strings(op), None)
        if name is None or verb not in (*_VERBS, "alter", "rename"):
            self._note(How.CHANGED, ("operation", None, op.describe()))
        else:
            place = (noun.replace("_", " "), getattr(op, "schema", None), name)
            self._note(_VERBS.get(verb, How.CHANGED), place)

    # -- of a table -----------------------------------------------------------------------------
    def _differences(self, op: MigrateOperation) -> list[Difference] | None:
        """Return what an operation changes in a table; None for one that does something else."""
        if isinstance(op, ops.AddColumnOp):
            return list(self._of_column(op.column, None))
        if isinstance(op, ops.DropColumnOp):
            return list(self._of_column(None, op.to_column()))
        if isinstance(op, ops.AlterColumnOp):
            return list(self._altered(op))
        if isinstance(op, AddConstraintOp):
            return list(self._added(op.to_constraint(self._context).table))
        if isinstance(op, ops.CreateIndexOp):
            return list(self._added(op.to_index(self._context).table))
        if isinstance(op, ops.DropConstraintOp | ops.DropIndexOp):
            return list(self._dropped(op))
        if isinstance(op, ops.CreateTableCommentOp):
            return [Difference(What.COMMENT, None, None, op.existing_comment, op.comment)]
        if isinstance(op, ops.DropTableCommentOp):
            return [Difference(What.COMMENT, None, None, op.existing_comment, None)]
        return None

    def _of_column(self, new: Column[Any] | None, old: Column[Any] | None) -> Iterator[Difference]:
        copies = [() if one is None else (one._copy(),) for one in (old, new)]
        for copy in (*copies[0], *copies[1]):
            # The key is added, or dropped, by itself.
            copy.primary_key = False
        tables = [Table("t", MetaData(), *copy) for copy in copies]
        yield from differences(*map(self._reader.table, tables))

    def _altered(self, op: ops.AlterColumnOp) -> Iterator[Difference]:
        if op.modify_name is not None:
            names = [ColumnRecord(name, _UNKNOWN, True) for name in (op.column_name, op.modify_name)]
            yield Difference(What.COLUMN, op.column_name, "name", *names)
        old = self._side(
            op, op.existing_type, op.existing_nullable, op.existing_server_default, op.existing_comment
        )
        new = self._side(op, op.modify_type, op.modify_nullable, op.modify_server_default, op.modify_comment)
        changed = {
            "nullable": op.modify_nullable is not None,
            "comment": op.modify_comment is not False,
            **dict.fromkeys(("type", "collation"), op.modify_type is not None),
            **dict.fromkeys(("default", "computed", "identity"), op.modify_server_default is not False),
        }
        yield from (one for one in differences(old, new, exact=True) if changed.get(str(one.attribute)))

    def _side(
        self, op: ops.AlterColumnOp, type_: Any, nullable: Any, default: Any, comment: Any
    ) -> TableRecord:
        """Return the record of a column before, or after, it is altered."""
        shown = to_instance(NULLTYPE if type_ is None else type_)
        column: Column[Any] = Column(
            op.column_name,
            shown,
            server_default=None if default is False else apart(default),
            comment=comment or None,
        )
        column.nullable = nullable is not False
        return self._reader.table(Table("t", MetaData(), column))

    # -- constraints and indexes ----------------------------------------------------------------
    def _added(self, table: Table | None) -> Iterator[Difference]:
        """Yield all constraints and indexes of a made-up table."""
        assert table is not None
        record = self._reader.table(table)
        if record.primary_key is not None:
            yield Difference(What.PRIMARY_KEY, record.primary_key.name, None, None, record.primary_key)
        for what, items in CONSTRAINTS:
            yield from (Difference(what, item.name, None, None, item) for item in items(record))

    def _dropped(self, op: ops.DropConstraintOp | ops.DropIndexOp) -> Iterator[Difference]:
        if op.origin is not None:
            for one in self._differences(op.reverse()) or ():
                yield Difference(one.what, one.name, None, one.new, None)
        elif isinstance(op, ops.DropIndexOp):
            yield Difference(What.INDEX, op.index_name, None, _UNKNOWN, None)
        else:
            what = _KINDS.get(str(op.constraint_type), What.OTHER)
            yield Difference(what, op.constraint_name, None, _UNKNOWN, None)


def _joined(found: Iterable[Difference]) -> Iterator[Difference]:
    """Yield differences, with what is removed and added again as one change."""
    whole: dict[tuple[What, str | None], Difference] = {}
    for one in found:
        place = (one.what, one.name)
        before = whole.get(place)
        if one.attribute is not None or one.what == What.COMMENT:
            yield one
        elif before is not None and before.new is None and one.old is None:
            whole[place] = Difference(*place, None, before.old, one.new)
        elif before is not None:
            yield one
        else:
            whole[place] = one
    yield from whole.values()


def _strings(op: MigrateOperation) -> Iterator[str]:
    """Yield the texts that an operation must be given, its name the first of them."""
    spec = op.__op_spec__
    for field in spec.fields if spec is not None else ():
        value = getattr(op, field.name, None)
        if field.default is Parameter.empty and isinstance(value, str):
            yield value
