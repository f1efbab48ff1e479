"""The header scan never reads anything that executing the file would not give."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrateops.errors.scripts import BadHeaderValue, NoRevisionHeader
from migrateops.revisions.header import Header, header_of, scan, scan_ordinary
from migrateops.revisions.header_tree import scan_tree

ORDINARY = '''"""add a table

Revision ID: ae10
Revises: a1, b1
"""
from typing import Sequence, Union

from migrateops import op
import sqlalchemy as sa


# revision identifiers, used by the tool.
revision: str = 'ae10'
down_revision: Union[str, Sequence[str], None] = ("a1",
    'b1')
branch_labels: Union[str, Sequence[str], None] = "shop"  # a comment
depends_on: str | None = None


def upgrade() -> None:
    op.execute("SELECT 1")
'''


untimed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def executed(source: str) -> Header | None:
    """Return what executing the source gives; this is what a scan must agree with."""
    namespace: dict[str, Any] = {}
    exec(compile(source, "script.py", "exec", dont_inherit=True), namespace)
    return header_of(namespace, "script.py") if namespace.get("revision") is not None else None


def test_ordinary_shape() -> None:
    header = scan_ordinary(ORDINARY)
    assert header is not None
    assert header.revision == "ae10"
    assert header.down_revision == ("a1", "b1")
    assert header.branch_labels == ("shop",)
    assert header.depends_on == ()
    assert header.doc == "add a table"
    assert header == scan_tree(ORDINARY)
    assert scan(ORDINARY.replace("\n", "\r\n")) == header


@pytest.mark.parametrize(
    ("source", "down"),
    [
        ("revision = 'a'\ndown_revision = None\n", None),
        ("revision = 'a'\ndown_revision = ()\n", None),
        ("revision = 'a'\ndown_revision = ''\n", None),
        ("revision = 'a'\ndown_revision = '' ''\n", None),
        ("revision = 'a'\ndown_revision = 'z'\ndown_revisi\uff4fn = 'b'\n", "b"),
        ("revision = 'a'\ndown_revision = ('b',)\n", "b"),
        ("revision = 'a'\ndown_revision = ('b')\n", "b"),
        ("revision = 'a'\ndown_revision = ['b', 'c']\n", ("b", "c")),
        ("revision = 'a'\ndown_revision = 'b' 'c'\n", "bc"),
        ("revision = 'a'\ndown_revision = \\\n    'b'\n", "b"),
        ("revision = 'a'; down_revision = 'b'\n", "b"),
        ("revision = down_revision = 'a'\ndown_revision = 'b'\n", "b"),
        ("revision = 'a'\ndown_revision: str = 'b'\n", "b"),
        ("revision = 'a'\ndown_revision = 'b'\ndown_revision = 'c'\n", "c"),
        ("revision = 'a'\ndown_revision = 'b'\ndef f():\n    revision = 'z'\n", "b"),
        ("revision = 'a'\ndown_revision = 'b'\nclass C:\n    down_revision = 'z'\n", "b"),
        ("revision = 'a'\ndown_revision = 'b'\nx = '''\ndown_revision = 'z'\n'''\n", "b"),
        ('"""\ndown_revision = "z"\n"""\nrevision = "a"\ndown_revision = "b"\n', "b"),
        ('"""a\\\n"""\nrevision = "a"\ndown_revision = "b"\n', "b"),
        ('"""x""" """y"""\nrevision = "a"\ndown_revision = "b"\n', "b"),
        ('r"""x\\d"""  # it\'s "so"\nrevision = "a"\ndown_revision = "b"\n', "b"),
        ("# -*- coding: utf-8 -*-\nrevision = 'a'\ndown_revision = 'b'", "b"),
        ("from os import *\nrevision = 'a'\ndown_revision = 'b'\n", "b"),
    ],
)
def test_literal_headers_are_read(source: str, down: object) -> None:
    header = scan(source)
    assert header is not None
    assert header == executed(source)
    assert (header.revision, header.down_revision) == ("a", down)


@pytest.mark.parametrize(
    "tail",
    [
        "if True:\n    down_revision = 'z'\n",
        "for down_revision in ['z']:\n    pass\n",
        "down_revision += 'z'\n",
        "del down_revision\n",
        "(down_revision := 'z')\n",
        "print if (down_revision := 'z') else 0\n",
        "import string as down_revision\n",
        "from string import digits as down_revision\n",
        "from string import (\n    digits as down_revision)\n",
        "def down_revision(): pass\n",
        "class down_revision: pass\n",
        "def f():\n    global down_revision\n    down_revision = 'z'\nf()\n",
        "globals()['down_' 'revision'] = 'z'\n",
        "exec('down_' 'revision = 1')\n",
        "import sys; setattr(sys, 'x', 1)\n",
        "depends_on = None; exec('down_' 'revision = 1')\n",
        "exec('down_' 'revision = 1'); depends_on = None\n",
        "import string as down_revision; branch_labels = (\n    'x',\n)\n",
        "def f(x): return x.__globals__\nf(f)['down_' 'revision'] = 'z'\n",
        "from os import *\n",
        "try:\n    1 / 0\nexcept Exception as down_revision:\n    pass\n",
        "match 'z':\n    case down_revision: pass\n",
        "def f(x=(down_revision := 'z')): pass\n",
        "down_revision = 'a' + 'b'\n",
        "down_revision, depends_on = 'z', None\n",
        "revision = 5\n",
        "depends_on = {'a': 1}\n",
        "depends_on = (1, 2)\n",
    ],
)
def test_what_only_execution_can_tell_is_not_read(tail: str) -> None:
    source = "revision = 'a'\ndown_revision = 'b'\n" + tail
    assert scan(source) is None
    assert scan_ordinary(source) is None


def test_missing_header() -> None:
    assert scan("x = 1\n") is None
    assert scan("revision: str\ndown_revision = None\n") is None
    with pytest.raises(NoRevisionHeader) as caught:
        header_of({}, "x.py")
    assert caught.value.path == "x.py"
    with pytest.raises(BadHeaderValue) as bad:
        header_of({"revision": "a", "down_revision": 5}, "x.py")
    assert (bad.value.variable, bad.value.value) == ("down_revision", "5")


def test_requires_plugins() -> None:
    header = scan(
        "revision = 'a'\ndown_revision = None\nrequires_plugins = {'x': '>=1', 'y': {'version': '>=2'}}\n"
    )
    assert header is not None
    assert header.requires_plugins == {"x": ">=1", "y": {"version": ">=2"}}
    assert scan("revision = 'a'\nrequires_plugins = ['x']\n") is None


def test_header_of_a_file_that_is_not_python() -> None:
    header = scan(ORDINARY + "\ndef broken(:\n    revision\n")
    assert header is not None
    assert (header.revision, header.down_revision) == ("ae10", ("a1", "b1"))


@pytest.mark.parametrize(
    "source",
    [
        "revision = 'a'\n<<<<<<< ours\ndown_revision = 'b'\n=======\ndown_revision = 'c'\n>>>>>>> theirs\n",
        "revision = 'a'\nbranch_labels = None\ndown_revision = 'b\n",
        '"""\ndown_revision = "z"\n"""\nrevision = "a"\nbranch_labels = None\ndown_revision = (\n',
    ],
)
def test_a_broken_header_is_never_taken_for_a_base(source: str) -> None:
    assert scan(source) is None


# ---------------------------------------------------------------- the two readers and execution

_plain = st.text(string.ascii_lowercase + string.digits + " '\"#=\\\n", max_size=8)
_ids = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=5)
_names = st.sampled_from(["revision", "down_revision", "branch_labels", "depends_on"])


@st.composite
def _literals(draw: st.DrawFn) -> str:
    value = draw(st.one_of(st.none(), _ids, _plain, st.lists(_ids, max_size=3), st.tuples(_ids), st.just(())))
    text = repr(value)
    if draw(st.booleans()):
        text = text.replace(", ", ",\n    ")
    return draw(
        st.sampled_from(["{}", "({})", "{}  # {{}} revision", "{}\t", "{} if 1 else None", "str({})"])
    ).format(text)


@st.composite
def _docstrings(draw: st.DrawFn) -> str:
    body = draw(_plain)
    quotes = draw(st.sampled_from(['"""', "'''"]))
    raw = draw(st.sampled_from(["", "r", "u"]))
    tail = draw(st.sampled_from(["", '  # "note"', " + ''", " ''", ";"]))
    return f"{raw}{quotes}{body}\nrevision = 'doc'\n{quotes}{tail}"


