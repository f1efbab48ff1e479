"""``status``: where a project stands, as far as that can be said; writes nothing."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from migrateops import errors
from migrateops.commands.plugins import listing
from migrateops.commands.read import RevisionInfo, info_of
from migrateops.commands.running import visit_databases
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.mask import shown
from migrateops.revisions.walk import upgrade_path
from migrateops.script.directory import ScriptDirectory
from migrateops.script.whereabouts import explained

if TYPE_CHECKING:
    from migrateops.config import Config
    from migrateops.plugins.doctor import ListedPlugin
    from migrateops.revisions.graph import RevisionGraph
    from migrateops.runtime.migration import MigrationContext


@dataclass(frozen=True, slots=True)
class AppliedRevision:
    """A row of the version table.

    Attributes:
        revision: The id.
        message: The first line of its script's docstring.
        known: Whether the scripts have it; None if they do not fit together.
    """

    revision: str
    message: str
    known: bool | None


@dataclass(frozen=True, slots=True)
class DatabaseStatus:
    """Where a database stands.

    Attributes:
        url: Without what is secret in it.
        dialect: SQLAlchemy's name of the dialect.
        driver: SQLAlchemy's name of the driver.
        server_version: Its numbers; None if the server does not say.
        version_table: Its name.
        version_table_schema: Its schema; None is the connection's default schema.
        has_version_table: Whether it is there.
        current: Its rows.
        pending: What an upgrade to all heads would run, in that order; None if that cannot be said.
    """

    url: str
    dialect: str
    driver: str
    server_version: tuple[int, ...] | None
    version_table: str
    version_table_schema: str | None
    has_version_table: bool
    current: tuple[AppliedRevision, ...]
    pending: tuple[RevisionInfo, ...] | None


@dataclass(frozen=True, slots=True)
class PluginStatus:
    """An installed distribution with plugins.

    Attributes:
        distribution: Its name.
        version: Its version.
        state: ``enabled``, or what keeps it from taking part.
        faults: How many things are known to be wrong with it.
    """

    distribution: str
    version: str
    state: str
    faults: int


@dataclass(frozen=True, slots=True)
class Status:
    """Where a project stands.

    Attributes:
        config_file: The file that was read, or None.
        script_location: The directory of the scripts.
        revisions: How many there are; None if they cannot be read.
        heads: The revisions that none follows.
        databases: The databases that ``env.py`` or the configuration names; those reached.
        plugins: The installed plugins.
        faults: What is wrong with the scripts; a revision that a database is at and no script has, too.
        database_faults: What kept databases from being reached, or asked.
    """

    config_file: str | None
    script_location: str
    revisions: int | None
    heads: tuple[RevisionInfo, ...]
    databases: tuple[DatabaseStatus, ...]
    plugins: tuple[PluginStatus, ...]
    faults: tuple[MigrateOpsError, ...]
    database_faults: tuple[Exception, ...]


def status(config: Config) -> Status:
    """Return where the scripts, the database and the plugins of a project stand.

    What is wrong with the scripts or the database is a part of the answer.

    Raises:
        ConfigurationError: The configuration cannot be read.
        ScriptDirectoryMissing: There is no directory of scripts.
    """
    script = ScriptDirectory.from_config(config)
    graph, faults = _graph(script)
    databases, database_faults = _databases(config, script, graph)
    return Status(
        config_file=config.toml_file_name or config.config_file_name,
        script_location=script.dir,
        revisions=None if graph is None else len(graph.nodes),
        heads=() if graph is None else tuple(info_of(graph, graph[name]) for name in graph.heads),
        databases=tuple(databases),
        plugins=tuple(map(_plugin, listing(config))),
        faults=(*faults, *_without_script(databases, script)),
        database_faults=database_faults,
    )


def _graph(script: ScriptDirectory) -> tuple[RevisionGraph | None, tuple[MigrateOpsError, ...]]:
    try:
        return script.graph, script.faults
    except errors.revisions.BrokenGraph as broken:
        return None, broken.faults


def _databases(
    config: Config, script: ScriptDirectory, graph: RevisionGraph | None
) -> tuple[list[DatabaseStatus], tuple[Exception, ...]]:
    """Return where the databases stand, and what kept others from being asked."""
    found, fault = _visited(config, script, graph)
    if fault is None:
        return found, ()
    settings = config.settings
    if not settings.databases or settings.url_text is not None or config.attributes:
        return found, (fault,)
    # The first one that cannot be asked has hidden those behind it: each by itself, as with -n.
    by_place: dict[tuple[str, str | None, str], DatabaseStatus] = {}
    faults: list[Exception] = []
    for name in settings.databases:
        single = copy(config)
        single.config_ini_section = name
        found, fault = _visited(single, script, graph)
        by_place |= {(one.url, one.version_table_schema, one.version_table): one for one in found}
        if fault is not None:
            fault.add_note(f"asking the database {name!r}")
            faults.append(fault)
    return list(by_place.values()), tuple(faults)


def _visited(
    config: Config, script: ScriptDirectory, graph: RevisionGraph | None
) -> tuple[list[DatabaseStatus], Exception | None]:
    databases: list[DatabaseStatus] = []

    def look(rows: tuple[str, ...], context: MigrationContext) -> list[Any]:
        databases.append(_database(graph, rows, context))
        return []

    try:
        visit_databases(config, script, look, read_only=True)
    except Exception as error:
        # Whatever env.py and drivers raise; the rest of the answer is good without them.
        return databases, error
    return databases, None


def _without_script(databases: list[DatabaseStatus], script: ScriptDirectory) -> tuple[MigrateOpsError, ...]:
    """Return an error for each revision that a database is at and no script has, with where git has it."""
    return tuple(
        explained(errors.revisions.UnknownVersionRow(row.revision), script.version_locations, database.url)
        for database in databases
        for row in database.current
        if row.known is False
    )


def _database(
    graph: RevisionGraph | None, rows: tuple[str, ...], context: MigrationContext
) -> DatabaseStatus:
    connection = context.connection
    if connection is None:
        raise errors.runtime.NoConnection("status")
    return DatabaseStatus(
        url=shown(connection.engine.url),
        dialect=context.dialect_name,
        driver=connection.dialect.driver,
        server_version=context.server_version,
        version_table=context.version_table,
        version_table_schema=context.version_table_schema,
        has_version_table=context.versions.exists(connection),
        current=tuple(_applied(graph, row) for row in sorted(rows)),
        pending=_pending(graph, rows),
    )


def _applied(graph: RevisionGraph | None, row: str) -> AppliedRevision:
    if graph is None:
        return AppliedRevision(row, "", None)
    known = row in graph
    return AppliedRevision(row, graph[row].doc if known else "", known)


def _pending(graph: RevisionGraph | None, rows: tuple[str, ...]) -> tuple[RevisionInfo, ...] | None:
    if graph is None or not all(row in graph for row in rows):
        return None
    steps = upgrade_path(graph, rows, "heads") if graph.heads else []
    return tuple(info_of(graph, step.revision) for step in steps if step.revision is not None)


def _plugin(listed: ListedPlugin) -> PluginStatus:
    return PluginStatus(listed.distribution, listed.version, listed.state, len(listed.faults))
