"""Operations that hold operations: the changes to one table, one direction, a whole script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from migrateops import errors
from migrateops.operations.declare import MigrateOperation


class OpContainer(MigrateOperation):
    """Hold a list of operations, in the order in which they run."""

    def __init__(self, ops: Sequence[MigrateOperation] = ()) -> None:
        self.ops: list[MigrateOperation] = list(ops)

    def is_empty(self) -> bool:
        """Say whether there is nothing in it."""
        return not self.ops

    def flat(self) -> Iterator[MigrateOperation]:
        """Yield all operations, those of nested containers among them."""
        for op in self.ops:
            if isinstance(op, OpContainer):
                yield from op.flat()
            else:
                yield op

    def as_diffs(self) -> list[Any]:
        """Return the diff tuples of all operations."""
        return [op.to_diff_tuple() for op in self.flat()]

    def _reversed(self) -> list[MigrateOperation]:
        return [op.reverse() for op in reversed(self.ops)]


class ModifyTableOps(OpContainer):
    """Hold the changes to one table.

    Args:
        table_name: Name of the table, unquoted.
        ops: The changes.
        schema: Schema of the table, unquoted.

    Attributes:
        naming_convention: What constraints without a name in the database go by in a batch.
    """

    def __init__(
        self, table_name: str, ops: Sequence[MigrateOperation] = (), *, schema: str | None = None
    ) -> None:
        super().__init__(ops)
        self.table_name = table_name
        self.schema = schema
        self.naming_convention: dict[str, str] | None = None

    def reverse(self) -> ModifyTableOps:
        return ModifyTableOps(self.table_name, self._reversed(), schema=self.schema)


class UpgradeOps(OpContainer):
    """Hold what ``upgrade()`` does.

    Args:
        ops: The operations.
        upgrade_token: Name of the template variable that gets the code.
    """

    def __init__(self, ops: Sequence[MigrateOperation] = (), upgrade_token: str = "upgrades") -> None:
        super().__init__(ops)
        self.upgrade_token = upgrade_token

    def reverse_into(self, downgrade_ops: DowngradeOps) -> DowngradeOps:
        """Fill *downgrade_ops* with what takes these operations back."""
        downgrade_ops.ops[:] = self._reversed()
        return downgrade_ops

    def reverse(self) -> DowngradeOps:
        return self.reverse_into(DowngradeOps())


class DowngradeOps(OpContainer):
    """Hold what ``downgrade()`` does.

    Args:
        ops: The operations.
        downgrade_token: Name of the template variable that gets the code.
    """

    def __init__(self, ops: Sequence[MigrateOperation] = (), downgrade_token: str = "downgrades") -> None:
        super().__init__(ops)
        self.downgrade_token = downgrade_token

    def reverse(self) -> UpgradeOps:
        return UpgradeOps(self._reversed())


class MigrationScript(MigrateOperation):
    """Stand for one revision file that is to be written.

    Args:
        rev_id: Revision id.
        upgrade_ops: What ``upgrade()`` does; a list with several databases.
        downgrade_ops: What ``downgrade()`` does; a list with several databases.
        message: First line of the file's docstring.
        imports: Import lines that the code needs.
        head: Revision to go on from.
        splice: Allow that it is no head.
        branch_label: Label of the branch that starts here.
        version_path: Directory for the file.
        depends_on: Revisions that must be applied before.
    """

    def __init__(
        self,
        rev_id: str | None,
        upgrade_ops: UpgradeOps | list[UpgradeOps],
        downgrade_ops: DowngradeOps | list[DowngradeOps],
        *,
        message: str | None = None,
        imports: set[str] | None = None,
        head: Any = None,
        splice: bool | None = None,
        branch_label: Any = None,
        version_path: Any = None,
        depends_on: Any = None,
    ) -> None:
        self.rev_id = rev_id
        self.message = message
        self.imports: set[str] = set() if imports is None else imports
        self.head = head
        self.splice = splice
        self.branch_label = branch_label
        self.version_path = version_path
        self.depends_on = depends_on
        self.requires_plugins: dict[str, str] = {}
        self.upgrade_ops = upgrade_ops
        self.downgrade_ops = downgrade_ops

    @property
    def upgrade_ops(self) -> UpgradeOps | None:
        """What ``upgrade()`` does; with several databases, use ``upgrade_ops_list``."""
        _at_most_one(self.upgrade_ops_list, "upgrade_ops")
        return self.upgrade_ops_list[0] if self.upgrade_ops_list else None

    @upgrade_ops.setter
    def upgrade_ops(self, given: UpgradeOps | list[UpgradeOps] | None) -> None:
        self.upgrade_ops_list: list[UpgradeOps] = _listed(given)

    @property
    def downgrade_ops(self) -> DowngradeOps | None:
        """What ``downgrade()`` does; with several databases, use ``downgrade_ops_list``."""
        _at_most_one(self.downgrade_ops_list, "downgrade_ops")
        return self.downgrade_ops_list[0] if self.downgrade_ops_list else None

    @downgrade_ops.setter
    def downgrade_ops(self, given: DowngradeOps | list[DowngradeOps] | None) -> None:
        self.downgrade_ops_list: list[DowngradeOps] = _listed(given)


def _listed(given: Any) -> list[Any]:
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def _at_most_one(listed: list[Any], name: str) -> None:
    if len(listed) > 1:
        raise errors.operations.SeveralContainers(name, len(listed))
