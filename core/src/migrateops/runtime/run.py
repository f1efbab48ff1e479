"""A run: load what it needs, check, then take the steps one by one.

Per step the order is: operations, version row, callbacks, commit; then ``after_revision``.
"""

from __future__ import annotations

import time
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Literal

from migrateops import current, errors
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.mask import shown
from migrateops.operations.base import Operations, is_member
from migrateops.operations.declare import MigrateOperation
from migrateops.operations.registry import Directive
from migrateops.plugins.preflight import Pending, preflight
from migrateops.revisions.script_text import ScriptText
from migrateops.revisions.walk import Step
from migrateops.runtime.lock import locked, locked_transaction
from migrateops.runtime.step import MigrationInfo, RevisionStep
from migrateops.runtime.transactions import OnlineTransactions, left_of_run
from migrateops.script.module import direction_of

if TYPE_CHECKING:
    from migrateops.dialects.base import Lock
    from migrateops.dialects.transaction import Transaction
    from migrateops.revisions.graph import RevisionGraph
    from migrateops.runtime.migration import MigrationContext

_SELDOM = 1.0  # seconds


def run(context: MigrationContext, kw: Mapping[str, Any]) -> None:
    """Take the steps that the command behind *context* asks for."""
    if context.opts.get("fn") is None:
        return
    if context.planned is not None:
        plan, context.planned = context.planned, None
        plan = _as_it_is_now(context, plan)
        if plan or _runs_anyway(context):
            apply(context, plan, kw, lock=context.lock)
        return
    steps = look(context)
    if context.opts.get("read_only") or not (steps or _runs_anyway(context)):
        return
    with planned(context, steps, look) as (lock, plan):
        # In a block that had begun no transaction, as there was nothing to do where it looked.
        around = context.transactions.run(rebuilds=may_rebuild(context, plan))
        with around if context.found_nothing else nullcontext():
            apply(context, plan, kw, lock=lock)


@contextmanager
def planned(
    context: MigrationContext,
    steps: list[Step],
    look_again: Callable[..., list[Step] | None] | None,
    *,
    whole: bool = False,
) -> Iterator[tuple[Lock | None, tuple[RevisionStep, ...]]]:
    """Hold the lock for the block, and yield it with the plan for where the database is now.

    Args:
        context: Where to.
        steps: The steps from where it was before.
        look_again: ``look()`` or ``try_look()``; None where the rows are read once more in any case, and
            how the transaction begins does not depend on them.
        whole: Hold the transaction that the run is for the block as well.

    Raises:
        MigrateOpsError: As `prepare`, before anybody is waited for; or the lock cannot be had.
    """
    plan = prepare(context, steps)
    # What scripts and plugins have begun while they were loaded would rule out the lock.
    context.transactions.settle()
    with ExitStack() as held:
        lock, refused = context.lock, False
        if lock is None and whole:
            lock, refused = held.enter_context(locked_transaction(context))
            if lock is not None:
                yield lock, plan
                return
        if lock is None:
            # Ahead of the transaction: whoever waits for it is in none.
            lock = held.enter_context(locked(context, refused=refused))
        if lock is not None and look_again is not None:
            now = look_again(context, steps)
            if now is not steps:
                # Somebody else has run meanwhile.
                plan = prepare(context, now or ())
        if whole:
            held.enter_context(context.transactions.run(rebuilds=may_rebuild(context, plan)))
        yield lock, plan


def _as_it_is_now(context: MigrationContext, plan: tuple[RevisionStep, ...]) -> tuple[RevisionStep, ...]:
    """Return the plan, made anew where ``env.py`` has set another search path since it was made."""
    rows = context.get_current_heads()
    if rows == context.taken.seen:
        return plan
    context.taken.see(rows)
    return prepare(context, context.opts["fn"](rows, context))


def _runs_anyway(context: MigrationContext) -> bool:
    """Say whether there is a run even if there are no steps."""
    config = getattr(context.config, "settings", None)
    return readies_table(context) or bool(getattr(config, "run_hooks", False))


def readies_table(context: MigrationContext) -> bool:
    """Say whether the version table is to be created or emptied, even if there are no steps."""
    if context.opts.get("purge") or context.opts.get("ensure_version"):
        return True
    if not context.versions.before_scripts or context.taken.seen or context.opts.get("read_only"):
        return False
    # There, a run leaves the table behind whatever it does.
    if context.as_sql or context.connection is None:
        return False
    return not context.taken.table_is_there


