"""Writing new scripts from a template."""

from __future__ import annotations

import ast
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import migrateops.script.directory
from migrateops.config import Config
from migrateops.errors.base import MigrateOpsError
from migrateops.errors.commands import FileRefused
from migrateops.errors.revisions import (
    DuplicateLabel,
    IllegalName,
    MultipleHeads,
    RevisionNotFound,
    RevisionTaken,
)
from migrateops.errors.scripts import (
    BadFileTemplate,
    FileTemplateHasDirectory,
    NotAHead,
    NotEncodable,
    RevisionIdTooLong,
    ScriptExists,
    TemplateFailed,
    TemplateLosesHeader,
    TemplateMissing,
    UnknownTimezone,
    VersionPathNeeded,
    VersionPathUnknown,
)
from migrateops.revisions.header import scan_ordinary
from migrateops.script import ScriptDirectory
from migrateops.script.naming import file_name, slug
from migrateops.script.template import comma

TEMPLATES = Path(migrateops.script.directory.__file__).parents[1] / "templates"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copy(TEMPLATES / "plain" / "script.py.mako", tmp_path)
    return tmp_path


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_a_chain(root: Path) -> None:
    scripts = ScriptDirectory(root)
    first = scripts.generate_revision("aaaa", "Create the shop")
    assert first.path == str(root / "versions" / "aaaa_create_the_shop.py")
    assert (first.doc, first.down_revision) == ("Create the shop", None)
    second = scripts.generate_revision("bbbb", None, branch_labels="shop", depends_on=["aaa"])
    assert (second.down_revision, second.dependencies) == ("aaaa", "aaaa")
    assert second.data.branch_labels == ("shop",)
    third = scripts.generate_revision("cccc", "other", head="aaaa", splice=True, depends_on="shop")
    assert (third.down_revision, third.dependencies) == ("aaaa", "shop")
    merged = scripts.generate_revision("dddd", "merge", head=["bbbb", "cccc"])
    assert merged.down_revision == ("bbbb", "cccc")
    assert merged.is_merge_point
    new_base = scripts.generate_revision("eeee", "base", head="base")
    assert new_base.down_revision is None
    assert ScriptDirectory(root).get_heads() == ["dddd", "eeee"]


@pytest.mark.parametrize("template", ["generic", "async", "plain"])
def test_the_templates_write_the_ordinary_shape(root: Path, template: str) -> None:
    shutil.copy(TEMPLATES / template / "script.py.mako", root)
    scripts = ScriptDirectory(root)
    scripts.generate_revision("aaaa", "one")
    script = scripts.generate_revision(
        "bbbb",
        "two",
        branch_labels=["x", "y"],
        upgrades='op.execute("a")\n    op.execute("b")',
        downgrades="op.execute('c')",
        imports="import decimal",
        requires_plugins={"migrateops-sequences": ">=1"},
    )
    text = Path(script.path).read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] == ["upgrade", "downgrade"]
    assert "import decimal\n" in text
    assert script.data.requires_plugins == {"migrateops-sequences": ">=1"}
    assert script.longdoc.startswith("two\n\nRevision ID: bbbb\nRevises: aaaa\nCreate Date: ")
    first = scripts.get_revision("aaaa")
    assert first is not None
    plain = Path(first.path).read_text(encoding="utf-8")
    assert "requires_plugins" not in plain
    assert scan_ordinary(plain) is not None, "reading it needs no syntax tree"


@pytest.mark.parametrize(
    "message",
    [
        'say """hello"""',
        'end """"',
        '"',
        'end \\\\"',
        "back\\slash \\N{DOLLAR SIGN}",
        'end "',
        "${x} <%  %>",
        "## x",
    ],
)
def test_any_message_survives(root: Path, message: str) -> None:
    assert ScriptDirectory(root).generate_revision("aaaa", message).doc == message


def test_a_message_survives_directly_before_the_quotes(root: Path) -> None:
    (root / "script.py.mako").write_text(
        '"""${message}"""\nrevision = ${repr(up_revision)}\ndown_revision = None\n'
    )
    script = ScriptDirectory(root).generate_revision("aaaa", 'say "hello"')
    assert (script.doc, script.longdoc) == ('say "hello"', 'say "hello"')


