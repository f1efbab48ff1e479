"""How source is laid out."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrateops.autogenerate import layout


@given(st.text())
def test_a_string_reads_back(text: str) -> None:
    assert ast.literal_eval(layout.string(text)) == text


@pytest.mark.parametrize(
    ("text", "source"),
    [("a", '"a"'), ("it's", '"it\'s"'), ('"', "'\"'"), ("\\", '"\\\\"'), ("\n", '"\\n"'), ("", '""')],
)
def test_a_string_is_in_double_quotes_where_that_is_easy(text: str, source: str) -> None:
    assert layout.string(text) == source


VALUES = st.recursive(
    st.text(max_size=30) | st.integers() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=6)
        | st.dictionaries(st.text(max_size=9), inner, max_size=4)
        | st.tuples(inner)
    ),
    max_leaves=25,
)


@given(st.lists(VALUES, max_size=8))
def test_a_broken_call_is_the_same_call(values: list[object]) -> None:
    sources = [layout.double_quoted(repr(value)) for value in values]
    lines = layout.broken_call("f", sources)
    assert eval("\n".join(lines), {"f": lambda *args: list(args)}) == values
    if len(lines) == 1 and values:
        assert len(lines[0]) + len(layout.INDENT) <= layout.WIDTH


def test_a_call_that_fits_is_one_line() -> None:
    assert layout.broken_call("op.f", ['"a"', "", "b=1"]) == ['op.f("a", b=1)']


def test_a_long_call_has_one_argument_a_line_and_goes_on_inside() -> None:
    inner = f'sa.Column("x", sa.Enum({", ".join(repr("v" * 9) for _ in range(9))}), nullable=False)'
    assert layout.broken_call("op.create_table", ['"t"', inner]) == [
        "op.create_table(",
        '    "t",',
        "    sa.Column(",
        '        "x",',
        "        sa.Enum(",
        *(f"            {'v' * 9!r}," for _ in range(9)),
        "        ),",
        "        nullable=False,",
        "    ),",
        ")",
    ]


def test_brackets_in_strings_are_not_brackets() -> None:
    source = f'f("({"a, " * 40}", [1])'
    assert layout.broken_lines(source) == ["f(", f'    "({"a, " * 40}",', "    [1],", ")"]


def test_a_bracketed_string_is_not_made_a_tuple() -> None:
    source = f'("{"x" * 120}")'
    assert layout.broken_lines(source) == [source]
    source = f'("{"x" * 120}",)'
    assert layout.broken_lines(source) == [source]
