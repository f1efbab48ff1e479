"""Hook objects: checked, ordered, called."""

from __future__ import annotations

import random
import sys
import threading
from typing import Any

import pytest

from migrateops.errors.plugins import (
    BadHook,
    NeedsNewerApi,
    PluginHookError,
    PluginLoadError,
    PluginOrderCycle,
    UnknownHook,
    WrongHookArgument,
    WrongPluginObject,
)
from migrateops.plugins import hookimpl
from migrateops.plugins.discovery import Advert
from migrateops.plugins.hooks import HookObject, check_hooks, hook_names, in_order
from migrateops.plugins.manager import Plugins
from migrateops.plugins.policy import PluginPolicy
from tests.core.plugins.conftest import Installed


def run(plugins: Plugins) -> list[Any]:
    return plugins.start().call("migrateops_before_run", ctx=None, plan=())


def given(*objects: object) -> Plugins:
    return Plugins(PluginPolicy.none(), extra=objects)


def test_the_hooks_of_the_interface() -> None:
    assert set(hook_names()) == {
        "migrateops_after_operation",
        "migrateops_after_revision",
        "migrateops_after_run",
        "migrateops_before_operation",
        "migrateops_before_revision",
        "migrateops_before_run",
        "migrateops_check",
        "migrateops_compare_columns",
        "migrateops_compare_schema",
        "migrateops_compare_table",
        "migrateops_doctor",
        "migrateops_environment_created",
        "migrateops_kinds",
        "migrateops_render_value",
        "migrateops_revision_written",
        "migrateops_rewrite_operations",
    }


def test_calls_are_in_the_order_of_distributions(site: Installed) -> None:
    for name in ("ccc", "aaa", "bbb"):
        site.hooked(name)
    assert run(site.plugins()) == ["aaa", "bbb", "ccc"]


def test_before_and_after_are_a_graph(site: Installed) -> None:
    site.hooked("aaa", "after = ('ddd',)")
    site.hooked("bbb")
    site.hooked("ccc", "before = 'bbb'")
    site.hooked("ddd", "after = ['not-installed']")
    assert run(site.plugins()) == ["ccc", "bbb", "ddd", "aaa"]


def test_the_order_does_not_depend_on_the_order_of_finding() -> None:
    class Plugin:
        def __init__(self, after: tuple[str, ...]) -> None:
            self.after = after

    objects = [
        HookObject(Advert(f"dist-{n}", "1", "migrateops.plugins", "p", "m:o"), Plugin(after))
        for n, after in enumerate([("dist-3",), (), ("dist-0",), (), ("dist-1", "dist-2")])
    ]
    orders = set()
    for seed in range(20):
        shuffled = random.Random(seed).sample(objects, len(objects))
        orders.add(tuple(found.advert.distribution for found in in_order(shuffled)))
    assert orders == {("dist-1", "dist-3", "dist-0", "dist-2", "dist-4")}


def test_a_circle_that_nobody_needs_is_left_out(site: Installed) -> None:
    site.hooked("aaa", "after = ('bbb',)")
    site.hooked("bbb", "after = ('aaa',)")
    site.hooked("ccc")
    plugins = site.plugins()
    assert run(plugins) == ["ccc"]
    [fault] = plugins.reports
    assert isinstance(fault, PluginOrderCycle)
    assert set(fault.distributions) == {"aaa", "bbb"}


def test_a_circle_that_is_needed_stops_the_start(site: Installed) -> None:
    site.hooked("aaa", "after = ('bbb',)")
    site.hooked("bbb", "after = ('aaa',)")
    with pytest.raises(PluginOrderCycle):
        site.plugins().start(needed=["bbb"])


def test_pluggy_is_imported_only_for_hooks(site: Installed) -> None:
    site.operation("views", "create_view")
    plugins = site.plugins()
    kept = {name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] == "pluggy"}
    try:
        plugins.start()
        assert "pluggy" not in sys.modules
    finally:
        sys.modules.update(kept)


