"""The history as one page that needs nothing else, and asks nobody for anything."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from migrateops.drawing.curves import COLOURS, LANE, ROW, path_of, words_at, x_of
from migrateops.drawing.lanes import Edge, Row
from migrateops.drawing.picture import Node, Picture
from migrateops.drawing.words import printable


class ScriptText(NamedTuple):
    """What the page shows of a file.

    Attributes:
        path: Its name, as it is to be shown.
        docstring: The whole of it.
        source: Its text, or "" if there is none to be shown.
    """

    path: str = ""
    docstring: str = ""
    source: str = ""


def as_html(picture: Picture, scripts: Mapping[str, ScriptText], title: str = "Revisions") -> str:
    """Return the page; all of it is ASCII, so that no encoding can spoil it.

    The page names its own script and its own styles by their hashes, and forbids everything else,
    so that nothing in a message or a script can be more than text.

    Args:
        picture: What is drawn.
        scripts: By id, what its file has.
        title: Of the page.
    """
    style, script = _file("colours.css", "page.css"), _file("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}';"
        " base-uri 'none'; form-action 'none'"
    )
    filled = {
        "POLICY": escape(policy),
        "TITLE": escape(printable(title)),
        "STYLE": style,
        "DATA": _json(_data(picture, scripts)),
        "SCRIPT": script,
    }
    # In one pass over the frame: what is filled in is not looked through again.
    first, *parts = _file("page.html").split("{{")
    page = first
    for part in parts:
        name, _, rest = part.partition("}}")
        page += filled[name] + rest
    return page.encode("ascii", "xmlcharrefreplace").decode()


def _file(*names: str) -> str:
    here = Path(__file__).parent
    return "".join((here / name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _json(data: Any) -> str:
    """Return JSON that no parser of HTML can take for markup."""
    text = json.dumps(data, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _data(picture: Picture, scripts: Mapping[str, ScriptText]) -> dict[str, Any]:
    width = picture.layout.width
    followers = _sources(picture, is_dependency=False)
    dependents = _sources(picture, is_dependency=True)
    return {
        "row": ROW,
        "lane": LANE,
        "right": max((words_at(row, width) for row in picture.layout.rows), default=LANE),
        "nodes": [
            {
                **_node(node, row, width),
                "followed": followers.get(node.row, ()),
                "needed": dependents.get(node.row, ()),
                **scripts.get(node.info.revision, ScriptText())._asdict(),
            }
            for node, row in picture.pairs()
        ],
        "edges": [
            (*_rows(edge), edge.lane % COLOURS, int(edge.is_dependency), path_of(edge))
            for edge in picture.layout.edges
        ],
    }


def _node(node: Node, row: Row, width: int) -> dict[str, Any]:
    info = node.info
    return {
        "id": printable(info.revision),
        "message": printable(info.message),
        "labels": _shown(info.branch_labels),
        "label": _shown(node.labels),
        "marks": node.marks,
        "applied": node.is_applied,
        "x": x_of(node.lane),
        "colour": node.lane % COLOURS,
        "words": words_at(row, width),
        "follows": _shown(info.down_revisions),
        "needs": _shown(info.depends_on),
    }


def _sources(picture: Picture, *, is_dependency: bool) -> dict[int, list[str]]:
    """Return the newer ends of lines, by the row of the older one."""
    rows = {node.info.revision: node.row for node in picture.nodes}
    found: dict[int, list[str]] = {}
    for edge in picture.layout.edges:
        if edge.is_dependency == is_dependency:
            found.setdefault(rows[edge.target], []).append(printable(edge.source))
    return found


def _rows(edge: Edge) -> tuple[int, int]:
    """Return the first and the last row of a line."""
    return edge.points[0][0], edge.points[-1][0]


def _shown(names: Iterable[str]) -> list[str]:
    return [printable(name) for name in names]
