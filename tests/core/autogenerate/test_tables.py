"""New and dropped tables: what is found, and that the script that is made of it does it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from migrateops.autogenerate import compare_metadata
from migrateops.operations import ops
from tests.core.autogenerate.conftest import Configure
from tests.core.autogenerate.roundtrip import (
    NAMES,
    Build,
    child,
    circle,
    difference,
    keyless,
    models,
    parent,
    run,
    state,
)

# Not every server's indexes on expressions can be read; SQLAlchemy says so.
pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")


@pytest.mark.parametrize(
    ("build", "names"),
    [
        ((parent,), True),
        ((parent, child), True),
        ((parent, child), False),
        ((keyless,), True),
        ((circle,), True),
        ((circle, parent, child, keyless), True),
    ],
    ids=lambda given: "-".join(one.__name__ for one in given) if isinstance(given, tuple) else str(given),
)
def test_new_tables_and_back(
    connection: sa.Connection, configure: Configure, build: tuple[Build, ...], names: bool
) -> None:
    metadata = models(*build, names=names)
    context = configure(metadata)
    take_back = run(context, metadata)
    assert set(sa.inspect(connection).get_table_names()) == set(metadata.tables)
    assert difference(context, metadata) == []
    made = state(connection)
    take_back()
    assert sa.inspect(connection).get_table_names() == []
    metadata.create_all(connection)
    assert state(connection) == made


@pytest.mark.parametrize(
    "build",
    [(parent, child), (keyless,), (circle,), (circle, parent, child, keyless)],
    ids=lambda build: "-".join(one.__name__ for one in build),
)
def test_dropped_tables_and_back(
    connection: sa.Connection, configure: Configure, build: tuple[Build, ...]
) -> None:
    models(*build).create_all(connection)
    before = state(connection)
    nothing = sa.MetaData(naming_convention=NAMES)
    take_back = run(configure(nothing), nothing)
    assert sa.inspect(connection).get_table_names() == []
    take_back()
    assert state(connection) == before


def test_tables_come_after_those_that_they_refer_to(configure: Configure) -> None:
    metadata = models(child, parent)
    made = difference(configure(metadata), metadata)
    tables = [op.table_name for op in made if isinstance(op, ops.CreateTableOp)]
    assert tables == ["parent", "child"]
    indexes = [op.index_name for op in made if isinstance(op, ops.CreateIndexOp)]
    assert indexes == ["ix_child_lower", "ix_child_parent_id"]


def test_a_dropped_table_comes_before_those_that_it_refers_to(
    connection: sa.Connection, configure: Configure
) -> None:
    models(parent, child).create_all(connection)
    dropped = difference(configure(sa.MetaData()), sa.MetaData())
    assert [type(op) for op in dropped] == [ops.DropTableOp] * 2
    assert [op.table_name for op in dropped] == ["child", "parent"]  # type: ignore[attr-defined]


def test_a_circle_is_closed_after_its_tables(connection: sa.Connection, configure: Configure) -> None:
    metadata = models(circle)
    made = difference(configure(metadata), metadata)
    apart = [op for op in made if isinstance(op, ops.CreateForeignKeyOp)]
    if connection.dialect.name == "sqlite":
        # There is no adding a foreign key, and no need to: one may refer to a table that is not there.
        assert apart == []
    else:
        assert [(op.source_table, op.referent_table) for op in apart] == [("egg", "hen")]
        assert made[-1] is apart[0]


def test_a_key_refers_to_what_an_index_of_its_own_table_makes_unique(
    connection: sa.Connection, configure: Configure
) -> None:
    def tree(metadata: sa.MetaData) -> None:
        sa.Table(
            "tree",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("code", sa.Integer, index=True, unique=True),
            sa.Column("above", sa.ForeignKey("tree.code", name="fk_above")),
        )

    wanted, nothing = models(tree), models()
    run(configure(wanted), wanted)
    assert difference(configure(wanted), wanted) == []
    before = state(connection)
    take_back = run(configure(nothing), nothing)
    take_back()
    assert state(connection) == before


def test_diff_tuples(connection: sa.Connection, configure: Configure) -> None:
    models(keyless).create_all(connection)
    metadata = models(parent)
    found = [(tag, table.name) for tag, table in compare_metadata(configure(), metadata)]
    assert found == [("add_table", "parent"), ("remove_table", "keyless")]


def test_a_dropped_table_with_indexes_as_a_table_again(
    connection: sa.Connection, configure: Configure
) -> None:
    models(parent, child).create_all(connection)
    for _ in range(2):
        # What the operation holds is not used up.
        (dropped,) = difference(configure(), models(parent))
        assert isinstance(dropped, ops.DropTableOp)
        for _ in range(2):
            assert {index.name for index in dropped.to_table().indexes} >= {"ix_child_parent_id"}


@pytest.mark.parametrize(("named", "convention"), [(False, False), (True, False), (True, True)])
def test_a_check_that_is_written_on_a_column_of_a_new_table(
    connection: sa.Connection, configure: Configure, named: bool, convention: bool
) -> None:
    """It is none of the table's own constraints, as those of the models' table are listed."""
    wanted = models(names=convention)
    check = sa.CheckConstraint("c > 0", name="positive" if named else None)
    sa.Table("t", wanted, sa.Column("id", sa.Integer, primary_key=True), sa.Column("c", sa.Integer, check))
    context = configure(wanted, generic_dialects=[])
    back = run(context, wanted)
    assert difference(context, wanted) == []
    names = [one["name"] for one in sa.inspect(connection).get_check_constraints("t")]
    assert len(names) == 1
    if named:
        assert names == ["ck_t_positive" if convention else "positive"]
    with pytest.raises(IntegrityError), connection.begin_nested():
        connection.execute(wanted.tables["t"].insert(), {"c": 0})
    back()
    assert sa.inspect(connection).get_table_names() == []
