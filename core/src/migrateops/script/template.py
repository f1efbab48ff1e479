"""Rendering ``script.py.mako``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from migrateops import errors

_IMPORT = re.compile(r"(?P<how>import|from) +(?P<module>[\w.]+)")
# What would end a docstring.
_QUOTES = re.compile(r'"{3,}|"+\Z')


def render(path: str, variables: Mapping[str, Any]) -> str:
    """Return a Mako template filled in, with exactly one line end at its end.

    Args:
        path: The template.
        variables: By name.

    Raises:
        TemplateMissing: There is no such file.
        TemplateFailed: Mako or code in the template raised an exception, which is chained.
    """
    if not Path(path).is_file():
        raise errors.scripts.TemplateMissing(path)
    from mako.exceptions import RichTraceback
    from mako.template import Template

    try:
        text = str(Template(filename=path, strict_undefined=False).render_unicode(**variables))
    except Exception as error:
        line = getattr(error, "lineno", None)
        if line is None:
            records = RichTraceback(error).records
            line = next((record[5] for record in reversed(records) if record[4] == path), None)
        raise errors.scripts.TemplateFailed(path, line, type(error).__name__, str(error)) from error
    return text.replace("\r\n", "\n").rstrip() + "\n"


def comma(value: str | Iterable[str] | None) -> str:
    """Return ids for a sentence: ``a, b``; the filter ``comma`` of templates."""
    if value is None:
        return ""
    return value if isinstance(value, str) else ", ".join(value)


def import_lines(given: str, *more: str) -> str:
    """Return import lines in two sorted groups: those of the standard library, and others.

    Args:
        given: Lines; what is no import comes last, as it is.
        more: Further ones.
    """
    found = [(line, _IMPORT.match(line)) for line in dict.fromkeys((*given.splitlines(), *more))]
    groups: tuple[list[tuple[bool, str, str]], ...] = ([], [])
    for line, of in found:
        if of is not None:
            is_other = of["module"].partition(".")[0] not in sys.stdlib_module_names
            groups[is_other].append((of["how"] == "from", of["module"].lower(), line))
    blocks = ["\n".join(line for *_, line in sorted(group)) for group in groups if group]
    rest = [line for line, of in found if of is None]
    return "\n".join(["\n\n".join(blocks), *rest])


def for_docstring(message: str) -> str:
    """Return *message* so that it means the same within triple quotes, also directly before the last ones."""
    return _QUOTES.sub(lambda quotes: '\\"' * len(quotes[0]), message.replace("\\", "\\\\"))
