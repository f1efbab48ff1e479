"""What the plugin adds to a run: a kind of schema objects for snapshots and autogenerate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from migrateops.plugins import HookContext, hookimpl

if TYPE_CHECKING:
    from migrateops_sequences.kind import SequenceKind


class SequencesPlugin:
    """The hooks; shared by all runs, so it keeps nothing."""

    MIGRATEOPS_API = (1, 0)
    op_modules = ("migrateops_sequences",)

    @hookimpl
    def migrateops_kinds(self, ctx: HookContext) -> list[SequenceKind]:
        """Add sequences on the dialects whose sequences can be read."""
        from migrateops_sequences.catalog import catalog_of
        from migrateops_sequences.kind import SequenceKind

        catalog = catalog_of(ctx.dialect)
        return [SequenceKind(catalog, ctx.dialect)] if catalog is not None else []


plugin = SequencesPlugin()
