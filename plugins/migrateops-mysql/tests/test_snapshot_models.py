"""What models create is read as the same records that are made of the models."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql

from migrateops.snapshot.difference import Difference, differences
from migrateops.snapshot.models import ModelReader
from migrateops.snapshot.records import TableRecord
from migrateops.snapshot.settling import in_stored_words
from migrateops.snapshot.texts import Texts
from migrateops_mysql.dialect import MySQLDialect

PACK = MySQLDialect()
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
    other_words = {which for which in read if differences(read[which], made[which])}
    tables = dict(zip(made, metadata.tables.values(), strict=True))
    stored = PACK.as_stored(connection, [tables[which] for which in other_words])
    for which in other_words:
        assert which in stored
        assert differences(read[which], in_stored_words(made[which], stored[which])) == []
    return {name for _, name in other_words}


class Upper(sa.TypeDecorator[str]):
    impl = sa.String(7)
    cache_ok = True


TYPES: list[Any] = [
    sa.Integer(),
    sa.BigInteger(),
    sa.SmallInteger(),
    mysql.MEDIUMINT(),
    mysql.TINYINT(),
    mysql.TINYINT(1),
    mysql.INTEGER(display_width=5),
    mysql.INTEGER(unsigned=True),
    mysql.BIGINT(unsigned=True, zerofill=True),
    mysql.INTEGER(display_width=5, unsigned=True, zerofill=True),
    sa.Boolean(),
    sa.Float(),
    sa.Float(10),
    sa.Float(53),
    sa.Double(),
    sa.REAL(),
    mysql.DOUBLE(5, 2),
    sa.Numeric(),
    sa.Numeric(10),
    sa.Numeric(10, 0),
    sa.Numeric(10, 2),
    mysql.DECIMAL(10, 2, unsigned=True),
    sa.String(5),
    mysql.VARCHAR(20),
    sa.Text(),
    sa.Text(100),
    mysql.MEDIUMTEXT(),
    mysql.LONGTEXT(),
    sa.CHAR(),
    sa.CHAR(3),
    sa.LargeBinary(),
    sa.LargeBinary(70000),
    mysql.LONGBLOB(),
    sa.BINARY(4),
    sa.VARBINARY(7),
    sa.Date(),
    sa.Time(),
    mysql.TIME(fsp=3),
    sa.DateTime(),
    mysql.DATETIME(fsp=6),
    sa.TIMESTAMP(),
    mysql.TIMESTAMP(fsp=3),
    mysql.YEAR(),
    mysql.BIT(),
    mysql.BIT(3),
    sa.JSON(),
    sa.Uuid(),
    sa.Interval(),
    sa.Enum("a", "b'C", "50%", "back\\slash", "com,ma", "é"),
    mysql.SET("a", "B"),
    sa.Enum("a", "b", name="size", native_enum=False),
    Upper(),
]
# What the server alone knows: the collation of a character set.
COLLATED: list[tuple[Any, bool]] = [
    (sa.String(5, collation="utf8mb4_bin"), False),
    (sa.Text(collation="latin1_bin"), False),
    (mysql.VARCHAR(5, charset="latin1", collation="latin1_bin"), True),
    (mysql.VARCHAR(5, charset="latin1"), True),
    (mysql.VARCHAR(5, charset="utf8"), True),
    (sa.String(5, collation="utf8_bin"), False),
    (sa.String(5, collation="utf8mb4_general_ci"), True),
    (sa.NCHAR(5), True),
    (sa.NVARCHAR(5), True),
    (mysql.VARCHAR(5, binary=True), True),
    (mysql.LONGTEXT(collation="utf8mb4_bin"), False),
    (sa.Enum("a", "B", collation="utf8mb4_bin"), False),
    (mysql.ENUM("a", charset="latin1"), True),
]

# Whether words differ before the server is asked.
DEFAULTS: list[tuple[Any, Any, bool]] = [
    (sa.String(30), "x", False),
    (sa.String(30), "it's 5%, (a) `b` NULL", False),
    (sa.String(30), "back\\slash", False),
    (sa.String(30), "", False),
    (sa.String(30), "5", False),
    (sa.String(30), sa.text("5"), False),
    (sa.Text(), "long", False),
    (sa.String(30), sa.text("NULL"), False),
    (sa.Integer(), "5", False),
    (sa.Integer(), sa.text("-1"), False),
    (sa.Integer(), sa.text("(1 + 2)"), False),
    (sa.BigInteger(), sa.text("9999999999"), False),
    (sa.Numeric(5, 2), sa.text("1.50"), False),
    (sa.Numeric(5, 2), "0", False),
    (sa.Numeric(5, 0), "1.5", True),
    (sa.Double(), sa.text("1e3"), True),
    (sa.Boolean(), sa.true(), False),
    (sa.Boolean(), "0", False),
    (sa.DateTime(), sa.func.now(), False),
    (sa.DateTime(), sa.text("CURRENT_TIMESTAMP"), False),
    (mysql.DATETIME(fsp=3), sa.text("NOW(3)"), False),
    (sa.TIMESTAMP(), sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"), False),
    (mysql.DATETIME(fsp=6), sa.text("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)"), False),
    (sa.DateTime(), sa.text("NULL ON UPDATE CURRENT_TIMESTAMP"), False),
    (sa.DateTime(), "2020-01-01", True),
    (sa.Date(), "2020-01-01", False),
    (sa.Time(), "01:00", True),
    (sa.String(40), sa.text("(uuid())"), False),
    (sa.String(40), sa.func.lower("ABC"), False),
    (sa.String(40), sa.text("(concat('a', 'b'))"), False),
    (sa.Enum("a", "B"), "B", False),
    (mysql.SET("a", "B"), "a,B", False),
    (sa.JSON(), sa.text("'{}'"), False),
    (mysql.BIT(3), sa.text("b'101'"), False),
    (sa.LargeBinary(), sa.text("X'00ff'"), False),
]

CONDITIONS: list[Any] = [
    "a > 0 AND b > 0",
    "(a > 0 OR b > 0) AND a < 5",
    "NOT (a > 0 AND b > 0)",
    "name <> '%'",
    "name != 'back\\\\slash'",
    "name IN ('x', 'y')",
    "name LIKE 'x%'",
    "a BETWEEN 1 AND 5",
    "length(name) > 3 AND (b IS NULL OR b >= 0)",
    "CASE WHEN a > 1 THEN b > 2 ELSE true END",
    "coalesce(a, 0) > 0 /* a comment */",
    "`Na me` > 0",
    sa.column("a") > 5,
    sa.and_(sa.column("a") > 5, sa.column("name").in_(["x", "y"])),
    sa.func.length(sa.column("name")) > 3,
    "json_valid(name)",
]


def test_types(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    for number, type_ in enumerate(TYPES):
        sa.Table(f"t{number}", metadata, sa.Column("c", type_))
    # BIGINT(20), MEDIUMBLOB for its length, TINYTEXT likewise; and SQLAlchemy leaves backslashes as they are.
    asked = {f"t{number}" for number in (8, 25, 31, 48)}
    assert check(connection, metadata) == asked


def test_types_with_a_collation(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    for number, (type_, _) in enumerate(COLLATED):
        sa.Table(f"t{number}", metadata, sa.Column("c", type_))
    asked = {f"t{number}" for number, (_, differ) in enumerate(COLLATED) if differ}
    assert check(connection, metadata) == asked


def test_defaults(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    for number, (type_, default, _) in enumerate(DEFAULTS):
        sa.Table(f"t{number}", metadata, sa.Column("c", type_, server_default=default))
    asked = {f"t{number}" for number, (*_, differ) in enumerate(DEFAULTS) if differ}
    assert check(connection, metadata) == asked


def test_conditions(connection: sa.Connection) -> None:
    metadata = sa.MetaData()
    for number, condition in enumerate(CONDITIONS):
        sa.Table(
            f"t{number}",
            metadata,
            sa.Column("a", sa.Integer),
            sa.Column("b", sa.Integer),
            sa.Column("name", sa.String(30)),
            sa.Column("Na me", sa.Integer),
            sa.CheckConstraint(condition),
        )
    # NOT before a bracket, CASE and a comment, the server alone can put in other words.
    assert check(connection, metadata) == {"t2", "t9", "t10"}


@pytest.mark.parametrize("number", range(len(CONDITIONS)))
def test_other_conditions_differ(connection: sa.Connection, number: int) -> None:
    """Words of the server's are compared, not only its columns."""
    columns: list[sa.Column[Any]] = [sa.Column(name, sa.Integer) for name in ("a", "b", "Na me")]
    columns.append(sa.Column("name", sa.String(30)))
    metadata = sa.MetaData()
    table = sa.Table("t", metadata, *columns, sa.CheckConstraint("a = 77", name="c"))
    metadata.create_all(connection)
    (read,) = PACK.read_snapshot(connection, [None])
    table.constraints = {one for one in table.constraints if not isinstance(one, sa.CheckConstraint)}
    table.append_constraint(sa.CheckConstraint(CONDITIONS[number], name="c"))
    assert [one.name for one in settled(connection, read, table)] == ["c"]


