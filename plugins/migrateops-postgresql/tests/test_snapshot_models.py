"""What models create is read as the same records that are made of the models."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql as pg

from migrateops.snapshot.difference import differences
from migrateops.snapshot.models import ModelReader
from migrateops.snapshot.records import TableRecord
from migrateops.snapshot.settling import in_stored_words
from migrateops.snapshot.texts import Texts
from migrateops_postgresql.dialect import PostgreSQLDialect

PACK = PostgreSQLDialect()
Records = dict[tuple[str | None, str], TableRecord]


def keyed(records: Any) -> Records:
    return {(record.schema, record.name): record for record in records}


def both(
    connection: sa.Connection, metadata: sa.MetaData, schemas: tuple[str | None, ...] = (None,)
) -> tuple[Records, Records]:
    """Create the tables, and return the records of both sides."""
    metadata.create_all(connection)
    read = keyed(PACK.read_snapshot(connection, schemas))
    failures: list[Any] = []
    reader = ModelReader(Texts(PACK, connection.dialect), lambda *failure: failures.append(failure))
    made = keyed(reader.read(metadata))
    assert failures == []
    return read, made


def check(
    connection: sa.Connection, metadata: sa.MetaData, schemas: tuple[str | None, ...] = (None,)
) -> set[str]:
    """Make sure that nothing differs in the server's words; return tables in which words differ before."""
    read, made = both(connection, metadata, schemas)
    assert read.keys() == made.keys()
    other_words = {which for which in read if read[which] != made[which]}
    tables = dict(zip(made, metadata.tables.values(), strict=True))
    stored = PACK.as_stored(connection, [tables[which] for which in other_words])
    for which in other_words:
        assert which in stored
        assert differences(read[which], in_stored_words(made[which], stored[which])) == []
    return {name for _, name in other_words}


class Upper(sa.TypeDecorator[str]):
    impl = sa.String(7)
    cache_ok = True


mood = sa.Enum("a", "it's", name="Mood")

TYPES: list[Any] = [
    sa.Integer(),
    sa.BigInteger(),
    sa.SmallInteger(),
    sa.Boolean(),
    sa.Float(),
    sa.Float(10),
    sa.Double(),
    sa.REAL(),
    sa.Numeric(),
    sa.Numeric(10),
    sa.Numeric(10, 0),
    sa.Numeric(10, 2),
    sa.DECIMAL(5),
    sa.String(),
    sa.String(5),
    sa.String(5, collation="C"),
    sa.Text(collation="POSIX"),
    sa.Text(),
    sa.CHAR(),
    sa.CHAR(3),
    sa.LargeBinary(),
    sa.Date(),
    sa.Time(),
    sa.Time(timezone=True),
    sa.DateTime(),
    sa.DateTime(timezone=True),
    pg.TIMESTAMP(precision=3),
    pg.TIMESTAMP(True, 3),
    pg.TIME(True, 3),
    sa.Interval(),
    pg.INTERVAL(precision=3),
    pg.INTERVAL(fields="YEAR TO MONTH"),
    pg.INTERVAL(fields="DAY TO SECOND", precision=3),
    sa.Uuid(),
    sa.JSON(),
    pg.JSONB(),
    pg.BIT(),
    pg.BIT(3),
    pg.BIT(5, varying=True),
    pg.INET(),
    pg.CIDR(),
    pg.MACADDR(),
    pg.MONEY(),
    pg.TSVECTOR(),
    pg.INT4RANGE(),
    pg.TSTZRANGE(),
    pg.INT4MULTIRANGE(),
    pg.OID(),
    pg.REGCLASS(),
    sa.ARRAY(sa.Integer),
    sa.ARRAY(sa.String(5)),
    sa.ARRAY(sa.String(5), dimensions=2),
    pg.ARRAY(sa.DateTime(timezone=True)),
    sa.ARRAY(sa.Numeric(5, 2)),
    mood,
    sa.ARRAY(mood),
    sa.Enum("a", "b", name="size", native_enum=False),
    sa.Enum("a", "b", name="sized", native_enum=False, create_constraint=True),
    pg.DOMAIN("positive", sa.Integer, check="VALUE > 0"),
    Upper(),
]

