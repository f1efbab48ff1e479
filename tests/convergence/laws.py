"""What has to hold of any two schemas, tried on a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from migrateops.autogenerate import AutogenContext, compare, produce_script, template_args
from migrateops.errors.base import MigrateOpsError
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from migrateops.snapshot import TableRecord, TablesKind
from migrateops.snapshot.canonical import sorted_by_name
from tests.convergence.schemas import Schema, models
from tests.convergence.vocabulary import Vocabulary
from tests.core.autogenerate.recording import scope

State = dict[tuple[str | None, str], TableRecord | None]
"""Tables by schema and name, and what is no table under its kind and name."""


class Broken(AssertionError):
    """A law does not hold.

    Args:
        law: Which.
        detail: What there was instead.
    """

    def __init__(self, law: str, detail: str) -> None:
        super().__init__(f"{law}: {detail}")
        self.law, self.detail = law, detail


FALSE_POSITIVE = "differences of a schema from itself"
FALSE_NEGATIVE = "no differences of schemas that differ"
NOT_THERE = "the upgrade does not lead to the models"
NOT_BACK = "the downgrade does not lead back"
NOT_TAKEN_BACK = "# not taken back: "


class Laws:
    """Try pairs of schemas on one connection, whose database is empty before and after each."""

    def __init__(self, connection: sa.Connection, words: Vocabulary) -> None:
        self.connection, self.words = connection, words
        self.schemas = [None, *sorted({schema for schema, _ in words.places.values()})]
        opts = {"include_schemas": True} if words.places else {}
        self.context = MigrationContext.configure(connection, opts=opts, plugins=())
        self.operations = Operations(self.context)

    def hold(self, old: Schema, new: Schema, *, differ: bool) -> bool:
        """Try all of them, and say whether the script could be taken back.

        Args:
            old: What the database has.
            new: What the models have.
            differ: Whether the two differ in meaning.

        Raises:
            Broken: One does not hold.
        """
        self._create(old)
        self._expect_none(old, FALSE_POSITIVE)
        before = self.state()
        texts = self._written(new)
        if texts is None:
            if differ:
                raise Broken(FALSE_NEGATIVE, "nothing")
            return True
        if not differ:
            raise Broken(FALSE_POSITIVE, texts["upgrades"])
        self._execute(texts["upgrades"], NOT_THERE, texts["names"])
        self._expect_none(new, f"{NOT_THERE}: {texts['upgrades']}")
        if NOT_TAKEN_BACK in texts["downgrades"]:
            return False
        self._execute(texts["downgrades"], NOT_BACK, texts["names"])
        after = self.state()
        if before == after:
            # Nothing is compared but states: there is no difference to the models either.
            return True
        after = {place: _named_as_before(record, before.get(place)) for place, record in after.items()}
        if before != after:
            raise Broken(NOT_BACK, f"{_unlike(before, after)}\n{texts['downgrades']}")
        self._expect_none(old, NOT_BACK)
        return True

    def _create(self, schema: Schema) -> None:
        """Create the tables of a schema as SQLAlchemy does; where it cannot, as the tool does."""
        if self.words.creates and not _has_circle(schema):
            models(schema, self.words).create_all(self.connection, checkfirst=False)
        else:
            self._run(schema, NOT_THERE)

    def _written(self, schema: Schema) -> dict[str, Any] | None:
        rendering = AutogenContext(self.context, models(schema, self.words))
        script = produce_script(rendering)
        if not script.upgrade_ops_list[0].ops:
            return None
        texts: dict[str, Any] = dict(template_args(rendering, script))
        texts["names"] = scope(script.imports)
        return texts

    def _run(self, schema: Schema, law: str) -> None:
        texts = self._written(schema)
        if texts is not None:
            self._execute(texts["upgrades"], law, texts["names"])

    def _execute(self, body: str, law: str, names: dict[str, Any]) -> None:
        exec(f"def run(op):\n    {body}\n", names)
        try:
            names["run"](self.operations)
        except (MigrateOpsError, SQLAlchemyError) as error:
            raise Broken(law, f"{type(error).__name__}: {error}\n{body}") from error

    def _expect_none(self, schema: Schema, law: str) -> None:
        found = compare(AutogenContext(self.context, models(schema, self.words))).ops
        if found:
            shown = [
                repr(inner.to_diff_tuple()) for op in found for inner in getattr(op, "ops", None) or [op]
            ]
            raise Broken(law, "; ".join(shown))

    def state(self) -> State:
        """Return the tables of the database, without the order of their columns, and what else it has."""
        kind = TablesKind(self.context.pack)
        tables: State = {
            (record.schema, record.name): replace(
                record, columns=tuple(sorted(record.columns, key=lambda one: one.name))
            )
            for record in kind.read(self.connection, self.schemas)
        }
        others = self.context.pack.unread(self.connection, self.schemas)
        return tables | {(schema, f"{kind} {name}"): None for kind, schema, name in others}


def _has_circle(schema: Schema) -> bool:
    """Say whether a table refers to itself by way of others."""
    left = {table.name: {one.table for one in table.references} - {table.name} for table in schema.tables}
    while left:
        free = {name for name, needs in left.items() if not needs & left.keys()}
        if not free:
            return True
        left = {name: needs for name, needs in left.items() if name not in free}
    return False


def _named_as_before(record: TableRecord | None, before: TableRecord | None) -> TableRecord | None:
    """Return a record in which constraints that had no name have none, whatever a batch has called them."""
    if record is None or before is None:
        return record
    changes: dict[str, Any] = {}
    for attribute in ("unique", "foreign_keys", "checks"):
        items = getattr(record, attribute)
        had = {one.name for one in getattr(before, attribute)}
        if None in had:
            nameless = [one if one.name in had else replace(one, name=None) for one in items]
            changes[attribute] = sorted_by_name(nameless)
    return replace(record, **changes)


def _unlike(before: State, after: State) -> str:
    lines: list[str] = []
    for place in sorted({*before, *after}, key=str):
        one, other, name = before.get(place), after.get(place), place[1]
        if one is None or other is None:
            if (place in before) != (place in after):
                lines.append(f"{name}: {one or place in before} became {other or place in after}")
        elif one != other:
            lines += [
                f"{name}.{attribute}: {getattr(one, attribute)} became {getattr(other, attribute)}"
                for attribute in TableRecord.__dataclass_fields__
                if getattr(one, attribute) != getattr(other, attribute)
            ]
    return "\n".join(lines)