def test_directories(root: Path) -> None:
    one, two = root / "one", root / "two"
    scripts = ScriptDirectory(root, version_locations=[one, two])
    with pytest.raises(VersionPathNeeded):
        scripts.generate_revision("aaaa", "x")
    first = scripts.generate_revision("aaaa", "x", version_path=two)
    assert Path(first.path).parent == two
    assert Path(scripts.generate_revision("bbbb", "x").path).parent == two, "beside its parent"
    with pytest.raises(VersionPathUnknown) as caught:
        scripts.generate_revision("cccc", "x", version_path=root / "three")
    assert caught.value.known == (str(one), str(two))


def test_file_template_with_directories(root: Path) -> None:
    template = "%(year)d/%(rev)s"
    with pytest.raises(FileTemplateHasDirectory):
        ScriptDirectory(root, file_template=template).generate_revision("aaaa", "x")
    scripts = ScriptDirectory(root, file_template=template, recursive_version_locations=True)
    script = scripts.generate_revision("aaaa", "x")
    assert Path(script.path).name == "aaaa.py"
    assert Path(script.path).parent.parent == root / "versions"
    with pytest.raises(FileTemplateHasDirectory):
        scripts.generate_revision("bbbb", "x", file_template="../%(rev)s")
    with pytest.raises(IllegalName):
        scripts.generate_revision("../../bbbb", "x")
    with pytest.raises(IllegalName):
        scripts.generate_revision(str(root / "bbbb"), "x")
    assert len(files(root)) == 2


def test_directories_of_the_template_are_below_the_location_not_below_those_of_the_parent(root: Path) -> None:
    one, two = root / "one", root / "one" / "two"
    options: dict[str, Any] = {"file_template": "%(year)d/%(rev)s", "recursive_version_locations": True}
    scripts = ScriptDirectory(root, version_locations=[one, two], **options)
    for location, revid in ((one, "aaaa"), (two, "bbbb")):
        scripts.generate_revision(revid, "x", head="base", version_path=location)
        script = scripts.generate_revision(f"{revid}2", "x", head=revid)
        assert Path(script.path).parent.parent == location


def test_the_first_script_makes_all_locations(root: Path) -> None:
    one, two = root / "one", root / "two"
    scripts = ScriptDirectory(root, version_locations=[one, two])
    scripts.generate_revision("aaaa", "x", version_path=two)
    assert one.is_dir()
    one.rmdir()
    scripts.generate_revision("bbbb", "x")
    assert not one.exists(), "made once, and not for whoever has misspelt it since"


@pytest.mark.parametrize("message", [None, "", "  "])
def test_without_a_message(root: Path, message: str | None) -> None:
    assert ScriptDirectory(root).generate_revision("aaaa", message).doc == "empty message"


def test_older_scripts_may_have_names_that_are_no_longer_given(root: Path) -> None:
    (root / "versions").mkdir()
    (root / "versions" / "odd.py").write_text("revision = 'a b.c'\ndown_revision = None\n")
    assert ScriptDirectory(root).generate_revision("bbbb", "x").down_revision == "a b.c"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"revid": "bbbb"}, RevisionTaken),
        ({"revid": "shop"}, DuplicateLabel),
        ({"revid": "a-b"}, IllegalName),
        ({"revid": "head"}, IllegalName),
        ({"revid": "a/b"}, IllegalName),
        ({"revid": "a b"}, IllegalName),
        ({"revid": "a.b"}, IllegalName),
        ({"branch_labels": "a/../b"}, IllegalName),
        ({"branch_labels": "b c"}, IllegalName),
        ({"revid": "x" * 65}, RevisionIdTooLong),
        ({"head": "aaaa"}, NotAHead),
        ({"head": "nothing"}, RevisionNotFound),
        ({"branch_labels": "shop"}, DuplicateLabel),
        ({"branch_labels": "aaaa"}, DuplicateLabel),
        ({"branch_labels": "new1"}, DuplicateLabel),
        ({"branch_labels": "x@y"}, IllegalName),
        ({"depends_on": "nothing"}, RevisionNotFound),
        ({"file_template": "%(nothing)s"}, BadFileTemplate),
        ({"file_template": "%(rev"}, BadFileTemplate),
        ({"file_template": "same"}, ScriptExists),
    ],
)
def test_what_cannot_be_done_writes_nothing(
    root: Path, arguments: dict[str, Any], error: type[MigrateOpsError]
) -> None:
    scripts = ScriptDirectory(root)
    scripts.generate_revision("aaaa", "one", file_template="same")
    scripts.generate_revision("bbbb", "two", branch_labels="shop")
    before = files(root)
    with pytest.raises(error):
        scripts.generate_revision(**{"revid": "new1", "message": "x", **arguments})
    assert files(root) == before
    assert scripts.get_heads() == ["bbbb"]


