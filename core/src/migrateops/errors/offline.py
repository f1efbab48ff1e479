"""What can go wrong with SQL that is written instead of executed."""

from __future__ import annotations

from migrateops.errors.base import MigrateOpsError, quoted


class NotEncodable(MigrateOpsError):
    """The SQL has a character that the encoding of its stream does not have."""

    code = "MO468"
    character: str
    encoding: str

    def message(self) -> str:
        shown = f"{self.character!a} (U+{ord(self.character):04X})"
        return f"the SQL has the character {shown}, which {self.encoding} does not have"

    def hint(self) -> str:
        return "give context.configure() output_encoding='utf-8', or a stream of that encoding"


class UnknownEncoding(MigrateOpsError):
    """output_encoding names an encoding that Python does not have."""

    code = "MO469"
    encoding: str

    def message(self) -> str:
        return f"there is no encoding {self.encoding!r}"

    def hint(self) -> str:
        return "use 'utf-8', or another name from Python's list of encodings"


class StartOnline(MigrateOpsError):
    """starting_rev was given for a database, which knows itself where it is."""

    code = "MO470"
    given: str

    def message(self) -> str:
        return f"starting_rev={self.given!r} is for SQL streams; a database says itself where it is"

    def hint(self) -> str:
        return "remove starting_rev from the online part of env.py"


class NoVersionColumn(MigrateOpsError):
    """The version table that a dialect pack describes lacks the column that is used."""

    code = "MO471"
    pack: str
    table: str

    def message(self) -> str:
        return f"the version table {self.table!r} of {self.pack} has no column 'version_num'"

    def hint(self) -> str:
        return "keep the column version_num in what version_table() returns"


class RangeNotUpwards(MigrateOpsError):
    """The range of an offline upgrade does not lead from older revisions to newer ones."""

    code = "MO472"
    start: tuple[str, ...]
    end: tuple[str, ...]

    def message(self) -> str:
        end = f"revision {quoted(self.end)}" if self.end else "the base"
        return f"an upgrade does not lead from {quoted(self.start)} to {end}"

    def hint(self) -> str:
        return "give the older revision first; of several branches, give all that is applied: 'a,b:to'"


class RangeNotDownwards(MigrateOpsError):
    """The range of an offline downgrade does not lead from newer revisions to older ones."""

    code = "MO478"
    start: tuple[str, ...]
    end: str

    def message(self) -> str:
        start = quoted(self.start) or "the base"
        return f"a downgrade does not lead from {start} to {self.end!r}"

    def hint(self) -> str:
        return "give the newer revision first: 'from:to', where 'from' has 'to' below it"


class StreamRefused(MigrateOpsError):
    """The operating system refused to take the SQL that is written."""

    code = "MO479"
    reason: str

    def message(self) -> str:
        return f"the SQL cannot be written: {self.reason}"

    def hint(self) -> str:
        return "look at where it goes: what was written there is not whole"
