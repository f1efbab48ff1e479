"""The transactions of a run that writes SQL: their text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from migrateops.errors.base import MigrateOpsError

if TYPE_CHECKING:
    from migrateops.dialects.base import Dialect
    from migrateops.runtime.statements import Offline
    from migrateops.runtime.step import Taken
    from migrateops.runtime.transactions import Scope


class OfflineTransactions:
    """The transactions of a run that writes SQL: their text.

    Args:
        output: The stream.
        pack: The dialect's pack.
        scope: What one transaction is around.
        transactional_ddl: Whether a rollback takes DDL with it; else nothing is written, unless the pack
            has a COMMIT and no BEGIN.
        taken: Is told of the steps that were written.
    """

    current = None
    holds_run = False
    commit_error = None
    ended = False

    def __init__(
        self, output: Offline, pack: Dialect, scope: Scope, *, transactional_ddl: bool, taken: Taken
    ) -> None:
        self.taken = taken
        self.output = output
        self.pack = pack
        # Without a BEGIN to write, rows are in a transaction all the same, and want a COMMIT.
        implicit = pack.begin_text() is None and pack.commit_text() is not None
        self.scope = scope if transactional_ddl or implicit else "none"
        self._open = False
        self._abandoned = False

    def settle(self) -> None:
        """Nothing was read."""

    def forget(self) -> None:
        """There is no connection."""

    def how_lost(self) -> None:
        """Nothing can be lost."""

    def expect(self, *, rebuilds: bool) -> None:
        """Nothing is enforced."""

    @contextmanager
    def run(self, *, rebuilds: bool = False, always: bool = False) -> Iterator[None]:
        """Write BEGIN and COMMIT around the whole block, where that is the scope, or *always*."""
        wanted = self.scope == "per_run" or (always and self.scope != "none")
        with self._whole(), self._written(wanted and not self._open):
            yield

    @contextmanager
    def step(self, *, rebuilds: bool) -> Iterator[None]:
        """Write BEGIN and COMMIT around one step, unless the run has one transaction or none."""
        with self._whole(), self._written(self.scope != "none" and not self._open):
            yield
        self.taken.keep()

    def begin(self) -> None:
        """Write BEGIN."""
        self._write(self.pack.begin_text())

    def commit(self) -> None:
        """Write COMMIT."""
        self._write(self.pack.commit_text())

    @contextmanager
    def _written(self, wanted: bool) -> Iterator[None]:
        if not wanted:
            yield
            return
        self.begin()
        self._open = True
        yield
        # Not reached by an error.
        self.commit()
        self._open = False

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """Have the script say so itself if it is not whole: it may be kept, and executed."""
        try:
            yield
        except BaseException as error:
            # What cannot be written any more hides no error.
            with suppress(Exception):
                self._abandon(error)
            raise

    def _abandon(self, error: BaseException) -> None:
        if self._abandoned:
            return
        self._abandoned = True
        if self._open:
            # Else the next script on the same connection would commit it.
            self._open = False
            self._write(self.pack.rollback_text())
        said = error.message() if isinstance(error, MigrateOpsError) else f"{type(error).__name__}: {error}"
        self.output.output.comment(f"INCOMPLETE: nothing follows, because of an error: {said}")

    @contextmanager
    def autocommit(self) -> Iterator[None]:
        """Write COMMIT before the block and BEGIN after it."""
        reopened = self._open
        if reopened:
            self.commit()
            self._open = False
        yield
        if reopened:
            self.begin()
            self._open = True

    def _write(self, text: str | None) -> None:
        if text is not None:
            self.output.write(text)
