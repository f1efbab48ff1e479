"""Any changes to any table: what is asked of a batch, and what becomes of the model by it."""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

import sqlalchemy as sa

from migrateops.operations import BatchOperations
from tests.core.dialects.sqlite.batch.any_table import (
    MORE_NAMES,
    STRICT_TYPES,
    TYPES,
    Col,
    Index,
    Rule,
    Table,
    quoted,
)

KINDS = (
    "type", "type", "null", "not null", "default", "drop", "drop", "add", "add", "rename", "rename", "move",
    "unique", "check", "foreign key", "own key", "primary key", "drop constraint", "index", "drop index",
    "comment", "several", "wrong",
)  # fmt: skip


class Change(NamedTuple):
    """One change; the numbers choose among what there is."""

    kind: str
    one: int
    two: int
    three: int


class Outcome:
    """What is known of a batch: ``must_fail`` for certain, ``may_fail`` by the order in which it is made."""

    def __init__(self) -> None:
        self.must_fail = False
        self.may_fail = False
        self.unfit: set[Col] = set()
        self.moved = False


class Changes:
    """Ask for changes, and make them to the model."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.outcome = Outcome()
        self.strict = "STRICT" in table.options
        self.names = iter(MORE_NAMES)
        self.number = 0
        # What columns were called, in this batch.
        self.former: dict[Col, str] = {}

    def make(self, batch: BatchOperations, change: Change) -> None:
        kind = change.kind.replace(" ", "_")
        getattr(self, f"_{kind}")(batch, change)

    # ---------------------------------------------------------------------------- choices

    def _pick(self, number: int, *, stored: bool = False, key: bool = False) -> Col | None:
        found = [
            col
            for col in self.table.cols
            if (key or (not col.key and not self._in_key(col))) and not (stored and col.made_of)
        ]
        return found[number % len(found)] if found else None

    def _in_key(self, col: Col) -> bool:
        return any(rule.kind == "pk" and col in rule.cols for rule in self.table.rules)

    def _call(self, col: Col, number: int) -> str:
        """Return a name for the column: the one that it has, or had in this batch, in any case."""
        former = self.former.get(col)
        if former is not None and number % 2 and all(former != other.name for other in self.table.cols):
            return former
        return col.name.upper() if number % 5 == 0 and col.name.isascii() else col.name

    def _a_type(self, number: int) -> str:
        names = STRICT_TYPES if self.strict else tuple(TYPES)
        return names[number % len(names)]

    def _named(self, what: str) -> str:
        self.number += 1
        return f"{what} {self.number}" if self.number % 2 else f"{what}_{self.number}"

    def _stored(self, value: Any, type_: str) -> tuple[Any, bool]:
        """Return a value as a column of a type keeps it, and whether it is one of the type's own."""
        with sqlite3.connect(":memory:") as scratch:
            scratch.execute(f"CREATE TABLE x (v {type_}) {'STRICT' if self.strict else ''}")
            try:
                scratch.execute("INSERT INTO x VALUES (?)", (value,))
            except sqlite3.Error:
                return value, False
            ((kept, kind),) = scratch.execute("SELECT v, typeof(v) FROM x").fetchall()
        scratch.close()
        wanted = {"INTEGER": ("integer",), "REAL": ("real",), "NUMERIC": ("integer", "real")}
        return kept, kind == "null" or self.strict or kind in wanted.get(type_, (kind,))

    # ---------------------------------------------------------------------------- columns

    def _type(self, batch: BatchOperations, change: Change) -> None:
        col, type_ = self._pick(change.one, stored=True), self._a_type(change.three)
        if col is not None:
            batch.alter_column(self._call(col, change.two), type_=TYPES[type_])
            self._retype(col, type_)

    def _retype(self, col: Col, type_: str) -> None:
        if type_ == col.type:
            return
        col.type = type_
        for _, values in self.table.rows:
            values[col], fits = self._stored(values[col], type_)
            if not fits:
                self.outcome.unfit.add(col)

    def _null(self, batch: BatchOperations, change: Change) -> None:
        col = self._pick(change.one, stored=True)
        if col is not None:
            batch.alter_column(self._call(col, change.two), nullable=True)
            col.not_null = False

    def _not_null(self, batch: BatchOperations, change: Change) -> None:
        col = self._pick(change.one, stored=True)
        if col is not None:
            batch.alter_column(self._call(col, change.two), nullable=False)
            self._fill(col)

    def _fill(self, col: Col) -> None:
        col.not_null = True
        # It may be let go again before the rows are looked at.
        self.outcome.may_fail |= any(values[col] is None for _, values in self.table.rows)

    def _default(self, batch: BatchOperations, change: Change) -> None:
        col = self._pick(change.one, stored=True)
        if col is not None:
            given, col.default = self._a_default(change.three)
            batch.alter_column(self._call(col, change.two), server_default=given)

    def _a_default(self, number: int) -> tuple[Any, str | None]:
        choices: list[tuple[Any, str | None]] = [
            (None, None),
            ("5", "'5'"),
            (sa.text("(1 + 1)"), "(1 + 1)"),
            (sa.text("3"), "3"),
        ]
        return choices[number % len(choices)]

    def _drop(self, batch: BatchOperations, change: Change) -> None:
        col = self._pick(change.one)
        if col is None or self.table.stored == [col]:
            return
        batch.drop_column(self._call(col, change.two))
        table = self.table
        used = [other for other in table.cols if other.made_of is not None and other.made_of[0] is col]
        used_in = [rule for rule in table.rules if rule.kind == "check" and col in rule.cols]
        if used or used_in or col is table.child:
            self.outcome.must_fail = True
        if any(col in seen.used for seen in table.seen):
            self.outcome.must_fail = True
        table.cols.remove(col)
        table.rules = [rule for rule in table.rules if col not in rule.cols]
        table.indexes = [index for index in table.indexes if col not in index.cols]
        for _, values in table.rows:
            values.pop(col, None)

    def _add(self, batch: BatchOperations, change: Change) -> None:
        name, type_ = next(self.names, None), self._a_type(change.two)
        if name is None:
            return
        form = change.three % 7
        given, default = self._a_default(change.one)
        col = Col(name, type_, default=default)
        items: list[Any] = []
        more: dict[str, Any] = {}
        rules: list[Rule] = []
        source = self._pick(change.two, stored=True, key=True)
        if form == 1:
            col.not_null = True
            # Rows have no value for it, also if it may be NULL by a later change.
            self.outcome.may_fail |= given is None and bool(self.table.rows)
        elif form == 2:
            rules.append(Rule(None, "unique", [col], "UNIQUE ({0})"))
            more["unique"] = True
        elif form == 3:
            given, col.default = None, None
            items.append(sa.ForeignKey("parent.id", name="fk of new", ondelete="CASCADE"))
            fk = "FOREIGN KEY({0}) REFERENCES parent (id) ON DELETE CASCADE"
            rules.append(Rule("fk of new", "fk", [col], fk))
            if any(rule.name == "fk of new" for rule in self.table.rules):
                self.outcome.must_fail = True
        elif form == 4:
            more["index"] = True
            indexed = f"ix_t_{name}"
            self.table.indexes.append(Index(indexed, [col]))
        elif form == 5 and source is not None:
            given, col.default = None, None
            sql = f"{source} || 'g, )'".replace(":", "\\:")
            items.append(sa.Computed(sql, persisted=bool(change.one % 2)))
            col.made_of = (source, "STORED" if change.one % 2 else "VIRTUAL")
        place = self._place(change.one + change.two)
        column = sa.Column(
            name, TYPES[type_], *items, server_default=given, nullable=not col.not_null, **more
        )
        batch.add_column(column, **place[0])
        self.table.rules += rules
        self.table.cols.insert(place[1], col)
        if col.made_of is None:
            value = None if col.default is None else {"'5'": "5", "(1 + 1)": 2, "3": 3}[col.default]
            for _, values in self.table.rows:
                values[col], fits = self._stored(value, type_)
                self.outcome.must_fail |= not fits and self.strict

    def _place(self, number: int) -> tuple[dict[str, Any], int]:
        cols = self.table.cols
        at = number // 3 % len(cols)
        if number % 3 == 0:
            return {"insert_before": self._call(cols[at], 0)}, at
        if number % 3 == 1:
            return {"insert_after": self._call(cols[at], 1)}, at + 1
        return {}, len(cols)

    def _rename(self, batch: BatchOperations, change: Change) -> None:
        col, name = self._pick(change.one), next(self.names, None)
        if col is not None and name is not None:
            batch.alter_column(self._call(col, change.two), new_column_name=name)
            self.former[col], col.name = col.name, name

    def _move(self, batch: BatchOperations, change: Change) -> None:
        col = self._pick(change.one, key=True)
        if col is None:
            return
        called = self._call(col, change.two)
        if len(self.table.cols) < 2:
            return
        self.table.cols.remove(col)
        place, at = self._place(change.three - change.three % 3 + change.three % 2)
        self.table.cols.insert(at, col)
        batch.alter_column(called, **place)

    def _several(self, batch: BatchOperations, change: Change) -> None:
        """Change all of a column at once."""
        col, name = self._pick(change.one, stored=True), next(self.names, None)
        if col is None or name is None:
            return
        type_, called = self._a_type(change.three), self._call(col, change.two)
        batch.alter_column(
            called, new_column_name=name, type_=TYPES[type_], nullable=False, server_default="5"
        )
        self._retype(col, type_)
        self._fill(col)
        self.former[col], col.name, col.default = col.name, name, "'5'"

    # -------------------------------------------------------------- constraints and indexes

    def _unique(self, batch: BatchOperations, change: Change) -> None:
        cols = list(dict.fromkeys(filter(None, (self._pick(change.one), self._pick(change.two)))))
        if cols:
            name = self._named("uq")
            batch.create_unique_constraint(name, [self._call(col, change.three) for col in cols])
            form = "UNIQUE ({0}, {1})" if len(cols) > 1 else "UNIQUE ({0})"
            self._new(Rule(name, "unique", cols, form))

    def _check(self, batch: BatchOperations, change: Change) -> None:
        col = self._pick(change.one, key=True)
        if col is not None:
            name = self._named("ck")
            form = ("{0} IS NOT 'never, )'", "{0} IS NULL OR {0} <> 3")[change.three % 2]
            called = quoted(self._call(col, change.two))
            batch.create_check_constraint(name, form.format(called).replace(":", "\\:"))
            self._new(Rule(name, "check", [col], f"CHECK ({form})"))

    def _foreign_key(self, batch: BatchOperations, change: Change) -> None:
        col = self._pick(change.one, key=True)
        if col is not None:
            name = self._named("fk")
            options: dict[str, Any] = {"onupdate": "CASCADE", "deferrable": True, "initially": "DEFERRED"}
            called = [self._call(col, change.two)]
            batch.create_foreign_key(name, "parent", called, ["id"], ondelete="SET NULL", **options)
            form = "FOREIGN KEY({0}) REFERENCES parent (id) ON DELETE SET NULL ON UPDATE CASCADE "
            self._new(Rule(name, "fk", [col], f"{form}DEFERRABLE INITIALLY DEFERRED"))

    def _own_key(self, batch: BatchOperations, change: Change) -> None:
        col, key = self._pick(change.one), self.table.cols_by_key()
        if col is not None and key is not None:
            name = self._named("own")
            batch.create_foreign_key(name, "t", [self._call(col, change.two)], [key.name])
            self._new(Rule(name, "fk", [col, key], "FOREIGN KEY({0}) REFERENCES t ({1})"))

    def _primary_key(self, batch: BatchOperations, change: Change) -> None:
        col = next((col for col in self.table.cols if col.name == "id"), None)
        if col is None:
            return
        batch.create_primary_key("pk of t", ["id"])
        if self.table.cols_by_key() is not None or any(rule.kind == "pk" for rule in self.table.rules):
            self.outcome.must_fail = True
            return
        col.not_null = True
        self._new(Rule("pk of t", "pk", [col], "PRIMARY KEY ({0})"))
        if self.table.numbers_rows() is None:
            self.table.rows = [(None, values) for _, values in self.table.rows]

    def _new(self, rule: Rule) -> None:
        self.table.rules.append(rule)
        # The rows must suit it at the end, and need to before only if it is made before.
        self.outcome.may_fail = True

    def _drop_constraint(self, batch: BatchOperations, change: Change) -> None:
        named = [rule for rule in self.table.rules if rule.name is not None and rule.kind != "pk"]
        if named:
            rule = named[change.one % len(named)]
            kind = {"fk": "foreignkey"}.get(rule.kind, rule.kind)
            batch.drop_constraint(str(rule.name), type_=kind if change.two % 2 else None)
            self.table.rules.remove(rule)
            self.outcome.may_fail |= rule.kind == "unique"

    def _index(self, batch: BatchOperations, change: Change) -> None:
        col, other = self._pick(change.one, key=True), self._pick(change.two, key=True)
        if col is None or other is None:
            return
        name, form = (
            self._named("ix"),
            ("{0}", "lower({0})", "{0} DESC", "{0} COLLATE NOCASE")[change.three % 4],
        )
        cols = [col] if col is other else [col, other]
        index = Index(name, cols, form, unique=change.two % 4 == 0, where=change.one % 3 == 0)
        # As text, columns go by the names that they have; alone, by either.
        parts = [sa.text(form.format(one).replace(":", "\\:")) if form != "{0}" else one.name for one in cols]
        where = sa.text(f"{col} IS NOT NULL".replace(":", "\\:")) if index.where else None
        batch.create_index(name, parts, unique=index.unique, sqlite_where=where)
        self.table.indexes.append(index)
        self.outcome.may_fail |= index.unique

    def _drop_index(self, batch: BatchOperations, change: Change) -> None:
        if self.table.indexes:
            index = self.table.indexes[change.one % len(self.table.indexes)]
            batch.drop_index(index.name)
            self.outcome.may_fail |= index.unique
            self.table.indexes.remove(index)

    def _comment(self, batch: BatchOperations, change: Change) -> None:
        batch.create_table_comment("kept nowhere")

    def _wrong(self, batch: BatchOperations, change: Change) -> None:
        """Ask for what can never be."""
        if change.one % 4:
            return  # too many of these, and nothing else would be tried
        taken = self.table.cols[change.two % len(self.table.cols)].name
        asked: list[Any] = [
            lambda: batch.drop_column("not there"),
            lambda: batch.alter_column("not there", nullable=False),
            lambda: batch.add_column(sa.Column(taken.upper() if taken.isascii() else taken, sa.Integer())),
            lambda: batch.drop_constraint("not there"),
            lambda: batch.drop_index("not there"),
            lambda: batch.create_index("wrong", ["not there"]),
            lambda: batch.create_check_constraint("wrong", "not_there > 1"),
            lambda: batch.create_unique_constraint("wrong", ["not there"]),
        ]
        asked[change.three % len(asked)]()
        self.outcome.must_fail = True