DEFAULTS: list[tuple[Any, Any]] = [
    (sa.String(), "x"),
    (sa.String(), "it's 5::int, (a)"),
    (sa.String(), "50%"),
    (sa.String(5), ""),
    (sa.String(), "back\\slash"),
    (sa.Text(), sa.text("'5'")),
    (sa.Text(), sa.text("NULL")),
    (sa.Text(), sa.null()),
    (sa.Integer(), "5"),
    (sa.Integer(), sa.text("-1")),
    (sa.Integer(), sa.text("(1 + 2) * 3")),
    (sa.BigInteger(), sa.text("9999999999")),
    (sa.Numeric(5, 2), sa.text("1.50")),
    (sa.Numeric(5, 2), sa.literal(1.5)),
    (sa.Boolean(), sa.true()),
    (sa.Boolean(), "false"),
    (sa.Boolean(), sa.text("'t'")),
    (sa.DateTime(), sa.func.now()),
    (sa.DateTime(), sa.text("CURRENT_TIMESTAMP")),
    (sa.DateTime(), sa.text("timezone('utc', now())")),
    (sa.DateTime(timezone=True), sa.func.now() + sa.text("interval '1 day'")),
    (sa.Date(), sa.text("CURRENT_DATE")),
    (sa.Date(), "2020-01-01"),
    (pg.JSONB(), sa.text("'{}'")),
    (pg.JSONB(), sa.text("'{\"a\": 1}'::jsonb")),
    (sa.ARRAY(sa.Integer), sa.text("'{}'")),
    (sa.ARRAY(sa.Text), sa.text("ARRAY['a', 'b']")),
    (mood, "a"),
    (sa.Text(), sa.text("'a' || 'b'")),
    (sa.Text(), sa.func.lower("ABC")),
    (sa.Uuid(), sa.text("gen_random_uuid()")),
    (sa.Interval(), sa.text("'1 day'")),
]

CONDITIONS: list[Any] = [
    "a > 0 AND b > 0",
    "(a > 0 OR b > 0) AND a < 5",
    "NOT (a > 0 AND b > 0)",
    "name <> '%'",
    "name IN ('x', 'y')",
    "name LIKE 'x%'",
    "a BETWEEN 1 AND 5",
    "length(name) > 3 AND (b IS NULL OR b >= 0)",
    "CASE WHEN a > 1 THEN b > 2 ELSE true END",
    "coalesce(a, 0) > 0 /* a comment */",
    '"Na me" > 0',
    sa.column("a") > 5,
    sa.and_(sa.column("a") > 5, sa.column("name").in_(["x", "y"])),
    sa.func.length(sa.column("name")) > 3,
]


@pytest.mark.parametrize("number", range(len(TYPES)))
def test_types(connection: sa.Connection, number: int) -> None:
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("c", TYPES[number]))
    read, made = both(connection, metadata)
    assert read == made


