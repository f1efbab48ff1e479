"""What the commands about plugins show."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from migrateops.errors.plugins import UnknownPlugin
from migrateops.plugins.doctor import Finding, diagnose, list_plugins, show_plugin
from tests.core.plugins.conftest import OPERATION, Installed


@pytest.fixture
def shambles(site: Installed) -> Installed:
    """One sound plugin, and one of each kind of broken ones."""
    site.operation("aa-views", "create_view", requires=["migrateops>=0.0.1"])
    site.operation("bb-views", "create_view")
    site.operation("eager", "create_eager", requires=["migrateops>=99"])
    site(
        "no-import",
        modules={"no_import.py": "1/0"},
        entry_points={"migrateops.plugins": {"p": "no_import:p"}},
    )
    site("odd-name", entry_points={"migrateops.operations": {"Create-Odd": "odd:Op"}})
    site("torn", entry_points={"migrateops.plugins": {"torn": "torn:p"}})
    (site.path / "torn-1.0.dist-info" / "METADATA").write_text("\n")
    site.hooked("sound")
    return site


def test_list_imports_nothing_and_never_raises(shambles: Installed) -> None:
    before = set(sys.modules)
    listed = list_plugins(
        shambles.plugins(
            enable=["absent"],
            deny=["sound"],
            require=["??", "nothing>=1"],
            prefer={"x": "nobody"},
            environ={"MIGRATEOPS_PLUGINS": "nonsense"},
        )
    )
    assert not {"aa_views", "bb_views", "eager", "no_import", "sound"} & (set(sys.modules) - before)
    assert [(one.distribution, one.state, [fault.code for fault in one.faults]) for one in listed] == [
        ("aa-views", "enabled", ["MO506"]),
        ("bb-views", "enabled", ["MO506"]),
        ("eager", "enabled", ["MO514"]),
        ("no-import", "enabled", []),
        ("odd-name", "enabled", ["MO503"]),
        ("sound", "deny", []),
    ]
    first = listed[0]
    assert (first.version, first.operations, first.dialects, first.hooks) == (
        "1.0",
        ("create_view",),
        (),
        False,
    )
    assert first.place == str(shambles.path / "aa_views-1.0.dist-info")
    assert listed[-1].hooks


def test_show_tells_each_entry_point(shambles: Installed) -> None:
    shown = show_plugin(shambles.plugins(), "AA_Views")
    assert shown.requires == ("migrateops>=0.0.1",)
    assert [(one.advert.name, one.state, one.rivals) for one in shown.adverts] == [
        ("create_view", "conflict", ("bb-views",))
    ]
    assert (shown.hooks, shown.position) == (None, None)
    assert "aa_views" not in sys.modules

    preferring = shambles.plugins(prefer={"create_view": "bb-views"})
    assert [one.state for one in show_plugin(preferring, "aa-views").adverts] == ["not preferred"]
    assert [one.state for one in show_plugin(preferring, "bb-views").adverts] == ["offered"]
    [denied] = show_plugin(shambles.plugins(deny=["aa-views"]), "aa-views").adverts
    assert denied.state == "blocked"


def test_show_tells_dormant_implementations(site: Installed) -> None:
    site(
        "pack",
        entry_points={
            "migrateops.implementations": {"acmedb.create_view": "p:r", "acmedb.CreateTableOp": "p:r"}
        },
    )
    states = {one.advert.name: one.state for one in show_plugin(site.plugins(), "pack").adverts}
    assert states == {"acmedb.create_view": "dormant", "acmedb.CreateTableOp": "offered"}
    site.operation("views", "create_view")
    states = {one.advert.name: one.state for one in show_plugin(site.plugins(), "pack").adverts}
    assert states["acmedb.create_view"] == "offered"


def test_show_loads_hooks_and_order_when_asked(site: Installed) -> None:
    site.hooked("aaa", "after = 'bbb'")
    site.hooked("bbb")
    shown = show_plugin(site.plugins(), "aaa", load=True)
    assert shown.hooks == ("migrateops_before_run",)
    assert shown.position == 2


def test_show_of_an_unknown_name(site: Installed) -> None:
    site.hooked("sound")
    with pytest.raises(UnknownPlugin) as caught:
        show_plugin(site.plugins(), "suond")
    assert caught.value.suggestion == "sound"


def test_diagnose_finds_every_fault_each_on_its_own(shambles: Installed) -> None:
    found = {(one.code, one.distribution, one.level) for one in diagnose(shambles.plugins())}
    assert found == {
        ("MO503", "odd-name", "error"),
        ("MO504", None, "warning"),
        ("MO506", "aa-views", "error"),
        ("MO514", "eager", "error"),
        ("MO501", "no-import", "error"),
    }
    assert all(one.message for one in diagnose(shambles.plugins()))


def test_diagnose_checks_operations_and_hooks(site: Installed) -> None:
    site(
        "careless",
        modules={
            "careless.py": OPERATION.format(cls="FineOp")
            + "class BareOp(MigrateOperation): pass\n"
            + "from migrateops.plugins import hookimpl\n"
            + "class Plugin:\n"
            + "    @hookimpl\n"
            + "    def migrateops_before_run(self, wrong): pass\n"
            + "plugin = Plugin()\n"
        },
        entry_points={
            "migrateops.operations": {"do_fine": "careless:FineOp", "do_bare": "careless:BareOp"},
            "migrateops.plugins": {"careless": "careless:plugin"},
        },
    )
    found = [(one.code, one.distribution) for one in diagnose(site.plugins())]
    assert found == [("MO302", "careless"), ("MO516", "careless")]


def test_diagnose_asks_the_plugins(site: Installed) -> None:
    site(
        "asked",
        modules={
            "asked.py": "from migrateops.plugins import Finding, hookimpl\n"
            "class Plugin:\n"
            "    @hookimpl\n"
            "    def migrateops_doctor(self, env):\n"
            "        return [Finding(f'{env} is old', level='warning')]\n"
            "class Raises:\n"
            "    @hookimpl\n"
            "    def migrateops_doctor(self):\n"
            "        raise OSError('no access')\n"
            "plugin, raises = Plugin(), Raises()\n"
        },
        entry_points={"migrateops.plugins": {"a": "asked:raises", "b": "asked:plugin"}},
    )
    environment: Any = "the environment"
    found = diagnose(site.plugins(), environment)
    assert found[0] == Finding("the environment is old", None, "warning", "asked")
    assert [(one.code, one.distribution) for one in found[1:]] == [("MO519", "asked")]


def test_diagnose_of_a_sound_installation(site: Installed) -> None:
    site.operation("acme-views", "create_view")
    site.hooked("sound")
    assert diagnose(site.plugins()) == []


def test_diagnose_imports_nothing_that_is_denied(shambles: Installed) -> None:
    names = ["aa-views", "bb-views", "eager", "no-import", "odd-name", "sound"]
    diagnose(shambles.plugins(deny=names))
    assert not {"aa_views", "bb_views", "no_import", "sound"} & set(sys.modules)
