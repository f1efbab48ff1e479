"""What can be wrong with a revision identifier, a walk, or the graph of revisions."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError, quoted

# The cheap spelling of typing.TYPE_CHECKING, which type checkers know too.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrateops.errors.whereabouts import Whereabouts


class RevisionError(MigrateOpsError):
    """The family of errors about revisions."""

    code = "MO200"


class RevisionNotFound(RevisionError):
    """No revision has this id, no id starts with it, and it is no branch label."""

    code = "MO201"
    given: str
    closest: str | None = None
    found: Whereabouts | None = None

    def message(self) -> str:
        return f"there is no revision {self.given!r}"

    def hint(self) -> str:
        if self.found is not None:
            return self.found.advice()
        if self.closest is not None:
            return f"did you mean {self.closest!r}?"
        return "list the known ones with 'migrateops history'"


class MalformedExpression(RevisionError):
    """A text is not one of the forms that name revisions."""

    code = "MO202"
    given: str

    def message(self) -> str:
        return f"{self.given!r} does not name a revision"

    def hint(self) -> str:
        return "write an id, 'head', 'heads', 'base', 'label@head', 'id+1' or '-1'; a range is 'start:end'"


class RevisionNotOnBranch(RevisionError):
    """A revision exists, but not on the branch that was asked for."""

    code = "MO203"
    revision: str
    branch: str

    def message(self) -> str:
        return f"revision {self.revision!r} is not on branch {self.branch!r}"

    def hint(self) -> str:
        return f"leave the branch out: {self.revision!r}"


class AmbiguousRevision(RevisionError):
    """More than one id starts with what was given."""

    code = "MO204"
    given: str
    matches: tuple[str, ...]

    def message(self) -> str:
        return f"revision {self.given!r} matches more than one revision: {quoted(self.matches)}"

    def hint(self) -> str:
        return f"give more characters, or a branch label: '<label>@{self.given}'"


class MultipleHeads(RevisionError):
    """One head was asked for and there are several."""

    code = "MO205"
    heads: tuple[str, ...]
    branch: str | None = None

    def message(self) -> str:
        where = "" if self.branch is None else f" on branch {self.branch!r}"
        return f"there is more than one head{where}: {quoted(self.heads)}"

    def hint(self) -> str:
        return (
            "name one ('<label>@head', or its id), or all ('heads');"
            " 'migrateops merge heads' or 'rebase' makes them one"
        )


class MultipleBases(RevisionError):
    """One base was asked for and there are several."""

    code = "MO206"
    bases: tuple[str, ...]

    def message(self) -> str:
        return f"there is more than one base: {quoted(self.bases)}"

    def hint(self) -> str:
        return "name one by its id"


class RelativeTooFar(RevisionError):
    """There are fewer revisions in that direction than were asked for."""

    code = "MO207"
    given: str
    start: str
    available: int

    def message(self) -> str:
        steps = "is 1 step" if self.available == 1 else f"are {self.available} steps"
        return f"{self.given!r} goes too far: from {self.start!r} there {steps} that way"

    def hint(self) -> str:
        return "ask for fewer, or name the end: 'head' or 'base'"


class AmbiguousWalk(RevisionError):
    """Counting revisions met a place from which there is more than one way."""

    code = "MO208"
    given: str
    choices: tuple[str, ...]

    def message(self) -> str:
        return f"{self.given!r} can mean more than one way: by {quoted(self.choices)}"

    def hint(self) -> str:
        if "@" in self.given:
            return "name the revision to arrive at"
        return f"name the branch ('<label>@{self.given}') or the revision to arrive at"


class WrongDirection(RevisionError):
    """An upgrade was asked to go back, or a downgrade to go forward."""

    code = "MO209"
    given: str
    direction: str

    def message(self) -> str:
        return f"{self.given!r} is not a target for {self.direction}"

    def hint(self) -> str:
        return "count forward ('+1') in an upgrade and back ('-1') in a downgrade"


class NotApplied(RevisionError):
    """A downgrade was asked to stop at a revision that the database does not have."""

    code = "MO210"
    revision: str
    current: tuple[str, ...]

    def message(self) -> str:
        at = quoted(self.current) or "base"
        return f"revision {self.revision!r} is not applied; the database is at {at}"

    def hint(self) -> str:
        return "downgrade to a revision that 'migrateops history -r base:current' lists"


class UnknownVersionRow(RevisionError):
    """The version table names a revision that no file has.

    Attributes:
        revision: Its id.
        database: The url without its password, if known.
        searched: The directories in which there is no such script.
        found: Where git has it, if it does.
    """

    code = "MO211"
    revision: str
    database: str | None = None
    searched: tuple[str, ...] = ()
    found: Whereabouts | None = None

    def message(self) -> str:
        database = "" if self.database is None else f" {self.database!r}"
        where = f" in {quoted(self.searched)}" if self.searched else ""
        return f"the database{database} is at revision {self.revision!r}, and no script{where} has that id"

    def hint(self) -> str:
        if self.found is not None and self.found.deleted_in is None:
            return self.found.advice()
        first = "restore the script" if self.found is None else self.found.advice()
        return (
            f"{first}; if it is gone for good, correct the version table: 'migrateops stamp --purge REVISION'"
        )


class VersionRowNotText(RevisionError):
    """The driver returned a version row that is no text."""

    code = "MO214"
    row: str
    kind: str

    def message(self) -> str:
        return f"the driver returned {self.row} from the version table: {self.kind}, where text is needed"

    def hint(self) -> str:
        return "correct the driver's settings, such as its character set, or the type of the column"


class NothingOfBranchApplied(RevisionError):
    """A downgrade was asked to count back on a branch that shares all it has applied with another."""

    code = "MO215"
    given: str
    revision: str
    followed_by: tuple[str, ...]

    def message(self) -> str:
        return (
            f"{self.given!r} counts from {self.revision!r}, the newest revision that this branch has applied;"
            f" other branches have applied {quoted(self.followed_by)} after it"
        )

    def hint(self) -> str:
        return "name the revision to arrive at: everything that follows it is taken off, on all branches"


class UnexpectedRange(RevisionError):
    """A range was given where one end is needed."""

    code = "MO212"
    given: str

    def message(self) -> str:
        return f"{self.given!r} is a range; one target is needed here"

    def hint(self) -> str:
        return f"give the end alone: {self.given.rpartition(':')[2]!r}"


class CurrentNotKnown(RevisionError):
    """An expression counts from the database's revision, which was not read."""

    code = "MO213"
    given: str

    def message(self) -> str:
        return f"{self.given!r} counts from the database's revision, which is not known here"

    def hint(self) -> str:
        return "name a revision to count from: '<id>+1'"


