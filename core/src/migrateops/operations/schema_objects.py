"""From names and lists to detached SQLAlchemy schema objects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BindParameter,
    CheckConstraint,
    ClauseElement,
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
from sqlalchemy.sql import visitors
from sqlalchemy.types import NULLTYPE, TypeEngine

from migrateops import errors

if TYPE_CHECKING:
    from migrateops.operations.target import Target


def detached(item: Any, *, alone: bool = True) -> Any:
    """Return *item*, or a copy where it belongs to a table already.

    SQLAlchemy refuses to put one object into two tables, and has no public name for copying a
    single one (``Table.to_metadata()`` copies whole tables, through this same method).

    Args:
        alone: A column brings its constraints and its index along; else they come as items of
            their own.
    """
    owner = item.table if isinstance(item, Column) else getattr(item, "parent", None)
    if not isinstance(item, Column):
        return item if owner is None else item._copy()
    # Packs move constraints from the column to its table: the caller's own keeps them.
    if owner is None and alone and not item.constraints:
        return item
    copy = item._copy()
    if not alone:
        copy.unique = copy.index = None
    elif owner is not None:
        for key in item.foreign_keys:
            if key.constraint is not None and len(key.constraint.elements) == 1:
                copy.append_foreign_key(key._copy())
    return copy


def _of_columns(item: Any) -> bool:
    """Say whether *item* is on columns of a table that it belongs to already.

    It can be copied once the new table has its columns.
    """
    if isinstance(item, Index):
        return item.table is not None
    return isinstance(item, Constraint) and getattr(item, "parent", None) is not None


def _put_copy(item: Any, made: Table) -> None:
    """Copy a constraint or an index from its own table into another with the same columns."""
    if isinstance(item, Constraint):
        made.append_constraint(item._copy(target_table=made))
        return

    def moved(element: Any, **_: Any) -> Any:
        mine = isinstance(element, Column) and element.table is item.table
        return made.columns[element.key] if mine else None

    expressions = (visitors.replacement_traverse(e, {}, moved) for e in item.expressions)
    # Attaches itself to the table of its columns.
    Index(item.name, *expressions, unique=item.unique, **given_options(item))


def from_type(constraint: Constraint) -> bool:
    """Say whether a column's type made the constraint (Boolean, Enum), and will make it again.

    SQLAlchemy marks such a constraint, but has no public name for the mark.
    """
    return bool(getattr(constraint, "_type_bound", False))


def given_options(item: Any) -> Mapping[str, Any]:
    """Return the options of dialects that a schema item was given, ``<dialect>_<option>`` by value.

    SQLAlchemy makes room for them when the first is given or asked for, which takes longer than all else
    about an index; an item without that room has none.
    """
    return item.dialect_kwargs if "dialect_options" in vars(item) else {}


def wanted_by(constraint: Constraint, dialect: Any) -> bool:
    """Say whether a constraint is written on this dialect at all.

    The CHECK of a Boolean or Enum is left out where the dialect has the type itself; SQLAlchemy
    asks the constraint's private rule when it compiles CREATE TABLE, but not for ADD CONSTRAINT.
    """
    rule = getattr(constraint, "_create_rule", None)
    return rule is None or bool(rule(dialect.ddl_compiler(dialect, None)))


def require_list(call: str, parameter: str, given: Any) -> None:
    """Refuse one name where a list of names is wanted: a string is a list of its letters.

    Raises:
        NotAList: *given* is a string.
    """
    if isinstance(given, str):
        raise errors.operations.NotAList(call, parameter, repr(given))


def require_names(call: str, parameter: str, given: Any) -> None:
    """Refuse what is no list of at least one name.

    Raises:
        NotAList: *given* is a string.
        WrongType: It is empty.
    """
    require_list(call, parameter, given)
    if not given:
        raise errors.operations.WrongType(call, parameter, "a list of at least one column", repr(given))


def require_expression(call: str, parameter: str, given: Any) -> None:
    """Refuse what is neither SQL text nor an element of SQLAlchemy.

    Raises:
        WrongType: *given* is something else.
    """
    if not isinstance(given, str) and not isinstance(_element(given), ClauseElement):
        wanted = "SQL text, text(), or a SQL expression"
        raise errors.operations.WrongType(call, parameter, wanted, f"{given!r} ({type(given).__name__})")


def require_items(call: str, items: Iterable[Any], *kinds: type[Any]) -> None:
    """Refuse what is no schema item, before anything is built of it.

    Raises:
        NotASchemaItem: One of *items* is none of *kinds*.
    """
    for item in items:
        if not isinstance(item, kinds):
            expected = " or ".join(kind.__name__ for kind in kinds)
            raise errors.operations.NotASchemaItem(call, f"a {expected}", f"{item!r} ({type(item).__name__})")


class SchemaObjects:
    """Make the objects that DDL elements need, with the naming convention in force.

    Every table is in a MetaData of its own, so that making one never meets another.
    """

    def __init__(self, target: Target) -> None:
        self.target = target

    def metadata(self) -> MetaData:
        """Return an empty MetaData with the naming convention in force."""
        return self.target.metadata() if self.target.naming_convention else MetaData()

    def table(
        self, name: str, *items: Any, schema: str | None = None, listed: Collection[str] = (), **kw: Any
    ) -> Table:
        """Return a Table of *items*; what its foreign keys refer to is made up around it.

        Args:
            listed: Names of columns whose constraints and indexes are items; others bring them along.

        Raises:
            NotASchemaItem: One of *items* is neither a column, a constraint nor an index.
        """
        if "prefixes" in kw:
            require_list(f"table {name!r}", "prefixes", kw["prefixes"])
        metadata = self.metadata()
        later, copies = [], []
        for item in items:
            alone = not (listed and isinstance(item, Column) and item.name in listed)
            if type(item) is Column and item.table is None and not item.constraints and alone:
                # As nearly all are: in no table, and with nothing that would be moved to it.
                copies.append(item)
            elif not isinstance(item, SchemaItem):
                require_items(f"table {name!r}", items, SchemaItem)
            elif not isinstance(item, Column) and _of_columns(item):
                later.append(item)
            else:
                copies.append(detached(item, alone=alone))
        made = Table(name, metadata, *copies, schema=schema, **kw)
        for item in later:
            _put_copy(item, made)
        # The primary key is one of them, also where there is none.
        if len(made.constraints) > 1:
            for key in made.foreign_keys:
                ensure_referred(metadata, key)
        return made

    def column(self, name: str, type_: TypeEngine[Any] | None = None, **kw: Any) -> Column[Any]:
        """Return a Column, of no particular type when none is given."""
        return Column(name, type_ if type_ is not None else NULLTYPE, **kw)

    def _columns(self, listed: Sequence[Any], kw: Mapping[str, Any]) -> list[Column[Any]]:
        """Return columns of the names in *listed*, and in options that list more of them (INCLUDE)."""
        more = (names for names in kw.values() if isinstance(names, list | tuple))
        names = [item for items in (listed, *more) for item in items if isinstance(item, str)]
        return [self.column(name) for name in dict.fromkeys(names)]

    def primary_key_constraint(
        self, name: str | None, table_name: str, columns: Sequence[str], schema: str | None = None, **kw: Any
    ) -> PrimaryKeyConstraint:
        """Return a primary key on a made-up table."""
        require_names(f"primary key {name!r}", "columns", columns)
        key = PrimaryKeyConstraint(*columns, name=name, **kw)
        Table(table_name, self.metadata(), *self._columns(columns, kw), key, schema=schema)
        return key

    def unique_constraint(
        self, name: str | None, table_name: str, columns: Sequence[str], schema: str | None = None, **kw: Any
    ) -> UniqueConstraint:
        """Return a unique constraint on a made-up table."""
        require_names(f"unique constraint {name!r}", "columns", columns)
        unique = UniqueConstraint(*columns, name=name, **kw)
        Table(table_name, self.metadata(), *self._columns(columns, kw), unique, schema=schema)
        return unique

    def check_constraint(
        self, name: str | None, table_name: str, condition: Any, schema: str | None = None, **kw: Any
    ) -> CheckConstraint:
        """Return a CHECK constraint on a made-up table."""
        require_expression(f"check constraint {name!r}", "condition", condition)
        given = text(condition) if isinstance(condition, str) else condition
        require_values(f"check constraint {name!r}", given)
        made = Table(table_name, self.metadata(), *_like_columns_in([given]), schema=schema)
        check = CheckConstraint(_on_table(given, made), name=name, **kw)
        # One on columns is attached to their table already.
        if check not in made.constraints:
            made.append_constraint(check)
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
        require_names(f"foreign key {name!r}", "local_cols", local_cols)
        require_names(f"foreign key {name!r}", "remote_cols", remote_cols)
        metadata = self.metadata()
        own = list(local_cols)
        to_itself = (source, source_schema) == (referent, referent_schema)
        if to_itself:
            own = list(dict.fromkeys([*local_cols, *remote_cols]))
        made = Table(source, metadata, *(self.column(n) for n in own), schema=source_schema)
        referred = made
        if not to_itself:
            columns = (self.column(n) for n in remote_cols)
            referred = Table(referent, metadata, *columns, schema=referent_schema)
        key = ForeignKeyConstraint(
            list(local_cols),
            # Not by name: a name with a dot in it would be read as a path.
            [referred.columns[n] for n in remote_cols],
            name=name,
            onupdate=onupdate,
            ondelete=ondelete,
            deferrable=deferrable,
            initially=initially,
            match=match,
            **dialect_kw,
        )
        made.append_constraint(key)
        return key

    def generic_constraint(
        self, name: str | None, table_name: str, type_: str | None, schema: str | None = None, **kw: Any
    ) -> Constraint:
        """Return a constraint known only by its name and kind, for dropping it.

        Args:
            type_: ``"foreignkey"``, ``"primary"``, ``"unique"``, ``"check"`` or None.

        Raises:
            WrongType: *type_* is another word.
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
            kinds = "'foreignkey', 'primary', 'unique' or 'check'"
            raise errors.operations.WrongType(f"drop_constraint {name!r}", "type_", kinds, repr(type_))
        Table(table_name, self.metadata(), made, schema=schema)
        return made

    def index(
        self, name: str | None, table_name: str, columns: Sequence[Any], schema: str | None = None, **kw: Any
    ) -> Index:
        """Return an index on a made-up table.

        Args:
            columns: Column names, ``text()``, or SQL expressions; columns in these stand for those
                of the same name in the made-up table.
        """
        require_list(f"index {name!r}", "columns", columns)
        for item in columns:
            require_expression(f"index {name!r}", "columns", item)
        kw = {option: _option(f"index {name!r}", option, value) for option, value in kw.items()}
        require_values(f"index {name!r}", *columns, *kw.values())
        metadata = self.metadata()
        expressions = [item for item in columns if not isinstance(item, str)]
        named = {c.name: c for c in (*self._columns(columns, kw), *_like_columns_in(expressions))}
        made = Table(table_name, metadata, *named.values(), schema=schema)
        moved = (made.columns[c] if isinstance(c, str) else _on_table(c, made) for c in columns)
        index = Index(name, *moved, **kw)
        # One on columns is attached to their table already.
        if index.table is None:
            Table(table_name, metadata, index, schema=schema, extend_existing=True)
        return index


