"""Changes of tables that both sides have: found, written, applied, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.operations.declare import MigrateOperation
from migrateops.runtime.migration import MigrationContext
from migrateops.snapshot import TableRecord, TablesKind
from tests.core.autogenerate.roundtrip import difference, run


@pytest.fixture
def packed(connection: sa.Connection) -> Callable[..., MigrationContext]:
    """Make a context with the pack of the database."""

    def made(metadata: sa.MetaData, **opts: Any) -> MigrationContext:
        return MigrationContext.configure(connection, opts={"target_metadata": metadata, **opts})

    return made


def base(metadata: sa.MetaData) -> sa.Table:
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
    sa.Table("other", metadata, sa.Column("id", sa.Integer, primary_key=True))
    return sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.String(20), nullable=False),
        sa.Column("c", sa.String(20), server_default="x"),
        sa.Column("d", sa.Integer),
    )


def replaced(table: sa.Table, *columns: sa.Column[Any]) -> None:
    for column in columns:
        table.append_column(column, replace_existing=True)


# Each pair is what the table has more, or otherwise, on either side.
def with_type(type_: Any, **kw: Any) -> Callable[[sa.Table], None]:
    return lambda t: replaced(t, sa.Column("b", type_, **{"nullable": False, **kw}))


def with_column(*args: Any, **kw: Any) -> Callable[[sa.Table], None]:
    return lambda t: replaced(t, sa.Column("a", *args, **kw))


def with_item(make: Callable[[], Any]) -> Callable[[sa.Table], None]:
    return lambda t: t.append_constraint(make())


def with_index(*names: Any, name: str = "ix", **kw: Any) -> Callable[[sa.Table], None]:
    return lambda t: _index(t, name, names, kw)


def _index(table: sa.Table, name: str, names: Any, kw: Any) -> None:
    sa.Index(name, *(table.c[item] if isinstance(item, str) else item(table) for item in names), **kw)


def on(*changes: Edit) -> Edit:
    """Make one of several changes."""

    def change(table: sa.Table) -> None:
        for one in changes:
            one(table)

    return change


def nothing(table: sa.Table) -> None:
    pass


def foreign_key(
    columns: list[str], referred: list[str], name: str | None = "fk_a", **kw: Any
) -> Callable[[sa.Table], None]:
    return with_item(lambda: sa.ForeignKeyConstraint(columns, referred, name, **kw))


def key(*columns: str) -> Callable[[sa.Table], None]:
    def change(table: sa.Table) -> None:
        for column in table.columns:
            column.primary_key = False
        table.append_constraint(sa.PrimaryKeyConstraint(*columns, name="pk_t"))

    return change


A_PARENT = (["a"], ["parent.id"])
Edit = Callable[[sa.Table], Any]
CASES: dict[str, tuple[Edit, Edit]] = {
    "type": (nothing, with_type(sa.String(40))),
    "type-other": (nothing, with_type(sa.Text())),
    "nullable": (nothing, with_type(sa.String(20), nullable=True)),
    "default": (nothing, with_type(sa.String(20), server_default="it's: 100%")),
    "default-changed": (
        with_type(sa.String(20), server_default="1"),
        with_type(sa.String(20), server_default="2"),
    ),
    "default-expression": (nothing, with_column(sa.Integer, server_default=sa.text("1 + 2"))),
    "default-function": (nothing, with_column(sa.Integer, server_default=sa.func.abs(-1))),
    "all-of-a-column": (nothing, with_type(sa.Text(), nullable=True, server_default="z")),
    "computed-changed": (
        with_column(sa.Integer, sa.Computed("d + 1", persisted=True)),
        with_column(sa.Integer, sa.Computed("d + 2", persisted=True)),
    ),
    "no-longer-computed": (
        with_column(sa.Integer, sa.Computed("d + 1", persisted=True)),
        with_column(sa.Integer),
    ),
    "computed": (with_column(sa.Integer), with_column(sa.Integer, sa.Computed("d + 1", persisted=True))),
    "check": (nothing, with_item(lambda: sa.CheckConstraint(r"a > 0 AND b <> '\:x'", name="ck_a"))),
    "check-changed": (
        with_item(lambda: sa.CheckConstraint("a > 0", name="ck_a")),
        with_item(lambda: sa.CheckConstraint("a > 1 OR a IN (7, 8)", name="ck_a")),
    ),
    "check-nameless": (nothing, with_item(lambda: sa.CheckConstraint("a > 0"))),
    "check-nameless-changed": (
        with_item(lambda: sa.CheckConstraint("a > 0")),
        with_item(lambda: sa.CheckConstraint("a > 1")),
    ),
    "check-of-column": (nothing, with_column(sa.Integer, sa.CheckConstraint("a > 0", name="ck_a"))),
    "enum-values": (
        with_type(sa.Enum("a", "b", name="kind", native_enum=False, create_constraint=True)),
        with_type(sa.Enum("a", "c", name="kind", native_enum=False, create_constraint=True)),
    ),
    "enum-longer": (
        with_type(sa.Enum("a", "b", name="kind", native_enum=False, create_constraint=True)),
        with_type(sa.Enum("a", "bbbb", name="kind", native_enum=False, create_constraint=True)),
    ),
    "enum-length": (
        with_type(sa.Enum("a", "b", name="kind", native_enum=False, create_constraint=True)),
        with_type(sa.Enum("a", "b", name="kind", native_enum=False, create_constraint=True, length=9)),
    ),
    "unique": (nothing, with_item(lambda: sa.UniqueConstraint("a", "b", name="uq_ab"))),
    "unique-changed": (
        with_item(lambda: sa.UniqueConstraint("a", "b", name="uq_ab")),
        with_item(lambda: sa.UniqueConstraint("a", "d", name="uq_ab")),
    ),
    "unique-renamed": (
        with_item(lambda: sa.UniqueConstraint("a", "b", name="uq_ab")),
        with_item(lambda: sa.UniqueConstraint("a", "b", name="uq_other")),
    ),
    "unique-nameless": (nothing, with_item(lambda: sa.UniqueConstraint("a", "b"))),
    "unique-nameless-changed": (
        with_item(lambda: sa.UniqueConstraint("a", "b")),
        with_item(lambda: sa.UniqueConstraint("a", "d")),
    ),
    "foreign-key": (nothing, foreign_key(*A_PARENT)),
    "foreign-key-action": (
        foreign_key(*A_PARENT),
        foreign_key(*A_PARENT, ondelete="CASCADE", onupdate="SET NULL"),
    ),
    "foreign-key-target": (foreign_key(*A_PARENT), foreign_key(["a"], ["other.id"])),
    "foreign-key-deferrable": (
        foreign_key(*A_PARENT),
        foreign_key(*A_PARENT, deferrable=True, initially="DEFERRED"),
    ),
    "foreign-key-nameless": (nothing, foreign_key(*A_PARENT, name=None)),
    "foreign-key-nameless-changed": (
        foreign_key(*A_PARENT, name=None),
        foreign_key(*A_PARENT, name=None, ondelete="CASCADE"),
    ),
    "primary-key": (key("id"), key("id", "b")),
    "primary-key-other": (nothing, key("b")),
    "index": (nothing, with_index("a")),
    "index-columns": (with_index("a"), with_index("a", "b")),
    "index-order-of-columns": (with_index("a", "b"), with_index("b", "a")),
    "index-unique": (with_index("a"), with_index("a", unique=True)),
    "index-descending": (with_index("a"), with_index(lambda t: t.c.a.desc())),
    "index-expression": (nothing, with_index(lambda t: sa.func.lower(t.c.b))),
    "index-expression-changed": (
        with_index(lambda t: sa.func.lower(t.c.b)),
        with_index(lambda t: sa.func.lower(t.c.c), "a"),
    ),
    "index-operator": (nothing, with_index(lambda t: t.c.a + t.c.d)),
    "index-where": (
        with_index("a"),
        with_index("a", sqlite_where=sa.text("a > 5"), postgresql_where=sa.text("a > 5")),
    ),
    "index-renamed": (with_index("a"), with_index("a", name="ix_other")),
    "column": (nothing, lambda t: t.append_column(sa.Column("e", sa.Integer))),
    "column-with-all": (
        nothing,
        lambda t: t.append_column(
            sa.Column(
                "e",
                sa.Integer,
                sa.ForeignKey("parent.id", name="fk_e", ondelete="SET NULL"),
                sa.CheckConstraint("e > 0", name="ck_e"),
                index=True,
                unique=False,
                server_default="5",
            )
        ),
    ),
    "column-unique": (nothing, lambda t: t.append_column(sa.Column("e", sa.Integer, unique=True))),
    "column-of-enum": (
        nothing,
        lambda t: t.append_column(
            sa.Column("e", sa.Enum("a", "b", name="kind", native_enum=False, create_constraint=True))
        ),
    ),
    "several": (
        with_index("a"),
        lambda t: (with_type(sa.Text())(t), with_index("b")(t), key("id", "b")(t), foreign_key(*A_PARENT)(t)),
    ),
}


def built(change: Callable[[sa.Table], Any], **kw: Any) -> sa.MetaData:
    metadata = sa.MetaData(**kw)
    change(base(metadata))
    return metadata


def records(connection: sa.Connection, context: MigrationContext) -> dict[str, TableRecord]:
    return {record.name: record for record in TablesKind(context.pack).read(connection, [None])}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_a_change(
    connection: sa.Connection, packed: Callable[..., MigrationContext], case: str, back: bool
) -> None:
    start, end = CASES[case][::-1] if back else CASES[case]
    before, wanted = built(start), built(end)
    before.create_all(connection)
    connection.commit()
    context = packed(wanted, render_as_batch=connection.dialect.name == "sqlite")
    there_and_back(context, before, wanted)


def there_and_back(
    context: MigrationContext,
    before: sa.MetaData,
    wanted: sa.MetaData,
    left: Callable[[sa.MetaData], list[Any]] | None = None,
) -> None:
    """See a change found, written and applied with nothing left of it, and the same of the way back.

    Args:
        context: The database, which has what was before.
        before: Models of that.
        wanted: What is to be.
        left: Says what a database lacks of models after a script; usually the comparison itself.
    """
    left = left or (lambda models: shown(difference(context, models)))
    assert shown(difference(context, before)) == []
    assert shown(difference(context, wanted)) != []
    take_back = run(context, wanted)
    assert left(wanted) == []
    take_back()
    assert left(before) == []


def shown(found: list[MigrateOperation]) -> list[str]:
    return [inner.describe() for op in found for inner in (getattr(op, "ops", None) or [op])]
