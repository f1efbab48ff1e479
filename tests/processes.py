"""Run ``python -m`` in a process of its own, without importing SQLAlchemy anew for each.

Half of what the tests cost was Python importing libraries in thousands of processes. `run_module` has them
forked from one that has imported the libraries, and nothing of ours: exit status, signals, streams, working
directory, environment and our own imports are those of a new process. Tests that are about imports, or about
the start of Python, start it themselves.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

LIBRARIES = (
    "configparser",
    "tomllib",
    "click",
    "packaging.version",
    "pluggy",
    "sqlalchemy.dialects.sqlite",
)
SERVER = Path(__file__).with_name("forked.py")


def of_start(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that Python looks at when it starts, which cannot be changed later."""
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(("PYTHON", "LC_", "LANG", "TZ")) and name != "PYTHONPATH"
    }


class Forks:
    """One process that others are forked from."""

    def __init__(self, python: str | Path, libraries: Sequence[str]) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self.of_start = of_start(environment)
        self._connection, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [python, SERVER, str(theirs.fileno()), *libraries],
                env=environment,
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._answers = self._connection.makefile("r")
        self._lock = threading.Lock()
        atexit.register(self.close)

    def close(self) -> None:
        self._answers.close()
        self._connection.close()
        self._process.wait()

    def run(self, order: Mapping[str, object], streams: Sequence[int], timeout: float) -> int:
        """Have a process forked that carries out the order, and return its exit status; one at a time."""
        line = json.dumps(order).encode() + b"\n"
        with self._lock:
            sent = socket.send_fds(self._connection, [line], streams)
            self._connection.sendall(line[sent:])
            process = int(self._answers.readline())
            end = threading.Timer(timeout, os.kill, (process, signal.SIGKILL))
            end.start()
            try:
                return int(self._answers.readline())
            finally:
                end.cancel()


@cache
def forks(python: str | Path, libraries: Sequence[str]) -> Forks:
    return Forks(python, libraries)


def run_module(
    module: str,
    *words: str,
    cwd: Path,
    environment: Mapping[str, str] | None = None,
    input: str | None = None,
    merged: bool = False,
    timeout: float = 60,
    anew: bool = False,
    python: str | Path = sys.executable,
    libraries: Sequence[str] = LIBRARIES,
) -> subprocess.CompletedProcess[str]:
    """Run ``python -m module words`` and return what it printed, and its exit status.

    Args:
        environment: Variables to add.
        input: Text for its standard input.
        merged: Have one stream for both outputs, ``stdout``.
        timeout: Seconds until it is killed.
        anew: Start Python for it, so that several can run at once.
        python: The interpreter.
        libraries: What the process that is forked has imported.
    """
    whole = {**os.environ, **(environment or {})}
    with (
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
    ):
        given.write(input or "")
        given.seek(0)
        streams = [given, out, out if merged else err]
        forked = None if anew or not hasattr(os, "fork") else forks(python, libraries)
        if forked is not None and forked.of_start == of_start(whole):
            order = {"module": module, "words": words, "cwd": str(cwd), "environment": whole}
            status = forked.run(order, [stream.fileno() for stream in streams], timeout)
        else:
            status = subprocess.run(
                [python, "-m", module, *words],
                cwd=cwd,
                env=whole,
                stdin=streams[0],
                stdout=streams[1],
                stderr=streams[2],
                timeout=timeout,
                check=False,
            ).returncode
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(list(words), status, out.read(), err.read())