def test_an_error_in_a_hook_names_the_plugin_and_stops_the_others() -> None:
    called = []

    class Raises:
        @hookimpl
        def migrateops_before_run(self) -> None:
            raise KeyError("lost")

    class Later:
        after = ()

        @hookimpl
        def migrateops_before_run(self) -> None:
            called.append(1)

    class Zeta(Later):
        pass

    plugins = given(Raises(), Zeta())
    with pytest.raises(PluginHookError) as caught:
        run(plugins)
    assert caught.value.hook == "migrateops_before_run"
    assert caught.value.distribution.endswith("Raises")
    assert isinstance(caught.value.__cause__, KeyError)
    assert called == []


@pytest.mark.parametrize("hook", ["migrateops_after_run", "migrateops_doctor"])
def test_errors_of_after_and_doctor_are_collected(hook: str) -> None:
    called = []

    class Raises:
        pass

    class Zeta:
        pass

    def fails(self: Any) -> None:
        raise ValueError("late")

    def counts(self: Any) -> int:
        called.append(1)
        return 7

    setattr(Raises, hook, hookimpl(fails))
    setattr(Zeta, hook, hookimpl(counts))
    runner = given(Raises(), Zeta()).start()
    assert runner.call(hook, ctx=None, plan=(), error=None, env=None) == [7]
    assert called == [1]
    [failure] = runner.errors
    assert failure.hook == hook
    assert isinstance(failure.__cause__, ValueError)


def test_an_interrupt_is_never_collected() -> None:
    class Interrupted:
        @hookimpl
        def migrateops_after_run(self) -> None:
            raise KeyboardInterrupt

    runner = given(Interrupted()).start()
    with pytest.raises(KeyboardInterrupt):
        runner.call("migrateops_after_run", ctx=None, plan=(), error=None)


def test_the_first_rendering_counts() -> None:
    class A:
        @hookimpl
        def migrateops_render_value(self, value: int) -> str | None:
            return None if value == 1 else f"A{value}"

    class B:
        @hookimpl
        def migrateops_render_value(self, kind: str, value: int) -> str:
            return f"B{value}"

    runner = given(A(), B()).start()
    assert runner.call("migrateops_render_value", ctx=None, kind="type", value=1) == ["B1"]
    assert runner.call("migrateops_render_value", ctx=None, kind="type", value=2) == ["A2"]


def test_hooks_that_nobody_implements_are_told_apart() -> None:
    class A:
        @hookimpl
        def migrateops_check(self) -> None: ...

    plugins = given(A())
    assert not plugins.hooks.has("migrateops_check")
    plugins.start()
    assert plugins.hooks.has("migrateops_check")
    assert not plugins.hooks.has("migrateops_before_operation")
    assert plugins.hooks.call("migrateops_before_operation", ctx=None, op=None) == []


def test_the_environment_is_announced_once() -> None:
    seen = []

    class A:
        @hookimpl
        def migrateops_environment_created(self, env: object) -> None:
            seen.append(env)

    plugins = given(A())
    plugins.start("environment")
    plugins.start("environment")
    assert seen == ["environment"]


class WrongArgument:
    @hookimpl
    def migrateops_before_run(self, ctx: Any, planned: Any) -> None: ...


class Misspelt:
    @hookimpl
    def migrateops_befor_run(self, ctx: Any) -> None: ...


class Default:
    @hookimpl
    def migrateops_after_run(self, ctx: Any, error: Any = None) -> None: ...


class Wrapper:
    @hookimpl(wrapper=True)
    def migrateops_before_run(self) -> Any:
        return (yield)


class Coroutine:
    @hookimpl
    async def migrateops_before_run(self) -> None: ...


class Property:
    @property
    def broken(self) -> None:
        raise RuntimeError("read too early")

    def __dir__(self) -> list[str]:
        raise RuntimeError("no listing")


class Newer:
    MIGRATEOPS_API = (1, 99)


class OtherMajor:
    MIGRATEOPS_API = (2, 0)


class NoVersion:
    MIGRATEOPS_API = "1.0"


