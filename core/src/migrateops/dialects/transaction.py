"""One transaction around one step: begun by the run, or the caller's that the step joins."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, RootTransaction

from migrateops import errors

NOTHING_APPLIED = "nothing of it is applied"
"""What ``Transaction.remains()`` says where that is so."""

COMMIT_IN_DOUBT = "whether it is applied, the version table says"
"""What is said where the connection was lost while it was committed."""

# Of the statements that are in the database for good, how many a message lists.
_LISTED = 3


def _nothing() -> None:
    """Do nothing."""


class Transaction:
    """The transaction around a step, as SQLAlchemy and the driver do it without any help.

    A dialect pack whose driver needs more derives from this class.

    Attributes:
        connection: The connection that the step runs on.
        owned: Whether ``commit()`` makes the step durable; False where the caller commits.
        atomic: False once something had to be committed in the middle of the step.
        notes: What the user should be told about this step, one sentence each.
        root: SQLAlchemy's transaction, once begun or joined.
        before_commit: Called by a pack that lets a script commit by text, before that is sent.
    """

    def __init__(self, connection: Connection, *, owned: bool) -> None:
        self.connection = connection
        self.owned = owned
        self.atomic = True
        self.notes: list[str] = []
        self.root: RootTransaction | None = None
        self.before_commit: Callable[[], None] = _nothing

    def check(self) -> None:
        """Make sure that the transaction is still the one that was begun.

        Raises:
            NoLongerAtomic: It was ended under the step.
        """
        if self.root is None or not self.root.is_active:
            raise errors.database.NoLongerAtomic

    def ended(self, error: BaseException) -> bool:
        """Say whether something in the step has ended the transaction, and may have committed it.

        Args:
            error: What the step has ended with.
        """
        try:
            self.check()
        except errors.database.NoLongerAtomic:
            return True
        except Exception:
            # The connection is broken; a server undoes what was open on it.
            return False
        return False

    def allow_rebuilds(self) -> None:
        """Have the steps that follow replace tables by copies of them, as with ``rebuilds`` of ``begin()``.

        Called ahead of the steps where the transaction was begun for others; of no account here.
        """

    def hides(self) -> bool:
        """Say whether another connection of the script's would wait for this transaction, whatever it does.

        So it is on databases that one connection alone can write to: ``make_way()`` lets the other one in.
        """
        return False

    def make_way(self) -> None:
        """Commit what is done so far, and begin again ahead of the next statement; where ``hides()``."""

    def commit(self) -> None:
        """End the step: send COMMIT if the transaction is ours, nothing if it is the caller's.

        Raises:
            NoLongerAtomic: The transaction was ended under the step.
        """
        self.check()
        if self.owned and self.root is not None:
            self.root.commit()

    def rollback(self) -> None:
        """Undo the step: send ROLLBACK if the transaction is ours, leave it to the caller if not.

        May be called after a failed ``commit()``, and more than once.
        """
        if self.owned:
            # Of the connection, not of what we began: a script that committed by itself has left
            # the connection in another transaction.
            self.connection.rollback()

    def remains(self) -> str | None:
        """Say what of a step that failed is in the database for good, as a phrase.

        `NOTHING_APPLIED` where nothing is; None where it follows from ``owned`` and ``atomic``.  It is
        asked after ``rollback()``.
        """
        return None

    def kept(self, statements: Sequence[str], doubtful: int = 0) -> str | None:
        """Return what ``remains()`` answers where the server commits at statements of its own choice.

        Args:
            statements: Those that it has committed, shortened; three of them are listed.
            doubtful: How many more it may have committed.
        """
        said = []
        if statements:
            listed = ", ".join(map(repr, statements[:_LISTED]))
            more = f" and {len(statements) - _LISTED} more" if len(statements) > _LISTED else ""
            said.append(f"the server has committed {len(statements)} of its statements: {listed}{more}")
        if doubtful:
            said.append(f"{doubtful} may be applied")
        return "; ".join(said) or (NOTHING_APPLIED if self.owned else None)

    def begin_root(self) -> None:
        """Begin SQLAlchemy's transaction on a connection that is in none."""
        self.root = self.connection.begin()

    def join_root(self) -> None:
        """Take SQLAlchemy's transaction that the caller has begun."""
        self.root = self.connection.get_transaction()


def asked_level(connection: Connection) -> str | None:
    """Return the isolation level that the connection, or else its engine, was asked for."""
    level: str | None = connection.get_execution_options().get("isolation_level")
    # What create_engine() was given has no public name, and is not the default where it is AUTOCOMMIT.
    return level or getattr(connection.dialect, "_on_connect_isolation_level", None)


def autocommit(connection: Connection) -> Callable[[], None]:
    """Switch the connection to AUTOCOMMIT, and return what switches it back.

    Args:
        connection: A connection on which SQLAlchemy has not begun a transaction; or one in AUTOCOMMIT, where
            that is one in name.
    """
    if connection.in_transaction():
        # It may be so by an option of the driver's alone, of which no level tells.
        return lambda: None
    level = asked_level(connection) or connection.default_isolation_level
    if level != "AUTOCOMMIT":
        connection.execution_options(isolation_level="AUTOCOMMIT")

    def restore() -> None:
        if connection.in_transaction():
            if connection.invalidated:
                connection.rollback()
            else:
                connection.commit()
        if level != "AUTOCOMMIT":
            connection.execution_options(isolation_level=level)

    return restore


def begin(connection: Connection, *, rebuilds: bool = False) -> Transaction:
    """Begin a transaction that is ours; sends what the driver sends for it.

    Args:
        connection: A connection on which SQLAlchemy has not begun a transaction.
        rebuilds: Whether the step may replace a table by a copy of it; of no account here.
    """
    transaction = Transaction(connection, owned=True)
    transaction.begin_root()
    return transaction


def join(connection: Connection, *, rebuilds: bool = False) -> Transaction:
    """Run a step inside the transaction that the caller has begun; sends nothing.

    Args:
        connection: A connection on which SQLAlchemy has begun a transaction.
        rebuilds: Whether the step may replace a table by a copy of it; of no account here.
    """
    transaction = Transaction(connection, owned=False)
    transaction.join_root()
    return transaction
