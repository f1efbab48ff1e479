"""What is answered without click: reading scripts, and an upgrade.

The verbs are taken here in their simple forms: ``-c``, ``-n``, ``--url``, ``-v``, ``--json``, ``-r`` of
``history``, the revision of ``show`` and ``upgrade``.  ``parse`` leaves anything else to the
full command line; so does ``answer`` for ``current`` where the database has to be entered.
"""

from __future__ import annotations

import os
import sys

# The cheap spelling of typing.TYPE_CHECKING, which type checkers know too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import TextIO

    from migrateops.commands.current import CurrentRevision
    from migrateops.commands.read import Listing, RevisionInfo
    from migrateops.config import Config

COMPLETING = "_MIGRATEOPS_COMPLETE"
"""The variable by which a shell asks for what may come next."""

READING = ("heads", "history", "show")
_VERBS = (*READING, "current", "upgrade")
_WITH_VALUE = {"-c": "file", "--config": "file", "-n": "name", "--name": "name", "--url": "url"}
_RANGE = {"-r": "range", "--rev-range": "range"}
_FLAGS = {"-v": "verbose", "--verbose": "verbose", "--json": "json"}


class Request:
    """What was asked for on the command line."""

    def __init__(self) -> None:
        self.verb = ""
        self.values: dict[str, str] = {}
        self.flags: set[str] = set()


def parse(arguments: Sequence[str]) -> Request | None:
    """Return what is asked for, or None where the full command line must answer."""
    if COMPLETING in os.environ:
        return None
    request = Request()
    remaining = iter(arguments)
    for argument in remaining:
        option, equals, value = argument.partition("=")
        field = _WITH_VALUE.get(option)
        if field is None and request.verb == "history":
            field = _RANGE.get(option)
        if field is not None and (argument == option or argument.startswith("--")):
            given = value if equals else next(remaining, None)
            # A range may begin with a minus sign ("-3:"); the name of a file or section does not.
            if given is None or field in request.values or (given.startswith("-") and field != "range"):
                return None
            # Behind it, `current` has a -c of its own.
            if option == "-c" and request.verb == "current":
                return None
            request.values[field] = given
        elif argument in _FLAGS and request.verb in READING:
            request.flags.add(_FLAGS[argument])
        elif not request.verb and argument in _VERBS:
            request.verb = argument
        elif (
            request.verb in ("show", "upgrade")
            and "revision" not in request.values
            and argument[:1] not in ("", "-")
        ):
            request.values["revision"] = argument
        else:
            return None
    return request if _is_ours(request) else None


def _is_ours(request: Request) -> bool:
    revision = request.values.get("revision")
    if request.verb == "upgrade":
        return True
    if not request.verb or (request.verb == "show" and revision is None):
        return False
    # There, it stands for what the database has.
    return not any("current" in request.values.get(field, "") for field in ("range", "revision"))


def answer(request: Request, *, alone: bool) -> int | Callable[[], int] | None:
    """Do what is asked for, print it or the error, and return the exit status.

    Args:
        request: What is asked for.
        alone: The process ends with it.

    Returns:
        What runs an upgrade, where there may be something to do; None where the full command line must
        answer. Then nothing is printed.
    """
    try:
        if request.verb == "upgrade":
            return _upgrade(request, alone)
        if request.verb == "current":
            return _current(request)
        _read(request)
    except KeyboardInterrupt as error:
        from migrateops.cli.failure import interrupted

        return interrupted(error)
    except BrokenPipeError:
        abandon(sys.stdout)
    except Exception as error:
        if request.verb not in READING:
            return None
        from migrateops.cli.failure import failed

        return failed(error, as_json="json" in request.flags)
    return 0


