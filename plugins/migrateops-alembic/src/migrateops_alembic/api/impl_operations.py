"""Between operations and the methods of a ``DefaultImpl``: each leads to the other.

An operation whose method a class overrides is given to that method.  The method that it overrides
sends the operation on, to the implementation that is otherwise in force.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.schema import DropConstraint

from migrateops.ddl import lower
from migrateops.operations import ops
from migrateops.operations.base import Operations, lowering

Method = Callable[[Any, Any, Any], None]


def _send(impl: Any, operation: Any) -> Any:
    """Invoke an operation past the method that is in force for it."""
    impl.sent.append(operation)
    try:
        return Operations(impl.context).invoke(operation)
    finally:
        impl.sent.pop()


def add_column(impl: Any, table_name: str, column: Any, schema: str | None, kw: dict[str, Any]) -> None:
    """Invoke ``AddColumnOp``."""
    _send(impl, ops.AddColumnOp(table_name, column, schema=schema, **kw))


def drop_column(impl: Any, table_name: str, column: Any, schema: str | None, kw: dict[str, Any]) -> None:
    """Invoke ``DropColumnOp``."""
    _send(impl, ops.DropColumnOp(table_name, column.name, schema=schema, **kw))


def alter_column(impl: Any, table_name: str, column_name: str, kw: dict[str, Any]) -> None:
    """Invoke ``AlterColumnOp``."""
    renamed = {"name": "modify_name", "type_": "modify_type", "nullable": "modify_nullable"}
    renamed |= {"server_default": "modify_server_default", "comment": "modify_comment"}
    given = {renamed.get(name, name): value for name, value in kw.items()}
    known = {name: given.pop(name) for name in tuple(given) if name in _FIELDS}
    options = {name: value for name, value in given.items() if value is not None}
    operation = ops.AlterColumnOp(table_name, column_name, **known)
    operation.kw = {**operation.kw, **options}
    _send(impl, operation)


_FIELDS = (
    *("schema", "modify_name", "modify_type", "modify_nullable", "modify_server_default", "modify_comment"),
    *("existing_type", "existing_nullable", "existing_server_default", "existing_comment"),
)


def rename_table(impl: Any, old: str, new: str, schema: str | None) -> None:
    """Invoke ``RenameTableOp``."""
    _send(impl, ops.RenameTableOp(old, new, schema=schema))


def bulk_insert(impl: Any, table: Any, rows: Any, multiinsert: bool) -> None:
    """Invoke ``BulkInsertOp``."""
    _send(impl, ops.BulkInsertOp(table, rows, multiinsert=multiinsert))


_MADE_FROM: dict[str, Callable[[Any], Any]] = {
    "add_constraint": ops.AddConstraintOp.from_constraint,
    "drop_constraint": ops.DropConstraintOp.from_constraint,
    "create_table": ops.CreateTableOp.from_table,
    "drop_table": ops.DropTableOp.from_table,
    "create_index": ops.CreateIndexOp.from_index,
    "drop_index": ops.DropIndexOp.from_index,
    "create_table_comment": lambda table: ops.CreateTableCommentOp(
        table.name, table.comment, schema=table.schema
    ),
    "drop_table_comment": lambda table: ops.DropTableCommentOp(table.name, schema=table.schema),
}


def on_object(impl: Any, name: str, item: Any) -> None:
    """Invoke the operation for a table, a constraint or an index."""
    if impl.given is not None and impl.given[0] is item:
        # What the operation itself says is more than can be told from the object.
        _, operation, operations = impl.given
        operations.next(operation)
    else:
        _send(impl, _MADE_FROM[name](item))


def _on_object(name: str, made: Callable[[Any, Any], Any]) -> Method:
    def run(impl: Any, operations: Any, operation: Any) -> Any:
        item = made(operation, impl.context)
        outer, impl.given = impl.given, (item, operation, operations)
        try:
            getattr(impl, name)(item)
        finally:
            impl.given = outer
        return item

    return run


def _add_column(impl: Any, operations: Any, op: ops.AddColumnOp) -> None:
    kw = {"if_not_exists": op.if_not_exists, "inline_references": op.inline_references}
    kw["inline_primary_key"] = op.inline_primary_key
    given = {name: value for name, value in kw.items() if value is not None}
    impl.add_column(op.table_name, op.column, schema=op.schema, **given)


def _drop_column(impl: Any, operations: Any, op: ops.DropColumnOp) -> None:
    kw = {} if op.if_exists is None else {"if_exists": op.if_exists}
    impl.drop_column(op.table_name, op.to_column(impl.context), schema=op.schema, **kw, **op.kw)


def _alter_column(impl: Any, operations: Any, op: ops.AlterColumnOp) -> None:
    impl.alter_column(
        op.table_name,
        op.column_name,
        nullable=op.modify_nullable,
        server_default=op.modify_server_default,
        name=op.modify_name,
        type_=op.modify_type,
        schema=op.schema,
        existing_type=op.existing_type,
        existing_server_default=op.existing_server_default,
        existing_nullable=op.existing_nullable,
        comment=op.modify_comment,
        existing_comment=op.existing_comment,
        **op.kw,
    )


def _rename_table(impl: Any, operations: Any, op: ops.RenameTableOp) -> None:
    impl.rename_table(op.old_table_name, op.new_table_name, schema=op.schema)


def _bulk_insert(impl: Any, operations: Any, op: ops.BulkInsertOp) -> None:
    impl.bulk_insert(op.table, op.rows, multiinsert=op.multiinsert)


def _constraint(op: Any, context: Any) -> Any:
    from migrateops.operations.schema_objects import SchemaObjects

    if isinstance(op, ops.DropConstraintOp):
        objects = SchemaObjects(context.target)
        return objects.generic_constraint(
            op.constraint_name, op.table_name, op.constraint_type, schema=op.schema
        )
    return op.to_constraint(context)


def _index(op: Any, context: Any) -> Any:
    return op.to_index(context)


def _table(op: Any, context: Any) -> Any:
    return op.to_table(context)


_METHODS: dict[str, tuple[type[Any], Method]] = {
    "add_column": (ops.AddColumnOp, _add_column),
    "drop_column": (ops.DropColumnOp, _drop_column),
    "alter_column": (ops.AlterColumnOp, _alter_column),
    "rename_table": (ops.RenameTableOp, _rename_table),
    "bulk_insert": (ops.BulkInsertOp, _bulk_insert),
    "add_constraint": (ops.AddConstraintOp, _on_object("add_constraint", _constraint)),
    "drop_constraint": (ops.DropConstraintOp, _on_object("drop_constraint", _constraint)),
    "create_table": (ops.CreateTableOp, _on_object("create_table", _table)),
    "drop_table": (ops.DropTableOp, _on_object("drop_table", _table)),
    "create_index": (ops.CreateIndexOp, _on_object("create_index", _index)),
    "drop_index": (ops.DropIndexOp, _on_object("drop_index", _index)),
    "create_table_comment": (ops.CreateTableCommentOp, _on_object("create_table_comment", _table)),
    "drop_table_comment": (ops.DropTableCommentOp, _on_object("drop_table_comment", _table)),
}


def is_called(operation: Any) -> bool:
    """Say whether an operation of a batch is one that a method stands for."""
    return isinstance(operation, tuple(op_cls for op_cls, _ in _METHODS.values()))


def called(impl: Any, operations: Any, operation: Any) -> None:
    """Call the method that stands for an operation, of an object that has such methods."""
    method = next(method for op_cls, method in _METHODS.values() if isinstance(operation, op_cls))
    method(impl, operations, operation)


def registered(impl: Any, base: type[Any], *, family: str) -> None:
    """Have operations given to the methods that a class overrides, in the impl's own context.

    On a dialect without a pack, elements are sent that its package may have compilers for.

    Args:
        impl: An object of the class, whose context is set.
        base: The class whose methods lead to the pack.
        family: Of which of the built-in dialects' kind the class is; empty if of none.
    """
    local, dialect = impl.context.namespace.local, impl.context.dialect.name
    if impl.context.pack.name != dialect:
        from migrateops_alembic.api import mysql_elements

        impl.context.target = _without_pack(impl.context)
        for op_cls, function in _LOWERINGS.items():
            if op_cls is ops.AlterColumnOp and family == "mysql":
                function = mysql_elements.lowered
            own = lowering(_with_names(function, family == "postgresql"))
            local.add_implementation(op_cls, dialect, own, __name__, lowering=True, replace=True)
    for name, (op_cls, method) in _METHODS.items():
        if getattr(type(impl), name) is not getattr(base, name):
            run = _given_to(method)
            run.__qualname__ = f"registered.{name}"
            local.add_implementation(op_cls, dialect, run, __name__, lowering=False, replace=True)


def _without_pack(context: Any) -> Any:
    """Return the target of a dialect without a pack: SQLAlchemy's dialect says what it can do."""
    dialect, target = context.dialect, context.target
    able = target.capabilities._replace(
        comments=dialect.supports_comments,
        inline_comments=dialect.inline_comments,
        # Whether the server has them, nobody says: then a script may ask for them.
        column_if_exists=True,
        constraint_if_exists=True,
    )
    return target._replace(capabilities=able)


def _given_to(method: Method) -> Callable[[Any, Any], Any]:
    def run(operations: Any, operation: Any) -> Any:
        impl = operations.migration_context.impl
        if any(one is operation for one in impl.sent):
            return operations.next(operation)
        return method(impl, operations, operation)

    return run


_LOWERINGS: dict[type[Any], Callable[..., Any]] = {
    ops.AddColumnOp: lower.add_column,
    ops.DropColumnOp: lower.drop_column,
    ops.AlterColumnOp: lower.alter_column,
    ops.RenameTableOp: lower.rename_table,
}


def _with_names(function: Callable[..., Any], of_postgresql: bool) -> Callable[[Any, Any], list[Any]]:
    from migrateops_alembic.api.statements import ColumnType, with_names_of_alembic

    def place(statement: Any) -> int:
        return 0 if isinstance(statement, DropConstraint) else 1 if isinstance(statement, ColumnType) else 2

    def lowered(op: Any, target: Any) -> list[Any]:
        made = [with_names_of_alembic(one, op, using=of_postgresql) for one in function(op, target)]
        # Alembic changes the type before all else there.
        return sorted(made, key=place) if of_postgresql else made

    lowered.__qualname__ = f"lowered.{function.__name__}"
    return lowered
