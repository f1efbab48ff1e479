"""What is read from the metadata of installed distributions."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from migrateops.errors.plugins import BadEntryPoint, DuplicateDistribution, UnreadableMetadata
from migrateops.plugins.discovery import discover, forget, search_path
from tests.core.plugins.conftest import Installed

HEAD = "Metadata-Version: 2.1\nName: acme\nVersion: 3.1\n"


def test_adverts_are_sorted_and_carry_name_and_version(site: Installed) -> None:
    site.operation("Zeta_Ops", "make_z")
    site.operation("alpha.ops", "make_a", version="2.1")
    found = site.discovery()
    assert [str(advert) for advert in found.adverts] == [
        "alpha-ops 2.1 [migrateops.operations] make_a = alpha.ops:ViewOp",
        "zeta-ops 1.0 [migrateops.operations] make_z = Zeta_Ops:ViewOp",
    ]
    assert list(found.distributions) == ["alpha-ops", "zeta-ops"]
    assert found.faults == ()


@pytest.mark.parametrize("bundle", ["zip", "egg", "egg-info"])
def test_what_is_no_plain_directory_is_found_too(tmp_path: Path, bundle: str) -> None:
    files = {
        "entry_points.txt": "[migrateops.plugins]\nacme = acme:plugin\n",
        "PKG-INFO": HEAD,
        "METADATA": HEAD,
    }
    if bundle == "zip":
        place = tmp_path / "acme.zip"
        with zipfile.ZipFile(place, "w") as opened:
            for name, text in files.items():
                opened.writestr(f"acme-3.1.dist-info/{name}", text)
    else:
        place = tmp_path / ("acme-3.1-py3.egg" if bundle == "egg" else "site")
        metadata = place / ("EGG-INFO" if bundle == "egg" else "acme-3.1.egg-info")
        metadata.mkdir(parents=True)
        for name, text in files.items():
            (metadata / name).write_text(text)
    [advert] = discover([str(place)]).adverts
    assert str(advert) == "acme 3.1 [migrateops.plugins] acme = acme:plugin"


def test_blank_lines_and_comments_are_no_entry_points(site: Installed) -> None:
    place = site("acme", "3.1", entry_points={"migrateops.plugins": {"acme": "acme:plugin"}})
    (place / "entry_points.txt").write_text(
        "\n# [migrateops.plugins]\n[console_scripts]\nx = a:b\n\n[migrateops.plugins]\n  # no = no:no\n"
        "  acme=acme:plugin  \n\n[other]\nacme = other:plugin\n"
    )
    [advert] = site.discovery().adverts
    assert advert.entry_point == "[migrateops.plugins] acme = acme:plugin"


def test_an_entry_point_without_a_value_is_a_fault(site: Installed) -> None:
    place = site("torn", entry_points={"migrateops.plugins": {"torn": "torn:plugin"}})
    (place / "entry_points.txt").write_text("[migrateops.plugins]\ntorn\n")
    found = site.discovery()
    assert found.distributions == {}
    [fault] = found.faults
    assert isinstance(fault, UnreadableMetadata)
    assert "'torn'" in fault.message()


def test_discovery_imports_no_plugin_and_no_parser_of_mail(site: Installed) -> None:
    site(
        "bad",
        modules={"bad.py": "raise SystemExit(3)"},
        entry_points={"migrateops.plugins": {"bad": "bad:x"}},
    )
    code = (
        "import sys; from migrateops.plugins.discovery import discover; d = discover([sys.argv[1]]);"
        "print(*d.distributions);"
        "print(*sorted({'bad', 'pluggy', 'sqlalchemy', 'importlib_metadata', 'email'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(site.path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
    )
    assert done.stdout.split("\n")[:2] == ["bad", ""]


def test_the_answer_is_kept_per_path(site: Installed) -> None:
    first = site.discovery()
    site.operation("late", "make_late")
    assert discover([str(site.path)]) is first
    forget()
    assert "late" in discover([str(site.path)]).distributions


def test_strangers_are_not_listed(site: Installed) -> None:
    site("stranger", entry_points={"console_scripts": {"x": "stranger:main"}})
    (site.path / "broken-1.dist-info").mkdir()
    (site.path / "broken-1.dist-info" / "entry_points.txt").write_text("no section, no value\n")
    assert site.discovery().distributions == {}
    assert site.discovery().faults == ()


def test_the_working_directory_is_not_searched(site: Installed, monkeypatch: pytest.MonkeyPatch) -> None:
    site.operation("here", "make_here")
    assert "here" in discover([str(site.path)]).distributions
    monkeypatch.chdir(site.path)
    for spelling in ("", ".", str(site.path), f"{site.path}/../{site.path.name}"):
        assert search_path([spelling]) == ()
        assert discover([spelling]).distributions == {}


def test_a_directory_under_two_names_is_read_once(site: Installed, tmp_path: Path) -> None:
    link = tmp_path / "lib64"
    link.symlink_to(site.path)
    assert search_path([str(site.path), str(link)]) == (str(site.path),)


def test_an_editable_install_found_twice_is_one_distribution(
    site: Installed, elsewhere: Callable[[str], Installed]
) -> None:
    source = elsewhere("source")
    site.operation("twice", "make_it")
    source.operation("twice", "make_it")
    forget()
    found = discover([str(site.path), str(source.path)])
    assert len(found.adverts) == 1
    assert found.faults == ()


def test_two_versions_are_a_warning_that_names_both_places(
    site: Installed, elsewhere: Callable[[str], Installed]
) -> None:
    old = elsewhere("old")
    site.operation("twice", "make_it", version="2.0")
    old.operation("twice", "make_it", version="1.0")
    forget()
    found = discover([str(site.path), str(old.path)])
    assert found.distributions["twice"].version == "2.0"
    [fault] = found.faults
    assert isinstance(fault, DuplicateDistribution)
    assert (fault.distribution, fault.version, fault.other_version) == ("twice", "2.0", "1.0")
    assert fault.place == str(site.path / "twice-2.0.dist-info")
    assert fault.other_place == str(old.path / "twice-1.0.dist-info")


def test_the_order_is_that_of_the_path_not_of_the_file_system(
    site: Installed, elsewhere: Callable[[str], Installed]
) -> None:
    old = elsewhere("old")
    site.operation("twice", "make_it", version="2.0")
    old.operation("twice", "make_it", version="1.0")
    forget()
    assert discover([str(old.path), str(site.path)]).distributions["twice"].version == "1.0"


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("migrateops.operations", "CreateView", "acme:Op"),
        ("migrateops.operations", "create-view", "acme:Op"),
        ("migrateops.operations", "create_view", "acme"),
        ("migrateops.operations", "create_view", "acme.ops Op"),
        ("migrateops.implementations", "create_view", "acme:run"),
        ("migrateops.implementations", "a.b.c", "acme:run"),
        ("migrateops.probes", "some", "acme:probe"),
        ("migrateops.commands", "Verb", "acme:verb"),
        ("migrateops.sequences", "create_view", "acme:Op"),
    ],
)
def test_an_advert_against_the_grammar_is_a_fault_and_ignored(
    site: Installed, group: str, name: str, value: str
) -> None:
    site("acme", "3.1", entry_points={group: {name: value}, "migrateops.plugins": {"acme": "acme:plugin"}})
    found = site.discovery()
    assert [advert.name for advert in found.adverts] == ["acme"]
    [fault] = found.faults
    assert isinstance(fault, BadEntryPoint)
    assert (fault.distribution, fault.version) == ("acme", "3.1")
    assert fault.entry_point == f"[{group}] {name} = {value}"


def test_entry_points_without_metadata_are_a_fault(site: Installed) -> None:
    place = site("gone", entry_points={"migrateops.plugins": {"gone": "gone:plugin"}})
    (place / "METADATA").unlink()
    found = site.discovery()
    assert found.distributions == {}
    [fault] = found.faults
    assert isinstance(fault, UnreadableMetadata)
    assert fault.place == str(place)


def test_unreadable_entry_points_do_not_hide_others(site: Installed) -> None:
    site.operation("fine", "make_it")
    place = site("torn", entry_points={"migrateops.plugins": {"torn": "torn:plugin"}})
    (place / "entry_points.txt").write_bytes(b"[migrateops.plugins]\n\xff\xfe = x\n")
    found = site.discovery()
    assert list(found.distributions) == ["fine"]
    assert [fault.code for fault in found.faults] == ["MO504"]


def test_version_of_knows_distributions_without_plugins(site: Installed) -> None:
    site("plain", "4.5")
    assert site.discovery().version_of("plain") == "4.5"
    assert site.discovery().version_of("absent") is None
