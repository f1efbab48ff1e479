"""The verbs that are answered before click is imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrateops import __version__
from migrateops.__main__ import main
from migrateops.cli.fast import parse
from migrateops.commands import read
from migrateops.config import Config
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.config import MissingVariable
from migrateops.errors.history import NothingToShow, RangeNeeded, RangeNotConnected
from migrateops.errors.revisions import RelativeTooFar, RevisionNotFound

# ae1 - ae2 - ae4 - ae6      ae5 depends on ae2 and has a branch of its own;
#     \ ae3 /                ae6 has a header that must be executed.
REVISIONS = {
    "ae100": (None, ""),
    "ae200": ("ae100", ""),
    "ae300": ("ae100", ""),
    "ae400": (("ae200", "ae300"), ""),
    "be500": (None, "branch_labels = ('billing',)\ndepends_on = 'ae200'\n"),
    "ae600": ("ae400", "revision = 'ae' + '600'\n"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("MIGRATEOPS_CONFIG", "MIGRATEOPS_URL", "ABSENT"):
        monkeypatch.delenv(name, raising=False)
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "migrateops.toml").write_text("url = '${ABSENT}'\n")
    for name, (down, header) in REVISIONS.items():
        (versions / f"{name}.py").write_text(
            f'"""message of {name}\n\nmore"""\nfrom migrateops import op\n'
            f"revision = {name!r}\ndown_revision = {down!r}\n{header}\n"
            "def upgrade():\n    op.execute('select 1')\n"
        )
    return tmp_path


def ids(listing: read.Listing) -> list[str]:
    return [info.revision for info in listing.revisions]


@pytest.mark.usefixtures("project")
def test_heads() -> None:
    found = {info.revision: info for info in read.heads(Config.find()).revisions}
    assert set(found) == {"ae600", "be500"}
    assert found["ae600"].message == "message of ae600"
    assert found["ae600"].is_head
    assert found["ae600"].is_effective_head
    assert found["be500"].branch_labels == ("billing",)
    assert found["be500"].depends_on == ("ae200",)
    assert found["be500"].is_base


@pytest.mark.usefixtures("project")
def test_heads_without_those_depended_on(project: Path) -> None:
    (project / "migrations/versions/ce700.py").write_text(
        "revision = 'ce700'\ndown_revision = None\ndepends_on = ('billing',)\ndef upgrade(): pass\n"
    )
    assert set(ids(read.heads(Config.find()))) == {"ae600", "be500", "ce700"}
    assert set(ids(read.heads(Config.find(), resolve_dependencies=True))) == {"ae600", "ce700"}


@pytest.mark.usefixtures("project")
def test_history_is_newest_first() -> None:
    found = read.history(Config.find())
    order = ids(found)
    assert sorted(order) == sorted(REVISIONS)
    for info in found.revisions:
        for older in (*info.down_revisions, *info.depends_on):
            assert order.index(older) > order.index(info.revision)
    by_id = {info.revision: info for info in found.revisions}
    assert by_id["ae100"].is_branch_point
    assert by_id["ae400"].is_merge
    assert by_id["ae400"].down_revisions == ("ae200", "ae300")
    assert Path(by_id["ae400"].path or "").name == "ae400.py"


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("rev_range", "expected"),
    [
        (":", {"ae100", "ae200", "ae300", "ae400", "be500", "ae600"}),
        (":ae200", {"ae100", "ae200"}),
        ("base:ae200", {"ae100", "ae200"}),
        ("ae200:ae400", {"ae200", "ae400"}),
        ("ae400:", {"ae400", "ae600"}),
        ("ae40:heads", {"ae400", "ae600"}),
        ("ae400:+1", {"ae400", "ae600"}),
        (":+1", None),
        ("be500-5:be500", None),
        ("billing@head:billing@head", {"be500"}),
    ],
)
def test_history_of_a_range(rev_range: str, expected: set[str] | None) -> None:
    if expected is None:
        with pytest.raises(MigrateOpsError):
            read.history(Config.find(), rev_range)
    else:
        assert set(ids(read.history(Config.find(), rev_range))) == expected


@pytest.mark.usefixtures("project")
def test_the_last_ten_of_fewer(project: Path) -> None:
    (project / "migrations/versions/be500.py").unlink()
    for name in ("ae300", "ae400"):
        (project / f"migrations/versions/{name}.py").unlink()
    (project / "migrations/versions/ae600.py").write_text(
        "revision = 'ae600'\ndown_revision = 'ae200'\ndef upgrade(): pass\n"
    )
    assert ids(read.history(Config.find(), "-1:")) == ["ae600", "ae200"]
    assert ids(read.history(Config.find(), "-10:")) == ["ae600", "ae200", "ae100"]
    assert ids(read.history(Config.find(), ":+2")) == ["ae200", "ae100"]
    assert ids(read.history(Config.find(), "current:", current=["ae200"])) == ["ae600", "ae200"]
    with pytest.raises(RelativeTooFar):
        read.history(Config.find(), "ae100:+5")


@pytest.mark.usefixtures("project")
def test_ranges_that_are_none() -> None:
    with pytest.raises(RangeNeeded):
        read.history(Config.find(), "ae100")
    with pytest.raises(RangeNotConnected) as caught:
        read.history(Config.find(), "ae400:ae200")
    assert (caught.value.start, caught.value.end) == ("ae400", "ae200")
    with pytest.raises(MissingVariable):
        read.history(Config.find(), "current:")  # asks the database, whose url is not known here


@pytest.mark.usefixtures("project")
def test_show() -> None:
    assert ids(read.show(Config.find(), "be5")) == ["be500"]
    assert set(ids(read.show(Config.find(), "heads"))) == {"ae600", "be500"}
    assert ids(read.show(Config.find(), "current", current=["ae100"])) == ["ae100"]
    with pytest.raises(RevisionNotFound):
        read.show(Config.find(), "nothing")
    with pytest.raises(NothingToShow):
        read.show(Config.find(), "base")


@pytest.mark.parametrize(
    ("arguments", "verb", "values", "flags"),
    [
        ("heads", "heads", {}, set()),
        ("heads -v --json", "heads", {}, {"verbose", "json"}),
        ("-c a.toml heads", "heads", {"file": "a.toml"}, set()),
        ("heads --config=a.toml -n x", "heads", {"file": "a.toml", "name": "x"}, set()),
        ("history -r -3:", "history", {"range": "-3:"}, set()),
        ("history --rev-range=a:b -v", "history", {"range": "a:b"}, {"verbose"}),
        ("show ae1", "show", {"revision": "ae1"}, set()),
        ("upgrade", "upgrade", {}, set()),
        ("--url sqlite:// upgrade ae1", "upgrade", {"url": "sqlite://", "revision": "ae1"}, set()),
        ("-c heads show heads", "show", {"file": "heads", "revision": "heads"}, set()),
    ],
)
def test_what_is_taken(arguments: str, verb: str, values: dict[str, str], flags: set[str]) -> None:
    request = parse(arguments.split())
    assert request is not None
    assert (request.verb, request.values, request.flags) == (verb, values, flags)


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "heads extra",
        "heads --help",
        "heads --resolve-dependencies",
        "heads -r a:b",
        "heads -c",
        "heads -c -v",
        "heads -c a -c b",
        "-c=a heads",
        "-v heads",
        "history -i",
        "history -r current:",
        "show",
        "show current",
        "show a b",
        "upgrade -1",
        "upgrade --sql",
        "show -- -1",
        "revision -m heads",
        "-x a=b heads",
    ],
)
def test_what_is_left_to_the_full_command_line(arguments: str) -> None:
    assert parse(arguments.split()) is None


@pytest.mark.usefixtures("project")
def test_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["heads"]) == 0
    assert set(capsys.readouterr().out.splitlines()) == {
        "ae600 (head), message of ae600",
        "be500 (billing) (head), message of be500",
    }
    assert main(["history", "-r", ":ae400"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ae200, ae300 -> ae400 (mergepoint), message of ae400"
    assert lines[-1] == "<base> -> ae100 (branchpoint), message of ae100"
    assert main(["show", "be500"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Revision: be500 (billing) (head)",
        "Follows: <base>",
        "Depends on: ae200",
        f"File: {Path.cwd() / 'migrations/versions/be500.py'}",
        "",
        "    message of be500",
    ]
    assert main(["heads", "-v"]) == 0
    assert len(capsys.readouterr().out.split("\n\n")) > 2


@pytest.mark.usefixtures("project")
def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "ae400", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "revision": "ae400",
            "down_revisions": ["ae200", "ae300"],
            "depends_on": [],
            "branch_labels": [],
            "message": "message of ae400",
            "path": str(Path.cwd() / "migrations/versions/ae400.py"),
            "is_head": False,
            "is_effective_head": False,
            "is_base": False,
            "is_branch_point": False,
            "is_merge": True,
        }
    ]


def test_an_error_is_reported_on_stderr(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "nothing"]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"error[{RevisionNotFound.code}]: ")
    (project / "migrateops.toml").write_text("ulr = 'x'\n")
    assert main(["heads"]) == 1
    assert capsys.readouterr().err.startswith("error[MO103]: ")


def test_a_file_that_cannot_be_read_is_left_out_and_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "migrations/versions/broken.py").write_text("def (:\n")
    assert [error.code for error in read.heads(Config.find()).unreadable] == ["MO241"]
    assert main(["heads", "--json"]) == 0
    captured = capsys.readouterr()
    assert "broken.py" in captured.err
    assert len(json.loads(captured.out)) == 2


def test_a_file_that_does_not_count_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "migrateops.ini").write_text("[migrateops]\n")
    assert main(["heads"]) == 0
    captured = capsys.readouterr()
    assert "'migrateops.ini'" in captured.err
    assert "note" not in captured.out


def in_process(directory: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "migrateops", *arguments],
        cwd=directory,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )


def test_text_that_the_terminal_cannot_show(project: Path) -> None:
    (project / "migrations/versions/ce.py").write_text(
        "'''Größe'''\nrevision = 'ce00'\ndown_revision = None\ndef upgrade(): pass\n", encoding="utf-8"
    )
    found = in_process(project, "show", "ce00", PYTHONIOENCODING="ascii")
    assert b"Gr\\xf6\\xdfe" in found.stdout


def test_a_reader_that_goes_away(project: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        found = subprocess.run(
            [sys.executable, "-m", "migrateops", "history"],
            cwd=project,
            stdout=write_end,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(write_end)
    assert (found.returncode, found.stderr) == (0, b"")


def modules(directory: Path, *arguments: str) -> set[str]:
    """Return the modules that the program imports, from ``-X importtime``."""
    found = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "migrateops", *arguments],
        cwd=directory,
        capture_output=True,
        text=True,
        check=True,
    )
    return {line.rpartition("|")[2].strip() for line in found.stderr.splitlines() if "|" in line}


def test_version_imports_nothing_but_the_package(tmp_path: Path) -> None:
    nothing = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import runpy"], capture_output=True, text=True, check=True
    )
    floor = {line.rpartition("|")[2].strip() for line in nothing.stderr.splitlines() if "|" in line}
    assert modules(tmp_path, "--version") - floor == {"migrateops"}


@pytest.mark.parametrize("verb", [["heads"], ["history"], ["show", "ae400"], ["heads", "--json"]])
def test_the_read_verbs_import_nothing_heavy(project: Path, verb: list[str]) -> None:
    # Without the revision whose header must be executed.
    (project / "migrations/versions/ae600.py").unlink()
    tops = {name.partition(".")[0] for name in modules(project, *verb)}
    heavy = {
        "sqlalchemy",
        "asyncio",
        "click",
        "rich",
        "mako",
        "pluggy",
        "tempfile",
        "logging",
        "importlib_metadata",
    }
    assert not heavy & tops


@pytest.mark.parametrize("flag", ["--version", "-V"])
def test_version(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([flag]) == 0
    assert capsys.readouterr().out == f"migrateops {__version__}\n"


def test_the_package_gives_its_names_late() -> None:
    import migrateops

    assert migrateops.Config is Config
    assert migrateops.MigrateOpsError is MigrateOpsError
    assert "Operations" in dir(migrateops)
    with pytest.raises(AttributeError):
        _ = migrateops.absent
