# What `env.py` sees: the members of the environment that is active.

from typing import Any

from migrateops.config import Config
from migrateops.operations.registry import Registrations
from migrateops.plugins.manager import Plugins
from migrateops.runtime.environment import EnvironmentContext
from migrateops.runtime.migration import MigrationContext
from migrateops.script.directory import ScriptDirectory

_environment: EnvironmentContext

config: Config
context: MigrationContext | None
context_class: type[MigrationContext]
context_opts: dict[str, Any]
contexts: list[MigrationContext]
plugins: Plugins
registrations: Registrations
script: ScriptDirectory
stand_ins: list[Any]

begin_transaction = _environment.begin_transaction
check_committed = _environment.check_committed
configure = _environment.configure
execute = _environment.execute
get_bind = _environment.get_bind
get_context = _environment.get_context
get_head_revision = _environment.get_head_revision
get_head_revisions = _environment.get_head_revisions
get_impl = _environment.get_impl
get_revision_argument = _environment.get_revision_argument
get_starting_revision_argument = _environment.get_starting_revision_argument
get_tag_argument = _environment.get_tag_argument
get_x_argument = _environment.get_x_argument
is_offline_mode = _environment.is_offline_mode
is_transactional_ddl = _environment.is_transactional_ddl
made = _environment.made
operations = _environment.operations
requires_connection = _environment.requires_connection
run_migrations = _environment.run_migrations
static_output = _environment.static_output
