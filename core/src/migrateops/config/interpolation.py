"""``%(name)s`` in the values of an ini file, and in what a program sets."""

from __future__ import annotations

import re
from collections.abc import Mapping

from migrateops import errors

_NAME = re.compile(r"%%|%\(([^)]+)\)s")


def interpolate(
    text: str,
    names: Mapping[str, object],
    fixed: Mapping[str, str],
    *,
    file: str | None,
    section: str,
    key: str,
) -> str:
    """Return *text* with ``%(name)s`` replaced and ``%%`` as one; any other ``%`` is kept.

    Args:
        names: Other values of the section, in which names are replaced too.
        fixed: Values that are taken as they are, such as ``here``; they come after *names*.

    Raises:
        InterpolationFailed: A name is not defined, or leads back to itself.
    """

    def replaced(value: str, within: frozenset[str]) -> str:
        def value_of(found: re.Match[str]) -> str:
            name = found.group(1)
            if name is None:
                return "%"
            name = name.lower()
            if name in within:
                raise errors.config.InterpolationFailed(file, section, key, name, circular=True)
            inner = names.get(name)
            if isinstance(inner, str):
                return replaced(inner, within | {name})
            if name in fixed:
                return fixed[name]
            raise errors.config.InterpolationFailed(file, section, key, name)

        return _NAME.sub(value_of, value) if "%" in value else value

    return replaced(text, frozenset((key,)))
