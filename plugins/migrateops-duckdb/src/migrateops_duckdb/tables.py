"""Tables as the engine writes them: read, made again, filled, and put aside for a while."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from migrateops import errors
from migrateops.operations import Operations
from migrateops_duckdb import constraints
from migrateops_duckdb.error_kind import error_kind
from migrateops_duckdb.indexed import Index, find_indexes
from migrateops_duckdb.sql_text import Item, create_table, ddl, items_of, names, quoted, string, unquoted

_TABLE = text(
    "SELECT schema_name, table_name, sql, comment FROM duckdb_tables()"
    " WHERE database_name = current_database() AND schema_name = coalesce(:schema, current_schema())"
    " AND lower(table_name) = lower(:table)"
)
_COMMENTS = text(
    "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = current_database()"
    " AND schema_name = :schema AND table_name = :table AND comment IS NOT NULL ORDER BY column_index"
)
_LEVEL = "migrateops_level"

Comments = dict[str | None, str]
"""Comments by the names of columns; that of the table by None."""


class Aside(NamedTuple):
    """A table that was dropped for a while, and has left its rows in a copy.

    Attributes:
        table: Its name.
        copy: That of the copy.
        items: Its columns and constraints.
        comments: Its comments.
        indexes: Its indexes.
    """

    table: str
    copy: str
    items: list[Item]
    comments: Comments
    indexes: list[Index]


class Tables:
    """Read and make the tables of a schema.

    Args:
        operations: What sends statements.
        schema: The schema, unquoted; None for the default one.
    """

    def __init__(self, operations: Operations, schema: str | None) -> None:
        self._operations = operations
        context = operations.get_context()
        self.connection: Connection = context.connection
        self.send = context.run_statement
        self.schema = schema

    def row(self, table: str) -> Any:
        """Return schema, name, text and comment of a table, whatever the case of its name.

        Raises:
            TableNotFound: There is no such table.
        """
        found = self.connection.execute(_TABLE, {"schema": self.schema, "table": table}).one_or_none()
        if found is None:
            raise errors.batch.TableNotFound(table)
        return found

    def items(self, table: str) -> list[Item]:
        """Return the columns and constraints of a table.

        Raises:
            TableNotFound: There is no such table.
            TableUnreadable: The text of it is of another form than all that are known.
        """
        row = self.row(table)
        sql = str(row.sql)
        keys = constraints.find_constraints(self.connection, row.schema_name, table, "FOREIGN KEY")
        for one in keys:
            sql = sql.replace(one.text, one.readable) if one.text else sql
        # Of one to the table itself the engine writes nothing at all.
        found = items_of(sql, [one.readable for one in keys if not one.text])
        if found is None:
            raise errors.batch.TableUnreadable(table, "the engine's text of it has a form that is not known")
        return found

    def comments(self, table: str) -> Comments:
        """Return the comments of a table and of its columns."""
        row = self.row(table)
        found: Comments = {None: row.comment} if row.comment is not None else {}
        where = {"schema": row.schema_name, "table": row.table_name}
        return found | {row.column_name: row.comment for row in self.connection.execute(_COMMENTS, where)}

    def indexes(self, table: str) -> list[Index]:
        """Return the indexes of a table."""
        return find_indexes(self._operations, table, self.schema)

    def named(self, table: str) -> str:
        """Return the name of a table in its schema as SQL."""
        return f"{quoted(self.schema)}.{quoted(table)}" if self.schema is not None else quoted(table)

    def run(self, statement: str) -> None:
        """Send a statement as it is."""
        self.send(ddl(statement))

    # -- making ---------------------------------------------------------------------------------
    def create(self, table: str, items: Sequence[Item]) -> None:
        """Create a table."""
        self.run(create_table(self.named(table), items))

    def drop(self, table: str) -> None:
        """Drop a table."""
        self.run(f"DROP TABLE {self.named(table)}")

    def say(self, table: str, comments: Comments) -> None:
        """Give a table its comments."""
        for column, said in comments.items():
            what = f"TABLE {self.named(table)}" if column is None else ""
            what = what or f"COLUMN {self.named(table)}.{quoted(str(column))}"
            self.run(f"COMMENT ON {what} IS {string(said)}")

    def fill_plainly(self, table: str, source: str, items: Sequence[Item]) -> None:
        """Copy all rows into a table without foreign keys.

        Args:
            table: The table.
            source: Where they are.
            items: The columns that both have.
        """
        rows = constraints.column_names([item for item in items if item.column is not None])
        self.run(f"INSERT INTO {self.named(table)} ({rows}) SELECT {rows} FROM {self.named(source)}")

    def fill(self, table: str, source: str, items: Sequence[Item]) -> None:
        """Copy rows into a table from a copy of it, which is changed by that.

        Args:
            table: The table, empty.
            source: The copy.
            items: Columns and constraints of the table.

        Raises:
            RebuildRefused: The rows do not fit.
        """
        columns = constraints.column_names([item for item in items if item.column is not None])
        into, rows = (
            f"INSERT INTO {self.named(table)} ({columns})",
            f"SELECT {columns} FROM {self.named(source)}",
        )
        own = [item.reference for item in items if item.is_foreign_key]
        own = [key for key in own if names(key.table, table)]
        try:
            if not own:
                self.fill_plainly(table, source, items)
                return
            # A row has to be there before one that refers to it.
            for level in range(self._levels(table, source, own)):
                self.run(f"{into} {rows} WHERE {_LEVEL} = {level}")
        except DBAPIError as error:
            if error_kind(error) != "constraint":
                raise
            raise errors.batch.RebuildRefused(table, "its rows do not fit", str(error.orig)) from error

    def _levels(self, table: str, source: str, own: Sequence[Any]) -> int:
        """Number the rows of a copy by how many are above them, and return how many levels there are."""
        named = self.named(source)
        self.run(f"ALTER TABLE {named} ADD COLUMN {_LEVEL} INTEGER")
        left = f"SELECT count(*) FROM {named} WHERE {_LEVEL} IS NULL"
        level, before = 0, -1
        while (count := self.connection.exec_driver_sql(left).scalar_one()) and count != before:
            conditions = " AND ".join(f"({_free(key, named)})" for key in own)
            self.run(f"UPDATE {named} AS low SET {_LEVEL} = {level} WHERE {_LEVEL} IS NULL AND {conditions}")
            level, before = level + 1, count
        if count:
            raise errors.batch.RebuildRefused(
                table, "its rows do not fit", f"{count} rows refer to none that is there"
            )
        return level

    # -- for a while ------------------------------------------------------------------------------
    def referring(self, table: str) -> list[str]:
        """Return the tables that refer to a table, also by way of others; each before what it refers to."""
        found: list[str] = []

        def visit(one: str) -> None:
            for other in constraints.referring(self.connection, one, self.schema):
                if other not in (one, *found):
                    visit(other)
                    found.append(other)

        visit(table)
        return found

    def put_aside(self, table: str) -> Aside:
        """Drop a table, with its rows kept in a copy."""
        aside = Aside(
            table, f"migrateops_aside_{table}", self.items(table), self.comments(table), self.indexes(table)
        )
        plain = list(without_keys(aside.items))
        self.create(aside.copy, plain)
        self.fill_plainly(aside.copy, table, plain)
        self.drop(table)
        return aside

    def bring_back(self, aside: Aside) -> None:
        """Make a table again that was put aside.

        Raises:
            RebuildRefused: Its rows do not fit any more.
        """
        self.create(aside.table, aside.items)
        self.fill(aside.table, aside.copy, aside.items)
        self.drop(aside.copy)
        self.say(aside.table, aside.comments)
        for index in aside.indexes:
            for statement in index.create(aside.table):
                self.send(statement)


def without_keys(items: Sequence[Item]) -> Iterator[Item]:
    """Yield the columns that have values of their own, without keys."""
    for item in items:
        if item.column is not None and not item.generated:
            yield item.without("PRIMARY", "KEY").without("UNIQUE")


def _free(key: Any, source: str) -> str:
    """Return when a row does not refer to one that has no level yet."""
    pairs = list(zip(key.columns, key.referred, strict=True))
    empty = " OR ".join(f"low.{column} IS NULL" for column, _ in pairs)
    same = " AND ".join(f"up.{other} = low.{column}" for column, other in pairs)
    return f"{empty} OR EXISTS (SELECT 1 FROM {source} AS up WHERE {same} AND up.{_LEVEL} IS NOT NULL)"


def renamed(comments: Comments, column: str, new: str) -> Comments:
    """Return comments with a column under a new name."""
    return {
        new if name is not None and names(quoted(name), column) else name: said
        for name, said in comments.items()
    }


def column_of(item: Item) -> str:
    """Return the name of a column, unquoted."""
    return unquoted(item.words[0])
