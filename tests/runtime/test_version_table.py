"""Where the version table is looked for."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from migrateops import command
from migrateops.config import Config
from tests.project import Project


@pytest.mark.parametrize("named", [None, "tenant"])
def test_a_translated_schema_holds_the_version_table(
    project: Project, postgresql_url: str, named: str | None
) -> None:
    project.configure(url=postgresql_url, version_table_schema=named)
    project.revision("a1", upgrade="op.create_table('t', sa.Column('id', sa.Integer))")
    project.revision("b2", upgrade="op.create_table('u', sa.Column('id', sa.Integer))")
    bare = sa.create_engine(postgresql_url)
    with bare.begin() as connection:
        connection.exec_driver_sql("CREATE SCHEMA inside")
    engine = bare.execution_options(schema_translate_map={None: "inside", "tenant": "inside"})
    steps = []
    for revision in ("a1", "a1", "b2"):
        with engine.connect() as connection:
            config = Config.find(project.root)
            config.attributes["connection"] = connection
            steps.append([step.revision for step in command.upgrade(config, revision).steps])
    assert steps == [["a1"], [], ["b2"]]
    with bare.connect() as connection:
        assert sa.inspect(connection).get_table_names() == []
        rows = connection.exec_driver_sql("SELECT version_num FROM inside.migrateops_version").all()
    assert [tuple(row) for row in rows] == [("b2",)]
    bare.dispose()
