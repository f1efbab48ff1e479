"""What peers get wrong or do not see, with the right outcome on each server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import AutogenContext, compare, produce_script, template_args
from migrateops.runtime.migration import MigrationContext
from migrateops_sequences.hooks import plugin as sequences
from tests.core.autogenerate.roundtrip import run
from tests.core.autogenerate.test_changes import shown

Compared = tuple[list[str], list[str]]


class Database:
    """A database that is compared with models, and made like them."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"

    def has(self, *what: str | sa.MetaData) -> None:
        """Make tables or run statements, before anything is compared."""
        for one in what:
            if isinstance(one, sa.MetaData):
                one.create_all(self.connection)
            else:
                self.connection.execute(sa.text(one))
        self.connection.commit()

    def context(self, metadata: sa.MetaData, *plugins: object) -> MigrationContext:
        opts = {"target_metadata": metadata, "render_as_batch": self.is_sqlite}
        return MigrationContext.configure(self.connection, opts=opts, plugins=plugins)

    def compared(self, metadata: sa.MetaData, *plugins: object) -> Compared:
        """Return what differs, and what was not compared."""
        context = AutogenContext(self.context(metadata, *plugins), metadata)
        return shown(compare(context).ops), list(context.coverage)

    def differs(self, metadata: sa.MetaData) -> list[str]:
        return self.compared(metadata)[0]

    def runs(self, metadata: sa.MetaData, before: sa.MetaData) -> None:
        """Hold that the script makes the database like *metadata*, and its downgrade like *before*."""
        take_back = run(self.context(metadata), metadata)
        assert self.differs(metadata) == []
        take_back()
        assert self.differs(before) == []


@pytest.fixture
def database(connection: sa.Connection) -> Database:
    return Database(connection)


@pytest.fixture
def postgresql(postgresql_schema: Any) -> Iterator[Database]:
    engine = sa.create_engine(postgresql_schema.url)
    with engine.connect() as connection:
        yield Database(connection)
    engine.dispose()


def table(*items: Any, name: str = "t", **kw: Any) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *items, **kw)
    return metadata


def number(name: str = "n", *args: Any, **kw: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, *args, **kw)


# -- outcomes that were wrong ---------------------------------------------------------------------
def test_a_partition_is_not_dropped(postgresql: Database) -> None:
    postgresql.has(
        "CREATE TABLE t (id integer NOT NULL, n integer) PARTITION BY RANGE (id)",
        "CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (1) TO (10)",
        "CREATE TABLE t_2 PARTITION OF t FOR VALUES FROM (10) TO (20)",
    )
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, nullable=False), sa.Column("n", sa.Integer))
    found, coverage = postgresql.compared(metadata)
    assert found == []
    assert [line for line in coverage if line.startswith("table")] == [
        "table t_1: not in the models; it belongs to partitioned table 't'",
        "table t_2: not in the models; it belongs to partitioned table 't'",
    ]


def enum(*values: str, **kw: Any) -> sa.Enum:
    return sa.Enum(*values, name="kind", **kw)


def types(database: Database) -> list[str]:
    found = database.connection.scalars(
        sa.text(
            "SELECT typname FROM pg_type WHERE typtype = 'e'"
            " AND typnamespace = current_schema()::regnamespace"
        )
    )
    return list(found)


def test_an_enum_column_brings_its_type_and_takes_it_back(postgresql: Database) -> None:
    before, after = table(), table(sa.Column("kind", enum("a", "b")))
    postgresql.has(before)
    take_back = run(postgresql.context(after), after)
    assert types(postgresql) == ["kind"]
    assert postgresql.differs(after) == []
    take_back()
    assert types(postgresql) == []
    assert postgresql.differs(before) == []


def test_a_column_that_becomes_an_enum(postgresql: Database) -> None:
    before, after = table(sa.Column("kind", sa.String(10))), table(sa.Column("kind", enum("a", "b")))
    postgresql.has(before, "INSERT INTO t (id, kind) VALUES (1, 'a')")
    postgresql.runs(after, before)
    assert types(postgresql) == []
    assert postgresql.connection.scalars(sa.text("SELECT kind FROM t")).all() == ["a"]