def test_several_heads(root: Path) -> None:
    scripts = ScriptDirectory(root)
    scripts.generate_revision("aaaa", "x")
    scripts.generate_revision("bbbb", "x", head="base")
    with pytest.raises(MultipleHeads):
        scripts.generate_revision("cccc", "x")


@pytest.mark.parametrize(
    ("template", "error", "line"),
    [
        ("${1 / 0}\n", TemplateFailed, 1),
        ("x\n% if\n", TemplateFailed, 2),
        ("revision = ${repr(up_revision)}\n", None, None),
        ("x = 1\n${nothing}\n", TemplateFailed, 2),
        ("revision = ${repr(up_revision)} +\n", TemplateFailed, None),
    ],
)
def test_templates_that_fail(
    root: Path, template: str, error: type[TemplateFailed] | None, line: int | None
) -> None:
    (root / "script.py.mako").write_text(template, encoding="utf-8")
    scripts = ScriptDirectory(root)
    if error is None:
        assert scripts.generate_revision("aaaa", "x").revision == "aaaa"
        return
    with pytest.raises(error) as caught:
        scripts.generate_revision("aaaa", "x")
    assert (caught.value.path, caught.value.line) == (str(root / "script.py.mako"), line)
    assert caught.value.__cause__ is not None
    assert files(root) == ["script.py.mako"]


def test_a_template_that_loses_the_header(root: Path) -> None:
    scripts = ScriptDirectory(root)
    scripts.generate_revision("aaaa", "x")
    (root / "script.py.mako").write_text("revision = ${repr(up_revision)}\n", encoding="utf-8")
    with pytest.raises(TemplateLosesHeader) as caught:
        scripts.generate_revision("bbbb", "x")
    assert (caught.value.variable, caught.value.asked, caught.value.written) == (
        "down_revision",
        "'aaaa'",
        "None",
    )
    assert scripts.get_heads() == ["aaaa"]


def test_no_template(tmp_path: Path) -> None:
    with pytest.raises(TemplateMissing) as caught:
        ScriptDirectory(tmp_path).generate_revision("aaaa", "x")
    assert caught.value.path == str(tmp_path / "script.py.mako")
    assert files(tmp_path) == []


def test_a_long_file_name(root: Path) -> None:
    scripts = ScriptDirectory(root, file_template=f"%(rev)s_{'x' * 240}")
    assert len(Path(scripts.generate_revision("aaaa", "x").path).name) == 248


def test_a_failed_write_leaves_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Path, target: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(FileRefused) as caught:
        ScriptDirectory(root).generate_revision("aaaa", "x")
    assert caught.value.reason == "disk full"
    assert files(root) == ["script.py.mako"]


def test_hooks_get_the_path(root: Path) -> None:
    seen: list[tuple[str, bool]] = []
    scripts = ScriptDirectory(root, hooks=[lambda path: seen.append((path, os.path.exists(path)))])  # noqa: PTH110
    script = scripts.generate_revision("aaaa", "x")
    assert seen == [(script.path, True)]


def test_output_encoding(root: Path) -> None:
    script = ScriptDirectory(root, output_encoding="latin-1").generate_revision("aaaa", "gr\xfc\xdfe")
    assert b"gr\xfc\xdfe" in Path(script.path).read_bytes()
    assert script.doc == "gr\xfc\xdfe"


