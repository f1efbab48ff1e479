"""Models against real databases: what is found, and that the script that is made of it does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import (
    AutogenContext,
    compare,
    compare_metadata,
    produce_migrations,
    produce_script,
    template_args,
)
from migrateops.errors.autogenerate import NoModels, NothingToRead, TableInTwoModels
from migrateops.operations import MigrateOperation, Operations, ops
from migrateops.runtime.migration import MigrationContext
from migrateops.snapshot import Snapshot, TablesKind
from tests.core.autogenerate.conftest import Configure
from tests.core.autogenerate.recording import scope

# Not every server's indexes on expressions can be read; SQLAlchemy says so.
pytestmark = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
Build = Callable[[sa.MetaData], None]


def models(*build: Build, names: bool = True) -> sa.MetaData:
    metadata = sa.MetaData(naming_convention=NAMES if names else None)
    for one in build:
        one(metadata)
    return metadata


def parent(metadata: sa.MetaData) -> None:
    sa.Table(
        "parent",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), unique=True, nullable=False),
        sa.Column("price", sa.Numeric(10, 2), server_default="0"),
        sa.CheckConstraint("price >= 0 AND name <> ':x'", name="price"),
    )


def child(metadata: sa.MetaData) -> None:
    sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.ForeignKey("parent.id", ondelete="CASCADE"), index=True),
        sa.Column("at", sa.DateTime, server_default=sa.func.now()),
        sa.Index("ix_child_lower", sa.text("lower(note)")),
        sa.Column("note", sa.Text),
    )


def keyless(metadata: sa.MetaData) -> None:
    sa.Table("keyless", metadata, sa.Column("a", sa.Integer), sa.Column("b", sa.Text))


def circle(metadata: sa.MetaData) -> None:
    for one, other in (("hen", "egg"), ("egg", "hen")):
        sa.Table(
            one,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("self_id", sa.ForeignKey(f"{one}.id", name=f"fk_{one}_self")),
            sa.Column("other_id", sa.ForeignKey(f"{other}.id")),
        )


def run(context: MigrationContext, metadata: sa.MetaData) -> Callable[[], None]:
    """Render the script that makes the database like *metadata*, run its upgrade; return its downgrade."""
    rendering = AutogenContext(context, metadata)
    script = produce_script(rendering)
    texts = template_args(rendering, script)
    names = scope(script.imports)
    for direction in ("upgrades", "downgrades"):
        exec(f"def {direction}(op):\n    {texts[direction]}\n", names)
    operations = Operations(context)
    names["upgrades"](operations)
    return lambda: names["downgrades"](operations)


def state(connection: sa.Connection) -> Any:
    """Return what the database has: tables, and all that is on them."""
    inspector = sa.inspect(connection)
    found: dict[str, Any] = {}
    for reader in ("columns", "foreign_keys", "indexes", "unique_constraints", "pk_constraint"):
        for (_, table), items in getattr(inspector, f"get_multi_{reader}")().items():
            listed = [items] if isinstance(items, dict) else list(items)
            for item in listed:
                item["type"] = repr(item.get("type"))
            found.setdefault(table, {})[reader] = sorted(listed, key=repr)
    return found


def difference(context: MigrationContext, metadata: sa.MetaData) -> list[MigrateOperation]:
    return compare(AutogenContext(context, metadata)).ops


# -- whole tables ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "build",
    [(parent,), (parent, child), (keyless,), (circle,), (circle, parent, child, keyless)],
    ids=lambda build: "-".join(one.__name__ for one in build),
)
@pytest.mark.parametrize("names", [True, False], ids=["named", "unnamed"])
def test_new_tables_and_back(
    connection: sa.Connection, configure: Configure, build: tuple[Build, ...], names: bool
) -> None:
    if not names and connection.dialect.name == "postgresql" and circle in build:
        pytest.skip("a foreign key without a name cannot be dropped by name")
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


def test_diff_tuples(connection: sa.Connection, configure: Configure) -> None:
    models(keyless).create_all(connection)
    metadata = models(parent)
    found = [(tag, table.name) for tag, table in compare_metadata(configure(), metadata)]
    assert found == [("add_table", "parent"), ("remove_table", "keyless")]


def test_a_dropped_table_with_indexes_as_a_table_again(connection: sa.Connection, configure: Configure) -> None:
    models(parent, child).create_all(connection)
    for _ in range(2):
        # What the operation holds is not used up.
        (dropped,) = difference(configure(), models(parent))
        assert isinstance(dropped, ops.DropTableOp)
        for _ in range(2):
            assert {index.name for index in dropped.to_table().indexes} >= {"ix_child_parent_id"}


# -- columns --------------------------------------------------------------------------------------
def small(metadata: sa.MetaData) -> None:
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("child", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer))


def larger(metadata: sa.MetaData) -> None:
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer, sa.CheckConstraint("b > 0", name="b"), server_default="1", nullable=False),
        sa.Column("c", sa.Text, index=True),
        sa.Index("ix_both", "a", "c"),
    )


def referring(metadata: sa.MetaData) -> None:
    small(metadata)
    metadata.tables["child"].append_column(sa.Column("parent_id", sa.ForeignKey("parent.id")))


def constrained(metadata: sa.MetaData) -> None:
    small(metadata)
    table = metadata.tables["child"]
    table.append_column(sa.Column("b", sa.Integer, unique=True))
    table.append_constraint(sa.UniqueConstraint("a", "b", name="uq_both"))
    table.append_constraint(sa.CheckConstraint(table.c.b > table.c.a, name="order"))


def test_new_columns_and_back(connection: sa.Connection, configure: Configure) -> None:
    models(small).create_all(connection)
    before = state(connection)
    metadata = models(larger)
    context = configure(metadata)
    take_back = run(context, metadata)
    assert difference(context, metadata) == []
    (_, default), = [
        (column["name"], column["default"])
        for column in sa.inspect(connection).get_columns("child")
        if column["name"] == "b"
    ]
    assert "1" in str(default)
    assert {index["name"] for index in sa.inspect(connection).get_indexes("child")} == {"ix_both", "ix_child_c"}
    if connection.dialect.name == "sqlite":
        # The server refuses to drop a column with a CHECK without building the table anew.
        return
    take_back()
    assert state(connection) == before


def test_a_new_column_that_refers(connection: sa.Connection, configure: Configure) -> None:
    models(small).create_all(connection)
    before = state(connection)
    metadata = models(referring)
    context = configure(metadata)
    take_back = run(context, metadata)
    assert difference(context, metadata) == []
    (key,) = sa.inspect(connection).get_foreign_keys("child")
    assert (key["constrained_columns"], key["referred_table"]) == (["parent_id"], "parent")
    if connection.dialect.name != "sqlite":
        assert key["name"] == "fk_child_parent_id"
        take_back()
        assert state(connection) == before


def test_new_columns_with_constraints_of_the_table(postgresql_schema: Any) -> None:
    engine = sa.create_engine(postgresql_schema.url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"generic_dialects": ["postgresql"]}, plugins=())
        models(small).create_all(connection)
        before = state(connection)
        metadata = models(constrained)
        take_back = run(context, metadata)
        made = state(connection)
        take_back()
        assert state(connection) == before
        metadata.drop_all(connection)
        metadata.create_all(connection)
        assert state(connection) == made
    engine.dispose()


def test_dropped_columns_and_back(connection: sa.Connection, configure: Configure) -> None:
    def indexed(metadata: sa.MetaData) -> None:
        small(metadata)
        metadata.tables["child"].append_column(sa.Column("c", sa.String(9), server_default="x", index=True))

    models(indexed).create_all(connection)
    before = state(connection)
    metadata = models(small)
    context = configure(metadata)
    take_back = run(context, metadata)
    assert difference(context, metadata) == []
    assert [column["name"] for column in sa.inspect(connection).get_columns("child")] == ["id", "a"]
    take_back()
    assert state(connection) == before


def test_an_index_that_gains_a_column_is_replaced(connection: sa.Connection, configure: Configure) -> None:
    def narrow(metadata: sa.MetaData) -> None:
        small(metadata)
        sa.Index("ix_x", metadata.tables["child"].c.a)

    def wide(metadata: sa.MetaData) -> None:
        small(metadata)
        table = metadata.tables["child"]
        table.append_column(sa.Column("b", sa.Integer))
        sa.Index("ix_x", table.c.a, table.c.b)

    models(narrow).create_all(connection)
    before = state(connection)
    take_back = run(configure(), models(wide))
    (index,) = sa.inspect(connection).get_indexes("child")
    assert index["column_names"] == ["a", "b"]
    take_back()
    assert state(connection) == before
    run(configure(), models(wide))
    take_back = run(configure(), models(narrow))
    assert state(connection) == before
    take_back()
    (index,) = sa.inspect(connection).get_indexes("child")
    assert index["column_names"] == ["a", "b"]


def test_what_only_differs_otherwise_is_no_difference(connection: sa.Connection, configure: Configure) -> None:
    models(parent).create_all(connection)
    metadata = models(names=False)
    sa.Table(
        "parent",
        metadata,
        sa.Column("price", sa.Text, index=True),
        sa.Column("name", sa.Integer, nullable=True),
        sa.Column("id", sa.BigInteger, primary_key=True),
    )
    context = AutogenContext(configure(), metadata)
    assert compare(context).ops == []
    assert any("types" in line for line in context.coverage)
    assert context.coverage[-1] == "objects of other kinds than: table"


def test_a_system_column_is_not_made(connection: sa.Connection, configure: Configure) -> None:
    models(small).create_all(connection)
    metadata = models(small)
    metadata.tables["child"].append_column(sa.Column("xmin", sa.Integer, system=True))
    assert difference(configure(), metadata) == []


# -- what takes part ------------------------------------------------------------------------------
def test_our_own_tables_are_left_alone(connection: sa.Connection, configure: Configure) -> None:
    connection.execute(sa.text("CREATE TABLE migrateops_version (version_num VARCHAR(64))"))
    connection.execute(sa.text("CREATE TABLE other_version (version_num VARCHAR(64))"))
    assert [op.describe() for op in difference(configure(), sa.MetaData())] == ["drop_table 'other_version'"]
    renamed = configure(version_table="other_version")
    assert [op.describe() for op in difference(renamed, sa.MetaData())] == ["drop_table 'migrateops_version'"]


def test_include_name(connection: sa.Connection, configure: Configure) -> None:
    models(parent, small_other).create_all(connection)
    asked: list[Any] = []

    def include_name(name: str | None, type_: str, parents: dict[str, Any]) -> bool:
        asked.append((name, type_, parents))
        return name not in ("other", "price")

    metadata = sa.MetaData()
    sa.Table("parent", metadata, sa.Column("id", sa.Integer))
    (table,) = difference(configure(include_name=include_name), metadata)
    assert isinstance(table, ops.ModifyTableOps)
    assert [op.column_name for op in table.ops if isinstance(op, ops.DropColumnOp)] == ["name"]
    assert ("other", "table", {"schema_name": None, "schema_qualified_table_name": "other"}) in asked
    of_column = {"schema_name": None, "table_name": "parent", "schema_qualified_table_name": "parent"}
    assert ("price", "column", of_column) in asked


def small_other(metadata: sa.MetaData) -> None:
    sa.Table("other", metadata, sa.Column("id", sa.Integer, primary_key=True))


def test_include_object(connection: sa.Connection, configure: Configure) -> None:
    models(small, small_other).create_all(connection)
    asked: list[Any] = []

    def include_object(object_: Any, name: str, type_: str, reflected: bool, compare_to: Any) -> bool:
        asked.append((type(object_).__name__, name, type_, reflected, getattr(compare_to, "name", None)))
        return name not in ("other", "b", "keyless", "ix_both")

    metadata = models(larger, keyless)
    context = configure(include_object=include_object)
    (table,) = difference(context, metadata)
    assert isinstance(table, ops.ModifyTableOps)
    assert [op.describe() for op in table.ops] == ["add_column 'child' 'c'", "create_index 'ix_child_c' 'child'"]
    assert asked == [
        ("Table", "keyless", "table", False, None),
        ("Table", "other", "table", True, None),
        ("Table", "child", "table", False, "child"),
        ("Column", "b", "column", False, None),
        ("Column", "c", "column", False, None),
        ("Index", "ix_both", "index", False, None),
        ("Index", "ix_child_c", "index", False, None),
    ]


def test_schemas(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as connection:
        for schema in ("one", "two"):
            connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
            connection.execute(sa.text(f"CREATE TABLE {schema}.here (id INTEGER)"))
            connection.execute(sa.text(f"CREATE TABLE {schema}.gone (id INTEGER)"))
        connection.execute(sa.text("CREATE TABLE plain (id INTEGER)"))

        def described(metadata: sa.MetaData, **opts: Any) -> list[tuple[str | None, str]]:
            context = MigrationContext.configure(
                connection, opts={"generic_dialects": ["postgresql"], **opts}, plugins=()
            )
            found: list[Any] = difference(context, metadata)
            return [(op.schema, op.describe()) for op in found]

        metadata = sa.MetaData()
        sa.Table("here", metadata, sa.Column("id", sa.Integer), schema="one")
        sa.Table("new", metadata, sa.Column("id", sa.Integer), schema="missing")
        sa.Table("plain", metadata, sa.Column("id", sa.Integer), schema="public")
        new = ("missing", "create_table 'new'")
        # A table of another schema that is there is found there, and its neighbours are left alone.
        assert described(metadata) == [new]
        assert described(metadata, include_schemas=True) == [
            new,
            ("two", "drop_table 'here'"),
            ("two", "drop_table 'gone'"),
            ("one", "drop_table 'gone'"),
        ]

        def only_one(name: str | None, type_: str, parents: Any) -> bool:
            return type_ != "schema" or name in (None, "one")

        assert described(metadata, include_schemas=True, include_name=only_one) == [
            new,
            ("one", "drop_table 'gone'"),
        ]
    engine.dispose()


def test_several_models(connection: sa.Connection, configure: Configure) -> None:
    both = [models(parent), models(keyless)]
    found = difference(configure(both), both)  # type: ignore[arg-type]
    assert [op.table_name for op in found] == ["keyless", "parent"]  # type: ignore[attr-defined]
    twice = [models(parent), models(parent)]
    with pytest.raises(TableInTwoModels) as caught:
        difference(configure(twice), twice)  # type: ignore[arg-type]
    assert caught.value.table == "parent"


def test_models_and_a_database_are_needed(configure: Configure) -> None:
    with pytest.raises(NoModels):
        AutogenContext(configure())
    offline = MigrationContext.configure(dialect_name="sqlite", plugins=())
    with pytest.raises(NothingToRead):
        produce_migrations(offline, sa.MetaData())


def test_only_what_differs_is_reflected(connection: sa.Connection, configure: Configure) -> None:
    metadata = models(*(_numbered(number) for number in range(20)))
    metadata.create_all(connection)
    reflected: list[str] = []

    def note(inspector: Any, table: sa.Table, column: Any) -> None:
        reflected.append(table.name)

    sa.event.listen(sa.Table, "column_reflect", note)
    try:
        context = configure(metadata)
        assert difference(context, metadata) == []
        assert reflected == []
        metadata.tables["t7"].append_column(sa.Column("b", sa.Integer))
        assert len(difference(context, metadata)) == 1
        assert set(reflected) == {"t7"}
    finally:
        sa.event.remove(sa.Table, "column_reflect", note)


def _numbered(number: int) -> Build:
    def build(metadata: sa.MetaData) -> None:
        sa.Table(f"t{number}", metadata, sa.Column("id", sa.Integer, primary_key=True))

    return build


def test_both_sides_have_the_same_fingerprint_of_kinds(connection: sa.Connection, configure: Configure) -> None:
    metadata = models(keyless)
    metadata.create_all(connection)
    database = Snapshot.read(connection, [None], [TablesKind()])
    wanted = Snapshot.from_metadata(metadata, connection.dialect, [TablesKind()])
    assert database.fingerprint() == wanted.fingerprint()
