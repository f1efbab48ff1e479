"""``${VARIABLE}`` in the values of a configuration file."""

from __future__ import annotations

import os
import re

from migrateops import errors

_VARIABLE = r"\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}"


def expand(text: str, *, key: str, file: str | None) -> str:
    """Return *text* with environment variables in place of ``${NAME}``; ``$${`` stands for ``${``.

    What comes out of a variable is not expanded again.

    Raises:
        MissingVariable: A variable is not set.
    """
    if "${" not in text:
        return text

    def value_of(found: re.Match[str]) -> str:
        name = found.group(1)
        if name is None:
            return "${"
        try:
            return os.environ[name]
        except KeyError:
            raise errors.config.MissingVariable(name, key, file) from None

    return re.sub(_VARIABLE, value_of, text)


def expand_all(value: object, *, key: str, file: str | None) -> object:
    """Return *value* with every string in it expanded; lists and tables are copied."""
    if isinstance(value, str):
        return expand(value, key=key, file=file)
    if isinstance(value, list):
        return [expand_all(item, key=key, file=file) for item in value]
    if isinstance(value, dict):
        return {name: expand_all(item, key=f"{key}.{name}", file=file) for name, item in value.items()}
    return value


def literal(text: str) -> str:
    """Return *text* written so that ``expand`` gives it back unchanged."""
    return text.replace("${", "$${")
