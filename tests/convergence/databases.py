"""One connection to an empty database of each dialect, for many pairs of schemas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

from tests.convergence.dialects import VOCABULARIES
from tests.convergence.laws import Laws
from tests.convergence.vocabulary import Vocabulary
from tests.servers import needed


@dataclass
class Database:
    """A database that is empty whenever `clear` has run."""

    words: Vocabulary
    laws: Laws
    clear: Callable[[], None]


def _made(name: str, connection: sa.Connection, clear: Callable[[], None]) -> Database:
    words = VOCABULARIES[name](connection.dialect)
    clear()
    return Database(words, Laws(connection, words), clear)


@contextmanager
def sqlite() -> Iterator[Database]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:

        def clear() -> None:
            connection.rollback()
            listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            for (name,) in connection.exec_driver_sql(listed).all():
                connection.exec_driver_sql('DROP TABLE "{}"'.format(name.replace('"', '""')))
            connection.commit()

        yield _made("sqlite", connection, clear)
    engine.dispose()


@contextmanager
def postgresql() -> Iterator[Database]:
    server = needed("postgresql")
    name = f"migrateops_{uuid4().hex}"
    server.run(f"CREATE DATABASE {name}")
    engine = sa.create_engine(server.url.set(database=name), connect_args={"options": "-cjit=off"})
    try:
        with engine.connect() as connection:
            made = _made("postgresql", connection, connection.rollback)
            for schema in made.laws.schemas[1:]:
                connection.execute(CreateSchema(str(schema)))
            connection.commit()
            # What is rolled back was never there.
            yield made
    finally:
        engine.dispose()
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def duckdb() -> Iterator[Database]:
    engine = sa.create_engine("duckdb:///:memory:")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def clear() -> None:
            listed = "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND NOT internal"
            while names := connection.exec_driver_sql(listed).scalars().all():
                for name in names:
                    # One that another refers to goes after it.
                    with suppress(DBAPIError):
                        connection.exec_driver_sql('DROP TABLE "{}"'.format(name.replace('"', '""')))
            sequences = "SELECT sequence_name FROM duckdb_sequences()"
            for name in connection.exec_driver_sql(sequences).scalars().all():
                connection.exec_driver_sql('DROP SEQUENCE "{}"'.format(name.replace('"', '""')))

        # There is next to nothing to do for several, and they wait for each other.
        connection.exec_driver_sql("SET threads = 1")
        yield _made("duckdb", connection, clear)
    engine.dispose()


@contextmanager
def mariadb() -> Iterator[Database]:
    server = needed("mariadb")
    name = f"migrateops_{uuid4().hex}"
    server.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    engine = sa.create_engine(server.url.set(database=name))
    try:
        with engine.connect() as connection:

            def clear() -> None:
                connection.rollback()
                connection.exec_driver_sql("SET foreign_key_checks = 0")
                for (table,) in connection.exec_driver_sql("SHOW TABLES").all():
                    connection.exec_driver_sql(
                        "DROP TABLE `{}`".format(table.replace("`", "``").replace("%", "%%"))
                    )
                connection.exec_driver_sql("SET foreign_key_checks = 1")

            yield _made("mariadb", connection, clear)
    finally:
        engine.dispose()
        server.run(f"DROP DATABASE {name}")


TRIED = ("sqlite", "postgresql", "mariadb", "duckdb")
DATABASES: dict[str, Callable[[], AbstractContextManager[Database]]] = {
    "sqlite": sqlite,
    "postgresql": postgresql,
    "duckdb": duckdb,
    "mariadb": mariadb,
}