def _option(call: str, option: str, value: Any) -> Any:
    """Return an index's option of a dialect, its condition as the element that SQLAlchemy makes of it."""
    if option.endswith("_include"):
        require_list(call, option, value)
    return text(value) if option.endswith("_where") and isinstance(value, str) else value


def _like_columns_in(expressions: Iterable[Any]) -> list[Column[Any]]:
    """Return columns with the names and types of those in *expressions*."""
    found = [e for given in expressions for e in visitors.iterate(_element(given)) if isinstance(e, Column)]
    return [Column(name, type_) for name, type_ in {c.name: c.type for c in found}.items()]


def _on_table(expression: Any, made: Table) -> Any:
    """Return *expression* on the columns of *made* that have the names of its own."""

    def moved(element: Any, **_: Any) -> Any:
        return made.columns[element.name] if isinstance(element, Column) else None

    return visitors.replacement_traverse(_element(expression), {}, moved)


def _element(expression: Any) -> Any:
    """Return the SQL element that *expression* is, or stands for (an attribute of a mapped class)."""
    return expression.__clause_element__() if hasattr(expression, "__clause_element__") else expression


def require_values(call: str, *expressions: Any) -> None:
    """Refuse parameters without a value: in DDL they would be written as NULL.

    Args:
        expressions: What is no SQL element is passed over.

    Raises:
        UnboundParameter: There is one.
    """
    for expression in expressions:
        element = _element(expression)
        if not isinstance(element, ClauseElement):
            continue
        for one in visitors.iterate(element):
            if isinstance(one, BindParameter) and one.required:
                raise errors.operations.UnboundParameter(call, one.key)


def require_values_in(call: Callable[[], str], made: Table) -> None:
    """Refuse parameters without a value in CREATE TABLE of *made*, and of its indexes.

    Args:
        call: Says which call it is, where one is refused.

    Raises:
        UnboundParameter: There is one.
    """
    expressions = [*expressions_in(made)]
    if expressions:
        require_values(call(), *expressions)


def expressions_in(made: Table) -> Iterator[Any]:
    """Yield the SQL expressions that CREATE TABLE of *made*, and of its indexes, writes."""
    for column in made.columns:
        if column.server_default is not None:
            default = getattr(column.server_default, "arg", None)
            if not isinstance(default, str):
                yield default
        if column.computed is not None:
            yield column.computed.sqltext
    for constraint in made.constraints:
        condition = getattr(constraint, "sqltext", None)
        if condition is not None:
            yield condition
    for index in made.indexes:
        yield from index.expressions
        yield from given_options(index).values()


def ensure_referred(metadata: MetaData, key: ForeignKey) -> None:
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
