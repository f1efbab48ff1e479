"""Changes of tables that both sides have: found, written, applied, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import difference, run
from tests.core.autogenerate.test_changes import (
    A_PARENT,
    CASES,
    Edit,
    built,
    foreign_key,
    nothing,
    on,
    there_and_back,
    with_column,
    with_index,
    with_item,
    with_type,
)

NOT_HERE = {
    "computed-changed": "generated columns are not stored",
    "no-longer-computed": "likewise",
    "computed": "likewise",
    "foreign-key-action": "foreign keys have no actions",
    "foreign-key-nameless-changed": "likewise",
    "column-with-all": "likewise",
    "foreign-key-deferrable": "all is checked at once",
    "unique-renamed": "no names of constraints are kept",
    "index-descending": "the order of an index is not kept",
    "index-where": "there are no conditions of indexes",
    "type": "no lengths of texts are kept",
    "type-other": "likewise",
    "enum-longer": "the length of an enum is not kept, and its values are below",
    "enum-length": "likewise",
}


def computed(text: str) -> Edit:
    return with_column(sa.Integer, sa.Computed(text, persisted=False))


OF_ITS_OWN: dict[str, tuple[Edit, Edit]] = {
    "type": (nothing, with_type(sa.Integer())),
    "type-under-a-key": (
        with_item(lambda: sa.UniqueConstraint("b")),
        on(with_item(lambda: sa.UniqueConstraint("b")), with_type(sa.Date())),
    ),
    "type-under-an-index": (with_index("b"), on(with_type(sa.LargeBinary()), with_index("b"))),
    "type-under-a-check": (
        with_item(lambda: sa.CheckConstraint("b IS NOT NULL")),
        on(with_type(sa.Date()), with_item(lambda: sa.CheckConstraint("b IS NOT NULL"))),
    ),
    "type-of-what-is-computed-of": (
        computed("length(b)"),
        on(with_type(sa.Enum("a", "b", name="kind")), computed("length(CAST(b AS VARCHAR))")),
    ),
    "collation": (nothing, with_type(sa.String(20, collation="nocase"))),
    "json": (nothing, lambda t: t.append_column(sa.Column("e", sa.JSON))),
    "computed-changed": (computed("d + 1"), computed("d + 2")),
    "no-longer-computed": (computed("d + 1"), with_column(sa.Integer)),
    "comment": (nothing, with_column(sa.Integer, comment="It's 50%: \\")),
    "comment-of-what-is-computed": (
        computed("d + 1"),
        with_column(sa.Integer, sa.Computed("d + 1", persisted=False), comment="said"),
    ),
    "checks-of-one-column": (
        with_item(lambda: sa.CheckConstraint("a > 0", name="ck_1")),
        on(
            with_item(lambda: sa.CheckConstraint("a > 0", name="ck_1")),
            with_item(lambda: sa.CheckConstraint("a < 9", name="ck_2")),
            with_item(lambda: sa.CheckConstraint(r"a <> length('\:x')", name="ck_3")),
        ),
    ),
    "foreign-keys-of-one-column": (
        foreign_key(*A_PARENT),
        on(foreign_key(*A_PARENT), foreign_key(["a"], ["other.id"], "fk_b")),
    ),
    "foreign-key-to-itself": (nothing, foreign_key(["a"], ["t.id"])),
    "index-of-one-that-is-referred-to": (
        foreign_key(["a"], ["t.id"]),
        on(foreign_key(["a"], ["t.id"]), with_index("b"), with_type(sa.Text(), nullable=True)),
    ),
    "column-with-all": (
        nothing,
        lambda t: t.append_column(
            sa.Column(
                "e",
                sa.Integer,
                sa.ForeignKey("parent.id", name="fk_e"),
                sa.CheckConstraint("e > 0", name="ck_e"),
                index=True,
                nullable=False,
                server_default="5",
            )
        ),
    ),
}
ALL = {name: case for name, case in CASES.items() if name not in NOT_HERE} | OF_ITS_OWN


@pytest.mark.parametrize("case", ALL)
@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_a_change(connection: sa.Connection, case: str, back: bool) -> None:
    start, end = ALL[case][::-1] if back else ALL[case]
    before, wanted = built(start), built(end)
    before.create_all(connection)
    context = MigrationContext.configure(connection, opts={"target_metadata": wanted})
    there_and_back(context, before, wanted)


@pytest.mark.parametrize("case", ["type", "type-other", "unique-renamed"])
def test_what_is_not_kept_is_no_difference(connection: sa.Connection, case: str) -> None:
    start, end = CASES[case]
    built(start).create_all(connection)
    wanted = built(end)
    assert difference(MigrationContext.configure(connection), wanted) == []


def test_rows_stay(connection: sa.Connection) -> None:
    before, wanted = (
        built(nothing),
        built(on(with_type(sa.Integer()), foreign_key(*A_PARENT), with_index("d"))),
    )
    before.create_all(connection)
    connection.exec_driver_sql("INSERT INTO parent VALUES (1, 1)")
    connection.exec_driver_sql("INSERT INTO t VALUES (7, 1, '5', 'c', 4)")
    take_back = run(MigrationContext.configure(connection), wanted)
    assert [tuple(row) for row in connection.exec_driver_sql("FROM t")] == [(7, 1, 5, "c", 4)]
    take_back()
    rows: list[Any] = [tuple(row) for row in connection.exec_driver_sql("FROM t")]
    assert rows == [(7, 1, "5", "c", 4)]
