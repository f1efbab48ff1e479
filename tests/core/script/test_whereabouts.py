"""Finding the script of a revision on the branches of real git checkouts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrateops.errors.revisions import RevisionNotFound, UnknownVersionRow
from migrateops.errors.whereabouts import Whereabouts
from migrateops.script.whereabouts import explained, whereabouts
from tests.core.script.checkout import Checkout

PATH = "migrations/versions/b2.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """``main`` has a1; ``feature`` has b2 besides, and c3 that follows it; ``main`` is checked out."""
    made = Checkout(tmp_path / "checkout")
    write(made, "a1", None)
    made.commit("base")
    made.git("checkout", "-q", "-b", "feature")
    write(made, "b2", "a1")
    made.commit("add b2")
    write(made, "c3", "b2")
    made.commit("add c3")
    made.git("checkout", "-q", "main")
    return made


def write(checkout: Checkout, revision: str, down: str | None) -> Path:
    path = checkout.root / "migrations" / "versions" / f"{revision}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"revision: str = {revision!r}\ndown_revision = {down!r}\n")
    return path


def look(checkout: Checkout, revision: str = "b2", *, seconds: float = 30) -> Whereabouts | None:
    places = [str(checkout.root / "migrations" / "versions"), str(checkout.root / "nowhere")]
    return whereabouts(revision, places, seconds=seconds)


def test_a_branch_that_has_it(checkout: Checkout) -> None:
    added = checkout.git("rev-parse", "--short", "feature~1")
    assert look(checkout) == Whereabouts(PATH, added, ("feature",))


def test_what_only_mentions_it_does_not_count(checkout: Checkout) -> None:
    found = look(checkout, "a1")
    assert found is not None
    assert (found.path, found.checked_out) == ("migrations/versions/a1.py", True)


@pytest.mark.parametrize("revision", ["b", "b.", ".*", "zz9", "b2'|'", "\n"])
def test_what_is_nowhere(checkout: Checkout, revision: str) -> None:
    assert look(checkout, revision) is None


def test_a_branch_that_deleted_it_does_not_count(checkout: Checkout) -> None:
    checkout.git("checkout", "-q", "-b", "cleaned", "feature")
    checkout.git("rm", "-q", PATH)
    checkout.commit("remove b2")
    checkout.git("checkout", "-q", "main")
    found = look(checkout)
    assert found is not None
    assert found.branches == ("feature",)


def test_picked_by_one_branch_and_deleted_by_the_other(checkout: Checkout) -> None:
    checkout.git("checkout", "-q", "-b", "picked", "main")
    checkout.git("commit", "-q", "--allow-empty", "-m", "another parent")
    checkout.git("cherry-pick", "feature~1")
    checkout.git("rm", "-q", PATH)
    checkout.commit("remove b2")
    checkout.git("checkout", "-q", "main")
    found = look(checkout)
    assert found is not None
    assert found.branches == ("feature",)


def test_the_directory_is_only_there(checkout: Checkout, tmp_path: Path) -> None:
    checkout.git("checkout", "-q", "--orphan", "empty")
    checkout.git("rm", "-r", "-q", "-f", ".")
    checkout.git("commit", "-q", "--allow-empty", "-m", "empty")
    assert not (checkout.root / "migrations").exists()
    found = look(checkout)
    assert found is not None
    assert found.branches == ("feature",)


def test_a_branch_that_is_behind(checkout: Checkout) -> None:
    checkout.git("merge", "-q", "feature")
    checkout.git("rm", "-q", PATH)
    checkout.commit("remove b2")
    found = look(checkout)
    assert found is not None
    assert found.branches == ("feature",)


def test_deleted_everywhere(checkout: Checkout) -> None:
    checkout.git("merge", "-q", "feature")
    checkout.git("branch", "-q", "-D", "feature")
    checkout.git("rm", "-q", PATH)
    deleted = checkout.commit("remove b2")
    found = look(checkout)
    assert found == Whereabouts(PATH, f"{deleted}^", deleted_in=deleted)
    assert found is not None
    # What the hint says brings it back.
    command = found.advice().rpartition("'git ")[2].rstrip("'")
    checkout.git(*command.split())
    assert (checkout.root / PATH).exists()


def test_only_the_file_is_missing(checkout: Checkout) -> None:
    checkout.git("merge", "-q", "feature")
    (checkout.root / PATH).unlink()
    found = look(checkout)
    assert found is not None
    assert (found.checked_out, found.commit, found.path) == (True, "HEAD", PATH)


def test_a_detached_head_and_a_remote_branch(checkout: Checkout, tmp_path: Path) -> None:
    clone = Checkout(tmp_path / "clone")
    clone.git("remote", "add", "origin", str(checkout.root))
    clone.git("fetch", "-q", "origin")
    clone.git("checkout", "-q", "--detach", "origin/main")
    found = look(clone)
    assert found is not None
    assert found.branches == ("origin/feature",)


def test_a_commit_on_no_branch(checkout: Checkout) -> None:
    checkout.git("tag", "kept", "feature")
    checkout.git("branch", "-q", "-D", "feature")
    found = look(checkout)
    assert found is not None
    assert (found.branches, found.checked_out, found.deleted_in) == ((), False, None)
    checkout.git(*found.advice().rpartition("'git ")[2].rstrip("'").split())
    assert (checkout.root / PATH).exists()


def test_no_checkout(tmp_path: Path) -> None:
    # Were the directory of the tests in a checkout itself, there would still be no such revision.
    assert whereabouts("b2", [str(tmp_path)]) is None
    assert whereabouts("b2", [str(tmp_path / "nowhere")]) is None
    assert whereabouts("b2", []) is None


def test_no_git(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert look(checkout) is None


def test_no_time(checkout: Checkout) -> None:
    assert look(checkout, seconds=0) is None


def test_a_git_that_hangs_is_stopped(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = tmp_path / "finished"
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(f"#!/bin/sh\n/bin/sleep 5\n: > {proof}\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", str(slow.parent))
    assert look(checkout, seconds=0.1) is None
    assert not proof.exists()


def test_nothing_of_the_repository_is_executed_or_written(checkout: Checkout, tmp_path: Path) -> None:
    proof = tmp_path / "executed"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {proof}\ncat\n")
    program.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "diff.py.textconv", "filter.py.smudge"):
        checkout.git("config", key, str(program))
    (checkout.root / ".git" / "info").mkdir(exist_ok=True)
    (checkout.root / ".git" / "info" / "attributes").write_text("*.py diff=py filter=py\n")
    checkout.git("config", "color.ui", "always")
    proof.unlink(missing_ok=True)
    before = state(checkout.root)
    found = look(checkout)
    assert found is not None
    assert found.branches == ("feature",)
    assert not proof.exists()
    assert state(checkout.root) == before


def state(root: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in root.rglob("*")}


def test_in_a_hook_of_another_repository(
    checkout: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Checkout(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "index")
    found = look(checkout)
    assert found is not None
    assert found.branches == ("feature",)


def test_an_unknown_row_is_explained(checkout: Checkout) -> None:
    place = os.fspath(checkout.root / "migrations" / "versions")
    error = explained(UnknownVersionRow("b2"), [place], "db://u:***@host/shop")
    assert isinstance(error, UnknownVersionRow)
    assert (error.revision, error.database, error.searched) == ("b2", "db://u:***@host/shop", (place,))
    assert error.found is not None
    assert error.hint() == error.found.advice()


@pytest.mark.parametrize(("given", "asked"), [("ab12cd34", True), ("haed", False), ("b2", False)])
def test_git_is_asked_for_what_looks_like_an_id(checkout: Checkout, given: str, asked: bool) -> None:
    checkout.git("checkout", "-q", "feature")
    write(checkout, given, "c3")
    checkout.commit("more")
    checkout.git("checkout", "-q", "main")
    place = os.fspath(checkout.root / "migrations" / "versions")
    error = explained(RevisionNotFound(given, "closest"), [place])
    assert isinstance(error, RevisionNotFound)
    assert (error.given, error.closest) == (given, "closest")
    assert (error.found is not None) is asked
