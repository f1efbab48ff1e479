"""What a context is bound to: SQLAlchemy's dialect, its pack, and the models' naming convention."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.dialects import ANSI, Dialect, embedded
from migrateops.plugins.manager import Plugins

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect


def pack_for(name: str, plugins: Plugins, generic: Iterable[str] = ()) -> Dialect:
    """Return the pack of a dialect: an installed one, the embedded one, or the ANSI default.

    Args:
        name: SQLAlchemy's name of the dialect.
        generic: Dialects that may do with the ANSI default.

    Raises:
        UnknownDialect: There is none, and *generic* does not list the name.
        PackTooNew: It was written for a later contract.
    """
    found: Any = embedded(name) or plugins.dialect_pack(name)
    if found is not None:
        if found.contract[0] > Dialect.contract[0]:
            raise errors.runtime.PackTooNew(
                f"{found.__module__}.{found.__qualname__}", name, found.contract, Dialect.contract
            )
        made: Dialect = found()
        return made
    if name in generic or name == "default":
        return ANSI()
    raise plugins.unknown_dialect(name)


def dialect_of(url: URL) -> Callable[..., SQLAlchemyDialect]:
    """Return what makes SQLAlchemy's dialect object of a url.

    Raises:
        MissingDriver: There is none, or its driver is not installed.
    """
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    try:
        found: Callable[..., SQLAlchemyDialect] = url.get_dialect()
    except (NoSuchModuleError, ArgumentError, ImportError) as exc:
        from migrateops.runtime.wrong_url import unusable

        raise unusable(url, exc) from exc
    return found


def writing_dialect(dialect: SQLAlchemyDialect, opts: Mapping[str, Any]) -> SQLAlchemyDialect:
    """Return the dialect that writes SQL for people: ``:name``, and no percent sign doubled."""
    if "paramstyle" in opts.get("dialect_opts", {}) or dialect.paramstyle == "named":
        return dialect
    make: Any = type(dialect)
    made: SQLAlchemyDialect = make(paramstyle="named", **opts.get("dialect_opts", {}))
    return made


def naming_convention(metadata: Any) -> Mapping[str, Any] | None:
    """Return the naming convention of the models; that of the first of several that has one."""
    from sqlalchemy import MetaData

    default = MetaData().naming_convention
    listed = metadata if isinstance(metadata, list | tuple) else [metadata]
    for one in listed:
        convention: Mapping[str, Any] | None = getattr(one, "naming_convention", None)
        if convention and convention != default:
            return convention
    return None
