"""Changing what a script follows: every byte but those that say so stays as it is."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from migrateops.errors.commands import FileRefused
from migrateops.errors.teams import HeaderNotRewritable
from migrateops.script.replacing import replace_all
from migrateops.script.rewriting import with_down_revision

ORDINARY = '''"""Orders

Revision ID: b2
Revises: a1
Create Date: 2026-01-01
"""

from migrateops import op

revision: str = "b2"
down_revision: str | None = "a1"  # not 'a1' of the shop
branch_labels = None
depends_on = ("a1",)


def upgrade() -> None:
    op.execute("UPDATE t SET down_revision = 'a1'")
'''


def rewritten(source: str, *new: str) -> str:
    return with_down_revision(source.encode(), new or ("c3",), "x.py").decode()


def test_an_ordinary_script() -> None:
    expected = ORDINARY.replace("Revises: a1", "Revises: c3").replace('None = "a1"', 'None = "c3"')
    assert rewritten(ORDINARY) == expected


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_stay(end: str) -> None:
    assert rewritten(ORDINARY.replace("\n", end)) == rewritten(ORDINARY).replace("\n", end)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("down_revision = 'a1'", "down_revision = 'c3'"),
        ("down_revision = None", "down_revision = 'c3'"),
        ("down_revision: str = u'a1' ; x = 1", "down_revision: str = 'c3' ; x = 1"),
        ("down_revision = ('a1')  # one", "down_revision = ('c3')  # one"),
        ("down_revision = ('a1',)", "down_revision = ('c3',)"),
        ("down_revision = [\n    'a1',  # why\n]", "down_revision = [\n    'c3',  # why\n]"),
        ('down_revision = ("a1", "a2")', 'down_revision = "c3"'),
        ("down_revision = 'a1', 'a2'", "down_revision = 'c3'"),
        ('down_revision = """a1"""', 'down_revision = "c3"'),
        ("down_revision = 'a' '1'", "down_revision = 'c3'"),
        ("down_revision = 'a1'\ndown_revision = 'a2'", "down_revision = 'a1'\ndown_revision = 'c3'"),
        ("é = 'ü'; down_revision = 'a1'  # ä", "é = 'ü'; down_revision = 'c3'  # ä"),
        ("down_revision = \\\n    'a1'", "down_revision = \\\n    'c3'"),
    ],
)
def test_how_a_value_is_written(line: str, expected: str) -> None:
    around = "# \x0c \u2028 \x85\nrevision = 'b2'\n{}\n"
    assert rewritten(around.format(line)) == around.format(expected)


def test_several() -> None:
    source = '"""x\n\nRevises: a1, a2\n"""\nrevision = "b2"\ndown_revision = ("a1", "a2", "a3")\n'
    expected = '"""x\n\nRevises: a1, a2\n"""\nrevision = "b2"\ndown_revision = ("c3", "c4")\n'
    # The docstring names other revisions than the header, so that nobody knows what it means.
    assert rewritten(source, "c3", "c4") == expected


@pytest.mark.parametrize(
    ("down", "said", "says"),
    [
        ("'a1'", "Revises: a1", "Revises: c3"),
        ("'a1'", "    Revises:   a1  ", "    Revises:   c3  "),
        ("('a1', 'a2')", "Revises: a2, a1", "Revises: c3"),
        ("None", "Revises:", "Revises:c3"),
        ("None", "Revises: ", "Revises: c3"),
        ("None", "Revises: base", "Revises: c3"),
        ("None", "Revises: <base>", "Revises: c3"),
        ("'a1'", "Revises: what a1 did", "Revises: what a1 did"),
        ("'a1'", "It revises: a1", "It revises: a1"),
    ],
)
def test_the_line_of_the_docstring(down: str, said: str, says: str) -> None:
    source = "'''x\n{}\n'''\nrevision = 'b2'\ndown_revision = {}\n"
    assert rewritten(source.format(said, down)) == source.format(says, "'c3'")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1251", "utf-8"])
def test_encodings_stay(encoding: str) -> None:
    word = "Привет" if encoding == "cp1251" else "Grüße"
    source = f"# -*- coding: {encoding} -*-\nwords = '{word}'; revision = 'b2'\ndown_revision = 'a1'\n"
    changed = with_down_revision(source.encode(encoding), ("c3",), "x.py")
    assert changed == source.replace("'a1'", "'c3'").encode(encoding)


def test_a_byte_order_mark_stays() -> None:
    source = codecs.BOM_UTF8 + ORDINARY.encode()
    assert with_down_revision(source, ("c3",), "x.py") == codecs.BOM_UTF8 + rewritten(ORDINARY).encode()


@pytest.mark.parametrize(
    "source",
    [
        "revision = 'b2'\ndown_revision = 'a' + '1'\n",
        "revision = 'b2'\nimport os\ndown_revision = os.environ['DOWN']\n",
        "revision = 'b2'\nif True:\n    down_revision = 'a1'\n",
        "revision = 'b2'\n",
        "revision = 'b2'\ndown_revision = branch_labels = None\n",
        "revision = 'b2'\ndown_revision = 'a1'\ndef broken(:\n",
        b"revision = 'b2'\ndown_revision = 'a1'  # \xff\n",
        b"# coding: nothing\nrevision = 'b2'\ndown_revision = 'a1'\n",
        "# coding: utf-7\nrevision = 'b2'\ndown_revision = 'a1'  # +AG4-o\n",
    ],
)
def test_what_cannot_be_changed(source: str | bytes) -> None:
    data = source.encode() if isinstance(source, str) else source
    with pytest.raises(HeaderNotRewritable) as caught:
        with_down_revision(data, ("c3",), "x.py")
    assert caught.value.path == "x.py"


def test_an_id_that_the_encoding_does_not_have() -> None:
    source = b"# coding: latin-1\nrevision = 'b2'\ndown_revision = 'a1'\n"
    with pytest.raises(HeaderNotRewritable):
        with_down_revision(source, ("ж",), "x.py")


@pytest.mark.parametrize("name", ["it's", 'say "x"', "back\\slash", "both'\""])
def test_an_id_with_quotes(name: str) -> None:
    changed = rewritten('"""x\n\nRevises: a1\n"""\nrevision = "b2"\ndown_revision = "a1"\n', name)
    namespace: dict[str, object] = {}
    exec(changed, namespace)
    assert namespace["down_revision"] == name
    assert f"Revises: {name}" in str(namespace["__doc__"])


# ------------------------------------------------------------------------------------ files


def test_all_files_are_replaced(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("1")
    two.write_text("2")
    one.chmod(0o640)
    link = tmp_path / "link.py"
    link.symlink_to(one)
    replace_all({str(link): b"new 1", str(two): b"new 2"})
    assert (one.read_text(), two.read_text(), link.is_symlink()) == ("new 1", "new 2", True)
    assert one.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.py", "one.py", "two.py"]


def test_all_files_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [tmp_path / name for name in ("one.py", "two.py", "three.py")]
    for path in paths:
        path.write_text(path.name)
    replace = Path.replace

    def refuse_the_second(self: Path, target: Path) -> Path:
        if Path(target).name == "two.py":
            raise PermissionError(13, "refused", str(target))
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse_the_second)
    with pytest.raises(FileRefused) as caught:
        replace_all({str(path): b"new" for path in paths})
    assert (caught.value.path, caught.value.reason) == (str(tmp_path / "two.py"), "refused")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        name: name for name in ("one.py", "two.py", "three.py")
    }


def test_a_file_that_is_gone_stops_all(tmp_path: Path) -> None:
    one = tmp_path / "one.py"
    one.write_text("1")
    with pytest.raises(FileRefused) as caught:
        replace_all({str(one): b"new", str(tmp_path / "gone.py"): b"new"})
    assert caught.value.path == str(tmp_path / "gone.py")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"one.py": "1"}
