# Written by `migrateops stubs`; change the operations, not this file.

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import Column, Table, TableClause
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import TypeEngine

class OperationsSurface:
    """The directives of ``op``."""

    def add_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        """Add a column to a table.

        ``ALTER TABLE .. ADD COLUMN``; foreign keys, a unique constraint, the CHECK of its type, an
        index and a comment of the column become statements of their own.

        Args:
            table_name: Name of the table, unquoted.
            column: The new column.
            schema: Schema of the table, unquoted.
            if_not_exists: Say IF NOT EXISTS.
            inline_references: Write a foreign key of one column inside ADD COLUMN.
            inline_primary_key: Write PRIMARY KEY inside ADD COLUMN.
        """

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: str | Literal[False] | None = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        existing_type: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Alter a column of a table.

        Args:
            table_name: Name of the table, unquoted.
            column_name: Present name of the column, unquoted.
            nullable: Whether it is to accept NULL.
            comment: Its new comment; None drops the comment, False leaves it.
            server_default: Its new default on the server, a string or ``text()``; None drops the
                default, False leaves it.
            new_column_name: Its new name, unquoted.
            type_: Its new type.
            existing_type: Its present type; some dialects must be told.
            existing_server_default: Its present default; False for not given.
            existing_nullable: Whether it accepts NULL at present.
            existing_comment: Its present comment.
            schema: Schema of the table, unquoted.
            kw: Options of the dialect.
        """

    def bulk_insert(
        self,
        table: TableClause,
        rows: Sequence[Mapping[str, Any]],
        *,
        multiinsert: bool = True,
    ) -> None:
        """Insert rows.

        Args:
            table: A Table, or a ``sqlalchemy.table()`` with columns.
            rows: A list of mappings, one a row.
            multiinsert: Send all rows in one call; False inserts row by row, which rows with SQL
                expressions need.
        """

    def create_check_constraint(
        self,
        constraint_name: str | None,
        table_name: str,
        condition: Any,
        *,
        schema: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        **kw: Any,
    ) -> None:
        """Add a CHECK constraint to a table.

        Args:
            constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
            table_name: Name of the table, unquoted.
            condition: The condition: SQL text, ``text()``, or a SQL expression.
            schema: Schema of the table, unquoted.
            deferrable: Say DEFERRABLE or NOT DEFERRABLE.
            initially: ``"DEFERRED"`` or ``"IMMEDIATE"``.
            kw: Constraint options of the dialect.
        """

    def create_foreign_key(
        self,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        *,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Add a foreign key to a table.

        Args:
            constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
            source_table: The table that refers, unquoted.
            referent_table: The table that is referred to, unquoted.
            local_cols: Names of the columns that refer.
            remote_cols: Names of the columns that are referred to.
            onupdate: What ON UPDATE says, such as ``"CASCADE"``.
            ondelete: What ON DELETE says, such as ``"SET NULL"``.
            deferrable: Say DEFERRABLE or NOT DEFERRABLE.
            initially: ``"DEFERRED"`` or ``"IMMEDIATE"``.
            match: What MATCH says, such as ``"FULL"``.
            source_schema: Schema of the table that refers, unquoted.
            referent_schema: Schema of the table that is referred to, unquoted.
            kw: Constraint options of the dialect.
        """

    def create_index(
        self,
        index_name: str | None,
        table_name: str,
        columns: Sequence[Any],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Create an index.

        Args:
            index_name: Name of the index, unquoted; None leaves it to the naming convention.
            table_name: Name of the table, unquoted.
            columns: Column names, ``text()``, or SQL expressions.
            schema: Schema of the table, unquoted.
            unique: Create a UNIQUE index.
            if_not_exists: Say IF NOT EXISTS.
            kw: Index options of the dialect.
        """

    def create_primary_key(
        self,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Add a primary key to a table.

        Args:
            constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
            table_name: Name of the table, unquoted.
            columns: Names of the columns.
            schema: Schema of the table, unquoted.
            kw: Constraint options of the dialect.
        """

    def create_table(
        self,
        table_name: str,
        *columns: SchemaItem,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        comment: str | None = None,
        prefixes: Sequence[str] | None = None,
        **kw: Any,
    ) -> Table:
        """Create a table and return it as a SQLAlchemy Table.

        ``CREATE TABLE``, then one ``CREATE INDEX`` for each index of its columns; comments follow as
        statements of their own where the dialect has them so.  The table's ``before_create`` and
        ``after_create`` events are fired.

        Args:
            table_name: Name of the new table, unquoted.
            columns: Columns, constraints and indexes.
            schema: Schema to create it in, unquoted; the connection's default when omitted.
            if_not_exists: Say IF NOT EXISTS.
            comment: Comment of the table.
            prefixes: Words between CREATE and TABLE.
            kw: Table options of the dialect, such as ``<dialect>_<option>``, and ``info``.
        """

    def create_table_comment(
        self,
        table_name: str,
        comment: str | None,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Set the comment of a table.

        Args:
            table_name: Name of the table, unquoted.
            comment: The comment; None drops the present one.
            existing_comment: Its present comment, for reversing.
            schema: Schema of the table, unquoted.
        """

    def create_unique_constraint(
        self,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        **kw: Any,
    ) -> None:
        """Add a unique constraint to a table.

        Args:
            constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
            table_name: Name of the table, unquoted.
            columns: Names of the columns.
            schema: Schema of the table, unquoted.
            deferrable: Say DEFERRABLE or NOT DEFERRABLE.
            initially: ``"DEFERRED"`` or ``"IMMEDIATE"``.
            kw: Constraint options of the dialect.
        """

    def drop_column(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a column of a table.

        Args:
            table_name: Name of the table, unquoted.
            column_name: Name of the column, unquoted.
            schema: Schema of the table, unquoted.
            if_exists: Say IF EXISTS.
            kw: Options of the dialect.
        """

    def drop_constraint(
        self,
        constraint_name: str | None,
        table_name: str,
        type_: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
    ) -> None:
        """Drop a constraint of a table.

        Args:
            constraint_name: Name of the constraint, unquoted.
            table_name: Name of the table, unquoted.
            type_: ``"foreignkey"``, ``"primary"``, ``"unique"`` or ``"check"``; some dialects must
                be told.
            schema: Schema of the table, unquoted.
            if_exists: Say IF EXISTS.
        """

    def drop_index(
        self,
        index_name: str | None,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop an index.

        Args:
            index_name: Name of the index, unquoted.
            table_name: Name of the table, unquoted; some dialects must be told.
            schema: Schema of the index, unquoted.
            if_exists: Say IF EXISTS.
            kw: Index options of the dialect.
        """

    def drop_table(
        self,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a table.

        ``DROP TABLE``; the table's ``before_drop`` and ``after_drop`` events are fired.

        Args:
            table_name: Name of the table, unquoted.
            schema: Schema of the table, unquoted.
            if_exists: Say IF EXISTS.
            kw: Table options of the dialect.
        """

    def drop_table_comment(
        self,
        table_name: str,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Drop the comment of a table.

        Args:
            table_name: Name of the table, unquoted.
            existing_comment: Its present comment, for reversing.
            schema: Schema of the table, unquoted.
        """

    def execute(
        self,
        sqltext: str | Executable,
        *,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        execution_options: Mapping[str, Any] | None = None,
    ) -> None:
        r"""Execute SQL.

        Args:
            sqltext: A string, taken as ``text()`` (so ``:name`` is a parameter and ``\\:`` a colon), or
                any SQLAlchemy element that can be executed.
            parameters: Values for the statement's parameters: a mapping, or a list of them.
            execution_options: Execution options of SQLAlchemy.
        """

    def rename_table(self, old_table_name: str, new_table_name: str, *, schema: str | None = None) -> None:
        """Rename a table.

        Args:
            old_table_name: Present name, unquoted.
            new_table_name: New name, unquoted, without a schema.
            schema: Schema of the table, unquoted; the table stays in it.
        """

class BatchSurface:
    """The directives of a batch."""

    def add_column(
        self,
        column: Column[Any],
        *,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
    ) -> None:
        """Add a column to a table.

        ``ALTER TABLE .. ADD COLUMN``; foreign keys, a unique constraint, the CHECK of its type, an
        index and a comment of the column become statements of their own.

        Args:
            column: The new column.
            if_not_exists: Say IF NOT EXISTS.
            inline_references: Write a foreign key of one column inside ADD COLUMN.
            inline_primary_key: Write PRIMARY KEY inside ADD COLUMN.
            insert_before: Put it before this column when the table is built anew.
            insert_after: Put it after this column when the table is built anew.
        """

    def alter_column(
        self,
        column_name: str,
        *,
        nullable: bool | None = None,
        comment: str | Literal[False] | None = False,
        server_default: Any = False,
        new_column_name: str | None = None,
        type_: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        existing_type: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        existing_server_default: Any = False,
        existing_nullable: bool | None = None,
        existing_comment: str | None = None,
        insert_before: str | None = None,
        insert_after: str | None = None,
        **kw: Any,
    ) -> None:
        """Alter a column of a table.

        Args:
            column_name: Present name of the column, unquoted.
            nullable: Whether it is to accept NULL.
            comment: Its new comment; None drops the comment, False leaves it.
            server_default: Its new default on the server, a string or ``text()``; None drops the
                default, False leaves it.
            new_column_name: Its new name, unquoted.
            type_: Its new type.
            existing_type: Its present type; some dialects must be told.
            existing_server_default: Its present default; False for not given.
            existing_nullable: Whether it accepts NULL at present.
            existing_comment: Its present comment.
            insert_before: Put it before this column when the table is built anew.
            insert_after: Put it after this column when the table is built anew.
            kw: Options of the dialect.
        """

    def create_check_constraint(
        self,
        constraint_name: str | None,
        condition: Any,
        *,
        deferrable: bool | None = None,
        initially: str | None = None,
        **kw: Any,
    ) -> None:
        """Add a CHECK constraint to a table.

        Args:
            constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
            condition: The condition: SQL text, ``text()``, or a SQL expression.
            deferrable: Say DEFERRABLE or NOT DEFERRABLE.
            initially: ``"DEFERRED"`` or ``"IMMEDIATE"``.
            kw: Constraint options of the dialect.
        """

    def create_foreign_key(
        self,
        constraint_name: str | None,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        *,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        referent_schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Add a foreign key to a table.

        Args:
            constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
            referent_table: The table that is referred to, unquoted.
            local_cols: Names of the columns that refer.
            remote_cols: Names of the columns that are referred to.
            onupdate: What ON UPDATE says, such as ``"CASCADE"``.
            ondelete: What ON DELETE says, such as ``"SET NULL"``.
            deferrable: Say DEFERRABLE or NOT DEFERRABLE.
            initially: ``"DEFERRED"`` or ``"IMMEDIATE"``.
            match: What MATCH says, such as ``"FULL"``.
            referent_schema: Schema of the table that is referred to, unquoted.
            kw: Constraint options of the dialect.
        """

    def create_index(
        self,
        index_name: str | None,
        columns: Sequence[Any],
        *,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Create an index.

        Args:
            index_name: Name of the index, unquoted; None leaves it to the naming convention.
            columns: Column names, ``text()``, or SQL expressions.
            unique: Create a UNIQUE index.
            if_not_exists: Say IF NOT EXISTS.
            kw: Index options of the dialect.
        """

    def create_primary_key(self, constraint_name: str | None, columns: Sequence[str], **kw: Any) -> None:
        """Add a primary key to a table.

        Args:
            constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
            columns: Names of the columns.
            kw: Constraint options of the dialect.
        """

    def create_table_comment(self, comment: str | None, *, existing_comment: str | None = None) -> None:
        """Set the comment of a table.

        Args:
            comment: The comment; None drops the present one.
            existing_comment: Its present comment, for reversing.
        """

    def create_unique_constraint(
        self,
        constraint_name: str | None,
        columns: Sequence[str],
        *,
        deferrable: bool | None = None,
        initially: str | None = None,
        **kw: Any,
    ) -> None:
        """Add a unique constraint to a table.

        Args:
            constraint_name: Name of the constraint, unquoted; None leaves it to the naming convention.
            columns: Names of the columns.
            deferrable: Say DEFERRABLE or NOT DEFERRABLE.
            initially: ``"DEFERRED"`` or ``"IMMEDIATE"``.
            kw: Constraint options of the dialect.
        """

    def drop_column(self, column_name: str, *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop a column of a table.

        Args:
            column_name: Name of the column, unquoted.
            if_exists: Say IF EXISTS.
            kw: Options of the dialect.
        """

    def drop_constraint(
        self,
        constraint_name: str | None,
        type_: str | None = None,
        *,
        if_exists: bool | None = None,
    ) -> None:
        """Drop a constraint of a table.

        Args:
            constraint_name: Name of the constraint, unquoted.
            type_: ``"foreignkey"``, ``"primary"``, ``"unique"`` or ``"check"``; some dialects must
                be told.
            if_exists: Say IF EXISTS.
        """

    def drop_index(self, index_name: str | None, *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop an index.

        Args:
            index_name: Name of the index, unquoted.
            if_exists: Say IF EXISTS.
            kw: Index options of the dialect.
        """

    def drop_table_comment(self, *, existing_comment: str | None = None) -> None:
        """Drop the comment of a table.

        Args:
            existing_comment: Its present comment, for reversing.
        """

    def execute(
        self,
        sqltext: str | Executable,
        *,
        parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        execution_options: Mapping[str, Any] | None = None,
    ) -> None:
        r"""Execute SQL.

        Args:
            sqltext: A string, taken as ``text()`` (so ``:name`` is a parameter and ``\\:`` a colon), or
                any SQLAlchemy element that can be executed.
            parameters: Values for the statement's parameters: a mapping, or a list of them.
            execution_options: Execution options of SQLAlchemy.
        """
