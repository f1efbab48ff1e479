"""What each dialect can say about a sequence, and in which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_COMMON = frozenset({"increment", "minvalue", "maxvalue", "nominvalue", "nomaxvalue", "cycle", "cache"})

Version = tuple[int, ...]


@dataclass(frozen=True)
class Grammar:
    """The sequences of one dialect.

    Attributes:
        create: What CREATE SEQUENCE takes: options, and ``if_not_exists``.
        alter: What ALTER SEQUENCE takes: options, ``restart``, ``if_exists``.
        drop: What DROP SEQUENCE takes.
        since: The server version from which on something is there; it is refused below, and where
            the version is not known.
        no_minvalue: How no smallest value is said.
        no_maxvalue: How no greatest value is said.
        no_cycle: How it is said that it does not begin again.
        no_cache: How it is said that no values are fetched in advance.
        least_cache: The smallest number after CACHE; what is less is no cache.
        rename: Whether a sequence can be renamed.
        rename_if_exists: Whether a sequence can be renamed if it is there.
        rename_in_schema: Whether a sequence of a named schema can be renamed.
        restart_with: The words before the value that a sequence restarts with.
    """

    create: frozenset[str]
    alter: frozenset[str]
    drop: frozenset[str] = frozenset({"if_exists"})
    since: Mapping[str, Version] = field(default_factory=dict)
    no_minvalue: str = "NO MINVALUE"
    no_maxvalue: str = "NO MAXVALUE"
    no_cycle: str = "NO CYCLE"
    no_cache: str = "NO CACHE"
    least_cache: int = 1
    rename: bool = True
    rename_if_exists: bool = False
    rename_in_schema: bool = True
    restart_with: str = "WITH"


POSTGRESQL = Grammar(
    create=_COMMON | {"data_type", "start", "owned_by", "if_not_exists"},
    alter=_COMMON | {"data_type", "start", "owned_by", "restart", "if_exists"},
    # One value is what a session fetches without a cache.
    no_cache="CACHE 1",
    rename_if_exists=True,
)

MARIADB = Grammar(
    create=_COMMON | {"data_type", "start", "if_not_exists"},
    alter=_COMMON | {"data_type", "start", "restart", "if_exists"},
    since={"data_type": (11, 5)},
    no_cycle="NOCYCLE",
    no_cache="NOCACHE",
    rename_if_exists=True,
)

ORACLE = Grammar(
    create=_COMMON | {"start", "order", "if_not_exists"},
    alter=_COMMON | {"order", "restart", "if_exists"},
    since={"if_exists": (23,), "if_not_exists": (23,)},
    no_minvalue="NOMINVALUE",
    no_maxvalue="NOMAXVALUE",
    no_cycle="NOCYCLE",
    no_cache="NOCACHE",
    least_cache=2,
    rename_in_schema=False,
    restart_with="START WITH",
)

MSSQL = Grammar(
    create=_COMMON | {"data_type", "start"},
    alter=_COMMON | {"restart"},
)

DUCKDB = Grammar(
    create=_COMMON - {"cache"} | {"start", "if_not_exists"},
    alter=frozenset(),
    rename=False,
)

GRAMMARS: Mapping[str, Grammar] = {
    "postgresql": POSTGRESQL,
    "mariadb": MARIADB,
    "mysql": MARIADB,
    "oracle": ORACLE,
    "mssql": MSSQL,
    "duckdb": DUCKDB,
}
