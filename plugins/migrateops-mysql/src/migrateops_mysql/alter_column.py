"""How a column is altered: its whole definition is stated again, so the whole of it has to be known.

Online it is read from the server.  Offline it is what the call says of the present column, and where that is
not enough, the call is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from sqlalchemy import Column, Computed, Identity
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NULLTYPE, TypeEngine

from migrateops import errors
from migrateops.ddl import lower
from migrateops.ddl.statements import ColumnName, is_generated
from migrateops.operations import Operations, Target, ops
from migrateops.operations.invocation import checked
from migrateops.operations.schema_objects import SchemaObjects
from migrateops_mysql import reading
from migrateops_mysql.default import Default, default_of, with_digits
from migrateops_mysql.definition import TEXT_TYPE, Definition, is_json, parse, renamed
from migrateops_mysql.errors import KeyNeedsNull, NoSuchColumn
from migrateops_mysql.options import refuse_dialect_options
from migrateops_mysql.server import Server
from migrateops_mysql.statements import AlterTableBy, Writer

# ER_FK_COLUMN_NOT_NULL, and ER_FK_COLUMN_CANNOT_CHANGE_CHILD of the column that is referred to.
_CANNOT_CHANGE = 1833
_KEY_WRITES_NULL = (1830, _CANNOT_CHANGE)
_KEY = re.compile(r"foreign key constraint '(.+?)'(?: SET NULL| of table)")
_DATE = re.compile(r"\s*\d{2,4}-")
_COMPRESSED = re.compile(r"/\*M?!\d*\s*COMPRESSED\b.*?\*/", re.IGNORECASE)
_COMPRESSIBLE = re.compile(r"var(?:char|binary)\b|(?:tiny|medium|long)?(?:text|blob)\b", re.IGNORECASE)
_LONG_TYPE = re.compile(
    r"(?:tiny|medium|long)?(?:text|blob)\b|json\b|geom|(?:multi)?(?:point|linestring|polygon)\b",
    re.IGNORECASE,
)
_TIME_TYPE = re.compile(r"(?:datetime|timestamp)\b", re.IGNORECASE)


@Operations.lowering_for(ops.AlterColumnOp, dialect="mysql")
def alter_column(op: ops.AlterColumnOp, target: Target) -> Iterator[Any]:
    """Yield one ALTER TABLE, made of what the operation says of the present column."""
    yield from _Change(op, target, lambda: told(op, target)).statements()


@Operations.implementation_for(ops.AlterColumnOp, replace=True, dialect="mysql")
def alter_existing_column(operations: Operations, op: ops.AlterColumnOp) -> None:
    """Send one ALTER TABLE, made of what the server says of the present column."""
    context = operations.get_context()
    if context.as_sql:
        operations.next(op)
        return

    def existing() -> Definition:
        created = reading.create_table(context.connection, op.table_name, op.schema)
        found = created.column(op.column_name)
        if found is None:
            raise NoSuchColumn(op.describe(), context.target.name, op.table_name, op.column_name)
        if op.modify_nullable and created.has_in_primary_key(found.name):
            # MariaDB would take it, and leave the column as it is.
            raise errors.operations.UnsupportedOperation(
                op.describe(), context.target.name, "NULL in a primary key", "drop the primary key first"
            )
        return found

    with checked(op, context.target):
        for statement in list(_Change(op, context.target, existing).statements()):
            with _key_named(op, context.target):
                context.run_statement(statement)


@contextmanager
def _key_named(op: ops.AlterColumnOp, target: Target) -> Iterator[None]:
    """Name the foreign key for which the server refuses that a column may be NULL no more, or from now on.

    Only the server knows: it depends on the key's actions, on the column there, and on the session.
    """
    try:
        yield
    except DBAPIError as error:
        number, said = (*getattr(error.orig, "args", ()), None, None)[:2]
        key = _KEY.search(str(said))
        if number not in _KEY_WRITES_NULL or op.modify_nullable is None or key is None:
            raise
        if number == _CANNOT_CHANGE and op.modify_type is not None:
            # It may be the type for which it refuses.
            raise
        raise KeyNeedsNull(op.describe(), target.name, key[1]) from error


def told(op: ops.AlterColumnOp, target: Target) -> Definition:
    """Return the definition of the present column, as far as the operation says it.

    Raises:
        IncompleteOperation: It does not say enough to state the column again.
    """
    unknown = []
    if op.existing_type is None and op.modify_type is None:
        unknown.append("existing_type")
    if op.existing_nullable is None and op.modify_nullable is None:
        unknown.append("existing_nullable")
    if op.existing_server_default is False and op.modify_server_default is False:
        unknown.append("existing_server_default")
    if unknown:
        raise errors.operations.IncompleteOperation(op.describe(), target.name, ", ".join(unknown))
    writer = Writer(target.dialect)
    type_ = op.existing_type if op.existing_type is not None else op.modify_type
    stated = parse(writer.type(_column(op, target, type_)), backslashes=writer.backslashes)
    default = Default()
    generated = ""
    if isinstance(op.existing_server_default, Computed):
        generated = str(writer.compiler.process(op.existing_server_default))
    elif op.existing_server_default is not False:
        default = default_of(op.existing_server_default, op, target)
    return replace(
        stated,
        generated=generated,
        nullable=op.existing_nullable is not False,
        default=default.value,
        on_update=default.on_update,
        auto_increment=bool(op.kw.get("existing_autoincrement")),
        comment=writer.string(op.existing_comment) if op.existing_comment else None,
    )


def _column(
    op: ops.AlterColumnOp, target: Target, type_: TypeEngine[Any] | type[TypeEngine[Any]] | None
) -> Column[Any]:
    column: Column[Any] = Column(op.column_name, type_ if type_ is not None else NULLTYPE)
    SchemaObjects(target).table(op.table_name, column, schema=op.schema)
    return column


class _Change:
    """The change that an operation makes to a column.

    Args:
        op: The operation.
        target: The server.
        existing: Returns the present definition; not called where it does not matter.
    """

    def __init__(self, op: ops.AlterColumnOp, target: Target, existing: Callable[[], Definition]) -> None:
        self.op = op
        self.target = target
        self.existing = cache(existing)
        self.server = Server.of(target)
        self.writer = Writer(target.dialect)
        self.auto_increment: bool | None = op.kw.get("autoincrement")
        self.changes_default = op.modify_server_default is not False
        # Whether anything changes that only the whole definition can say.
        self.restates = (
            op.modify_type is not None
            or op.modify_nullable is not None
            or op.modify_comment is not False
            or self.auto_increment is not None
            or op.insert_after is not None
        )

    def statements(self) -> Iterator[Any]:
        """Yield the statements.

        Raises:
            UnsupportedOperation: The server cannot do it.
            IncompleteOperation: Offline, the present column is not known well enough.
        """
        op = self.op
        self._refuse()
        if not (self.restates or self.changes_default):
            if op.modify_name is not None:
                yield from self._rename()
            return
        if self.changes_default and not self.restates and op.modify_name is None:
            short = self._only_default()
            if short is not None:
                yield short
                return
        yield from self._restate()

    def _refuse(self) -> None:
        op = self.op
        refuse_dialect_options(op)
        if isinstance(op.modify_server_default, Identity) or isinstance(op.existing_server_default, Identity):
            raise self._unsupported("identity columns", "give autoincrement=True")
        if op.insert_before is not None:
            raise self._unsupported(
                "putting a column before another", "name the column that it comes after: insert_after"
            )

    def _unsupported(self, what: str, alternative: str) -> errors.operations.UnsupportedOperation:
        return errors.operations.UnsupportedOperation(self.op.describe(), self.target.name, what, alternative)

    def _rename(self) -> Iterator[Any]:
        op = self.op
        if self.server.renames_columns and op.modify_name is not None:
            yield ColumnName(op.table_name, op.column_name, op.modify_name, op.schema)
        else:
            yield from self._restate()

    def _only_default(self) -> AlterTableBy | None:
        """Return the statement that changes the default alone, or None where it would take more with it.

        SET DEFAULT takes ON UPDATE away, and knows no CURRENT_TIMESTAMP; DROP DEFAULT leaves a column
        without any, NULL among them.  MySQL has neither for texts and the like.
        """
        op, new = self.op, self.op.modify_server_default
        if is_generated(new) or is_generated(op.existing_server_default):
            return None
        default = default_of(new, op, self.target)
        if default.is_time or default.on_update is not None:
            return None
        if self.target.as_sql:
            if self._may_be_time(new) or self._is_long(self._told_type()):
                return None
            nullable = op.existing_nullable
            if new is None and nullable is None and not self.server.mariadb:
                raise errors.operations.IncompleteOperation(
                    op.describe(), self.target.name, "existing_nullable"
                )
        else:
            present = self.existing()
            if present.on_update is not None or present.generated or self._is_long(present.type):
                return None
            nullable = present.nullable
        if default.value is None and nullable:
            default = Default("NULL")
        change = "DROP DEFAULT" if default.value is None else f"SET DEFAULT {default.value}"
        clause = f"ALTER COLUMN {self.writer.name(op.column_name)} {change}"
        return AlterTableBy(op.table_name, [clause], op.schema)

    def _may_be_time(self, new: Any) -> bool:
        """Say whether the column may have ON UPDATE, as far as the operation tells."""
        op = self.op
        if op.existing_type is not None:
            return bool(_TIME_TYPE.match(self._told_type()))
        old = op.existing_server_default
        told_time = old not in (False, None) and default_of(old, op, self.target).is_time
        return told_time or (isinstance(new, str) and bool(_DATE.match(new)))

    def _told_type(self) -> str:
        """Return the present type as SQL, nothing where it is not told."""
        told = self.op.existing_type
        return self.writer.type(_column(self.op, self.target, told)) if told is not None else ""

    def _is_long(self, type_: str) -> bool:
        """Say whether MySQL refuses SET DEFAULT and DROP DEFAULT for columns of a type."""
        return not self.server.mariadb and bool(_LONG_TYPE.match(type_))

    # -- the whole definition -----------------------------------------------------------------
    def _restate(self) -> Iterator[Any]:
        op, name = self.op, self.writer.name
        present = self._escaped(self._renamed(self.existing()))
        changed = self._changed(present)
        clauses = []
        if op.modify_type is not None and self.server.checks:
            word = "CONSTRAINT" if self.server.mariadb else "CHECK"
            clauses += [
                f"DROP {word} {self.target.dialect.identifier_preparer.format_constraint(constraint)}"
                for constraint in lower.dropped_with_type(op, self.target)
            ]
        # As the server has it: MODIFY would take over upper and lower case.
        column = name(present.name or op.column_name)
        if op.modify_name is not None and op.modify_name != op.column_name:
            clause = f"CHANGE {column} {name(op.modify_name)} {changed.text()}"
        else:
            clause = f"MODIFY {column} {changed.text()}"
        clauses.append(f"{clause} AFTER {name(op.insert_after)}" if op.insert_after is not None else clause)
        if op.modify_type is not None and self.server.checks:
            clauses += [
                f"ADD {self.writer.constraint(constraint)}"
                for constraint in lower.type_constraints(self._renamed_op(), op.modify_type, self.target)
            ]
        yield AlterTableBy(op.table_name, clauses, op.schema)

    def _renamed_op(self) -> ops.AlterColumnOp:
        """Return an operation on the column under its new name: a new CHECK is of that."""
        op = self.op
        return ops.AlterColumnOp(op.table_name, op.modify_name or op.column_name, schema=op.schema)

    def _renamed(self, present: Definition) -> Definition:
        """Return the definition with a CHECK of the column under its new name, the rest as it is."""
        op = self.op
        if op.modify_name is None or not present.check:
            return present
        check = renamed(present.check, op.column_name, op.modify_name, backslashes=self.writer.backslashes)
        return replace(present, check=check)

    def _escaped(self, present: Definition) -> Definition:
        """Return the server's text as text of a statement; what an operation has told is that already."""
        if self.target.as_sql:
            return present
        raw = self.writer.raw
        texts = {
            name: raw(value)
            for name, value in vars(present).items()
            if name != "name" and isinstance(value, str) and "%" in value
        }
        return replace(present, **texts)  # type: ignore[arg-type]  # the fields that are texts

    def _changed(self, present: Definition) -> Definition:
        op = self.op
        changed = self._with_type(present, op.modify_type) if op.modify_type is not None else present
        if op.modify_nullable is not None:
            if changed.generated and not op.modify_nullable and self.server.mariadb:
                raise self._unsupported(
                    "NOT NULL of a generated column", "create a CHECK that it is not NULL"
                )
            changed = replace(changed, nullable=op.modify_nullable)
        if self.changes_default:
            changed = self._with_default(changed)
        if self.auto_increment is not None:
            changed = replace(changed, auto_increment=self.auto_increment)
        if op.modify_comment is not False:
            comment = self.writer.string(op.modify_comment) if op.modify_comment else None
            changed = replace(changed, comment=comment)
        return changed

    def _with_type(self, present: Definition, type_given: Any) -> Definition:
        """Return the definition with the new type; a character set that it does not state stays."""
        column = _column(self.op, self.target, type_given)
        new = parse(self.writer.type(column), backslashes=self.writer.backslashes)
        type_ = new.type
        compressed = _COMPRESSED.search(present.type)
        if compressed and _COMPRESSIBLE.match(type_):
            type_ += f" {compressed[0]}"
        was_json = is_json(present)
        charset = new.charset
        if not charset and TEXT_TYPE.match(new.type) and TEXT_TYPE.match(present.type) and not was_json:
            charset = present.charset
        if _TIME_TYPE.match(new.type):
            present = replace(
                present,
                default=with_digits(present.default, new.type),
                on_update=with_digits(present.on_update, new.type),
            )
        # MariaDB's JSON is a text with a CHECK, which goes with it.
        return replace(present, type=type_, charset=charset, check="" if was_json else present.check)

    def _with_default(self, present: Definition) -> Definition:
        op, new = self.op, self.op.modify_server_default
        if isinstance(new, Computed):
            self._refuse_virtual(present, not new.persisted)
            generated = str(self.writer.compiler.process(new))
            return replace(present, generated=generated, default=None, on_update=None)
        self._refuse_virtual(present, False)
        default = default_of(new, op, self.target)
        on_update = default.on_update
        if on_update is None and not self._told_on_update():
            on_update = present.on_update
        return replace(present, generated="", default=default.value, on_update=on_update)

    def _told_on_update(self) -> bool:
        """Say whether the operation knows of ON UPDATE, so that a new default without it takes it away."""
        old = self.op.existing_server_default
        if old is False or old is None or is_generated(old):
            return False
        return default_of(old, self.op, self.target).on_update is not None

    def _refuse_virtual(self, present: Definition, becomes_virtual: bool) -> None:
        is_virtual = bool(present.generated) and not re.search(
            r"\b(?:STORED|PERSISTENT)\s*$", present.generated, re.IGNORECASE
        )
        if is_virtual != becomes_virtual:
            raise self._unsupported(
                "making a column a virtual generated one, or no longer so, by ALTER",
                "drop the column and add it again",
            )
