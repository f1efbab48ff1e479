"""Run migrations on several databases: called by every command that talks to them.

Each database has a version table of its own, and is migrated before the next one begins.  Where
one fails, those before it stay migrated, and the same command goes on from there.
"""

from __future__ import annotations

import io
import re
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, TwoPhaseTransaction, engine_from_config, pool

from migrateops import context

config = context.config

if config.config_file_name is not None and config.get_section("loggers"):
    # Only an ini file has this section.
    from logging.config import fileConfig

    fileConfig(config.config_file_name, disable_existing_loggers=False)

# The MetaData of the models by database, for autogenerate; a database that is not here has those
# that the configuration names for it:
#     from shop.models import Base
#     target_metadata = {"engine1": Base.metadata}
target_metadata: dict[str, Any] = {}

# True: all databases are committed together, or none. Every one of them must be able to prepare a transaction
# in which tables were changed; on many servers that is switched off at first.
USE_TWOPHASE = False

# The databases of the configuration; with -n NAME that one alone.
databases = config.settings.databases or {config.config_ini_section: config.settings}
if config.settings.databases and config.settings.url_text is not None:
    raise ValueError("there is one url for several databases: say with -n NAME which of them it is for")


def configure(name: str, **options: Any) -> None:
    """Say what is to be migrated next."""
    settings = databases[name]
    models = [config.load_callable(one) for one in settings.models]
    # The part of the database in script.py.mako.
    part = re.sub(r"\W", "_", name)
    context.configure(
        target_metadata=target_metadata.get(name, models or None),
        upgrade_token=f"{part}_upgrades",
        downgrade_token=f"{part}_downgrades",
        version_table=settings.version_table,
        version_table_schema=settings.version_table_schema,
        **options,
    )


def engine_of(name: str) -> Engine:
    """Return the engine of a database."""
    return engine_from_config(config.get_section(name, {}), prefix="sqlalchemy.", poolclass=pool.NullPool)


def run_migrations_offline() -> None:
    """Write the SQL of each database to a file, NAME.sql, instead of executing it."""
    for name in databases:
        written = io.StringIO()
        configure(
            name,
            url=config.get_section_option(name, "sqlalchemy.url"),
            output_buffer=written,
            literal_binds=True,
            dialect_opts={"paramstyle": "named"},
        )
        with context.begin_transaction():
            context.run_migrations(engine_name=name)
        if written.getvalue():
            Path(f"{name}.sql").write_text(written.getvalue(), encoding="utf-8")
            sys.stderr.write(f"wrote {name}.sql\n")


def run_migrations_one_by_one() -> None:
    """Connect to and migrate one database after the other."""
    for name in databases:
        with engine_of(name).connect() as connection:
            configure(name, connection=connection)
            with context.begin_transaction():
                context.run_migrations(engine_name=name)


def run_migrations_together() -> None:
    """Migrate all databases, and commit when all have said that they can."""
    with ExitStack() as stack:
        connections = {name: stack.enter_context(engine_of(name).connect()) for name in databases}
        transactions = [connection.begin_twophase() for connection in connections.values()]
        prepared: list[TwoPhaseTransaction] = []
        try:
            for name, connection in connections.items():
                configure(name, connection=connection)
                context.run_migrations(engine_name=name)
            for transaction in transactions:
                transaction.prepare()
                prepared.append(transaction)
        except BaseException:
            for transaction in prepared:
                transaction.rollback()
            # What is not prepared ends with its connection.
            for connection in connections.values():
                connection.invalidate()
            raise
        for transaction in transactions:
            transaction.commit()


if context.is_offline_mode():
    run_migrations_offline()
elif USE_TWOPHASE:
    run_migrations_together()
else:
    run_migrations_one_by_one()
