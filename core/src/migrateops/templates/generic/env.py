"""Run migrations: called by every command that talks to the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, engine_from_config, pool

from migrateops import context

config = context.config

if config.config_file_name is not None and config.get_section("loggers"):
    # Only an ini file has this section.
    from logging.config import fileConfig

    fileConfig(config.config_file_name, disable_existing_loggers=False)

# The MetaData of the models, for autogenerate; None stands for those that the configuration names:
#     from shop.models import Base
#     target_metadata = Base.metadata
target_metadata: Any = None


def run_migrations_offline() -> None:
    """Write the SQL instead of executing it; needs a url, but no driver."""
    context.configure(
        url=config.get_main_option("sqlalchemy.url"),
        target_metadata=target_metadata,
        literal_binds=True,
        dialect_opts={"paramstyle": "named"},
    )
    with context.begin_transaction():
        context.run_migrations()


def do_run_migrations(connection: Connection) -> None:
    """Migrate over a connection."""
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online() -> None:
    """Migrate over the connection that a program has given, or else connect."""
    given = config.attributes.get("connection")
    if given is not None:
        do_run_migrations(given)
        return
    connectable = engine_from_config(
        config.get_section(config.config_ini_section, {}),
        prefix="sqlalchemy.",
        poolclass=pool.NullPool,
    )
    with connectable.connect() as connection:
        do_run_migrations(connection)


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
