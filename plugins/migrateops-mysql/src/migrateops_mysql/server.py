"""Which of the two servers there is, and what its version can do.

SQLAlchemy calls a MariaDB server ``mysql`` if the url does.  A pack is told the version only, so the version
itself says whose it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from migrateops.operations import Capabilities, Target

# What present servers can do: taken where there is no connection to ask.
_PRESENT_MYSQL, _PRESENT_MARIADB = (8, 4), (11, 4)


class MariaDBVersion(tuple[int, ...]):
    """The version of a MariaDB server; any other tuple is that of a MySQL server."""

    __slots__ = ()


def version_of(connection: Connection) -> tuple[int, ...] | None:
    """Return the version of the server at the other end, one that says whose it is."""
    found = getattr(connection.dialect, "server_version_info", None)
    if found is None:
        return None
    numbers = tuple(part for part in found if isinstance(part, int))
    return MariaDBVersion(numbers) if getattr(connection.dialect, "is_mariadb", False) else numbers


@dataclass(frozen=True)
class Server:
    """A server, as far as statements depend on it.

    Attributes:
        mariadb: Whether it is a MariaDB server.
        version: Its version.
    """

    mariadb: bool
    version: tuple[int, ...]

    @classmethod
    def of_version(cls, version: tuple[int, ...] | None, *, mariadb: bool) -> Server:
        """Return the server of a version; a present one where that is not known.

        Args:
            version: The version, or None.
            mariadb: Whether it is surely a MariaDB server; the version may say so as well.
        """
        mariadb = mariadb or isinstance(version, MariaDBVersion)
        return cls(mariadb, version or (_PRESENT_MARIADB if mariadb else _PRESENT_MYSQL))

    @classmethod
    def of(cls, target: Target) -> Server:
        """Return the server that statements are made for."""
        return cls.of_version(
            target.server_version, mariadb=bool(getattr(target.dialect, "is_mariadb", False))
        )

    def _since(self, mysql: tuple[int, ...] | None, mariadb: tuple[int, ...] | None) -> bool:
        first = mariadb if self.mariadb else mysql
        return first is not None and self.version >= first

    @property
    def name(self) -> str:
        """The server's name and version, for messages."""
        return f"{'MariaDB' if self.mariadb else 'MySQL'} {'.'.join(map(str, self.version))}"

    @property
    def checks(self) -> bool:
        """Whether CHECK constraints are kept; earlier servers read over them."""
        return self._since((8, 0, 16), (10, 2, 1))

    @property
    def tells_checks_of_columns(self) -> bool:
        """Whether the server says which CHECK constraints belong to a column."""
        return self._since(None, (10, 5, 10))

    @property
    def renames_columns(self) -> bool:
        """Whether there is RENAME COLUMN."""
        return self._since((8, 0), (10, 5, 2))

    @property
    def default_expressions(self) -> bool:
        """Whether a default may be any expression."""
        return self._since((8, 0, 13), (10, 2, 1))

    @property
    def drops_any_constraint(self) -> bool:
        """Whether DROP CONSTRAINT finds out by itself what kind it is."""
        return self._since((8, 0, 19), (10, 2, 1))

    @property
    def indexes_expressions(self) -> bool:
        """Whether an index may be on expressions."""
        return self._since((8, 0, 13), None)

    @property
    def capabilities(self) -> Capabilities:
        """What core asks before it sends anything."""
        return Capabilities(
            comments=True,
            inline_comments=True,
            index_if_exists=self._since(None, (10, 1, 4)),
            column_if_exists=self._since(None, (10, 0, 2)),
            constraint_if_exists=self._since(None, (10, 0, 2)),
            column_places=True,
            sequences=self._since(None, (10, 3)),
        )
