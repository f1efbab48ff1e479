"""Tables of the models as records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    UniqueConstraint,
)
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.schema import DefaultClause
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, Label, UnaryExpression

from migrateops.snapshot.canonical import action, identity_record, initially, sorted_by_name
from migrateops.snapshot.names import own_schema
from migrateops.snapshot.records import (
    CheckRecord,
    ColumnRecord,
    ComputedRecord,
    ForeignKeyRecord,
    IndexPartRecord,
    IndexRecord,
    KeyRecord,
    OtherConstraintRecord,
    TableRecord,
)
from migrateops.snapshot.texts import UNKNOWN, Texts, TypeText

if TYPE_CHECKING:
    from sqlalchemy import MetaData

Report = Callable[[Table, str | None, Exception], None]
"""Is told of what the dialect cannot say: the table, the column or None, and what SQLAlchemy said of it."""

_ORDERS = {
    operators.asc_op: (),
    operators.desc_op: (("order", "desc"),),
    operators.nulls_first_op: (("nulls", "first"),),
    operators.nulls_last_op: (("nulls", "last"),),
}
_IDENTITY = ("always", "start", "increment", "minvalue", "maxvalue", "cycle", "cache")


class ModelReader:
    """Make records of the tables of models.

    Args:
        texts: What writes types and expressions.
        report: Is told what the dialect cannot say.
    """

    def __init__(self, texts: Texts, report: Report) -> None:
        self.texts = texts
        self.report = report
        self.dialect = texts.dialect
        capabilities = texts.pack.capabilities(getattr(self.dialect, "server_version_info", None))
        self._comments = capabilities.comments
        self._identities = self.dialect.supports_identity_columns

    def read(self, metadata: MetaData) -> Iterator[TableRecord]:
        """Yield the records of all tables, as the dialect's pack has them."""
        for table in metadata.tables.values():
            yield self.table(table)

    def table(self, table: Table) -> TableRecord:
        """Return the record of one table, as the dialect's pack has it."""
        primary_key: KeyRecord | None = None
        unique: list[KeyRecord] = []
        references: list[ForeignKeyRecord] = []
        checks: list[CheckRecord] = []
        others: list[OtherConstraintRecord] = []
        constraints: Iterable[Constraint] = table.constraints
        for constraint in constraints:
            if isinstance(constraint, PrimaryKeyConstraint):
                primary_key = self._key(constraint) if len(constraint.columns) else None
            elif isinstance(constraint, ForeignKeyConstraint):
                references.append(self._reference(constraint))
            elif isinstance(constraint, UniqueConstraint):
                unique.append(self._key(constraint))
            elif isinstance(constraint, CheckConstraint):
                checks += self._check(table, None, constraint)
            else:
                others += self.other(table, constraint)
        numbered = table.autoincrement_column
        columns: list[ColumnRecord] = []
        for column in table.columns:
            if column.system:
                continue
            columns.append(self._column(table, column, column is numbered))
            for one in column.constraints:
                if isinstance(one, CheckConstraint) and one not in table.constraints:
                    checks += self._check(table, column, one)
        record = TableRecord(
            own_schema(table.schema, self.dialect),
            str(table.name),
            tuple(columns),
            primary_key,
            sorted_by_name(unique),
            sorted_by_name(references),
            sorted_by_name(checks),
            sorted_by_name([self._index(table, index) for index in table.indexes]),
            sorted_by_name(others),
            self._comment(table),
            self.texts.options(table),
        )
        return self.texts.pack.canonical_table(record, table)

    def _comment(self, item: Any) -> str | None:
        return (item.comment or None) if self._comments else None

    # -- columns --------------------------------------------------------------------------------
    def _column(self, table: Table, column: Column[Any], numbered: bool) -> ColumnRecord:
        try:
            type_ = self.texts.type(column.type)
        except Exception as error:
            type_ = self._failed(table, column, error)
        default: str | None = None
        computed: ComputedRecord | None = None
        identity = None
        given = column.server_default
        if given is not None:
            numbered = False
            try:
                if isinstance(given, DefaultClause):
                    default = self.texts.default_of(column)
                elif column.computed is not None:
                    computed = ComputedRecord(
                        self.texts.expression(column.computed.sqltext), column.computed.persisted
                    )
                elif isinstance(given, Identity):
                    numbered = not self._identities
                    if self._identities:
                        said = {name: getattr(given, name, None) for name in _IDENTITY}
                        identity = identity_record(said)
            except Exception as error:
                self._failed(table, column, error)
        elif numbered and isinstance(column.default, Sequence) and not column.default.optional:
            numbered = False
        # Not by keyword, and nothing is called for what is not there: this is done for every column.
        return ColumnRecord(
            str(column.name),
            type_.text,
            bool(column.nullable),
            default,
            computed,
            identity,
            type_.collation,
            (column.comment or None) if self._comments else None,
            numbered,
            self.texts.options(column) if "dialect_options" in vars(column) else (),
        )

    def _failed(self, table: Table, column: Column[Any] | None, error: Exception) -> TypeText:
        self.report(table, None if column is None else str(column.name), error)
        return TypeText(UNKNOWN, None)

    # -- constraints ----------------------------------------------------------------------------
    def _key(self, key: PrimaryKeyConstraint | UniqueConstraint) -> KeyRecord:
        return KeyRecord(
            self.texts.name(key),
            tuple([str(column.name) for column in key.columns]),
            bool(key.deferrable),
            initially(key.initially),
            self._comment(key),
            self.texts.options(key),
        )

    def _reference(self, key: ForeignKeyConstraint) -> ForeignKeyRecord:
        schema: str | None = None
        table = ""
        columns: list[str] = []
        for element in key.elements:
            try:
                referred: Any = element.column
                schema, table, name = referred.table.schema, referred.table.name, referred.name
            except InvalidRequestError:
                # The table is not among the models: what was given is all that is known.
                *path, table, name = element.target_fullname.split(".")
                schema = ".".join(path) or None
            columns.append(str(name))
        return ForeignKeyRecord(
            self.texts.name(key),
            tuple([str(column.name) for column in key.columns]),
            own_schema(schema, self.dialect),
            str(table),
            tuple(columns),
            action(key.onupdate),
            action(key.ondelete),
            bool(key.deferrable),
            initially(key.initially),
            None if (key.match or "simple").lower() == "simple" else str(key.match).lower(),
            self._comment(key),
            self.texts.options(key),
        )

    def _check(
        self, table: Table, column: Column[Any] | None, check: CheckConstraint
    ) -> Iterator[CheckRecord]:
        # The CHECK of a type is left out where the dialect has the type itself; SQLAlchemy has no
        # public name for this rule.
        rule = getattr(check, "_create_rule", None)
        if rule is not None and not rule(self.texts.ddl):
            return
        try:
            expression = self.texts.expression(check.sqltext)
        except Exception as error:
            self._failed(table, column, error)
            return
        yield CheckRecord(self.texts.name(check), expression, self._comment(check), self.texts.options(check))

    def other(self, table: Table, constraint: Constraint) -> Iterator[OtherConstraintRecord]:
        """Yield the record of a constraint of a kind of the dialect's own, if there are words for it."""
        try:
            definition = self.texts.plain(self.texts.ddl.process(constraint))
        except Exception as error:
            self._failed(table, None, error)
            return
        name = self.texts.name(constraint)
        if name is not None:
            written = self.texts.plain(self.texts.ddl.preparer.format_constraint(constraint))
            definition = definition.removeprefix(f"CONSTRAINT {written} ")
        yield OtherConstraintRecord(
            str(constraint.__visit_name__).removesuffix("_constraint"),
            name,
            self.texts.pack.canonical_expression(definition),
            self._comment(constraint),
        )

    # -- indexes --------------------------------------------------------------------------------
    def _index(self, table: Table, index: Index) -> IndexRecord:
        options = dict(self.texts.options(index))
        by_part: dict[str, dict[str, str]] = {}
        if options:
            keys = {str(getattr(item, "key", "")) for item in (*index.expressions, *table.columns)}
            for name, value in index.dialect_kwargs.items():
                if isinstance(value, dict) and not keys.isdisjoint(value):
                    # Said of single columns, by their keys.
                    short = name.partition("_")[2]
                    options.pop(short, None)
                    for part, said in value.items():
                        by_part.setdefault(str(part), {})[short] = self.texts.option(said)
        try:
            parts = tuple([self._part(table, item, by_part) for item in index.expressions])
        except Exception as error:
            self._failed(table, None, error)
            parts = ()
        return IndexRecord(
            self.texts.name(index), parts, bool(index.unique), None, tuple(sorted(options.items()))
        )

    def _part(self, table: Table, item: Any, by_part: dict[str, dict[str, str]]) -> IndexPartRecord:
        if isinstance(item, Column) and not by_part:
            return IndexPartRecord(str(item.name))
        key = getattr(item, "key", None)
        item, options = unordered(item)
        if isinstance(item, Column):
            for name in (item.key, item.name):
                options |= by_part.get(str(name), {})
            return IndexPartRecord(str(item.name), False, tuple(sorted(options.items())))
        text = self.texts.expression(item)
        options |= by_part.get(str(key), {})
        named = any(text == column.name for column in table.columns)
        return IndexPartRecord(text, not named, tuple(sorted(options.items())))


def unordered(item: Any) -> tuple[Any, dict[str, str]]:
    """Return a part of an index without label, order and collation, and the two as options."""
    options: dict[str, str] = {}
    while True:
        if isinstance(item, Label):
            item = item.element
        elif isinstance(item, UnaryExpression) and item.modifier in _ORDERS:
            options.update(_ORDERS[item.modifier])
            item = item.element
        elif isinstance(item, BinaryExpression) and item.operator is operators.collate:
            options["collation"] = str(getattr(item.right, "collation", item.right))
            item = item.left
        else:
            return item, options
