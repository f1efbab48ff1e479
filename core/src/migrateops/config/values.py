# pathlib is not worth its import on the way to `heads`.
# ruff: noqa: PTH117, PTH118, PTH119
"""Readers: from the value of a key, as TOML or as text, to the value that a setting holds."""

# Annotations are not postponed here: named tuples compile each one that is, at every start.

import os
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

CALLABLE = r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*"
SEPARATORS = {
    "os": re.escape(os.pathsep),
    "space": " ",
    "newline": "\n",
    ":": ":",
    ";": ";",
    "space_or_comma": r"[\s,]+",
}
"""By the word for it, the pattern of what is between the paths of a list."""
_OF_HOOKS = ("name", "type", "options", "cwd", "entrypoint", "executable", "module")
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class Unfit(Exception):
    """A value that a reader refuses; its text is what the value must be."""


class Form(NamedTuple):
    """How the values of one place are written.

    Attributes:
        text: Every value is a string (ini), so that lists and switches are written in it.
        here: The directory that relative paths belong to, or None for the working directory.
        separator: Pattern of what is between the paths of a list that is written as a string.
    """

    text: bool
    here: str | None = None
    separator: str = SEPARATORS["os"]


def string(value: object, form: Form) -> str:
    """Read a string."""
    if isinstance(value, str):
        return value
    raise Unfit("a string")


def name(value: object, form: Form) -> str:
    """Read a string that is not empty."""
    if string(value, form):
        return string(value, form)
    raise Unfit("a name")


def switch(value: object, form: Form) -> bool:
    """Read true or false; as text also yes, no, on, off, 1, 0."""
    if form.text and isinstance(value, str):
        word = value.strip().lower()
        value = True if word in _TRUE else False if word in _FALSE else value
    if isinstance(value, bool):
        return value
    raise Unfit("true or false")


def count(value: object, form: Form) -> int:
    """Read a number that is not negative."""
    if form.text and isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise Unfit("a whole number, and not negative")


def one_of(*choices: str) -> Callable[[object, Form], str]:
    """Return a reader of one of the words *choices*."""

    def read(value: object, form: Form) -> str:
        if isinstance(value, str) and value in choices:
            return value
        raise Unfit(" or ".join(repr(choice) for choice in choices))

    return read


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise Unfit("a string or a list of strings")


def names(value: object, form: Form) -> tuple[str, ...]:
    """Read a list of names; as text they are separated by commas or line ends."""
    if form.text and isinstance(value, str):
        value = [part.strip() for part in re.split(r"[,\n]", value) if part.strip()]
    return _strings(value)


def requirements(value: object, form: Form) -> tuple[str, ...]:
    """Read a list of requirements, which may hold commas; as text there is one in a line."""
    if form.text and isinstance(value, str):
        value = [part.strip() for part in value.splitlines() if part.strip()]
    return _strings(value)


def location(value: object, form: Form) -> str:
    """Read a path, or ``package:directory``, which is left as it is."""
    path = string(value, form)
    if form.here is None or ":" in path or os.path.isabs(path):
        return path
    return os.path.normpath(os.path.join(form.here, path))


def locations(value: object, form: Form) -> tuple[str, ...]:
    """Read a list of paths; as text they are separated as ``path_separator`` says."""
    if form.text and isinstance(value, str):
        value = [part.strip() for part in re.split(form.separator, value) if part.strip()]
    return tuple(location(part, form) for part in _strings(value))


def encoding(value: object, form: Form) -> str:
    """Read the name of a text encoding that Python has."""
    import codecs

    name = string(value, form)
    try:
        codecs.lookup(name)
    except LookupError:
        raise Unfit("the name of a text encoding") from None
    return name


def hooks(value: object, form: Form) -> tuple[Mapping[str, object], ...]:
    """Read the tables of post-write hooks; as text one section: ``hooks = a, b`` and ``a.type = ...``."""
    if form.text and isinstance(value, dict):
        listed = names(value.get("hooks", ""), form)
        tables: object = [{"name": name, **_options_of(name, value)} for name in listed]
    else:
        tables = value
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise Unfit("a list of tables, [[post_write_hooks]]")
    return tuple(_hook(one, form) for one in tables)


def _options_of(name: str, section: Mapping[str, object]) -> dict[str, object]:
    start = f"{name.lower()}."
    return {key.removeprefix(start): value for key, value in section.items() if key.startswith(start)}


def _hook(table: Mapping[str, object], form: Form) -> Mapping[str, object]:
    """Return the options of one hook; types of the project's own may have any."""
    found: dict[str, object] = {}
    for option, value in table.items():
        if option == "ignore_failure":
            found[option] = switch(value, form)
        elif not isinstance(value, str) and option in _OF_HOOKS:
            raise Unfit(f"a list of tables, in which {option!r} is a string")
        elif option == "cwd" or (option == "executable" and os.path.basename(str(value)) != value):
            found[option] = location(value, form)
        else:
            found[option] = value
    return found


def callable_name(value: object, form: Form) -> str:
    """Read ``module:name``."""
    if isinstance(value, str) and re.fullmatch(CALLABLE, value):
        return value
    raise Unfit("a string 'module:name'")


def callable_names(value: object, form: Form) -> tuple[str, ...]:
    """Read one ``module:name`` or a list of them."""
    return tuple(callable_name(part, form) for part in names(value, form))


def switch_or_callable(value: object, form: Form) -> bool | str:
    """Read true, false or ``module:name``."""
    if isinstance(value, str) and re.fullmatch(CALLABLE, value):
        return value
    try:
        return switch(value, form)
    except Unfit:
        raise Unfit("true, false or a string 'module:name'") from None


def url(value: object, form: Form) -> str:
    """Read a url that is a string."""
    if isinstance(value, str):
        return value
    raise Unfit("a string or {call = 'module:name'}")


def table(value: object, form: Form) -> Mapping[str, object]:
    """Read a table."""
    if isinstance(value, dict):
        return value
    raise Unfit("a table")


def words(value: object, form: Form) -> Mapping[str, str]:
    """Read a table of strings."""
    if isinstance(value, dict) and all(isinstance(item, str) for item in value.values()):
        return value
    raise Unfit("a table of strings")
