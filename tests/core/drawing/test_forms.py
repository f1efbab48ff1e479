"""SVG, Mermaid, the page and JSON: well formed, complete, and nothing in a message is more than text."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrateops.drawing.mermaid import as_mermaid
from migrateops.drawing.page import ScriptText, as_html
from migrateops.drawing.svg import as_svg
from migrateops.drawing.words import printable
from tests.core.drawing.histories import drawn, edges_of, rev

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!-- <script>",
    "]]></style><svg onload=alert(1)>",
    '" onclick="alert(1)',
    "' & \" < > ` # ; % {{DATA}} {{ }}",
    "Grüße, 你好 🎉 a\u0301",
    'a\nb\r\nc\u2028d"]\n    r0 --> r1',
    "\x00\x1b[31m\ufffe\udc80",
    "1. one - `two` **three** end",
]
SVG = "{http://www.w3.org/2000/svg}"
HISTORY = [rev("a"), rev("b", "a"), rev("c", "a", labels=["shop"]), rev("d", "b", "c"), rev("x", needs=["c"])]


class Page(HTMLParser):
    """What a parser of HTML finds: elements with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag in ("script", "style"):
            self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style"):
            self.texts[self._inside][-1] += data

    @property
    def data(self) -> dict[str, list[dict[str, object]]]:
        found: dict[str, list[dict[str, object]]] = json.loads(self.texts["script"][0])
        return found


# -------------------------------------------------------------------------------------------- page


@pytest.mark.parametrize("text", HOSTILE)
def test_the_page_has_messages_and_sources_as_data_only(text: str) -> None:
    picture = drawn(rev("a", labels=[text.translate(dict.fromkeys(map(ord, "@+-:")))], doc=text))
    html = as_html(picture, {"a": ScriptText("a.py", text, text)}, title=text)
    assert html.isascii()
    page, plain = Page(html), Page(as_html(drawn(rev("a")), {}))
    assert [tag for tag, _ in page.elements] == [tag for tag, _ in plain.elements]
    (node,) = page.data["nodes"]
    assert node["message"] == printable(text)
    assert (node["docstring"], node["source"]) == (text, text)
    assert page.texts["script"][1:] == plain.texts["script"][1:]


def test_the_page_allows_its_own_script_and_style_and_nothing_else() -> None:
    page = Page(as_html(drawn(*HISTORY), {}))
    (policy,) = [
        str(attributes["content"])
        for tag, attributes in page.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))

    def allowed(text: str) -> str:
        return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == allowed(page.texts["script"][1])
    assert rules["style-src"] == allowed(page.texts["style"][0])
    assert "connect-src" not in rules
    assert "unsafe" not in policy


def test_the_page_refers_to_nothing_outside() -> None:
    html = as_html(drawn(*HISTORY), {})
    assert set(re.findall(r"\w+://[^\s\"']+", html)) == {"http://www.w3.org/2000/svg"}
    names = {name for _, attributes in Page(html).elements for name in attributes}
    assert names & {"src", "href", "style", "onclick", "onload", "action"} == set()
    assert not re.search(r"@import|url\(|innerHTML|eval\(|fetch\(", html)


def test_the_page_knows_neighbours_on_both_sides() -> None:
    nodes = {node["id"]: node for node in Page(as_html(drawn(*HISTORY), {})).data["nodes"]}
    assert (nodes["c"]["follows"], nodes["c"]["followed"]) == (["a"], ["d"])
    assert (nodes["x"]["needs"], nodes["c"]["needed"]) == (["c"], ["x"])
    assert nodes["a"]["followed"] == ["c", "b"]
    assert nodes["d"]["labels"] == ["shop"] == nodes["d"]["label"]
    assert (nodes["c"]["labels"], nodes["c"]["label"]) == (["shop"], [])


# --------------------------------------------------------------------------------------------- SVG


