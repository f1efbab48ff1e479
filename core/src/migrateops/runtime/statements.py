"""Where statements go: to a connection, or as text into a stream."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, TextClause, literal, text
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.schema import CreateTable, ExecutableDDLElement
from sqlalchemy.sql import visitors
from sqlalchemy.sql.dml import UpdateBase

from migrateops import errors
from migrateops.ddl.rows import InsertRows
from migrateops.ddl.statements import AlterTable, Execute, TableEvent
from migrateops.operations.schema_objects import require_values

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect

    from migrateops.dialects.base import Dialect
    from migrateops.runtime.stream import SqlStream


# Compiled at their first use: online there is none.
_STRINGS = r"'[^']*'"
_LAYOUT = r"""('[^']*'|"[^"]*")|\n\t"""
_WORD = r"\w+"
_DROP_TYPE = r"(?i)\bDROP\s+(?:TYPE|DOMAIN)\b([^;]*)"


class Memo:
    """What is asked for when a table is created: the dialect, and which types were created already."""

    def __init__(self, dialect: SQLAlchemyDialect) -> None:
        self.dialect = dialect
        self.memo: dict[Any, Any] = {}

    def forget_dropped(self, written: str) -> None:
        """Forget the types that a text drops: the next table that needs one creates it again."""
        for dropped in re.findall(_DROP_TYPE, written):
            words = set(re.findall(_WORD, dropped.lower()))
            for kind, created in self.memo.items():
                # A type is noted as (schema, name).
                self.memo[kind] = {
                    (schema, name)
                    for schema, name in created
                    if words.isdisjoint(re.findall(_WORD, name.lower()))
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
        if isinstance(statement, InsertRows):
            statement.run(self.connection)
            return None
        if type(statement) is TableEvent:
            # The database is asked which types it has: a rollback or a script may have dropped them.
            fire(statement, self.bind, Memo(self.bind.dialect))
            return None
        if isinstance(statement, str):
            statement = text(statement)
        return self.connection.execute(statement, parameters, execution_options=execution_options or {})


class OfflineBind(MockConnection):
    """What stands for the connection where statements are written."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise errors.runtime.NotOffline(f"{name} of the connection")


class NoRows:
    """The result of a statement that was written; not even whether there are rows is known."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise errors.runtime.NotOffline(f"{name} of a result")

    def __iter__(self) -> Iterator[Any]:
        raise errors.runtime.NotOffline("a result")

    def __bool__(self) -> bool:
        return False


class Offline:
    """Write statements into a stream; nothing can be asked.

    Args:
        dialect: SQLAlchemy's dialect that writes them.
        output: Where to.
        pack: The dialect's pack, which says what ends a statement, and how some values are written.
        separator: A line to write behind each statement, or None.
        literal_binds: Write the values of statements other than DDL in place.
        none_for_result: Give scripts None for a result, not an object that says what it misses.
    """

    def __init__(
        self,
        dialect: SQLAlchemyDialect,
        output: SqlStream,
        pack: Dialect,
        separator: str | None = None,
        *,
        literal_binds: bool,
        none_for_result: bool = False,
    ) -> None:
        # Not needed online.
        from migrateops.ddl.remembering import remembering_compiler
        from migrateops.runtime.literals import literal_compiler

        self.dialect = dialect
        self._dialect_name = dialect.name
        self._none_for_result = none_for_result
        self.output = output
        self.terminator = pack.terminator
        self._put = output.put
        self._behind = "\n\n" if separator is None else f"\n{separator}\n\n"
        self._end = f"{self.terminator}{self._behind}"
        self.literal_binds = literal_binds
        self.bind: Any = OfflineBind(dialect, self._from_bind)
        self._memo = Memo(dialect)
        self._table_compiler = remembering_compiler(dialect)
        self._alter_compiler: Any = self._table_compiler
        if self._alter_compiler is None:
            self._alter_compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]
        self._compiler = literal_compiler(dialect.statement_compiler, pack)

    def _from_bind(self, statement: Any, parameters: Any = None, *_: Any, **__: Any) -> NoRows | None:
        self.send(Execute(statement, parameters))
        return None if self._none_for_result else NoRows()

    def send(self, statement: Any, *, execution_options: Mapping[str, Any] | None = None) -> None:
        """Write one statement, once for each set of its parameters."""
        parameters: Any = None
        if type(statement) is Execute:
            parameters, statement = statement.parameters, statement.statement
        if isinstance(statement, AlterTable):
            self.write(self._alter_text(statement))
            return
        if isinstance(statement, str):
            # A string that text() has nothing to read in, and that no driver's dialect writes otherwise.
            if parameters is None and ":" not in statement and "\\" not in statement and "%" not in statement:
                self.write(statement.strip())
                return
            statement = text(statement)
        elif type(statement) is TableEvent:
            # What a stream has created is not to be created again, but that says nothing of a drop.
            created = statement.name in ("before_create", "after_create")
            fire(statement, self.bind, self._memo if created else Memo(self.dialect))
            return
        if parameters is None or not isinstance(parameters, list | tuple):
            self.write(self._text(statement, parameters))
            return
        for one in parameters:
            self.write(self._text(statement, one))

    def _text(self, statement: Any, parameters: Mapping[str, Any] | None) -> str:
        if isinstance(statement, ExecutableDDLElement):
            if type(statement) is CreateTable and self._table_compiler is not None:
                written = self._table_compiler.table_text(statement, "    ").strip()
            else:
                written = str(statement.compile(dialect=self.dialect)).strip()
            return _laid_out(written) if "\n\t" in written else written
        if parameters:
            statement = _bound(statement, parameters)
        if isinstance(statement, TextClause):
            # A database refuses a parameter without a value; as a literal it would become NULL.
            require_values("execute", statement)
        # An INSERT and the like has no meaning but with its values.
        if not (parameters or self.literal_binds or isinstance(statement, UpdateBase)):
            return str(statement.compile(dialect=self.dialect)).strip()
        return str(self._compiler(self.dialect, statement, compile_kwargs={"literal_binds": True})).strip()

    def _alter_text(self, statement: Any) -> str:
        """Return what ``process()`` of the compiler returns, sooner.

        SQLAlchemy has no public name for the functions that ``@compiles`` has registered.
        """
        # They need nothing that SQLAlchemy's compiler notes of the one statement that it is made for.
        compiler = self._alter_compiler
        if "sql_compiler" in compiler.__dict__:
            del compiler.__dict__["sql_compiler"]
        functions = statement._compiler_dispatcher.specs
        function = functions.get(self._dialect_name) or functions.get("default")
        written = compiler.process(statement) if function is None else function(statement, compiler)
        written = written.strip()
        return _laid_out(written) if "\n\t" in written else written

    def write(self, statement: str) -> None:
        """Write the text of a statement, with what ends it."""
        if self._memo.memo:
            self._memo.forget_dropped(statement)
        end = self._behind if statement.endswith(self.terminator) else self._end
        if "--" in statement:
            end = self._end_behind_comment(statement, end)
        self._put(f"{statement}{end}")

    def _end_behind_comment(self, written: str, end: str) -> str:
        """Return what ends a statement; the terminator must not become part of a comment."""
        if self.terminator and "--" in re.sub(_STRINGS, "", written.rpartition("\n")[2]):
            return f"\n{self._end}"
        return end

    def static_output(self, written: str) -> None:
        """Write *written* as it is, and an empty line after it."""
        self.output.write(f"{written}\n\n")


def _laid_out(written: str) -> str:
    """Replace the tabs of SQLAlchemy's layout; those in a default or a comment are data."""
    lines = written.split("\n\t")
    # Strings that end where they begin: all tabs are outside of them.
    if '"' not in written and not any(line.count("'") % 2 for line in lines):
        return "\n    ".join(lines)
    return re.sub(_LAYOUT, lambda found: found[1] or "\n    ", written)


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
