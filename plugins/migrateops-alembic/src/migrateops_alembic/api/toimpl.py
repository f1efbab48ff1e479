"""``alembic.operations.toimpl``: the built-in implementations, for one that replaces them and calls them."""

from __future__ import annotations

from typing import Any


def _built_in(operations: Any, operation: Any) -> Any:
    """Run what would run without the implementation that is running now, or else what there is."""
    from migrateops.errors.operations import NoNextImplementation

    try:
        return operations.next(operation)
    except NoNextImplementation:
        return operations.invoke(operation)


add_column = alter_column = bulk_insert = create_constraint = create_index = create_table = _built_in
create_table_comment = drop_column = drop_constraint = drop_index = drop_table = _built_in
drop_table_comment = execute_sql = rename_table = _built_in