def abandon(stream: TextIO) -> None:
    """Write nothing more: the reader (`history | head`) has what it wants, and exiting flushes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _config(request: Request) -> Config:
    from migrateops.config import Config

    values = request.values
    return Config.find(file=values.get("file"), name=values.get("name"), url=values.get("url"))


def _read(request: Request) -> None:
    from migrateops.commands import read

    config = _config(request)
    print_ignored_files(config)
    if request.verb == "heads":
        found = read.heads(config)
    elif request.verb == "history":
        found = read.history(config, request.values.get("range"))
    else:
        found = read.show(config, request.values["revision"])
    flags = request.flags
    print_listing(config, request.verb, found, verbose="verbose" in flags, as_json="json" in flags)


def _current(request: Request) -> int | None:
    """Answer ``current`` from the version rows alone."""
    from migrateops.commands import probe

    config = _config(request)
    rows = probe.current(config)
    if rows is None:
        return None
    print_ignored_files(config)
    for row in rows:
        write(encodable(f"{current_line(row)}\n"))
    return 0


def _upgrade(request: Request, alone: bool) -> int | Callable[[], int]:
    """Answer ``upgrade`` from the version rows alone if there is nothing to do, else return what runs it."""
    from migrateops.cli.invocation import Invocation
    from migrateops.commands import probe
    from migrateops.script.directory import ScriptDirectory

    values = request.values
    revision = values.get("revision", "head")
    invocation = Invocation(alone=alone, words=("upgrade", revision))
    invocation.file, invocation.name, invocation.url = (values.get(name) for name in ("file", "name", "url"))
    script = heads = None
    try:
        script = ScriptDirectory.from_config(invocation.config)
        heads = probe.at_heads(invocation.config, script, revision)
    except Exception:
        # The run meets it as well, and says so.
        pass
    if heads is not None:
        write(encodable(f"{nothing_to_do(heads)}\n"))
        return 0

    def go_on() -> int:
        from migrateops.cli.running import upgrade

        return upgrade(invocation, revision, script)

    return go_on


def print_ignored_files(config: Config) -> None:
    """Say on stderr which configuration files are present but not read."""
    for file in config.ignored_files:
        used = config.toml_file_name or config.config_file_name
        put(f"note: {used!r} is used; the configuration in {file!r} is not read", sys.stderr)


def print_listing(
    config: Config,
    verb: str,
    listing: Listing,
    *,
    verbose: bool,
    as_json: bool,
    current: Collection[str] | None = None,
) -> None:
    """Print revisions to stdout as ``heads``, ``history`` or ``show`` do, and to stderr what is left out.

    Args:
        config: The configuration; a project of another shape has its own form.
        verb: Which of them.
        listing: The revisions.
        verbose: Several lines for each.
        as_json: A list of objects.
        current: What the database is at, to be marked; None if that is not asked for.
    """
    for error in listing.unreadable:
        put(f"note: left out: {error.message()}", sys.stderr)
    found = listing.revisions
    if as_json:
        import json

        listed = [info.as_dict() for info in found]
        if current is not None:
            listed = [{**one, "is_current": one["revision"] in current} for one in listed]
        text = json.dumps(listed, indent=2) + "\n"
    elif config.shape is not None:
        text = config.shape.printed(verb, config, found, verbose=verbose, current=current)
    elif verbose or verb == "show":
        text = "\n".join(revision_entry(info, current) for info in found)
    elif verb == "history":
        text = "".join(f"{_behind(info)} -> {revision_line(info, current)}\n" for info in found)
    else:
        text = "".join(f"{revision_line(info, current)}\n" for info in found)
    # A document has escapes of its own.
    write(text if as_json else encodable(text))


# What a terminal would obey; a message comes from whoever wrote the script.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def encodable(text: str, encoding: str | None = None) -> str:
    """Return *text* with escapes for control characters, and for what stdout's encoding does not have."""
    found = encoding or sys.stdout.encoding or "utf-8"
    # Translating takes long where there is more than ASCII.
    if not text.replace("\n", "").isprintable():
        text = text.translate(_CONTROL)
    return text.encode(found, "backslashreplace").decode(found)


def put(text: str, stream: TextIO, *, result: bool = False) -> None:
    """Write a line to a stream; where nobody reads it any more, the command goes on without it.

    So it does where a disk is full: a run that stopped between two steps would be worse than a lost line.

    Args:
        text: The line.
        stream: Where to.
        result: It is what the command was asked for, and that it cannot be written is an error.

    Raises:
        OSError: A result cannot be written, to somebody who would read it.
    """
    try:
        print(encodable(text, stream.encoding), file=stream, flush=True)
    except BrokenPipeError:
        abandon(stream)
    except OSError as error:
        if result:
            raise
        abandon(stream)
        if stream is sys.stdout:
            put(f"note: stdout cannot be written ({error.strerror}); the run goes on without", sys.stderr)


def write(text: str) -> None:
    """Write to stdout at once."""
    sys.stdout.write(text)
    sys.stdout.flush()


def _behind(info: RevisionInfo) -> str:
    follows = ", ".join(info.down_revisions) or "<base>"
    return f"{follows} ({', '.join(info.depends_on)})" if info.depends_on else follows


def _title(info: RevisionInfo, current: Collection[str] | None) -> str:
    words = [info.revision]
    if info.branch_labels:
        words.append(f"({', '.join(info.branch_labels)})")
    if current is not None and info.revision in current:
        words.append("(current)")
    if info.is_head:
        words.append("(head)")
    if info.is_branch_point:
        words.append("(branchpoint)")
    if info.is_merge:
        words.append("(mergepoint)")
    return " ".join(words)


def revision_line(info: RevisionInfo, current: Collection[str] | None = None) -> str:
    """Return a revision in one line: its id, its labels, what it is, and its message."""
    title = _title(info, current)
    return f"{title}, {info.message}" if info.message else title


def current_line(row: RevisionInfo | CurrentRevision) -> str:
    """Return a row of the version table in one line."""
    words = [row.revision or "<base>"]
    if row.branch_labels:
        words.append(f"({', '.join(row.branch_labels)})")
    if row.is_head:
        words.append("(head)")
    if not getattr(row, "known", True):
        words.append("(no script)")
    return " ".join(words) + (f", {row.message}" if row.message else "")


def nothing_to_do(heads: Collection[str], database: str = "the database") -> str:
    """Return what a run says that has taken no step.

    Args:
        heads: What the database is at.
        database: Which one that is.
    """
    return f"nothing to do: {database} is at {', '.join(heads) or '<base>'}"


def revision_entry(info: RevisionInfo, current: Collection[str] | None = None) -> str:
    """Return several lines on one revision, the last one ended."""
    lines = [f"Revision: {_title(info, current)}", f"Follows: {', '.join(info.down_revisions) or '<base>'}"]
    if info.depends_on:
        lines.append(f"Depends on: {', '.join(info.depends_on)}")
    if info.path is not None:
        lines.append(f"File: {info.path}")
    if info.message:
        lines += ["", f"    {info.message}"]
    return "".join(f"{line}\n" for line in lines)
