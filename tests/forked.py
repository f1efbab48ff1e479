"""Start modules again and again, in processes that have libraries imported already.

Run by `tests.processes`; the arguments are the number of a socket, and the libraries to import. Each line
that comes over the socket is an order, with the standard streams of the process to be. The number of the
process is answered and, when it has ended, its exit status. What is under test is imported anew by each.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import socket
import sys
from pathlib import Path
from typing import Any


def serve(connection: socket.socket) -> dict[str, Any] | None:
    """Return an order in the process that is to carry it out, and None in this one, at the end."""
    while True:
        line, streams, _, _ = socket.recv_fds(connection, 1 << 16, 3)
        if not line:
            return None
        while not line.endswith(b"\n"):
            line += connection.recv(1 << 16)
        process = os.fork()
        if not process:
            connection.close()
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            order: dict[str, Any] = json.loads(line)
            return order
        for stream in streams:
            os.close(stream)
        connection.sendall(f"{process}\n".encode())
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        connection.sendall(f"{status}\n".encode())


def carry_out(order: dict[str, Any]) -> None:
    """Do what ``python -m`` does."""
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["environment"])
    more = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:1] = [str(Path.cwd()), *filter(None, more)]
    sys.argv[1:] = order["words"]
    ended: list[int] = []
    # The last that is called. To take the libraries apart costs more than most commands.
    atexit.register(leave, ended)
    try:
        runpy.run_module(order["module"], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if end.code is None or isinstance(end.code, int):
            ended.append(end.code or 0)
        raise


def leave(ended: list[int]) -> None:
    """End here if all that is left to do is to take modules apart."""
    if ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended[0])


if __name__ == "__main__":
    for library in sys.argv[2:]:
        importlib.import_module(library)
    # What is not looked at by the collector is not copied by the processes.
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as here:
        given = serve(here)
    if given is not None:
        carry_out(given)
