"""``graph``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from migrateops.cli.completion import revisions as known
from migrateops.cli.fast import encodable
from migrateops.cli.invocation import Invocation
from migrateops.cli.output import console, document_alone, note, on_terminal, say
from migrateops.revisions.expressions import names_current

if TYPE_CHECKING:
    from rich.text import Text

    from migrateops.config import Config
    from migrateops.drawing.picture import Node, Picture
    from migrateops.drawing.text import Line

_LANES = ("blue", "magenta", "green", "yellow", "cyan", "red", "bright_blue", "bright_magenta")
_ROLES = {
    "id": "bold",
    "label": "cyan",
    "current": "bold green",
    "head": "yellow",
    "mark": "dim",
    "note": "dim",
}


@click.command()
@click.option(
    "-r", "--rev-range", metavar="FROM:TO", shell_complete=known, help="Only these, both ends included."
)
@click.option("-i", "--indicate-current", is_flag=True, help="Mark what the database is at, and what it has.")
@click.option("--ascii", "only_ascii", is_flag=True, help="Draw with the characters of ASCII.")
@click.option("--mermaid", is_flag=True, help="Print a Mermaid flowchart.")
@click.option("--svg", is_flag=True, help="Print an SVG image.")
@click.option("--html", is_flag=True, help="Print a page to look around in: one file that needs no network.")
@click.option("--json", "as_json", is_flag=True, help="Print an object with the nodes and the edges.")
@click.option("-o", "--output", metavar="FILE", help="Write it to a file.")
@click.pass_obj
def graph(
    invocation: Invocation,
    rev_range: str | None,
    indicate_current: bool,
    only_ascii: bool,
    mermaid: bool,
    svg: bool,
    html: bool,
    as_json: bool,
    output: str | None,
) -> None:
    """Reads the scripts, and the database only for `current` in a range and for -i. The newest revision is on
    top; what another one follows is below it, and what it depends on is at the end of a dotted line.
    """
    forms = {"--ascii": only_ascii, "--mermaid": mermaid, "--svg": svg, "--html": html, "--json": as_json}
    given = [option for option, is_given in forms.items() if is_given]
    if len(given) > 1:
        raise click.UsageError(f"{given[0]} and {given[1]} exclude each other.")
    from migrateops.commands.graph import graph as command
    from migrateops.commands.graph import write_drawing

    in_range = names_current(rev_range or "")
    with document_alone(output is None):
        rows = _rows(invocation.config, only_known=in_range) if indicate_current else None
        found = command(invocation.config, rev_range, current=rows)
    for error in found.unreadable:
        note(f"note: left out: {error.message()}")
    for row in found.unknown:
        note(f"note: the database is at {row!r}, which no script has")
    form = given[0] if given else None
    if form in (None, "--ascii") and output is None and on_terminal():
        _print(invocation, found.picture, only_ascii)
        return
    text = _text(found.picture, form, "utf-8" if output is not None else _encoding())
    if output is None:
        say(text.rstrip("\n"))
    else:
        write_drawing(output, text)
        if not invocation.quiet:
            say(f"wrote {output}")


def _rows(config: Config, *, only_known: bool) -> tuple[str, ...]:
    from migrateops.commands.current import current

    return tuple(row.revision for row in current(config, only_known=only_known))


def _text(picture: Picture, form: str | None, encoding: str) -> str:
    if form == "--json":
        import json

        return json.dumps(picture.as_dict(), indent=2) + "\n"
    if form == "--mermaid":
        from migrateops.drawing.mermaid import as_mermaid

        return as_mermaid(picture)
    if form == "--svg":
        from migrateops.drawing.svg import as_svg

        return as_svg(picture)
    if form == "--html":
        from migrateops.commands.graph import script_texts
        from migrateops.drawing.page import as_html

        return as_html(picture, script_texts(picture))
    from migrateops.drawing.text import ASCII, as_text, style_for

    return as_text(picture, ASCII if form == "--ascii" else style_for(encoding))


# ---------------------------------------------------------------------------------- on a terminal


def _print(invocation: Invocation, picture: Picture, only_ascii: bool) -> None:
    """Print the drawing in colours, each line cut at the terminal's edge."""
    from migrateops.drawing.text import ASCII, BOXES, lines, style_for

    style = ASCII if only_ascii else style_for(_encoding())
    on = console(invocation)
    for line in lines(picture, style):
        text = _styled(line)
        text.truncate(on.width, overflow="ellipsis" if style is BOXES else "crop")
        on.print(text, soft_wrap=True)


def _styled(line: Line) -> Text:
    from rich.text import Text

    from migrateops.drawing.words import pieces

    text = Text()
    for cell in line.cells:
        lane = None if cell.lane is None else _LANES[cell.lane % len(_LANES)]
        text.append(cell.text, _state(line.node) or lane if cell.is_node else lane)
    if line.node is not None:
        text.append(" " * (line.indent - len(line.cells)))
        for piece in pieces(line.node):
            text.append(encodable(piece.text), _ROLES.get(piece.role))
    return text


def _state(node: Node | None) -> str | None:
    """Return the colour of a revision's sign where the database was asked; else it has that of its lane."""
    if node is None or node.is_applied is None:
        return None
    return "bold green" if node.is_current else "green" if node.is_applied else "yellow"


def _encoding() -> str:
    return sys.stdout.encoding or "utf-8"
