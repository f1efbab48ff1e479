"""Print the signatures of directives as type checkers read them."""

from __future__ import annotations

from inspect import Parameter, Signature
from typing import Any


class _Source(str):
    """An annotation that is printed as the source that it is, without quotes."""

    __slots__ = ()

    __repr__ = str.__str__


def plain(signature: Signature) -> str:
    """Return *signature* as source: annotations unquoted, defaults that are no literals as ``...``."""
    params = [
        p.replace(annotation=_source(p.annotation), default=_default(p.default))
        for p in signature.parameters.values()
    ]
    return str(signature.replace(parameters=params, return_annotation=_source(signature.return_annotation)))


def _source(annotation: Any) -> Any:
    if annotation is Parameter.empty:
        return annotation
    return _Source(annotation if isinstance(annotation, str) else getattr(annotation, "__name__", annotation))


def _default(default: Any) -> Any:
    if default is Parameter.empty or isinstance(default, str | int | float | None):
        return default
    return _Source("...")