@pytest.mark.parametrize(
    ("old", "new", "using"),
    [
        (sa.String(10), sa.Integer(), "n::INTEGER"),
        (sa.Text(), sa.Numeric(10, 2), "n::NUMERIC(10, 2)"),
        (sa.Integer(), sa.Boolean(), "n <> 0"),
        (sa.Boolean(), sa.BigInteger(), "n::integer::BIGINT"),
        (sa.Enum("1", "0", name="one"), sa.Enum("0", "1", name="other"), "n::text::other"),
        (sa.ARRAY(sa.Text()), sa.ARRAY(sa.Integer()), "n::INTEGER[]"),
        (sa.Integer(), sa.Text(), None),
        (sa.Integer(), sa.Numeric(5, 1), None),
        (sa.DateTime(), sa.Date(), None),
    ],
    ids=str,
)
def test_a_type_that_the_server_does_not_convert_to(
    postgresql: Database, old: Any, new: Any, using: str | None
) -> None:
    before, after = table(sa.Column("n", old)), table(sa.Column("n", new))
    value = "'{1}'" if isinstance(old, sa.ARRAY) else "now()" if isinstance(old, sa.DateTime) else "'1'"
    postgresql.has(before, f"INSERT INTO t (id, n) VALUES (1, {value})")
    rendering = AutogenContext(postgresql.context(after), after)
    script = produce_script(rendering)
    text = template_args(rendering, script)["upgrades"]
    if using is None:
        assert "using" not in text
    else:
        assert f'postgresql_using="{using}"' in text.replace("'", '"')
        assert "# The server does not convert" in text
    postgresql.runs(after, before)
    assert len(postgresql.connection.scalars(sa.text("SELECT n FROM t WHERE n IS NOT NULL")).all()) == 1


def test_a_table_with_an_enum_that_another_table_has(postgresql: Database) -> None:
    before = table(sa.Column("kind", enum("a", "b")))
    after = table(sa.Column("kind", enum("a", "b")))
    sa.Table("u", after, sa.Column("kind", after.tables["t"].c.kind.type))
    postgresql.has(before)
    postgresql.runs(after, before)
    assert types(postgresql) == ["kind"]


@pytest.mark.parametrize("name", [None, "fk_n"])
def test_a_foreign_key_without_a_name_is_taken_back(database: Database, name: str | None) -> None:
    def models(*args: Any) -> sa.MetaData:
        metadata = table(number("n", *args))
        sa.Table("parent", metadata, number("id", primary_key=True))
        return metadata

    before, after = models(), models(sa.ForeignKey("parent.id", name=name))
    database.has(before)
    assert database.differs(after) != []
    database.runs(after, before)


# -- changes that were not seen -------------------------------------------------------------------
def check(text: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name="ck_n")


def values(*names: str) -> sa.Column[Any]:
    return sa.Column("kind", enum(*names, native_enum=False, create_constraint=True))


def collated(database: Database, other: bool) -> sa.Column[Any]:
    name = ("NOCASE" if database.is_sqlite else "C") if other else None
    return sa.Column("s", sa.String(10, collation=name))


Models = Callable[[Database], sa.MetaData]
UNSEEN: dict[str, tuple[Models, Models]] = {
    "check-added": (lambda d: table(number()), lambda d: table(number(), check("n > 0"))),
    "check-removed": (lambda d: table(number(), check("n > 0")), lambda d: table(number())),
    "check-changed": (lambda d: table(number(), check("n > 0")), lambda d: table(number(), check("n > 1"))),
    "default-added": (lambda d: table(number()), lambda d: table(number(server_default="1"))),
    "default-changed": (
        lambda d: table(number(server_default="1")),
        lambda d: table(number(server_default="2")),
    ),
    "default-removed": (lambda d: table(number(server_default="1")), lambda d: table(number())),
    "primary-key": (
        lambda d: table(number(nullable=False)),
        lambda d: table(number(primary_key=True, autoincrement=False)),
    ),
    "enum-value": (lambda d: table(values("a", "b")), lambda d: table(values("a", "b", "c"))),
    "computed": (
        lambda d: table(number(), number("m", sa.Computed("n + 1", persisted=True))),
        lambda d: table(number(), number("m", sa.Computed("n + 2", persisted=True))),
    ),
    "computed-added": (
        lambda d: table(number()),
        lambda d: table(number(), number("m", sa.Computed("n + 1", persisted=True))),
    ),
    "collation": (lambda d: table(collated(d, False)), lambda d: table(collated(d, True))),
}


@pytest.mark.parametrize("case", UNSEEN)
@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_what_changed_is_seen(database: Database, case: str, back: bool) -> None:
    start, end = UNSEEN[case][::-1] if back else UNSEEN[case]
    before, after = start(database), end(database)
    if case == "primary-key" and database.is_sqlite:
        for metadata in (before, after):
            metadata.tables["t"].c.id.autoincrement = False
    database.has(before)
    assert database.differs(before) == []
    assert database.differs(after) != []
    database.runs(after, before)


