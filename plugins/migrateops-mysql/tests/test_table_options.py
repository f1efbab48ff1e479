"""Options of tables: found where the models say them, changed with their columns, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from migrateops.errors.operations import NotReversible, UnsupportedOperation, WrongType
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from migrateops.snapshot import TableRecord
from migrateops_mysql.table_options import AlterTableOptionsOp
from tests.core.autogenerate.roundtrip import difference, run

Models = Callable[[], sa.MetaData]
BIN, UNICODE = "utf8mb4_bin", "utf8mb4_unicode_ci"
WORDS = "Grüße 'x' 100%"


def models(columns: Mapping[str, Any] | None = None, **said: Any) -> sa.MetaData:
    """Return a table with options; columns by their types."""
    metadata = sa.MetaData()
    options = {f"mysql_{name}": value for name, value in said.items()}
    others: dict[str, Any] = {"a": sa.String(20), "b": sa.Text, "e": sa.Enum("ä", "b"), "j": sa.JSON} | dict(
        columns or {}
    )
    sa.Table(
        "t",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, type_) for name, type_ in others.items() if type_ is not None),
        sa.Column("d", sa.String(9), nullable=False, server_default="it's 5%", comment="100%"),
        **options,
    )
    return metadata


def stored(connection: sa.Connection) -> TableRecord:
    """Return the table as it is, its columns by name: one that comes back is the last."""
    [found] = list(MigrationContext.configure(connection).pack.read_snapshot(connection, [None]) or ())
    return replace(found, columns=tuple(sorted(found.columns, key=lambda one: one.name)))


def of(**said: Any) -> Models:
    return lambda: models(**said)


CASES: dict[str, tuple[Models, Models]] = {
    "engine": (of(engine="InnoDB"), of(engine="MyISAM")),
    "row format": (of(row_format="DYNAMIC"), of(row_format="COMPACT")),
    "row format that was not said": (of(), of(row_format="REDUNDANT")),
    "several": (
        of(row_format="DYNAMIC", stats_persistent="0"),
        of(engine="MyISAM", row_format="FIXED", stats_persistent="1", max_rows="1000", checksum="1"),
    ),
    "compressed pages": (of(), of(page_compressed="1")),
    "statistics": (of(), of(stats_persistent="1", stats_sample_pages="30", stats_auto_recalc="0")),
    "size": (of(), of(row_format="COMPRESSED", key_block_size="4")),
    "character set": (of(charset="latin1"), of(charset="utf8mb4")),
    "narrower character set": (of(charset="utf8mb4"), of(charset="latin1")),
    "character set and collation": (of(charset="latin1"), of(charset="utf8mb4", collate=UNICODE)),
    "collation": (of(collate="utf8mb4_general_ci"), of(collate=BIN)),
    "collation by its other name": (of(default_charset="utf8mb4"), of(default_charset="utf8mb3")),
    "collation and the type of a column": (
        lambda: models({"a": sa.String(20)}, collate=BIN),
        lambda: models({"a": sa.String(40)}, collate=UNICODE),
    ),
    "a column with a collation of its own": (
        lambda: models({"a": sa.String(20, collation="latin1_bin")}, charset="utf8mb4"),
        lambda: models({"a": sa.String(20, collation="latin1_bin")}, charset="utf8mb3"),
    ),
    "a column gets one of its own": (
        lambda: models(charset="utf8mb4", collate=BIN),
        lambda: models({"a": sa.String(20, collation=BIN)}, charset="latin1"),
    ),
    "a column gets another of its own": (
        lambda: models(charset="utf8mb4", collate=BIN),
        lambda: models({"a": sa.String(20, collation=UNICODE)}, charset="latin1"),
    ),
    "a column has one of its own no more": (
        lambda: models({"a": sa.String(20, collation=UNICODE)}, charset="latin1"),
        lambda: models(charset="utf8mb4"),
    ),
    "the table gets that of a column": (
        lambda: models({"a": sa.String(20, collation=UNICODE)}, charset="latin1"),
        lambda: models(charset="utf8mb4", collate=UNICODE),
    ),
    "the table gets that which a column keeps": (
        lambda: models({"a": sa.String(20, collation=UNICODE)}, charset="latin1"),
        lambda: models({"a": sa.String(20, collation=UNICODE)}, charset="utf8mb4", collate=UNICODE),
    ),
    "columns come and go": (
        lambda: models({"a": None, "c": sa.String(5), "k": sa.String(5, collation=BIN)}, charset="latin1"),
        lambda: models({"b": None, "l": sa.String(5, collation="latin1_bin")}, charset="utf8mb4"),
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
def test_a_change(connection: sa.Connection, case: str, back: bool) -> None:
    start, end = CASES[case][::-1] if back else CASES[case]
    start().create_all(connection)
    context = MigrationContext.configure(connection)
    assert difference(context, start()) == []
    before, wanted = stored(connection), end()
    names = {one.partition("_")[2] for one in wanted.tables["t"].dialect_kwargs}
    if not names:
        # What nobody says any more stays.
        assert difference(context, wanted) == []
        return
    assert difference(context, wanted) != []
    take_back = run(context, wanted)
    assert difference(context, end()) == []
    take_back()
    assert stored(connection) == before
    assert difference(context, start()) == []


@pytest.mark.parametrize("case", [name for name in CASES if "c" in name])
def test_values_are_kept(connection: sa.Connection, case: str) -> None:
    start, end = CASES[case]
    start().create_all(connection)
    table = start().tables["t"]
    texts = {name: WORDS for name in ("a", "b") if name in table.c}
    connection.execute(table.insert(), [{"id": 1, "e": "ä", "j": {"ä": WORDS}, **texts}])
    asked = sa.select(*(table.c[name] for name in ("id", "e", "j", "d", *texts)))
    before = connection.execute(asked).all()
    context = MigrationContext.configure(connection)
    take_back = run(context, end())
    kept = sa.select(*(one for one in asked.selected_columns if one.name in end().tables["t"].c))
    assert [value for row in connection.execute(kept) for value in row][:2] == [1, "ä"]
    take_back()
    lost = [name for name in texts if name not in end().tables["t"].c]
    if not lost:
        assert connection.execute(asked).all() == before


def test_what_the_script_says(connection: sa.Connection) -> None:
    models(charset="latin1").create_all(connection)
    context = MigrationContext.configure(connection)
    (made,) = difference(context, models(charset="utf8mb4", engine="innodb"))
    (op,) = made.ops  # type: ignore[attr-defined]
    assert op.to_diff_tuple() == (
        "modify_table_options",
        None,
        "t",
        {"mysql_charset": "latin1", "mysql_collate": "latin1_swedish_ci"},
        {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_general_ci"},
    )


def test_by_hand(connection: sa.Connection) -> None:
    models(row_format="COMPACT").create_all(connection)
    operations = Operations(MigrationContext.configure(connection))
    op = AlterTableOptionsOp("t", kw={"mysql_row_format": "DYNAMIC", "mysql_stats_persistent": 1})
    operations.invoke(op)
    assert dict(stored(connection).options)["row_format"] == "dynamic"
    assert dict(stored(connection).options)["stats_persistent"] == "1"
    with pytest.raises(NotReversible):
        op.reverse()
    with pytest.raises(WrongType, match="alter_table_options"):
        operations.invoke(AlterTableOptionsOp("t", kw={"mysql_row_format": ["DYNAMIC"]}))


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_in_a_stream(dialect: str, capsys: pytest.CaptureFixture[str]) -> None:
    context = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True})
    operations = Operations(context)
    options = {"mysql_engine": "InnoDB", "mysql_max_rows": 5}
    operations.invoke(AlterTableOptionsOp("t", schema="s", kw=options))
    assert capsys.readouterr().out == "ALTER TABLE s.t ENGINE=InnoDB MAX_ROWS=5;\n\n"
    with pytest.raises(UnsupportedOperation):
        operations.invoke(AlterTableOptionsOp("t", kw={"mysql_charset": "utf8mb4"}))


def test_elsewhere() -> None:
    context = MigrationContext.configure(dialect_name="sqlite", opts={"as_sql": True})
    with pytest.raises(UnsupportedOperation):
        Operations(context).invoke(AlterTableOptionsOp("t", kw={"mysql_engine": "InnoDB"}))


def test_a_foreign_key_stands_in_the_way(connection: sa.Connection) -> None:
    def referring(charset: str) -> sa.MetaData:
        metadata = models(charset=charset)
        metadata.tables["t"].append_constraint(sa.UniqueConstraint("a", name="uq"))
        key = sa.Column("a", sa.String(20), sa.ForeignKey("t.a", name="fk"))
        sa.Table("u", metadata, key, mysql_charset=charset)
        return metadata

    referring("latin1").create_all(connection)
    context = MigrationContext.configure(connection)
    with pytest.raises(OperationalError, match="foreign key constraint"):
        run(context, referring("utf8mb4"))
    assert difference(context, referring("latin1")) == []


@pytest.mark.parametrize("storage", ["InnoDB", "MyISAM"])
@pytest.mark.parametrize("mode", ["", "STRICT_TRANS_TABLES", "STRICT_ALL_TABLES"])
def test_no_text_is_cut_off_whatever_the_mode(connection: sa.Connection, storage: str, mode: str) -> None:
    models(charset="latin1", engine=storage).create_all(connection)
    connection.exec_driver_sql("INSERT INTO t (id, b) VALUES (1, 'x'), (2, REPEAT(_latin1 X'FC', 40000))")
    connection.commit()
    connection.execute(sa.text("SET SESSION sql_mode = :mode"), {"mode": mode})
    context = MigrationContext.configure(connection)
    with pytest.raises(DBAPIError, match="too long"):
        run(context, models(charset="utf8mb4"))
    assert connection.exec_driver_sql("SELECT CHAR_LENGTH(b) FROM t ORDER BY id").scalars().all() == [
        1,
        40000,
    ]
    assert connection.exec_driver_sql("SELECT @@SESSION.sql_mode").scalar_one() == mode