_statements = st.one_of(
    st.builds(
        lambda name, note, value: f"{name}{note} = {value}",
        _names,
        st.sampled_from(["", ": str", ":'x'", " :str|None"]),
        _literals(),
    ),
    _docstrings(),
    st.sampled_from(
        [
            "",
            "# revision = 'comment'",
            "import string",
            "import string, os",
            "from os import path as where",
            "from typing import (Any,\n  Sequence)",
            "import string as revision",
            "from os import *",
            "def upgrade():\n    revision = 'local'",
            "def upgrade():\n    pass",
            "if revision:\n    depends_on = 'cond'",
            "x = '''\nrevision = 'text'\n'''",
            "x = 1 + \\\n  2",
            "\f",
            "   # indented",
            "global_x = [\n'a'\n]",
            "def f():\n    global revision\n    revision = 'late'\nf()",
            "globals()['depends_on'] = 'late'",
        ]
    ),
)


@untimed
@given(st.lists(_statements, max_size=7), st.sampled_from(["", "\n"]))
def test_the_readers_agree_with_each_other_and_with_execution(parts: list[str], end: str) -> None:
    source = "\n".join(parts) + end
    try:
        compile(source, "script.py", "exec")
    except (SyntaxError, SyntaxWarning, ValueError):
        return
    quick, thorough = scan_ordinary(source), scan_tree(source)
    if quick is not None:
        assert thorough == quick
    found = scan(source)
    assert found == (quick or thorough)
    if found is not None:
        assert executed(source) == found


@untimed
@given(_ids, st.one_of(st.none(), _ids, st.lists(_ids, min_size=2, unique=True)), st.lists(_ids, max_size=2))
def test_the_ordinary_shape_needs_no_syntax_tree(identifier: str, down: Any, labels: list[str]) -> None:
    source = ORDINARY.partition("revision: str")[0] + (
        f"revision: str = {identifier!r}\ndown_revision = {down!r}\nbranch_labels = {tuple(labels)!r}\n\n\n"
        "def upgrade():\n    pass\n"
    )
    header = scan_ordinary(source)
    assert header is not None
    assert header.revision == identifier
    assert header.down_revision == (tuple(down) if isinstance(down, list) else down)
    assert header.branch_labels == tuple(labels)
