"""What is wrong with a database url that SQLAlchemy does not take, and what is to be done."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from importlib.metadata import PackageNotFoundError, metadata
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.errors.base import closest
from migrateops.errors.mask import masked_query
from migrateops.plugins.known import KNOWN_DIALECTS

if TYPE_CHECKING:
    from sqlalchemy import URL

_FORM = (
    "write it as dialect+driver://user:password@host:port/database; in names and passwords, signs such as @ "
    "and / are written %40 and %2F"
)
_OWN = "sqlalchemy.dialects"


def no_url(what: str) -> errors.runtime.MissingDriver:
    """Return the error about a text that is no url; it does not repeat it, as it may hold a password.

    Args:
        what: What the text is called.
    """
    return errors.runtime.MissingDriver(what, "it is not a database url", _FORM)


def unusable(url: URL, error: Exception) -> errors.runtime.MissingDriver:
    """Return the error about a url of which SQLAlchemy makes no engine.

    Args:
        url: The url.
        error: What SQLAlchemy raised.
    """
    from sqlalchemy.exc import NoSuchModuleError

    problem, *more = str(error).splitlines() or [type(error).__name__]
    text = masked_query(url.render_as_string(hide_password=True))
    if isinstance(error, NoSuchModuleError):
        return errors.runtime.MissingDriver(text, *_unknown(*_parts(url)))
    if isinstance(error, ImportError):
        return errors.runtime.MissingDriver(text, problem, _not_installed(_parts(url)[0]))
    said = " ".join(" ".join(more).split())
    return errors.runtime.MissingDriver(
        text, problem, f"correct the url. {said}" if said else "correct the url"
    )


def _parts(url: URL) -> tuple[str, str]:
    dialect, _, driver = url.drivername.partition("+")
    return dialect, driver


def _unknown(dialect: str, driver: str) -> tuple[str, str]:
    """Return what SQLAlchemy does not know, and what is to be done."""
    own = {module.name for module in pkgutil.iter_modules(import_module(_OWN).__path__) if module.ispkg}
    known = own | KNOWN_DIALECTS.keys()
    if driver and dialect in own:
        return (
            f"SQLAlchemy knows no driver {driver!r} for {dialect}",
            f"correct the driver, or leave '+{driver}' out for the usual one",
        )
    meant = closest(dialect, known)
    advice = f"install the distribution that has the dialect {dialect!r}, or correct the url"
    if dialect in KNOWN_DIALECTS:
        advice = f"install a driver: {_install(dialect)}"
    elif meant is not None:
        advice = f"perhaps {meant}:// is meant"
    return f"SQLAlchemy knows no dialect {dialect!r}", advice


def _not_installed(dialect: str) -> str:
    there = _installed(dialect)
    if there is not None:
        return f"install it, or name the driver that is installed: {dialect}+{there}://"
    return f"install a driver, and name it in the url: {_install(dialect)}"


def _installed(dialect: str) -> str | None:
    """Return the first driver of a dialect that can be imported, and needs no event loop."""
    from sqlalchemy.dialects import registry

    try:
        places = import_module(f"{_OWN}.{dialect}").__path__
    except ModuleNotFoundError:
        return None
    for module in pkgutil.iter_modules(places):
        try:
            found: Any = registry.load(f"{dialect}.{module.name}")
            if found.driver == module.name and not found.is_async:
                found.import_dbapi()
                return module.name
        except Exception:
            continue
    return None


def _install(dialect: str) -> str:
    """Return how a driver is had: by the extra of ours of the dialect or of the pack that serves it."""
    extra = KNOWN_DIALECTS.get(dialect, dialect).rpartition("-")[2]
    try:
        extras = metadata("migrateops").get_all("Provides-Extra") or ()
    except PackageNotFoundError:
        extras = ()
    return f'pip install "migrateops[{extra}]"' if extra in extras else "see SQLAlchemy's page of the dialect"