def settled(connection: sa.Connection, read: TableRecord, table: sa.Table) -> list[Difference]:
    reader = ModelReader(Texts(PACK, connection.dialect), lambda *failure: None)
    (stored,) = PACK.as_stored(connection, [table]).values()
    return differences(read, in_stored_words(reader.table(table), stored))


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
        sa.Column("id", sa.Integer, primary_key=True, comment="It's 50% \\"),
        sa.Column("a", sa.String(30), unique=True, index=True),
        sa.Column("b", sa.String(30, collation="utf8mb4_bin"), nullable=False),
        sa.Column("c", sa.Integer, sa.Computed("id_2 + 1", persisted=True)),
        sa.Column("d", sa.Integer, sa.Computed("id_2 * 2")),
        sa.Column("e", sa.JSON),
        sa.Column("f", sa.Text),
        sa.Column("id_2", sa.Integer),
        sa.UniqueConstraint("a", "b"),
        sa.UniqueConstraint("b", "a", name="other"),
        sa.CheckConstraint("a <> ''", name="some"),
        comment="All of it's",
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_general_ci",
        mysql_row_format="DYNAMIC",
        mysql_auto_increment="1000",
    )
    sa.Index("ix_desc", parent.c.a.desc(), parent.c.b)
    sa.Index("ix_unique", parent.c.c, parent.c.d, unique=True)
    sa.Index("ix_unique_desc", parent.c.d.desc(), unique=True)
    sa.Index("ix_length", parent.c.f, parent.c.a, mysql_length={"f": 10, "a": 30})
    sa.Index("ix_length_of_all", parent.c.a, parent.c.b, mysql_length=5)
    sa.Index("ix_words", parent.c.f, mysql_prefix="FULLTEXT")
    sa.Index("ix_using", parent.c.id_2, mysql_using="hash")
    sa.Index(None, parent.c.c, parent.c.id)
    sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("one", sa.ForeignKey("parent.id", ondelete="CASCADE", onupdate="SET NULL")),
        sa.Column("two", sa.ForeignKey("parent.id", ondelete="RESTRICT", onupdate="NO ACTION"), index=True),
        sa.Column("three", sa.ForeignKey("child.id", name="Fk 3")),
        sa.Column("four", sa.String(30)),
        sa.Column("five", sa.String(30, collation="utf8mb4_bin")),
        sa.ForeignKeyConstraint(["four", "five"], ["parent.a", "parent.b"], use_alter=True, name="both"),
    )
    sa.Table("mine", metadata, sa.Column("z", sa.Integer), mysql_engine="MyISAM", mysql_charset="latin1")
    return metadata


