"""A schema of the search path that is made after the engine has connected, as ``env.py`` may do it."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from migrateops.autogenerate import compare_metadata
from migrateops.runtime.migration import MigrationContext
from tests.servers import Schema


def test_tables_of_a_schema_that_is_made_later_are_found(postgresql_schema: Schema) -> None:
    name = f"later_{uuid4().hex}"
    engine = sa.create_engine(
        postgresql_schema.url, poolclass=NullPool, connect_args={"options": f"-csearch_path={name}"}
    )
    models = sa.MetaData()
    sa.Table("plain", models, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("named", models, sa.Column("id", sa.Integer, primary_key=True), schema=name)
    try:
        with engine.begin() as connection:
            assert connection.dialect.default_schema_name is None
            connection.execute(sa.schema.CreateSchema(name))
            models.create_all(connection)
            assert sorted(sa.inspect(connection).get_table_names()) == ["named", "plain"]
            context = MigrationContext.configure(connection, opts={"target_metadata": models})
            assert compare_metadata(context, models) == []
            models.remove(models.tables["plain"])
            (found,) = compare_metadata(context, models)
            assert (found[0], found[1].name) == ("remove_table", "plain")
    finally:
        with engine.begin() as connection:
            connection.execute(sa.schema.DropSchema(name, cascade=True, if_exists=True))
        engine.dispose()