def test_defaults(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    for number, (type_, default) in enumerate(DEFAULTS):
        sa.Table(f"t{number}", metadata, sa.Column("c", type_, server_default=default))
    assert check(connection, metadata) == set()


def test_conditions(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    for number, condition in enumerate(CONDITIONS):
        sa.Table(
            f"t{number}",
            metadata,
            sa.Column("a", sa.Integer),
            sa.Column("b", sa.Integer),
            sa.Column("name", sa.String(10)),
            sa.Column("Na me", sa.Integer),
            sa.CheckConstraint(condition),
        )
    # BETWEEN, and a comment, the server alone can put in other words.
    assert check(connection, metadata) == {"t6", "t9"}


def everything() -> sa.MetaData:
    convention = {
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
    metadata = sa.MetaData(naming_convention=convention)
    parent = sa.Table(
        "parent",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, comment="It's 50%"),
        sa.Column("a", sa.Text, sa.CheckConstraint("a <> ''", name="some"), unique=True, index=True),
        sa.Column("b", sa.Text(collation="C"), nullable=False),
        sa.Column("c", sa.Integer, sa.Computed("id + 1", persisted=True)),
        sa.Column("d", pg.JSONB),
        sa.Column("during", pg.TSTZRANGE),
        sa.UniqueConstraint("a", "b", deferrable=True, initially="DEFERRED"),
        sa.UniqueConstraint("b", "a", name="now", comment="why"),
        sa.UniqueConstraint("b", name="inc", postgresql_include=["c"], postgresql_nulls_not_distinct=True),
        pg.ExcludeConstraint(("during", "&&"), name="no_overlap"),
        pg.ExcludeConstraint(("a", "="), where=sa.text("b > 'x'"), using="btree", deferrable=True),
        comment="All of it",
        postgresql_with={"fillfactor": 70, "autovacuum_enabled": False},
    )
    sa.Index("ix_expr", sa.func.lower(parent.c.a), parent.c.b.desc(), sa.text("(c + 1)"))
    sa.Index("ix_where", parent.c.b, unique=True, postgresql_where=sa.and_(parent.c.a > "x", parent.c.c > 5))
    sa.Index(
        "ix_nulls", parent.c.a.desc().nulls_last(), parent.c.b.nulls_first(), parent.c.c.desc().nulls_first()
    )
    sa.Index("ix_collated", parent.c.a.collate("C"), sa.func.lower(parent.c.b).collate("POSIX"))
    sa.Index("ix_gin", parent.c.d, postgresql_using="gin", postgresql_ops={"d": "jsonb_path_ops"})
    sa.Index("ix_usual", parent.c.a, parent.c.c, postgresql_using="BTREE", postgresql_ops={"a": "text_ops"})
    sa.Index(
        "ix_pattern", parent.c.a, postgresql_ops={"a": "text_pattern_ops"}, postgresql_include=["c", "b"]
    )
    sa.Index(
        "ix_with",
        parent.c.c,
        postgresql_with={"fillfactor": 50},
        postgresql_nulls_not_distinct=True,
        unique=True,
    )
    sa.Index("ix_hash", parent.c.c, postgresql_using="hash", postgresql_tablespace="pg_default")
    sa.Index(None, parent.c.c, parent.c.id)
    sa.Table(
        "child",
        metadata,
        sa.Column(
            "id", sa.BigInteger, sa.Identity(always=True, start=10, increment=5, cycle=True), primary_key=True
        ),
        sa.Column("n", sa.SmallInteger, sa.Identity(minvalue=-5, cache=3)),
        sa.Column("one", sa.ForeignKey("parent.id", ondelete="CASCADE", onupdate="SET NULL")),
        sa.Column("two", sa.ForeignKey("parent.id", deferrable=True, initially="DEFERRED", name="fk_two")),
        sa.Column("three", sa.ForeignKey("child.id", ondelete="RESTRICT", onupdate="NO ACTION", name="Fk 3")),
        sa.Column("four", sa.Text),
        sa.Column("five", sa.Text),
        sa.ForeignKeyConstraint(
            ["four", "five"], ["parent.b", "parent.a"], match="FULL", use_alter=True, name="both"
        ),
        sa.CheckConstraint("id > 0", name="later", postgresql_not_valid=True),
        sa.ForeignKeyConstraint(
            ["four"], ["parent.a"], name="lazy", ondelete="SET NULL", postgresql_not_valid=True
        ),
    )
    sa.Table(
        "divided",
        metadata,
        sa.Column("a", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("b", sa.Integer),
        postgresql_partition_by="RANGE (a)",
    )
    sa.Table("lower", metadata, sa.Column("z", sa.Integer), postgresql_inherits="unlogged")
    sa.Table("unlogged", metadata, sa.Column("z", sa.Integer), prefixes=["UNLOGGED"])
    return metadata


def test_keys_and_indexes(connection: sa.Connection) -> None:
    metadata = everything()
    metadata.remove(metadata.tables["lower"])
    assert check(connection, metadata) == {"parent"}


def unnamed() -> sa.MetaData:
    metadata = sa.MetaData()
    long = "l" * 40
    for name in ("t", "Up per", "t" * 60, "ü" * 31, "a" * 20):
        sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("b", sa.Integer, sa.CheckConstraint("b > 0"), unique=True),
            sa.Column(long, sa.Integer, sa.CheckConstraint(f"{long} > 0")),
            sa.Column("ö" * 20, sa.Integer),
            sa.Column("up", sa.Integer, sa.ForeignKey("t.id")),
            sa.ForeignKeyConstraint([long, "b"], ["both.x", "both.y"]),
            sa.UniqueConstraint("b", long),
            sa.UniqueConstraint("ö" * 20, long, "id"),
            sa.CheckConstraint("id > b"),
            pg.ExcludeConstraint(("b", "="), (long, "="), using="btree"),
        )
    sa.Table(
        "both",
        metadata,
        sa.Column("x", sa.Integer, primary_key=True),
        sa.Column("y", sa.Integer, primary_key=True),
    )
    return metadata


def test_names_that_the_server_chooses(connection: sa.Connection) -> None:
    read, made = both(connection, unnamed())
    assert read == made


def test_what_has_no_name_in_the_models_may_have_any_in_the_database(connection: sa.Connection) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE t (id int CONSTRAINT p PRIMARY KEY, b int CONSTRAINT u UNIQUE CONSTRAINT f REFERENCES t"
        " CONSTRAINT c CHECK (b > 0), CONSTRAINT x EXCLUDE USING btree (b WITH =))"
    )
    metadata = sa.MetaData()
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("b", sa.Integer, sa.ForeignKey("t.id"), sa.CheckConstraint("b > 0"), unique=True),
        pg.ExcludeConstraint(("b", "="), using="btree"),
    )
    read, made = both(connection, metadata)
    assert differences(read[None, "t"], made[None, "t"]) == []


NAMES = [
    "plain",
    "Upper",
    "with space",
    'quo"te',
    "apo'strophe",
    "back\\slash",
    "com,ma",
    "(paren)",
    "ünïcode",
    "表",
    "select",
    "%percent%",
    "per%%cent",
    "dollar$text0$",
    "-- comment",
    "é" * 40,
    "colon:name",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("named", [True, False])
def test_names(connection: sa.Connection, name: str, named: bool) -> None:
    metadata = sa.MetaData()
    sa.Table(
        name,
        metadata,
        sa.Column(name, sa.Integer, primary_key=True),
        sa.Column(f"2 {name}", sa.Integer, sa.Computed(sa.column(name) + 1, persisted=True)),
        sa.Column(f"3 {name}", sa.Integer, sa.ForeignKey(f"{name}.{name}", name="fk" if named else None)),
        sa.UniqueConstraint(f"2 {name}", name="uq" if named else None),
        sa.CheckConstraint(sa.column(name) > 0, name=name[:20] if named else None),
        sa.Index(f"i {name}"[:30], name, f"2 {name}", postgresql_where=sa.column(name) > 1),
    )
    check(connection, metadata)


def test_schemas(connection: sa.Connection) -> None:
    other = f"o ther_{connection.exec_driver_sql('SELECT current_schema()').scalar()}"[:60]
    own = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    connection.exec_driver_sql(f'CREATE SCHEMA "{other}"')
    metadata = sa.MetaData()
    there = sa.Enum("a", "b", name="there", schema=other)
    here = sa.Enum("a", "b", name="here", schema=own)
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", there, server_default="a"),
        sa.Column("b", sa.ARRAY(here)),
        schema=other,
    )
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.ForeignKey(f"{other}.t.id"), primary_key=True),
        sa.Column("a", there),
        sa.Column("b", here, sa.CheckConstraint("b <> 'a'"), server_default="b"),
        schema=own,
    )
    assert check(connection, metadata, (None, other)) <= {"t"}