def look(context: MigrationContext, seen: list[Step] | None = None) -> list[Step]:
    """Return the steps from where the database is now; leaves no transaction behind.

    Args:
        context: A context that a command is behind.
        seen: The steps as they were seen before; they are returned if the rows are the same.
    """
    rows = context.get_current_heads()
    if seen is not None and rows == context.taken.seen:
        return seen
    context.taken.see(rows)
    steps = list(context.opts["fn"](rows, context))
    # A transaction begun by the way would rule out the lock, and go on seeing the rows of the past.
    if _settles(context) and (now := context.get_current_heads()) != rows:
        raise errors.runtime.ReadElsewhere(rows, now)
    return steps


def _settles(context: MigrationContext) -> bool:
    """End the transaction that was begun by the way, and say whether there was one."""
    connection = context.connection
    begun = connection is not None and not context.as_sql and connection.in_transaction()
    context.transactions.settle()
    return begun and connection is not None and not connection.in_transaction()


def try_look(context: MigrationContext, seen: list[Step] | None = None) -> list[Step] | None:
    """Return the steps as `look` does; None if the database is where the command cannot start.

    A block that sets another search path may lead to where it can, so that nothing is refused yet.
    """
    try:
        return look(context, seen)
    except errors.revisions.RevisionError:
        context.taken.seen = None
        context.transactions.settle()
        return None


def apply(
    context: MigrationContext,
    plan: tuple[RevisionStep, ...],
    kw: Mapping[str, Any] | None = None,
    *,
    lock: Lock | None = None,
    graph: RevisionGraph | None = None,
) -> None:
    """Take the steps of *plan*.

    Args:
        context: Where to.
        plan: What ``prepare()`` has made of the steps.
        kw: Arguments of ``upgrade()`` and ``downgrade()``.
        lock: The lock that is held, if any.
        graph: The revisions, where the context has no scripts of its own.
    """
    context.transactions.expect(rebuilds=may_rebuild(context, plan))
    hooks = context.plugins.hooks
    if context.shape is not None:
        context.shape.before_run(context, plan)
    hooks.call("migrateops_before_run", ctx=context, plan=plan)
    if hooks.has("migrateops_before_operation") or hooks.has("migrateops_after_operation"):
        context.observer = HookObserver(context)
    error: BaseException | None = None
    reported = len(hooks.errors)
    try:
        _Run(context, plan, dict(kw or {}), lock, graph).take()
    except BaseException as exc:
        error = exc
        raise
    finally:
        context.observer = None
        hooks.call("migrateops_after_run", ctx=context, plan=plan, error=error)
        if error is not None:
            # No report is made of a run that failed.
            for one in hooks.errors[reported:]:
                error.add_note(f"{one.code}: {one.message()}")


def prepare(context: MigrationContext, steps: Iterable[Step]) -> tuple[RevisionStep, ...]:
    """Load plugins and scripts, and check the scripts against what there is; sends nothing.

    Raises:
        PreflightFailed: The run would fail for certain.
        MigrateOpsError: A script, or a plugin that is needed, cannot be loaded.
    """
    plugins = context.plugins
    plugins.start(env=context.environment_context or context)
    database = shown(context.connection.engine.url) if context.connection is not None else None
    plan = tuple(_load(context, step, database) for step in steps)
    pending = [
        Pending(one.revision, one.text) for one in plan if one.revision is not None and one.text is not None
    ]
    found = preflight(
        pending,
        plugins,
        dialects=context.target.keys,
        offers=lambda name: _offered(context, name),
        supports=lambda name: _supported(context, name),
        known={*context.namespace.names("op"), *context.namespace.names("batch")},
        mode=context.opts.get("preflight", "error"),
    )
    found.raise_blocking()
    context.notes += [report.message() for report in found.reports]
    plugins.start(needed=found.needed)
    return plan


def _load(context: MigrationContext, step: Step, database: str | None) -> RevisionStep:
    revision = step.revision
    if step.kind == "stamp" or revision is None:
        return RevisionStep(step, database=database)
    environment = context.environment_context
    operations = Operations(context) if context.opts.get("loads_in_run") else None
    with current.entered(environment=environment, operations=operations):
        module = context.script.load(revision, environment.registrations if environment else None)
    direction_of(module, step.kind)
    return RevisionStep(step, module, _text(context, revision, step.kind), database)


