"""What can go wrong while migrations run."""

from __future__ import annotations

from migrateops.errors.base import TRACEBACK, MigrateOpsError, quoted


class RunError(MigrateOpsError):
    """Base of what a run reports about itself."""


_HINTS: dict[str | None, str] = {
    "constraint": "rows are in the way: change them first, with op.execute(), or what is done with them",
    "locked": "run it again when nobody else holds what it needs",
    "denied": "give the database's user the rights, or run it as one who has them",
    "full": "make room for the database, then run it again",
    "lost": "run it again when the database can be reached",
    "unsupported": "correct the statement, or leave it out for this database: its version does not have it",
    None: "correct the script, or what it does not fit to in the database; then run it again",
}

_TAKE_BACK = "take back by hand what is applied, or take it out of the script; then run it again"


class RevisionFailed(RunError):
    """A revision raised; the cause says what.

    Attributes:
        revision: Its id.
        direction: ``upgrade`` or ``downgrade``.
        problem: What was raised.
        remains: What of the revision is applied, and where the database is.
        partly: Whether some of it is, or may be, applied.
        kind: What the error is about, as the dialect's pack has it; None where that is not known.
        own: Whether code of the project has raised it, the script's or a callback's, not the database.
    """

    code = "MO440"
    revision: str
    direction: str
    problem: str
    remains: str
    partly: bool = False
    kind: str | None = None
    own: bool = False

    def message(self) -> str:
        return f"{self.direction} of revision {self.revision!r} failed: {self.problem}; {self.remains}"

    def hint(self) -> str | None:
        if self.partly:
            return f"{_TAKE_BACK}; {TRACEBACK}" if self.own else _TAKE_BACK
        return f"correct the code that raises it; {TRACEBACK}" if self.own else _HINTS.get(self.kind)


class MultipleHeadsInDatabase(RunError):
    """One current revision was asked for, and the database is at several."""

    code = "MO441"
    heads: tuple[str, ...]

    def message(self) -> str:
        return f"the database is at {len(self.heads)} revisions: {quoted(self.heads)}"

    def hint(self) -> str:
        return "use get_current_heads()"


class VersionRowMismatch(RunError):
    """The version table did not hold the row that a step starts from."""

    code = "MO442"
    table: str
    row: str
    matched: int

    def message(self) -> str:
        return (
            f"the version table {self.table!r} has {self.matched} rows of revision {self.row!r}, expected one"
        )

    def hint(self) -> str:
        return "another run may have moved the database meanwhile: look at `migrateops current` and run again"


class VersionTableRefused(RunError):
    """The database refused to have its version table read or made ready.

    Attributes:
        table: Its name.
        what: What was to be done with it: ``read``, ``created`` or ``emptied``.
        problem: The driver's words.
    """

    code = "MO473"
    table: str
    what: str
    problem: str

    def message(self) -> str:
        return f"the version table {self.table!r} cannot be {self.what}: {self.problem}"

    def hint(self) -> str:
        return "check that the url leads to the right database, what its user may do, and 'version_table'"


class NullVersionRow(RunError):
    """The version table has a row without a revision."""

    code = "MO475"
    table: str

    def message(self) -> str:
        return f"the version table {self.table!r} has a row in which version_num is NULL"

    def hint(self) -> str:
        return f"delete it: DELETE FROM {self.table} WHERE version_num IS NULL"


class RunNotCommitted(RunError):
    """The run ended, and the transaction that it ran in was not committed."""

    code = "MO443"
    how: str

    def message(self) -> str:
        return f"the migrations ran, but the transaction that env.py began {self.how}; nothing is applied"

    def hint(self) -> str:
        return "commit that transaction in env.py, or leave beginning one to context.begin_transaction()"


class CommitFailed(RunError):
    """A run of one transaction came to its end, and could not be committed.

    Attributes:
        problem: What was raised.
        remains: What of the run is applied.
        partly: Whether some of it is.
        kind: What the error is about, as the dialect's pack has it; None where that is not known.
    """

    code = "MO481"
    problem: str
    remains: str
    partly: bool = False
    kind: str | None = None

    def message(self) -> str:
        return f"the run, which is one transaction, could not be committed: {self.problem}; {self.remains}"

    def hint(self) -> str | None:
        return _TAKE_BACK if self.partly else _HINTS.get(self.kind)


class NotAConnection(RunError, TypeError):
    """configure() was given something else than a connection."""

    code = "MO444"
    given: str

    def message(self) -> str:
        return f"configure(connection=...): expected a Connection, got {self.given}"

    def hint(self) -> str:
        if self.given.endswith(".AsyncConnection"):
            return "await its run_sync(), and give the connection that the called function gets"
        return "use `with engine.connect() as connection:` and give the connection"


