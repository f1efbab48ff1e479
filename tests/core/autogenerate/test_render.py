"""Operations as lines of a script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from migrateops.autogenerate import AutogenContext, render_op, render_op_text, render_python_code, renderers
from migrateops.errors.autogenerate import NoRenderer, RendererExists
from migrateops.operations import MigrateOperation, Operations, ops
from migrateops.operations.declare import Form, hidden, operation
from tests.core.autogenerate import own_types
from tests.core.autogenerate.recording import recorded, rendering

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def column(*args: Any, **kw: Any) -> sa.Column[Any]:
    return sa.Column("x", *args, **kw)


# Each with the line that it is; the batch form where it has one.
CASES: list[tuple[MigrateOperation, str, str | None]] = [
    (ops.ExecuteSQLOp("SELECT 1"), 'op.execute("SELECT 1")', 'batch_op.execute("SELECT 1")'),
    (
        ops.ExecuteSQLOp(sa.text("UPDATE t SET a = :a"), parameters={"a": 1}),
        'op.execute(sa.text("UPDATE t SET a = :a"), parameters={"a": 1})',
        None,
    ),
    (
        ops.DropTableOp("t", schema="s", if_exists=True),
        'op.drop_table("t", schema="s", if_exists=True)',
        None,
    ),
    (ops.DropTableOp("t", origin=ops.CreateTableOp("t", [])), 'op.drop_table("t")', None),
    (ops.RenameTableOp("a", "b"), 'op.rename_table("a", "b")', None),
    (
        ops.AddColumnOp("t", column(sa.Integer), insert_after="a", inline_references=True),
        'op.add_column("t", sa.Column("x", sa.Integer(), nullable=True), inline_references=True)',
        (
            'batch_op.add_column(sa.Column("x", sa.Integer(), nullable=True), inline_references=True,'
            ' insert_after="a")'
        ),
    ),
    (
        ops.DropColumnOp("t", "x", schema="s", kw={"mssql_drop_check": True}),
        'op.drop_column("t", "x", schema="s", mssql_drop_check=True)',
        'batch_op.drop_column("x", mssql_drop_check=True)',
    ),
    (
        ops.AlterColumnOp(
            "t", "x", modify_nullable=False, existing_type=sa.Text(), modify_server_default=None
        ),
        'op.alter_column("t", "x", nullable=False, server_default=None, existing_type=sa.Text())',
        'batch_op.alter_column("x", nullable=False, server_default=None, existing_type=sa.Text())',
    ),
    (
        ops.AlterColumnOp("t", "x", modify_server_default=sa.text("now()"), modify_name="y"),
        'op.alter_column("t", "x", server_default=sa.text("now()"), new_column_name="y")',
        None,
    ),
    (
        ops.CreateIndexOp("ix", "t", ["a", sa.text("lower(b)")], unique=True, kw={"postgresql_using": "gin"}),
        'op.create_index("ix", "t", ["a", sa.text("lower(b)")], unique=True, postgresql_using="gin")',
        'batch_op.create_index("ix", ["a", sa.text("lower(b)")], unique=True, postgresql_using="gin")',
    ),
    (
        ops.DropIndexOp("ix", "t", if_exists=True),
        'op.drop_index("ix", table_name="t", if_exists=True)',
        'batch_op.drop_index("ix", if_exists=True)',
    ),
    (
        ops.CreatePrimaryKeyOp(None, "t", ["a", "b"]),
        'op.create_primary_key(None, "t", ["a", "b"])',
        'batch_op.create_primary_key(None, ["a", "b"])',
    ),
    (
        ops.CreateUniqueConstraintOp("uq", "t", ["a"], kw={"deferrable": False}),
        'op.create_unique_constraint("uq", "t", ["a"], deferrable=False)',
        'batch_op.create_unique_constraint("uq", ["a"], deferrable=False)',
    ),
    (
        ops.CreateForeignKeyOp(
            "fk",
            "t",
            "u",
            ["a"],
            ["id"],
            source_schema="s",
            kw={"ondelete": "CASCADE", "referent_schema": "r"},
        ),
        (
            'op.create_foreign_key("fk", "t", "u", ["a"], ["id"], ondelete="CASCADE", source_schema="s",'
            ' referent_schema="r")'
        ),
        'batch_op.create_foreign_key("fk", "u", ["a"], ["id"], ondelete="CASCADE", referent_schema="r")',
    ),
    (
        ops.CreateCheckConstraintOp("ck", "t", sa.column("a") > 5),
        'op.create_check_constraint("ck", "t", sa.text("(a > 5)"))',
        'batch_op.create_check_constraint("ck", sa.text("(a > 5)"))',
    ),
    (
        ops.DropConstraintOp("ck", "t", constraint_type="check"),
        'op.drop_constraint("ck", "t", type_="check")',
        'batch_op.drop_constraint("ck", type_="check")',
    ),
    (
        ops.CreateTableCommentOp("t", "new", existing_comment="old"),
        'op.create_table_comment("t", "new", existing_comment="old")',
        'batch_op.create_table_comment("new", existing_comment="old")',
    ),
    (ops.DropTableCommentOp("t"), 'op.drop_table_comment("t")', "batch_op.drop_table_comment()"),
    (
        ops.BulkInsertOp(sa.table("t", sa.column("a", sa.Integer())), [{"a": 1}], multiinsert=False),
        'op.bulk_insert(sa.table("t", sa.column("a", sa.Integer())), [{"a": 1}], multiinsert=False)',
        None,
    ),
    (
        ops.CreateTableOp("t", [column(sa.Integer)], comment="c", kw={"info": {"of": object()}}),
        'op.create_table("t", sa.Column("x", sa.Integer(), nullable=True), comment="c")',
        None,
    ),
]


def one_line(lines: list[str]) -> str:
    joined = "".join(line.strip() if line.strip() in (")", "),") else f"{line.strip()} " for line in lines)
    return joined.replace("( ", "(").replace(", )", ")").strip()


@pytest.mark.parametrize(("op", "line", "batch"), CASES, ids=lambda case: getattr(case, "describe", str)())
def test_the_lines_of_an_operation(op: MigrateOperation, line: str, batch: str | None) -> None:
    assert one_line(render_op(op, rendering())) == line
    if batch is not None:
        assert one_line(render_op(op, rendering(), "batch")) == batch


@pytest.mark.parametrize(("op", "line", "batch"), CASES, ids=lambda case: getattr(case, "describe", str)())
def test_what_is_rendered_makes_the_same_operation(
    op: MigrateOperation, line: str, batch: str | None
) -> None:
    holds_the_law(op)


def holds_the_law(op: MigrateOperation) -> None:
    """Executed, the rendered code gives operations that render the same."""
    imports: set[str] = set()
    body = render_python_code(op, imports=imports)
    again = ops.UpgradeOps(recorded(body, imports))
    assert render_python_code(again) == body
    assert [type(one) for one in again.ops] == [type(one) for one in getattr(op, "ops", [op])]


def test_every_built_in_operation_is_tried() -> None:
    built_in = {
        cls
        for name in ops.__all__
        if isinstance(cls := getattr(ops, name), type) and "op" in vars(cls).get("__op_names__", {})
    }
    assert {type(op) for op, _, _ in CASES} == built_in


# -- the law, on tables ---------------------------------------------------------------------------
TYPES: st.SearchStrategy[Any] = st.sampled_from(
    [
        sa.Integer(),
        sa.String(30),
        sa.Numeric(10, 2),
        sa.Enum("a", "b:c", name="e"),
        sa.Boolean(create_constraint=True, name="bool"),
        sa.DateTime(timezone=True).with_variant(sa.String(), "other"),
        sa.ARRAY(sa.Text()),
        own_types.Money("EUR"),
    ]
)
DEFAULTS: st.SearchStrategy[Callable[[], Any]] = st.sampled_from(
    [
        lambda: None,
        lambda: None,
        lambda: "it's",
        lambda: sa.text("a::int + 1"),
        lambda: sa.func.now(),
        lambda: sa.Identity(start=3),
        lambda: sa.Computed("a + 1"),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> sa.Table:
    metadata = sa.MetaData(naming_convention=NAMES if draw(st.booleans()) else None)
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    names = draw(st.lists(st.sampled_from(["id", "a", "B c", "d'", "select"]), min_size=1, unique=True))
    items: list[Any] = []
    for name in names:
        default = draw(DEFAULTS)()
        kw: dict[str, Any] = {"primary_key": name == "id", "comment": draw(st.sampled_from([None, "c"]))}
        args: list[Any] = [sa.CheckConstraint("x > 0", name="positive")] if draw(st.booleans()) else []
        if isinstance(default, sa.Identity | sa.Computed):
            args.append(default)
        else:
            kw["server_default"] = default
        if draw(st.booleans()) and name != "id":
            args.append(sa.ForeignKey("parent.id", ondelete=draw(st.sampled_from([None, "CASCADE"]))))
        kw |= {flag: True for flag in ("unique", "index") if draw(st.booleans())}
        items.append(sa.Column(name, draw(TYPES), *args, **kw))
    if draw(st.booleans()):
        items.append(sa.UniqueConstraint(*names, deferrable=False))
    if draw(st.booleans()):
        items.append(sa.CheckConstraint(sa.column(names[0]) > 5, name="more"))
    if draw(st.booleans()):
        items.append(sa.Index("ix_lower", sa.func.lower(sa.column(names[0])), unique=True))
    return sa.Table("t", metadata, *items, schema=draw(st.sampled_from([None, "s"])))


@given(tables())
@settings(deadline=None, max_examples=60)
def test_the_law_of_tables(table: sa.Table) -> None:
    created = ops.CreateTableOp.from_table(table)
    indexes = [
        ops.CreateIndexOp.from_index(index) for index in sorted(table.indexes, key=lambda i: str(i.name))
    ]
    holds_the_law(ops.UpgradeOps([created, *indexes]))
    columns = [ops.AddColumnOp.from_column(column) for column in table.columns]
    holds_the_law(ops.UpgradeOps([*columns, *(column.reverse() for column in columns)]))


def test_a_column_of_a_created_table_says_nothing_twice() -> None:
    metadata = sa.MetaData()
    sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True))
    table = sa.Table(
        "t", metadata, sa.Column("id", sa.Integer, sa.ForeignKey("p.id"), primary_key=True, unique=True)
    )
    alone = 'sa.Column("id", sa.Integer(), sa.ForeignKey("p.id"), primary_key=True, unique=True,'
    assert one_line(render_op(ops.AddColumnOp.from_column(table.c.id), rendering())).startswith(
        f'op.add_column("t", {alone}'
    )
    lines = render_op(ops.CreateTableOp.from_table(table), rendering())
    assert lines == [
        "op.create_table(",
        '    "t",',
        '    sa.Column("id", sa.Integer(), nullable=False),',
        '    sa.ForeignKeyConstraint(["id"], ["p.id"]),',
        '    sa.PrimaryKeyConstraint("id"),',
        '    sa.UniqueConstraint("id"),',
        ")",
    ]


def test_columns_are_named_by_name_and_not_by_key() -> None:
    metadata = sa.MetaData()
    parent = sa.Table("p", metadata, sa.Column("p id", sa.Integer, key="pid", primary_key=True))
    table = sa.Table(
        "t",
        metadata,
        sa.Column("a b", sa.Integer, key="ab"),
        sa.UniqueConstraint("ab"),
        sa.ForeignKeyConstraint(["ab"], [parent.c.pid]),
    )
    lines = render_op(ops.CreateTableOp.from_table(table), rendering())
    assert '    sa.UniqueConstraint("a b"),' in lines
    assert '    sa.ForeignKeyConstraint(["a b"], ["p.p id"]),' in lines


# -- bodies ---------------------------------------------------------------------------------------
def test_nothing_to_do() -> None:
    assert render_python_code(ops.UpgradeOps([])) == "pass"
    assert render_python_code(ops.UpgradeOps([ops.ModifyTableOps("t", [])]), render_as_batch=True) == "pass"


def test_a_body_is_indented_but_for_its_first_line() -> None:
    body = render_python_code(ops.UpgradeOps([ops.DropTableOp("a"), ops.DropTableOp("b")]))
    assert body == 'op.drop_table("a")\n    op.drop_table("b")'


def test_changes_of_a_table_as_a_batch() -> None:
    changes = ops.ModifyTableOps(
        "t", [ops.AddColumnOp("t", column(sa.Integer), schema="s"), ops.DropColumnOp("t", "y")], schema="s"
    )
    up = ops.UpgradeOps(
        [changes, ops.ModifyTableOps("u", [ops.DropColumnOp("u", "z")]), ops.DropTableOp("v")]
    )
    assert render_python_code(up, render_as_batch=True).split("\n") == [
        'with op.batch_alter_table("t", schema="s") as batch_op:',
        '        batch_op.add_column(sa.Column("x", sa.Integer(), nullable=True))',
        '        batch_op.drop_column("y")',
        "",
        '    with op.batch_alter_table("u") as batch_op:',
        '        batch_op.drop_column("z")',
        "",
        '    op.drop_table("v")',
    ]
    assert render_python_code(up).split("\n")[1].strip() == 'op.drop_column("t", "y")'


def test_lines_of_a_batch_are_no_longer_than_others() -> None:
    name = "x" * 64
    op = ops.AddColumnOp("t", sa.Column(name, sa.Integer))
    lines = render_python_code(ops.UpgradeOps([ops.ModifyTableOps("t", [op])]), render_as_batch=True).split(
        "\n"
    )
    assert len(lines) > 2
    assert max(map(len, lines)) <= 100


@pytest.mark.parametrize("length", range(8, 12))
def test_the_first_line_of_a_batch_is_no_longer_than_others(length: int) -> None:
    op = ops.AddColumnOp("t", column(sa.Integer))
    changes = ops.ModifyTableOps("t", [op])
    changes.naming_convention = {"uq": "u" * 4, "ck": "c" * length}
    lines = render_python_code(ops.UpgradeOps([changes]), render_as_batch=True).split("\n")
    # It is behind the indentation of the function.
    lines[0] = f"    {lines[0]}"
    assert max(map(len, lines)) == {8: 99, 9: 100}.get(length, 72)
    assert (lines[0] == "    with op.batch_alter_table(") is (length > 9)


def test_prefixes_and_imports() -> None:
    imports = {"import already"}
    body = render_python_code(
        ops.AddColumnOp("t", column(own_types.Money("EUR"))),
        sqlalchemy_module_prefix="db.",
        operations_module_prefix="migrate.",
        imports=imports,
    )
    assert body.startswith("migrate.add_column(")
    assert "db.Column(" in body
    assert imports == {"import already", f"import {own_types.__name__}"}


def test_render_item_leaves_an_item_out() -> None:
    def render_item(kind: str, value: Any, context: AutogenContext) -> Any:
        return None if kind == "check" else False

    op = ops.CreateTableOp("t", [column(sa.Integer), sa.CheckConstraint("x > 0")])
    body = render_python_code(op, render_item=render_item)
    assert body == 'op.create_table("t", sa.Column("x", sa.Integer(), nullable=True))'


# -- other operations -----------------------------------------------------------------------------
class Plain(MigrateOperation):
    """An operation in the plain form: a directive as a classmethod."""

    def __init__(self, name: str) -> None:
        self.name = name

    @classmethod
    def make_plain(cls, operations: Operations, name: str) -> Any:
        return operations.invoke(cls(name))


Operations.register_operation("make_plain")(Plain)


@Operations.register_operation("make_declared")
@operation
class Declared(MigrateOperation):
    name: str
    size: int = 1
    remembered: str = hidden(default="")


def test_a_declared_operation_of_a_plugin_needs_nothing_more() -> None:
    assert render_op(Declared("a", remembered="b"), rendering()) == ['op.make_declared("a")']
    holds_the_law(Declared("a", size=3))
    context = rendering()
    render_op(Declared("a"), context)
    assert Declared in context.rendered


def test_an_operation_without_a_batch_form_is_written_in_full_in_a_batch() -> None:
    form: Form = "batch"
    assert render_op(Declared("a"), rendering(), form) == ['op.make_declared("a")']


def test_a_plain_operation_without_a_renderer_is_refused() -> None:
    with pytest.raises(NoRenderer) as caught:
        render_op(Plain("a"), rendering())
    assert caught.value.operation == "Plain"


def test_a_renderer_wins() -> None:
    class Mine(Declared):
        pass

    @renderers.dispatch_for(Mine)
    def render(context: AutogenContext, op: Mine) -> list[str]:
        context.imports.add("import mine")
        return [f"op.mine({op.name!r})", "# and more"]

    class Nearer(Mine):
        pass

    context = rendering()
    assert render_op_text(context, Nearer("a")) == "op.mine('a')\n# and more"
    assert context.imports == {"import mine"}
    assert render_op(Declared("a"), context) == ['op.make_declared("a")']


def test_a_second_renderer_is_refused_unless_it_replaces() -> None:
    class Mine(Declared):
        pass

    def one(context: AutogenContext, op: Mine) -> str:
        return "one"

    def two(context: AutogenContext, op: Mine) -> str:
        return "two"

    renderers.dispatch_for(Mine)(one)
    renderers.dispatch_for(Mine)(one)
    with pytest.raises(RendererExists) as caught:
        renderers.dispatch_for(Mine)(two)
    assert caught.value.operation == "Mine"
    renderers.dispatch_for(Mine, replace=True)(two)
    assert render_op(Mine("a"), rendering()) == ["two"]