def _text(context: MigrationContext, revision: Any, direction: str) -> ScriptText | None:
    """Read the script's text; a script without one (sourceless) has nothing to be read."""
    if revision.path is None or not str(revision.path).endswith(".py"):
        return None
    of_shape: tuple[str, ...] = () if context.shape is None else context.shape.op_modules
    with suppress(OSError, UnicodeDecodeError, SyntaxError), tokenize.open(revision.path) as file:
        return ScriptText(file.read(), direction, context.plugins.op_modules.union(of_shape))
    return None


def may_rebuild(context: MigrationContext, steps: Iterable[RevisionStep]) -> bool:
    """Say whether a step may replace a table by a copy of it; False where that is of no account."""
    return context.pack.rebuilds_matter and any(step.rebuilds for step in steps)


def _offered(context: MigrationContext, name: str) -> Directive | Literal[True]:
    if is_member(Operations, name):
        return True
    try:
        return context.namespace.directive("op", name)
    except AttributeError:
        return context.namespace.directive("batch", name)


def _supported(context: MigrationContext, name: str) -> bool | str:
    found = _offered(context, name)
    if found is True:
        return True
    op_cls = found.op_cls
    chain = context.namespace.chain(op_cls, context.target.keys)
    if chain:
        refuses = getattr(chain[0].function, "__refuses__", None)
        reason: str | None = refuses(context.target) if refuses is not None else None
        return True if reason is None else reason
    known = ", ".join(context.namespace.implemented_for(op_cls))
    if not known and getattr(op_cls, "__op_spec__", None) is None:
        # A function that somebody has written may do the work itself, and invoke nothing.
        return True
    return f"it is implemented for {known}" if known else "it has no implementation"


class HookObserver:
    """Tell plugins of each operation."""

    def __init__(self, context: MigrationContext) -> None:
        self._context = context

    def before_operation(self, operation: MigrateOperation) -> None:
        """Call ``before_operation`` of the hook objects."""
        self._context.plugins.hooks.call("migrateops_before_operation", ctx=self._context, op=operation)

    def after_operation(self, operation: MigrateOperation, error: BaseException | None) -> None:
        """Call ``after_operation`` of the hook objects."""
        self._context.plugins.hooks.call(
            "migrateops_after_operation", ctx=self._context, op=operation, error=error
        )