@pytest.mark.parametrize("text", HOSTILE)
def test_an_image_has_messages_as_text_only(text: str) -> None:
    svg = as_svg(drawn(rev("a", doc=text)))
    assert svg.isascii()
    root = ElementTree.fromstring(svg)
    messages = [one.text for one in root.iter(f"{SVG}tspan") if one.get("class") == "message"]
    assert messages == [printable(text)]
    plain = ElementTree.fromstring(as_svg(drawn(rev("a", doc="plain"))))
    assert [one.tag for one in root.iter()] == [one.tag for one in plain.iter()]


def test_an_image_has_a_dot_for_each_revision_and_a_line_for_each_edge() -> None:
    root = ElementTree.fromstring(as_svg(drawn(*HISTORY, current={"a"}, applied={"a"})))
    classes = [one.get("class", "").split() for one in root.iter()]
    assert sum("dot" in names for names in classes) == len(HISTORY)
    assert sum("hollow" in names for names in classes) == len(HISTORY) - 1
    assert sum("line" in names for names in classes) == len(edges_of(HISTORY))
    assert sum("dotted" in names for names in classes) == 1
    assert set(re.findall(r"\w+://[^\s\"']+", ElementTree.tostring(root, "unicode"))) == {
        "http://www.w3.org/2000/svg"
    }
    assert {one.tag for one in root.iter()} & {f"{SVG}script", f"{SVG}image", f"{SVG}a"} == set()


def test_an_image_of_nothing() -> None:
    assert ElementTree.fromstring(as_svg(drawn())).get("height") == "32"


# ----------------------------------------------------------------------------------------- Mermaid

STATEMENT = re.compile(
    r'    (r\d+\["(?P<label>[^"\n]*)"\]|r\d+ (-->|-\.->) r\d+|classDef \w+ [\w: -]+|class [\w,]+ \w+)'
)


def labels(text: str) -> list[str]:
    """Return the labels of a diagram, as Mermaid shows them: numbers stand for characters."""
    head, *lines = text.splitlines()
    assert head == "flowchart BT"
    found = [STATEMENT.fullmatch(line) for line in lines]
    assert all(found), lines
    return [unescape(re.sub(r"#(\d+);", r"&#\1;", one["label"])) for one in found if one and one["label"]]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_diagram_has_messages_as_text_only(text: str) -> None:
    assert labels(as_mermaid(drawn(rev("a", doc=text)))) == [f"a (head)<br/>{printable(text)}"]


@settings(deadline=None)
@given(st.text())
def test_any_message_can_be_in_a_diagram(text: str) -> None:
    found = as_mermaid(drawn(rev("a", doc=text)))
    assert len(labels(found)) == 1
    assert "<" not in found.replace("<br/>", "")


def test_a_diagram_has_every_edge() -> None:
    picture = drawn(*HISTORY)
    names = {f"r{node.row}": node.info.revision for node in picture.nodes}
    found = re.findall(r"    (r\d+) (-->|-\.->) (r\d+)", as_mermaid(picture))
    assert sorted((names[new], names[old], arrow == "-.->") for old, arrow, new in found) == edges_of(HISTORY)


# -------------------------------------------------------------------------------------------- JSON


def test_json_has_places_and_kinds() -> None:
    found = drawn(*HISTORY, current={"a"}, applied={"a"}).as_dict()
    json.dumps(found)
    assert [(node["revision"], node["row"]) for node in found["nodes"]] == [
        ("x", 0),
        ("d", 1),
        ("c", 2),
        ("b", 3),
        ("a", 4),
    ]
    assert all(0 <= node["lane"] < found["lanes"] for node in found["nodes"])
    assert sorted((edge["from"], edge["to"], edge["kind"] == "depends_on") for edge in found["edges"]) == (
        edges_of(HISTORY)
    )
    assert [node["is_applied"] for node in found["nodes"]] == [False] * 4 + [True]
    assert "is_applied" not in drawn(*HISTORY).as_dict()["nodes"][0]