def test_time_zone(root: Path) -> None:
    script = ScriptDirectory(root, timezone="utc").generate_revision("aaaa", "x")
    assert "+00:00\n" in Path(script.path).read_text(encoding="utf-8")
    with pytest.raises(UnknownTimezone) as caught:
        ScriptDirectory(root, timezone="Nowhere/Land").generate_revision("bbbb", "x")
    assert caught.value.name == "Nowhere/Land"


@pytest.mark.parametrize(
    ("message", "longest", "expected"),
    [
        (None, 40, ""),
        ("Add: some/Columns!", 40, "add_some_columns"),
        ("one two three", 9, "one_two"),
        ("one two three", 8, "one_two"),
        ("endlessly", 4, "endl"),
        ("gr\xfc\xdfe", 40, "gr\xfc\xdfe"),
    ],
)
def test_slug(message: str | None, longest: int, expected: str) -> None:
    assert slug(message, longest) == expected


def test_file_name_tokens() -> None:
    date = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    template = "%(year)d_%(month).2d_%(day).2d_%(hour).2d%(minute).2d%(second).2d_%(epoch)d_%(rev)s_%(slug)s"
    assert file_name(template, "aaaa", "a b", 40, date) == "2026_02_03_040506_1770091506_aaaa_a_b.py"


def test_comma() -> None:
    assert (comma(None), comma("a"), comma(("a", "b"))) == ("", "a", "a, b")


# -------------------------------------------------------------------------- encodings, variables


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "utf-8-sig", "cp1252", "koi8-r", "shift_jis"])
def test_an_encoding_reads_back(root: Path, encoding: str) -> None:
    message = {"koi8-r": "привет", "shift_jis": "日本語"}.get(encoding, "gr\xfc\xdfe")
    script = ScriptDirectory(root, output_encoding=encoding).generate_revision("aaaa", message)
    assert script.doc == message
    assert script.module.__doc__ is not None
    assert script.module.__doc__.startswith(message)
    cookie = Path(script.path).read_bytes().startswith(b"# -*- coding: ")
    assert cookie is (not encoding.lower().startswith("utf"))


@pytest.mark.parametrize(
    ("encoding", "message"), [("ascii", "gr\xfc\xdfe"), ("cp1252", "日"), ("utf-16", "x"), ("rot13", "x")]
)
def test_what_cannot_be_encoded_is_not_written(root: Path, encoding: str, message: str) -> None:
    scripts = ScriptDirectory(root, output_encoding=encoding)
    with pytest.raises(NotEncodable) as caught:
        scripts.generate_revision("aaaa", message)
    assert (caught.value.code, caught.value.encoding) == ("MO268", encoding)
    assert files(root) == ["script.py.mako"]


def test_every_variable_of_a_template(root: Path) -> None:
    names = ["message", "up_revision", "down_revision", "branch_labels", "depends_on", "create_date"]
    names += ["imports", "upgrades", "downgrades", "own"]
    lines = [f"{name}_ = ${{repr({name})}}" for name in names]
    header = ["revision = ${repr(up_revision)}", "down_revision = ${repr(down_revision)}"]
    more = ["place = ${repr(config.settings.script_location)}", "joined = '${down_revision | comma}'"]
    (root / "script.py.mako").write_text("\n".join([*header, "import datetime", *lines, *more]))
    scripts = configured(root)
    scripts.generate_revision("aaaa", "x", own=3)
    script = scripts.generate_revision("bbbb", "y", own=4, upgrades="up")
    found = vars(script.module)
    assert {name: found[f"{name}_"] for name in names if name != "create_date"} == {
        "message": "y",
        "up_revision": "bbbb",
        "down_revision": "aaaa",
        "branch_labels": None,
        "depends_on": None,
        "imports": "",
        "upgrades": "up",
        "downgrades": "",
        "own": 4,
    }
    assert isinstance(found["create_date_"], datetime)
    assert (found["place"], found["joined"]) == (str(root), "aaaa")


def configured(root: Path) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(root).replace("%", "%%"))
    return ScriptDirectory.from_config(config)
