"""The encodings of an SQL stream."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from migrateops.errors.offline import NotEncodable, UnknownEncoding
from migrateops.operations import Operations
from migrateops.runtime.migration import MigrationContext
from migrateops.runtime.stream import SqlStream

TEXT = "INSERT INTO t VALUES ('é')"


def _text(raw: io.BytesIO, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("kind", ["bytes", "text"])
def test_the_option_says_the_encoding(kind: str, encoding: str) -> None:
    raw = io.BytesIO()
    # The encoding of a text stream itself does not count then.
    stream = SqlStream(raw if kind == "bytes" else _text(raw, "ascii"), encoding)
    stream.write(f"{TEXT};\n")
    stream.write("é\n")
    # One mark at the beginning, none at each statement.
    assert raw.getvalue() == f"{TEXT};\né\n".encode(encoding)


def test_without_the_option_a_text_stream_has_its_own() -> None:
    raw = io.BytesIO()
    text = _text(raw, "latin-1")
    SqlStream(text).write(TEXT)
    assert raw.getvalue() == TEXT.encode("latin-1")


def test_without_the_option_bytes_are_utf_8() -> None:
    raw = io.BytesIO()
    SqlStream(raw).write(TEXT)
    assert raw.getvalue() == TEXT.encode()


@pytest.mark.parametrize("option", [None, "ascii"])
def test_what_cannot_be_written_is_an_error_and_no_other_text(option: str | None) -> None:
    raw = io.BytesIO()
    stream = SqlStream(_text(raw, "ascii"), option)
    stream.write("SELECT 1;\n")
    with pytest.raises(NotEncodable) as caught:
        stream.write(TEXT)
    assert (caught.value.character, caught.value.encoding) == ("é", "ascii")
    assert raw.getvalue() == b"SELECT 1;\n"


def test_a_stream_without_bytes_is_checked_all_the_same() -> None:
    stream = io.StringIO()
    with pytest.raises(NotEncodable):
        SqlStream(stream, "ascii").write(TEXT)
    SqlStream(stream, "latin-1").write(TEXT)
    assert stream.getvalue() == TEXT


def test_a_comment_never_fails() -> None:
    raw = io.BytesIO()
    SqlStream(raw, "ascii").comment("Running aa1, two\nlines of é")
    assert raw.getvalue() == b"-- Running aa1, two lines of \\xe9\n\n"


def test_an_encoding_that_there_is_not() -> None:
    with pytest.raises(UnknownEncoding) as caught:
        MigrationContext.configure(dialect_name="sqlite", opts={"output_encoding": "utf-7000"}, plugins=())
    assert caught.value.encoding == "utf-7000"


def test_the_option_reaches_the_stream() -> None:
    raw = io.BytesIO()
    opts = {"output_buffer": raw, "output_encoding": "latin-1"}
    Operations(MigrationContext.configure(dialect_name="sqlite", opts=opts, plugins=())).execute(TEXT)
    assert raw.getvalue() == f"{TEXT};\n\n".encode("latin-1")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [({}, "utf-8"), ({"PYTHONIOENCODING": "latin-1"}, "latin-1")],
    ids=["the default", "who says so"],
)
def test_standard_output_is_utf_8_whatever_the_locale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with (tmp_path / "out.sql").open("w", encoding="latin-1", newline="") as file:
        monkeypatch.setattr("sys.stdout", file)
        SqlStream(None).write(TEXT)
    assert (tmp_path / "out.sql").read_bytes() == TEXT.encode(expected)


def test_a_terminal_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    controlling, terminal = os.openpty()
    with open(terminal, "w", encoding="latin-1") as file:  # noqa: PTH123
        monkeypatch.setattr("sys.stdout", file)
        SqlStream(None).write("é")
    assert os.read(controlling, 10) == "é".encode("latin-1")
    os.close(controlling)
