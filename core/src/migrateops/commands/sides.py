"""What can be compared: a database, the models, a snapshot on file; and how each is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.commands.running import project_plugins, visit_databases
from migrateops.errors.mask import shown
from migrateops.runtime import without_env
from migrateops.runtime.environment import EnvironmentContext
from migrateops.script.directory import ScriptDirectory
from migrateops.script.replacing import refusal

if TYPE_CHECKING:
    from sqlalchemy import URL

    from migrateops.autogenerate import AutogenContext
    from migrateops.config import Config
    from migrateops.runtime.migration import MigrationContext
    from migrateops.snapshot import Snapshot, SnapshotKind

DATABASE, MODELS = "database", "models"

Look = Callable[["MigrationContext"], None]


@dataclass(frozen=True)
class Side:
    """One of two sides that are compared.

    Attributes:
        name: What it is, for people; a url without its password.
        source: ``"database"`` or ``"models"``: what the snapshot was taken of.
        dialect: The dialect, or the one that it is a kind of; None where that is not known.
        snapshot: The snapshot.
    """

    name: str
    source: str
    dialect: str | None
    snapshot: Snapshot


# -- databases ------------------------------------------------------------------------------------
def visit(config: Config, look: Look) -> None:
    """Call a function with a context of each database of the project; writes nothing.

    A project without a directory of scripts needs no more than a url.

    Raises:
        MigrateOpsError: There is no project, or a database cannot be reached.
    """
    try:
        script = ScriptDirectory.from_config(config)
    except errors.scripts.ScriptDirectoryMissing as missing:
        try:
            visit_url(config, _url(config.database_url()), look)
        except errors.runtime.NoDatabase:
            raise missing from None
        return
    # Scripts that do not fit together are no obstacle to looking at a database.
    script.leave_out_broken()

    def looked(rows: tuple[str, ...], context: MigrationContext) -> list[Any]:
        look(context)
        return []

    visit_databases(config, script, looked, read_only=True)


def visit_url(config: Config, url: URL, look: Look) -> None:
    """Call a function with a context of one database, as the project's configuration has it; writes nothing.

    Raises:
        DatabaseMissing: It is not there, and connecting would have made it.
        MigrateOpsError: It cannot be reached.
    """
    plugins = project_plugins(config)
    with EnvironmentContext(config, None, plugins=plugins, read_only=True) as environment:

        def connected(connection: Any) -> None:
            if environment.stand_ins:
                raise errors.commands.DatabaseMissing(shown(url))
            environment.configure(connection=connection, **without_env.project_options(config))
            look(environment.get_context())

        with without_env.connected(url) as run_on:
            run_on(connected)


def _url(text: str | None) -> URL:
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    if text is None:
        raise errors.runtime.NoDatabase
    try:
        return make_url(text)
    except (ArgumentError, ValueError):
        from migrateops.runtime.wrong_url import no_url

        # Their message may repeat the text, and the text may hold a password.
        raise no_url("what was given") from None


def visit_side(config: Config, text: str, look: Look) -> None:
    """Call a function with a context of the one database that is named.

    Args:
        config: The configuration.
        text: ``database`` for the configured one, the name of one in the configuration, or a url.
        look: The function.

    Raises:
        SeveralDatabases: ``database`` stands for several.
        MigrateOpsError: It cannot be reached.
    """
    if text == DATABASE:
        seen: list[str] = []

        def looked(context: MigrationContext) -> None:
            seen.append(_name(context))
            if len(seen) > 1:
                raise errors.commands.SeveralDatabases(tuple(seen))
            look(context)

        visit(config, looked)
        return
    if text in config.settings.databases:
        config = copy(config)
        config.config_ini_section = text
        text = config.database_url() or ""
    visit_url(config, _url(text), look)


def is_database(config: Config, text: str) -> bool:
    """Say whether the text of a side stands for a database."""
    return text == DATABASE or "://" in text or text in config.settings.databases


def _name(context: MigrationContext) -> str:
    assert context.connection is not None
    return shown(context.connection.engine.url)


# -- reading --------------------------------------------------------------------------------------
def read_sides(config: Config, first: str, second: str) -> tuple[Side, Side]:
    """Return two sides, as `read_side` does."""
    if is_file(config, first) and not is_file(config, second):
        # What plugins read from a server, they may not know without it.
        there = read_side(config, second)
        return read_side(config, first, there.snapshot.kinds.values()), there
    here = read_side(config, first)
    return here, read_side(config, second, here.snapshot.kinds.values())


def is_file(config: Config, text: str) -> bool:
    """Say whether the text of a side stands for a file."""
    return text != MODELS and not is_database(config, text)


def read_side(config: Config, text: str, kinds: Iterable[SnapshotKind[Any]] = ()) -> Side:
    """Return a side: a database, the models as the configured database has them, or a file.

    Args:
        config: The configuration.
        text: What stands for it.
        kinds: Kinds that may be in a file, beside those that are known without a database.

    Raises:
        UnknownSide: It is none of them.
        BadSnapshot: The file is no snapshot, or one of a later format.
        NoModels: There are no models.
        MigrateOpsError: A database cannot be reached, or refuses.
    """
    if is_file(config, text):
        return _of_file(config, Path(text), kinds)
    found: list[Side] = []
    of = MODELS if text == MODELS else DATABASE
    visit_side(config, DATABASE if text == MODELS else text, lambda context: found.append(side(context, of)))
    return found[0]


def side(context: MigrationContext, of: str) -> Side:
    """Return the side of a context: its database, or its models."""
    comparing = comparison(context)
    snapshot = _models(comparing) if of == MODELS else _database(comparing)
    name = MODELS if of == MODELS else _name(context)
    return Side(name, of, context.pack.family or context.dialect_name, snapshot)


def comparison(context: MigrationContext) -> AutogenContext:
    """Return what reads both sides of a context; its models may be none.

    Raises:
        NoConnection: ``env.py`` has configured no connection.
    """
    from sqlalchemy import MetaData

    from migrateops.autogenerate import AutogenContext

    if context.connection is None:
        raise errors.runtime.NoConnection("reading a schema")
    return AutogenContext(context, MetaData() if context.metadata is None else context.metadata)


def kinds_of(comparing: AutogenContext) -> list[SnapshotKind[Any]]:
    """Return the kinds of objects that are read: tables, and what plugins add."""
    from migrateops.snapshot import TablesKind

    found: list[SnapshotKind[Any]] = [TablesKind(comparing.pack, comparing.includes_table)]
    for answer in comparing.call_hook("migrateops_kinds"):
        found += answer
    return found


def _database(comparing: AutogenContext) -> Snapshot:
    from migrateops.snapshot import Snapshot

    assert comparing.connection is not None
    made = Snapshot(kinds_of(comparing))
    named = {table.schema for table in comparing.table_key_to_table.values()}
    schemas = comparing.read_schemas(named)
    for kind in made.kinds.values():
        made.add(kind, _included(comparing, kind, kind.read(comparing.connection, schemas)))
    return made


def _included(comparing: AutogenContext, kind: SnapshotKind[Any], records: Iterable[Any]) -> Iterator[Any]:
    for record in records:
        _, schema, name = kind.key(record)
        if kind.name == "table" or comparing.run_name_filters(name, kind.name, {"schema_name": schema}):
            yield record


def _models(comparing: AutogenContext) -> Snapshot:
    """Return the models in the words of the server, so that what is the same there is the same here."""
    from migrateops.errors.autogenerate import ModelNotCompiled
    from migrateops.snapshot import Snapshot, TablesKind
    from migrateops.snapshot.settling import in_stored_words

    if comparing.migration_context.metadata is None:
        raise errors.runtime.NoModels
    tables = comparing.table_key_to_table
    made = Snapshot.from_metadata(comparing.metadatas, comparing.dialect, kinds_of(comparing))
    kind = made.kinds[TablesKind.name]
    assert isinstance(kind, TablesKind)
    for key, (column, error) in kind.failures.items():
        problem = str(error).partition("\n")[0]
        raise ModelNotCompiled(key.name, column, comparing.dialect.name, problem) from error
    assert comparing.connection is not None
    stored = comparing.pack.as_stored(comparing.connection, list(tables.values()))
    records = made.of(kind.name)
    words = [in_stored_words(records[key], stored[key[1:]]) for key in records if key[1:] in stored]
    made.add(kind, words)
    return made


def _of_file(config: Config, path: Path, kinds: Iterable[SnapshotKind[Any]]) -> Side:
    from migrateops.snapshot import Snapshot

    try:
        data = json.loads(path.read_bytes())
        given = data if isinstance(data, dict) else {}
        dialect = given["dialect"] if isinstance(given.get("dialect"), str) else None
        snapshot = Snapshot.from_json(data, [*_kinds_of_file(config, dialect), *kinds])
    except FileNotFoundError:
        raise errors.commands.UnknownSide(str(path), tuple(config.settings.databases)) from None
    except OSError as error:
        raise refusal(path, error) from error
    except (ValueError, RecursionError, errors.autogenerate.BadSnapshot) as error:
        # What cannot be decoded is a ValueError, too.
        bad = (
            error
            if isinstance(error, errors.autogenerate.BadSnapshot)
            else errors.autogenerate.BadSnapshot(f"it is not JSON: {error}")
        )
        bad.add_note(f"reading {str(path)!r}")
        raise bad from None
    source = MODELS if given.get("source") == MODELS else DATABASE
    return Side(str(path), source, dialect, snapshot)


def _kinds_of_file(config: Config, dialect: str | None) -> list[SnapshotKind[Any]]:
    """Return the kinds that can be read from a file: tables, and what plugins add for the dialect."""
    from migrateops.runtime.migration import MigrationContext
    from migrateops.snapshot import TablesKind

    found: list[SnapshotKind[Any]] = [TablesKind()]
    if dialect is not None:
        plugins = project_plugins(config)
        # Of a dialect that nobody knows here, only the tables are.
        with suppress(errors.plugins.UnknownDialect, errors.runtime.MissingDriver):
            context = MigrationContext.configure(dialect_name=dialect, plugins=plugins)
            plugins.start(needed=plugins.enabled)
            for answer in plugins.hooks.call("migrateops_kinds", ctx=context):
                found += answer
    return found
