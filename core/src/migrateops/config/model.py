"""Everything that a project can configure: the keys, their types and their defaults.

The fields of ``Settings`` and ``PluginSettings`` are the keys; a file may hold no others, apart
from the spellings that ``config.reading`` names.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, NamedTuple

from migrateops.config import values
from migrateops.config.variables import expand, expand_all
from migrateops.errors.mask import masked

Reader = Callable[[object, values.Form], Any]
_NOTHING: Mapping[str, Any] = {}


def readers(settings: type) -> dict[str, Reader]:
    """Return the reader of each key of *settings*, by name."""
    # Annotations are not postponed in this module, so that they are objects here.
    hints = settings.__annotations__
    return {name: hint.__metadata__[0] for name, hint in hints.items() if hasattr(hint, "__metadata__")}


class PluginSettings(NamedTuple):
    """What the project says about plugins: the table ``plugins``.

    Attributes:
        autoload: Enable every installed plugin; False enables those in ``enable`` alone.
        enable: Names of distributions.
        deny: Names of distributions that are never loaded.
        require: Distributions with versions (``name>=1.2``) without which no run starts.
        prefer: For an operation that two distributions offer, the distribution whose one counts.
    """

    autoload: Annotated[bool, values.switch] = True
    enable: Annotated[tuple[str, ...], values.names] = ()
    deny: Annotated[tuple[str, ...], values.names] = ()
    require: Annotated[tuple[str, ...], values.requirements] = ()
    prefer: Annotated[Mapping[str, str], values.words] = _NOTHING


class Settings(NamedTuple):
    """What a project configures, read from one file.

    Attributes:
        file: The file that was read, or None.
        url_text: The database url as written, its ``${VARIABLES}`` not yet expanded; see ``url``.
        url_call: ``module:name`` of a function that returns the url.
        engine_table: The ``sqlalchemy.*`` keys except the url, prefix dropped, as written; see ``engine``.
        script_location: Directory of the migration scripts, or ``package:directory``.
        models: ``module:attribute`` of each ``MetaData``.
        version_table: Unquoted name of the table that holds the applied revisions.
        version_table_schema: Unquoted name of its schema; None is the connection's default schema.
        version_table_pk: Give the version table a primary key when it is created.
        header_index: Keep what the headers of very many scripts say in the user's cache directory.
        version_locations: Directories of the revision files; none is ``versions`` in the script location.
        recursive_version_locations: Search the directories below them too.
        file_template: ``%``-format of the names of new files, without ``.py``.
        truncate_slug_length: Longest slug in a file name, in characters.
        timezone: Name of the time zone of dates in new files; None is local time.
        sourceless: Accept compiled revision files that have no source.
        output_encoding: Of new files; another one than UTF-8 is noted in their first line.
        path_separator: Between the paths of a list in an ini file: ``os``, ``space``, ``newline``,
            ``:``, ``;``, ``space_or_comma``.
        prepend_sys_path: Directories put in front of ``sys.path`` before the project's code is imported.
        revision_environment: Run ``env.py`` for ``revision`` and ``merge`` also without autogenerate.
        post_write_hooks: Programs that are run on each new file, in order: tables with ``name`` and ``type``.
        template_directory: A directory with further templates for ``init``, each a directory.
        transaction: ``per_revision``, ``per_run`` or ``none``.
        lock: One run at a time: ``auto`` where a lock can be had, ``required``, or ``off``.
        lock_timeout: Longest wait for another run, in seconds.
        generic_dialects: Dialects without a pack that may run on the ANSI default.
        preflight: Whether what is proven to be missing stops the run: ``error``, ``warn`` or ``off``.
        lenient: Take scripts as Alembic does: note and pass over what they ask for in vain, send changes of
            columns that the server refuses, and let them call ``commit()``, and ``op`` while they are
            imported. ``include_object`` is asked about each table and column, whether it differs or not.
        run_hooks: Run the hooks of plugins even when there is nothing to do.
        include_schemas: Autogenerate compares all schemas, not only the default one.
        render_as_batch: Autogenerate writes changes of a table into ``batch_alter_table`` blocks.
        user_module_prefix: What is written before a type of the project's own; None is its module.
        compare_type: Compare the types of columns: true, false, or ``module:name`` of a function.
        compare_server_default: Compare server defaults: true, false, or ``module:name`` of a function.
        include_name: ``module:name`` of a function that says by its name what is read of the database.
        include_object: ``module:name`` of a function that says of each object whether it is compared.
        naming_convention: ``module:name`` of a mapping for the names of constraints.
        on_version_apply: ``module:name`` of functions that are called after each step.
        process_revision_directives: ``module:name`` of a function that may change new scripts.
        render_item: ``module:name`` of a function that writes values as source.
        env: The table ``env``: keys for the project's own ``env.py``.
        options: By distribution, the table ``plugins.<distribution>``.
        databases: By name, the settings of ``-n <name>``.
    """

    file: str | None = None
    url_text: str | None = None
    url_call: str | None = None
    engine_table: Mapping[str, object] = _NOTHING

    script_location: Annotated[str, values.location] = "migrations"
    version_locations: Annotated[tuple[str, ...], values.locations] = ()
    recursive_version_locations: Annotated[bool, values.switch] = False
    header_index: Annotated[bool, values.switch] = True
    file_template: Annotated[str, values.string] = "%(rev)s_%(slug)s"
    truncate_slug_length: Annotated[int, values.count] = 40
    timezone: Annotated[str | None, values.string] = None
    sourceless: Annotated[bool, values.switch] = False
    output_encoding: Annotated[str, values.encoding] = "utf-8"
    path_separator: Annotated[str, values.one_of(*values.SEPARATORS)] = "os"
    prepend_sys_path: Annotated[tuple[str, ...], values.locations] = ()
    revision_environment: Annotated[bool, values.switch] = False
    post_write_hooks: Annotated[tuple[Mapping[str, object], ...], values.hooks] = ()
    template_directory: Annotated[str | None, values.location] = None

    models: Annotated[tuple[str, ...], values.callable_names] = ()
    version_table: Annotated[str, values.name] = "migrateops_version"
    version_table_schema: Annotated[str | None, values.string] = None
    version_table_pk: Annotated[bool, values.switch] = True
    transaction: Annotated[str, values.one_of("per_revision", "per_run", "none")] = "per_revision"
    lock: Annotated[str, values.one_of("auto", "required", "off")] = "auto"
    lock_timeout: Annotated[int, values.count] = 600
    generic_dialects: Annotated[tuple[str, ...], values.names] = ()
    preflight: Annotated[str, values.one_of("error", "warn", "off")] = "error"
    lenient: Annotated[bool, values.switch] = False
    run_hooks: Annotated[bool, values.switch] = False

    include_schemas: Annotated[bool, values.switch] = False
    render_as_batch: Annotated[bool, values.switch] = False
    user_module_prefix: Annotated[str | None, values.string] = None
    compare_type: Annotated[bool | str, values.switch_or_callable] = True
    compare_server_default: Annotated[bool | str, values.switch_or_callable] = True
    include_name: Annotated[str | None, values.callable_name] = None
    include_object: Annotated[str | None, values.callable_name] = None
    naming_convention: Annotated[str | None, values.callable_name] = None
    on_version_apply: Annotated[tuple[str, ...], values.callable_names] = ()
    process_revision_directives: Annotated[str | None, values.callable_name] = None
    render_item: Annotated[str | None, values.callable_name] = None

    env: Annotated[Mapping[str, object], values.table] = _NOTHING
    plugins: PluginSettings = PluginSettings()
    options: Mapping[str, Mapping[str, object]] = _NOTHING
    databases: Mapping[str, "Settings"] = _NOTHING

    @property
    def url(self) -> str | None:
        """The database url with its variables expanded, or None; ``url_call`` is not called.

        Raises:
            MissingVariable: A variable in it is not set.
        """
        return None if self.url_text is None else expand(self.url_text, key="url", file=self.file)

    @property
    def engine(self) -> Mapping[str, Any]:
        """Options of ``create_engine`` by name, their variables expanded; the url is not one of them.

        Raises:
            MissingVariable: A variable in one of them is not set.
        """
        return {
            name: expand_all(value, key=f"sqlalchemy.{name}", file=self.file)
            for name, value in self.engine_table.items()
        }

    @property
    def transaction_per_migration(self) -> bool:
        """Whether each revision has a transaction of its own."""
        return self.transaction == "per_revision"

    def __repr__(self) -> str:
        shown = []
        for name, value in self._asdict().items():
            if name in ("engine_table", "env", "options"):
                # Anything may be in these, also a password under any name.
                value = sorted(value)
            elif name == "url_text" and value is not None:
                value = masked(value)
            shown.append(f"{name}={value!r}")
        return f"Settings({', '.join(shown)})"


URL_KEYS = ("url", "sqlalchemy.url", "url_call")
"""The keys for the url, of which there may be one."""
ENGINE = "sqlalchemy."
"""What the names of the other options of the engine begin with."""
KNOWN = (*readers(Settings), *URL_KEYS, "transaction_per_migration")
"""The keys of a database; ``ENGINE`` keys apart."""
TABLES = ("env", "plugins", "databases")
"""The keys that only a project has, each of them a table."""
