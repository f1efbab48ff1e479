"""Which distribution a module belongs to."""

from __future__ import annotations

import sys

from migrateops.plugins.ownership import Ownership
from tests.core.plugins.conftest import Installed


def plugin(site: Installed, name: str, *files: str, entry: str) -> None:
    site(
        name,
        modules=dict.fromkeys(files, ""),
        entry_points={"migrateops.operations": {f"do_{name}": f"{entry}:Op"}},
    )


def test_the_top_level_package_is_owned(site: Installed) -> None:
    plugin(
        site,
        "plain",
        "plain/__init__.py",
        "plain/deep/__init__.py",
        "plain/deep/ops.py",
        entry="plain.deep.ops",
    )
    owners = Ownership(site.discovery())
    assert owners.of("plain") == owners.of("plain.other") == "plain"
    assert owners.of("plainer") is None
    assert "plain" not in sys.modules


def test_a_namespace_package_is_nobodys(site: Installed) -> None:
    plugin(site, "views", "acme/views/__init__.py", "acme/views/ops.py", entry="acme.views.ops")
    plugin(site, "single", "acme/single.py", entry="acme.single")
    plugin(site, "deep", "acme/a/b/__init__.py", "acme/a/b/ops.py", entry="acme.a.b.ops")
    owners = Ownership(site.discovery())
    assert owners.of("acme") is None
    assert owners.of("acme.shop") is None
    assert owners.of("acme.views.models") == "views"
    assert owners.of("acme.single") == "single"
    assert owners.of("acme.a.b.other") == "deep"
    assert owners.of("acme.a.c") is None
    assert "acme.views" not in sys.modules


def test_a_package_of_two_distributions_is_told_apart_by_module(site: Installed) -> None:
    plugin(
        site, "one", "joint/__init__.py", "joint/one/__init__.py", "joint/one/ops.py", entry="joint.one.ops"
    )
    plugin(site, "two", "joint/two.py", entry="joint.two")
    owners = Ownership(site.discovery())
    assert owners.of("joint") is None
    assert owners.of("joint.one.more") == "one"
    assert owners.of("joint.two") == "two"
    assert owners.of("joint.three") is None


def test_a_module_that_is_not_there_is_owned_by_name(site: Installed) -> None:
    site("gone", entry_points={"migrateops.plugins": {"gone": "gone.hooks:plugin"}})
    assert Ownership(site.discovery()).of("gone.anything") == "gone"