class NoDatabase(RunError):
    """Nothing says which database, or which dialect, the run is for."""

    code = "MO445"

    def message(self) -> str:
        return "no database is configured: there is neither a connection nor a url nor a dialect name"

    def hint(self) -> str:
        return 'set url = "..." in the configuration, or MIGRATEOPS_URL in the environment'


class DatabaseNotChosen(RunError):
    """The configuration has several databases and no url of its own, and none of them was chosen."""

    code = "MO476"
    names: tuple[str, ...]

    def message(self) -> str:
        return f"no database is chosen: the configuration has {len(self.names)}, and no url beside them"

    def hint(self) -> str:
        return f"choose one with -n: {', '.join(self.names)}"


class DatabaseRefused(RunError):
    """The database refused a statement that no script has sent."""

    code = "MO477"
    problem: str
    statement: str

    def message(self) -> str:
        if not self.statement:
            return f"the database refused to connect, to begin or to commit: {self.problem}"
        shown = self.statement if len(self.statement) <= 80 else f"{self.statement[:77]}..."
        return f"the database refused {shown!r}: {self.problem}"

    def hint(self) -> str:
        return "check that the url leads to the right database, and what its user may do"


class NotConfigured(RunError):
    """run_migrations() or another member was used before configure()."""

    code = "MO446"
    member: str

    def message(self) -> str:
        return f"context.{self.member} was used before context.configure()"

    def hint(self) -> str:
        return "call context.configure(connection=...) in env.py first"


class UnknownOption(RunError, TypeError):
    """configure() was given a keyword that nobody knows."""

    code = "MO447"
    name: str
    guess: str | None

    def message(self) -> str:
        return f"context.configure() has no option {self.name!r}"

    def hint(self) -> str:
        if self.guess:
            return f"did you mean {self.guess}?"
        return "remove it, or install the dialect pack or plugin that declares it"


class NotOffline(RunError, AttributeError):
    """Something was asked that only a live database can answer."""

    code = "MO448"
    what: str

    def message(self) -> str:
        return f"{self.what} needs a database; this run only writes SQL"

    def hint(self) -> str:
        return "run without --sql, or guard the code with context.is_offline_mode()"


class ForeignTransaction(RunError):
    """A block needs a transaction of ours, and the caller owns the one there is."""

    code = "MO449"
    what: str

    def message(self) -> str:
        return f"{self.what} cannot be used inside a transaction that the caller has begun"

    def hint(self) -> str:
        return "give configure() a connection on which no transaction has begun"


class CannotConnect(RunError):
    """The database could not be reached.

    Attributes:
        url: Without its password.
        problem: What the driver says.
        server: Whether the url names a host.
    """

    code = "MO450"
    url: str
    problem: str
    server: bool = True

    def message(self) -> str:
        return f"cannot connect to {self.url}: {self.problem}"

    def hint(self) -> str:
        if not self.server:
            return "check the url: a file's directory must be there and may be written to, a server must run"
        return "check that the server runs, and the url's host, port, user, password and database"


class MissingDriver(RunError):
    """The url is none, or names a driver that is not installed, or a dialect that SQLAlchemy has not."""

    code = "MO451"
    url: str
    problem: str
    advice: str = "correct the url"

    def message(self) -> str:
        return f"cannot use {self.url}: {self.problem}"

    def hint(self) -> str:
        return self.advice


class RunningLoop(RunError, RuntimeError):
    """An asyncio url cannot be run from inside a running event loop."""

    code = "MO452"
    url: str

    def message(self) -> str:
        return f"{self.url} is an asyncio url, and this code already runs in an event loop"

    def hint(self) -> str:
        return (
            "await run_sync() of an AsyncConnection, and put the connection that the called function gets"
            " into config.attributes['connection']"
        )


class LiteralBindsOnline(RunError):
    """literal_binds was asked for on a live connection."""

    code = "MO453"

    def message(self) -> str:
        return "literal_binds is for SQL streams; on a connection values are always bound"

    def hint(self) -> str:
        return "remove literal_binds=True from the online part of env.py"


class BadModels(RunError):
    """What `models` names is no MetaData."""

    code = "MO454"
    name: str
    given: str
    has_metadata: bool = False

    def message(self) -> str:
        return f"models: {self.name!r} is {self.given}, expected a MetaData"

    def hint(self) -> str:
        if self.has_metadata:
            return f'name its metadata: models = "{self.name}.metadata"'
        return 'name the MetaData of your models, as in models = "shop.models:Base.metadata"'


class RangeOnline(RunError):
    """A range was given for a database, which knows itself where it is."""

    code = "MO456"
    given: str

    def message(self) -> str:
        return f"{self.given!r} is a range; a run on a database starts from where the database is"

    def hint(self) -> str:
        return "give the revision to go to, or add --sql to write the SQL of the range"


