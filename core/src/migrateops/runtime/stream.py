"""The stream that an offline run writes its SQL into, and the encoding of it."""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Callable
from typing import IO, Any

from migrateops import errors


class SqlStream:
    """Write text in one encoding; what that does not have is an error, never another text.

    Standard output is UTF-8, whatever the locale, so that a script is the same on every machine;
    a terminal, and who sets ``PYTHONIOENCODING``, gets its own.

    Args:
        stream: A stream of text or of bytes; standard output when None.
        encoding: Of what is written; the stream's own when None, and UTF-8 where it is one of bytes.

    Attributes:
        put: ``write()``, or the stream's own for one in memory: there is nothing to encode, to flush or
            to fail.

    Raises:
        UnknownEncoding: There is no such encoding.
    """

    def __init__(self, stream: IO[Any] | None, encoding: str | None = None) -> None:
        self._given = stream
        self._encoding = encoding
        # One for the whole stream: some encodings begin it with a mark.
        self._encoder = None if encoding is None else _encoder(encoding)
        self.put: Callable[[str], object] = self.write
        if type(stream) is io.StringIO and encoding is None:
            self.put = stream.write

    @property
    def stream(self) -> IO[Any]:
        """Where the text goes; standard output is looked up each time, as it may be redirected."""
        return self._given if self._given is not None else sys.stdout

    def write(self, text: str) -> None:
        """Write *text*, or nothing of it.

        Raises:
            NotEncodable: The encoding does not have a character of it.
            StreamRefused: The operating system does not take it.
            BrokenPipeError: Nobody reads it any more.
        """
        try:
            self._write(text)
        except UnicodeEncodeError as error:
            raise errors.offline.NotEncodable(error.object[error.start], error.encoding) from error
        except BrokenPipeError:
            raise
        except OSError as error:
            raise errors.offline.StreamRefused(error.strerror or str(error)) from error

    def comment(self, text: str) -> None:
        """Write a line that is a comment; what the encoding does not have is written as an escape."""
        line = f"-- {' '.join(text.splitlines())}\n\n"
        try:
            self.write(line)
        except errors.offline.NotEncodable:
            self.write(line.encode("ascii", "backslashreplace").decode())

    def _write(self, text: str) -> None:
        stream = self.stream
        raw = _bytes_of(stream)
        encoder = self._encoder
        if encoder is None and (raw is stream or (raw is not None and _is_standard_output(stream))):
            encoder = self._encoder = _encoder("utf-8")
        if encoder is None:
            stream.write(text)
        else:
            encoded = encoder.encode(text)
            if raw is None:
                # A stream without bytes behind it, such as a StringIO: only the check remains.
                stream.write(text)
            else:
                # What was written as text before comes before.
                stream.flush()
                raw.write(encoded)
        stream.flush()


def _encoder(name: str) -> codecs.IncrementalEncoder:
    try:
        return codecs.getincrementalencoder(name)()
    except LookupError:
        raise errors.offline.UnknownEncoding(name) from None


def _bytes_of(stream: Any) -> Any:
    """Return the stream of bytes that *stream* is, or that is behind it, or None."""
    if isinstance(stream, io.RawIOBase | io.BufferedIOBase):
        return stream
    return getattr(stream, "buffer", None)


def _is_standard_output(stream: Any) -> bool:
    # The one is led elsewhere while what others print is kept out of the SQL.
    standard = stream is sys.stdout or stream is sys.__stdout__
    return standard and not stream.isatty() and not os.environ.get("PYTHONIOENCODING")
