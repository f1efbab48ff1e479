"""Values as source: what it is, and that it reads back."""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.sql.elements import conv, quoted_name

from migrateops.autogenerate import RenderedValue, render_value, value_source
from migrateops.errors.autogenerate import NotRenderable
from migrateops.operations.literals import InlineLiteral
from migrateops.plugins import hookimpl
from tests.core.autogenerate.conftest import Configure
from tests.core.autogenerate.own_types import Colour
from tests.core.autogenerate.recording import rendering, scope

MODULE = "tests.core.autogenerate.own_types"

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.dates()
    | st.datetimes()
    | st.datetimes(timezones=st.just(datetime.UTC))
    | st.times()
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.uuids()
    | st.sampled_from(Colour),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def read_back(value: Any) -> Any:
    context = rendering()
    source = render_value(value, context)
    return eval(source, scope(context.imports))


@given(PLAIN)
def test_a_plain_value_reads_back(value: Any) -> None:
    assert read_back(value) == value


def test_values_without_equality_read_back() -> None:
    assert math.isnan(read_back(math.nan))
    assert read_back(-math.inf) == -math.inf
    assert read_back({3, 1}) == {1, 3}
    assert read_back(set()) == set()
    assert read_back(frozenset({1})) == frozenset({1})


@pytest.mark.parametrize(
    ("value", "source", "imports"),
    [
        (datetime.date(2020, 1, 2), "datetime.date(2020, 1, 2)", {"import datetime"}),
        (decimal.Decimal("1.50"), 'decimal.Decimal("1.50")', {"import decimal"}),
        (uuid.UUID(int=1), 'uuid.UUID("00000000-0000-0000-0000-000000000001")', {"import uuid"}),
        (Colour.LIGHT_BLUE, f'{MODULE}.Colour["LIGHT_BLUE"]', {f"import {MODULE}"}),
        (conv("ck_t_x"), 'op.f("ck_t_x")', set()),
        (quoted_name("Order", True), 'sa.quoted_name("Order", quote=True)', set()),
        (quoted_name("order", None), '"order"', set()),
        (InlineLiteral(5), "op.inline_literal(5)", set()),
        (InlineLiteral("x", sa.Text()), 'op.inline_literal("x", sa.Text())', set()),
        (sa.FetchedValue(), "sa.FetchedValue()", set()),
        (sa.DefaultClause("0"), '"0"', set()),
        (
            sa.table("t", sa.column("a", sa.Integer()), sa.column("b"), schema="s"),
            'sa.table("t", sa.column("a", sa.Integer()), sa.column("b"), schema="s")',
            set(),
        ),
        (
            sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer(), primary_key=True)),
            'sa.table("t", sa.column("a", sa.Integer()))',
            set(),
        ),
        ([sa.column("a").collate("C")], "[sa.text('(a COLLATE \"C\")')]", set()),
        ([sa.Column("a", sa.Integer)], '["a"]', set()),
    ],
)
def test_the_source_of_a_value(value: Any, source: str, imports: set[str]) -> None:
    context = rendering()
    assert render_value(value, context) == source
    assert context.imports == imports


T = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.String))


@pytest.mark.parametrize(
    ("expression", "sql"),
    [
        (sa.text("a > 5"), "a > 5"),
        (sa.text("a = ':x' AND b::int > 0"), "a = ':x' AND b::int > 0"),
        (sa.text(r"at = '12\:30'"), r"at = '12\:30'"),
        (sa.text("a = :x").bindparams(x="1 :y"), r"a = '1 \:y'"),
        (T.c.a > 5, "(a > 5)"),
        (T.c.a + 1, "(a + 1)"),
        (T.c.b == "it's :y or 12:30", r"(b = 'it''s \:y or 12:30')"),
        (T.c.b.like("50%"), "(b LIKE '50%')"),
        (T.c.a.desc(), "a DESC"),
        (sa.func.lower(T.c.b), "lower(b)"),
        (sa.func.now(), "now()"),
        (sa.true(), "1"),
        (sa.select(T.c.a).where(T.c.b == "x"), "SELECT t.a \nFROM t \nWHERE t.b = 'x'"),
        (T.insert().values(a=1), "INSERT INTO t (a) VALUES (1)"),
    ],
)
def test_an_expression_is_written_as_text(expression: Any, sql: str) -> None:
    context = rendering()
    source = render_value(expression, context)
    found = eval(source, {"sa": sa})
    assert isinstance(found, sa.TextClause)
    assert found.text == sa.text(sql).text
    assert render_value(found, rendering()) == source


def test_percent_signs_are_not_doubled_for_the_driver(configure: Configure) -> None:
    context = rendering(configure())
    assert render_value(T.c.b.like("50%"), context) == "sa.text(\"(b LIKE '50%')\")"


def test_a_value_that_nobody_can_write_is_refused() -> None:
    for value in (object(), sa.literal(object()), lambda: None):
        with pytest.raises(NotRenderable) as caught:
            render_value(value, rendering())
        assert caught.value.code == "MO335"


def test_a_class_that_scripts_cannot_import_is_refused() -> None:
    class Local(sa.types.UserDefinedType[Any]):
        cache_ok = True

    with pytest.raises(NotRenderable) as caught:
        render_value(Local(), rendering())
    assert "Local" in caught.value.value


class Own:
    """A value of a project."""


def test_the_project_says_how_a_value_is_written() -> None:
    def render_item(kind: str, value: Any, context: Any) -> Any:
        if kind == "type" and isinstance(value, sa.Text):
            context.imports.add("import mine")
            return "mine.Text()"
        return None if kind == "index" else False

    context = rendering(render_item=render_item)
    column: sa.Column[Any] = sa.Column("a", sa.Text)
    assert render_value(column, context) == 'sa.Column("a", mine.Text(), nullable=True)'
    assert context.imports == {"import mine"}
    assert render_value(sa.Index("ix", "a"), context) == ""
    assert render_value(sa.Integer(), context) == "sa.Integer()"


def test_a_class_of_values_is_added() -> None:
    @value_source.register
    def own(value: Own, context: Any) -> str:
        return "own()"

    assert render_value([Own()], rendering()) == "[own()]"


def test_a_plugin_says_how_a_value_is_written(configure: Configure) -> None:
    class Plugin:
        @hookimpl
        def migrateops_render_value(self, ctx: Any, kind: str, value: Any) -> Any:
            if kind == "type" and isinstance(value, sa.JSON):
                return RenderedValue("theirs.JSON()", {"import theirs"})
            if kind == "server_default":
                return '"computed"'
            return "an_object" if kind == "value" else None

    context = configure(sa.MetaData(), Plugin())
    assert context.plugins is not None
    context.plugins.start()
    found = rendering(context)
    column: sa.Column[Any] = sa.Column("a", sa.JSON, server_default="{}")
    source = render_value([object()], found) + render_value(sa.Integer(), found)
    assert source == "[an_object]sa.Integer()"
    assert found.imports == set()
    assert (
        render_value(column, found)
        == 'sa.Column("a", theirs.JSON(), nullable=True, server_default="computed")'
    )
    assert found.imports == {"import theirs"}
