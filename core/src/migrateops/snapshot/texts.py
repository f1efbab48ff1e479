"""Types, defaults and expressions of SQLAlchemy objects as canonical texts."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ClauseElement
from sqlalchemy.exc import CompileError, InvalidRequestError
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

if TYPE_CHECKING:
    from sqlalchemy import Column, Constraint, Index
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect

    from migrateops.dialects.base import Dialect
    from migrateops.snapshot.records import Options

UNKNOWN = ""
"""The text of a type that nothing is known of; it is like every other."""


class TypeText(NamedTuple):
    """A type as records have it."""

    text: str
    collation: str | None


class Texts:
    """Write what SQLAlchemy objects say as one dialect has it, each thing once.

    Args:
        pack: What says which texts are equal.
        dialect: SQLAlchemy's dialect object.
    """

    def __init__(self, pack: Dialect, dialect: SQLAlchemyDialect) -> None:
        self.pack = pack
        self.dialect = dialect
        self.ddl: Any = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # no statement, just its parts
        self._preparer = dialect.identifier_preparer
        self._length = min(
            dialect.max_identifier_length,
            getattr(dialect, "max_constraint_name_length", None) or dialect.max_identifier_length,
            getattr(dialect, "max_index_name_length", None) or dialect.max_identifier_length,
        )
        # Compiled for a driver that reads them, percent signs are doubled.
        self._doubled = dialect.paramstyle in ("format", "pyformat")
        self._names = {pack.family, pack.name, dialect.name}
        usual = [said.items() for _, said in dialect.construct_arguments or () if said]
        # Only of what is on by itself does it say something that it is off.
        self._on = {name for said in usual for name, value in said if value is True}
        self._types: dict[Any, TypeText] = {}
        self._defaults: dict[str, str | None] = {}
        self._said: dict[tuple[str, str], str | None] = {}
        self._conditions: dict[str, str] = {}

    # -- types ----------------------------------------------------------------------------------
    def type(self, type_: TypeEngine[Any]) -> TypeText:
        """Return a type's text, and its collation.

        Raises:
            CompileError: The dialect has no such type.
        """
        # Types that were made from the same arguments have the same attributes, but for their listeners.
        said = vars(type_)
        if "dispatch" in said:
            said = {name: value for name, value in said.items() if name != "dispatch"}
        key: Any = (type(type_), *said.items())
        try:
            found = self._types.get(key)
        except TypeError:
            return self._type(type_)
        if found is None:
            found = self._types[key] = self._type(type_)
        return found

    def _type(self, type_: TypeEngine[Any]) -> TypeText:
        own: Any = self._own(type_)
        if isinstance(own, NullType):
            return TypeText(UNKNOWN, None)
        collation: str | None = getattr(own, "collation", None)
        if collation is None:
            return TypeText(self.pack.canonical_type(type_, self.dialect), None)
        own = copy.copy(own)
        own.collation = None
        return TypeText(self.pack.canonical_type(own, self.dialect), collation)

    def _own(self, type_: TypeEngine[Any]) -> TypeEngine[Any]:
        """Return the type that a variant or a decorator stands for on this dialect."""
        # The mapping has no public name; it is what with_variant() adds to.
        type_ = type_._variant_mapping.get(self.dialect.name, type_)
        return self._own(type_.load_dialect_impl(self.dialect)) if isinstance(type_, TypeDecorator) else type_

    # -- SQL ------------------------------------------------------------------------------------
    def sql(self, element: Any) -> str:
        """Return an expression as it is written in DDL: values written out, columns by name alone."""
        if isinstance(element, str):
            return element
        return self.plain(self.ddl.sql_compiler.process(element, include_table=False, literal_binds=True))

    def quoted(self, name: str) -> str:
        """Return a name in quotes, where it needs them."""
        return self.plain(self._preparer.quote(name))

    @property
    def quotes(self) -> Sequence[str]:
        """The pairs of characters that names stand in."""
        return self.pack.quotes or (self._preparer.initial_quote + self._preparer.final_quote,)

    def plain(self, compiled: str) -> str:
        """Return what SQLAlchemy has compiled with its percent signs as the server reads them."""
        return compiled.replace("%%", "%") if self._doubled else compiled

    def expression(self, element: Any) -> str:
        """Return an expression in its canonical form.

        Args:
            element: SQL text, or a SQL expression.
        """
        text = self.sql(element)
        found = self._conditions.get(text)
        if found is None:
            found = self._conditions[text] = self.pack.canonical_expression(text)
        return found

    def default(self, text: str | None) -> str | None:
        """Return a default, as DDL has it, in its canonical form."""
        if text is None:
            return None
        if text not in self._defaults:
            self._defaults[text] = self.pack.canonical_default(text)
        return self._defaults[text]

    def default_of(self, column: Column[Any]) -> str | None:
        """Return the default that a column of the models says, in its canonical form."""
        argument: Any = getattr(column.server_default, "arg", None)
        if not isinstance(argument, str):
            return self._default_of(column)
        # Many columns of many tables have the same.
        key = (self.type(column.type).text, argument)
        if key not in self._said:
            self._said[key] = self._default_of(column)
        return self._said[key]

    def _default_of(self, column: Column[Any]) -> str | None:
        text: str | None = self.ddl.get_column_default_string(column)
        return self.default(text if text is None else self.plain(text))

    # -- names and options ------------------------------------------------------------------------
    def name(self, item: Constraint | Index) -> str | None:
        """Return the name that a constraint or an index of the models gets; None for one without."""
        name: Any = item.name
        if name is None or (isinstance(name, str) and len(name) <= self._length):
            return None if name is None else str(name)
        try:
            # Too long, or left to the naming convention: SQLAlchemy's own way, without its quotes.
            return self._preparer.format_constraint(item, _alembic_quote=False)
        except InvalidRequestError:
            # The convention needs a name that there is none of.
            return None

    def options(self, item: Any) -> Options:
        """Return what an object says with options of this dialect; what says nothing is left out."""
        # Only an object that was given some has them.
        if "dialect_options" not in vars(item):
            return ()
        said: dict[str, str] = {}
        for full, value in item.dialect_kwargs.items():
            dialect, _, name = full.partition("_")
            if dialect in self._names:
                text = "false" if value is False and name in self._on else self.option(value)
                if text:
                    said[name] = text
        return tuple(sorted(said.items()))

    def option(self, value: Any) -> str:
        """Return the value of an option as text; an empty one where it says nothing."""
        if value is None or value is False:
            return ""
        if value is True:
            return "true"
        if isinstance(value, dict):
            # False says something here, too.
            items = ((name, "false" if item is False else self.option(item)) for name, item in value.items())
            return ", ".join(f"{name} = {item}" for name, item in sorted(items))
        if isinstance(value, list | tuple | set | frozenset):
            return ", ".join(self.option(item) for item in value)
        if isinstance(value, ClauseElement):
            return self.expression(value)
        return str(getattr(value, "name", value))


def is_failure(error: Exception) -> bool:
    """Say whether SQLAlchemy reports that a dialect has no such thing."""
    return isinstance(error, CompileError | NotImplementedError)