def test_keys_and_indexes(connection: sa.Connection) -> None:
    assert check(connection, everything()) == set()


def unnamed() -> sa.MetaData:
    metadata = sa.MetaData()
    for name in ("t", "Up per", "t" * 50):
        sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
            sa.Column("b", sa.Integer, sa.CheckConstraint("b > 0"), unique=True),
            sa.Column("c", sa.Integer, sa.CheckConstraint("c > 1")),
            sa.Column("up", sa.Integer, sa.ForeignKey("t.id")),
            sa.Column("down", sa.Integer, sa.ForeignKey("t.b")),
            sa.ForeignKeyConstraint(["b", "c"], ["both.x", "both.y"]),
            sa.UniqueConstraint("b", "c"),
            sa.CheckConstraint("id > b"),
            sa.CheckConstraint("id > c"),
        )
    sa.Table(
        "both",
        metadata,
        sa.Column("x", sa.Integer, primary_key=True),
        sa.Column("y", sa.Integer, primary_key=True),
    )
    return metadata


def test_names_that_the_server_chooses(connection: sa.Connection) -> None:
    assert check(connection, unnamed()) == set()


NAMES = [
    "plain",
    "Upper",
    "with space",
    "back`tick",
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
    "-- comment",
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
        sa.Column(f"2 {name}", sa.Integer),
        sa.Column(f"3 {name}", sa.Integer, sa.ForeignKey(f"{name}.{name}", name="fk" if named else None)),
        sa.Column(f"4 {name}", sa.Integer, sa.Computed(sa.column(f"2 {name}") + 1, persisted=True)),
        sa.UniqueConstraint(f"2 {name}", name="uq" if named else None),
        sa.CheckConstraint(sa.column(f"2 {name}") > 0, name=name if named else None),
        sa.Index(f"i {name}", f"3 {name}", f"2 {name}"),
    )
    check(connection, metadata)


