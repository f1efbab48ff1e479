"""What the survey of a script proves, and above all what it must not claim."""

from __future__ import annotations

import textwrap

import pytest

from migrateops.revisions.survey import Survey, survey

HEAD = """
from migrateops import context, op
import sqlalchemy as sa
from sqlalchemy.dialects import standard
from sqlalchemy.orm import Session
import project.steps
from project.steps import run
"""


def read(body: str, before: str = "", *, direction: str = "upgrade") -> Survey:
    source = f"{HEAD}\n{textwrap.dedent(before)}\ndef upgrade() -> None:\n"
    return survey(source + textwrap.indent(textwrap.dedent(body), "    "), direction)


def sure(found: Survey) -> set[str]:
    return {call.name for call in found.calls if call.unconditional}


def unsure(found: Survey) -> set[str]:
    return {call.name for call in found.calls if not call.unconditional}


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("op.make()", ""),
        ("op.execute('x')\nop.make()", ""),
        ("x = op.make()", ""),
        ("print(op.make())", ""),
        ("return op.make()", ""),
        ("o = op\no.make()", ""),
        ("o.make()", "o = op"),
        ("make()", "from migrateops.op import make"),
        ("m()", "from migrateops.op import make as m"),
        ("m()", "m = op.make"),
        ("from migrateops import op as inner\ninner.make()", ""),
        ("migrateops.op.make()", "import migrateops.op"),
        ("mo.op.make()", "import migrateops as mo"),
        ("o.make()", "import migrateops.op as o"),
        ("with op.batch_alter_table('t') as b:\n    op.make()", ""),
        ("with op.batch_alter_table('t') as b:\n    b.make()", ""),
        (
            "with op.batch_alter_table('t') as b: b.x()\nwith op.batch_alter_table('u') as b:\n    b.make()",
            "",
        ),
        ("with op.get_context().autocommit_block():\n    op.make()", ""),
        ("with context.get_context().autocommit_block():\n    op.make()", ""),
        ("if x:\n    op.other()\nop.make()", ""),
        ("if op.make():\n    pass", ""),
        ("for name in op.make():\n    pass", ""),
        ("for name in names:\n    op.other(name)\nop.make()", ""),
        ("try:\n    op.other()\nfinally:\n    op.make()", ""),
        ("op.make() and op.other()", ""),
        ("op.other() if op.make() else None", ""),
        ("(lambda x=op.make(): x)", ""),
        ("def inner(x=op.make()): pass", ""),
        ("helper()", "def helper():\n    op.make()"),
        ("helper(op)", "def helper(o):\n    o.make()"),
        ("helper(o=op)", "def helper(x=1, *, o=None):\n    o.make()"),
        ("one()", "def one():\n    two(op)\ndef two(o):\n    o.make()"),
        ("early()\nop.make()", "def early():\n    if x:\n        return\n    op.other()"),
        ("with op.batch_alter_table('t') as b:\n    fill(b)", "def fill(batch):\n    batch.make()"),
    ],
)
def test_proven(body: str, before: str) -> None:
    assert "make" in sure(read(body, before))


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("if x:\n    op.make()", ""),
        ("if x:\n    pass\nelif op.make():\n    pass", ""),
        ("if x:\n    pass\nelse:\n    op.make()", ""),
        ("op.make() if x else None", ""),
        ("x and op.make()", ""),
        ("x or op.make()", ""),
        ("1 < x < op.make()", ""),
        ("try:\n    op.make()\nexcept Exception:\n    pass", ""),
        ("try:\n    pass\nexcept Exception:\n    op.make()", ""),
        ("try:\n    pass\nexcept* Exception:\n    op.make()", ""),
        ("try:\n    pass\nexcept Exception:\n    pass\nelse:\n    op.make()", ""),
        ("for x in y:\n    op.make()", ""),
        ("for x in y:\n    pass\nelse:\n    op.make()", ""),
        ("while x:\n    op.make()", ""),
        ("while True:\n    pass\nop.make()", ""),
        ("match x:\n    case 1:\n        op.make()", ""),
        ("match x:\n    case y if op.make():\n        pass", ""),
        ("def inner():\n    op.make()\ninner()", ""),
        ("f = lambda: op.make()", ""),
        ("class C:\n    x = op.make()", ""),
        ("[op.make() for x in y]", ""),
        ("any(op.make() for x in y)", ""),
        ("with something():\n    op.make()", ""),
        ("with op.batch_alter_table('t') as b, something():\n    b.make()", ""),
        ("if x:\n    return\nop.make()", ""),
        ("if x:\n    raise ValueError\nop.make()", ""),
        ("if x:\n    exit()\nop.make()", ""),
        ("return\nop.make()", ""),
        ("raise ValueError\nop.make()", ""),
        ("assert x\nop.make()", ""),
        ("for x in y:\n    return\nop.make()", ""),
        ("with something():\n    return\nop.make()", ""),
        ("try:\n    return\nfinally:\n    pass\nop.make()", ""),
        ("match x:\n    case 1:\n        return\nop.make()", ""),
        ("if hasattr(op, 'make'):\n    op.make()", ""),
        ("has = hasattr(op, 'make')\nop.make()", ""),
        ("op.make = print\nop.make()", ""),
        ("partial(op.make)", "from functools import partial"),
        ("yield\nop.make()", ""),
        ("setattr(op, 'make', print)\nop.make()", ""),
        ("exec('x')\nop.make()", ""),
        ("if x:\n    helper()", "def helper():\n    op.make()"),
        ("helper()", "@decorated\ndef helper():\n    op.make()"),
        ("helper()", "def helper():\n    yield\n    op.make()"),
        ("helper()\nop.make()", "def helper():\n    if x:\n        raise ValueError"),
        ("one()\nop.make()", "def one():\n    two()\ndef two():\n    assert x"),
        ("one()\nop.make()", "def one():\n    two()\ndef two():\n    one()"),
        ("map(helper, names)", "def helper(name):\n    op.make()"),
    ],
)
def test_seen_but_not_proven(body: str, before: str) -> None:
    found = read(body, before)
    assert "make" in unsure(found)
    assert "make" not in sure(found)


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("with Session(op.get_bind()) as s:\n    s.make()", ""),
        ("op = object()\nop.make()", ""),
        ("op.make()", "op = wrap(op)"),
        ("op.make()", "if x:\n    from elsewhere import op"),
        ("op.make()", "from elsewhere import *"),
        ("op.make()", "def f():\n    global op\n    op = None"),
        ("for op in y:\n    op.make()", ""),
        ("[op.make() for op in y]", ""),
        ("(lambda op: op.make())(1)", ""),
        ("def inner(op):\n    op.make()", ""),
        ("o = op\no = 1\no.make()", ""),
        ("helper(other)", "def helper(o):\n    o.make()"),
        ("helper(*args)", "def helper(o):\n    o.make()"),
        ("helper()", "def helper(o=op):\n    o.make()"),
        ("helper(op)", "def helper(o):\n    o = 1\n    o.make()"),
        ("helper(1, op=op)", "def helper(op, /, **kw):\n    op.make()"),
        ("helper(kw=op)", "def helper(**kw):\n    kw.make()"),
        ("with something() as b:\n    b.make()", ""),
        ("with op.batch_alter_table('t') as b:\n    pass\nwith other() as b:\n    b.make()", ""),
        ("with op.other('t') as b:\n    b.make()", ""),
        ("op.impl.make()", ""),
        ("op.get_bind().make()", ""),
        ("getattr(op, name).make()", ""),
        ("x = [op]\nx[0].make()", ""),
        ("make()", "from elsewhere import make"),
        ("pass", "def other():\n    op.make()"),
        ("try:\n    pass\nexcept Exception as op:\n    op.make()", ""),
        ("import elsewhere as op\nop.make()", ""),
        ("if (op := x):\n    op.make()", ""),
    ],
)
def test_nothing_is_claimed_of_what_is_not_op(body: str, before: str) -> None:
    assert "make" not in {call.name for call in read(body, before).calls}


