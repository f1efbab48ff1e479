"""What is printed of a history, and in which order it is run: line by line what the real one has.

The texts are those of Alembic 1.20.1; it names the labels of a branch in any order, here they are sorted.
"""

from __future__ import annotations

from typing import Any

import pytest

from migrateops_alembic.api.config import Config
from migrateops_alembic.api.scripts import ScriptDirectory

HISTORY = """
dd4 -> ff6 (left, main) (head), ff6
g7 (ee5) -> h8 (other) (head), h8
i9 -> j10 (third) (head), more than
  one line
<base> (aa1, g7) -> i9 (third), i9
<base> (dd4) -> g7 (other), g7
dd4 -> ee5 (left, main) (effective head), ee5
bb2, cc3 -> dd4 (left, main) (branchpoint) (mergepoint), dd4
aa1 -> bb2 (main), bb2
aa1 -> cc3 (left, main), cc3
<base> -> aa1 (main) (branchpoint), aa1
"""
HEADS = """
ee5 (left, main) (effective head)
ff6 (left, main) (head)
h8 (other) (head)
j10 (third) (head)
"""
BRANCHES = """
dd4 (left, main) (branchpoint) (mergepoint)
    -> ee5 (left, main) (effective head)
    -> ff6 (left, main) (head)

aa1 (main) (branchpoint)
    -> bb2 (main)
    -> cc3 (left, main)

"""
ENTRY = """
Rev: dd4 (branchpoint) (mergepoint)
Merges: bb2, cc3
Branches into: ee5, ff6
Branch names: left, main
Path: {root}/migrations/versions/dd4_.py

    dd4

"""
LONG_ENTRY = """
Rev: j10 (head)
Parent: i9
Branch names: third
Path: {root}/migrations/versions/j10_.py

    more than
      one line
    
    and more

"""  # noqa: W293  it has blanks there
CURRENT = """
Current revision(s) for sqlite:///app.db:
Rev: h8 (head)
Parent: g7
Also depends on: ee5
Branch names: other
Path: {root}/migrations/versions/h8_.py

    h8

"""


@pytest.fixture
def branched(project: Any) -> Any:
    def add(name: str, down: object, **header: object) -> None:
        lines = {"down_revision": down, **header}
        text = "\n".join(f"{key} = {value!r}" for key, value in lines.items())
        project.revision(name, f"op.execute(\"INSERT INTO run VALUES ('{name}')\")", header=text)

    add("aa1", None, branch_labels="main")
    first = project.root / "migrations" / "versions" / "aa1_.py"
    text = first.read_text().replace(
        "def upgrade():", 'def upgrade():\n    op.execute("CREATE TABLE run (id)")'
    )
    first.write_text(text)
    add("bb2", "aa1")
    add("cc3", "aa1", branch_labels=("left",))
    add("dd4", ("bb2", "cc3"))
    add("ee5", "dd4")
    add("ff6", "dd4")
    add("g7", None, branch_labels=("other",), depends_on="dd4")
    add("h8", "g7", depends_on=("ee5",))
    add("i9", None, branch_labels="third", depends_on=("aa1", "g7"))
    add("j10", "i9")
    last = project.root / "migrations" / "versions" / "j10_.py"
    last.write_text(last.read_text().replace('"""j10"""', '"""  more than\n  one line\n\nand more\n"""'))
    return project


def test_listings(branched: Any) -> None:
    assert branched.run("history").out == HISTORY.lstrip("\n")
    assert branched.run("heads").out == HEADS.lstrip("\n")
    assert branched.run("branches").out == BRANCHES.lstrip("\n")
    assert branched.run("show", "dd4").out == ENTRY.lstrip("\n").format(root=branched.root)
    assert branched.run("heads", "--resolve-dependencies").out == "".join(HEADS.splitlines(keepends=True)[2:])
    verbose = branched.run("history", "-v").out
    assert LONG_ENTRY.lstrip("\n").format(root=branched.root) in verbose
    marks = (line for line in verbose.splitlines() if line.startswith("Rev: "))
    assert " ".join(line.split()[1] for line in marks) == "ff6 h8 j10 i9 g7 ee5 dd4 bb2 cc3 aa1"
    # What is read by programs stays what it is elsewhere.
    assert '"is_head": true' in branched.run("heads", "--json").out


