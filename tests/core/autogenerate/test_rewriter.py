"""Rewriters."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import Rewriter, render_python_code
from migrateops.errors.autogenerate import NotOneContainer, RewriterExists
from migrateops.operations import ops


def script(*given: ops.MigrateOperation) -> ops.MigrationScript:
    upgrade = ops.UpgradeOps(list(given))
    return ops.MigrationScript("abc", upgrade, upgrade.reverse())


def add(name: str) -> ops.ModifyTableOps:
    return ops.ModifyTableOps("t", [ops.AddColumnOp("t", sa.Column(name, sa.Integer))])


def upgrade_of(made: ops.MigrationScript) -> ops.UpgradeOps:
    assert made.upgrade_ops is not None
    return made.upgrade_ops


def test_an_operation_is_replaced_by_several_in_both_directions() -> None:
    writer = Rewriter()

    @writer.rewrites(ops.AddColumnOp)
    def nullable_first(context: Any, revision: Any, op: ops.AddColumnOp) -> Any:
        assert (context, revision) == ("context", "rev")
        return [op, ops.AlterColumnOp(op.table_name, op.column.name, modify_nullable=False)]

    @writer.rewrites(ops.DropColumnOp)
    def drop_nothing(context: Any, revision: Any, op: ops.DropColumnOp) -> None:
        return None

    made = script(add("a"), add("b"))
    directives = [made]
    writer("context", "rev", directives)
    assert directives == [made]
    assert made.downgrade_ops is not None
    inner = [op for table in upgrade_of(made).ops for op in table.ops]  # type: ignore[attr-defined]
    assert [type(op) for op in inner] == [ops.AddColumnOp, ops.AlterColumnOp] * 2
    assert [table.ops for table in made.downgrade_ops.ops] == [[], []]  # type: ignore[attr-defined]


def test_what_a_function_returns_is_not_given_to_it_again() -> None:
    writer = Rewriter()
    seen: list[str] = []

    @writer.rewrites(ops.ExecuteSQLOp)
    def twice(context: Any, revision: Any, op: ops.ExecuteSQLOp) -> Any:
        seen.append(str(op.sqltext))
        return [op, ops.ExecuteSQLOp("again")]

    made = script()
    upgrade_of(made).ops.append(ops.ExecuteSQLOp("one"))
    writer(None, None, [made])
    assert seen == ["one"]
    assert [op.sqltext for op in upgrade_of(made).ops] == ["one", "again"]  # type: ignore[attr-defined]


def test_the_nearest_class_counts() -> None:
    writer = Rewriter()
    seen: list[str] = []

    @writer.rewrites(ops.MigrateOperation)
    def any_(context: Any, revision: Any, op: Any) -> Any:
        seen.append("any")
        return op

    @writer.rewrites([ops.CreateTableOp, ops.DropTableOp])
    def table(context: Any, revision: Any, op: Any) -> Any:
        seen.append("table")
        return op

    writer(None, None, [script(ops.CreateTableOp("t", []), add("a"))])
    assert seen == ["table", "any", "any", "table"]


def test_a_function_for_every_operation_deletes_no_script() -> None:
    writer = Rewriter()

    @writer.rewrites(ops.MigrateOperation)
    def nothing(context: Any, revision: Any, op: Any) -> list[Any]:
        return []

    directives = [script(ops.CreateTableOp("t", []), add("a"))]
    writer(None, None, directives)
    assert len(directives) == 1
    assert [getattr(op, "ops", op) for op in upgrade_of(directives[0]).ops] == [[]]


def test_a_script_can_be_taken_out() -> None:
    writer = Rewriter()

    @writer.rewrites(ops.MigrationScript)
    def nothing(context: Any, revision: Any, op: Any) -> None:
        return None

    directives = [script()]
    writer(None, None, directives)
    assert directives == []


def test_containers_are_replaced_one_by_one() -> None:
    writer = Rewriter()

    @writer.rewrites(ops.UpgradeOps)
    def other(context: Any, revision: Any, op: Any) -> Any:
        return []

    with pytest.raises(NotOneContainer) as caught:
        writer(None, None, [script()])
    assert (caught.value.container, caught.value.count) == ("UpgradeOps", 0)


def test_rewriters_are_chained() -> None:
    seen: list[str] = []

    def writer(name: str) -> Rewriter:
        made = Rewriter()

        @made.rewrites(ops.DropTableOp)
        def note(context: Any, revision: Any, op: Any) -> Any:
            seen.append(name)
            return op

        return made

    first = writer("one")
    chained = first.chain(writer("two")).chain(lambda context, revision, scripts: seen.append("three"))
    chained.process_revision_directives(None, None, [script(ops.CreateTableOp("t", []))])
    assert seen == ["one", "two", "three"]
    first(None, None, [script(ops.CreateTableOp("t", []))])
    assert seen[3:] == ["one"]


def test_a_second_function_for_a_class_is_refused() -> None:
    writer = Rewriter()

    @writer.rewrites(ops.AddColumnOp)
    def one(context: Any, revision: Any, op: Any) -> Any:
        return op

    with pytest.raises(RewriterExists) as caught:
        writer.rewrites(ops.AddColumnOp)(one)
    assert caught.value.operation == "AddColumnOp"


@pytest.mark.parametrize("copied", [False, True])
def test_a_table_with_its_columns_in_another_order_says_everything_once(copied: bool) -> None:
    """The columns of a model say again what its constraints and indexes say."""
    models = sa.MetaData()
    sa.Table("other", models, sa.Column("id", sa.Integer, primary_key=True))
    table = sa.Table(
        "t",
        models,
        sa.Column("name", sa.String(9), index=True, unique=True),
        sa.Column("code", sa.String(9), unique=True),
        sa.Column("other_id", sa.Integer, sa.ForeignKey("other.id")),
        sa.Column("id", sa.Integer, primary_key=True),
    )
    writer = Rewriter()

    @writer.rewrites(ops.CreateTableOp)
    def order(context: Any, revision: Any, op: ops.CreateTableOp) -> ops.CreateTableOp:
        columns = [item for item in op.columns if isinstance(item, sa.Column)]
        others = [item for item in op.columns if not isinstance(item, sa.Column)]
        columns.sort(key=lambda column: (not column.primary_key, column.name))
        if copied:
            columns = [column._copy() for column in columns]
        return ops.CreateTableOp(op.table_name, [*columns, *others], schema=op.schema, **op.kw)

    made = script(ops.CreateTableOp.from_table(table))
    writer(None, None, [made])
    text = render_python_code(upgrade_of(made))
    for word in ("index=", "unique=", "primary_key=", "sa.ForeignKey("):
        assert word not in text
    assert text.count("sa.UniqueConstraint(") == 1
    (op,) = upgrade_of(made).ops
    assert isinstance(op, ops.CreateTableOp)
    assert [column.name for column in op.to_table().columns] == ["id", "code", "name", "other_id"]


@pytest.mark.parametrize("copied", [False, True])
def test_a_column_that_a_table_gets_brings_along_what_is_on_it(copied: bool) -> None:
    models = sa.MetaData()
    sa.Table("other", models, sa.Column("id", sa.Integer, primary_key=True))
    key: sa.Column[Any] = sa.Column("other_id", sa.ForeignKey("other.id"), index=True)
    table = sa.Table("t", models, sa.Column("id", sa.Integer, primary_key=True), key)
    writer = Rewriter()

    @writer.rewrites(ops.CreateTableOp)
    def more(context: Any, revision: Any, op: ops.CreateTableOp) -> ops.CreateTableOp:
        tenant = sa.Column("tenant", sa.Integer, sa.ForeignKey("tenant.id"), index=True)
        columns = [*op.columns, tenant, sa.Column("code", sa.String(9), unique=True)]
        if copied:
            return ops.CreateTableOp(op.table_name, columns, schema=op.schema, **op.kw)
        op.columns = columns
        return op

    made = script(ops.CreateTableOp.from_table(table))
    writer(None, None, [made])
    text = render_python_code(upgrade_of(made))
    assert 'sa.Column("tenant", sa.Integer(), sa.ForeignKey("tenant.id"), index=True, nullable=True)' in text
    assert 'sa.Column("code", sa.String(length=9), unique=True, nullable=True)' in text
    (op,) = upgrade_of(made).ops
    assert isinstance(op, ops.CreateTableOp)
    found = op.to_table()
    keys = {one.target_fullname for one in found.foreign_keys}
    uniques = [one for one in found.constraints if isinstance(one, sa.UniqueConstraint)]
    assert (keys, len(uniques)) == ({"other.id", "tenant.id"}, 1)
    assert [[str(column.name) for column in index.columns] for index in found.indexes] == [["tenant"]]