def test_calls_have_names_lines_and_receivers() -> None:
    found = survey(
        "from migrateops import op\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('t') as batch_op:\n"
        "        batch_op.add_column(op.f('x'))\n",
        "upgrade",
    )
    assert [(call.name, call.line, call.receiver, call.unconditional) for call in found.calls] == [
        ("batch_alter_table", 3, "op", True),
        ("add_column", 4, "batch", True),
        ("f", 4, "op", True),
    ]


def test_other_modules_may_stand_for_op() -> None:
    source = "from elder import op\nfrom elder.op import give\ndef upgrade():\n    op.make()\n    give()\n"
    assert survey(source, "upgrade").calls == ()
    assert sure(survey(source, "upgrade", {"elder.op", "migrateops.op"})) == {"make", "give"}


def test_each_direction_on_its_own() -> None:
    source = "from migrateops import op\ndef upgrade():\n    op.a()\ndef downgrade():\n    op.b()\n"
    assert sure(survey(source, "upgrade")) == {"a"}
    assert sure(survey(source, "downgrade")) == {"b"}
    assert survey("x = 1\n", "upgrade") == Survey()


def test_a_direction_that_is_not_plainly_there() -> None:
    head = "from migrateops import op\n"
    conditional = survey(head + "if x:\n    def upgrade():\n        op.a()\n", "upgrade")
    twice = survey(head + "def upgrade():\n    op.a()\ndef upgrade():\n    op.b()\n", "upgrade")
    alias = survey(head + "def forward():\n    op.a()\nupgrade = forward\n", "upgrade")
    decorated = survey(head + "@when\ndef upgrade():\n    op.a()\n", "upgrade")
    assert (sure(conditional), unsure(conditional)) == (set(), {"a"})
    assert (sure(twice), unsure(twice)) == (set(), {"a", "b"})
    assert sure(alias) == {"a"}
    assert (sure(decorated), decorated.unseen_calls) == (set(), True)
    assert survey("from elsewhere import upgrade\n", "upgrade").unseen_calls


