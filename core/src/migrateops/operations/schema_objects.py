"""From names and lists to detached SQLAlchemy schema objects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import NULLTYPE, TypeEngine

from migrateops.errors.operations import NotASchemaItem

if TYPE_CHECKING:
    from migrateops.operations.target import Target


def detached(item: Any, *, flags: bool = True) -> Any:
    """Return *item*, or a copy where it belongs to a table already.

    SQLAlchemy refuses to put one object into two tables, and has no public name for copying a
    single one (``Table.to_metadata()`` copies whole tables, through this same method).

    Args:
        flags: Keep ``unique=True`` and ``index=True`` of a column, which make constraints and
            indexes of their own when it is put into a table.
    """
    owner = item.table if isinstance(item, Column) else getattr(item, "parent", None)
    if owner is None and flags:
        return item
    copy = item._copy()
    if not flags and isinstance(copy, Column):
        copy.unique = copy.index = None
    return copy


def from_type(constraint: Constraint) -> bool:
    """Say whether a column's type made the constraint (Boolean, Enum), and will make it again.

    SQLAlchemy marks such a constraint, but has no public name for the mark.
    """
    return bool(getattr(constraint, "_type_bound", False))


def wanted_by(constraint: Constraint, dialect: Any) -> bool:
    """Say whether a constraint is written on this dialect at all.

    The CHECK of a Boolean or Enum is left out where the dialect has the type itself; SQLAlchemy
    asks the constraint's private rule when it compiles CREATE TABLE, but not for ADD CONSTRAINT.
    """
    rule = getattr(constraint, "_create_rule", None)
    return rule is None or bool(rule(dialect.ddl_compiler(dialect, None)))


def require_items(call: str, items: Iterable[Any], *kinds: type[Any]) -> None:
    """Refuse what is no schema item, before anything is built of it.

    Raises:
        NotASchemaItem: One of *items* is none of *kinds*.
    """
    for item in items:
        if not isinstance(item, kinds):
            expected = " or ".join(kind.__name__ for kind in kinds)
            raise NotASchemaItem(call, f"a {expected}", f"{item!r} ({type(item).__name__})")


class SchemaObjects:
    """Make the objects that DDL elements need, with the naming convention in force.

    Every table is in a MetaData of its own, so that making one never meets another.
    """

    def __init__(self, target: Target) -> None:
        self.target = target

    def metadata(self) -> MetaData:
        """Return an empty MetaData with the naming convention in force."""
        return self.target.metadata()

    def table(
        self, name: str, *items: Any, schema: str | None = None, column_flags: bool = True, **kw: Any
    ) -> Table:
        """Return a Table of *items*; what its foreign keys refer to is made up around it.

        Args:
            column_flags: Let ``unique=True`` and ``index=True`` of columns make constraints.

        Raises:
            NotASchemaItem: One of *items* is neither a column, a constraint nor an index.
        """
        require_items(f"table {name!r}", items, SchemaItem)
        metadata = self.metadata()
        copies = (detached(item, flags=column_flags) for item in items)
        made = Table(name, metadata, *copies, schema=schema, **kw)
        for key in made.foreign_keys:
            _ensure_referred(metadata, key)
        return made

    def column(self, name: str, type_: TypeEngine[Any] | None = None, **kw: Any) -> Column[Any]:
        """Return a Column, of no particular type when none is given."""
        return Column(name, type_ if type_ is not None else NULLTYPE, **kw)

    def primary_key_constraint(
        self, name: str | None, table_name: str, columns: Sequence[str], schema: str | None = None, **kw: Any
    ) -> PrimaryKeyConstraint:
        """Return a primary key on a made-up table."""
        key = PrimaryKeyConstraint(*columns, name=name, **kw)
        Table(table_name, self.metadata(), *(self.column(n) for n in columns), key, schema=schema)
        return key

    def unique_constraint(
        self, name: str | None, table_name: str, columns: Sequence[str], schema: str | None = None, **kw: Any
    ) -> UniqueConstraint:
        """Return a unique constraint on a made-up table."""
        unique = UniqueConstraint(*columns, name=name, **kw)
        Table(table_name, self.metadata(), *(self.column(n) for n in columns), unique, schema=schema)
        return unique

    def check_constraint(
        self, name: str | None, table_name: str, condition: Any, schema: str | None = None, **kw: Any
    ) -> CheckConstraint:
        """Return a CHECK constraint on a made-up table."""
        check = CheckConstraint(text(condition) if isinstance(condition, str) else condition, name=name, **kw)
        Table(table_name, self.metadata(), check, schema=schema)
        return check

    def foreign_key_constraint(
        self,
        name: str | None,
        source: str,
        referent: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        **dialect_kw: Any,
    ) -> ForeignKeyConstraint:
        """Return a foreign key from one made-up table to another."""
        metadata = self.metadata()
        if (source, source_schema) != (referent, referent_schema):
            Table(referent, metadata, *(self.column(n) for n in remote_cols), schema=referent_schema)
            own = list(local_cols)
        else:
            own = list(dict.fromkeys([*local_cols, *remote_cols]))
        prefix = f"{referent_schema}.{referent}" if referent_schema else referent
        key = ForeignKeyConstraint(
            list(local_cols),
            [f"{prefix}.{n}" for n in remote_cols],
            name=name,
            onupdate=onupdate,
            ondelete=ondelete,
            deferrable=deferrable,
            initially=initially,
            match=match,
            **dialect_kw,
        )
        Table(source, metadata, *(self.column(n) for n in own), key, schema=source_schema)
        return key

    def generic_constraint(
        self, name: str | None, table_name: str, type_: str | None, schema: str | None = None, **kw: Any
    ) -> Constraint:
        """Return a constraint known only by its name and kind, for dropping it.

        Args:
            type_: ``"foreignkey"``, ``"primary"``, ``"unique"``, ``"check"`` or None.

        Raises:
            NotASchemaItem: *type_* is another word.
        """
        made: Constraint
        if type_ is None:
            made = Constraint(name=name)
        elif type_ == "foreignkey":
            made = ForeignKeyConstraint([], [], name=name)
        elif type_ == "primary":
            made = PrimaryKeyConstraint(name=name)
        elif type_ == "unique":
            made = UniqueConstraint(name=name)
        elif type_ == "check":
            made = CheckConstraint("TRUE", name=name)
        else:
            raise NotASchemaItem(
                f"drop_constraint {name!r}", "a type_ of foreignkey, primary, unique or check", repr(type_)
            )
        Table(table_name, self.metadata(), made, schema=schema)
        return made

    def index(
        self, name: str | None, table_name: str, columns: Sequence[Any], schema: str | None = None, **kw: Any
    ) -> Index:
        """Return an index on a made-up table; expressions are taken as they are.

        Args:
            columns: Column names, ``text()``, or SQL expressions.
        """
        names = [item for item in columns if isinstance(item, str)]
        for listed in kw.values():
            # Dialect options may list further columns (INCLUDE), which the table must have.
            if isinstance(listed, list | tuple):
                names += [item for item in listed if isinstance(item, str)]
        index = Index(name, *columns, **kw)
        if index.table is None:
            Table(
                table_name,
                self.metadata(),
                *(self.column(n) for n in dict.fromkeys(names)),
                index,
                schema=schema,
            )
        return index


def _ensure_referred(metadata: MetaData, key: ForeignKey) -> None:
    """Make up the table that a foreign key refers to by name, so that DDL can be compiled."""
    *path, column = key.target_fullname.split(".")
    if not path:
        return
    table_key = ".".join(path)
    referred = metadata.tables.get(table_key)
    if referred is None:
        referred = Table(path[-1], metadata, schema=".".join(path[:-1]) or None)
    if column not in referred.columns:
        referred.append_column(Column(column, NULLTYPE))
