"""What is known of servers by their version, and what is refused on those that are too old for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.ddl.statements import TableEvent
from migrateops.errors.operations import IncompleteOperation, UnsupportedOperation
from migrateops.operations import Target, ops
from migrateops.runtime.migration import MigrationContext
from migrateops_mysql import add_column, drop_column, drop_constraint, indexes, lower
from migrateops_mysql.alter_column import alter_column
from migrateops_mysql.dialect import MariaDBDialect, MySQLDialect
from migrateops_mysql.server import MariaDBVersion


def target(name: str, *version: int) -> Target:
    found = MigrationContext.configure(dialect_name=name, opts={"as_sql": True}).target
    number = (MariaDBVersion(version) if name == "mariadb" else version) or None
    pack = MariaDBDialect() if name == "mariadb" else MySQLDialect()
    return found._replace(server_version=number, capabilities=pack.capabilities(number))


def text(lowering: Callable[[Any, Target], Any], op: Any, given: Target) -> list[str]:
    found = [one for one in lowering(op, given) if not isinstance(one, TableEvent)]
    return [str(one.compile(dialect=given.dialect)).strip() for one in found]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (None, (False, False, False, False)),
        ((5, 7, 44), (False, False, False, False)),
        ((8, 4, 0), (False, False, False, False)),
        # One that is not out yet.
        ((10, 6), (False, False, False, False)),
        (MariaDBVersion((10, 2, 9)), (True, True, True, False)),
        (MariaDBVersion((10, 11, 4)), (True, True, True, True)),
    ],
)
def test_capabilities(version: tuple[int, ...] | None, expected: tuple[bool, ...]) -> None:
    found = MySQLDialect().capabilities(version)
    assert (
        found.column_if_exists,
        found.index_if_exists,
        found.constraint_if_exists,
        found.sequences,
    ) == expected
    assert (found.transactional_ddl, found.comments, found.inline_comments) == (False, True, True)


def test_capabilities_of_mariadb_offline() -> None:
    assert MariaDBDialect().capabilities(None).sequences


@pytest.mark.parametrize("name", ["mysql", "mariadb"])
def test_a_server_is_known_by_itself_not_by_its_name(name: str, engine: sa.Engine) -> None:
    made = sa.create_engine(engine.url.set(drivername=f"{name}+pymysql"), poolclass=sa.NullPool)
    with made.connect() as connection:
        found = MigrationContext.configure(connection).target
        assert isinstance(found.server_version, MariaDBVersion)
        assert found.server_version >= (10, 2)
        assert found.keys == (("mariadb", "mysql", "default") if name == "mariadb" else ("mysql", "default"))
        assert found.capabilities.constraint_if_exists


RENAME = ops.AlterColumnOp(
    "t",
    "a",
    modify_name="b",
    existing_type=sa.Integer(),
    existing_nullable=True,
    existing_server_default=None,
)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (target("mysql"), "ALTER TABLE t RENAME COLUMN a TO b"),
        (target("mysql", 8, 0, 1), "ALTER TABLE t RENAME COLUMN a TO b"),
        (target("mysql", 5, 7, 40), "ALTER TABLE t CHANGE a b INTEGER NULL"),
        (target("mariadb", 10, 5, 1), "ALTER TABLE t CHANGE a b INTEGER NULL"),
        (target("mariadb"), "ALTER TABLE t RENAME COLUMN a TO b"),
    ],
)
def test_rename_column(server: Target, expected: str) -> None:
    assert text(alter_column, RENAME, server) == [expected]


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("check", "mysql", "DROP CHECK c"),
        ("check", "mariadb", "DROP CONSTRAINT c"),
        ("unique", "mysql", "DROP INDEX c"),
        ("foreignkey", "mysql", "DROP FOREIGN KEY c"),
        ("primary", "mariadb", "DROP PRIMARY KEY"),
        (None, "mysql", "DROP CONSTRAINT c"),
        (None, "mariadb", "DROP CONSTRAINT c"),
    ],
)
def test_drop_constraint(kind: str | None, name: str, expected: str) -> None:
    op = ops.DropConstraintOp("c", "t", constraint_type=kind, schema="s")
    assert text(drop_constraint.drop_constraint, op, target(name)) == [f"ALTER TABLE s.t {expected}"]


def test_an_old_server_must_be_told_the_kind() -> None:
    with pytest.raises(IncompleteOperation) as caught:
        text(drop_constraint.drop_constraint, ops.DropConstraintOp("c", "t"), target("mysql", 8, 0, 18))
    assert caught.value.needs == "type_"


REFUSED: dict[str, tuple[Any, Any, Target]] = {
    "check": (
        lower.add_constraint,
        ops.CreateCheckConstraintOp("c", "t", "a > 0"),
        target("mysql", 8, 0, 15),
    ),
    "check of MariaDB": (
        lower.add_constraint,
        ops.CreateCheckConstraintOp("c", "t", "a > 0"),
        target("mariadb", 10, 1),
    ),
    "check of a new table": (
        lower.create_table,
        ops.CreateTableOp("t", [sa.Column("a", sa.Integer), sa.CheckConstraint("a > 0", name="c")]),
        target("mysql", 8, 0, 15),
    ),
    "check of a new column": (
        add_column.add_column,
        ops.AddColumnOp("t", sa.Column("a", sa.Boolean(create_constraint=True, name="c"))),
        target("mysql", 5, 7),
    ),
    "drop check": (
        drop_constraint.drop_constraint,
        ops.DropConstraintOp("c", "t", constraint_type="check"),
        target("mysql", 5, 7),
    ),
    "default": (
        alter_column,
        ops.AlterColumnOp("t", "a", modify_server_default=sa.text("1 + 1")),
        target("mysql", 8, 0, 12),
    ),
    "index": (
        indexes.create_index,
        ops.CreateIndexOp("ix", "t", [sa.func.lower(sa.column("a"))]),
        target("mysql", 5, 7),
    ),
    "add column": (
        add_column.add_column,
        ops.AddColumnOp("t", sa.Column("a", sa.Integer), if_not_exists=True),
        target("mysql"),
    ),
    "add column with a foreign key": (
        add_column.add_column,
        ops.AddColumnOp("t", sa.Column("a", sa.Integer, sa.ForeignKey("p.id", name="f")), if_not_exists=True),
        target("mysql"),
    ),
    "drop column": (
        drop_column.drop_column,
        ops.DropColumnOp("t", "a", if_exists=True),
        target("mysql"),
    ),
    "create index": (
        indexes.create_index,
        ops.CreateIndexOp("ix", "t", ["a"], if_not_exists=True),
        target("mysql"),
    ),
    "drop index": (
        indexes.drop_index,
        ops.DropIndexOp("ix", "t", if_exists=True),
        target("mysql"),
    ),
    "index of a table": (
        lower.create_table,
        ops.CreateTableOp("t", [sa.Column("a", sa.Integer, index=True)], if_not_exists=True),
        target("mysql"),
    ),
    "drop constraint": (
        drop_constraint.drop_constraint,
        ops.DropConstraintOp("c", "t", constraint_type="unique", if_exists=True),
        target("mysql"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    lowering, op, server = REFUSED[name]
    with pytest.raises(UnsupportedOperation) as caught:
        text(lowering, op, server)
    assert caught.value.code == "MO313"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("lower(a)", "(lower(a))"),
        ("(lower(a)) DESC", "(lower(a)) DESC"),
        ("a(5)", "a(5)"),
        ("`a b` (5) desc", "`a b` (5) desc"),
        ("a DESC", "a DESC"),
        ("(a) + (b)", "((a) + (b))"),
        ("lower(a) DESC", "(lower(a)) DESC"),
    ],
)
def test_text_in_an_index(item: str, expected: str) -> None:
    op = ops.CreateIndexOp("ix", "t", [sa.text(item)])
    assert text(indexes.create_index, op, target("mysql")) == [f"CREATE INDEX ix ON t ({expected})"]


@pytest.mark.parametrize(
    ("column", "needs"),
    [
        (sa.Column("a", sa.Integer, sa.ForeignKey("p.id")), "the name of the foreign key"),
        (sa.Column("a", sa.Boolean(create_constraint=True)), "the name of the CHECK"),
    ],
)
def test_what_is_not_to_be_added_twice_needs_a_name(column: Any, needs: str) -> None:
    op = ops.AddColumnOp("t", column, if_not_exists=True)
    with pytest.raises(IncompleteOperation) as caught:
        text(add_column.add_column, op, target("mariadb"))
    assert caught.value.needs == needs


@pytest.mark.parametrize("name", ["mysql", "mariadb"])
def test_lengths_beside_text_and_order(name: str) -> None:
    columns = ["a", sa.text("b(3)"), sa.column("c").desc(), sa.column("d %`:x").desc(), sa.column("e")]
    op = ops.CreateIndexOp("ix", "t", columns, kw={"mysql_length": {"a": 5, "d %`:x": 6, "e": 7}})
    assert text(indexes.create_index, op, target(name)) == [
        "CREATE INDEX ix ON t (`a`(5), b(3), c DESC, `d %``:x`(6) DESC, `e`(7))"
    ]


def test_a_foreign_key_without_a_name_can_be_dropped_where_it_is_looked_up() -> None:
    op = ops.AddColumnOp("t", sa.Column("a", sa.Integer, sa.ForeignKey("p.id"))).reverse()
    with pytest.raises(IncompleteOperation) as caught:
        text(drop_column.drop_column, op, target("mysql"))
    assert caught.value.code == "MO315"
    named = ops.AddColumnOp("t", sa.Column("a", sa.Integer, sa.ForeignKey("p.id", name="fk"))).reverse()
    assert text(drop_column.drop_column, named, target("mysql")) == [
        "ALTER TABLE t DROP FOREIGN KEY fk, DROP COLUMN a"
    ]


@pytest.mark.parametrize("name", ["mysql", "mariadb"])
def test_options_of_a_primary_key_and_an_index_inside_of_a_table(name: str) -> None:
    items = [
        sa.Column("a", sa.Integer, autoincrement=False),
        sa.PrimaryKeyConstraint("a", mysql_using="btree"),
        sa.Index("ix", "a", mysql_using="hash"),
    ]
    found = text(lower.create_table, ops.CreateTableOp("t", items), target(name))
    assert "PRIMARY KEY (a) USING btree" in found[0]
    assert found[1:] == ["CREATE INDEX ix ON t (a) USING hash"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # There, SET DEFAULT and DROP DEFAULT are refused for columns of these types.
        ("mysql", "MODIFY a TEXT NULL COMMENT 'c'"),
        ("mariadb", "ALTER COLUMN a SET DEFAULT NULL"),
    ],
)
def test_the_default_of_a_long_text(name: str, expected: str) -> None:
    op = ops.AlterColumnOp(
        "t",
        "a",
        modify_server_default=None,
        existing_type=sa.Text(),
        existing_nullable=True,
        existing_server_default=sa.text("('x')"),
        existing_comment="c",
    )
    assert text(alter_column, op, target(name)) == [f"ALTER TABLE t {expected}"]


def test_generated_columns_are_not_null_on_mysql() -> None:
    op = ops.AlterColumnOp(
        "t",
        "a",
        modify_nullable=False,
        existing_type=sa.Integer(),
        existing_server_default=sa.Computed("b + 1"),
    )
    assert text(alter_column, op, target("mysql")) == [
        "ALTER TABLE t MODIFY a INTEGER GENERATED ALWAYS AS (b + 1) NOT NULL"
    ]


def test_what_tables_take_on_mysql() -> None:
    made = ops.CreateTableOp("t", [sa.Column("a", sa.Integer)], if_not_exists=True)
    assert "CREATE TABLE IF NOT EXISTS t" in text(lower.create_table, made, target("mysql"))[0]


@pytest.mark.parametrize(
    ("dialect", "kw", "expected"),
    [
        ("mysql", {"mysql_length": 5}, "(a(5))"),
        ("mariadb", {"mysql_length": 5}, "(a(5))"),
        ("mariadb", {"mysql_length": 5, "mariadb_length": 6}, "(a(6))"),
        ("mysql", {"mysql_length": 5, "mariadb_length": 6}, "(a(5))"),
    ],
)
def test_options_of_the_family(dialect: str, kw: dict[str, Any], expected: str) -> None:
    op = ops.CreateIndexOp("ix", "t", ["a"], kw=kw)
    assert text(indexes.create_index, op, target(dialect)) == [f"CREATE INDEX ix ON t {expected}"]