class _Run:
    """The state of one run."""

    def __init__(
        self,
        context: MigrationContext,
        plan: Sequence[RevisionStep],
        kw: dict[str, Any],
        lock: Lock | None,
        graph: RevisionGraph | None,
    ) -> None:
        self.context = context
        self.plan = plan
        self.kw = kw
        self.lock = lock
        self.graph = graph
        self.operations = Operations(context)
        self.rows = context.taken.seen or ()
        # A stream that starts from nothing starts with the table.
        self.table_is_there = bool(self.rows) or context.taken.table_is_there
        self.done = 0
        self.asked = time.monotonic()

    def take(self) -> None:
        context = self.context
        progress: Callable[[RevisionStep, int, int], None] | None = context.opts.get("progress")
        if not self.plan and readies_table(context):
            rows = () if context.opts.get("purge") else self.rows
            with context.transactions.step(rebuilds=False):
                self._ready_table()
                context.taken.take(None, rows)
        transactions = context.transactions
        # In one transaction around all of them, nothing is applied yet (ADR 0014).
        seldom = transactions.holds_run
        if seldom and isinstance(transactions, OnlineTransactions):
            transactions.ahead_of_commit = self._keep_lock
        for number, step in enumerate(self.plan):
            if time.monotonic() - self.asked > _SELDOM if seldom else number > 0:
                self._check_lock()
            if progress is not None:
                progress(step, number, len(self.plan))
            try:
                self._step(step)
            except BaseException:
                if failed := getattr(progress, "failed", None):
                    failed(step)
                raise
            self.done += 1
        if seldom:
            self._check_lock()

    def _check_lock(self) -> None:
        """Stop where the lock is lost that was taken; the server is asked."""
        if self.lock is not None and not self.lock.held():
            raise self._lost()
        self.asked = time.monotonic()

    def _lost(self) -> MigrateOpsError:
        from migrateops.runtime.stopped import between_steps

        if getattr(self.lock, "ends_with_transaction", False):
            # By a commit that nobody was told of, as one on the driver's own connection.
            error = errors.database.NoLongerAtomic()
            remains = left_of_run(self.context.taken, atomic=False, ended=True)
            error.add_note(f"the run, which is one transaction; {remains}")
            return error
        remains = between_steps(self.context, self.rows)
        return errors.runtime.LockLost(self.done, len(self.plan) - self.done, remains)

    def _keep_lock(self) -> None:
        """Have the lock outlast the transaction that is about to be committed in the middle of the run."""
        from migrateops.dialects.transaction_lock import TransactionLock

        if not isinstance(self.lock, TransactionLock):
            self._check_lock()
        elif not self.lock.outlast() or not self.lock.held():
            raise self._lost()

    def _ready_table(self) -> None:
        """Have the version table there, and empty it first where the command says so."""
        context = self.context
        if not self.table_is_there:
            context.opts.pop("purge", None)
            # A stream that starts from nothing may be for a database that has been there before.
            asked = context.as_sql and context.target.capabilities.if_not_exists
            context.versions.create(if_not_exists=asked)
            self.table_is_there = True
        elif context.opts.pop("purge", False):
            context.versions.clear()

    def _step(self, step: RevisionStep) -> None:
        context = self.context
        hooks = context.plugins.hooks
        transaction: Transaction | None = None
        created = self.table_is_there
        # A purge empties the table in the first step.
        rows = step.step.applied_to(() if context.opts.get("purge") else self.rows)
        started = False
        error: BaseException | None = None
        try:
            with context.transactions.step(rebuilds=may_rebuild(context, [step])) as transaction:
                hooks.call("migrateops_before_revision", ctx=context, step=step)
                started = True
                versions = context.versions
                if versions.before_scripts:
                    self._ready_table()
                if context.as_sql:
                    context.comment(f"Running {versions.described(step)}")
                    self._ready_table()
                self._call(step)
                if context.transactions.current is not None:
                    # Before the version row says so: is the transaction still the same one?
                    context.transactions.current.check()
                # After the script: one that starts with a VACUUM needs a transaction without writes.
                self._ready_table()
                versions.apply(step.step)
                self._tell(step, rows)
                context.taken.take(step, rows)
        except BaseException as exc:
            # A run that goes well needs none of it.
            from migrateops.runtime.stopped import explained, where

            error = exc
            self.table_is_there = created
            if not isinstance(exc, Exception):
                # Whoever presses Ctrl-C wants to know where that leaves the database.
                exc.add_note(where(context, exc, step, transaction, self.rows))
                raise
            if context.as_sql and isinstance(exc, BrokenPipeError):
                # The revision has nothing to do with who reads the stream.
                raise
            raise explained(context, exc, step, transaction, self.rows) from _cause(exc)
        finally:
            if transaction is not None:
                context.notes += [note for note in transaction.notes if note not in context.notes]
            if started:
                # Not before the commit, which may fail as well.
                hooks.call("migrateops_after_revision", ctx=context, step=step, error=error)
        self.rows = rows

    def _call(self, step: RevisionStep) -> None:
        if step.module is None:
            return
        with current.entered(environment=self.context.environment_context, operations=self.operations):
            try:
                scope = self.context.putting_off(step.module.__file__)
                with scope, self._committing(), self._bound():
                    getattr(step.module, step.direction)(**self.kw)
            except SystemExit as exc:
                # Let through, it would end the command with the script's own status, 0 among them.
                raise errors.runtime.ScriptExited(exc.code) from exc

    @contextmanager
    def _bound(self) -> Iterator[None]:
        """Offline, where scripts are given None for a result, give them the bind for a connection, too."""
        context = self.context
        if context.connection is not None or not context.opts.get("none_for_result"):
            yield
            return
        context.connection = context.bind
        try:
            yield
        finally:
            context.connection = None

    def _committing(self) -> AbstractContextManager[None]:
        transactions = self.context.transactions
        if isinstance(transactions, OnlineTransactions) and self.context.opts.get("lets_commit"):
            return transactions.committing()
        return nullcontext()

    def _tell(self, step: RevisionStep, rows: tuple[str, ...]) -> None:
        """Call the project's ``on_version_apply`` callbacks."""
        callbacks = self.context.opts.get("on_version_apply") or ()
        listed = [callbacks] if callable(callbacks) else list(callbacks)
        if listed:
            info = MigrationInfo(step.step, self.graph or self.context.script.graph)
            heads = set(rows)
            for callback in listed:
                try:
                    callback(ctx=self.context, step=info, heads=heads, run_args=self.kw)
                except Exception as error:
                    error.add_note(f"calling {getattr(callback, '__name__', callback)!r} of on_version_apply")
                    raise


def _cause(exc: Exception) -> BaseException | None:
    return exc.__cause__ if isinstance(exc, MigrateOpsError) else exc
