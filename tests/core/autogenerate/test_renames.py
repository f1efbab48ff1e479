"""Renames: found by hint, asked about, never guessed; rows are kept, and other things compared as ever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from migrateops.autogenerate import AutogenContext, compare, compare_metadata, produce_script, template_args
from migrateops.autogenerate.renames import PossibleRename
from migrateops.errors.autogenerate import AmbiguousRename, WrongRenameHint
from migrateops.runtime.migration import MigrationContext
from tests.core.autogenerate.roundtrip import NAMES, difference, run, state

Packed = Callable[..., MigrationContext]


@pytest.fixture
def packed(connection: sa.Connection) -> Packed:
    """Make a context with the pack of the database."""

    def made(metadata: sa.MetaData, **opts: Any) -> MigrationContext:
        return MigrationContext.configure(connection, opts={"target_metadata": metadata, **opts})

    return made


def from_(*names: str) -> dict[str, Any]:
    """Return the hint of something that had these names."""
    return {"renamed_from": names[0] if len(names) == 1 else list(names)}


def table(name: str, *columns: Any, info: Any = None, metadata: sa.MetaData | None = None) -> sa.MetaData:
    """Return models of one table with a key."""
    metadata = sa.MetaData() if metadata is None else metadata
    sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), *columns, info=info)
    return metadata


def text(name: str, *args: Any, **kw: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.String(20), *args, **kw)


def number(name: str, *args: Any, **kw: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, *args, **kw)


def diffs(context: MigrationContext, metadata: sa.MetaData) -> list[Any]:
    """Return the differences, without columns and types in them."""
    found: list[Any] = []
    for diff in compare_metadata(context, metadata):
        found += diff if isinstance(diff, list) else [diff]
    return [tuple(item for item in diff if isinstance(item, str)) for diff in found]


def script_of(context: MigrationContext, metadata: sa.MetaData, **opts: Any) -> tuple[str, AutogenContext]:
    """Return what a script would do, and the context of the comparison."""
    made = AutogenContext(context, metadata, opts)
    return template_args(made, produce_script(made))["upgrades"], made


@pytest.mark.parametrize("batch", [False, True])
def test_rows_are_kept_by_hints(connection: sa.Connection, packed: Packed, batch: bool) -> None:
    """A table and its columns at once, with all that is on them and refers to them, and back."""

    def models(parent: str, mail: str, ref: str, hinted: bool) -> sa.MetaData:
        metadata = sa.MetaData(naming_convention=NAMES)
        info = {
            name: from_(old) if hinted else {}
            for name, old in (("t", "parent"), ("m", "email"), ("r", "pid"))
        }
        sa.Table(
            parent,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            text(mail, unique=True, nullable=False, info=info["m"]),
            number("n", index=True),
            sa.CheckConstraint(f"{mail} <> 'email' AND n > 0", name="mail"),
            number("twice", sa.Computed("n * 2", persisted=True)),
            sa.Index("ix_both", "n", mail, unique=True),
            info=info["t"],
        )
        sa.Table(
            "child",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            number(ref, sa.ForeignKey(f"{parent}.id", ondelete="CASCADE"), index=True, info=info["r"]),
            text("mail", sa.ForeignKey(f"{parent}.{mail}")),
            number("self_id", sa.ForeignKey("child.id")),
        )
        return metadata

    models("parent", "email", "pid", False).create_all(connection)
    connection.execute(sa.text("INSERT INTO parent (id, email, n) VALUES (1, 'a@b', 2)"))
    connection.execute(sa.text("INSERT INTO child (id, pid, mail) VALUES (5, 1, 'a@b')"))
    before = state(connection)
    wanted = models("person", "address", "person_id", True)
    context = packed(wanted, render_as_batch=batch)
    assert [diff for diff in diffs(context, wanted) if diff[0].startswith("rename")] == [
        ("rename_table", "parent", "person"),
        ("rename_column", "child", "pid", "person_id"),
        ("rename_column", "person", "email", "address"),
    ]
    back = run(context, wanted)
    assert difference(context, wanted) == []
    assert connection.execute(sa.text("SELECT id, address, n FROM person")).all() == [(1, "a@b", 2)]
    assert connection.execute(sa.text("SELECT person_id, mail FROM child")).all() == [(1, "a@b")]
    back()
    assert connection.execute(sa.text("SELECT id, email, n FROM parent")).all() == [(1, "a@b", 2)]
    assert connection.execute(sa.text("SELECT pid, mail FROM child")).all() == [(1, "a@b")]
    assert state(connection) == before


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection")
def test_only_the_rename_is_written_where_nothing_else_differs(
    connection: sa.Connection, packed: Packed
) -> None:
    """A foreign key to what was renamed, a CHECK, an index: the server has renamed what they speak of."""

    def models(parent: str, mail: str, hinted: bool) -> sa.MetaData:
        metadata = table(
            parent,
            text(mail, info=from_("email") if hinted else None),
            sa.CheckConstraint(f"length({mail}) > 3 AND {mail} <> 'email'", name="long"),
            sa.Index("by_mail", sa.text(f"lower({mail})")),
            sa.Index(
                "some",
                mail,
                unique=True,
                sqlite_where=sa.text(f"{mail} <> ''"),
                postgresql_where=sa.text(f"{mail} <> ''"),
                postgresql_include=[mail],
            ),
            number("n", sa.Computed(f"length({mail})"))
            if connection.dialect.name == "sqlite"
            else number("n"),
            info=from_("parent") if hinted else None,
        )
        return table("child", number("ref", sa.ForeignKey(f"{parent}.id", name="fk")), metadata=metadata)

    models("parent", "email", False).create_all(connection)
    wanted = models("person", "Mail Address", True)
    for one in list(wanted.tables["person"].constraints):
        if isinstance(one, sa.CheckConstraint):
            one.sqltext = sa.text('length("Mail Address") > 3 AND "Mail Address" <> \'email\'')
    wanted = _quoted(wanted)
    context = packed(wanted)
    assert diffs(context, wanted) == [
        ("rename_table", "parent", "person"),
        ("rename_column", "person", "email", "Mail Address"),
    ]
    run(context, wanted)
    assert difference(context, wanted) == []


def _quoted(metadata: sa.MetaData) -> sa.MetaData:
    """Write the new name in texts as SQL has it."""

    def said(element: Any) -> Any:
        found = str(getattr(element, "text", element))
        bare = found.replace('"Mail Address"', "Mail Address")
        return sa.text(bare.replace("Mail Address", '"Mail Address"'))

    person = metadata.tables["person"]
    for index in person.indexes:
        parts: Any = index.expressions
        parts[:] = [said(part) if isinstance(part, sa.TextClause) else part for part in parts]
        for name in ("sqlite_where", "postgresql_where"):
            if index.dialect_kwargs.get(name) is not None:
                index.dialect_kwargs[name] = said(index.dialect_kwargs[name])
    computed = person.columns["n"].computed
    if computed is not None:
        computed.sqltext = said(computed.sqltext)
    return metadata


def test_a_hint_that_no_longer_applies_is_ignored(connection: sa.Connection, packed: Packed) -> None:
    table("person", text("name")).create_all(connection)
    wanted = table("person", text("name", info=from_("title", "label")), info=from_("people"))
    assert difference(packed(wanted), wanted) == []


def test_of_several_names_the_one_that_is_there_counts(connection: sa.Connection, packed: Packed) -> None:
    table("person", text("label")).create_all(connection)
    wanted = table("person", text("name", info=from_("title", "label")))
    assert diffs(packed(wanted), wanted) == [("rename_column", "person", "label", "name")]


@pytest.mark.parametrize(
    ("columns", "info"),
    [
        ([text("name", info={"renamed_from": "name"})], None),
        ([text("name", info={"renamed_from": ["old", "name"]})], None),
        ([text("name", info={"renamed_from": 5})], None),
        ([text("name", info={"renamed_from": None})], None),
        ([text("name", info={"renamed_from": ""})], None),
        ([text("name", info={"renamed_from": []})], None),
        ([], {"renamed_from": "person"}),
    ],
)
def test_a_hint_that_says_nothing_is_refused(
    connection: sa.Connection, packed: Packed, columns: list[sa.Column[Any]], info: Any
) -> None:
    wanted = table("person", *[column._copy() for column in columns], info=info)
    wanted.create_all(connection)
    with pytest.raises(WrongRenameHint) as raised:
        compare(AutogenContext(packed(wanted), wanted))
    assert "person" in raised.value.where


def test_hints_that_contradict_each_other_are_refused(connection: sa.Connection, packed: Packed) -> None:
    table("person", text("a"), text("b")).create_all(connection)
    two_old = table("person", text("c", info=from_("a", "b")))
    with pytest.raises(AmbiguousRename) as raised:
        difference(packed(two_old), two_old)
    assert (raised.value.old, raised.value.new) == (("a", "b"), ("c",))
    two_new = table("person", text("c", info=from_("a")), text("d", info=from_("a")))
    with pytest.raises(AmbiguousRename) as raised:
        difference(packed(two_new), two_new)
    assert (raised.value.old, raised.value.new) == (("a",), ("c", "d"))
    tables = table("man", info=from_("person"))
    table("woman", info=from_("person"), metadata=tables)
    with pytest.raises(AmbiguousRename):
        difference(packed(tables), tables)


def test_names_move_on_in_a_row(connection: sa.Connection, packed: Packed) -> None:
    """What was b is c, what was a is b: b has to be free before."""
    old = table("a", text("x"), text("y"))
    table("b", number("n"), metadata=old)
    old.create_all(connection)
    connection.execute(sa.text("INSERT INTO a (id, x, y) VALUES (1, 'x', 'y')"))
    wanted = table("b", text("y", info=from_("x")), text("z", info=from_("y")), info=from_("a"))
    table("c", number("n"), info=from_("b"), metadata=wanted)
    context = packed(wanted)
    back = run(context, wanted)
    assert connection.execute(sa.text("SELECT y, z FROM b")).all() == [("x", "y")]
    assert difference(context, wanted) == []
    back()
    assert connection.execute(sa.text("SELECT x, y FROM a")).all() == [("x", "y")]
    assert difference(packed(old), old) == []


def test_names_are_exchanged_by_hint(connection: sa.Connection, packed: Packed) -> None:
    old = table("one", text("a"), number("b"))
    table("two", text("c"), metadata=old)
    old.create_all(connection)
    connection.execute(sa.text("INSERT INTO one (id, a, b) VALUES (1, 'x', 2)"))
    connection.execute(sa.text("INSERT INTO two (id, c) VALUES (3, 'two')"))
    wanted = table("two", number("a", info=from_("b")), text("b", info=from_("a")), info=from_("one"))
    table("one", text("c"), info=from_("two"), metadata=wanted)
    context = packed(wanted)
    back = run(context, wanted)
    assert connection.execute(sa.text("SELECT id, b, a FROM two")).all() == [(1, "x", 2)]
    assert connection.execute(sa.text("SELECT id, c FROM one")).all() == [(3, "two")]
    # The hints are there still, and what they say is done.
    assert difference(context, wanted) == []
    back()
    assert connection.execute(sa.text("SELECT id, a, b FROM one")).all() == [(1, "x", 2)]
    assert difference(packed(old), old) == []


def test_an_exchange_without_a_hint_is_noted_and_not_made(connection: sa.Connection, packed: Packed) -> None:
    table("one", text("a"), number("b")).create_all(connection)
    wanted = table("one", number("a"), text("b"))
    context = AutogenContext(packed(wanted), wanted)
    assert all(op.modify_name is None for op in compare(context).flat())  # type: ignore[attr-defined]
    [note] = context.notes
    assert "'a' and 'b'" in note
    assert "renamed_from" in note


def test_a_likely_rename_is_said_and_not_made(connection: sa.Connection, packed: Packed) -> None:
    old = table("person", text("email", nullable=False))
    table("town", text("name"), number("size"), metadata=old)
    old.create_all(connection)
    wanted = table("person", text("email_address", nullable=False))
    table("city", text("name"), number("size"), metadata=wanted)
    context = packed(wanted)
    assert sorted(diff[0] for diff in diffs(context, wanted)) == [
        "add_column",
        "add_table",
        "remove_column",
        "remove_table",
    ]
    body, made = script_of(context, wanted)
    assert len([note for note in made.notes if note.startswith("perhaps ")]) == 2
    assert 'info={"renamed_from": "email"}' in " ".join(made.notes)
    comments = " ".join(line.strip().removeprefix("# ") for line in body.splitlines() if "# " in line)
    assert "Perhaps column 'email' of table 'person' to 'email_address' is a rename" in comments
    assert "Perhaps table 'town' to 'city' is a rename" in comments
    lines = [line.strip() for line in body.splitlines()]
    last = max(number for number, line in enumerate(lines) if line.startswith("#") and "email" in line)
    assert "add_column(" in next(line for line in lines[last:] if not line.startswith("#"))


def asking(*answers: bool) -> tuple[Callable[[PossibleRename], bool], list[PossibleRename]]:
    """Return what answers in this order, and what it was asked."""
    asked: list[PossibleRename] = []

    def ask(question: PossibleRename) -> bool:
        asked.append(question)
        return answers[len(asked) - 1]

    return ask, asked


def test_what_is_answered_is_written(connection: sa.Connection, packed: Packed) -> None:
    table("people", text("email"), number("n")).create_all(connection)
    connection.execute(sa.text("INSERT INTO people (id, email) VALUES (1, 'a@b')"))
    wanted = table("person", text("address"), number("n"))
    ask, asked = asking(True, True)
    body, made = script_of(packed(wanted), wanted, ask_rename=ask)
    assert [(one.table, one.old, one.new) for one in asked] == [
        (None, "people", "person"),
        ("person", "email", "address"),
    ]
    assert body.count("# Renamed, as answered: ") == 2
    assert made.notes == []
    run(packed(wanted), wanted, ask_rename=asking(True, True)[0])
    assert connection.execute(sa.text("SELECT address FROM person")).all() == [("a@b",)]
    assert difference(packed(wanted), wanted) == []


def test_no_means_no(connection: sa.Connection, packed: Packed) -> None:
    table("people", text("a"), text("b")).create_all(connection)
    wanted = table("people", text("c"), text("d"))
    ask, asked = asking(False, False, True, False)
    body, made = script_of(packed(wanted), wanted, ask_rename=ask)
    # One that is no rename of the one may be of the other.
    assert [(one.old, one.new) for one in asked] == [("a", "c"), ("b", "d"), ("a", "d"), ("b", "c")]
    assert body.count("new_column_name=") == 1
    assert made.notes == []
    assert "Perhaps" not in body


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # The database has them in the order in which they came.
        (
            [text("name"), number("age"), text("email")],
            [text("mail_address"), number("age"), text("name")],
            ("email", "mail_address"),
        ),
        ([text("zip"), number("a")], [number("a"), text("postcode")], ("zip", "postcode")),
        (
            [text("qty"), text("note"), number("a")],
            [number("a"), text("notes"), text("remark")],
            ("note", "notes"),
        ),
    ],
)
def test_the_order_of_columns_does_not_keep_from_asking(
    connection: sa.Connection,
    packed: Packed,
    old: list[sa.Column[Any]],
    new: list[sa.Column[Any]],
    expected: tuple[str, str],
) -> None:
    table("t", *[column._copy() for column in old]).create_all(connection)
    wanted = table("t", *[column._copy() for column in new])
    ask, asked = asking(True)
    compare(AutogenContext(packed(wanted), wanted, {"ask_rename": ask}))
    assert [(one.old, one.new) for one in asked] == [expected]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([text("email")], [number("email_address")]),
        ([text("email", nullable=False)], [text("email_address")]),
        ([text("email")], [text("email_address", server_default="x")]),
        ([text("zip"), text("fax"), number("a")], [number("a"), text("comment")]),
        ([text("zip"), number("a")], [number("a"), text("comment", index=True)]),
    ],
)
def test_nothing_is_asked_of_what_is_unlike(
    connection: sa.Connection, packed: Packed, old: list[sa.Column[Any]], new: list[sa.Column[Any]]
) -> None:
    table("t", *[column._copy() for column in old]).create_all(connection)
    wanted = table("t", *[column._copy() for column in new])
    ask, asked = asking()
    compare(AutogenContext(packed(wanted), wanted, {"ask_rename": ask}))
    assert asked == []


def test_what_is_renamed_is_compared_as_ever(connection: sa.Connection, packed: Packed) -> None:
    table("t", text("a", nullable=False)).create_all(connection)
    connection.execute(sa.text("INSERT INTO t (id, a) VALUES (1, 'x')"))
    wanted = table("u", sa.Column("b", sa.String(30), info=from_("a")), info=from_("t"))
    context = packed(wanted)
    back = run(context, wanted)
    assert difference(context, wanted) == []
    assert connection.execute(sa.text("SELECT b FROM u")).all() == [("x",)]
    back()
    assert [column["nullable"] for column in sa.inspect(connection).get_columns("t")] == [False, False]


def test_filters_leave_renames_out(connection: sa.Connection, packed: Packed) -> None:
    table("people", text("email")).create_all(connection)
    wanted = table("people", text("mail", info=from_("email")))
    shown: list[Any] = []

    def include(item: Any, name: str, type_: str, reflected: bool, other: Any) -> bool:
        shown.append((type_, name, getattr(other, "name", None)))
        return not (type_ == "column" and other is not None)

    found = diffs(packed(wanted, include_object=include), wanted)
    assert ("column", "mail", "email") in shown
    assert [diff[0] for diff in found] == ["add_column", "remove_column"]
    tables = table("person", text("email"), info=from_("people"))
    found = diffs(packed(tables, include_name=lambda name, type_, _: name != "people"), tables)
    assert [diff[0] for diff in found] == ["add_table"]


def test_a_unique_key_that_others_refer_to_gets_another_name(
    connection: sa.Connection, packed: Packed
) -> None:
    """The foreign key has to go before it, though it is the same afterwards."""

    def models(name: str) -> sa.MetaData:
        metadata = table("parent", text("code"), sa.UniqueConstraint("code", name=name))
        return table("child", text("code", sa.ForeignKey("parent.code", name="fk")), metadata=metadata)

    models("one").create_all(connection)
    wanted = models("two")
    back = run(packed(wanted), wanted)
    assert difference(packed(wanted), wanted) == []
    back()
    assert difference(packed(models("one")), models("one")) == []