def test_an_exclude_constraint_is_seen(postgresql: Database) -> None:
    from sqlalchemy.dialects.postgresql import INT4RANGE, ExcludeConstraint

    before = table(sa.Column("r", INT4RANGE))
    after = table(sa.Column("r", INT4RANGE), ExcludeConstraint(("r", "&&"), name="ex_r", using="gist"))
    postgresql.has(before)
    assert postgresql.differs(after) != []
    postgresql.runs(after, before)
    postgresql.has(after, "ALTER TABLE t ADD CONSTRAINT ex_r EXCLUDE USING gist (r WITH &&)")
    assert postgresql.differs(before) != []
    postgresql.runs(before, after)


def test_how_a_computed_column_is_kept_is_no_warning_of_a_comparison(postgresql: Database) -> None:
    """SQLAlchemy warns of it when the table is created."""
    postgresql.has(table(), "ALTER TABLE t ADD COLUMN n integer GENERATED ALWAYS AS (id + 1) STORED")
    assert postgresql.differs(table(number("n", sa.Computed("1 + id")))) != []


# -- what is not compared, and said ---------------------------------------------------------------
def test_values_of_a_native_enum_are_reported(postgresql: Database) -> None:
    postgresql.has(table(sa.Column("kind", enum("a", "b"))))
    found, coverage = postgresql.compared(table(sa.Column("kind", enum("a", "b", "c"))))
    assert found == []
    assert "enum: kind" in coverage
    assert "values of enum types that the server has as types of their own" in coverage


OBJECTS = {
    "view": ["CREATE VIEW v AS SELECT 1 AS a"],
    "materialized view": ["CREATE MATERIALIZED VIEW v AS SELECT 1 AS a"],
    "function": ["CREATE FUNCTION v() RETURNS integer LANGUAGE sql AS 'SELECT 1'"],
    "procedure": ["CREATE PROCEDURE v() LANGUAGE sql AS 'SELECT 1'"],
    "row level security": ["CREATE TABLE v (id integer)", "ALTER TABLE v ENABLE ROW LEVEL SECURITY"],
    "policy": ["CREATE TABLE t2 (id integer)", "CREATE POLICY v ON t2 USING (true)"],
    "sequence": ["CREATE SEQUENCE v"],
    "composite type": ["CREATE TYPE v AS (a integer)"],
    "domain": ["CREATE DOMAIN v AS integer CHECK (VALUE > 0)"],
    "enum": ["CREATE TYPE v AS ENUM ('a')"],
    "grant": ["CREATE TABLE v (id integer)", "GRANT SELECT ON v TO PUBLIC"],
}


@pytest.mark.parametrize("kind", OBJECTS)
def test_what_no_plugin_compares_is_reported_and_left_alone(postgresql: Database, kind: str) -> None:
    postgresql.has(*OBJECTS[kind])
    metadata = sa.MetaData()
    metadata.reflect(postgresql.connection)
    found, coverage = postgresql.compared(metadata)
    assert found == []
    assert f"{kind}: v" in coverage


def test_an_extension_is_reported_and_left_alone(postgresql_url: str) -> None:
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as connection:
        database = Database(connection)
        database.has("CREATE EXTENSION pg_trgm")
        found, coverage = database.compared(sa.MetaData())
    engine.dispose()
    assert found == []
    assert "extension: pg_trgm" in coverage


SQLITE_OBJECTS = {
    "view": "CREATE VIEW v AS SELECT 1 AS a",
    "trigger": "CREATE TRIGGER v AFTER INSERT ON t BEGIN SELECT 1; END",
}


@pytest.mark.parametrize("kind", SQLITE_OBJECTS)
def test_what_sqlite_has_besides_tables_is_reported(sqlite_url: str, kind: str) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.connect() as connection:
        database = Database(connection)
        database.has(table(), SQLITE_OBJECTS[kind])
        found, coverage = database.compared(table())
    engine.dispose()
    assert found == []
    assert f"{kind}: v" in coverage


# -- sequences ------------------------------------------------------------------------------------
def with_sequence() -> sa.MetaData:
    metadata = table()
    sa.Sequence("numbers", metadata=metadata, start=5)
    return metadata


def test_a_new_sequence_without_its_plugin_is_reported(postgresql: Database) -> None:
    postgresql.has(table(), "CREATE SEQUENCE other")
    models = with_sequence()
    context = AutogenContext(postgresql.context(models), models)
    assert compare(context).ops == []
    assert "sequence: other" in context.coverage
    assert context.uncompared["sequence"] == 1
    assert context.notes == [
        "sequence 'numbers' of the models is not created, nor compared: migrateops-sequences does that"
    ]


def test_a_new_sequence_with_its_plugin_is_created(postgresql: Database) -> None:
    postgresql.has(table())
    found, coverage = postgresql.compared(with_sequence(), sequences)
    assert [line.split()[0] for line in found] == ["create_sequence"]
    assert not [line for line in coverage if line.startswith("sequence:")]
