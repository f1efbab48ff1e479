"""The bases that families of operations share, under the names that Alembic's users know."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import Constraint

from migrateops import errors
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.target import ANSI, Target

if TYPE_CHECKING:
    from migrateops.operations.ops.constraints import DropConstraintOp

T = TypeVar("T", bound="type[AddConstraintOp]")


def target_of(migration_context: Any) -> Target:
    """Return the target of a ``MigrationContext``, or the ANSI one for None."""
    target: Target = migration_context.target if migration_context is not None else ANSI
    return target


class AlterTableOp(MigrateOperation):
    """Base of the operations that alter an existing table."""

    table_name: str
    schema: str | None


class AddConstraintOp(MigrateOperation):
    """Base of the operations that add a constraint to an existing table."""

    add_constraint_ops: ClassVar[dict[str, type[AddConstraintOp]]] = {}

    constraint_type: ClassVar[str] = ""
    constraint_name: str | None
    table_name: str
    schema: str | None
    dropped: DropConstraintOp | None = None
    """The operation that this one takes back, if it was made so."""
    kept_name: str | None = None
    """What a server calls the constraint that keeps no names, so that this is what is dropped."""

    @classmethod
    def register_add_constraint(cls, type_: str) -> Callable[[T], T]:
        """Make the decorated class answer for constraints with this ``__visit_name__``."""

        def register(op_cls: T) -> T:
            cls.add_constraint_ops[type_] = op_cls
            return op_cls

        return register

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> AddConstraintOp:
        """Return the operation that adds *constraint*.

        Raises:
            NotASchemaItem: No operation answers for constraints of this kind.
        """
        op_cls = cls.add_constraint_ops.get(constraint.__visit_name__)
        if op_cls is None:
            raise errors.operations.NotASchemaItem(
                "from_constraint", "a constraint that some operation adds", repr(constraint)
            )
        return op_cls.from_constraint(constraint)

    def to_constraint(self, migration_context: Any = None) -> Constraint:
        """Return the constraint, on a made-up table."""
        raise NotImplementedError

    def to_diff_tuple(self) -> Any:
        return ("add_constraint", self.to_constraint())