class GraphFault(RevisionError):
    """The family of single things wrong with a graph; :class:`BrokenGraph` holds them.

    Each names the revisions that it is about: :meth:`about`.
    """

    code = "MO220"

    def about(self) -> tuple[str, ...]:
        """Return the ids of the revisions that cannot be used because of it."""
        raise NotImplementedError


class BrokenGraph(RevisionError):
    """The revisions do not form a graph; all faults are in ``faults``."""

    code = "MO221"
    faults: tuple[MigrateOpsError, ...]

    def message(self) -> str:
        texts = "; ".join(fault.message() for fault in self.faults)
        return f"the revisions do not fit together: {texts}"

    def hint(self) -> str | None:
        return self.faults[0].hint()


class RevisionCycle(GraphFault):
    """Revisions come before each other."""

    code = "MO222"
    revisions: tuple[str, ...]
    by_dependency: bool = False

    def about(self) -> tuple[str, ...]:
        return self.revisions

    def message(self) -> str:
        edge = "'down_revision' and 'depends_on'" if self.by_dependency else "'down_revision'"
        return f"revisions follow each other in a circle by {edge}: {quoted(self.revisions)}"

    def hint(self) -> str:
        return f"correct the header of one of them: {self.revisions[-1]!r} is a likely one"


class RevisionLoop(GraphFault):
    """A revision names itself as what it follows."""

    code = "MO223"
    revision: str
    path: str | None
    variable: str

    def about(self) -> tuple[str, ...]:
        return (self.revision,)

    def message(self) -> str:
        return f"revision {self.revision!r} names itself in {self.variable!r}{_in_file(self.path)}"

    def hint(self) -> str:
        return f"correct {self.variable!r} in its header"


class MissingParent(GraphFault):
    """A header names a ``down_revision`` that no file has."""

    code = "MO224"
    revision: str
    path: str | None
    missing: str

    def about(self) -> tuple[str, ...]:
        return (self.revision,)

    def message(self) -> str:
        return (
            f"revision {self.revision!r}{_in_file(self.path)} follows {self.missing!r}, which does not exist"
        )

    def hint(self) -> str:
        return "restore the missing script, or correct 'down_revision'"


class MissingDependency(GraphFault):
    """A header names a ``depends_on`` that is no id, no unique prefix of one, and no label."""

    code = "MO225"
    revision: str
    path: str | None
    missing: str
    matches: tuple[str, ...] = ()

    def about(self) -> tuple[str, ...]:
        return (self.revision,)

    def message(self) -> str:
        what = f"matches {quoted(self.matches)}" if self.matches else "does not exist"
        return f"revision {self.revision!r}{_in_file(self.path)} depends on {self.missing!r}, which {what}"

    def hint(self) -> str:
        if self.matches:
            return "write the whole id in 'depends_on'"
        return "restore the missing script, or correct 'depends_on'"


class DuplicateRevision(GraphFault):
    """Several files have the same revision id."""

    code = "MO226"
    revision: str
    paths: tuple[str, ...]

    def about(self) -> tuple[str, ...]:
        return (self.revision,)

    def message(self) -> str:
        where = f": {quoted(self.paths)}" if self.paths else ""
        return f"revision {self.revision!r} exists more than once{where}"

    def hint(self) -> str:
        return "give one of them another 'revision', and let what follows it name that"


class RevisionTaken(RevisionError):
    """A new script is to have an id that another one has."""

    code = "MO229"
    revision: str
    path: str | None

    def message(self) -> str:
        where = f" by {self.path!r}" if self.path else ""
        return f"the revision id {self.revision!r} is taken{where}"

    def hint(self) -> str:
        return "choose another --rev-id, or leave it out to get a random one"


class DuplicateLabel(GraphFault):
    """A branch label is on several revisions, or is the id of one."""

    code = "MO227"
    label: str
    revisions: tuple[str, ...]

    def about(self) -> tuple[str, ...]:
        return self.revisions

    def message(self) -> str:
        return f"branch label {self.label!r} is already taken by {quoted(self.revisions)}"

    def hint(self) -> str:
        if self.label in self.revisions:
            return f"choose another label: {self.label!r} is the id of a revision"
        return "choose another name: a label is written on one revision only, and its descendants have it too"


class IllegalName(GraphFault):
    """A revision id or branch label cannot be told from the syntax of revision expressions."""

    code = "MO228"
    name: str
    path: str | None = None
    revision: str | None = None

    def about(self) -> tuple[str, ...]:
        return () if self.revision is None else (self.revision,)

    def message(self) -> str:
        return f"{self.name!r} cannot be a revision id or branch label{_in_file(self.path)}"

    def hint(self) -> str:
        return "use letters, digits and underscores, and not 'head', 'heads', 'base' or 'current'"


def _in_file(path: str | None) -> str:
    return "" if path is None else f" in {path!r}"
