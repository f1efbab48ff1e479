"""The options of ``context.configure()``: the known ones, and the refusal of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.errors.base import closest

if TYPE_CHECKING:
    from migrateops.dialects.base import Dialect

OPTIONS = frozenset(
    {
        "as_sql",
        "asks_of_each",
        "compare_server_default",
        "compare_type",
        "copying",
        "creates_schemas",
        "destination_rev",
        "dialect_opts",
        "downgrade_token",
        "ensure_version",
        "fn",
        "generic_dialects",
        "impl_of",
        "include_name",
        "include_object",
        "include_schemas",
        "leaves_out",
        "lets_commit",
        "literal_binds",
        "loads_in_run",
        "lock",
        "lock_timeout",
        "none_for_result",
        "passes_over",
        "of_shape",
        "on_version_apply",
        "operations_module_prefix",
        "output_buffer",
        "output_encoding",
        "preflight",
        "process_revision_directives",
        "progress",
        "purge",
        "read_only",
        "render_as_batch",
        "render_item",
        "revision_context",
        "sqlalchemy_module_prefix",
        "run_batch",
        "sql_ahead_of_batch",
        "starting_rev",
        "tag",
        "target_metadata",
        "template_args",
        "transaction",
        "transaction_per_migration",
        "transactional_ddl",
        "transactional_sql",
        "upgrade_token",
        "user_module_prefix",
        "versions",
        "version_table",
        "version_table_pk",
        "version_table_schema",
    }
)
"""Every option that core reads."""

LENIENT = (
    *("passes_over", "lets_commit", "loads_in_run", "none_for_result", "sql_ahead_of_batch"),
    "asks_of_each",
)
"""What a project that is ``lenient``, or of a shape that is, has switched on."""

_RENAMED = {"alembic_module_prefix": "operations_module_prefix"}
"""Alembic's options that have another name here."""


def check_options(opts: Mapping[str, Any], pack: Dialect, environment: Any) -> list[str]:
    """Refuse an option that neither core nor the dialect's pack knows.

    Returns:
        What to say of such options in a project of another shape, which may have them.

    Raises:
        UnknownOption: There is one; the message proposes the likely spelling.
    """
    known = OPTIONS | pack.configure_options
    lenient = opts.get("passes_over") or getattr(getattr(environment, "config", None), "shape", None)
    unknown = [
        errors.runtime.UnknownOption(name, _RENAMED.get(name) or closest(name, known))
        for name in opts
        if name not in known
    ]
    if unknown and not lenient:
        raise unknown[0]
    return [f"{error.message()}; it is passed over" for error in unknown]
