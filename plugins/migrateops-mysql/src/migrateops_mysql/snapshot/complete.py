"""What SQLAlchemy's reflection leaves out of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import JSON, CheckConstraint, Constraint, Index
from sqlalchemy.dialects import mysql
from sqlalchemy.sql.elements import conv

from migrateops.autogenerate.items import escaped

if TYPE_CHECKING:
    from sqlalchemy import Table

    from migrateops.snapshot.records import TableRecord


def complete(table: Table, record: TableRecord) -> None:
    """Make JSON of what MariaDB stores as text, and add the CHECK constraints that stand on columns.

    Options of the table get names that a script can say, backticks in names are no longer doubled, and
    lengths in indexes are those of the columns under their present names.

    Args:
        table: The table, changed in place.
        record: What the reader made of it.
    """
    options = table.dialect_kwargs
    for option in [option for option in options if " " in option]:
        # Reflected as the server says them, which is no name of an argument.
        options[option.replace(" ", "_")] = options.pop(option)
    named: list[Constraint | Index] = [*table.constraints, *table.indexes]
    for item in named:
        if isinstance(item.name, str) and "``" in item.name:
            item.name = conv(item.name.replace("``", "`"))
    of_record = {index.name: index for index in record.indexes}
    for index in table.indexes:
        for option in [one for one in index.dialect_kwargs if one.endswith("_length")]:
            # By name of the column: in escapes, and the one of before where it is renamed.
            parts = of_record[index.name].parts if index.name in of_record else ()
            lengths = {part.text: dict(part.options).get("length") for part in parts}
            index.dialect_kwargs[option] = {name: int(said) for name, said in lengths.items() if said}
    columns = {str(column.name): column for column in table.columns}
    for column in record.columns:
        if column.type == "json" and not isinstance(columns[column.name].type, JSON):
            columns[column.name].type = mysql.JSON()
    there = {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}
    for check in record.checks:
        if check.name not in there:
            said = None if check.name is None else conv(check.name)
            table.append_constraint(CheckConstraint(escaped(check.expression), name=said))