def test_dynamic() -> None:
    assert read("getattr(op, name)()").dynamic
    assert not read("getattr(x, name)()").dynamic


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("op.create_table('t', sa.Column('x', sa.Integer(), server_default=sa.text('1')))", ""),
        ("op.add_column('t', sa.Column('x', standard.JSON()))", ""),
        ("with op.batch_alter_table('t') as b:\n    b.drop_column(b.f('x'))", ""),
        ("t = sa.table('t', sa.column('x'))\nop.execute(t.update().where(t.c.x == 1).values(x=2))", ""),
        ("t = op.create_table('t')\nop.bulk_insert(t, [{'x': 1}])\nop.execute(t.insert())", ""),
        ("if op.get_bind().dialect.name == 'x':\n    op.execute('y')", ""),
        ("if op.get_context().dialect.name.startswith('x'):\n    pass", ""),
        ("names = sa.inspect(op.get_bind()).get_table_names()\nif 't' in set(names):\n    pass", ""),
        ("if context.is_offline_mode():\n    op.execute('x {}'.format(1).upper())", ""),
        ("for name in sorted({'a', 'b'}):\n    op.drop_table(name.strip())", ""),
        ("values = {}\nvalues.update(a=1)\nop.bulk_insert(t, list(values.items()))", ""),
        ("op.execute(f'{datetime.now()}')", "from datetime import datetime"),
        ("helper('x')", "def helper(name):\n    op.drop_table(name)"),
        ("def inner():\n    op.x()\ninner()", ""),
        ("f = lambda name: op.drop_table(name)\nf('x')", ""),
        ("with op.get_context().autocommit_block():\n    op.execute('x')", ""),
        ("pass", "def other():\n    run()"),
    ],
)
def test_everything_is_seen(body: str, before: str) -> None:
    assert not read(body, before).unseen_calls


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("run()", ""),
        ("run(op)", ""),
        ("project.steps.run()", ""),
        ("op.get_bind().execute(sa.text('x'))", ""),
        ("bind = op.get_bind()\nbind.exec_driver_sql('x')", ""),
        ("standard.ENUM('x').create(op.get_bind())", ""),
        ("sa.MetaData().create_all(bind=op.get_bind())", ""),
        ("with Session(bind=op.get_bind()) as s:\n    s.add(1)", ""),
        ("Session().commit()", ""),
        ("helper(op.get_bind())", "def helper(conn):\n    conn.execute('x')"),
        ("helper()", "def helper():\n    run()"),
        ("if x:\n    run()", ""),
        ("[run(x) for x in y]", ""),
        ("list(map(run, y))", ""),
        ("op.run_async(go)", "async def go(connection): pass"),
        ("Model.metadata.create_all()", "class Model: pass"),
        ("globals()['upgrade_' + name]()", ""),
        ("__import__('x').run()", ""),
        ("inner()", ""),
        ("@run\ndef inner(): pass", ""),
        ("sa.create_engine('x')", ""),
        ("op.get_context().connection.execute('x')", ""),
    ],
)
def test_something_is_not_seen(body: str, before: str) -> None:
    assert read(body, before).unseen_calls


def test_no_python() -> None:
    with pytest.raises(SyntaxError):
        survey("def upgrade(:", "upgrade")
