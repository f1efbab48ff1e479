"""The history as a Mermaid flowchart, oldest revision at the bottom.

Mermaid's own ``gitGraph`` has neither several bases nor dependencies, and merges two at most.
"""

from __future__ import annotations

from collections.abc import Iterator

from migrateops.drawing.picture import Node, Picture
from migrateops.drawing.words import printable


def as_mermaid(picture: Picture) -> str:
    """Return the source of a diagram; arrows show the order in which revisions are applied."""
    return "\n".join((*_lines(picture), ""))


def _lines(picture: Picture) -> Iterator[str]:
    yield "flowchart BT"
    # An id may have characters and words that mean something to Mermaid; a number has not.
    names = {node.info.revision: f"r{node.row}" for node in picture.nodes}
    for node in picture.nodes:
        yield f'    {names[node.info.revision]}["{_label(node)}"]'
    for edge in picture.layout.edges:
        arrow = "-.->" if edge.is_dependency else "-->"
        yield f"    {names[edge.target]} {arrow} {names[edge.source]}"
    for kind, style in _STYLES.items():
        found = [names[node.info.revision] for node in picture.nodes if _is(node, kind)]
        if found:
            yield f"    classDef {kind} {style}"
            yield f"    class {','.join(found)} {kind}"


_STYLES = {"pending": "stroke-dasharray: 4 3", "current": "stroke-width: 4px"}


def _is(node: Node, kind: str) -> bool:
    return node.is_applied is False if kind == "pending" else bool(node.is_current)


def _label(node: Node) -> str:
    first = _escaped(node.info.revision)
    if node.labels:
        first += f" ({_escaped(', '.join(node.labels))})"
    first += "".join(f" ({mark})" for mark in node.marks)
    return f"{first}<br/>{_escaped(node.info.message)}" if node.info.message else first


def _escaped(text: str) -> str:
    """Return a text with all that may mean something in Mermaid, Markdown or HTML as its number."""
    return "".join(one if one.isalnum() or one in " ,()" else f"#{ord(one)};" for one in printable(text))
