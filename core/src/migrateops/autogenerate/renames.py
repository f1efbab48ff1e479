"""What has another name in the models than in the database: found, asked about, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Table

from migrateops.autogenerate import layout
from migrateops.autogenerate import rename_likeness as likeness
from migrateops.autogenerate.column_changes import ColumnChanges
from migrateops.autogenerate.context import AutogenContext
from migrateops.autogenerate.definitions import Definitions
from migrateops.autogenerate.differing import Differing
from migrateops.autogenerate.rename_hints import HINT, described, followed, hint, hinted, in_steps
from migrateops.autogenerate.renamed_records import NewNames, Words
from migrateops.operations import ops
from migrateops.operations.declare import REMARK, MigrateOperation
from migrateops.operations.ops.tables import dotted
from migrateops.snapshot.kind import Key
from migrateops.snapshot.names import own_schema
from migrateops.snapshot.records import ColumnRecord, TableRecord
from migrateops.snapshot.snapshot import Snapshot

if TYPE_CHECKING:
    from migrateops.autogenerate.tables import ComparedTables

_BY_HINT = f"as {HINT} of the model says"


@dataclass(frozen=True)
class PossibleRename:
    """Something that may have got another name; the question that ``ask_rename`` is asked.

    Attributes:
        table: Of a column, its table, under its new name; None for a table.
        old: The name in the database.
        new: The name in the models.
        reason: What speaks for it.
        schema: The schema; None for the default one.
    """

    table: str | None
    old: str
    new: str
    reason: str
    schema: str | None = None

    def __str__(self) -> str:
        table = dotted(self.schema, self.old if self.table is None else self.table)
        if self.table is None:
            return f"table {table!r} to {self.new!r}"
        return f"column {self.old!r} of table {table!r} to {self.new!r}"

    @property
    def advice(self) -> str:
        """What is to be done if it is one."""
        what, lost = ("Table", "rows") if self.table is None else ("Column", "values")
        return (
            f"perhaps {self} is a rename ({self.reason}). It is dropped and added, and its {lost} are lost; "
            f'to keep them, give the {what} of the models info={{"{HINT}": "{self.old}"}}'
        )


class Renames:
    """The renames of one comparison.

    Args:
        context: What is compared.
        tables: The tables of both sides.
        database: What there is.
        models: What is wanted.

    Attributes:
        names: The names that are given.
        doubtful: What looks like a rename, and is none, as nobody said so.

    Raises:
        WrongRenameHint: A hint of the models says nothing.
        AmbiguousRename: Hints contradict each other.
    """

    def __init__(
        self, context: AutogenContext, tables: ComparedTables, database: Snapshot, models: Snapshot
    ) -> None:
        self.context = context
        self.tables = tables
        self.names = NewNames()
        self.doubtful: list[PossibleRename] = []
        self._reasons: dict[tuple[Key, str | None], str] = {}
        self._old: Mapping[Key, TableRecord] = database.of(tables.name)
        self._new: Mapping[Key, TableRecord] = models.of(tables.name)
        self._find_tables()
        self._find_columns()
        tables.definitions.names = self.names

    def _as_it_is(self, key: Key) -> Table:
        """Return a table of the database under the names that it has."""
        return Definitions(self.context, key.kind, self.tables.texts(self.context.dialect)).database(key)

    def applied(self, database: Snapshot) -> Snapshot:
        """Return the database as it is under the new names."""
        if not self.names:
            return database
        texts = self.tables.texts(self.context.dialect)
        records = []
        for key, record in self._old.items():
            columns = self.names.columns.get(self.names.key(key))
            words = Words(columns, texts) if columns else None
            named = self.names.record(key, record, words)
            if named is not record:
                named = self.context.pack.renamed(named, record)
            records.append(named)
        return database.with_others(self.tables, records)

    # -- tables -----------------------------------------------------------------------------------
    def _find_tables(self) -> None:
        hints: dict[str | None, dict[str, tuple[str, ...]]] = {}
        for key, table in self.tables.definitions.models.items():
            if hinted((table,)) and key in self._new:
                names = hint(table, f"table {table.fullname!r}")
                hints.setdefault(key.schema, {})[key.name] = names
        for schema, said in hints.items():
            self._follow_tables(schema, said)
        gone = [key for key in self._old if self._is_gone(key)]
        come = [key for key in self._new if key not in self._old and self.names.old_key(key) == key]
        if not gone or not come:
            return
        old, new = ([side[key] for key in keys] for side, keys in ((self._old, gone), (self._new, come)))
        for one, other, how in likeness.likely(old, new, likeness.alike_tables):
            here, there = self.tables.key(one), self.tables.key(other)
            if here in self.names.tables or there in self.names.tables.values():
                continue
            question = PossibleRename(None, one.name, other.name, how.reason, one.schema)
            if self._is_meant(question, self._may_rename_table, here, there):
                self._rename_table(here, there, f"as answered: {how.reason}")

    def _is_gone(self, key: Key) -> bool:
        return (
            key not in self._new
            and key not in self.names.tables
            and key.schema in self.context.compared_schemas
            and self._old[key].part_of is None
        )

    def _follow_tables(self, schema: str | None, hints: Mapping[str, tuple[str, ...]]) -> None:
        old = {key.name: one for key, one in self._old.items() if key.schema == schema and not one.part_of}
        new = {key.name: one for key, one in self._new.items() if key.schema == schema}

        def alike(one: TableRecord, other: TableRecord) -> float:
            model = self.tables.definitions.models[self.tables.key(other)]
            before = {str(column.name): hint(column, where)[-1] for column in hinted(model.columns)}
            return max(likeness.overlap(one, other), likeness.overlap(one, other, before))

        where = "tables" if schema is None else f"tables of schema {schema!r}"
        fits = likeness.fits_better(old, new, alike)
        found = followed(old, hints, where, fits)
        kind = self.tables.name
        for has, had in found.items():
            here, there = Key(kind, schema, had), Key(kind, schema, has)
            if self._may_rename_table(here, there):
                self._rename_table(here, there, _BY_HINT)

    def _may_rename_table(self, old: Key, new: Key) -> bool:
        context = self.context
        if not (
            context.includes_table(old.schema, old.name) and context.includes_table(new.schema, new.name)
        ):
            return False
        if context.opts.get("include_object") is None:
            return True
        model, database = self.tables.definitions.models[new], self._as_it_is(old)
        return context.run_object_filters(model, new.name, "table", False, database)

    def _rename_table(self, old: Key, new: Key, reason: str) -> None:
        self.names.rename(old, new)
        self._reasons[new, None] = reason

    # -- columns ----------------------------------------------------------------------------------
    def _find_columns(self) -> None:
        for key, new in self._new.items():
            model = self.tables.definitions.models[key]
            hints = {
                str(column.name): hint(column, f"column '{model.fullname}.{column.name}'")
                for column in hinted(model.columns)
            }
            old = self._old.get(self.names.old_key(key))
            if old is not None and (hints or _names(old) != _names(new)):
                self._find_in(key, old, new, hints)

    def _find_in(
        self, key: Key, old: TableRecord, new: TableRecord, hints: Mapping[str, tuple[str, ...]]
    ) -> None:
        had = {
            column.name: column
            for column in old.columns
            if self._is_read(self.names.old_key(key), column.name)
        }
        has = {column.name: column for column in new.columns}

        def same(one: ColumnRecord, other: ColumnRecord) -> float:
            return float(likeness.shape(one) == likeness.shape(other))

        where = f"columns of table {key.name!r}"
        by_hint = followed(had, hints, where, likeness.fits_better(had, has, same))
        given = {one: other for other, one in by_hint.items() if self._may_rename(key, one, other)}
        self._reasons |= {(key, other): _BY_HINT for other in given.values()}
        gone = [column for name, column in had.items() if name not in has and name not in given]
        come = [column for name, column in has.items() if name not in had and name not in given.values()]
        alike = likeness.alike_columns(old, new, gone, come)
        for one, other, how in likeness.likely(gone, come, alike):
            if one.name in given or other.name in given.values():
                continue
            question = PossibleRename(key.name, one.name, other.name, how.reason, key.schema)
            if self._is_meant(question, self._may_rename, key, one.name, other.name):
                given[one.name] = other.name
                self._reasons[key, other.name] = f"as answered: {how.reason}"
        if given:
            self.names.columns[key] = given

    def _is_read(self, key: Key, column: str) -> bool:
        parents = {"schema_name": key.schema, "table_name": key.name}
        return self.context.run_name_filters(column, "column", parents)

    def _may_rename(self, key: Key, old: str, new: str) -> bool:
        if not self._is_read(key, new):
            return False
        if self.context.opts.get("include_object") is None:
            return True
        model = self.tables.definitions.models[key]
        before = self.names.old_key(key)
        database = self._as_it_is(before)
        wanted = next(column for column in model.columns if column.name == new)
        present = next(column for column in database.columns if column.name == old)
        return self.context.run_object_filters(wanted, new, "column", False, present)

    # -- what nobody has said -----------------------------------------------------------------------
    def _is_meant(self, question: PossibleRename, may: Callable[..., bool], *names: Key | str) -> bool:
        ask: Callable[[PossibleRename], bool] | None = self.context.opts.get("ask_rename")
        if ask is not None:
            return may(*names) and bool(ask(question))
        # Filters are asked about what there is alone: whether it goes and comes is seen afterwards.
        self.doubtful.append(question)
        return False

    def remark(self, made: Iterable[MigrateOperation], dropped: Iterable[MigrateOperation]) -> None:
        """Say above what is added that it may be there, under another name; note it for people.

        Args:
            made: The operations that add and change.
            dropped: Those that drop.
        """
        if not self.doubtful:
            return
        dialect = self.context.dialect
        found: dict[tuple[str | None, str | None, str], MigrateOperation] = {}
        for op in ops.OpContainer([*made, *dropped]).flat():
            if isinstance(op, ops.CreateTableOp | ops.DropTableOp):
                found[own_schema(op.schema, dialect), None, op.table_name] = op
            elif isinstance(op, ops.AddColumnOp):
                found[own_schema(op.schema, dialect), op.table_name, str(op.column.name)] = op
            elif isinstance(op, ops.DropColumnOp):
                found[own_schema(op.schema, dialect), op.table_name, op.column_name] = op
        for one in self.doubtful:
            names = [(one.schema, one.table, name) for name in (one.old, one.new)]
            if all(name in found for name in names):
                # Each is said once: of what looks like several, the likest.
                _, added = map(found.pop, names)
                added.info[REMARK] = layout.remark(f"{one.advice[0].upper()}{one.advice[1:]}.")
                self.context.notes.append(one.advice)

    def note_changed_places(self, differing: Differing) -> None:
        """Note columns that look as if they had changed names with each other."""
        for key in differing.found:
            for one, other in likeness.changed_places(differing.present[key], differing.wanted[key]):
                table = dotted(key.schema, key.name)
                self.context.notes.append(
                    f"columns {described((one, other))} of table {table!r} look as if they had changed "
                    f"names; they are altered as they are. If they had, give both info with {HINT}"
                )

    # -- operations -------------------------------------------------------------------------------
    def operations(self) -> Iterator[MigrateOperation]:
        """Yield what renames: tables first, then columns of them."""
        by_schema: dict[str | None, dict[str, str]] = {}
        for old, new in self.names.tables.items():
            by_schema.setdefault(old.schema, {})[new.name] = old.name
        for schema, found in by_schema.items():
            for had, has in in_steps(found, _taken(self._old, self._new, schema)):
                goal = Key(self.tables.name, schema, has if has in found else _goal(found, had))
                op = ops.RenameTableOp(had, has, schema=self.tables.definitions.models[goal].schema)
                yield self._remarked(op, goal, None)
        self.tables.definitions.load(self.names.columns)
        for key, given in sorted(self.names.columns.items(), key=lambda each: each[0].sorting):
            yield ops.ModifyTableOps(
                key.name,
                list(self._of_columns(key, given)),
                schema=self.tables.definitions.models[key].schema,
            )

    def _of_columns(self, key: Key, given: Mapping[str, str]) -> Iterator[MigrateOperation]:
        before, words = self.names.old_key(key), Words(given, self.tables.texts(self.context.dialect))
        record = self.names.record(before, self._old[before], words)
        present = {str(one.name): one for one in self.tables.definitions.database(key).columns}
        wanted = {str(one.name): one for one in self.tables.definitions.models[key].columns}
        changes = ColumnChanges(self.context, record, present, wanted)
        found = {new: old for old, new in given.items()}
        for had, has in in_steps(found, {*present, *found.values()}):
            goal = has if has in found else _goal(found, had)
            op = changes.unchanged(goal)
            op.column_name, op.modify_name = had, has
            yield self._remarked(op, key, goal)

    def _remarked(self, op: MigrateOperation, key: Key, column: str | None) -> MigrateOperation:
        op.info[REMARK] = layout.remark(f"Renamed, {self._reasons[key, column]}.")
        return op


def _goal(old_by_new: Mapping[str, str], old: str) -> str:
    """Return the name that is wanted for what goes out of the way."""
    return next(new for new, had in old_by_new.items() if had == old)


def _taken(old: Iterable[Key], new: Iterable[Key], schema: str | None) -> set[str]:
    return {key.name for keys in (old, new) for key in keys if key.schema == schema}


def _names(record: TableRecord) -> list[str]:
    return [column.name for column in record.columns]
