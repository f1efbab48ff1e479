"""Where statements go: to a connection, or as text into a stream."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from sqlalchemy import BindParameter, TextClause, literal, text
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.schema import ExecutableDDLElement
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase

from migrateops.ddl.statements import Execute, TableEvent
from migrateops.operations.schema_objects import require_values

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect


_STRINGS = re.compile(r"'[^']*'")
_LAYOUT = re.compile(r"""('[^']*'|"[^"]*")|\n\t""")
_WORD = re.compile(r"\w+")
_DROP_TYPE = re.compile(r"\bDROP\s+(?:TYPE|DOMAIN)\b([^;]*)", re.IGNORECASE)


class Memo:
    """What SQLAlchemy's types ask for when a table is created: what was created already."""

    def __init__(self) -> None:
        self.memo: dict[Any, Any] = {}

    def forget_dropped(self, written: str) -> None:
        """Forget the types that a text drops: the next table that needs one creates it again."""
        for dropped in _DROP_TYPE.findall(written):
            words = set(_WORD.findall(dropped.lower()))
            for kind, created in self.memo.items():
                # A type is noted as (schema, name).
                self.memo[kind] = {
                    (schema, name)
                    for schema, name in created
                    if words.isdisjoint(_WORD.findall(name.lower()))
                }


class Online:
    """Run statements on a connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.bind: Any = connection

    def send(self, statement: Any, *, execution_options: Mapping[str, Any] | None = None) -> Any:
        """Run one statement and return its result."""
        parameters: Any = None
        if type(statement) is Execute:
            parameters = statement.parameters
            execution_options = {**(statement.options or {}), **(execution_options or {})}
            statement = statement.statement
        if type(statement) is TableEvent:
            # The database is asked which types it has: a rollback or a script may have dropped them.
            fire(statement, self.bind, Memo())
            return None
        if isinstance(statement, str):
            statement = text(statement)
        return self.connection.execute(statement, parameters, execution_options=execution_options or {})


class Offline:
    """Write statements into a stream; nothing can be asked.

    Args:
        dialect: SQLAlchemy's dialect that writes them.
        stream: Where to; standard output when None.
        terminator: What ends a statement.
        literal_binds: Write the values of statements other than DDL in place.
    """

    def __init__(
        self,
        dialect: SQLAlchemyDialect,
        stream: TextIO | None,
        terminator: str,
        *,
        literal_binds: bool,
    ) -> None:
        self.dialect = dialect
        self.stream = stream
        self.terminator = terminator
        self.literal_binds = literal_binds
        self.bind: Any = MockConnection(dialect, self._from_bind)
        self._memo = Memo()

    def _from_bind(self, statement: Any, parameters: Any = None, *_: Any, **__: Any) -> None:
        self.send(Execute(statement, parameters))

    def send(self, statement: Any, *, execution_options: Mapping[str, Any] | None = None) -> None:
        """Write one statement, once for each set of its parameters."""
        parameters: Any = None
        if type(statement) is Execute:
            parameters = statement.parameters
            statement = statement.statement
        if type(statement) is TableEvent:
            # What a stream has created is not to be created again, but that says nothing of a drop.
            created = statement.name in ("before_create", "after_create")
            fire(statement, self.bind, self._memo if created else Memo())
            return
        if isinstance(statement, str):
            statement = text(statement)
        sets: Sequence[Any] = parameters if isinstance(parameters, list | tuple) else [parameters]
        for one in sets:
            written = self._text(statement, one)
            self._memo.forget_dropped(written)
            self.static_output(self._ended(written))

    def _text(self, statement: Any, parameters: Mapping[str, Any] | None) -> str:
        literal = self.literal_binds
        if parameters:
            literal = True
            statement = _bound(statement, parameters)
        options: dict[str, Any] = {}
        # An INSERT and the like has no meaning but with its values; DDL has none.
        if not isinstance(statement, ExecutableDDLElement) and (literal or isinstance(statement, UpdateBase)):
            options["literal_binds"] = True
            if isinstance(statement, TextClause):
                # A database refuses a parameter without a value; as a literal it would become NULL.
                require_values("execute", statement)
        written = str(statement.compile(dialect=self.dialect, compile_kwargs=options)).strip()
        if isinstance(statement, ExecutableDDLElement):
            # SQLAlchemy's layout has tabs; those in a default or a comment are data.
            written = _LAYOUT.sub(lambda found: found[1] or "\n    ", written)
        return written

    def _ended(self, written: str) -> str:
        """Return a statement with the terminator, which must not become part of a comment."""
        if "--" in _STRINGS.sub("", written.rpartition("\n")[2]):
            return f"{written}\n{self.terminator}" if self.terminator else written
        return written if written.endswith(self.terminator) else written + self.terminator

    def static_output(self, written: str) -> None:
        """Write *written* as it is, and an empty line after it."""
        stream = self.stream if self.stream is not None else sys.stdout
        stream.write(f"{written}\n\n")
        stream.flush()


def fire(event: TableEvent, bind: Any, memo: Memo) -> None:
    """Fire a table's event; what listens sends its own DDL to *bind*.

    A type that the table needs may be there already, from another table or from the last time: on
    a database that is looked up.
    """
    asks = not isinstance(bind, MockConnection)
    getattr(event.table.dispatch, event.name)(event.table, bind, checkfirst=asks, _ddl_runner=memo)


def _bound(statement: Any, parameters: Mapping[str, Any]) -> Any:
    """Return the statement with these values in the place of its parameters."""
    if isinstance(statement, TextClause):
        return statement.bindparams(**parameters)
    used = set()

    def value_of(element: Any, **_: Any) -> Any:
        if isinstance(element, BindParameter) and element.key in parameters:
            used.add(element.key)
            return literal(parameters[element.key], element.type)
        return None

    statement = visitors.replacement_traverse(statement, {}, value_of)
    values = {name: value for name, value in parameters.items() if name not in used}
    # What is no parameter of its own names a column of the INSERT or UPDATE.
    return statement.values(**values) if values and hasattr(statement, "values") else statement
