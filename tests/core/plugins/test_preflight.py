"""What stops a run before its first statement, and what is only reported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import indent
from typing import Any

import pytest

from migrateops.errors.base import MigrateOpsError
from migrateops.errors.operations import UnknownDirective
from migrateops.errors.plugins import (
    MissingPlugin,
    PluginConflict,
    PluginLoadError,
    PreflightFailed,
    UnsupportedByDialect,
    Use,
)
from migrateops.operations import Operations
from migrateops.operations.registry import Namespace
from migrateops.plugins.manager import Plugins
from migrateops.plugins.preflight import Mode, Pending, Preflight, preflight
from migrateops.revisions.revision import Revision
from migrateops.revisions.script_text import ScriptText
from tests.core.plugins.conftest import Installed

PATH = "versions/a1_orders.py"


def script(
    body: str, *, requires: Mapping[str, Any] | None = None, revision: str = "a1", path: str = PATH
) -> Pending:
    """Return a pending script; its body begins at line 3."""
    text = "from migrateops import op; import shop\ndef upgrade():\n" + indent(body, "    ")
    return Pending(
        Revision(revision, requires_plugins=requires or {}, path=path), ScriptText(text, "upgrade")
    )


def offered(plugins: Plugins) -> Callable[[str], object]:
    """Return what a run asks: the members of ``Operations``, and what the registry finds."""
    namespace = Namespace(plugins)
    members = {name for cls in Operations.__mro__ for name in vars(cls)}
    return lambda name: name in members or namespace.directive("op", name)


def check(
    plugins: Plugins,
    *scripts: Pending,
    dialect: str = "acmedb",
    offers: Callable[[str], object] | None = None,
    supports: Callable[[str], bool | str] = lambda name: True,
    mode: Mode = "error",
) -> Preflight:
    return preflight(
        scripts,
        plugins,
        dialects=[dialect],
        offers=offers or offered(plugins),
        supports=supports,
        mode=mode,
    )


def codes(faults: tuple[MigrateOpsError, ...]) -> list[str]:
    return [fault.code for fault in faults]


def test_nothing_to_object(site: Installed) -> None:
    site.operation("acme-views", "create_acme_view")
    found = check(site.plugins(), script("op.create_acme_view('v')\nop.execute('select 1')\n"))
    assert (found.blocking, found.reports) == ((), ())
    assert found.needed == {"acme-views"}
    found.raise_blocking()


def test_a_missing_distribution_with_the_lines_that_use_it(site: Installed) -> None:
    found = check(
        site.plugins(),
        script("op.execute('x')\nop.create_sequence('s')\n"),
        script("op.drop_sequence('s')\n", revision="b2", path="versions/b2.py"),
    )
    [fault] = found.blocking
    assert isinstance(fault, MissingPlugin)
    assert (fault.distribution, fault.installed, fault.blocked) == ("migrateops-sequences", None, None)
    assert fault.uses == (
        Use("a1", PATH, 4, "create_sequence"),
        Use("b2", "versions/b2.py", 3, "drop_sequence"),
    )
    assert fault.hint() == "pip install migrateops-sequences"
    assert found.reports == ()


def test_all_missing_distributions_are_raised_at_once(site: Installed) -> None:
    found = check(
        site.plugins(),
        script(
            "op.create_sequence('s')\nop.create_exclude_constraint('x', 't')\n",
            requires={"Acme_Views": ">=1.4"},
        ),
    )
    with pytest.raises(PreflightFailed) as caught:
        found.raise_blocking()
    assert caught.value.code == "MO523"
    missing = [fault.requirement for fault in caught.value.faults if isinstance(fault, MissingPlugin)]
    assert missing == ["acme-views>=1.4", "migrateops-postgresql", "migrateops-sequences"]
    message = caught.value.message()
    for fault in caught.value.faults:
        assert (fault.hint() or "?") in message
    assert caught.value.hint() == "pip install 'acme-views>=1.4' migrateops-postgresql migrateops-sequences"
    assert sum(f"{PATH}:" in note for note in caught.value.notes) == 2
    assert len(caught.value.notes) == 3


GUARDED = {
    "if": "if shop.flag:\n    op.create_sequence('s')\n",
    "else": "if shop.flag:\n    pass\nelse:\n    op.create_sequence('s')\n",
    "try": "try:\n    op.create_sequence('s')\nexcept Exception:\n    pass\n",
    "loop": "for name in shop.names:\n    op.create_sequence(name)\n",
    "nested": "def later():\n    op.create_sequence('s')\nshop.register(later)\n",
    "return": "if shop.done:\n    return\nop.create_sequence('s')\n",
    "hasattr": "if hasattr(op, 'create_sequence'):\n    op.create_sequence('s')\n",
    "and": "shop.flag and op.create_sequence('s')\n",
}


@pytest.mark.parametrize("body", GUARDED.values(), ids=GUARDED.keys())
def test_what_is_reached_under_a_condition_is_only_reported(site: Installed, body: str) -> None:
    found = check(site.plugins(), script(body))
    assert found.blocking == ()
    [fault] = found.reports
    assert isinstance(fault, MissingPlugin)
    assert fault.distribution == "migrateops-sequences"
    assert found.needed == frozenset()


def test_a_name_that_nobody_is_known_to_offer_is_only_reported(site: Installed) -> None:
    found = check(site.plugins(), script("op.create_tabel('t')\n"))
    assert found.blocking == ()
    assert codes(found.reports) == ["MO508"]


def test_names_on_other_objects_are_nobodys_business(site: Installed) -> None:
    found = check(site.plugins(), script("with shop.Session() as s:\n    s.create_sequence('x')\n"))
    assert (found.blocking, found.reports) == ((), ())


def test_an_operation_of_the_project_needs_no_distribution(site: Installed) -> None:
    found = check(site.plugins(), script("op.create_sequence('s')\n"), offers=lambda name: True)
    assert (found.blocking, found.reports, found.needed) == ((), (), frozenset())


@pytest.mark.parametrize("answer", [False, None, UnknownDirective("op", "create_sequence", ())])
def test_ways_to_say_that_an_operation_is_not_offered(site: Installed, answer: object) -> None:
    def offers(name: str) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    found = check(site.plugins(), script("op.create_sequence('s')\n"), offers=offers)
    assert codes(found.blocking) == ["MO513"]


def test_a_blocked_distribution_is_named_with_its_setting(site: Installed) -> None:
    site.operation("acme-views", "create_acme_view")
    found = check(site.plugins(deny=["acme-views"]), script("op.create_acme_view('v')\n"))
    [fault] = found.blocking
    assert isinstance(fault, MissingPlugin)
    assert (fault.distribution, fault.installed, fault.blocked) == ("acme-views", "1.0", "deny")


def test_a_known_distribution_too_old_to_have_the_operation(site: Installed) -> None:
    site.operation("migrateops-sequences", "create_other", version="0.1")
    found = check(
        site.plugins(), script("op.create_sequence('s')\n", requires={"migrateops-sequences": ">=0.1"})
    )
    [fault] = found.blocking
    assert isinstance(fault, MissingPlugin)
    assert (fault.distribution, fault.installed) == ("migrateops-sequences", "0.1")
    assert fault.uses == (Use("a1", PATH, 3, "create_sequence"),)


# -- requires_plugins -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("condition", "blocks"),
    [
        (">=1.4", True),
        ("", False),
        (">=1.0,<2", False),
        ({"version": ">=1.4"}, True),
        ({"version": ">=1.4", "dialect": ["acmedb"]}, True),
        ({"version": ">=1.4", "dialect": "acmedb"}, True),
        ({"version": ">=1.4", "dialect": ["otherdb"]}, False),
        ({"dialect": ["acmedb"]}, False),
    ],
)
def test_requirements_in_the_header(site: Installed, condition: Any, blocks: bool) -> None:
    site.operation("acme-views", "create_acme_view", version="1.3")
    found = check(site.plugins(), script("pass\n", requires={"acme-views": condition}))
    assert codes(found.blocking) == (["MO513"] if blocks else [])
    if blocks:
        [fault] = found.blocking
        assert isinstance(fault, MissingPlugin)
        assert (fault.requirement, fault.installed) == ("acme-views>=1.4", "1.3")
        assert fault.uses == (Use("a1", PATH),)
    assert found.reports == ()


def test_a_header_may_require_what_advertises_nothing(site: Installed) -> None:
    site("plain-library", "2.0")
    found = check(site.plugins(), script("pass\n", requires={"plain-library": ">=1"}))
    assert found.blocking == ()


@pytest.mark.parametrize("condition", [">>1", 3, {"versions": ">=1"}, None])
def test_a_header_that_cannot_be_read_is_reported(site: Installed, condition: Any) -> None:
    found = check(site.plugins(), script("pass\n", requires={"acme-views": condition}))
    assert found.blocking == ()
    assert codes(found.reports) == ["MO511"]


def test_requirements_of_several_scripts_hold_together(site: Installed) -> None:
    site.operation("acme-views", "create_acme_view", version="1.3")
    found = check(
        site.plugins(),
        script("pass\n", requires={"acme-views": ">=1.1"}),
        script("pass\n", requires={"Acme.Views": ">=1.5"}, revision="b2", path="b2.py"),
    )
    [fault] = found.blocking
    assert isinstance(fault, MissingPlugin)
    assert fault.distribution == "acme-views"
    assert [use.revision for use in fault.uses] == ["a1", "b2"]


# -- broken plugins -------------------------------------------------------------------------
def broken(site: Installed) -> None:
    site(
        "broken",
        modules={"broken.py": "import not_there_at_all"},
        entry_points={"migrateops.operations": {"create_broken": "broken:Op"}},
    )


def test_a_plugin_that_cannot_be_loaded_blocks_what_uses_it(site: Installed) -> None:
    broken(site)
    found = check(site.plugins(), script("op.create_broken('x')\n"))
    [fault] = found.blocking
    assert isinstance(fault, PluginLoadError)
    assert fault.distribution == "broken"


def test_a_plugin_that_cannot_be_loaded_is_reported_under_a_condition(site: Installed) -> None:
    broken(site)
    found = check(site.plugins(), script("if shop.flag:\n    op.create_broken('x')\n"))
    assert found.blocking == ()
    assert codes(found.reports) == ["MO501"]


def test_a_conflict_blocks_what_uses_it(site: Installed) -> None:
    site.operation("aa", "create_acme_view")
    site.operation("bb", "create_acme_view")
    found = check(site.plugins(), script("op.create_acme_view('x')\n"))
    [fault] = found.blocking
    assert isinstance(fault, PluginConflict)


# -- dialects -------------------------------------------------------------------------------
def test_what_the_dialect_cannot_do(site: Installed) -> None:
    def supports(name: str) -> bool | str:
        answers: dict[str, bool | str] = {"alter_column": "there is no ALTER COLUMN", "drop_column": False}
        return answers.get(name, True)

    found = check(
        site.plugins(),
        script("op.alter_column('t', 'c')\nif shop.flag:\n    op.drop_column('t', 'c')\n"),
        supports=supports,
    )
    [fault] = found.blocking
    assert isinstance(fault, UnsupportedByDialect)
    assert (fault.name, fault.dialect, fault.reason) == ("alter_column", "acmedb", "there is no ALTER COLUMN")
    assert fault.uses == (Use("a1", PATH, 3, "alter_column"),)
    [report] = found.reports
    assert isinstance(report, UnsupportedByDialect)
    assert (report.name, report.reason) == ("drop_column", None)


@pytest.mark.parametrize(
    ("body", "blocks"),
    [("op.alter_column('t', 'c')\n", True), ("if shop.flag:\n    op.alter_column('t', 'c')\n", False)],
)
def test_an_implementation_that_cannot_be_loaded(site: Installed, body: str, blocks: bool) -> None:
    def supports(name: str) -> bool:
        raise PluginLoadError(
            "pack", "1.0", "[migrateops.implementations] acmedb.alter_column = p:run", "gone"
        )

    found = check(site.plugins(), script(body), supports=supports)
    assert (codes(found.blocking), codes(found.reports)) == ((["MO501"], []) if blocks else ([], ["MO501"]))


# -- modes ----------------------------------------------------------------------------------
def test_warn_reports_what_would_block(site: Installed) -> None:
    found = check(site.plugins(), script("op.create_sequence('s')\n"), mode="warn")
    assert found.blocking == ()
    assert codes(found.reports) == ["MO513"]


def test_off_looks_at_nothing(site: Installed) -> None:
    def never(name: str) -> bool:
        raise AssertionError("looked")

    found = check(site.plugins(), script("op.create_sequence('s')\n"), offers=never, mode="off")
    assert found == Preflight()


def test_computed_names_are_reported(site: Installed) -> None:
    found = check(site.plugins(), script("getattr(op, shop.name)('s')\n"))
    assert found.blocking == ()
    assert codes(found.reports) == ["MO522"]


def test_the_names_of_a_batch_are_checked_too(site: Installed) -> None:
    body = "with op.batch_alter_table('t') as b:\n    b.create_sequence('s')\n    b.something_of_its_own()\n"
    found = check(site.plugins(), script(body))
    assert [fault.uses[0].line for fault in found.blocking if isinstance(fault, MissingPlugin)] == [4]
    assert found.reports == ()


@pytest.mark.parametrize(
    "body",
    [
        "op.create_sequence('s')",
        "o = op\no.create_sequence('s')",
        "o = op\no.creat_table('t')",
        "op.creat_table('t')",
        "op \\\n    .creat_table('t')",
        "getattr(op, name)()",
        "with op.batch_alter_table('t') as b:\n    b.create_exclude_constraint('x')",
        "with op.batch_alter_table('t') as b:\n    b.frob('x')",
        "shop.helper(op)",
        "op.create_table('t')\nop.execute('x')",
        "op.drop_table('t')",
    ],
)
def test_what_the_words_of_a_script_tell_is_what_its_syntax_tree_tells(
    site: Installed, body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.operation("acme-views", "create_acme_view")

    def found() -> object:
        supports = {"drop_table": "no"}
        result = check(site.plugins(), script(body), supports=lambda name: supports.get(name, True))
        faults = [[fault.as_dict() for fault in each] for each in (result.blocking, result.reports)]
        return faults, result.needed

    shortly = found()
    monkeypatch.setattr(ScriptText, "operations", None)
    assert found() == shortly
