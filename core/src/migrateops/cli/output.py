"""What commands print: lines and JSON for pipes, tables and a moving line for terminals."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, redirect_stdout
from typing import TYPE_CHECKING, Any

from migrateops.cli.fast import encodable, nothing_to_do, put

if TYPE_CHECKING:
    from rich.console import Console

    from migrateops.cli.invocation import Invocation
    from migrateops.commands.report import RunReport
    from migrateops.commands.running import Progress
    from migrateops.runtime.step import RevisionStep


def say(text: str) -> None:
    """Print a line on stdout; what its encoding does not have is written as an escape.

    Where nobody reads it any more (``upgrade | head -1``), the command goes on and says nothing more.
    """
    put(text, sys.stdout, result=True)


def tell(text: str) -> None:
    """Print a line on stdout that tells of a run, which goes on where it cannot be written."""
    put(text, sys.stdout)


def note(text: str) -> None:
    """Print a line on stderr."""
    put(text, sys.stderr)


def say_json(found: Any) -> None:
    """Print a value as JSON."""
    import json

    from migrateops.cli.document import plain

    print(json.dumps(plain(found), indent=2), flush=True)


def document_alone(wanted: bool) -> AbstractContextManager[object]:
    """Have what ``env.py`` and scripts print on stderr in this block, if stdout is for a document or SQL."""
    return redirect_stdout(sys.stderr) if wanted else nullcontext()


def refuse_sql_and_json(sql: bool, as_json: bool) -> None:
    """Refuse both options at once: stdout has the one or the other.

    Raises:
        click.UsageError: Both are given.
    """
    if sql and as_json:
        import click

        raise click.UsageError("--sql and --json exclude each other: stdout has the one or the other.")


def shown(path: str) -> str:
    """Return a path as a person would write it: relative, if it is below the working directory."""
    from pathlib import Path

    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path


def on_terminal() -> bool:
    """Say whether a person looks at what is printed."""
    return sys.stdout.isatty()


def asking() -> bool:
    """Say whether there is a person who can answer."""
    return on_terminal() and sys.stdin is not None and sys.stdin.isatty()


def console(invocation: Invocation) -> Console:
    """Return rich's console; only for a terminal."""
    from rich.console import Console

    return Console(no_color=True if not invocation.color else None, highlight=False, markup=False)