@pytest.mark.parametrize(
    ("plugin", "error"),
    [
        (WrongArgument(), WrongHookArgument),
        (Misspelt(), UnknownHook),
        (Default(), BadHook),
        (Wrapper(), BadHook),
        (Coroutine(), BadHook),
        (Property(), PluginLoadError),
        (Newer(), NeedsNewerApi),
        (OtherMajor(), NeedsNewerApi),
        (NoVersion(), WrongPluginObject),
        (WrongArgument, WrongPluginObject),
    ],
)
def test_a_wrong_hook_object_is_refused(plugin: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_hooks(HookObject(Advert("acme", "1.0", "migrateops.plugins", "acme", "acme:plugin"), plugin))


def test_the_error_names_distribution_hook_and_argument(site: Installed) -> None:
    site(
        "acme-hooks",
        "1.2",
        modules={
            "acme_hooks.py": "from migrateops.plugins import hookimpl\n"
            "class Plugin:\n"
            "    @hookimpl\n"
            "    def migrateops_before_revision(self, step): raise AssertionError\n"
            "    @hookimpl\n"
            "    def migrateops_before_run(self, ctx, planned): raise AssertionError\n"
            "plugin = Plugin()\n"
        },
        entry_points={"migrateops.plugins": {"acme": "acme_hooks:plugin"}},
    )
    site.hooked("fine")
    with pytest.raises(WrongHookArgument) as caught:
        site.plugins().start(needed=["acme-hooks"])
    error = caught.value
    assert (error.distribution, error.version) == ("acme-hooks", "1.2")
    assert (error.hook, error.argument) == ("migrateops_before_run", "planned")
    assert error.known == ("ctx", "plan")

    # Not needed: nothing of it is called, not even the hook that is right.
    plugins = site.plugins()
    assert run(plugins) == ["fine"]
    assert not plugins.hooks.has("migrateops_before_revision")
    assert [type(report) for report in plugins.reports] == [WrongHookArgument]


def test_a_hook_of_a_later_version_may_be_marked() -> None:
    class Forward:
        @hookimpl(optionalhook=True)
        def migrateops_from_the_future(self, anything: Any) -> None: ...

        @hookimpl
        def migrateops_before_run(self) -> int:
            return 1

    assert run(given(Forward())) == [1]


def test_a_hook_may_have_another_name_and_ask_to_be_first() -> None:
    class A:
        @hookimpl
        def migrateops_before_run(self) -> str:
            return "a"

    class B:
        @hookimpl(specname="migrateops_before_run", tryfirst=True)
        def start_watch(self) -> str:
            return "b"

    assert run(given(A(), B())) == ["b", "a"]


def test_a_module_may_be_the_hook_object(site: Installed) -> None:
    site(
        "modular",
        modules={
            "modular/__init__.py": "from . import hooks\n",
            "modular/hooks.py": "from migrateops.plugins import hookimpl\n"
            "@hookimpl\ndef migrateops_before_run(plan): return len(plan)\n",
        },
        entry_points={"migrateops.plugins": {"modular": "modular:hooks", "again": "modular:hooks"}},
    )
    assert site.plugins().start().call("migrateops_before_run", ctx=None, plan=(1, 2)) == [2]


def test_one_hook_object_serves_threads_with_their_own_runners(site: Installed) -> None:
    site(
        "shared",
        modules={
            "shared.py": "from migrateops.plugins import hookimpl\n"
            "class Plugin:\n"
            "    @hookimpl\n"
            "    def migrateops_before_run(self, ctx):\n"
            "        if ctx % 2: raise ValueError(ctx)\n"
            "        return ctx\n"
            "plugin = Plugin()\n"
        },
        entry_points={"migrateops.plugins": {"shared": "shared:plugin"}},
    )
    results: dict[int, Any] = {}
    plugins = [site.plugins() for _ in range(8)]

    def work(number: int) -> None:
        try:
            answer: Any = plugins[number].start().call("migrateops_before_run", ctx=number, plan=())
        except PluginHookError as error:
            answer = error.reason
        results[number] = answer

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: f"ValueError: {n}" if n % 2 else [n] for n in range(8)}


def test_modules_that_stand_for_op() -> None:
    class Alias:
        op_modules = ("acme.op",)

    plugins = given(Alias())
    assert plugins.op_modules == {"migrateops.op"}
    plugins.start()
    assert plugins.op_modules == {"migrateops.op", "acme.op"}