class StartNeeded(RunError):
    """An offline downgrade was asked for, and nothing says where it starts from."""

    code = "MO457"
    given: str

    def message(self) -> str:
        return f"downgrade --sql to {self.given!r} does not say which revision it starts from"

    def hint(self) -> str:
        return f"give a range: <from>:{self.given}"


class PurgeOffline(RunError):
    """The version table cannot be emptied in a stream that does not know it."""

    code = "MO458"

    def message(self) -> str:
        return "stamp --purge needs a database; it cannot be used with --sql"


class DatabaseNotAtHead(RunError):
    """Autogenerate compares with the models, which are at the heads."""

    code = "MO459"
    current: tuple[str, ...]
    heads: tuple[str, ...]

    def message(self) -> str:
        at = quoted(self.current) or "no revision"
        return f"the database is at {at}, the scripts' heads are {quoted(self.heads)}"

    def hint(self) -> str:
        return "run `migrateops upgrade head` first"


class NoModels(RunError):
    """Autogenerate has nothing to compare the database with."""

    code = "MO460"

    def message(self) -> str:
        return "no models are configured, so there is nothing to compare the database with"

    def hint(self) -> str:
        return 'set models = "package.module:Base.metadata", or target_metadata in env.py'


def not_applied(of_several: bool) -> str:
    """Return that nothing is applied, where an ``env.py`` migrates several databases to the present one."""
    return "nothing is applied to this database" if of_several else "nothing is applied"


class LockNotAcquired(RunError):
    """Another run held the lock for too long.

    Attributes:
        seconds: How long it was waited for.
        of_several: Whether ``env.py`` has turned to another database before.
    """

    code = "MO461"
    seconds: float
    of_several: bool = False

    def message(self) -> str:
        waited = f"another run has held the migration lock for {self.seconds:g} seconds"
        return f"{waited}; {not_applied(self.of_several)}"

    def hint(self) -> str:
        return "wait for the other run to end, or raise lock_timeout"


class LockRequired(RunError):
    """The project requires a lock, and there is none to be had here."""

    code = "MO462"
    dialect: str

    def message(self) -> str:
        return f"lock = 'required', and no migration lock can be had on this connection ({self.dialect})"

    def hint(self) -> str:
        return "give configure() a connection without a transaction, or set lock = 'auto'"


class LockLost(RunError):
    """The lock went away during the run, with the connection that held it."""

    code = "MO463"
    done: int
    pending: int
    remains: str

    def message(self) -> str:
        steps = f"{self.done} of {self.done + self.pending} steps"
        return f"the migration lock was lost after {steps}; {self.remains}"

    def hint(self) -> str:
        return "run it again: it goes on from there"


class PackTooNew(RunError):
    """A dialect pack was written for a later contract than this core offers."""

    code = "MO464"
    pack: str
    dialect: str
    wanted: tuple[int, int]
    offered: tuple[int, int]

    def message(self) -> str:
        wanted, offered = (".".join(map(str, one)) for one in (self.wanted, self.offered))
        return (
            f"{self.pack}, the pack for {self.dialect}, needs contract {wanted}; this core offers {offered}"
        )

    def hint(self) -> str:
        return "upgrade migrateops, or install an older version of the pack"


class NothingRun(RunError):
    """env.py ended, and no migrations were run in it, so that the command has done nothing."""

    code = "MO474"
    path: str

    def message(self) -> str:
        return f"{self.path!r} did not call context.run_migrations(), so nothing was done"

    def hint(self) -> str:
        return "call context.configure() and then context.run_migrations() in env.py, for each database"


class NoConnection(RunError):
    """A command reads the database, and env.py has configured no connection to it."""

    code = "MO466"
    command: str

    def message(self) -> str:
        return f"{self.command!r} reads the database, and context.configure() was given no connection"

    def hint(self) -> str:
        return "give configure() a connection in env.py; url= alone only writes SQL"


class ScriptExited(RunError):
    """A script called ``sys.exit()``."""

    code = "MO467"
    status: object

    def message(self) -> str:
        return f"the script called sys.exit({'' if self.status is None else repr(self.status)})"

    def hint(self) -> str:
        return "raise an error to stop, or return to go on"


class ReadElsewhere(RunError):
    """The version table that was read is another one since a transaction of env.py's has ended.

    Attributes:
        within: The rows that were read in it.
        after: Those that are read behind it.
    """

    code = "MO480"
    within: tuple[str, ...]
    after: tuple[str, ...]

    def message(self) -> str:
        there, here = (quoted(rows) or "no revision" for rows in (self.within, self.after))
        return f"the database is at {there} in a transaction of env.py's, and at {here} behind it"

    def hint(self) -> str:
        return "choose a schema for the session (SET, not SET LOCAL), or before context.begin_transaction()"
