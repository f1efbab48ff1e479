"""``graph`` on the command line: its forms, its range, what the database has, and the terminal's width."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.cli.test_start_up import imported
from tests.cli.test_terminal import on_terminal
from tests.project import Project

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def branched(project: Project) -> Project:
    project.revision("aa1", None, message="base")
    project.revision("bb2", "aa1", message="left")
    project.revision("cc3", "aa1", message="right", branch_labels=("shop",))
    project.revision("dd4", ["bb2", "cc3"], message="both")
    return project


DRAWN = """\
●─╮ dd4 (shop) (head) (mergepoint), both
● │ bb2, left
│ ● cc3, right
●─╯ aa1 (branchpoint), base
"""


def test_the_history_is_drawn(branched: Project) -> None:
    assert branched.run("graph").stdout == DRAWN


@pytest.mark.parametrize(("words", "encoding"), [(["--ascii"], "utf-8"), ([], "latin-1")])
def test_ascii_where_it_is_wanted_or_needed(branched: Project, words: list[str], encoding: str) -> None:
    found = branched.cli("graph", *words, env={"PYTHONIOENCODING": encoding}).stdout
    assert found.splitlines()[0] == "*-. dd4 (shop) (head) (mergepoint), both"
    assert found.isascii()


def test_a_range_says_what_it_leaves_out(branched: Project) -> None:
    assert branched.run("graph", "-r", "cc3:").stdout.splitlines() == [
        "● dd4 (shop) (head) (mergepoint), both  follows bb2, not shown",
        "● cc3, right  follows aa1, not shown",
    ]
    result = branched.run("graph", "-r", "cc3", check=False)
    assert (result.returncode, result.stderr.startswith("error[MO260]: ")) == (1, True)


def test_what_the_database_has_is_marked(branched: Project) -> None:
    branched.run("upgrade", "bb2")
    assert [line[:9] for line in branched.run("graph", "-i").stdout.splitlines()] == [
        "○─╮ dd4 (",
        "◉ │ bb2 (",
        "│ ○ cc3, ",
        "●─╯ aa1 (",
    ]
    assert branched.run("graph", "-r", ":current").stdout.splitlines()[0] == "● bb2, left"
    nodes = json.loads(branched.run("graph", "-i", "-r", "bb2:", "--json").stdout)["nodes"]
    assert [(node["revision"], node["is_current"], node["is_applied"]) for node in nodes] == [
        ("dd4", False, False),
        ("bb2", True, True),
    ]


def test_a_row_that_no_script_has_is_said(branched: Project) -> None:
    branched.run("upgrade", "bb2")
    for name in ("bb2", "dd4"):
        (branched.root / "migrations" / "versions" / f"{name}.py").unlink()
    result = branched.run("graph", "-i")
    assert result.stderr == "note: the database is at 'bb2', which no script has\n"
    assert [line[:5] for line in result.stdout.splitlines()] == ["○ cc3", "○ aa1"]


def test_a_file_that_cannot_be_read_is_said(branched: Project) -> None:
    branched.write("migrations/versions/broken.py", "revision = ")
    result = branched.run("graph")
    assert result.stdout == DRAWN
    assert result.stderr.startswith("note: left out: ")


def test_json_has_nodes_and_edges(branched: Project) -> None:
    found = json.loads(branched.run("graph", "--json").stdout)
    assert {(edge["from"], edge["to"], edge["kind"]) for edge in found["edges"]} == {
        ("dd4", "bb2", "follows"),
        ("dd4", "cc3", "follows"),
        ("bb2", "aa1", "follows"),
        ("cc3", "aa1", "follows"),
    }
    assert [(node["revision"], node["row"], node["lane"]) for node in found["nodes"]] == [
        ("dd4", 0, 0),
        ("bb2", 1, 0),
        ("cc3", 2, 1),
        ("aa1", 3, 0),
    ]
    assert found["lanes"] == 2


def test_each_form_goes_to_stdout_or_to_a_file(branched: Project) -> None:
    for words in (["--svg"], ["--html"], ["--mermaid"], ["--json"], ["--ascii"], []):
        printed = branched.run("graph", *words).stdout
        assert branched.run("graph", *words, "-o", "out").stdout == "wrote out\n"
        assert (branched.root / "out").read_text(encoding="utf-8") == printed
        assert branched.run("-q", "graph", *words, "-o", "out").stdout == ""
    assert sorted(path.name for path in branched.root.iterdir() if "out" in path.name) == ["out"]


def test_the_page_has_docstrings_and_sources(branched: Project) -> None:
    path = branched.revision("ee5", "dd4", message="short\n\nAll of it: </script>.", upgrade="print('<&>')")
    found = branched.run("graph", "--html").stdout
    data = json.loads(found.partition('id="data">')[2].partition("</script>")[0])
    node = data["nodes"][0]
    assert (node["id"], node["message"], node["path"]) == ("ee5", "short", "migrations/versions/ee5.py")
    assert node["docstring"] == "short\n\nAll of it: </script>."
    assert node["source"] == path.read_text(encoding="utf-8")


def test_no_script_is_executed(branched: Project) -> None:
    branched.write(
        "migrations/versions/ee5.py",
        '"""last"""\nrevision = "ee5"\ndown_revision = "dd4"\nraise SystemExit("executed")\n',
    )
    for words in ([], ["--html"], ["--svg"], ["--mermaid"], ["--json"]):
        assert "ee5" in branched.run("graph", *words).stdout


def test_an_image_is_xml(branched: Project) -> None:
    root = ElementTree.fromstring(branched.run("graph", "--svg").stdout)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_two_forms_exclude_each_other(branched: Project) -> None:
    result = branched.run("graph", "--svg", "--html", check=False)
    assert result.returncode == 2
    assert "--svg and --html exclude each other" in result.stderr


def test_a_file_that_cannot_be_written_is_an_error(branched: Project) -> None:
    (branched.root / "directory").mkdir()
    for name in ("nowhere/out.html", "directory"):
        result = branched.run("graph", "--html", "-o", name, check=False)
        assert result.returncode == 1
        assert result.stderr.startswith(f"error[MO123]: '{name}': ")
    assert not list(branched.root.glob("**/*.new"))


def test_what_is_no_plain_file_is_written_to(branched: Project) -> None:
    branched.run("graph", "-o", os.devnull)
    assert not Path(os.devnull).is_file()


def test_a_link_stays_a_link(branched: Project) -> None:
    (branched.root / "real").write_text("before")
    (branched.root / "link").symlink_to("real")
    branched.run("graph", "-o", "link")
    assert (branched.root / "link").is_symlink()
    assert (branched.root / "real").read_text(encoding="utf-8") == DRAWN


def test_an_empty_project_has_an_empty_drawing(project: Project) -> None:
    assert project.run("graph").stdout == "\n"
    assert json.loads(project.run("graph", "--json").stdout) == {"nodes": [], "edges": [], "lanes": 0}
    assert ElementTree.fromstring(project.run("graph", "--svg").stdout) is not None


def test_only_the_database_needs_sqlalchemy(branched: Project) -> None:
    heavy = {"sqlalchemy", "rich", "mako", "pluggy", "asyncio"}
    for words in ([], ["--html"], ["--svg"], ["--mermaid"], ["--json"], ["-r", "aa1:"]):
        assert imported(branched, "graph", *words) & heavy == set()


def test_a_terminal_gets_colours_and_lines_of_its_width(branched: Project) -> None:
    branched.revision("ee5", "dd4", message="a message that goes on and on " * 9)
    shown = on_terminal(branched, "graph", COLUMNS="60")
    lines = [ESCAPE.sub("", line) for line in shown.rstrip().split("\r\n")]
    assert [line.split()[0] for line in lines] == ["●", "●─╮", "●", "│", "●─╯"]
    assert len(lines[0]) == 60
    assert lines[0].endswith("…")
    assert "\x1b[3" in shown
    plain = on_terminal(branched, "--no-color", "graph", COLUMNS="60")
    assert "\x1b[3" not in plain
    assert [ESCAPE.sub("", line) for line in plain.rstrip().split("\r\n")] == lines


def test_a_terminal_without_such_characters(branched: Project) -> None:
    branched.revision("ee5", "dd4", message="Grüße " * 30)
    shown = on_terminal(branched, "graph", COLUMNS="60", PYTHONIOENCODING="ascii")
    lines = [ESCAPE.sub("", line) for line in shown.rstrip().split("\r\n")]
    assert lines[1] == "*-. dd4 (mergepoint), both"
    assert "Gr\\xfc" in lines[0]
    assert len(lines[0]) <= 60