def test_what_a_database_is_at(branched: Any) -> None:
    assert branched.run("current", "-v").out == "Current revision(s) for sqlite:///app.db:\n"
    branched.run("upgrade", "h8")
    assert branched.run("current").out == "ee5 (effective head)\nh8 (head)\n"
    assert CURRENT.format(root=branched.root).split("\n", 2)[2] in branched.run("current", "-v").out
    assert "g7 (ee5) -> h8 (other) (head) (current), h8\n" in branched.run("history", "-i").out


def test_branches_are_run_in_the_order_of_the_real_one(branched: Any) -> None:
    branched.run("upgrade", "heads")
    run = [name for (name,) in branched.rows("SELECT id FROM run ORDER BY rowid")]
    assert " ".join(run) == "aa1 cc3 bb2 dd4 ee5 g7 i9 j10 h8 ff6"


# What Alembic 1.20.1 lists of each, newest first, wherever it lists the same in each run.
ORDERS = {
    "what a parent depends on is not depended on once more": (
        [
            ("p1", "d4", "y5", ("u2",)), ("q8", "y5", "f2", ("u2",)), ("u6", "h9", "f2", ("y5",)),
            ("u9", "f2", "p5", ()), ("v0", "e6", None, ()), ("x1", "p5", None, ()), ("y4", "u2", "f2", ()),
        ],
        "d4 h9 y5 u2 f2 p5 e6",
        "d4 h9 e6 u2",
    ),
    "what a parent needs by way of another one is": (
        [
            ("q4", "j2", "s6", ("r7",)), ("r8", "s6", None, ()), ("s2", "m1", "e2", ()),
            ("t9", "k3", "w6", ("m1",)), ("v1", "s8", "m1", ("j2",)),
            ("w4", "w6", None, ("r7",)), ("w8", "e2", "r7", ("s6",)),
            ("y3", "r7", None, ()), ("y4", "v7", "k3", ("j2", "e2")),
        ],
        "s8 v7 k3 w6 m1 j2 e2 s6 r7",
        "j2 s8 v7",
    ),
}  # fmt: skip


@pytest.mark.parametrize("graph", ORDERS)
def test_the_order_of_branches(project: Any, graph: str) -> None:
    revisions, listed, heads = ORDERS[graph]
    for file, name, down, needed in revisions:
        made = project.revision(name, "pass", header=f"down_revision = {down!r}\ndepends_on = {needed!r}")
        made.rename(made.with_name(f"{file}_{name}.py"))
    lines = project.run("history").out.splitlines()
    assert " ".join(line.split(" -> ")[1].split()[0].strip(",") for line in lines) == listed
    assert " ".join(line.split()[0] for line in project.run("heads").out.splitlines()) == heads
    scripts = ScriptDirectory.from_config(Config("alembic.ini"))
    assert " ".join(one.revision for one in scripts.walk_revisions()) == listed
    assert [one.destination[0] for one in scripts._upgrade_revs("heads", ())] == listed.split()[::-1]


def test_a_range_has_what_follows_its_start(project: Any) -> None:
    """What only depends on it is listed where nothing else leads to the end."""
    for name, down, needed in (("a", None, ()), ("b", "a", ()), ("c", None, ("a",)), ("d", "b", ("c",))):
        project.revision(name, "pass", header=f"down_revision = {down!r}\ndepends_on = {needed!r}")
    scripts = ScriptDirectory.from_config(Config("alembic.ini"))
    assert [one.revision for one in scripts.walk_revisions("a", "d")] == ["d", "b", "a"]
    assert [one.revision for one in scripts.walk_revisions("a", "c")] == ["c", "a"]
    assert [one.revision for one in scripts.iterate_revisions("d", "a")] == ["d", "b"]


def test_a_script_without_a_docstring(project: Any) -> None:
    project.write("migrations/versions/aa1.py", "revision = 'aa1'\ndown_revision = None")
    path = project.root / "migrations" / "versions" / "aa1.py"
    entry = f"Rev: aa1 (head)\nParent: <base>\nPath: {path}\n\n\n\n"
    assert project.run("history", "-v").out == entry
