"""From the sections of a file, and what a program has set, to ``Settings``."""

# Annotations are not postponed here: named tuples compile each one that is, at every start.

from collections.abc import Mapping
from typing import Any, NamedTuple

from migrateops import errors
from migrateops.config import values
from migrateops.config.model import (
    ENGINE,
    KNOWN,
    TABLES,
    URL_KEYS,
    PluginSettings,
    Reader,
    Settings,
    readers,
)
from migrateops.config.options import Options
from migrateops.config.source import MAIN
from migrateops.config.variables import expand_all, literal
from migrateops.errors.mask import masked

_KEYS = readers(Settings)
_PLUGIN_KEYS = readers(PluginSettings)


class _Place(NamedTuple):
    """Where values come from; without a file they come from a program, whose keys may be its own."""

    file: str | None
    section: str
    form: values.Form
    shape: object = None

    def read(self, reader: Reader, key: str, value: object, *, expand: bool = True) -> Any:
        expanded = expand_all(value, key=key, file=self.file) if expand and self.file is not None else value
        try:
            return reader(expanded, self.form)
        except values.Unfit as unfit:
            # Shown as it is written: a variable may hold a secret.
            raise errors.config.WrongValue(self.file, self.section, key, _shown(value), str(unfit)) from None

    def inner(self, name: str) -> "_Place":
        """Return the place of a table in this one; the sections of an ini file are not nested."""
        return self._replace(section=f"{self.section}.{name}".lstrip(".") if not self.form.text else name)


_PROGRAM = _Place(None, "", values.Form(True))


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return masked(repr(value))


def read_project(options: Options, name: str) -> Settings:
    """Return the settings of a section of an ini file, or of the top level of a TOML file.

    Args:
        options: The file, and what a program has set.
        name: The section of an ini file.

    Raises:
        ConfigurationError: A key or a value is wrong.
    """
    source = options.source
    form = values.Form(source.text, None if source.text else source.here)
    place = _Place(source.file, name if source.text else source.root, form, source.shape)
    key = name if source.text else MAIN
    keys = options.written(key, with_defaults=True)
    if source.text:
        # What is a table in TOML is a section of its own.
        nested = {plugin: options.written(f"plugins.{plugin}") for plugin in source.nested("plugins")}
        keys |= {"env": options.written("env"), "plugins": {**options.written("plugins"), **nested}}
        if options.has_section("post_write_hooks"):
            keys["post_write_hooks"] = options.written("post_write_hooks")
    databases = keys.pop("databases", {})
    tables = place.read(values.table, "plugins", keys.pop("plugins", {}), expand=False)
    plugins, plugin_options = _plugins(place.inner("plugins"), tables)
    env = place.read(values.table, "env", keys.pop("env", {}))
    start = Settings(file=source.file)._replace(**source.settings)
    start = start._replace(script_location=values.location(start.script_location, place.form))
    found = start._replace(env=env, plugins=plugins, options=plugin_options)
    found = _apply(_apply(found, place, keys, TABLES), _PROGRAM, options.given(key))
    if source.text:
        names = place.read(values.names, "databases", databases or [])
        missing = next((section for section in names if section not in source.sections), None)
        if missing is not None and source.shape is None:
            raise errors.config.UnknownSection(source.file, missing, tuple(source.sections))
        sections = {section: section for section in names if section in source.sections}
    else:
        # A database starts from the keys of the top level; the url there is not its own.
        start = found._replace(url_text=None, url_call=None)
        tables = place.read(values.table, "databases", databases, expand=False)
        for section, table in tables.items():
            place.inner("databases").read(values.table, section, table, expand=False)
        sections = {section: f"databases.{section}" for section in tables}
    by_name = {}
    for section, key in sections.items():
        settings = _apply(start, place.inner(key), options.written(key, with_defaults=True))
        by_name[section] = _apply(settings, _PROGRAM, options.given(key))
    return found._replace(databases=by_name)


def _apply(
    base: Settings, place: _Place, keys: Mapping[str, object], also_known: tuple[str, ...] = ()
) -> Settings:
    """Return *base* with the fields that *keys* set."""
    if place.form.text:
        # An ini file has no other way to say that a key is not set.
        keys = {key: value for key, value in keys.items() if value != ""}
    if not keys:
        return base
    separator = place.read(
        _KEYS["path_separator"], "path_separator", keys.get("path_separator", base.path_separator)
    )
    place = place._replace(form=place.form._replace(separator=values.SEPARATORS[separator]))
    found: dict[str, Any] = {}
    engine = dict(base.engine_table)
    for key, value in keys.items():
        if key in _KEYS and key != "env":
            found[key] = place.read(_KEYS[key], key, value)
        elif key.startswith(ENGINE) and key not in URL_KEYS:
            engine[key.removeprefix(ENGINE)] = value
        elif key not in KNOWN and place.file is not None and place.shape is None:
            raise errors.config.UnknownKey(place.file, place.section, key, (*KNOWN, *also_known))
    found["engine_table"] = engine
    if _only(place, keys, ("transaction", "transaction_per_migration")) == "transaction_per_migration":
        each = place.read(values.switch, "transaction_per_migration", keys["transaction_per_migration"])
        found["transaction"] = "per_revision" if each else "per_run"
    url_key = _only(place, keys, URL_KEYS)
    if url_key is not None:
        found["url_text"], found["url_call"] = _url(place, url_key, keys[url_key])
    return base._replace(**found)


def _only(place: _Place, keys: Mapping[str, object], alike: tuple[str, ...]) -> str | None:
    """Return the one of the keys *alike* that is present, or None."""
    present = [key for key in alike if key in keys]
    if len(present) > 1:
        raise errors.config.ConflictingKeys(place.file, place.section, present[0], present[1])
    return present[0] if present else None


def _url(place: _Place, key: str, value: object) -> tuple[str | None, str | None]:
    """Return the url as written, or the function to call for it."""
    if key == "url_call":
        return None, place.read(values.callable_name, key, value)
    if isinstance(value, dict) and set(value) == {"call"}:
        return None, place.read(values.callable_name, f"{key}.call", value["call"])
    # Expanded only when it is used: most commands need no url.
    text = place.read(values.url, key, value, expand=False)
    return (text if place.file is not None else literal(text)), None


def _plugins(
    place: _Place, tables: Mapping[str, object]
) -> tuple[PluginSettings, dict[str, Mapping[str, object]]]:
    """Return the policy, and the options of each plugin: every table that is not a key of the policy."""
    policy: dict[str, Any] = {}
    options: dict[str, Mapping[str, object]] = {}
    for key, value in tables.items():
        if key in _PLUGIN_KEYS:
            policy[key] = place.read(_PLUGIN_KEYS[key], key, value)
        elif isinstance(value, dict):
            options[key] = place.read(values.table, key, value)
        else:
            raise errors.config.UnknownKey(place.file, place.section, key, tuple(_PLUGIN_KEYS))
    return PluginSettings(**policy), options
