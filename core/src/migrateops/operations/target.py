"""What a lowering may know besides its operation: the dialect, not the connection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from sqlalchemy import MetaData
    from sqlalchemy.engine import Dialect as SQLAlchemyDialect


class Capabilities(NamedTuple):
    """What one version of a server can do; the defaults are those of standard SQL, taken carefully.

    Attributes:
        transactional_ddl: A rolled back transaction takes its DDL with it.
        schemas: Tables can be created in named schemas.
        comments: Tables and columns have comments that can be changed.
        inline_comments: Comments are written inside CREATE TABLE.
        if_exists: DROP takes IF EXISTS.
        if_not_exists: CREATE takes IF NOT EXISTS.
        index_if_exists: CREATE INDEX and DROP INDEX take IF [NOT] EXISTS, where the two above hold.
        column_if_exists: ADD COLUMN and DROP COLUMN take IF [NOT] EXISTS.
        constraint_if_exists: DROP CONSTRAINT takes IF EXISTS.
        alter_column: Type, nullability and default of a column can be changed in place.
        column_places: A column can be put before or after another one.
        alter_constraints: Constraints can be added to and dropped from an existing table.
        sequences: The server has sequences.
    """

    transactional_ddl: bool = False
    schemas: bool = True
    comments: bool = False
    inline_comments: bool = False
    if_exists: bool = True
    if_not_exists: bool = True
    index_if_exists: bool = True
    column_if_exists: bool = False
    constraint_if_exists: bool = False
    alter_column: bool = True
    column_places: bool = False
    alter_constraints: bool = True
    sequences: bool = False


class Target(NamedTuple):
    """The database that statements are made for.

    Attributes:
        dialect: SQLAlchemy's dialect object, for compiling.
        keys: The names under which implementations are looked up: the dialect's name, its
            family's if it has one, ``"default"``.
        server_version: The server's version as numbers, or None when it is not known (offline).
        capabilities: What the dialect's pack says that this server can do.
        naming_convention: The naming convention of the models, or None.
        as_sql: True when statements go to a stream and nothing can be asked.
        options: Further keyword arguments of ``context.configure`` that a pack declared.
        passed_over: Is told, in one sentence, of what is asked for in vain; None where that is refused.
    """

    dialect: SQLAlchemyDialect
    keys: tuple[str, ...]
    server_version: tuple[int, ...] | None
    capabilities: Capabilities
    naming_convention: Mapping[str, Any] | None = None
    as_sql: bool = False
    options: Mapping[str, Any] = {}
    passed_over: Callable[[str], None] | None = None

    @property
    def name(self) -> str:
        """The dialect's name."""
        return self.keys[0]

    def metadata(self) -> MetaData:
        """Return an empty MetaData with the naming convention in force."""
        from sqlalchemy import MetaData

        if self.naming_convention:
            return MetaData(naming_convention=dict(self.naming_convention))
        return MetaData()


def _ansi() -> Target:
    from sqlalchemy.engine.default import DefaultDialect

    return Target(DefaultDialect(), ("default",), None, Capabilities(), as_sql=True)


def __getattr__(name: str) -> Target:
    # Made when first asked for: SQLAlchemy need not be imported to declare an operation.
    if name == "ANSI":
        globals()["ANSI"] = made = _ansi()
        return made
    raise AttributeError(name)
