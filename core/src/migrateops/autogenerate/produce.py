"""From models and a database to a script: both directions, and what the script needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from packaging.version import Version
from sqlalchemy import MetaData

from migrateops import errors
from migrateops.autogenerate.cautions import cautioned, lost_comments, unknown_types
from migrateops.autogenerate.compare import compare
from migrateops.autogenerate.context import AutogenContext, asked_of
from migrateops.autogenerate.conversions import dropped_types
from migrateops.autogenerate.defaults import refuse_wrong_defaults
from migrateops.autogenerate.missing_schemas import missing_schemas
from migrateops.autogenerate.render import render_body, renderers
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.ops import (
    DowngradeOps,
    DropIndexOp,
    DropTableOp,
    MigrationScript,
    ModifyTableOps,
    OpContainer,
    UpgradeOps,
)
from migrateops.plugins.ownership import Ownership

if TYPE_CHECKING:
    from migrateops.plugins.manager import Plugins

COVERAGE = "coverage"
"""Under this name ``script.info`` has the list of what was not compared."""

UNCOMPARED = "uncompared"
"""Under this name ``script.info`` has how many objects of each kind were not compared."""

NOTES = "notes"
"""Under this name ``script.info`` has the list of what is to be looked at."""

_NO_TABLES = (
    "the models have no tables: where their MetaData is taken from, the modules that define them have to be "
    "imported; as it is, each table of the database is one that is to go"
)


class NotReversed(MigrateOperation):
    """Stand in ``downgrade()`` for an operation that cannot be taken back; a comment in the script.

    Args:
        operation: The operation of ``upgrade()``.
        reason: Why it cannot be taken back.
    """

    def __init__(self, operation: MigrateOperation, reason: str) -> None:
        self.operation = operation
        self.reason = reason

    def describe(self) -> str:
        return f"{self.operation.describe()} cannot be taken back"

    def reverse(self) -> MigrateOperation:
        return self.operation


@renderers.dispatch_for(NotReversed)
def _render_not_reversed(context: AutogenContext, op: NotReversed) -> list[str]:
    return [f"# not taken back: {' '.join(op.reason.split())}"]


def compare_metadata(migration_context: Any, metadata: MetaData | Sequence[MetaData]) -> list[Any]:
    """Return the differences between a database and models, as tuples.

    Args:
        migration_context: The ``MigrationContext``, with a connection.
        metadata: The models.
    """
    return compare(AutogenContext(migration_context, metadata)).as_diffs()


def produce_migrations(migration_context: Any, metadata: MetaData | Sequence[MetaData]) -> MigrationScript:
    """Return the script that makes a database like models, and back.

    ``script.info["coverage"]`` lists what was not compared, ``script.info["notes"]`` what is to be
    looked at.

    Args:
        migration_context: The ``MigrationContext``, with a connection.
        metadata: The models.
    """
    return produce_script(AutogenContext(migration_context, metadata))


def produce_script(context: AutogenContext) -> MigrationScript:
    """Return the script of one comparison.

    Args:
        context: The two sides; its imports become those of the script.
    """
    upgrade = compare(context)
    refuse_wrong_defaults(upgrade, context)
    upgrade.upgrade_token = context.opts.get("upgrade_token") or upgrade.upgrade_token
    downgrade = reversed_ops(upgrade)
    if not any(metadata.tables or metadata._sequences for metadata in context.metadatas):
        context.notes.append(_NO_TABLES)
    context.notes += [*cautioned(upgrade), *lost_comments(upgrade, context)]
    cautioned(downgrade)
    context.notes += unknown_types(downgrade)
    created, dropped = missing_schemas(upgrade, context)
    downgrade.ops += [*dropped_types(upgrade, context), *dropped]
    upgrade.ops = [*created, *upgrade.ops]
    downgrade.downgrade_token = context.opts.get("downgrade_token") or downgrade.downgrade_token
    script = MigrationScript(None, upgrade, downgrade, imports=context.imports)
    script.info[COVERAGE] = list(context.coverage)
    script.info[UNCOMPARED] = dict(context.uncompared)
    script.info[NOTES] = list(context.notes)
    script.requires_plugins = required_plugins(context.migration_context, _classes(script))
    return script


def reversed_ops(upgrade: UpgradeOps) -> DowngradeOps:
    """Return what takes *upgrade* back; a `NotReversed` stands for what nothing takes back.

    Indexes of a table that is dropped are not dropped before it: they go with it, and some servers
    refuse to drop one that a foreign key of the table needs.
    """
    taken_back = list(_reversed(upgrade.ops))
    gone = {(op.schema, op.table_name) for op in taken_back if isinstance(op, DropTableOp)}
    return DowngradeOps(
        [op for op in taken_back if not (isinstance(op, DropIndexOp) and (op.schema, op.table_name) in gone)]
    )


def _reversed(given: Sequence[MigrateOperation]) -> Iterator[MigrateOperation]:
    for op in reversed(given):
        if isinstance(op, ModifyTableOps):
            yield ModifyTableOps(op.table_name, list(_reversed(op.ops)), schema=op.schema)
            continue
        try:
            back = op.reverse()
            yield from back.ops if isinstance(back, ModifyTableOps) else [back]
        except errors.operations.NotReversible as exc:
            yield NotReversed(op, exc.message())
        except NotImplementedError:
            yield NotReversed(op, f"{op.describe()}: its class says that it has no opposite")


def rewrite(context: AutogenContext, revision: Any, directives: list[MigrationScript]) -> None:
    """Let plugins, then the project's ``process_revision_directives``, change scripts in place.

    Args:
        context: What the scripts were made for.
        revision: The revision that the scripts go on from.
        directives: The scripts; the project may take scripts out, or put others in.
    """
    for script in directives:
        context.call_hook("migrateops_rewrite_operations", script=script)
    process = context.opts.get("process_revision_directives")
    if process is not None:
        ours = context.migration_context
        asked_of("process_revision_directives", "the new script", process, ours, revision, directives)
        for script in directives:
            if not isinstance(script, MigrationScript):
                raise errors.autogenerate.WrongHookAnswer(
                    "process_revision_directives", repr(script), "a list of MigrationScript"
                )


def template_args(context: AutogenContext, script: MigrationScript) -> dict[str, str]:
    """Return the texts that a script's template is filled with: both bodies, and the imports.

    ``script.requires_plugins`` gets the distributions of what was rendered.

    Args:
        context: What the script was made for.
        script: The script.

    Raises:
        NoRenderer: An operation is neither declared nor has a renderer.
        NotRenderable: A value has no form as source.
    """
    texts: dict[str, str] = {}
    context.imports = script.imports
    for upgrade in script.upgrade_ops_list:
        texts[upgrade.upgrade_token] = render_body(upgrade, context)
    for downgrade in script.downgrade_ops_list:
        texts[downgrade.downgrade_token] = render_body(downgrade, context)
    script.requires_plugins |= required_plugins(context.migration_context, context.rendered)
    texts["imports"] = "\n".join(sorted(script.imports))
    return texts


# -- what a script needs ------------------------------------------------------------------------
def required_plugins(migration_context: Any, classes: set[type[Any]]) -> dict[str, str]:
    """Return the distributions that classes come from, each with the lowest version that will do.

    It is the version that is installed, without what comes after the minor number; no highest
    version, as scripts are to work for years.
    """
    plugins: Plugins | None = getattr(migration_context, "plugins", None)
    modules = {cls.__module__ for cls in classes if cls.__module__.partition(".")[0] != "migrateops"}
    if plugins is None or not modules:
        return {}
    ownership, distributions = Ownership(plugins.discovery), plugins.discovery.distributions
    owners = {owner for owner in map(ownership.of, modules) if owner is not None}
    return {name: f">={_minor(distributions[name].version)}" for name in sorted(owners)}


def _minor(version: str) -> str:
    release = Version(version).release
    return ".".join(map(str, (*release, 0)[:2]))


def _classes(script: MigrationScript) -> set[type[Any]]:
    found: set[type[Any]] = set()

    def collect(op: MigrateOperation) -> None:
        found.add(type(op))
        if isinstance(op, OpContainer):
            for inner in op.ops:
                collect(inner)

    for container in (*script.upgrade_ops_list, *script.downgrade_ops_list):
        collect(container)
    return found
