# Written by `migrateops stubs`; change the operations, not this file.

from collections.abc import Callable
from typing import Any

from migrateops.operations.base import Operations

_current: Operations

add_column = _current.add_column
alter_column = _current.alter_column
batch_alter_table = _current.batch_alter_table
bulk_insert = _current.bulk_insert
create_check_constraint = _current.create_check_constraint
create_foreign_key = _current.create_foreign_key
create_index = _current.create_index
create_primary_key = _current.create_primary_key
create_table = _current.create_table
create_table_comment = _current.create_table_comment
create_unique_constraint = _current.create_unique_constraint
drop_column = _current.drop_column
drop_constraint = _current.drop_constraint
drop_index = _current.drop_index
drop_table = _current.drop_table
drop_table_comment = _current.drop_table_comment
execute = _current.execute
f = _current.f
get_bind = _current.get_bind
get_context = _current.get_context
impl = _current.impl
implementation_for = _current.implementation_for
inline_literal = _current.inline_literal
invoke = _current.invoke
lowering_for = _current.lowering_for
migration_context = _current.migration_context
next = _current.next
register_operation = _current.register_operation
rename_table = _current.rename_table
run_async = _current.run_async
schema_obj = _current.schema_obj

# What a plugin or the project registers: `migrateops stubs` writes its signatures for a project.
def __getattr__(name: str) -> Callable[..., Any]: ...