def table(invocation: Invocation, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under heads: drawn on a terminal, aligned columns in a pipe."""
    if on_terminal():
        from rich.table import Table
        from rich.text import Text

        drawn = Table(*heads, box=None, pad_edge=False)
        for row in rows:
            drawn.add_row(*(Text(encodable(cell)) for cell in row))
        console(invocation).print(drawn)
        return
    everything = [heads, *rows]
    widths = [max(len(row[column]) for row in everything) for column in range(len(heads))]
    for row in everything:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@contextmanager
def progress(invocation: Invocation, *, sql: bool = False) -> Iterator[Progress | None]:
    """Yield what a run tells its steps, in this block: a line for each, a moving one on a terminal.

    Args:
        sql: The run writes SQL on stdout, where nothing else may be.
    """
    if sql or invocation.quiet:
        yield None
    elif not on_terminal():
        yield _Lines(_Headings(invocation))
    else:
        with _moving(console(invocation), _Headings(invocation)) as moving:
            yield moving


_WAITING = "waiting for another run to end"


class _Headings:
    """The line above the first step on each database, where there are several."""

    def __init__(self, invocation: Invocation) -> None:
        # One that env.py alone knows of is named from the second on.
        self._at = None if len(invocation.config.settings.databases) < 2 else ""

    def before(self, database: str | None) -> str | None:
        """Return the line to print before a step, or None."""
        changed = self._at is not None and database != self._at
        self._at = database
        return f"database {database}" if changed else None


class _Lines:
    """A line for each step, when it begins, and one more if it fails."""

    def __init__(self, headings: _Headings) -> None:
        self._headings = headings

    def __call__(self, step: RevisionStep, index: int, total: int) -> None:
        heading = self._headings.before(step.database)
        if heading is not None:
            tell(heading)
        tell(_described(step))

    def failed(self, step: RevisionStep) -> None:
        """Say that the step that was begun last did not succeed."""
        tell(f"failed: {_described(step)}")

    def waiting(self) -> None:
        """Say that another run holds the lock."""
        tell(_WAITING)


@contextmanager
def _moving(on: Console, headings: _Headings) -> Iterator[Progress]:
    from rich.markup import escape

    # Asked before rich puts something in front of stdout that has none.
    encoding = sys.stdout.encoding
    # A spinner of letters: the terminal's encoding may have no others.
    with on.status("", spinner="line") as status:
        moving = _Moving(on, lambda text: status.update(escape(text)), encoding, headings)
        yield moving
        # Not reached by an error: a step is printed as done only if it is.
        moving.end()


class _Moving:
    """The step that is taken, and how far a long copy in it has come."""

    def __init__(
        self, on: Console, update: Callable[[str], None], encoding: str, headings: _Headings
    ) -> None:
        self._on = on
        self._headings = headings
        self._update = update
        self._encoding = encoding
        self._running = ""
        self._head = ""
        self._since: tuple[str, float] = ("", 0.0)

    def __call__(self, step: RevisionStep, index: int, total: int) -> None:
        self.end()
        heading = self._headings.before(step.database)
        if heading is not None:
            self._on.print(encodable(heading, self._encoding))
        self._running = encodable(_described(step), self._encoding)
        self._head = f"{index + 1} of {total}: {self._running}"
        self._update(self._head)

    def waiting(self) -> None:
        """Say that another run holds the lock."""
        self._on.print(_WAITING)

    def rows(self, table: str, done: int, total: int) -> None:
        """Show how many rows of a table are copied, and how long the rest will take."""
        now = time.monotonic()
        if not done or self._since[0] != table:
            self._since = (table, now)
        text = f"{table}: {done:,} of {total:,} rows"
        if 0 < done < total:
            left = (now - self._since[1]) * (total - done) / done
            text += f", {left:.0f} s left"
        self._update(f"{self._head}; {text}")

    def end(self) -> None:
        """Print the step as one that is done."""
        if self._running:
            self._on.print(self._running)
            self._running = ""


def _described(step: RevisionStep) -> str:
    message = step.revision.doc if step.revision is not None else ""
    return _line(step.direction, step.step.source, step.step.destination, message)


def _line(direction: str, source: Sequence[str], destination: Sequence[str], message: str) -> str:
    """Return a step in a line, as ``history`` shows revisions."""
    places = f"{', '.join(source) or '<base>'} -> {', '.join(destination) or '<base>'}"
    return f"{direction} {places}, {message}" if message else f"{direction} {places}"


def _say_nothing_to_do(done: RunReport) -> None:
    if len(done.databases) > 1:
        for one in done.databases:
            tell(nothing_to_do(one.heads, str(one.database)))
    else:
        tell(nothing_to_do(done.heads))


def report(invocation: Invocation, done: RunReport, *, sql: bool = False, steps: bool = False) -> int:
    """Print what a run has to say when it is over, and return the exit status.

    Args:
        invocation: The options of the program.
        done: What the run reports.
        sql: It wrote SQL on stdout, where nothing else may be.
        steps: Nothing has told of the steps yet.
    """
    if not invocation.quiet:
        headings = _Headings(invocation)
        for step in done.steps if steps and not sql else ():
            heading = headings.before(step.database)
            if heading is not None:
                tell(heading)
            tell(_line(step.direction, step.source, step.destination, step.message))
        if not done.steps and sql:
            note("note: nothing to do: the SQL is empty")
        elif not done.steps:
            _say_nothing_to_do(done)
        for text in done.notes:
            note(f"note: {text}")
        for error in done.left_out:
            note(f"note: left out: {error.message()}")
    for error in done.hook_errors:
        note(error.report())
    return 3 if done.hook_errors else 0
