"""Who may take part."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from migrateops.errors.plugins import (
    BadPluginsVariable,
    BadRequirement,
    MissingPlugin,
    UnknownPlugin,
)
from migrateops.plugins import hookimpl
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from tests.core.plugins.conftest import Installed


def test_the_default_lets_everything_in() -> None:
    policy = PluginPolicy.from_settings(None, {})
    assert vars(policy) == vars(PluginPolicy())
    assert policy.blocks("anything") is None


def test_settings_are_read_by_attribute_and_names_in_any_spelling() -> None:
    settings = SimpleNamespace(
        autoload=False, enable=["Acme_Ops"], deny=["Bad.Ops"], prefer={"x": "Acme_Ops"}
    )
    policy = PluginPolicy.from_settings(settings, {})
    assert policy.blocks("acme-ops") is None
    assert policy.blocks("bad-ops") == "deny"
    assert policy.blocks("other") == "autoload"
    assert policy.prefer == {"x": "acme-ops"}


def test_deny_wins_over_enable_and_require_enables() -> None:
    policy = PluginPolicy(autoload=False, enable=("a",), deny=("a",))
    assert policy.blocks("a") == "deny"
    assert policy.blocks("b", {"b"}) is None


def test_a_filtered_plugin_is_not_imported(site: Installed) -> None:
    site(
        "bomb",
        modules={"bomb.py": "raise RuntimeError('imported')"},
        entry_points={
            "migrateops.plugins": {"bomb": "bomb:x"},
            "migrateops.operations": {"do_bomb": "bomb:Op"},
        },
    )
    plugins = site.plugins(deny=["bomb"])
    plugins.start()
    assert plugins.reports == []
    assert plugins.operation("do_bomb") is None


@pytest.mark.parametrize("key", ["enable", "deny"])
def test_an_unknown_name_is_an_error_with_the_likely_one(site: Installed, key: str) -> None:
    site.operation("migrateops-views", "create_view")
    plugins = site.plugins(**{key: ["migrateops-veiws"]})  # type: ignore[arg-type]
    with pytest.raises(UnknownPlugin) as caught:
        plugins.start()
    assert caught.value.code == "MO510"
    assert (caught.value.distribution, caught.value.key) == ("migrateops-veiws", key)
    assert caught.value.suggestion == "migrateops-views"


def test_denying_a_known_distribution_that_is_not_installed_is_no_misspelling(site: Installed) -> None:
    assert site.plugins(deny=["migrateops-sequences"]).policy_faults() == []


def test_an_unknown_name_in_prefer_is_an_error(site: Installed) -> None:
    [fault] = site.plugins(prefer={"create_view": "absent"}).policy_faults()
    assert isinstance(fault, UnknownPlugin)
    assert fault.key == "prefer"


@pytest.mark.parametrize(
    ("require", "version", "installed"),
    [("views>=1.4", "1.3", "1.3"), ("views>=1.4", None, None), ("views==2", "1.10", "1.10")],
)
def test_a_requirement_that_is_not_met_stops_the_start(
    site: Installed, require: str, version: str | None, installed: str | None
) -> None:
    if version is not None:
        site.operation("views", "create_view", version=version)
    with pytest.raises(MissingPlugin) as caught:
        site.plugins(require=[require]).start()
    assert caught.value.distribution == "views"
    assert caught.value.installed == installed
    assert caught.value.hint() == f"pip install {require!r}"


@pytest.mark.parametrize("version", ["1.4", "1.10", "2.0rc1"])
def test_versions_are_compared_as_versions(site: Installed, version: str) -> None:
    site.operation("views", "create_view", version=version)
    assert site.plugins(require=["Views>=1.4"], autoload=False).policy_faults() == []


def test_a_required_distribution_takes_part_without_autoload(site: Installed) -> None:
    site.operation("views", "create_view")
    assert site.plugins(require=["views"], autoload=False).enabled == ("views",)


def test_required_and_denied_contradict_each_other(site: Installed) -> None:
    site.operation("views", "create_view")
    [fault] = site.plugins(require=["views"], deny=["views"]).policy_faults()
    assert isinstance(fault, MissingPlugin)
    assert fault.blocked == "deny"


def test_a_requirement_without_plugin_is_named(site: Installed) -> None:
    site("plain", "1.0")
    [fault] = site.plugins(require=["plain"]).policy_faults()
    assert isinstance(fault, UnknownPlugin)
    assert fault.key == "require"


def test_an_unreadable_requirement_is_an_error(site: Installed) -> None:
    [fault] = site.plugins(require=["views >>> 1"]).policy_faults()
    assert isinstance(fault, BadRequirement)
    assert fault.requirement == "views >>> 1"


def test_the_variable_has_one_value(site: Installed) -> None:
    with pytest.raises(BadPluginsVariable) as caught:
        site.plugins(environ={"MIGRATEOPS_PLUGINS": "off"}).start()
    assert caught.value.value == "off"
    site.plugins(environ={"MIGRATEOPS_PLUGINS": ""}).start()


BRAKE = {"MIGRATEOPS_PLUGINS": "none"}


def test_the_brake_turns_off_hooks_operations_and_commands_and_keeps_the_pack(site: Installed) -> None:
    site(
        "all-in-one",
        modules={
            "all_in_one.py": (
                "from migrateops.plugins import hookimpl\n"
                "class Pack: pass\n"
                "class Plugin:\n"
                "    @hookimpl\n"
                "    def migrateops_before_run(self): pass\n"
                "plugin = Plugin()\n"
                "def run(operations, operation): pass\n"
            ),
            "all_in_one_probe.py": "",
        },
        entry_points={
            "migrateops.dialects": {"acmedb": "all_in_one:Pack"},
            "migrateops.probes": {"acmedb": "all_in_one_probe"},
            "migrateops.plugins": {"all_in_one": "all_in_one:plugin"},
            "migrateops.operations": {"do_it": "all_in_one:Pack"},
            "migrateops.commands": {"verb": "all_in_one:run"},
        },
    )
    plugins = site.plugins(environ=BRAKE)
    assert not plugins.start().has("migrateops_before_run")
    assert plugins.operation("do_it") is None
    assert plugins.names() == frozenset()
    assert plugins.commands() == {}
    assert plugins.command("verb") is None
    pack = plugins.dialect_pack("acmedb")
    assert pack is not None
    assert pack.__name__ == "Pack"
    assert plugins.probe("acmedb") is not None
    error = plugins.unknown("do_it")
    assert (error.distribution, error.blocked) == ("all-in-one", "MIGRATEOPS_PLUGINS")

    denied = site.plugins(environ=BRAKE, deny=["all-in-one"])
    assert denied.dialect_pack("acmedb") is None
    assert denied.probe("acmedb") is None
    missing = denied.unknown_dialect("acmedb")
    assert (missing.distribution, missing.blocked) == ("all-in-one", "deny")

    free = site.plugins()
    assert free.start().has("migrateops_before_run")
    assert free.operation("do_it") is pack


def test_the_brake_works_when_the_policy_is_broken(site: Installed) -> None:
    broken = {"enable": ["absent"], "deny": ["nobody"], "require": ["nothing>=1"]}
    with pytest.raises(UnknownPlugin):
        site.plugins(**broken).start()  # type: ignore[arg-type]
    site.plugins(environ=BRAKE, **broken).start()  # type: ignore[arg-type]


def test_plugins_of_a_program_alone(site: Installed) -> None:
    class Audit:
        @hookimpl
        def migrateops_before_run(self, plan: list[str]) -> str:
            return f"audited {plan}"

    site.hooked("installed")
    site.operation("views", "create_view")
    hooks = Plugins(PluginPolicy.none(), site.discovery(), [Audit()]).start()
    assert hooks.call("migrateops_before_run", ctx=None, plan=["a"]) == ["audited ['a']"]
    assert Plugins(PluginPolicy.none(), site.discovery()).unknown("create_view").blocked == "plugins=()"
    assert not site.plugins(environ=BRAKE, extra=[Audit()]).start().has("migrateops_before_run")
