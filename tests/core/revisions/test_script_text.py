"""What is known of a script without its syntax tree, and that nothing is missed for that."""

from __future__ import annotations

import pytest

from migrateops.revisions.script_text import ScriptText
from migrateops.revisions.survey import survey

HEAD = "from migrateops import op\n"


def text(body: str, head: str = HEAD) -> ScriptText:
    return ScriptText(f"{head}\n\ndef upgrade():\n    {body}\n", "upgrade")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("with op.batch_alter_table('t') as b:\n        pass", True),
        ("op.execute('pragma FOREIGN_KEYS=off')", True),
        ("elsewhere.run(op)", True),
        ("op.create_table('t')", False),
        ("this is no Python", True),
    ],
)
def test_may_rebuild(body: str, expected: bool) -> None:
    assert text(body).may_rebuild is expected


@pytest.mark.parametrize(
    ("head", "body", "expected"),
    [
        (HEAD, "op.f(op . g)", {"f", "g"}),
        ("from migrateops import context, op  # both\n", "op.f()", {"f"}),
        ("import migrateops\n", "migrateops.op.f()", {"f"}),
        (HEAD, "pass", set()),
        (HEAD, "drop.f(); sop.g(); op1.h()", set()),
    ],
)
def test_operations(head: str, body: str, expected: set[str]) -> None:
    assert text(body, head).operations == frozenset(expected)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (HEAD, "o = op; o.f()"),
        (HEAD, "helper(op)"),
        (HEAD, "op\\\n    .f()"),
        (HEAD, "pass  # what op does"),
        ("from migrateops import op as o\n", "o.f()"),
        ("from migrateops import (op, context)\n", "op.f()"),
        ("from migrateops.op import f\n", "f()"),
        ("import migrateops.op as o\n", "o.f()"),
        (HEAD, "\uff4fp.f(); o = \uff4fp"),
    ],
)
def test_where_op_may_have_another_name(head: str, body: str) -> None:
    assert text(body, head).operations is None


def test_another_module_for_op() -> None:
    assert ScriptText("from shop import things", "upgrade", {"shop.things"}).operations is None


def test_names_are_compared_as_python_does() -> None:
    ligature = text("op.\ufb01nd()")
    assert ligature.operations == frozenset({"find"})
    assert {call.name for call in survey(ligature.text, "upgrade").calls} == {"find"}
