"""The commands are there as functions, with the parameters that Alembic's users pass."""

from __future__ import annotations

import inspect

import pytest

from migrateops import command

# What is printed there is returned here, so that nothing is more or less verbose.
PEER = {
    "branches": "config",
    "check": "config",
    "current": "config, check_heads",
    "downgrade": "config, revision, sql, tag",
    "edit": "config, rev",
    "ensure_version": "config, sql",
    "heads": "config, resolve_dependencies",
    "history": "config, rev_range",
    "init": "config, directory, template, package",
    "list_templates": "config",
    "merge": "config, revisions, message, branch_label, rev_id, splice",
    "revision": "config, message, autogenerate, sql, head, splice, branch_label, version_path, rev_id,"
    " depends_on, process_revision_directives",
    "show": "config, rev",
    "stamp": "config, revision, sql, tag, purge",
    "upgrade": "config, revision, sql, tag",
}


@pytest.mark.parametrize("name", PEER)
def test_the_parameters_are_the_peers_and_in_its_order(name: str) -> None:
    ours = list(inspect.signature(getattr(command, name)).parameters)
    theirs = PEER[name].split(", ")
    assert [parameter for parameter in ours if parameter in theirs] == theirs
    # What comes on top does not get in between.
    assert ours[: len(theirs)] == theirs


def test_every_command_is_exported() -> None:
    assert PEER.keys() <= set(command.__all__)
