"""What models create is read as the same records that are made of the models."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.pool import StaticPool

from migrateops.dialects.sqlite.dialect import SQLiteDialect
from migrateops.snapshot.models import ModelReader
from migrateops.snapshot.records import TableRecord
from migrateops.snapshot.texts import Texts

PACK = SQLiteDialect()


def both(metadata: sa.MetaData) -> tuple[dict[str, TableRecord], dict[str, TableRecord]]:
    """Create the tables, and return the records of both sides."""
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        metadata.create_all(connection)
        read = {record.name: record for record in PACK.read_snapshot(connection, [None])}
        failures: list[Any] = []
        reader = ModelReader(Texts(PACK, connection.dialect), lambda *failure: failures.append(failure))
        made = {record.name: record for record in reader.read(metadata)}
    engine.dispose()
    assert failures == []
    return read, made


def check(metadata: sa.MetaData) -> None:
    read, made = both(metadata)
    assert read == made


TYPES: list[Any] = [
    sa.Integer(),
    sa.BigInteger(),
    sa.SmallInteger(),
    sa.Boolean(),
    sa.Boolean(create_constraint=True, name="is_it"),
    sa.Float(),
    sa.Double(),
    sa.REAL(),
    sa.Numeric(),
    sa.Numeric(10),
    sa.Numeric(10, 2),
    sa.DECIMAL(5),
    sa.String(),
    sa.String(5),
    sa.String(5, collation="NOCASE"),
    sa.String(5, collation="binary"),
    sa.Unicode(5),
    sa.Text(),
    sa.CHAR(3),
    sa.NVARCHAR(3),
    sa.LargeBinary(),
    sa.LargeBinary(5),
    sa.Date(),
    sa.Time(),
    sa.DateTime(timezone=True),
    sa.TIMESTAMP(),
    sa.Interval(),
    sa.Uuid(),
    sa.JSON(),
    sa.Enum("a", "it's", name="size"),
    sa.Enum("a", "b", name="mood", create_constraint=True),
    sa.PickleType(),
]

DEFAULTS: list[Any] = [
    "x",
    "it's 5, (a)",
    '"quoted"',
    "",
    "5",
    sa.text("5"),
    sa.text("-1"),
    sa.text("1.50"),
    sa.text("((1 + 2) * 3)"),
    sa.text("CURRENT_TIMESTAMP"),
    sa.text("(current_timestamp)"),
    sa.text("(datetime('now', '-1 day'))"),
    sa.text("NULL"),
    sa.text("x'ab'"),
    sa.func.now(),
    sa.func.lower("ABC"),
    sa.true(),
    sa.null(),
    sa.literal(5),
]

CONDITIONS: list[Any] = [
    "a > 0 AND b > 0",
    "(a > 0) OR (b > 0)",
    "\"a\" <> '('",
    "`Select` != 5",
    "[Select] == 5",
    "a IN (1, 2)",
    "CASE WHEN a > 1 THEN b > 2 ELSE 1 END",
    "a LIKE 'x%' ESCAPE '/' -- a comment",
    sa.column("a") > 5,
    sa.and_(sa.column("a") > 5, sa.column("Select").in_([1, 2])),
    sa.func.length(sa.column("a")) > 3,
]


def test_types() -> None:
    columns = [sa.Column(f"c{number}", type_) for number, type_ in enumerate(TYPES)]
    metadata = sa.MetaData()
    sa.Table("t", metadata, *columns)
    check(metadata)


def test_defaults() -> None:
    metadata = sa.MetaData()
    columns = [sa.Column(f"c{n}", sa.Text, server_default=default) for n, default in enumerate(DEFAULTS)]
    sa.Table("t", metadata, *columns)
    check(metadata)


def test_conditions() -> None:
    metadata = sa.MetaData()
    names = [sa.Column(name, sa.Integer) for name in ("a", "b", "Select")]
    checks = [sa.CheckConstraint(condition, name=f"ck{n}") for n, condition in enumerate(CONDITIONS[:-4])]
    rest = [sa.CheckConstraint(condition) for condition in CONDITIONS[-3:]]
    sa.Table("t", metadata, *names, *checks, *rest)
    check(metadata)


def test_keys_and_indexes() -> None:
    convention = {
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
    metadata = sa.MetaData(naming_convention=convention)
    sa.Table(
        "parent",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Text, sa.CheckConstraint("a <> ''", name="some"), unique=True, index=True),
        sa.Column("b", sa.Text(collation="nocase"), nullable=False, comment="Lost here"),
        sa.Column("c", sa.Integer, sa.Computed("id + 1")),
        sa.Column("d", sa.Integer, sa.Computed("id * 2", persisted=True), nullable=False),
        sa.UniqueConstraint("a", "b"),
        comment="Lost here",
    )
    parent = metadata.tables["parent"]
    sa.Index("ix_expr", sa.func.lower(parent.c.a), parent.c.b.desc(), sa.text("c"))
    sa.Index("ix_where", parent.c.b, unique=True, sqlite_where=sa.and_(parent.c.a > "x", parent.c.d > 5))
    sa.Index("ix_collated", parent.c.a.collate("NOCASE"), parent.c.b.collate("nocase").desc())
    sa.Index(None, parent.c.c, parent.c.d)
    sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("one", sa.ForeignKey("parent.id", ondelete="CASCADE", onupdate="SET NULL")),
        sa.Column("two", sa.ForeignKey("parent.id", deferrable=True, initially="DEFERRED", name="fk_two")),
        sa.Column("three", sa.ForeignKey("child.id", match="FULL", ondelete="NO ACTION", name="Fk 3")),
        sa.Column("four", sa.Text, primary_key=True, nullable=True),
        sa.Column("five", sa.Text),
        sa.ForeignKeyConstraint(["four", "five"], ["parent.a", "parent.b"], use_alter=True, name="both"),
    )
    check(metadata)


def test_options_of_this_dialect() -> None:
    metadata = sa.MetaData()
    sa.Table(
        "numbered",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, sqlite_on_conflict_primary_key="FAIL"),
        sa.Column("a", sa.Text, nullable=False, unique=True, sqlite_on_conflict_not_null="replace"),
        sa.Column("b", sa.Text, unique=True, sqlite_on_conflict_unique="IGNORE"),
        sa.Column("C", sa.Text, key="other", unique=True, sqlite_on_conflict_unique="FAIL"),
        sa.Column("other", sa.Text, key="C", unique=True),
        sa.CheckConstraint("a <> ''", sqlite_on_conflict="FAIL"),
        sa.PrimaryKeyConstraint("id", name="not_written"),
        sqlite_autoincrement=True,
    )
    sa.Table(
        "plain",
        metadata,
        sa.Column("id", sa.Text),
        sa.Column("a", sa.Text),
        sa.PrimaryKeyConstraint("id", name="written", sqlite_on_conflict="ROLLBACK"),
        sa.UniqueConstraint("a", "id", name="u", sqlite_on_conflict="abort"),
        sqlite_with_rowid=False,
        sqlite_strict=True,
    )
    sa.Table(
        "two",
        metadata,
        sa.Column("a", sa.Integer, primary_key=True),
        sa.Column("b", sa.Text, primary_key=True),
    )
    sa.Table("bare", metadata, sa.Column("a", sa.Integer), sa.Column("b", sa.Text))
    check(metadata)


NAMES = [
    "plain",
    "Upper",
    "with space",
    'quo"te',
    "apo'strophe",
    "back`tick",
    "[bracket]",
    "com,ma",
    "(paren)",
    "ünïcode",
    "表",
    "select",
    "%percent%",
    "per%(cent)s",
    "dot.ted",
    "-- comment",
    "l" * 70,
    "CONSTRAINT",
    "as",
]


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    metadata = sa.MetaData()
    sa.Table(
        name,
        metadata,
        sa.Column(name, sa.Integer, primary_key=True),
        sa.Column(f"{name} 2", sa.Integer, sa.Computed(sa.column(name) + 1)),
        sa.UniqueConstraint(f"{name} 2", name=name),
        sa.Column(f"{name} 3", sa.Integer),
        sa.ForeignKeyConstraint(
            [f"{name} 3"], [f"{name}.{name}"] if "." not in name else ["other.id"], name=name
        ),
        sa.CheckConstraint(sa.column(name) > 0, name=name),
        sa.Index(f"{name} ix", name, f"{name} 2", sqlite_where=sa.column(name) > 1),
    )
    if "." in name:
        sa.Table("other", metadata, sa.Column("id", sa.Integer, primary_key=True))
    check(metadata)


# An object for a type with a CHECK belongs to one column.
PLAIN_TYPES = [type_ for type_ in TYPES if getattr(type_, "name", None) is None]
WORDS = st.sampled_from(["a", "B", "c d", "e_1", "select", 'f"g', "h,i", "表", "check"])


@st.composite
def tables(draw: st.DrawFn) -> sa.MetaData:
    metadata = sa.MetaData()
    for number in range(draw(st.integers(1, 3))):
        names = draw(st.lists(WORDS, min_size=1, max_size=5, unique_by=str.lower))
        columns: list[Any] = [
            sa.Column(
                name,
                draw(st.sampled_from(PLAIN_TYPES)),
                nullable=draw(st.booleans()),
                primary_key=draw(st.booleans()),
                server_default=draw(st.none() | st.sampled_from(DEFAULTS)),
                unique=draw(st.none() | st.just(True)),
            )
            for name in names
        ]
        some = st.lists(st.sampled_from(names), min_size=1, unique=True)
        items: list[Any] = []
        for made in range(draw(st.integers(0, 3))):
            named = draw(st.none() | st.just(f"n{made} {draw(WORDS)}"))
            kind = draw(st.sampled_from(["unique", "check", "reference", "index"]))
            if kind == "unique":
                items.append(sa.UniqueConstraint(*draw(some), name=named))
            elif kind == "check":
                condition = sa.column(draw(st.sampled_from(names))) > draw(st.sampled_from(["x", 5, "it's)"]))
                items.append(sa.CheckConstraint(condition, name=named))
            elif kind == "reference":
                actions = st.sampled_from(
                    [None, "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION"]
                )
                delayed = draw(st.booleans())
                items.append(
                    sa.ForeignKeyConstraint(
                        [draw(st.sampled_from(names))],
                        [columns[0]],
                        name=named,
                        ondelete=draw(actions),
                        onupdate=draw(actions),
                        deferrable=delayed or None,
                        initially="DEFERRED" if delayed and draw(st.booleans()) else None,
                    )
                )
            else:
                parts: list[Any] = [sa.column(name) for name in draw(some)]
                changed = [part.desc() if draw(st.booleans()) else part for part in parts]
                where = sa.column(names[0]) > 5 if draw(st.booleans()) else None
                unique = draw(st.booleans())
                items.append((f"ix{number}{made}", changed, where, unique))
        constraints = [item for item in items if not isinstance(item, tuple)]
        table = sa.Table(f"t{number}", metadata, *columns, *constraints)
        for name, parts, where, unique in (item for item in items if isinstance(item, tuple)):
            real = [_real(table, part) for part in parts]
            sa.Index(name, *real, unique=unique, sqlite_where=where)
    return metadata


def _real(table: sa.Table, part: Any) -> Any:
    name = getattr(part, "name", None)
    return table.c[name] if name is not None else table.c[part.element.name].desc()


@settings(max_examples=150, deadline=None)
@given(tables())
def test_any_models(metadata: sa.MetaData) -> None:
    check(metadata)
