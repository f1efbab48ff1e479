"""The verbs that only read scripts, answered before click is imported.

They are taken here in their simple forms: ``-c``, ``-n``, ``-v``, ``--json``, ``-r`` of
``history`` and the revision of ``show``.  ``parse`` leaves anything else to the full command line.
"""

from __future__ import annotations

import os
import sys

# The cheap spelling of typing.TYPE_CHECKING, which type checkers know too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from migrateops.commands.read import Listing, RevisionInfo
    from migrateops.config import Config

VERBS = ("heads", "history", "show")
_WITH_VALUE = {"-c": "file", "--config": "file", "-n": "name", "--name": "name"}
_RANGE = {"-r": "range", "--rev-range": "range"}
_FLAGS = {"-v": "verbose", "--verbose": "verbose", "--json": "json"}


class Request:
    """What was asked for on the command line."""

    def __init__(self) -> None:
        self.verb = ""
        self.values: dict[str, str] = {}
        self.flags: set[str] = set()


def parse(arguments: Sequence[str]) -> Request | None:
    """Return what is asked for, or None where the full command line must answer.

    ``current`` stands for what the database has, so it is not for us.
    """
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
            request.values[field] = given
        elif argument in _FLAGS and request.verb:
            request.flags.add(_FLAGS[argument])
        elif not request.verb and argument in VERBS:
            request.verb = argument
        elif request.verb == "show" and "revision" not in request.values and argument[:1] not in ("", "-"):
            request.values["revision"] = argument
        else:
            return None
    if not request.verb or (request.verb == "show" and "revision" not in request.values):
        return None
    if any("current" in request.values.get(field, "") for field in ("range", "revision")):
        return None
    return request


def answer(request: Request) -> int:
    """Do what is asked for, print it or the error, and return the exit status."""
    try:
        _run(request)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        abandon_stdout()
    except Exception as error:
        from migrateops.cli.failure import failed

        return failed(error)
    return 0


def abandon_stdout() -> None:
    """Write nothing more: the reader (`history | head`) has what it wants, and exiting flushes."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(request: Request) -> None:
    from migrateops.commands import read
    from migrateops.config import Config

    config = Config.find(file=request.values.get("file"), name=request.values.get("name"))
    print_ignored_files(config)
    if request.verb == "heads":
        found = read.heads(config)
    elif request.verb == "history":
        found = read.history(config, request.values.get("range"))
    else:
        found = read.show(config, request.values["revision"])
    print_listing(request.verb, found, verbose="verbose" in request.flags, as_json="json" in request.flags)


def print_ignored_files(config: Config) -> None:
    """Say on stderr which configuration files are present but not read."""
    for file in config.ignored_files:
        used = config.toml_file_name or config.config_file_name
        print(f"note: {used!r} is used; the configuration in {file!r} is not read", file=sys.stderr)


def print_listing(
    verb: str, listing: Listing, *, verbose: bool, as_json: bool, current: Collection[str] | None = None
) -> None:
    """Print revisions to stdout as ``heads``, ``history`` or ``show`` do, and to stderr what is left out.

    Args:
        verb: Which of them.
        listing: The revisions.
        verbose: Several lines for each.
        as_json: A list of objects.
        current: What the database is at, to be marked; None if that is not asked for.
    """
    for error in listing.unreadable:
        print(f"note: left out: {error.message()}", file=sys.stderr)
    found = listing.revisions
    if as_json:
        import json

        listed = [info.as_dict() for info in found]
        if current is not None:
            listed = [{**one, "is_current": one["revision"] in current} for one in listed]
        text = json.dumps(listed, indent=2) + "\n"
    elif verbose or verb == "show":
        text = "\n".join(_entry(info, current) for info in found)
    elif verb == "history":
        lines = (
            f"{', '.join(info.down_revisions) or '<base>'} -> {_line(info, current)}\n" for info in found
        )
        text = "".join(lines)
    else:
        text = "".join(f"{_line(info, current)}\n" for info in found)
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    sys.stdout.flush()


def _title(info: RevisionInfo, current: Collection[str] | None) -> str:
    words = [info.revision]
    if info.branch_labels:
        words.append(f"({', '.join(info.branch_labels)})")
    marks = {
        "(current)": current is not None and info.revision in current,
        "(head)": info.is_head,
        "(branchpoint)": info.is_branch_point,
        "(mergepoint)": info.is_merge,
    }
    return " ".join([*words, *(mark for mark, is_so in marks.items() if is_so)])


def _line(info: RevisionInfo, current: Collection[str] | None) -> str:
    title = _title(info, current)
    return f"{title}, {info.message}" if info.message else title


def _entry(info: RevisionInfo, current: Collection[str] | None) -> str:
    """Return several lines on one revision, the last one ended."""
    lines = [f"Revision: {_title(info, current)}", f"Follows: {', '.join(info.down_revisions) or '<base>'}"]
    if info.depends_on:
        lines.append(f"Depends on: {', '.join(info.depends_on)}")
    if info.path is not None:
        lines.append(f"File: {info.path}")
    if info.message:
        lines += ["", f"    {info.message}"]
    return "".join(f"{line}\n" for line in lines)