def test_schemas(connection: sa.Connection) -> None:
    own = connection.exec_driver_sql("SELECT DATABASE()").scalar_one()
    other = f"{own} Other"
    connection.exec_driver_sql(f"CREATE DATABASE `{other}` CHARACTER SET latin1")
    try:
        metadata = sa.MetaData()
        sa.Table(
            "t",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("a", sa.String(5), sa.CheckConstraint("a <> 'x'"), server_default=sa.text("('a')")),
            sa.Column("d", sa.DateTime, server_default="2020-01-01"),
            schema=other,
        )
        sa.Table(
            "t",
            metadata,
            sa.Column("id", sa.ForeignKey(f"{other}.t.id"), primary_key=True),
            sa.Column("d", sa.DateTime, server_default="2020-01-01"),
            schema=own,
        )
        assert check(connection, metadata, (None, other)) == {"t"}
    finally:
        connection.rollback()
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS `{own}`.t")
        connection.exec_driver_sql(f"DROP DATABASE `{other}`")


WORDS = st.sampled_from(["a", "B", "c d", "e_1", "select", "f`g", "h,i", "表", "%s"])
COMPARABLE: list[Any] = [
    sa.Integer(),
    sa.String(5),
    sa.Numeric(5, 2),
    sa.DateTime(),
    sa.Boolean(),
    sa.JSON(),
    mysql.INTEGER(unsigned=True),
    sa.Enum("a", "b"),
]


@st.composite
def tables(draw: st.DrawFn) -> sa.MetaData:
    metadata = sa.MetaData()
    for number in range(draw(st.integers(1, 3))):
        names = draw(st.lists(WORDS, min_size=1, max_size=5, unique=True))
        table = sa.Table(f"t{number}", metadata, comment=draw(st.none() | st.just("it's")))
        for place, name in enumerate(names):
            type_ = draw(st.sampled_from(COMPARABLE))
            table.append_column(
                sa.Column(
                    name,
                    type_,
                    primary_key=place == 0 and draw(st.booleans()) and isinstance(type_, sa.Integer),
                    nullable=draw(st.booleans()),
                    server_default=draw(st.none() | st.sampled_from(["7", "it's"]))
                    if isinstance(type_, sa.String) and not isinstance(type_, sa.Enum)
                    else None,
                    comment=draw(st.none() | st.just("a: 50%")),
                )
            )
        # One that numbers itself may be in no CHECK.
        keyed = [one for one in table.columns if not isinstance(one.type, sa.JSON) and not one.primary_key]
        if keyed:
            for kind in draw(st.lists(st.sampled_from(["ix", "uq", "ck", "fk"]), max_size=4)):
                some = draw(st.lists(st.sampled_from(keyed), min_size=1, max_size=3, unique=True))
                _add(table, kind, some, draw(st.booleans()), len(table.constraints) + len(table.indexes))
    return metadata


def _add(table: sa.Table, kind: str, some: list[Any], named: bool, number: int) -> None:
    name = f"{kind}{number}_{table.name}" if named else None
    match kind:
        case "ix":
            sa.Index(f"ix{number}", *some, unique=named)
        case "uq":
            table.append_constraint(sa.UniqueConstraint(*some, name=name))
        case "ck":
            table.append_constraint(sa.CheckConstraint(some[0].is_not(None), name=name))
        case _:
            table.append_constraint(sa.UniqueConstraint(some[0], name=f"of{number}"))
            table.append_constraint(sa.ForeignKeyConstraint([some[-1].name], [some[0]], name=name))


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(metadata=tables())
def test_any_tables(connection: sa.Connection, metadata: sa.MetaData) -> None:
    for table in metadata.tables.values():
        for key in list(table.foreign_key_constraints):
            here, there = key.columns[0], key.elements[0].column
            if repr(here.type) != repr(there.type):
                # The server refuses it.
                table.constraints.discard(key)
                for one in key.elements:
                    one.parent.foreign_keys.discard(one)
                    table.foreign_keys.discard(one)
    try:
        check(connection, metadata)
    finally:
        connection.rollback()
        metadata.drop_all(connection)
