"""What an environment gets from its plugins, and every way in which a plugin can be wrong."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable

import pytest

from migrateops import __version__
from migrateops.errors.plugins import (
    MissingPlugin,
    NeedsOtherCore,
    PluginConflict,
    PluginLoadError,
    TakenName,
    UnknownOperation,
    WrongPluginObject,
)
from migrateops.operations.registry import Layer, Namespace
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from tests.core.plugins.conftest import OPERATION, Installed


def broken(site: Installed, name: str = "broken-ops", version: str = "1.4.0") -> None:
    """Install a distribution whose modules cannot be imported."""
    site(
        name,
        version,
        modules={"broken_ops.py": "import not_there_at_all\n"},
        entry_points={
            "migrateops.operations": {"create_broken": "broken_ops:CreateBrokenOp"},
            "migrateops.plugins": {"broken": "broken_ops:plugin"},
        },
    )


def test_making_it_reads_nothing() -> None:
    def read() -> None:
        raise AssertionError("read too early")

    plugins = Plugins(PluginPolicy(), read)  # type: ignore[arg-type]
    assert plugins.layer_of("migrateops.operations.ops") is Layer.CORE
    assert not plugins.hooks.has("migrateops_before_run")
    with pytest.raises(AssertionError):
        plugins.names()


def test_an_operation_is_imported_when_it_is_asked_for(site: Installed) -> None:
    site.operation("acme-views", "create_view", "CreateViewOp")
    plugins = site.plugins()
    assert plugins.names() == {"create_view"}
    assert "acme_views" not in sys.modules
    found = plugins.operation("create_view")
    assert found is sys.modules["acme_views"].CreateViewOp
    assert plugins.operation("create_view") is found
    assert plugins.operation("drop_view") is None


def test_the_registry_sees_it_through_the_protocol(site: Installed) -> None:
    site.operation("acme-views", "create_acme_view", "CreateViewOp")
    namespace = Namespace(site.plugins())
    directive = namespace.directive("op", "create_acme_view")
    assert directive.op_cls.__module__ == "acme_views"
    assert "create_acme_view" in namespace.names()
    assert directive.function.__name__ == "create_acme_view"
    with pytest.raises(UnknownOperation):
        Namespace(site.plugins(deny=["acme-views"])).directive("op", "create_acme_view")


# -- layers ---------------------------------------------------------------------------------
def test_layers_of_modules(site: Installed) -> None:
    site.operation("acme-views", "create_view")
    plugins, without = site.plugins(), site.plugins(deny=["acme-views"])
    for module in ("acme_views", "acme_views.deep.er"):
        assert plugins.layer_of(module) is Layer.PLUGIN
        assert without.layer_of(module) is Layer.HIDDEN
    for module in ("acme", "acme_views_more", "shop.models", "__main__"):
        assert plugins.layer_of(module) is Layer.PROJECT
    assert plugins.layer_of("migrateops.op") is Layer.CORE
    assert plugins.layer_of("migrateops_other") is Layer.PROJECT


def test_a_pack_is_seen_once_it_is_bound(site: Installed) -> None:
    site(
        "acmedb",
        modules={"acmedb.py": "class Pack: pass\n"},
        entry_points={"migrateops.dialects": {"acmedb": "acmedb:Pack"}},
    )
    plugins = site.plugins(autoload=False)
    assert plugins.layer_of("acmedb") is Layer.HIDDEN
    assert plugins.dialect_pack("otherdb") is None
    assert plugins.dialect_pack("acmedb") is not None
    assert plugins.layer_of("acmedb") is Layer.PLUGIN


# -- conflicts ------------------------------------------------------------------------------
def test_two_distributions_of_one_operation(site: Installed) -> None:
    site.operation("aa-views", "create_view", version="1.0")
    site.operation("bb-views", "create_view", version="2.0")
    plugins = site.plugins()
    with pytest.raises(PluginConflict) as caught:
        plugins.operation("create_view")
    assert caught.value.name == "create_view"
    assert caught.value.distributions == ("aa-views", "bb-views")
    assert caught.value.offers == (
        "aa-views 1.0 [migrateops.operations] create_view = aa_views:ViewOp",
        "bb-views 2.0 [migrateops.operations] create_view = bb_views:ViewOp",
    )
    assert [fault.code for fault in plugins.check()] == ["MO506"]
    # Other commands and runs are not stopped by it.
    plugins.start()
    assert [fault.code for fault in plugins.reports] == ["MO506"]


@pytest.mark.parametrize("settled", [{"prefer": {"create_view": "BB_views"}}, {"deny": ["aa-views"]}])
def test_the_policy_settles_a_conflict(site: Installed, settled: dict[str, object]) -> None:
    site.operation("aa-views", "create_view")
    site.operation("bb-views", "create_view")
    plugins = site.plugins(**settled)  # type: ignore[arg-type]
    found = plugins.operation("create_view")
    assert found is not None
    assert found.__module__ == "bb_views"
    assert plugins.check() == []


def test_two_packs_of_one_dialect_and_two_commands(site: Installed) -> None:
    for name in ("aa", "bb"):
        site(
            name,
            modules={f"{name}.py": "class Pack: pass\ndef verb(): pass\n"},
            entry_points={
                "migrateops.dialects": {"acmedb": f"{name}:Pack"},
                "migrateops.commands": {"verb": f"{name}:verb"},
            },
        )
    plugins = site.plugins()
    for door, key in ((plugins.dialect_pack, "dialect.acmedb"), (plugins.command, "command.verb")):
        with pytest.raises(PluginConflict) as caught:
            door(key.partition(".")[2])
        assert caught.value.name == key
    settled = site.plugins(prefer={"dialect.acmedb": "aa", "command.verb": "bb"})
    pack, verb = settled.dialect_pack("acmedb"), settled.command("verb")
    assert pack is sys.modules["aa"].Pack
    assert verb is sys.modules["bb"].verb


# -- names of core's ------------------------------------------------------------------------
def test_a_plugin_cannot_take_a_built_in_name(site: Installed) -> None:
    site.operation("thief", "create_table", "CreateTableOp", version="0.9")
    plugins = site.plugins()
    [fault] = plugins.check()
    assert isinstance(fault, TakenName)
    assert (fault.distribution, fault.version, fault.name) == ("thief", "0.9", "create_table")
    assert plugins.operation("create_table") is None
    assert "thief" not in sys.modules
    with pytest.raises(TakenName):
        plugins.start(needed=["thief"])
    unneeded = site.plugins()
    unneeded.start()
    assert [fault.code for fault in unneeded.reports] == ["MO507"]
    assert [fault.code for fault in unneeded.check()] == ["MO507"]
    assert unneeded.layer_of("thief") is Layer.HIDDEN


def test_built_in_names_are_known_without_being_told(site: Installed) -> None:
    import migrateops.operations  # noqa: F401  (registers them)

    site.operation("thief", "create_table", "CreateTableOp")
    plugins = site.plugins()
    assert plugins.operation("create_table") is None
    assert [fault.code for fault in plugins.check()] == ["MO507"]


# -- implementations ------------------------------------------------------------------------
IMPLEMENTED = OPERATION.format(cls="CreateViewOp") + "\ndef run(operations, operation): ...\n"


def implemented(site: Installed, name: str, keys: dict[str, str], **more: dict[str, str]) -> None:
    site(
        name,
        modules={f"{name}.py": IMPLEMENTED},
        entry_points={"migrateops.implementations": keys, **more},
    )


def test_an_implementation_by_name_belongs_to_the_advertised_class(site: Installed) -> None:
    implemented(
        site,
        "views",
        {"default.create_view": "views:run"},
        **{"migrateops.operations": {"create_view": "views:CreateViewOp"}},
    )
    implemented(site, "pack", {"acmedb.create_view": "pack:run", "acmedb.CreateViewOp": "pack:run"})
    plugins = site.plugins()
    op_cls = plugins.operation("create_view")
    assert op_cls is not None
    assert plugins.implementations("create_view", op_cls, "default") is sys.modules["views"].run
    assert plugins.implementations("create_view", op_cls, "acmedb") is sys.modules["pack"].run
    assert plugins.implementations("create_view", op_cls, "otherdb") is None
    assert plugins.implementations(None, op_cls, "acmedb") is None

    namesake = type("CreateViewOp", (), {"__module__": "shop.ops"})
    assert plugins.implementations("create_view", namesake, "default") is None
    assert plugins.implementations("create_view", namesake, "acmedb") is None


def test_an_implementation_of_a_built_in_is_advertised_by_class(site: Installed) -> None:
    from migrateops.operations.ops import CreateTableOp

    implemented(site, "pack", {"acmedb.CreateTableOp": "pack:run", "otherdb.create_table": "pack:run"})
    plugins = site.plugins()
    run = plugins.implementations("create_table", CreateTableOp, "acmedb")
    assert run is sys.modules["pack"].run
    assert plugins.implementations("create_table", CreateTableOp, "otherdb") is None
    own = type("CreateTableOp", (CreateTableOp,), {"__module__": "shop.ops"})
    assert plugins.implementations("create_table", own, "acmedb") is None


def test_whose_operation_is_not_preferred_does_not_implement_the_other(site: Installed) -> None:
    for name in ("aa", "bb"):
        implemented(
            site,
            name,
            {"default.create_view": f"{name}:run"},
            **{"migrateops.operations": {"create_view": f"{name}:CreateViewOp"}},
        )
    plugins = site.plugins(prefer={"create_view": "bb"})
    op_cls = plugins.operation("create_view")
    assert op_cls is not None
    assert plugins.implementations("create_view", op_cls, "default") is sys.modules["bb"].run
    assert plugins.check() == []


def test_two_implementations_for_one_dialect(site: Installed) -> None:
    implemented(
        site,
        "views",
        {"acmedb.create_view": "views:run"},
        **{"migrateops.operations": {"create_view": "views:CreateViewOp"}},
    )
    implemented(site, "pack", {"acmedb.create_view": "pack:run"})
    plugins = site.plugins()
    op_cls = plugins.operation("create_view")
    assert op_cls is not None
    with pytest.raises(PluginConflict) as caught:
        plugins.implementations("create_view", op_cls, "acmedb")
    assert caught.value.name == "acmedb.create_view"
    settled = site.plugins(prefer={"acmedb.create_view": "pack"})
    assert settled.implementations("create_view", op_cls, "acmedb") is sys.modules["pack"].run


# -- load failures --------------------------------------------------------------------------
def test_a_failing_import_names_distribution_version_and_entry_point(site: Installed) -> None:
    broken(site)
    plugins = site.plugins()
    with pytest.raises(PluginLoadError):
        plugins.operation("create_broken")
    with pytest.raises(PluginLoadError) as caught:
        plugins.operation("create_broken")
    error = caught.value
    assert (error.distribution, error.version) == ("broken-ops", "1.4.0")
    assert error.entry_point == "[migrateops.operations] create_broken = broken_ops:CreateBrokenOp"
    assert "not_there_at_all" in error.reason
    assert isinstance(error.__cause__, ModuleNotFoundError)
    assert [fault.code for fault in plugins.check()] == ["MO501"]


def test_a_failing_import_that_nobody_needs_is_reported_and_left_out(site: Installed) -> None:
    broken(site)
    site.hooked("fine")
    plugins = site.plugins()
    assert plugins.start().call("migrateops_before_run", ctx=None, plan=()) == ["fine"]
    [report] = plugins.reports
    assert isinstance(report, PluginLoadError)
    assert report.distribution == "broken-ops"
    assert plugins.layer_of("broken_ops") is Layer.HIDDEN
    # Asked for after all, it says why.
    with pytest.raises(PluginLoadError):
        plugins.operation("create_broken")
    with pytest.raises(PluginLoadError):
        plugins.start(needed=["broken-ops"])


@pytest.mark.parametrize("how", ["operation", "require", "named"])
def test_a_failing_import_that_is_needed_stops_the_start(site: Installed, how: str) -> None:
    broken(site)
    plugins = site.plugins(require=["broken-ops"] if how == "require" else ())
    needed = {"operation": plugins.providers(["create_broken"]), "require": set(), "named": {"Broken.Ops"}}
    with pytest.raises(PluginLoadError):
        plugins.start(needed=needed[how])


def test_the_distribution_of_a_bound_pack_is_needed(site: Installed) -> None:
    site(
        "acmedb",
        modules={"acmedb.py": "class Pack: pass\n"},
        entry_points={
            "migrateops.dialects": {"acmedb": "acmedb:Pack"},
            "migrateops.plugins": {"a": "acmedb:gone"},
        },
    )
    plugins = site.plugins()
    plugins.start()
    assert [fault.code for fault in plugins.reports] == ["MO501"]
    bound = site.plugins()
    assert bound.dialect_pack("acmedb") is not None
    with pytest.raises(PluginLoadError):
        bound.start()


def test_a_module_that_exits_is_a_load_error(site: Installed) -> None:
    site(
        "quits",
        modules={"quits.py": "import sys; sys.exit(0)"},
        entry_points={"migrateops.operations": {"quit_it": "quits:Op"}},
    )
    with pytest.raises(PluginLoadError):
        site.plugins().operation("quit_it")


@pytest.mark.parametrize(
    ("group", "name"),
    [
        ("migrateops.operations", "thing"),
        ("migrateops.dialects", "thing"),
        ("migrateops.implementations", "acmedb.thing"),
        ("migrateops.commands", "thing"),
    ],
)
def test_the_wrong_kind_of_object(site: Installed, group: str, name: str) -> None:
    site("odd", modules={"odd.py": "thing = 7"}, entry_points={group: {name: "odd:thing"}})
    plugins = site.plugins()
    [advert] = plugins.discovery.adverts
    with pytest.raises(WrongPluginObject) as caught:
        plugins.load(advert)
    assert caught.value.distribution == "odd"
    assert "7" in caught.value.found


# -- versions -------------------------------------------------------------------------------
def test_a_plugin_that_needs_a_newer_core(site: Installed) -> None:
    site.operation("eager", "create_eager", version="2.0", requires=["SQLAlchemy", "migrateops>=99,<100"])
    plugins = site.plugins()
    [fault] = plugins.check()
    assert isinstance(fault, NeedsOtherCore)
    assert (fault.distribution, fault.version) == ("eager", "2.0")
    assert fault.requirement == "migrateops<100,>=99"
    with pytest.raises(NeedsOtherCore):
        plugins.operation("create_eager")
    assert "eager" not in sys.modules
    with pytest.raises(NeedsOtherCore):
        plugins.start(needed=["eager"])
    plugins.start()
    assert plugins.reports == [fault]


@pytest.mark.parametrize(
    "line",
    [
        "migrateops",
        "migrateops >= 0.0.1",
        "migrateops>=99; extra == 'future'",
        "migrateops>=99; python_version < '3'",
        "migrateops-sequences>=99",
        "migrateops[postgresql]<99",
        "migrateops<99,>=0.0.1",
        f"migrateops>={__version__}",
        f"migrateops >={__version__}.0, < 99",
        "migrateops!=99",
    ],
)
def test_requirements_that_the_running_core_meets(site: Installed, line: str) -> None:
    site.operation("modest", "create_modest", requires=[line])
    assert site.plugins().check() == []


@pytest.mark.parametrize(
    "line",
    ["migrateops>=99", f"migrateops<{__version__}.0", f"migrateops>={__version__}.1", "migrateops==99"],
)
def test_requirements_that_the_running_core_does_not_meet(site: Installed, line: str) -> None:
    site.operation("eager", "create_eager", requires=["migrateops>=0.0.1", line])
    [fault] = site.plugins().check()
    assert isinstance(fault, NeedsOtherCore)
    assert fault.requirement == line


def test_a_denied_plugin_is_not_checked(site: Installed) -> None:
    site.operation("eager", "create_eager", requires=["migrateops>=99"])
    assert site.plugins(deny=["eager"]).check() == []


# -- what nobody offers ---------------------------------------------------------------------
def test_an_operation_of_a_known_distribution_that_is_not_installed(site: Installed) -> None:
    error = site.plugins().unknown("create_sequence")
    assert isinstance(error, AttributeError)
    assert (error.operation, error.distribution) == ("create_sequence", "migrateops-sequences")
    assert error.hint() == "pip install migrateops-sequences"


def test_an_operation_that_an_older_version_does_not_have(site: Installed) -> None:
    site.operation("migrateops-sequences", "create_other", version="0.1")
    error = site.plugins().unknown("create_sequence")
    assert (error.distribution, error.installed) == ("migrateops-sequences", "0.1")
    assert error.hint() == "pip install --upgrade migrateops-sequences"


@pytest.mark.parametrize(
    ("settings", "blocked"), [({"deny": ["acme-views"]}, "deny"), ({"autoload": False}, "autoload")]
)
def test_an_operation_that_the_policy_blocks(
    site: Installed, settings: dict[str, object], blocked: str
) -> None:
    site.operation("acme-views", "create_view")
    error = site.plugins(**settings).unknown("create_view")  # type: ignore[arg-type]
    assert (error.distribution, error.blocked) == ("acme-views", blocked)
    assert "acme-views" in (error.hint() or "")


def test_a_misspelt_operation_gets_the_likely_one(site: Installed) -> None:
    site.operation("acme-views", "create_acme_view")
    plugins = site.plugins()
    assert plugins.unknown("create_acme_veiw").suggestion == "create_acme_view"
    assert plugins.unknown("create_tabel").suggestion == "create_table"
    assert plugins.unknown("xyzzy").suggestion is None
    assert plugins.unknown("xyzzy").hint() is None


def test_an_operation_that_has_no_batch_form(site: Installed) -> None:
    site.operation("acme-views", "create_acme_view", "CreateViewOp")
    with pytest.raises(UnknownOperation) as caught:
        Namespace(site.plugins()).directive("batch", "create_acme_view")
    assert caught.value.outside_batch
    assert caught.value.distribution == "acme-views"


def test_an_unknown_operation_is_an_attribute_error_that_travels() -> None:
    error = UnknownOperation("create_veiw", suggestion="create_view")
    error.add_note("in a script")
    copy = pickle.loads(pickle.dumps(error))
    assert (copy.operation, copy.suggestion, copy.notes) == ("create_veiw", "create_view", ("in a script",))


def test_a_dialect_without_pack(site: Installed) -> None:
    plugins = site.plugins()
    known = plugins.unknown_dialect("postgresql")
    assert known.distribution == "migrateops-postgresql"
    assert known.hint() == "pip install migrateops-postgresql"
    stranger = plugins.unknown_dialect("acmedb")
    assert stranger.distribution is None
    assert "acmedb" in stranger.hint()


def test_a_required_distribution_that_is_missing_stops_the_start(site: Installed) -> None:
    with pytest.raises(MissingPlugin):
        site.plugins(require=["migrateops-sequences>=1.4"]).start()


def test_the_same_distribution_twice_starts_once(
    site: Installed, elsewhere: Callable[[str], Installed]
) -> None:
    from migrateops.plugins.discovery import discover, forget

    site.hooked("twice")
    source = elsewhere("source")
    source.hooked("twice")
    forget()
    plugins = Plugins(PluginPolicy(), discover([str(site.path), str(source.path)]))
    assert plugins.start().call("migrateops_before_run", ctx=None, plan=()) == ["twice"]
    assert plugins.reports == []


def test_probe_modules_are_found_by_dialect(site: Installed) -> None:
    site(
        "acmedb",
        modules={"acme_probe.py": "x = 1"},
        entry_points={"migrateops.probes": {"acmedb": "acme_probe"}},
    )
    plugins = site.plugins()
    probe = plugins.probe("acmedb")
    assert probe is sys.modules["acme_probe"]
    assert plugins.probe("otherdb") is None


def test_asking_for_names_imports_neither_sqlalchemy_nor_pluggy(site: Installed) -> None:
    site.operation("acme-views", "create_view")
    code = (
        "import sys; from migrateops.plugins import Plugins, PluginPolicy, discover;"
        "p = Plugins(PluginPolicy(), discover([sys.argv[1]])); print(*p.names(), p.commands());"
        "print(sorted({'acme_views', 'pluggy', 'sqlalchemy', 'packaging'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(site.path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == ["create_view {}", "[]"]