WORDS = st.sampled_from(["a", "B", "c d", "e_1", "select", 'f"g', "h,i", "表", "%s"])
COMPARABLE: list[Any] = [
    sa.Integer(),
    sa.String(5),
    sa.Text(),
    sa.Numeric(5, 2),
    sa.DateTime(),
    sa.Boolean(),
    sa.Uuid(),
]


@st.composite
def tables(draw: st.DrawFn) -> sa.MetaData:
    metadata = sa.MetaData()
    for number in range(draw(st.integers(1, 3))):
        names = draw(st.lists(WORDS, min_size=1, max_size=5, unique=True))
        columns: list[Any] = []
        for place, name in enumerate(names):
            type_: Any
            type_, default = draw(
                st.sampled_from([(type_, None) for type_ in COMPARABLE])
                | st.sampled_from([one for one in DEFAULTS if type(one[0]) in map(type, COMPARABLE)])
            )
            columns.append(
                sa.Column(
                    name,
                    type_,
                    nullable=draw(st.booleans()),
                    primary_key=place < 2 and draw(st.booleans()),
                    server_default=default,
                    unique=draw(st.none() | st.just(True)),
                    comment=draw(st.none() | st.just("it's")),
                )
            )
        some = st.lists(st.sampled_from(names), min_size=1, unique=True)
        items: list[Any] = []
        for made in range(draw(st.integers(0, 3))):
            named = draw(st.none() | st.just(f"n{number}{made} {draw(WORDS)}"))
            kind = draw(st.sampled_from(["unique", "check", "reference"]))
            one = draw(st.sampled_from(names))
            if kind == "unique":
                items.append(sa.UniqueConstraint(*draw(some), name=named))
            elif kind == "check":
                condition = draw(st.sampled_from([sa.column(one).is_not(None), sa.column(one).is_(None)]))
                items.append(sa.CheckConstraint(condition, name=named))
            else:
                target = sa.Column(f"r{made}", columns[0].type)
                columns.append(target)
                if not columns[0].primary_key and not columns[0].unique:
                    continue
                if sum(column.primary_key for column in columns) > 1 and not columns[0].unique:
                    continue
                actions = st.sampled_from(
                    [None, "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"]
                )
                delayed = draw(st.booleans())
                items.append(
                    sa.ForeignKeyConstraint(
                        [target],
                        [columns[0]],
                        name=named,
                        ondelete=draw(actions),
                        onupdate=draw(actions),
                        deferrable=delayed or None,
                        initially="DEFERRED" if delayed and draw(st.booleans()) else None,
                    )
                )
        table = sa.Table(f"t{number}", metadata, *columns, *items, comment=draw(st.none() | st.just("c")))
        for made in range(draw(st.integers(0, 2))):
            parts: list[Any] = [table.c[name] for name in draw(some)]
            parts = [draw(st.sampled_from([part, part.desc(), part.nulls_first()])) for part in parts]
            where = draw(st.sampled_from([None, table.c[names[0]].is_not(None)]))
            sa.Index(f"ix{number}{made}", *parts, unique=draw(st.booleans()), postgresql_where=where)
    return metadata


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tables())
def test_any_models(connection: sa.Connection, metadata: sa.MetaData) -> None:
    with connection.begin_nested() as undone:
        check(connection, metadata)
        undone.rollback()
