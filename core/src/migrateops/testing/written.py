"""What operations are written as, and running it as another program would."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy import Connection

from migrateops.errors.base import MigrateOpsError
from migrateops.operations import MigrateOperation, Operations
from migrateops.runtime.migration import MigrationContext

REFUSED = "-- refused: "


def as_sql(operation: MigrateOperation, dialect: str) -> str:
    """Return the SQL of an operation, or a comment with the code and message of what refuses it.

    Args:
        operation: The operation.
        dialect: SQLAlchemy's name of the dialect.
    """
    stream = io.StringIO()
    options: dict[str, Any] = {"as_sql": True, "output_buffer": stream}
    context = MigrationContext.configure(dialect_name=dialect, opts=options)
    try:
        Operations(context).invoke(operation)
    except MigrateOpsError as error:
        assert stream.getvalue() == "", f"{operation.describe()} is refused when half of it is written"
        return f"{REFUSED}{error.code} {error.message()}\n"
    return f"{stream.getvalue().strip()}\n"


def run_script(connection: Connection, text: str) -> None:
    """Run the statements of a script one by one on the driver, and commit.

    Args:
        connection: The connection.
        text: What ``as_sql`` has returned: statements that end with a semicolon and an empty line.
    """
    cursor = connection.connection.cursor()
    try:
        for statement in text.strip().split(";\n\n"):
            # By the driver: a percent sign is one.
            cursor.execute(statement.removesuffix(";"))
    finally:
        cursor.close()
    connection.connection.commit()
